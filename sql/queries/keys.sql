-- The key store (vault/keys.h).
-- set: keys
-- tables: data_key, identifier_key, named_secret, row_end

-- name: data_key_find
-- The wrapped key, or NULL for a scope that was ended.
SELECT wrapped FROM data_key WHERE slot = ?1;

-- name: data_key_make
-- Does nothing when the scope has a key or was ended: of two that race, one key stands.
INSERT INTO data_key (slot, wrapped, made_at) VALUES (?1, ?2, ?3) ON CONFLICT (slot) DO NOTHING;

-- name: data_key_end
-- Destroys the key and leaves the tombstone; the first end counts.
INSERT INTO data_key (slot, wrapped, made_at, ended_at) VALUES (?1, NULL, ?2, ?2)
ON CONFLICT (slot) DO UPDATE SET wrapped = NULL, ended_at = COALESCE(data_key.ended_at, excluded.ended_at);

-- name: data_key_count
-- For `tongban keys status`: living keys, tombstones.
SELECT COUNT(wrapped), COUNT(ended_at) FROM data_key;

-- name: identifier_key_find
SELECT wrapped FROM identifier_key WHERE lookup = ?1;

-- name: identifier_key_make
INSERT INTO identifier_key (lookup, wrapped, made_at) VALUES (?1, ?2, ?3) ON CONFLICT (lookup) DO NOTHING;

-- name: identifier_key_end
DELETE FROM identifier_key WHERE lookup = ?1;

-- name: identifier_key_count
SELECT COUNT(*) FROM identifier_key;

-- name: row_end_put
-- The last end counts.
INSERT INTO row_end (slot, ended_at) VALUES (?1, ?2)
ON CONFLICT (slot) DO UPDATE SET ended_at = excluded.ended_at WHERE row_end.ended_at < excluded.ended_at;

-- name: row_end_find
SELECT ended_at FROM row_end WHERE slot = ?1;

-- name: row_end_forget
DELETE FROM row_end WHERE ended_at < ?1;

-- name: named_secret_find
SELECT sealed FROM named_secret WHERE name = ?1;

-- name: named_secret_make
-- Keeps what is there: two servers that start at once agree on one ledger key.
INSERT INTO named_secret (name, sealed, changed_at) VALUES (?1, ?2, ?3) ON CONFLICT (name) DO NOTHING;

-- name: named_secret_put
INSERT INTO named_secret (name, sealed, changed_at) VALUES (?1, ?2, ?3)
ON CONFLICT (name) DO UPDATE SET sealed = excluded.sealed, changed_at = excluded.changed_at;
