-- tables: own_device, own_place

-- name: own_device_get
-- How many devices the person uses, and what is known of ?2.
SELECT installation_id, way, bound_at_ms, blocked_at_ms FROM own_device WHERE subject_id = ?1;

-- name: own_device_put
-- bound_at_ms ?5: 0 leaves it as it is. Blocked stays blocked.
INSERT INTO own_device (subject_id, installation_id, way, since_ms, last_ms, bound_at_ms, blocked_at_ms)
VALUES (?1, ?2, ?3, ?4, ?4, ?5, 0)
ON CONFLICT (subject_id, installation_id) DO UPDATE SET way = excluded.way, last_ms = excluded.last_ms,
	bound_at_ms = CASE WHEN own_device.bound_at_ms > 0 THEN own_device.bound_at_ms ELSE excluded.bound_at_ms END;

-- name: own_device_bind
UPDATE own_device SET bound_at_ms = ?3 WHERE subject_id = ?1 AND installation_id = ?2 AND bound_at_ms = 0 AND blocked_at_ms = 0;

-- name: own_device_block
-- What was bound to the account is so no more.
INSERT INTO own_device (subject_id, installation_id, way, since_ms, last_ms, bound_at_ms, blocked_at_ms)
VALUES (?1, ?2, '', ?3, ?3, 0, ?3)
ON CONFLICT (subject_id, installation_id) DO UPDATE SET bound_at_ms = 0, blocked_at_ms = excluded.blocked_at_ms;

-- name: own_device_unblock
UPDATE own_device SET blocked_at_ms = 0 WHERE subject_id = ?1 AND installation_id = ?2 AND blocked_at_ms > 0;

-- name: own_device_clear
DELETE FROM own_device WHERE subject_id = ?1;

-- name: own_place_get
SELECT last_ms FROM own_place WHERE subject_id = ?1 AND place_hash = ?2;

-- name: own_place_put
INSERT INTO own_place (subject_id, place_hash, last_ms) VALUES (?1, ?2, ?3)
ON CONFLICT (subject_id, place_hash) DO UPDATE SET last_ms = excluded.last_ms;

-- name: own_place_sweep
DELETE FROM own_place WHERE subject_id = ?1 AND last_ms < ?2;

-- name: own_place_clear
DELETE FROM own_place WHERE subject_id = ?1;
