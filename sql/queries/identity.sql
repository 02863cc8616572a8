-- tables: sms_code, throttle, login_guard, prefill

-- name: sms_code_put
-- A new code replaces the earlier one, but not within the time to wait (?7: sent before this).
INSERT INTO sms_code (bucket, phone_hash, purpose, code_hash, attempts, sent_at_ms, expires_at_ms)
VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6)
ON CONFLICT (bucket, phone_hash, purpose) DO UPDATE SET code_hash = excluded.code_hash, attempts = 0,
	sent_at_ms = excluded.sent_at_ms, expires_at_ms = excluded.expires_at_ms
WHERE sms_code.sent_at_ms <= ?7;

-- name: sms_code_take
-- Single use: the row whose code is right goes; only one caller sees it go.
UPDATE sms_code SET expires_at_ms = 0
WHERE bucket = ?1 AND phone_hash = ?2 AND purpose = ?3 AND code_hash = ?4 AND expires_at_ms > ?5 AND attempts < ?6;

-- name: sms_code_attempt
UPDATE sms_code SET attempts = attempts + 1 WHERE bucket = ?1 AND phone_hash = ?2 AND purpose = ?3;

-- name: sms_code_sweep
DELETE FROM sms_code WHERE bucket = ?1 AND sent_at_ms < ?2;

-- name: throttle_count
INSERT INTO throttle (bucket, key_hash, window_ends_ms, count) VALUES (?1, ?2, ?3, 1)
ON CONFLICT (bucket, key_hash) DO UPDATE SET
	count = CASE WHEN throttle.window_ends_ms <= ?4 THEN 1 ELSE throttle.count + 1 END,
	window_ends_ms = CASE WHEN throttle.window_ends_ms <= ?4 THEN excluded.window_ends_ms ELSE throttle.window_ends_ms END
RETURNING count, window_ends_ms;

-- name: throttle_sweep
DELETE FROM throttle WHERE bucket = ?1 AND window_ends_ms < ?2;

-- name: login_guard_begin
-- Counts the attempt before the password is looked at, so that racing guesses are counted too. From the ?4th on, each attempt
-- locks for a time that doubles: ?5, twice that, … up to ?6 (the caller's shift is bounded by failures). Locked: no row changes.
INSERT INTO login_guard (bucket, key_hash, failures, locked_until_ms) VALUES (?1, ?2, 1, 0)
ON CONFLICT (bucket, key_hash) DO UPDATE SET
	failures = login_guard.failures + 1,
	locked_until_ms = CASE
		WHEN login_guard.failures + 1 < ?4 THEN 0
		WHEN login_guard.failures + 1 >= ?4 + 10 THEN ?3 + ?6
		ELSE ?3 + CAST(?5 AS BIGINT) * (1 << CAST(login_guard.failures + 1 - ?4 AS INTEGER)) END
WHERE login_guard.locked_until_ms <= ?3;

-- name: login_guard_get
SELECT failures, locked_until_ms FROM login_guard WHERE bucket = ?1 AND key_hash = ?2;

-- name: login_guard_clear
DELETE FROM login_guard WHERE bucket = ?1 AND key_hash = ?2;

-- name: prefill_put
-- The newest fetch for a form is the one that counts.
INSERT INTO prefill (bucket, form_hash, source, value_hash, consent_id, version, fetched_at_ms, expires_at_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
ON CONFLICT (bucket, form_hash) DO UPDATE SET source = excluded.source, value_hash = excluded.value_hash,
	consent_id = excluded.consent_id, version = excluded.version, fetched_at_ms = excluded.fetched_at_ms,
	expires_at_ms = excluded.expires_at_ms;

-- name: prefill_get
SELECT source, value_hash, consent_id, version FROM prefill WHERE bucket = ?1 AND form_hash = ?2 AND expires_at_ms > ?3;

-- name: prefill_delete
DELETE FROM prefill WHERE bucket = ?1 AND form_hash = ?2;

-- name: prefill_sweep
DELETE FROM prefill WHERE bucket = ?1 AND expires_at_ms <= ?2;
