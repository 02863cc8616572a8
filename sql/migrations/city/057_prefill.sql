-- What a person had filled in from a source, after a tick of its own: form and value only as keyed hashes, so that the
-- server knows by itself which value it fetched. bucket is the first byte of the hash. One row for an installation's form.
CREATE TABLE prefill (
	bucket BIGINT NOT NULL,
	form_hash BLOB NOT NULL,
	source TEXT NOT NULL,
	value_hash BLOB NOT NULL,
	consent_id BIGINT NOT NULL,
	version TEXT NOT NULL,
	fetched_at_ms BIGINT NOT NULL,
	expires_at_ms BIGINT NOT NULL,
	PRIMARY KEY (bucket, form_hash)
);
