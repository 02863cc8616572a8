-- What is known of the protection of data. No person's.
-- tables: security_result, refused_attempt, backup_record, security_filing, agreement_breach

-- name: security_result_put
INSERT INTO security_result (control, state, detail, checked_at_ms) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (control) DO UPDATE SET state = excluded.state, detail = excluded.detail,
	checked_at_ms = excluded.checked_at_ms;

-- name: security_result_get
SELECT state, detail, checked_at_ms FROM security_result WHERE control = ?1;

-- name: refused_attempt_add
-- ?1 day, ?2 kind, ?3 how many more.
INSERT INTO refused_attempt (day_ms, kind, attempts) VALUES (?1, ?2, ?3)
ON CONFLICT (day_ms, kind) DO UPDATE SET attempts = refused_attempt.attempts + excluded.attempts;

-- name: refused_attempt_sum
-- Since day ?1.
SELECT kind, SUM(attempts) FROM refused_attempt WHERE day_ms >= ?1 GROUP BY kind;

-- name: backup_record_insert
INSERT INTO backup_record (backup_id, made_at_ms) VALUES (?1, ?2);

-- name: backup_record_last
SELECT COALESCE(MAX(made_at_ms), 0) FROM backup_record;

-- name: security_filing_insert
INSERT INTO security_filing (filing_id, level, number, filed_on_ms, assessed_on_ms, valid_until_ms, recorded_by,
	recorded_at_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8);

-- name: security_filing_last
SELECT filing_id, level, number, filed_on_ms, assessed_on_ms, valid_until_ms, recorded_by, recorded_at_ms
FROM security_filing ORDER BY filing_id DESC LIMIT 1;

-- name: agreement_breach_insert
INSERT INTO agreement_breach (breach_id, staff_id, login, facts, opened_by, opened_at_ms, outcome, note, closed_by,
	closed_at_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, '', '', '', 0);

-- name: agreement_breach_list
SELECT breach_id, staff_id, login, facts, opened_by, opened_at_ms, outcome, note, closed_by, closed_at_ms
FROM agreement_breach ORDER BY breach_id DESC;


-- name: agreement_breach_close
-- ?1 id, ?2 outcome, ?3 note, ?4 by, ?5 now.
UPDATE agreement_breach SET outcome = ?2, note = ?3, closed_by = ?4, closed_at_ms = ?5
WHERE breach_id = ?1 AND closed_at_ms = 0;
