-- Requests of people about their data.
-- tables: rights_request, rights_queue

-- name: rights_insert
INSERT INTO rights_request (subject_id, request_id, kind, state, verified_at_ms, due_at_ms, answered_at_ms, sealed)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?7);

-- name: rights_step
-- From state ?3 to ?4; nothing happens when it stands elsewhere.
UPDATE rights_request SET state = ?4, verified_at_ms = ?5, due_at_ms = ?6, answered_at_ms = ?7, sealed = ?8
WHERE subject_id = ?1 AND request_id = ?2 AND state = ?3;

-- name: rights_get
SELECT request_id, kind, state, verified_at_ms, due_at_ms, answered_at_ms, sealed
FROM rights_request WHERE subject_id = ?1 AND request_id = ?2;

-- name: rights_list
SELECT request_id, kind, state, verified_at_ms, due_at_ms, answered_at_ms, sealed
FROM rights_request WHERE subject_id = ?1 AND request_id < ?2 ORDER BY request_id DESC LIMIT ?3;

-- name: rights_delete
DELETE FROM rights_request WHERE subject_id = ?1;

-- name: rights_delete_one
DELETE FROM rights_request WHERE subject_id = ?1 AND request_id = ?2;

-- name: rights_queue_put
INSERT INTO rights_queue (bucket, request_id, subject_id, waiting, due_at_ms, answered_at_ms)
VALUES (0, ?1, ?2, ?3, ?4, ?5)
ON CONFLICT (bucket, request_id) DO UPDATE SET waiting = excluded.waiting, due_at_ms = excluded.due_at_ms,
	answered_at_ms = excluded.answered_at_ms;

-- name: rights_queue_find
SELECT subject_id FROM rights_queue WHERE bucket = 0 AND request_id = ?1;

-- name: rights_queue_due
-- What waits for an answer, the nearest day first, behind request ?1. Where that one has ended meanwhile the list starts
-- anew: a row may come twice, none is left out.
SELECT request_id, subject_id FROM rights_queue WHERE bucket = 0 AND waiting = 1 AND due_at_ms > 0
	AND (due_at_ms, request_id) > (COALESCE((SELECT due_at_ms FROM rights_queue WHERE bucket = 0 AND request_id = ?1), 0), ?1)
ORDER BY due_at_ms, request_id LIMIT ?2;

-- name: rights_queue_proof
-- What waits for proof of identity: no day runs yet.
SELECT request_id, subject_id FROM rights_queue WHERE bucket = 0 AND waiting = 1 AND due_at_ms = 0 AND request_id > ?1
ORDER BY request_id LIMIT ?2;

-- name: rights_queue_answered
SELECT request_id, subject_id FROM rights_queue WHERE bucket = 0 AND waiting = 0 AND request_id < ?1
ORDER BY request_id DESC LIMIT ?2;

-- name: rights_queue_delete
DELETE FROM rights_queue WHERE bucket = 0 AND request_id = ?1;

-- name: rights_count
-- ?1 now: waiting, of them overdue; answered, of them late.
SELECT SUM(waiting), SUM(CASE WHEN waiting = 1 AND due_at_ms > 0 AND due_at_ms < ?1 THEN 1 ELSE 0 END),
	SUM(1 - waiting), SUM(CASE WHEN waiting = 0 AND due_at_ms > 0 AND answered_at_ms > due_at_ms THEN 1 ELSE 0 END)
FROM rights_queue WHERE bucket = 0;
