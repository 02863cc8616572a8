-- tables: identifier, account, account_identifier, credential, session, cancellation, ending_identifiers, identifier_ending, ended_account

-- name: identifier_reserve
-- Takes a free identifier, or one whose registration never finished.
INSERT INTO identifier (blind_index, kind, subject_id, confirmed, reserved_at_ms) VALUES (?1, ?2, ?3, 0, ?4)
ON CONFLICT (blind_index, kind) DO UPDATE SET subject_id = excluded.subject_id, reserved_at_ms = excluded.reserved_at_ms
WHERE identifier.confirmed = 0 AND identifier.reserved_at_ms < ?5;

-- name: identifier_confirm
UPDATE identifier SET confirmed = 1 WHERE blind_index = ?1 AND kind = ?2 AND subject_id = ?3;

-- name: identifier_unreserve
DELETE FROM identifier WHERE blind_index = ?1 AND kind = ?2 AND subject_id = ?3 AND confirmed = 0;

-- name: identifier_find
SELECT subject_id, confirmed FROM identifier WHERE blind_index = ?1 AND kind = ?2;

-- name: identifier_delete
DELETE FROM identifier WHERE blind_index = ?1 AND kind = ?2 AND subject_id = ?3;

-- name: identifier_hold
-- It finds nobody from now on, and is nobody else's until its key has ended: ?4 lies after all time.
UPDATE identifier SET confirmed = 0, reserved_at_ms = ?4
WHERE blind_index = ?1 AND kind = ?2 AND subject_id = ?3 AND confirmed = 1;

-- name: identifier_ending_put
INSERT INTO identifier_ending (subject_id, ending_id, kind, sealed) VALUES (?1, ?2, ?3, ?4);

-- name: identifier_ending_list
SELECT ending_id, kind, sealed FROM identifier_ending WHERE subject_id = ?1 ORDER BY ending_id;

-- name: identifier_ending_delete
DELETE FROM identifier_ending WHERE subject_id = ?1 AND ending_id = ?2;

-- name: account_insert
INSERT INTO account (subject_id, state, created_at_ms, ended_at_ms) VALUES (?1, 'pending', ?2, 0);

-- name: account_activate
UPDATE account SET state = 'active' WHERE subject_id = ?1 AND state = 'pending';

-- name: account_get
SELECT state, created_at_ms, ended_at_ms FROM account WHERE subject_id = ?1;

-- name: account_end_begin
UPDATE account SET state = 'ending', ended_at_ms = ?2 WHERE subject_id = ?1 AND state = 'active';

-- name: account_abandon
-- A registration that never finished.
UPDATE account SET state = 'ending', ended_at_ms = ?2 WHERE subject_id = ?1 AND state = 'pending';

-- name: account_end_finish
UPDATE account SET state = 'cancelled' WHERE subject_id = ?1 AND state = 'ending';

-- name: account_identifier_put
INSERT INTO account_identifier (subject_id, kind, blind_index) VALUES (?1, ?2, ?3)
ON CONFLICT (subject_id, kind) DO UPDATE SET blind_index = excluded.blind_index;

-- name: account_identifier_list
SELECT kind, blind_index FROM account_identifier WHERE subject_id = ?1;

-- name: account_identifier_clear
DELETE FROM account_identifier WHERE subject_id = ?1;

-- name: credential_insert
INSERT INTO credential (subject_id, sealed, set_at_ms, changed_at_ms) VALUES (?1, ?2, ?3, 0);

-- name: credential_put
INSERT INTO credential (subject_id, sealed, set_at_ms, changed_at_ms) VALUES (?1, ?2, ?3, 0)
ON CONFLICT (subject_id) DO UPDATE SET sealed = excluded.sealed, changed_at_ms = excluded.set_at_ms;

-- name: credential_get
SELECT sealed, set_at_ms, changed_at_ms FROM credential WHERE subject_id = ?1;

-- name: credential_delete
DELETE FROM credential WHERE subject_id = ?1;

-- name: session_insert
INSERT INTO session (subject_id, session_id, token_hash, installation_id, platform, created_at_ms, last_seen_ms, ends_at_ms, origin)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8);

-- name: session_get
SELECT token_hash, installation_id, platform, last_seen_ms, ends_at_ms FROM session
WHERE subject_id = ?1 AND session_id = ?2;

-- name: session_touch
UPDATE session SET last_seen_ms = ?3 WHERE subject_id = ?1 AND session_id = ?2;

-- name: session_list
SELECT session_id, platform, created_at_ms, last_seen_ms, ends_at_ms, installation_id, origin FROM session
WHERE subject_id = ?1 ORDER BY session_id DESC;

-- name: session_delete
DELETE FROM session WHERE subject_id = ?1 AND session_id = ?2;

-- name: session_delete_others
-- Keeps ?2; 0 keeps none.
DELETE FROM session WHERE subject_id = ?1 AND session_id <> ?2;

-- name: session_expired
SELECT session_id FROM session WHERE subject_id = ?1 AND (ends_at_ms <= ?2 OR last_seen_ms <= ?3)
ORDER BY session_id LIMIT ?4;

-- name: cancellation_insert
INSERT INTO cancellation (subject_id, certificate_id, scope, at_ms) VALUES (?1, ?2, ?3, ?4);

-- name: ended_account_insert
INSERT INTO ended_account (certificate_id, subject_id, until_at) VALUES (?1, ?2, ?3);

-- name: ended_account_find
SELECT subject_id, until_at FROM ended_account WHERE certificate_id = ?1;

-- name: account_walk
-- The next living accounts after ?1, at most ?2. For jobs that must reach everybody: it asks every shard.
SELECT subject_id FROM account WHERE subject_id > ?1 AND state = 'active' ORDER BY subject_id LIMIT ?2;

-- name: ending_identifiers_put
INSERT INTO ending_identifiers (subject_id, sealed) VALUES (?1, ?2)
ON CONFLICT (subject_id) DO UPDATE SET sealed = excluded.sealed;

-- name: ending_identifiers_get
SELECT sealed FROM ending_identifiers WHERE subject_id = ?1;

-- name: ending_identifiers_delete
DELETE FROM ending_identifiers WHERE subject_id = ?1;
