-- Papers of those who receive data (consent/papers.h, partners/papers.h).
-- tables: party_paper

-- name: paper_standing
-- What stands at ?1; every decision about sharing asks.
SELECT recipient, kind, items FROM party_paper WHERE state = 'standing' AND from_ms <= ?1 AND until_ms > ?1;

-- name: paper_insert
-- ?1 id, ?2 recipient, ?3 kind, ?4 document, ?5 its hash, ?6 items, ?7 findings, ?8 from, ?9 until, ?10 state, ?11 officer,
-- ?12 name, ?13 second officer, ?14 name, ?15 now, ?16 decided.
INSERT INTO party_paper (paper_id, recipient, kind, document, document_hash, items, findings, from_ms, until_ms, state,
	officer_id, officer, second_id, second, created_at_ms, decided_at_ms, ended_at_ms, ended_by, reason)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, 0, '', '');

-- name: paper_count
SELECT COUNT(*) FROM party_paper;

-- name: paper_list
-- Newest first.
SELECT paper_id, recipient, kind, document, document_hash, items, findings, from_ms, until_ms, state, officer_id, officer,
	second_id, second, created_at_ms, decided_at_ms, ended_at_ms, ended_by, reason
FROM party_paper ORDER BY created_at_ms DESC, paper_id DESC;

-- name: paper_get
SELECT paper_id, recipient, kind, document, document_hash, items, findings, from_ms, until_ms, state, officer_id, officer,
	second_id, second, created_at_ms, decided_at_ms, ended_at_ms, ended_by, reason
FROM party_paper WHERE paper_id = ?1;

-- name: paper_decide
-- By another officer than who entered it.
UPDATE party_paper SET state = ?2, second_id = ?3, second = ?4, decided_at_ms = ?5
WHERE paper_id = ?1 AND state = 'waiting' AND officer_id <> ?3;

-- name: paper_end
UPDATE party_paper SET state = 'ended', ended_at_ms = ?2, ended_by = ?3, reason = ?4
WHERE paper_id = ?1 AND (state = 'standing' OR state = 'waiting');
