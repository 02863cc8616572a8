-- Transfers to a new holder (ops/transfers.h).
-- tables: transfer_case, transfer_part, transfer_person

-- name: transfer_insert
INSERT INTO transfer_case (transfer_id, state, ground, recipient, receiver, contact, region, document, scope,
	scope_until_ms, certificate, opened_by_id, opened_by, opened_at_ms, decided_by, decided_at_ms, told_upto,
	told_all_at_ms, told_people, upto, walk_after, people, left_out, parts, bound, package_hash, moved_at_ms,
	undertaking, undertaken_at_ms, closed_by, closed_at_ms)
VALUES (?1, 'waiting', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, '', 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', 0, '', 0, '', 0);

-- name: transfer_get
SELECT transfer_id, state, ground, recipient, receiver, contact, region, document, scope, scope_until_ms, certificate,
	opened_by_id, opened_by, opened_at_ms, decided_by, decided_at_ms, told_upto, told_all_at_ms, told_people, upto,
	walk_after, people, left_out, parts, bound, package_hash, moved_at_ms, undertaking, undertaken_at_ms, closed_by,
	closed_at_ms
FROM transfer_case WHERE transfer_id = ?1;

-- name: transfer_list
-- Newest first, below ?1, at most ?2.
SELECT transfer_id, state, ground, recipient, receiver, contact, region, document, scope, scope_until_ms, certificate,
	opened_by_id, opened_by, opened_at_ms, decided_by, decided_at_ms, told_upto, told_all_at_ms, told_people, upto,
	walk_after, people, left_out, parts, bound, package_hash, moved_at_ms, undertaking, undertaken_at_ms, closed_by,
	closed_at_ms
FROM transfer_case WHERE transfer_id < ?1 ORDER BY transfer_id DESC LIMIT ?2;

-- name: transfer_decide
-- Once, and not by who opened it (?2): ?3 state, ?4 name, ?5 now.
UPDATE transfer_case SET state = ?3, decided_by = ?4, decided_at_ms = ?5
WHERE transfer_id = ?1 AND state = 'waiting' AND opened_by_id <> ?2;

-- name: transfer_told
-- ?2 up to whom, ?3 how many more; only from where the walk stood, ?4.
UPDATE transfer_case SET told_upto = ?2, told_people = told_people + ?3
WHERE transfer_id = ?1 AND told_upto = ?4;

-- name: transfer_told_all
-- Where the ground needs no notice beforehand, the data may be under way by then.
UPDATE transfer_case SET state = CASE state WHEN 'telling' THEN 'ready' ELSE state END, told_all_at_ms = ?2
WHERE transfer_id = ?1 AND told_all_at_ms = 0;

-- name: transfer_tell_again
-- Somebody came since.
UPDATE transfer_case SET state = 'telling', told_all_at_ms = 0 WHERE transfer_id = ?1 AND state = 'ready';

-- name: transfer_undertake
-- The signed undertaking; the first that verifies stays.
UPDATE transfer_case SET undertaking = ?2, undertaken_at_ms = ?3
WHERE transfer_id = ?1 AND undertaking = '' AND state IN ('telling', 'ready', 'moving', 'moved');

-- name: transfer_move
-- ?2 the newest person that is part of it, ?3 whether the receiver is bound.
UPDATE transfer_case SET state = 'moving', upto = ?2, bound = ?3 WHERE transfer_id = ?1 AND state IN ('telling', 'ready');

-- name: transfer_packed
-- One more part: ?2 up to whom, ?3 people, ?4 left out; only from where the walk stood, ?5.
UPDATE transfer_case SET walk_after = ?2, people = people + ?3, left_out = left_out + ?4, parts = parts + 1
WHERE transfer_id = ?1 AND walk_after = ?5 AND package_hash = '';

-- name: transfer_hashed
-- The package is whole; the second walk, which enters its hash, begins.
UPDATE transfer_case SET package_hash = ?2, walk_after = 0 WHERE transfer_id = ?1 AND package_hash = '' AND walk_after = ?3;

-- name: transfer_entered
UPDATE transfer_case SET walk_after = ?2 WHERE transfer_id = ?1 AND walk_after = ?3;

-- name: transfer_moved
UPDATE transfer_case SET state = 'moved', moved_at_ms = ?2 WHERE transfer_id = ?1 AND state = 'moving';

-- name: transfer_close
UPDATE transfer_case SET state = 'closed', closed_by = ?2, closed_at_ms = ?3
WHERE transfer_id = ?1 AND state = 'moved' AND undertaking <> '';

-- name: transfer_part_put
-- A batch that was broken off is packed anew.
INSERT INTO transfer_part (transfer_id, part, sealed) VALUES (?1, ?2, ?3);

-- name: transfer_part_get
SELECT sealed FROM transfer_part WHERE transfer_id = ?1 AND part = ?2;

-- name: transfer_person_put
INSERT INTO transfer_person (subject_id, transfer_id, part, entered_at_ms) VALUES (?1, ?2, ?3, 0)
ON CONFLICT (subject_id, transfer_id) DO NOTHING;

-- name: transfer_person_find
SELECT part FROM transfer_person WHERE subject_id = ?1 AND transfer_id = ?2 AND entered_at_ms = 0;

-- name: transfer_person_entered
UPDATE transfer_person SET entered_at_ms = ?3 WHERE subject_id = ?1 AND transfer_id = ?2 AND entered_at_ms = 0;

-- name: transfer_person_end
DELETE FROM transfer_person WHERE subject_id = ?1;
