-- Releases of the policy. A reference table: few rows, no person's.
-- tables: policy_release

-- name: policy_release_insert
-- The next number. ?1 version, ?2 hash, ?3 document, ?4 page, ?5 now, ?6 effective at. A hash that is there stays as it is.
INSERT INTO policy_release (number, version, hash, document, page, created_at_ms, published_at_ms, published_by,
	effective_at_ms)
SELECT COALESCE(MAX(number), 0) + 1, CAST(?1 AS TEXT), CAST(?2 AS TEXT), CAST(?3 AS TEXT), CAST(?4 AS TEXT),
	CAST(?5 AS BIGINT), NULL, NULL, CAST(?6 AS BIGINT) FROM policy_release
WHERE 1 = 1
ON CONFLICT (hash) DO NOTHING;

-- name: policy_release_by_hash
SELECT number, version, published_at_ms, effective_at_ms FROM policy_release WHERE hash = ?1;

-- name: policy_release_publish
-- ?1 number, ?2 now, ?3 who, ?4 effective at. Once only, and never after a later number: servers look for what is
-- newer than what they know.
UPDATE policy_release SET published_at_ms = ?2, published_by = ?3, effective_at_ms = ?4
WHERE number = ?1 AND published_at_ms IS NULL
	AND NOT EXISTS (SELECT 1 FROM policy_release later WHERE later.number > ?1 AND later.published_at_ms IS NOT NULL);

-- name: policy_release_published
-- Every published release above number ?1, oldest first.
SELECT number, document, hash, effective_at_ms FROM policy_release
WHERE number > ?1 AND published_at_ms IS NOT NULL ORDER BY number;

-- name: policy_release_page
-- The page of a published version; of two under one name the later one.
SELECT page, hash, number, effective_at_ms, published_at_ms FROM policy_release
WHERE version = ?1 AND published_at_ms IS NOT NULL ORDER BY number DESC LIMIT 1;

-- name: policy_release_list
SELECT number, version, hash, created_at_ms, published_at_ms, effective_at_ms, published_by FROM policy_release
ORDER BY number;
