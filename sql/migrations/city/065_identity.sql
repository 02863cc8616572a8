-- Codes, counters and locks. Everything is a keyed hash: no number, name or code stands here. bucket is the first byte of the hash.

CREATE TABLE sms_code (
	bucket BIGINT NOT NULL,
	phone_hash BLOB NOT NULL,
	purpose TEXT NOT NULL,
	code_hash BLOB NOT NULL,
	attempts BIGINT NOT NULL,
	sent_at_ms BIGINT NOT NULL,
	expires_at_ms BIGINT NOT NULL,
	PRIMARY KEY (bucket, phone_hash, purpose)
);

-- How often something happened in the running window.
CREATE TABLE throttle (
	bucket BIGINT NOT NULL,
	key_hash BLOB NOT NULL,
	window_ends_ms BIGINT NOT NULL,
	count BIGINT NOT NULL,
	PRIMARY KEY (bucket, key_hash)
);

-- Wrong passwords in a row, by account or, when there is none, by the name that was typed.
CREATE TABLE login_guard (
	bucket BIGINT NOT NULL,
	key_hash BLOB NOT NULL,
	failures BIGINT NOT NULL,
	locked_until_ms BIGINT NOT NULL,
	PRIMARY KEY (bucket, key_hash)
);
