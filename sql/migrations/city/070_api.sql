-- Idempotency keys. Everything is a hash; the answer is sealed under a key that only the caller's token yields, so that the row tells
-- nothing without it. bucket is the first byte of the scope.

CREATE TABLE idempotency (
	bucket BIGINT NOT NULL,
	scope_hash BLOB NOT NULL,
	key_hash BLOB NOT NULL,
	request_hash BLOB NOT NULL,
	status BIGINT NOT NULL,
	sealed BLOB NOT NULL,
	created_at_ms BIGINT NOT NULL,
	PRIMARY KEY (bucket, scope_hash, key_hash)
);
