-- tables: job

-- name: job_insert
-- A schedule that is there already stays as it is.
INSERT INTO job (bucket, id, kind, subject_id, ref_id, state, due_at, lease_until, attempts, created_at)
VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', ?6, 0, 0, ?7)
ON CONFLICT (bucket, id) DO NOTHING;

-- name: job_due
-- Candidates for a claim, the longest due first.
SELECT id, kind, subject_id, ref_id, attempts FROM job
WHERE bucket = ?1 AND state = 'waiting' AND due_at <= ?2 AND lease_until <= ?2
ORDER BY due_at, id LIMIT 16;

-- name: job_claim
-- Of racing workers one changes the row: the others see another attempt.
UPDATE job SET attempts = attempts + 1, lease_until = ?5
WHERE bucket = ?1 AND id = ?2 AND attempts = ?3 AND state = 'waiting' AND due_at <= ?4 AND lease_until <= ?4;

-- name: job_done
DELETE FROM job WHERE bucket = ?1 AND id = ?2 AND attempts = ?3;

-- name: job_again
-- Later: after a failure with its attempts kept, else with none.
UPDATE job SET due_at = ?4, lease_until = 0, attempts = ?5 WHERE bucket = ?1 AND id = ?2 AND attempts = ?3;

-- name: job_dead
-- Given up; a person looks at it.
UPDATE job SET state = 'dead', lease_until = 0 WHERE bucket = ?1 AND id = ?2 AND attempts = ?3;

-- name: job_unsettled
-- Jobs that are due, or that a worker has.
SELECT COUNT(*) FROM job WHERE bucket = ?1 AND state = 'waiting' AND (due_at <= ?2 OR lease_until > ?2);

-- name: job_counts
-- For the operator: waiting, and given up.
SELECT COALESCE(SUM(CASE WHEN state = 'waiting' THEN 1 ELSE 0 END), 0),
	COALESCE(SUM(CASE WHEN state = 'dead' THEN 1 ELSE 0 END), 0)
FROM job WHERE bucket = ?1;
