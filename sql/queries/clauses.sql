-- What officers write about single clauses. Reference tables: few rows, no person's.
-- tables: clause_note, clause_decision

-- name: clause_note_insert
-- ?1 id, ?2 clause, ?3 text, ?4 by, ?5 role, ?6 now.
INSERT INTO clause_note (note_id, clause, text, written_by, role, written_at_ms, ended_at_ms, ended_by)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, '');

-- name: clause_note_list
-- Those that stand, and those that were taken back; in the order in which they were written.
SELECT note_id, clause, text, written_by, role, written_at_ms, ended_at_ms, ended_by FROM clause_note ORDER BY note_id;

-- name: clause_note_end
-- ?1 id, ?2 now, ?3 by.
UPDATE clause_note SET ended_at_ms = ?2, ended_by = ?3 WHERE note_id = ?1 AND ended_at_ms = 0;

-- name: clause_decision_insert
-- ?1 id, ?2 matter, ?3 decision, ?4 basis, ?5 source, ?6 by, ?7 now.
INSERT INTO clause_decision (decision_id, matter, decision, basis, source, decided_by, decided_at_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- name: clause_decision_list
-- Newest first, below id ?1; ?2 at most.
SELECT decision_id, matter, decision, basis, source, decided_by, decided_at_ms FROM clause_decision
WHERE decision_id < ?1 ORDER BY decision_id DESC LIMIT ?2;
