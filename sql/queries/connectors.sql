-- tables: outage, cut, cut_record

-- name: outage_note
-- One more failure; the first opens the outage.
INSERT INTO outage (authority, recovered_at_ms, outage_id, cause, failures, opened_at_ms, last_at_ms, classed_by, note)
VALUES (?1, 0, ?2, ?3, 1, ?4, ?4, '', '')
ON CONFLICT (authority, recovered_at_ms) DO UPDATE SET failures = outage.failures + 1, last_at_ms = excluded.last_at_ms;

-- name: outage_recover
UPDATE outage SET recovered_at_ms = ?2 WHERE authority = ?1 AND recovered_at_ms = 0;

-- name: outage_class
-- What an officer found to be the cause.
UPDATE outage SET cause = ?2, note = ?3, classed_by = ?4 WHERE outage_id = ?1;

-- name: outage_list
-- Newest first, below ?1.
SELECT outage_id, authority, cause, failures, opened_at_ms, last_at_ms, recovered_at_ms, classed_by, note FROM outage
WHERE outage_id < ?1 ORDER BY outage_id DESC LIMIT ?2;

-- name: outage_of
SELECT outage_id, authority, cause, failures, opened_at_ms, last_at_ms, recovered_at_ms, classed_by, note FROM outage
WHERE authority = ?1 AND recovered_at_ms = 0;

-- name: cut_put
INSERT INTO cut (kind, key, reason, cut_by, cut_at_ms) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (kind, key) DO NOTHING;

-- name: cut_delete
DELETE FROM cut WHERE kind = ?1 AND key = ?2;

-- name: cut_get
SELECT cut_at_ms FROM cut WHERE kind = ?1 AND key = ?2;

-- name: cut_list
SELECT kind, key, reason, cut_by, cut_at_ms FROM cut ORDER BY cut_at_ms DESC;

-- name: cut_record
INSERT INTO cut_record (record_id, kind, key, action, reason, officer, at_ms) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- name: cut_record_list
-- Newest first, below ?1, at most ?2.
SELECT kind, key, action, reason, officer, at_ms, record_id FROM cut_record WHERE record_id < ?1
ORDER BY record_id DESC LIMIT ?2;
