-- Staff and their sessions.
-- tables: staff, staff_session

-- name: staff_insert
-- ?1 id, ?2 login, ?3 name, ?4 role, ?5 department or NULL, ?6 password hash, ?7 now.
INSERT INTO staff (staff_id, login, name, role, department, password_hash, totp_step, failed, locked_until, created_at,
	ended_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0, 0, ?7, NULL);

-- name: staff_by_login
SELECT staff_id, login, name, role, department, password_hash, totp_step, failed, locked_until
FROM staff WHERE login = ?1 AND ended_at IS NULL;

-- name: staff_by_id
SELECT staff_id, login, name, role, department, password_hash, totp_step, failed, locked_until
FROM staff WHERE staff_id = ?1 AND ended_at IS NULL;

-- name: staff_list
SELECT staff_id, login, name, role, department, password_hash, totp_step, failed, locked_until
FROM staff WHERE ended_at IS NULL ORDER BY login;

-- name: staff_use_step
-- A TOTP step opens one session only: it must be later than the last one used.
UPDATE staff SET totp_step = ?2, failed = 0, locked_until = 0 WHERE staff_id = ?1 AND totp_step < ?2;

-- name: staff_failed
-- One more wrong try; ?2 until when the account is locked from now on.
UPDATE staff SET failed = failed + 1, locked_until = CASE WHEN ?2 > locked_until THEN ?2 ELSE locked_until END
WHERE staff_id = ?1;

-- name: staff_session_insert
-- ?1 hash of the token, ?2 staff, ?3 now.
INSERT INTO staff_session (token_hash, staff_id, created_at, last_seen_at) VALUES (?1, ?2, ?3, ?3);

-- name: staff_session_find
SELECT staff_id, created_at, last_seen_at FROM staff_session WHERE token_hash = ?1;

-- name: staff_session_seen
-- Moves on only while the session is not idle too long: last seen not before ?3.
UPDATE staff_session SET last_seen_at = ?2 WHERE token_hash = ?1 AND last_seen_at >= ?3;

-- name: staff_session_delete
DELETE FROM staff_session WHERE token_hash = ?1;

-- name: staff_session_delete_all
-- Of one staff member.
DELETE FROM staff_session WHERE staff_id = ?1;

-- name: staff_cut_account
-- The account opens nothing from now on.
UPDATE staff SET ended_at = ?2 WHERE staff_id = ?1 AND ended_at IS NULL;

-- name: staff_give_back
UPDATE staff SET ended_at = NULL WHERE staff_id = ?1;
