-- Logins: the devices and networks that an account is used from, unusual logins, what partners warn of, and events of security.
-- No address, number or device identifier stands here: keyed hashes only. What an unusual login was lies sealed in the vault.

-- bound_at_ms 0: used, but nothing beyond the login proved whose it is. blocked_at_ms: the person said that it is not theirs.
CREATE TABLE own_device (
	subject_id BIGINT NOT NULL,
	installation_id BIGINT NOT NULL,
	way TEXT NOT NULL,
	since_ms BIGINT NOT NULL,
	last_ms BIGINT NOT NULL,
	bound_at_ms BIGINT NOT NULL,
	blocked_at_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, installation_id)
);

CREATE TABLE own_place (
	subject_id BIGINT NOT NULL,
	place_hash BLOB NOT NULL,
	last_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, place_hash)
);

-- state: stopped (no second proof was given), passed, blocked (by the person)
CREATE TABLE login_alert (
	subject_id BIGINT NOT NULL,
	alert_id BIGINT NOT NULL,
	installation_id BIGINT NOT NULL,
	platform TEXT NOT NULL,
	state TEXT NOT NULL,
	at_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, alert_id)
);

-- What the city's risk source warns of. bucket is the first byte of the hash.
CREATE TABLE risk_flag (
	bucket BIGINT NOT NULL,
	key_hash BLOB NOT NULL,
	kind TEXT NOT NULL,
	seen_ms BIGINT NOT NULL,
	until_ms BIGINT NOT NULL,
	PRIMARY KEY (bucket, key_hash)
);

-- The same thing from the same source within one window counts up.
CREATE TABLE security_event (
	kind TEXT NOT NULL,
	source TEXT NOT NULL,
	rule TEXT NOT NULL,
	window_ms BIGINT NOT NULL,
	event_id BIGINT NOT NULL,
	measure TEXT NOT NULL,
	count BIGINT NOT NULL,
	first_at_ms BIGINT NOT NULL,
	last_at_ms BIGINT NOT NULL,
	PRIMARY KEY (kind, source, rule, window_ms)
);
CREATE INDEX security_event_by_time ON security_event (last_at_ms);
