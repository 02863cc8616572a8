-- Services: attachments, cases, and the queues of the departments.
-- tables: attachment, service_case, case_event, case_queue, photo_mark

-- name: attachment_insert
-- A new upload; ?1 subject, ?2 id, ?3 service, ?4 content type, ?5 bytes, ?6 now.
INSERT INTO attachment (subject_id, attachment_id, case_id, service, content_type, size_bytes, created_at)
VALUES (?1, ?2, NULL, ?3, ?4, ?5, ?6);

-- name: attachment_find
SELECT attachment_id, case_id, size_bytes, created_at, content_type, service
FROM attachment WHERE subject_id = ?1 AND attachment_id = ?2;

-- name: attachment_of_case
SELECT attachment_id, case_id, size_bytes, created_at, content_type, service
FROM attachment WHERE subject_id = ?1 AND case_id = ?2 ORDER BY attachment_id;

-- name: attachment_take
-- Only an upload that waits; ?3 the case.
UPDATE attachment SET case_id = ?3 WHERE subject_id = ?1 AND attachment_id = ?2 AND case_id IS NULL;

-- name: attachment_delete_waiting
DELETE FROM attachment WHERE subject_id = ?1 AND attachment_id = ?2 AND case_id IS NULL;

-- name: case_insert
-- ?2 case, ?3 number, ?4 service, ?5 now.
INSERT INTO service_case (subject_id, case_id, number, service, state, department, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, 'submitted', NULL, ?5, ?5);

-- name: case_find
SELECT case_id, number, service, state, department, created_at, updated_at
FROM service_case WHERE subject_id = ?1 AND case_id = ?2;

-- name: case_list
-- Newest first, below ?2 (0 would be none: pass the largest id to start), at most ?3.
SELECT case_id, number, service, state, department, created_at, updated_at
FROM service_case WHERE subject_id = ?1 AND case_id < ?2 ORDER BY case_id DESC LIMIT ?3;

-- name: case_advance
-- From state ?3 to ?4 at ?5; nothing happens when it stands elsewhere.
UPDATE service_case SET state = ?4, updated_at = ?5 WHERE subject_id = ?1 AND case_id = ?2 AND state = ?3;

-- name: case_assign
-- The hotline chose department ?3.
UPDATE service_case SET state = 'assigned', department = ?3, updated_at = ?4
WHERE subject_id = ?1 AND case_id = ?2 AND state = 'submitted';

-- name: case_event_insert
-- ?3 event, ?4 kind, ?5 at, ?6 sealed text or NULL.
INSERT INTO case_event (subject_id, case_id, event_id, kind, at, sealed) VALUES (?1, ?2, ?3, ?4, ?5, ?6);

-- name: case_event_list
SELECT event_id, kind, at, sealed FROM case_event WHERE subject_id = ?1 AND case_id = ?2 ORDER BY event_id;

-- name: case_delete
DELETE FROM service_case WHERE subject_id = ?1;

-- name: case_event_delete
DELETE FROM case_event WHERE subject_id = ?1;

-- name: attachment_delete
DELETE FROM attachment WHERE subject_id = ?1;

-- name: case_delete_one
-- A case whose time is over.
DELETE FROM service_case WHERE subject_id = ?1 AND case_id = ?2;

-- name: case_event_delete_case
DELETE FROM case_event WHERE subject_id = ?1 AND case_id = ?2;

-- name: attachment_delete_case
DELETE FROM attachment WHERE subject_id = ?1 AND case_id = ?2;

-- name: case_queue_insert
-- ?1 department, ?2 case, ?3 subject, ?4 number, ?5 service, ?6 state, ?7 created.
INSERT INTO case_queue (department, case_id, subject_id, number, service, state, created_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- name: case_queue_state
UPDATE case_queue SET state = ?3 WHERE department = ?1 AND case_id = ?2;

-- name: case_queue_list
-- Newest first, below ?2, of state ?3 ('' for all), at most ?4.
SELECT case_id, subject_id, number, service, state, created_at FROM case_queue
WHERE department = ?1 AND case_id < ?2 AND state <> 'assigned' AND (?3 = '' OR state = ?3) ORDER BY case_id DESC LIMIT ?4;

-- name: case_queue_find
SELECT case_id, subject_id, number, service, state, created_at FROM case_queue
WHERE department = ?1 AND case_id = ?2 AND state <> 'assigned';

-- name: case_queue_delete
DELETE FROM case_queue WHERE department = ?1 AND case_id = ?2;

-- name: photo_mark_put
INSERT INTO photo_mark (subject_id, attachment_id, from_id, made_at_ms) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (subject_id, attachment_id) DO NOTHING;

-- name: photo_mark_list
SELECT attachment_id, from_id, made_at_ms FROM photo_mark WHERE subject_id = ?1 ORDER BY attachment_id DESC;

-- name: photo_mark_delete
DELETE FROM photo_mark WHERE subject_id = ?1 AND attachment_id = ?2;

-- name: photo_mark_end
DELETE FROM photo_mark WHERE subject_id = ?1;
