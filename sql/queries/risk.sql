-- tables: login_alert, risk_flag

-- name: login_alert_insert
INSERT INTO login_alert (subject_id, alert_id, installation_id, platform, state, at_ms) VALUES (?1, ?2, ?3, ?4, 'stopped', ?5);

-- name: login_alert_recent
-- One alert for a device that tries again and again.
SELECT alert_id, installation_id, platform, state, at_ms FROM login_alert
WHERE subject_id = ?1 AND installation_id = ?2 AND state = 'stopped' AND at_ms > ?3 ORDER BY alert_id DESC LIMIT 1;

-- name: login_alert_pass
UPDATE login_alert SET state = 'passed' WHERE subject_id = ?1 AND installation_id = ?2 AND state = 'stopped' AND at_ms > ?3;

-- name: login_alert_list
-- Newest first, below ?2, at most ?3.
SELECT alert_id, installation_id, platform, state, at_ms FROM login_alert
WHERE subject_id = ?1 AND alert_id < ?2 ORDER BY alert_id DESC LIMIT ?3;

-- name: login_alert_get
SELECT alert_id, installation_id, platform, state, at_ms FROM login_alert WHERE subject_id = ?1 AND alert_id = ?2;

-- name: login_alert_state
-- All alerts of one device say the same.
UPDATE login_alert SET state = ?3 WHERE subject_id = ?1 AND installation_id = ?2;

-- name: login_alert_clear
DELETE FROM login_alert WHERE subject_id = ?1;

-- name: risk_flag_put
INSERT INTO risk_flag (bucket, key_hash, kind, seen_ms, until_ms) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (bucket, key_hash) DO UPDATE SET kind = excluded.kind, seen_ms = excluded.seen_ms, until_ms = excluded.until_ms;

-- name: risk_flag_get
SELECT kind FROM risk_flag WHERE bucket = ?1 AND key_hash = ?2 AND until_ms > ?3;

-- name: risk_flag_any
-- Whether there is anything to compare a kind with.
SELECT until_ms FROM risk_flag WHERE kind = ?1 AND until_ms > ?2 LIMIT 1;

-- name: risk_flag_sweep
DELETE FROM risk_flag WHERE seen_ms < ?1 OR until_ms <= ?1;
