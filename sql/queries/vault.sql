-- Sealed items and blobs (vault/vault.h).
-- tables: vault_item, vault_blob, vault_deletion, sensor_use

-- name: vault_item_put
-- A new value of (record, item) takes the place of the old one; what the law keeps beside it stays.
INSERT INTO vault_item (subject_id, record_id, item, retained, category, service, origin, basis, scope, rule,
	collected_at, ends_at, sealed)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
ON CONFLICT (subject_id, record_id, item, retained) DO UPDATE SET category = excluded.category,
	service = excluded.service, origin = excluded.origin, basis = excluded.basis, scope = excluded.scope,
	rule = excluded.rule, collected_at = excluded.collected_at, ends_at = excluded.ends_at,
	sealed = excluded.sealed;

-- name: vault_item_record
-- What may be in use of one record, and of the profile (record 0), which supplies what the record lacks.
SELECT record_id, item, retained, category, service, origin, basis, scope, rule, collected_at, ends_at, sealed
FROM vault_item WHERE subject_id = ?1 AND record_id IN (?2, 0) AND retained = '' ORDER BY record_id, item;

-- name: vault_item_person
-- All that is held about a person, retained rows included.
SELECT record_id, item, retained, category, service, origin, basis, scope, rule, collected_at, ends_at, sealed
FROM vault_item WHERE subject_id = ?1 ORDER BY record_id, item, retained;

-- name: vault_item_end
-- All rows of an ended scope.
DELETE FROM vault_item WHERE subject_id = ?1 AND scope = ?2;

-- name: vault_item_delete
-- One value in use.
DELETE FROM vault_item WHERE subject_id = ?1 AND record_id = ?2 AND item = ?3 AND retained = '';

-- name: vault_deletion_note
-- Before it is deleted: that it was, at ?4 and after it was collected, whatever the clocks of two servers say.
INSERT INTO vault_deletion (subject_id, record_id, item, deleted_at)
SELECT subject_id, record_id, item, CASE WHEN collected_at < ?4 THEN ?4 ELSE collected_at + 1 END FROM vault_item
WHERE subject_id = ?1 AND record_id = ?2 AND item = ?3 AND retained = ''
ON CONFLICT (subject_id, record_id, item) DO UPDATE SET deleted_at = excluded.deleted_at;

-- name: vault_deletion_note_service
-- The same for what vault_item_delete_service deletes.
INSERT INTO vault_deletion (subject_id, record_id, item, deleted_at)
SELECT subject_id, record_id, item, CASE WHEN collected_at < ?4 THEN ?4 ELSE collected_at + 1 END FROM vault_item
WHERE subject_id = ?1 AND service = ?2 AND scope = ?3 AND retained = ''
ON CONFLICT (subject_id, record_id, item) DO UPDATE SET deleted_at = excluded.deleted_at;

-- name: vault_deletion_list
SELECT record_id, item, deleted_at FROM vault_deletion WHERE subject_id = ?1;

-- name: vault_deletion_done
-- Listed, unless it was deleted anew meanwhile.
DELETE FROM vault_deletion WHERE subject_id = ?1 AND record_id = ?2 AND item = ?3 AND deleted_at = ?4;

-- name: vault_deletion_page
-- The persons of whom something is not listed yet: a sweep when a server starts, and every hour.
SELECT DISTINCT subject_id FROM vault_deletion WHERE subject_id > ?1 ORDER BY subject_id LIMIT ?2;

-- name: vault_item_take
-- The same, if it is still the value that was read: for moving it under a retention scope.
DELETE FROM vault_item WHERE subject_id = ?1 AND record_id = ?2 AND item = ?3 AND retained = '' AND sealed = ?4;

-- name: vault_item_expire
-- What has reached its end date.
DELETE FROM vault_item WHERE subject_id = ?1 AND ends_at <> 0 AND ends_at <= ?2;

-- name: vault_item_expiring
-- The items of which it will be something, for the log of the job.
SELECT DISTINCT item FROM vault_item WHERE subject_id = ?1 AND ends_at <> 0 AND ends_at <= ?2 ORDER BY item;

-- name: vault_item_prolong
-- Whoever goes on using a category keeps what stands in it: ?3 is the new end date.
UPDATE vault_item SET ends_at = ?3
WHERE subject_id = ?1 AND scope = ?2 AND retained = '' AND ends_at <> 0 AND ends_at < ?3;

-- name: vault_item_next_end
-- The next end date after ?2; 0 when there is none.
SELECT COALESCE(MIN(ends_at), 0) FROM vault_item WHERE subject_id = ?1 AND ends_at > ?2;

-- name: vault_item_delete_service
-- What one service took, under its category's scope ?3.
DELETE FROM vault_item WHERE subject_id = ?1 AND service = ?2 AND scope = ?3 AND retained = '';

-- name: vault_scope_list
-- The scopes under which a person has items, and the last end date (0 stands for none and counts as the latest).
SELECT scope, COUNT(*), MAX(CASE ends_at WHEN 0 THEN 9000000000000000 ELSE ends_at END) FROM vault_item WHERE subject_id = ?1 GROUP BY scope ORDER BY scope;

-- name: vault_blob_scope_list
-- The same for blobs.
SELECT scope, COUNT(*), MAX(CASE ends_at WHEN 0 THEN 9000000000000000 ELSE ends_at END) FROM vault_blob WHERE subject_id = ?1 GROUP BY scope ORDER BY scope;

-- name: vault_blob_put
INSERT INTO vault_blob (subject_id, blob_id, scope, rule, size_bytes, made_at, ends_at)
VALUES (?1, ?2, ?3, NULL, ?4, ?5, 0);

-- name: vault_blob_list
-- All blobs of a person.
SELECT blob_id, scope, size_bytes, made_at, ends_at FROM vault_blob WHERE subject_id = ?1 ORDER BY blob_id;

-- name: vault_blob_retain
-- Puts a blob under another scope, with rule and end date.
UPDATE vault_blob SET scope = ?3, rule = ?4, ends_at = ?5 WHERE subject_id = ?1 AND blob_id = ?2 AND scope = ?6;

-- name: vault_blob_delete
DELETE FROM vault_blob WHERE subject_id = ?1 AND blob_id = ?2;

-- name: vault_subject_page
-- The persons of a restored store, page by page, for the tombstones: the one sweep over all persons, offline.
SELECT subject_id FROM vault_item WHERE subject_id > ?1
UNION SELECT subject_id FROM vault_blob WHERE subject_id > ?1 ORDER BY subject_id LIMIT ?2;

-- name: sensor_use_count
-- How often an installation's sensor was read for a service; who held the device is not told.
INSERT INTO sensor_use (installation_id, permission, service, uses, last_at_ms) VALUES (?1, ?2, ?3, 1, ?4)
ON CONFLICT (installation_id, permission, service) DO UPDATE SET uses = sensor_use.uses + 1,
	last_at_ms = excluded.last_at_ms;

-- name: sensor_use_end
DELETE FROM sensor_use WHERE installation_id = ?1;

-- name: sensor_use_list
SELECT permission, service, uses, last_at_ms FROM sensor_use WHERE installation_id = ?1 ORDER BY last_at_ms DESC;
