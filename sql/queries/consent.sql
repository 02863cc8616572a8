-- tables: installation, installation_acceptance, installation_consent, installation_permission, installation_function_permission, consent_text, person_facts, acceptance, consent, second_check, anonymous_use

-- name: installation_insert
INSERT INTO installation (installation_id, token_hash, platform, created_at_ms) VALUES (?1, ?2, ?3, ?4);

-- name: installation_get
SELECT token_hash, platform FROM installation WHERE installation_id = ?1 AND ended_at_ms = 0;

-- name: installation_end
UPDATE installation SET ended_at_ms = ?2 WHERE installation_id = ?1 AND ended_at_ms = 0;

-- name: installation_accept
-- A repeated press keeps the first record. A city that corrected a text under the same version asks again.
INSERT INTO installation_acceptance (installation_id, version, release_number, release_hash, read_at_ms, at_ms,
	may_collect, may_use, may_store, may_provide)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, 1, 1, 1)
ON CONFLICT (installation_id, version) DO UPDATE SET release_number = excluded.release_number,
	release_hash = excluded.release_hash, read_at_ms = excluded.read_at_ms, at_ms = excluded.at_ms, withdrawn_at_ms = 0
	WHERE excluded.release_number > installation_acceptance.release_number OR installation_acceptance.withdrawn_at_ms > 0;

-- name: installation_acceptance_list
SELECT version, release_number, release_hash, read_at_ms, at_ms, may_collect + may_use + may_store + may_provide,
	withdrawn_at_ms
FROM installation_acceptance WHERE installation_id = ?1 ORDER BY at_ms DESC;

-- name: installation_acceptance_withdraw
UPDATE installation_acceptance SET withdrawn_at_ms = ?2 WHERE installation_id = ?1 AND withdrawn_at_ms = 0;

-- name: installation_consent_insert
INSERT INTO installation_consent (installation_id, consent_id, service, recipient, items, text_hash, version,
	given_at_ms, withdrawn_at_ms, terms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9);

-- name: installation_consent_supersede
UPDATE installation_consent SET withdrawn_at_ms = ?5
WHERE installation_id = ?1 AND service = ?2 AND recipient = ?3 AND items = ?4 AND withdrawn_at_ms = 0;

-- name: installation_consent_withdraw
UPDATE installation_consent SET withdrawn_at_ms = ?3
WHERE installation_id = ?1 AND consent_id = ?2 AND withdrawn_at_ms = 0;

-- name: installation_consent_withdraw_every
UPDATE installation_consent SET withdrawn_at_ms = ?2 WHERE installation_id = ?1 AND withdrawn_at_ms = 0;

-- name: installation_consent_list
SELECT consent_id, service, recipient, items, text_hash, version, given_at_ms, withdrawn_at_ms, terms
FROM installation_consent WHERE installation_id = ?1 ORDER BY consent_id DESC;

-- name: installation_consent_clear
-- They have become the person's.
DELETE FROM installation_consent WHERE installation_id = ?1;

-- name: permission_put
INSERT INTO installation_permission (installation_id, permission, granted, changed_at_ms) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (installation_id, permission) DO UPDATE SET granted = excluded.granted, changed_at_ms = excluded.changed_at_ms;

-- name: permission_states
SELECT permission, granted, changed_at_ms FROM installation_permission WHERE installation_id = ?1;

-- name: permission_withdraw_all
UPDATE installation_permission SET granted = 0, changed_at_ms = ?2 WHERE installation_id = ?1 AND granted = 1;

-- name: function_permission_put
INSERT INTO installation_function_permission (installation_id, permission, service, granted, changed_at_ms)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (installation_id, permission, service) DO UPDATE SET granted = excluded.granted,
	changed_at_ms = excluded.changed_at_ms;

-- name: function_permission_states
SELECT permission, granted, changed_at_ms, service FROM installation_function_permission WHERE installation_id = ?1;

-- name: function_permission_withdraw
-- The whole permission is taken back, and with it what was given for one function.
UPDATE installation_function_permission SET granted = 0, changed_at_ms = ?3
WHERE installation_id = ?1 AND permission = ?2 AND granted = 1;

-- name: function_permission_withdraw_all
UPDATE installation_function_permission SET granted = 0, changed_at_ms = ?2 WHERE installation_id = ?1 AND granted = 1;

-- name: consent_text_put
INSERT INTO consent_text (text_hash, body, first_at_ms) VALUES (?1, ?2, ?3) ON CONFLICT (text_hash) DO NOTHING;

-- name: consent_text_get
SELECT body FROM consent_text WHERE text_hash = ?1;

-- name: person_facts_insert
-- A minor can only be registered when a guardian has agreed beforehand.
INSERT INTO person_facts (subject_id, status, minor, guardian_agreed, phone_bound, realname_level, created_at_ms)
VALUES (?1, 0, ?2, ?2, 0, 0, ?3);

-- name: person_facts_get
SELECT status, minor, guardian_agreed, phone_bound, realname_level FROM person_facts WHERE subject_id = ?1;

-- name: person_facts_counted
SELECT created_at_ms, minor, realname_level FROM person_facts WHERE subject_id = ?1;

-- name: person_facts_page
-- Everybody, in batches, for jobs that tell all: it asks every shard. Those who left are passed over.
SELECT subject_id FROM person_facts WHERE subject_id > ?1 AND status <> 2 ORDER BY subject_id LIMIT ?2;

-- name: person_facts_change
-- -1 leaves a column as it is. A cancelled person stays cancelled (TJ-4.3.f).
UPDATE person_facts SET
	realname_level = CASE WHEN ?2 < 0 THEN realname_level ELSE ?2 END,
	phone_bound = CASE WHEN ?3 < 0 THEN phone_bound ELSE ?3 END,
	status = CASE WHEN ?4 < 0 THEN status ELSE ?4 END
WHERE subject_id = ?1 AND status <> 2;

-- name: person_facts_minor
UPDATE person_facts SET minor = ?2, guardian_agreed = ?3 WHERE subject_id = ?1 AND status <> 2;

-- name: acceptance_insert
INSERT INTO acceptance (subject_id, acceptance_id, version, release_number, release_hash, kind, installation_id,
	read_at_ms, at_ms, may_collect, may_use, may_store, may_provide)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, 1, 1, 1, 1);

-- name: acceptance_all
SELECT acceptance_id, version, release_number, release_hash, kind, at_ms,
	may_collect + may_use + may_store + may_provide, withdrawn_at_ms
FROM acceptance WHERE subject_id = ?1 ORDER BY release_number DESC, acceptance_id DESC;

-- name: acceptance_withdraw_every
-- An earlier version counts where both allow: all of them go together.
UPDATE acceptance SET withdrawn_at_ms = ?2 WHERE subject_id = ?1 AND withdrawn_at_ms = 0;

-- name: acceptance_withdraw_installation
UPDATE acceptance SET withdrawn_at_ms = ?3 WHERE subject_id = ?1 AND installation_id = ?2 AND withdrawn_at_ms = 0;

-- name: consent_insert
INSERT INTO consent (subject_id, consent_id, service, recipient, items, text_hash, version, given_at_ms, withdrawn_at_ms, terms,
	about_id, until_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9, ?10, ?11);

-- name: consent_arrive
-- From another holder, with the times that it has there.
INSERT INTO consent (subject_id, consent_id, service, recipient, items, text_hash, version, given_at_ms, withdrawn_at_ms, terms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10);

-- name: consent_supersede
-- The same consent given again replaces the earlier row, so that withdrawing it once is enough.
UPDATE consent SET withdrawn_at_ms = ?5
WHERE subject_id = ?1 AND service = ?2 AND recipient = ?3 AND items = ?4 AND about_id = ?6 AND withdrawn_at_ms = 0;

-- name: consent_withdraw_one
UPDATE consent SET withdrawn_at_ms = ?3 WHERE subject_id = ?1 AND consent_id = ?2 AND withdrawn_at_ms = 0;

-- name: consent_withdraw_every
UPDATE consent SET withdrawn_at_ms = ?2 WHERE subject_id = ?1 AND withdrawn_at_ms = 0;

-- name: consent_end
-- The record of processing ended, and with it what proves it.
DELETE FROM consent WHERE subject_id = ?1;

-- name: acceptance_end
DELETE FROM acceptance WHERE subject_id = ?1;

-- name: consent_all
SELECT consent_id, service, recipient, items, text_hash, version, given_at_ms, withdrawn_at_ms, terms, about_id, until_ms
FROM consent WHERE subject_id = ?1 ORDER BY consent_id DESC;

-- name: consent_live
SELECT consent_id, service, recipient, items, text_hash, version, given_at_ms, withdrawn_at_ms, terms, about_id, until_ms
FROM consent WHERE subject_id = ?1 AND withdrawn_at_ms = 0 ORDER BY consent_id;

-- name: second_check_put
INSERT INTO second_check (subject_id, session_id, until_ms) VALUES (?1, ?2, ?3)
ON CONFLICT (subject_id, session_id) DO UPDATE SET until_ms = excluded.until_ms;

-- name: second_check_get
SELECT until_ms FROM second_check WHERE subject_id = ?1 AND session_id = ?2;

-- name: second_check_end
DELETE FROM second_check WHERE subject_id = ?1;

-- name: anonymous_use_add
INSERT INTO anonymous_use (service, month, uses, until_ms) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (service, month) DO UPDATE SET uses = anonymous_use.uses + excluded.uses, until_ms = excluded.until_ms;

-- name: anonymous_use_list
SELECT service, month, uses, until_ms FROM anonymous_use WHERE until_ms > ?1 ORDER BY month DESC, service;

-- name: anonymous_use_expire
DELETE FROM anonymous_use WHERE until_ms <= ?1;
