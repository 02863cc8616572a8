-- People's accounts, the identifiers that find them, credentials, sessions, cancellations.

-- The one lookup towards a person. The blind index hangs on a key that ends with the account.
CREATE TABLE identifier (
	kind TEXT NOT NULL,
	blind_index BLOB NOT NULL,
	subject_id BIGINT NOT NULL,
	confirmed BIGINT NOT NULL,
	reserved_at_ms BIGINT NOT NULL,
	PRIMARY KEY (blind_index, kind)
);

-- state: pending (registration runs), active, ending, cancelled
CREATE TABLE account (
	subject_id BIGINT NOT NULL PRIMARY KEY,
	state TEXT NOT NULL,
	created_at_ms BIGINT NOT NULL,
	ended_at_ms BIGINT NOT NULL
);

CREATE TABLE account_identifier (
	subject_id BIGINT NOT NULL,
	kind TEXT NOT NULL,
	blind_index BLOB NOT NULL,
	PRIMARY KEY (subject_id, kind)
);

-- The Argon2id text, sealed under the account's key, so that it ends with the account in backups too.
CREATE TABLE credential (
	subject_id BIGINT NOT NULL PRIMARY KEY,
	sealed BLOB NOT NULL,
	set_at_ms BIGINT NOT NULL,
	changed_at_ms BIGINT NOT NULL
);

CREATE TABLE session (
	subject_id BIGINT NOT NULL,
	session_id BIGINT NOT NULL,
	token_hash BLOB NOT NULL,
	installation_id BIGINT NOT NULL,
	platform TEXT NOT NULL,
	created_at_ms BIGINT NOT NULL,
	last_seen_ms BIGINT NOT NULL,
	ends_at_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, session_id)
);

-- What a certificate said, without a name: it proves a cancellation later.
CREATE TABLE cancellation (
	subject_id BIGINT NOT NULL,
	certificate_id BIGINT NOT NULL,
	scope TEXT NOT NULL,
	at_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, certificate_id)
);
