-- tables: idempotency

-- name: idempotency_claim
-- Status 0: running. A day-old row, or a claim that a crash left behind, is taken over.
INSERT INTO idempotency (bucket, scope_hash, key_hash, request_hash, status, sealed, created_at_ms)
VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6)
ON CONFLICT (bucket, scope_hash, key_hash) DO UPDATE SET request_hash = excluded.request_hash, status = 0,
	sealed = excluded.sealed, created_at_ms = excluded.created_at_ms
WHERE idempotency.created_at_ms < ?7 OR (idempotency.status = 0 AND idempotency.created_at_ms < ?8);

-- name: idempotency_get
SELECT request_hash, status, sealed FROM idempotency WHERE bucket = ?1 AND scope_hash = ?2 AND key_hash = ?3;

-- name: idempotency_done
UPDATE idempotency SET status = ?4, sealed = ?5 WHERE bucket = ?1 AND scope_hash = ?2 AND key_hash = ?3;

-- name: idempotency_forget
DELETE FROM idempotency WHERE bucket = ?1 AND scope_hash = ?2 AND key_hash = ?3;

-- name: idempotency_sweep
DELETE FROM idempotency WHERE bucket = ?1 AND created_at_ms < ?2;
