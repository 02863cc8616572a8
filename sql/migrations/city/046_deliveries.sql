-- What partners deliver about people who let them (NT-1.2.3). The data itself lies sealed in the vault.
-- What a person lets one cooperation deliver, under which consent, and the number that the partner is told.
CREATE TABLE partner_grant (
	subject_id BIGINT NOT NULL,
	cooperation TEXT NOT NULL,
	grant_id BIGINT NOT NULL,
	consent_id BIGINT NOT NULL,
	given_at_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, cooperation)
);

CREATE TABLE partner_grant_number (
	grant_id BIGINT NOT NULL PRIMARY KEY,
	subject_id BIGINT NOT NULL,
	cooperation TEXT NOT NULL
);

-- reference: what the partner itself calls the person's grant, so that it can be asked about it.
CREATE TABLE partner_delivery (
	subject_id BIGINT NOT NULL,
	delivery_id BIGINT NOT NULL,
	cooperation TEXT NOT NULL,
	reference TEXT NOT NULL,
	at_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, delivery_id)
);
