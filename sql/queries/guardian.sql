-- Guardians of minors.
-- tables: guardian_code, guardian_of, ward, ward_of_child, guardian_task, minor_birth

-- name: guardian_code_insert
INSERT INTO guardian_code (code_hash, owner_id, owner_is_person, expires_at_ms, used) VALUES (?1, ?2, ?3, ?4, 0)
ON CONFLICT (code_hash) DO NOTHING;

-- name: guardian_code_get
SELECT owner_id, owner_is_person FROM guardian_code WHERE code_hash = ?1 AND expires_at_ms > ?2 AND used = 0;

-- name: guardian_code_use
UPDATE guardian_code SET used = 1 WHERE code_hash = ?1 AND expires_at_ms > ?2 AND used = 0;

-- name: guardian_code_expire
-- Used or not, of whomever: codes belong to nobody once their time is over.
DELETE FROM guardian_code WHERE expires_at_ms <= ?1;

-- name: guardian_of_put
-- ?4 1: this guardian agrees. Nothing happens where another one has agreed.
INSERT INTO guardian_of (subject_id, guardian_id, ward_id, agreed) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (subject_id) DO UPDATE SET guardian_id = excluded.guardian_id, ward_id = excluded.ward_id,
	agreed = excluded.agreed
WHERE guardian_of.agreed = 0 OR guardian_of.ward_id = excluded.ward_id;

-- name: guardian_of_disagree
UPDATE guardian_of SET agreed = 0 WHERE subject_id = ?1 AND ward_id = ?2;

-- name: ward_of_child_put
INSERT INTO ward_of_child (subject_id, guardian_id, ward_id) VALUES (?1, ?2, ?3)
ON CONFLICT (subject_id, guardian_id, ward_id) DO NOTHING;

-- name: ward_of_child_list
SELECT guardian_id, ward_id FROM ward_of_child WHERE subject_id = ?1 ORDER BY ward_id;

-- name: ward_of_child_delete
DELETE FROM ward_of_child WHERE subject_id = ?1;

-- name: guardian_of_get
SELECT guardian_id, ward_id FROM guardian_of WHERE subject_id = ?1;

-- name: guardian_of_delete
DELETE FROM guardian_of WHERE subject_id = ?1;

-- name: ward_insert
INSERT INTO ward (subject_id, ward_id, kind, state, child_id, child_is_person, text_hash, version, asked_at_ms,
	changed_at_ms, agreed_at_ms, details)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, '', '', ?7, ?7, 0, ?8);

-- name: ward_get
SELECT ward_id, kind, state, child_id, child_is_person, text_hash, version, asked_at_ms, changed_at_ms, agreed_at_ms, details
FROM ward WHERE subject_id = ?1 AND ward_id = ?2;

-- name: ward_list
SELECT ward_id, kind, state, child_id, child_is_person, text_hash, version, asked_at_ms, changed_at_ms, agreed_at_ms, details
FROM ward WHERE subject_id = ?1 ORDER BY ward_id DESC LIMIT 200;

-- name: ward_advance
-- From state ?3 to ?4 at ?5; nothing happens when it stands elsewhere.
UPDATE ward SET state = ?4, changed_at_ms = ?5 WHERE subject_id = ?1 AND ward_id = ?2 AND state = ?3;

-- name: ward_agree
UPDATE ward SET state = 'agreed', changed_at_ms = ?3, agreed_at_ms = ?3, text_hash = ?4, version = ?5
WHERE subject_id = ?1 AND ward_id = ?2 AND state = 'confirmed';

-- name: ward_details
UPDATE ward SET details = ?3 WHERE subject_id = ?1 AND ward_id = ?2;

-- name: ward_child
-- The installation has become a person.
UPDATE ward SET child_id = ?3, child_is_person = 1 WHERE subject_id = ?1 AND ward_id = ?2;

-- name: ward_delete
DELETE FROM ward WHERE subject_id = ?1;

-- name: guardian_task_put
INSERT INTO guardian_task (bucket, ward_id, guardian_id, kind, state, at_ms, officer_id)
VALUES (0, ?1, ?2, ?3, 'open', ?4, ?5)
ON CONFLICT (bucket, ward_id) DO UPDATE SET kind = excluded.kind, state = 'open', at_ms = excluded.at_ms,
	officer_id = excluded.officer_id;

-- name: guardian_task_get
SELECT guardian_id, kind, state, at_ms, officer_id FROM guardian_task WHERE bucket = 0 AND ward_id = ?1;

-- name: guardian_task_list
SELECT ward_id, guardian_id, kind, state, at_ms, officer_id FROM guardian_task WHERE bucket = 0 AND state = ?1 AND ward_id < ?2
ORDER BY ward_id DESC LIMIT ?3;

-- name: guardian_task_done
UPDATE guardian_task SET state = 'done' WHERE bucket = 0 AND ward_id = ?1 AND state = 'open';

-- name: guardian_task_delete
DELETE FROM guardian_task WHERE bucket = 0 AND ward_id = ?1;

-- name: minor_birth_put
INSERT INTO minor_birth (subject_id, sealed) VALUES (?1, ?2)
ON CONFLICT (subject_id) DO UPDATE SET sealed = excluded.sealed;

-- name: minor_birth_get
SELECT sealed FROM minor_birth WHERE subject_id = ?1;

-- name: minor_birth_delete
DELETE FROM minor_birth WHERE subject_id = ?1;
