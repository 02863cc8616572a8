-- The key store. It never holds a key in clear, nor a person's number, scope, identifier or name: `slot` and `lookup`
-- are keyed hashes, `wrapped` and `sealed` are sealed under the master key.

-- One row for each (person, scope). An ended scope keeps its row as a tombstone: no key, and the time of its end. That
-- both are one row makes it impossible for a key to be made again beside its tombstone.
CREATE TABLE data_key (
	slot BLOB NOT NULL PRIMARY KEY,
	wrapped BLOB,
	made_at BIGINT NOT NULL,
	ended_at BIGINT
);

-- The keys of blind indexes, one for each identifier; an ended one is deleted and may come anew with another key.
CREATE TABLE identifier_key (
	lookup BLOB NOT NULL PRIMARY KEY,
	wrapped BLOB NOT NULL,
	made_at BIGINT NOT NULL
);

-- Named secrets: connectors' credentials, the ledger's signing key, and `keystore/check`, which tells whether a
-- master key belongs to this store.
CREATE TABLE named_secret (
	name TEXT NOT NULL PRIMARY KEY,
	sealed BLOB NOT NULL,
	changed_at BIGINT NOT NULL
);
