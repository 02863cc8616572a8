-- De-identified sets (ops/analysis.h).
-- tables: analysis_set, analysis_group, analysis_draft, analysis_row, analysis_key

-- name: analysis_insert
INSERT INTO analysis_set (set_id, state, fields, purpose, receiver, made_by, made_at_ms, walk_after, least, people,
	suppressed, reason, checked_at_ms, part, product, form, key_state)
VALUES (?1, 'making', ?2, ?3, ?4, ?5, ?6, 0, ?7, 0, 0, '', 0, ?8, ?9, ?10, ?11);

-- name: analysis_get
SELECT set_id, state, fields, purpose, receiver, made_by, made_at_ms, walk_after, least, people, suppressed, reason,
	checked_at_ms, part, product, form, key_state
FROM analysis_set WHERE set_id = ?1;

-- name: analysis_list
-- Newest first, below ?1, at most ?2.
SELECT set_id, state, fields, purpose, receiver, made_by, made_at_ms, walk_after, least, people, suppressed, reason,
	checked_at_ms, part, product, form, key_state
FROM analysis_set WHERE set_id < ?1 ORDER BY set_id DESC LIMIT ?2;

-- name: analysis_own
-- What was made for ourselves since ?1, those alike in one, the newest first.
SELECT fields, part, product, COUNT(*), MAX(made_at_ms) FROM analysis_set
WHERE state = 'ready' AND receiver = '' AND made_at_ms >= ?1
GROUP BY fields, part, product ORDER BY 5 DESC;

-- name: analysis_walked
-- ?2 up to whom, ?3 people more; only from where the walk stood, ?4.
UPDATE analysis_set SET walk_after = ?2, people = people + ?3
WHERE set_id = ?1 AND walk_after = ?4 AND state = 'making';

-- name: analysis_checked
-- ?2 ready or refused, ?3 people of groups that were left out, ?4 why, ?5 now.
UPDATE analysis_set SET state = ?2, suppressed = ?3, reason = ?4, checked_at_ms = ?5
WHERE set_id = ?1 AND state = 'making';

-- name: analysis_group_add
INSERT INTO analysis_group (set_id, common, people) VALUES (?1, ?2, ?3)
ON CONFLICT (set_id, common) DO UPDATE SET people = analysis_group.people + excluded.people;

-- name: analysis_group_list
SELECT common, people FROM analysis_group WHERE set_id = ?1 ORDER BY common;

-- name: analysis_group_small
-- Groups below ?2 people go, and with 0 none stays.
DELETE FROM analysis_group WHERE set_id = ?1 AND (people < ?2 OR ?2 = 0);

-- name: analysis_key_state
-- From ?2 to ?3.
UPDATE analysis_set SET key_state = ?3 WHERE set_id = ?1 AND key_state = ?2;

-- name: analysis_draft_add
INSERT INTO analysis_draft (set_id, code, common) VALUES (?1, ?2, ?3);

-- name: analysis_draft_small
-- Of groups below ?2 people, at most ?3.
SELECT d.code, d.common FROM analysis_draft d
JOIN analysis_group g ON g.set_id = d.set_id AND g.common = d.common
WHERE d.set_id = ?1 AND g.people < ?2 LIMIT ?3;

-- name: analysis_draft_next
-- By the order of the codes, at most ?2.
SELECT code, common FROM analysis_draft WHERE set_id = ?1 ORDER BY code LIMIT ?2;

-- name: analysis_draft_delete
DELETE FROM analysis_draft WHERE set_id = ?1 AND code = ?2;

-- name: analysis_row_add
INSERT INTO analysis_row (set_id, position, code, common) VALUES (?1, ?2, ?3, ?4);

-- name: analysis_row_last
SELECT COALESCE(MAX(position), 0) FROM analysis_row WHERE set_id = ?1;

-- name: analysis_row_page
SELECT position, code, common FROM analysis_row WHERE set_id = ?1 AND position > ?2 ORDER BY position LIMIT ?3;

-- name: analysis_key_add
INSERT INTO analysis_key (person, set_id, code, sealed) VALUES (?1, ?2, ?3, ?4);

-- name: analysis_key_by_code
SELECT code, sealed FROM analysis_key WHERE set_id = ?1 AND code = ?2;

-- name: analysis_key_page
-- In the order of the hashes, after ?2, at most ?3.
SELECT code, sealed FROM analysis_key WHERE set_id = ?1 AND code > ?2 ORDER BY code LIMIT ?3;

-- name: analysis_key_delete
DELETE FROM analysis_key WHERE set_id = ?1 AND code = ?2;

-- name: analysis_key_end
-- The whole table of a set, whose key is gone.
DELETE FROM analysis_key WHERE set_id = ?1;

-- name: analysis_key_person_end
DELETE FROM analysis_key WHERE person = ?1;
