-- Data that partners deliver (partners/deliveries.h).
-- tables: partner_grant, partner_grant_number, partner_delivery

-- name: partner_grant_put
-- In the place of the grant ?6 that was read (0: of none).
INSERT INTO partner_grant (subject_id, cooperation, grant_id, consent_id, given_at_ms) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (subject_id, cooperation) DO UPDATE SET grant_id = excluded.grant_id, consent_id = excluded.consent_id,
	given_at_ms = excluded.given_at_ms
WHERE partner_grant.grant_id = ?6;

-- name: partner_grant_list
SELECT cooperation, grant_id, consent_id FROM partner_grant WHERE subject_id = ?1;

-- name: partner_grant_end
DELETE FROM partner_grant WHERE subject_id = ?1 AND cooperation = ?2;

-- name: partner_grant_number_put
INSERT INTO partner_grant_number (grant_id, subject_id, cooperation) VALUES (?1, ?2, ?3);

-- name: partner_grant_number_get
SELECT subject_id, cooperation FROM partner_grant_number WHERE grant_id = ?1;

-- name: partner_grant_number_end
DELETE FROM partner_grant_number WHERE grant_id = ?1;

-- name: partner_delivery_put
INSERT INTO partner_delivery (subject_id, delivery_id, cooperation, reference, at_ms) VALUES (?1, ?2, ?3, ?4, ?5);

-- name: partner_delivery_list
SELECT delivery_id, cooperation, at_ms FROM partner_delivery WHERE subject_id = ?1 ORDER BY delivery_id DESC;

-- name: partner_delivery_end
DELETE FROM partner_delivery WHERE subject_id = ?1 AND cooperation = ?2;
