-- Releases of the policy. A reference table: few rows, no person's.
-- tables: policy_release, policy_head, policy_review, policy_mark, policy_step, policy_assessment, policy_assessment_end

-- name: policy_release_insert
-- The next number. ?1 version, ?2 hash, ?3 document, ?4 page, ?5 now, ?6 effective at. A hash that is there stays as it is.
INSERT INTO policy_release (number, version, hash, document, page, created_at_ms, published_at_ms, published_by,
	effective_at_ms)
SELECT COALESCE(MAX(number), 0) + 1, CAST(?1 AS TEXT), CAST(?2 AS TEXT), CAST(?3 AS TEXT), CAST(?4 AS TEXT),
	CAST(?5 AS BIGINT), NULL, NULL, CAST(?6 AS BIGINT) FROM policy_release
WHERE 1 = 1
ON CONFLICT (hash) DO NOTHING;

-- name: policy_release_by_hash
SELECT number, version, published_at_ms, effective_at_ms FROM policy_release WHERE hash = ?1;

-- name: policy_release_publish
-- ?1 number, ?2 now, ?3 who, ?4 effective at. Once only, and never after a later number: servers look for what is
-- newer than what they know.
UPDATE policy_release SET published_at_ms = ?2, published_by = ?3, effective_at_ms = ?4
WHERE number = ?1 AND published_at_ms IS NULL
	AND NOT EXISTS (SELECT 1 FROM policy_release later WHERE later.number > ?1 AND later.published_at_ms IS NOT NULL);

-- name: policy_release_page_put
-- The page says from when it binds: made again with the day that was decided.
UPDATE policy_release SET page = ?2 WHERE number = ?1;

-- name: policy_release_renumber
-- A draft that was overtaken goes behind the newest.
UPDATE policy_release SET number = (SELECT MAX(newest.number) + 1 FROM policy_release newest)
WHERE number = ?1 AND published_at_ms IS NULL;

-- name: policy_release_one
SELECT number, version, hash, created_at_ms, published_at_ms, effective_at_ms, published_by, document
FROM policy_release WHERE number = ?1;

-- name: policy_release_published
-- Every published release above number ?1, oldest first.
SELECT number, document, hash, effective_at_ms FROM policy_release
WHERE number > ?1 AND published_at_ms IS NOT NULL ORDER BY number;

-- name: policy_release_page
-- The page of a published version; of two under one name the later one.
SELECT page, hash, number, effective_at_ms, published_at_ms FROM policy_release
WHERE version = ?1 AND published_at_ms IS NOT NULL ORDER BY number DESC LIMIT 1;

-- name: policy_release_list
SELECT number, version, hash, created_at_ms, published_at_ms, effective_at_ms, published_by FROM policy_release
ORDER BY number;

-- ---- the newest published one

-- name: policy_head_get
SELECT number FROM policy_head WHERE id = 1;

-- name: policy_head_move
-- From the release that was compared with; none changed: another was published meanwhile.
UPDATE policy_head SET number = ?1 WHERE id = 1 AND number = ?2;

-- name: policy_head_raise
UPDATE policy_head SET number = ?1 WHERE id = 1 AND number < ?1;

-- ---- reviews

-- name: policy_review_insert
-- ?1 number, ?2 state, ?3 the release whose text was changed, or NULL. Compared with the newest published one.
INSERT INTO policy_review (number, state, base_number, from_number)
SELECT CAST(?1 AS BIGINT), CAST(?2 AS TEXT), number, CAST(?3 AS BIGINT) FROM policy_head WHERE id = 1;

-- name: policy_review_get
SELECT number, state, base_number, from_number, submitted_by, summary FROM policy_review WHERE number = ?1;

-- name: policy_review_list
SELECT r.number, v.version, v.hash, v.created_at_ms, v.published_at_ms, v.effective_at_ms, v.published_by,
	r.state, r.base_number, r.from_number
FROM policy_review r JOIN policy_release v ON v.number = r.number ORDER BY r.number DESC;

-- name: policy_review_move
-- ?1 number, ?2 from this state, ?3 to that one.
UPDATE policy_review SET state = ?3 WHERE number = ?1 AND state = ?2;

-- name: policy_review_end
-- Whatever is not decided yet: ?2 withdrawn or replaced.
UPDATE policy_review SET state = ?2 WHERE number = ?1 AND state IN ('draft', 'submitted', 'approved', 'rejected');

-- name: policy_review_submit
-- ?1 number, ?2 officer, ?3 what citizens are told. Only what is compared with the newest published release.
UPDATE policy_review SET state = 'submitted', submitted_by = ?2, summary = ?3
WHERE number = ?1 AND state = 'draft' AND base_number = (SELECT h.number FROM policy_head h WHERE h.id = 1);

-- name: policy_review_approve
-- ?1 number, ?2 officer: never the one who submitted it.
UPDATE policy_review SET state = 'approved'
WHERE number = ?1 AND state = 'submitted' AND submitted_by <> ?2
	AND base_number = (SELECT h.number FROM policy_head h WHERE h.id = 1);

-- name: policy_review_published
-- Without review: seeded from the files of the city, or on a machine for development.
UPDATE policy_review SET state = 'published' WHERE number = ?1;

-- name: policy_mark_clear
DELETE FROM policy_mark WHERE number = ?1;

-- name: policy_mark_insert
INSERT INTO policy_mark (number, kind, reason) VALUES (?1, ?2, ?3);

-- name: policy_mark_list
-- Of the releases above ?1 up to ?2: between two versions all that came in between counts.
SELECT m.number, m.kind, m.reason FROM policy_mark m
WHERE m.number > ?1 AND m.number <= ?2 AND (m.number = ?2
	OR EXISTS (SELECT 1 FROM policy_review r WHERE r.number = m.number AND r.state = 'published'))
ORDER BY m.number, m.kind;

-- name: policy_step_insert
-- ?1 number, ?2 action, ?3 officer, ?4 name, ?5 note, ?6 now.
INSERT INTO policy_step (number, step, action, officer_id, officer, note, at_ms)
SELECT CAST(?1 AS BIGINT), COALESCE(MAX(step), 0) + 1, CAST(?2 AS TEXT), CAST(?3 AS BIGINT), CAST(?4 AS TEXT),
	CAST(?5 AS TEXT), CAST(?6 AS BIGINT)
FROM policy_step WHERE number = ?1;

-- name: policy_step_list
SELECT step, action, officer_id, officer, note, at_ms FROM policy_step WHERE number = ?1 ORDER BY step;

-- ---- assessments of new processings (NT-3.3.2.g)

-- name: policy_assessment_insert
-- ?1 id, ?2 hash of the release, ?3 processings, a key a line, ?4 their number, ?5 to ?7 the three answers, ?8 risk,
-- ?9 allowed, ?10 document or '', ?11 officer, ?12 name, ?13 now.
INSERT INTO policy_assessment (assessment_id, hash, processings, processing_count, lawful, impact, protection, risk,
	allowed, document, officer_id, officer, at_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13);

-- name: policy_assessment_decide
-- ?1 id, ?2 agreed, ?3 note, ?4 officer: never the one who wrote it, ?5 name, ?6 now. Once, and not after publication.
INSERT INTO policy_assessment_end (assessment_id, agreed, note, officer_id, officer, at_ms)
SELECT a.assessment_id, CAST(?2 AS BIGINT), CAST(?3 AS TEXT), CAST(?4 AS BIGINT), CAST(?5 AS TEXT), CAST(?6 AS BIGINT)
FROM policy_assessment a
WHERE a.assessment_id = ?1 AND a.officer_id <> ?4 AND NOT EXISTS (
	SELECT 1 FROM policy_release r WHERE r.hash = a.hash AND r.published_at_ms IS NOT NULL)
ON CONFLICT (assessment_id) DO NOTHING;

-- name: policy_assessment_taken
-- With the city's files: both officers stand there.
INSERT INTO policy_assessment_end (assessment_id, agreed, note, officer_id, officer, at_ms)
VALUES (?1, 1, '', 0, ?2, ?3);

-- name: policy_assessment_list
-- Newest first, below ?1, at most ?2; without the processings.
SELECT a.assessment_id, r.number, r.version, a.processing_count, a.lawful, a.impact, a.protection, a.risk, a.allowed,
	a.document, a.officer_id, a.officer, a.at_ms, e.agreed, e.note, e.officer_id, e.officer, e.at_ms
FROM policy_assessment a JOIN policy_release r ON r.hash = a.hash
LEFT JOIN policy_assessment_end e ON e.assessment_id = a.assessment_id
WHERE a.assessment_id < ?1 ORDER BY a.assessment_id DESC LIMIT ?2;

-- name: policy_assessment_get
SELECT a.assessment_id, r.number, r.version, a.processing_count, a.lawful, a.impact, a.protection, a.risk, a.allowed,
	a.document, a.officer_id, a.officer, a.at_ms, e.agreed, e.note, e.officer_id, e.officer, e.at_ms, a.processings
FROM policy_assessment a JOIN policy_release r ON r.hash = a.hash
LEFT JOIN policy_assessment_end e ON e.assessment_id = a.assessment_id
WHERE a.assessment_id = ?1;

-- name: policy_assessment_of
-- Of one content, in the order in which they were written.
SELECT a.assessment_id, r.number, r.version, a.processing_count, a.lawful, a.impact, a.protection, a.risk, a.allowed,
	a.document, a.officer_id, a.officer, a.at_ms, e.agreed, e.note, e.officer_id, e.officer, e.at_ms, a.processings
FROM policy_assessment a JOIN policy_release r ON r.hash = a.hash
LEFT JOIN policy_assessment_end e ON e.assessment_id = a.assessment_id
WHERE a.hash = ?1 ORDER BY a.assessment_id;

-- name: policy_assessment_newest
-- Of the release with number ?1.
SELECT a.assessment_id, r.number, r.version, a.processing_count, a.lawful, a.impact, a.protection, a.risk, a.allowed,
	a.document, a.officer_id, a.officer, a.at_ms, e.agreed, e.note, e.officer_id, e.officer, e.at_ms, a.processings
FROM policy_assessment a JOIN policy_release r ON r.hash = a.hash
LEFT JOIN policy_assessment_end e ON e.assessment_id = a.assessment_id
WHERE r.number = ?1 ORDER BY a.assessment_id DESC LIMIT 1;

-- name: policy_assessment_high
-- Of the releases above ?1 up to ?2, as policy_mark_list: what was found to be of high risk, and may be switched on.
SELECT r.number, a.processing_count FROM policy_assessment a
JOIN policy_assessment_end e ON e.assessment_id = a.assessment_id
JOIN policy_release r ON r.hash = a.hash
WHERE a.risk = 'high' AND a.allowed = 1 AND e.agreed = 1 AND r.number > ?1 AND r.number <= ?2
	AND (r.number = ?2 OR r.published_at_ms IS NOT NULL)
ORDER BY a.assessment_id;
