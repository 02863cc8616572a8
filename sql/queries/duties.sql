-- Records of organisational duties.
-- tables: duty_record

-- name: duty_record_insert
-- ?1 id, ?2 duty, ?3 staff or '', ?4 the day it was done, ?5 note, ?6 document, ?7 by, ?8 now.
INSERT INTO duty_record (record_id, duty, staff, done_on_ms, note, document, recorded_by, recorded_at_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- name: duty_record_list
-- Newest first.
SELECT record_id, duty, staff, done_on_ms, note, document, recorded_by, recorded_at_ms FROM duty_record
WHERE duty = ?1 ORDER BY done_on_ms DESC, record_id DESC;

-- name: duty_last_of
-- When it was done last, by everyone whom it concerns; 0 when never.
SELECT COALESCE(MAX(done_on_ms), 0) FROM duty_record WHERE duty = ?1 AND staff = ?2;
