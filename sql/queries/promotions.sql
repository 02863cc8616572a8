-- Joint promotions (partners/promotions.h).
-- tables: promotion, promotion_entry, promotion_number, partner_call

-- name: promotion_insert
-- ?1 id, ?2 title, ?3 text, ?4 kind, ?5 partner, ?6 data, ?7 options, ?8 from, ?9 until, ?10 officer, ?11 name, ?12 now.
INSERT INTO promotion (promotion_id, state, title, text, kind, partner, data, options, from_ms, until_ms, officer_id,
	officer, second_id, second, created_at_ms, decided_at_ms, ended_at_ms, ended_by, reason)
VALUES (?1, 'waiting', ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 0, '', ?12, 0, 0, '', '');

-- name: promotion_list
-- Newest first, below ?1, at most ?2.
SELECT promotion_id, state, title, text, kind, partner, data, options, from_ms, until_ms, officer_id, officer, second,
	created_at_ms, decided_at_ms, ended_at_ms, ended_by, reason
FROM promotion WHERE promotion_id < ?1 ORDER BY promotion_id DESC LIMIT ?2;

-- name: promotion_shown
-- Those that people may see; newest first, below ?1, at most ?2.
SELECT promotion_id, state, title, text, kind, partner, data, options, from_ms, until_ms, officer_id, officer, second,
	created_at_ms, decided_at_ms, ended_at_ms, ended_by, reason
FROM promotion WHERE promotion_id < ?1 AND state IN ('agreed', 'ended') ORDER BY promotion_id DESC LIMIT ?2;

-- name: promotion_get
SELECT promotion_id, state, title, text, kind, partner, data, options, from_ms, until_ms, officer_id, officer, second,
	created_at_ms, decided_at_ms, ended_at_ms, ended_by, reason
FROM promotion WHERE promotion_id = ?1;

-- name: promotion_decide
-- By another officer than who drew it up.
UPDATE promotion SET state = ?2, second_id = ?3, second = ?4, decided_at_ms = ?5, reason = ?6
WHERE promotion_id = ?1 AND state = 'waiting' AND officer_id <> ?3;

-- name: promotion_end
UPDATE promotion SET state = 'ended', ended_at_ms = ?2, ended_by = ?3, reason = ?4
WHERE promotion_id = ?1 AND state = 'agreed';

-- name: promotion_entry_put
-- Who left may join again: a new number, a new consent, in the place of the entry ?6 that was read (0: of none).
INSERT INTO promotion_entry (subject_id, promotion_id, entry_id, consent_id, state, joined_at_ms)
VALUES (?1, ?2, ?3, ?4, 'sending', ?5)
ON CONFLICT (subject_id, promotion_id) DO UPDATE SET entry_id = excluded.entry_id, consent_id = excluded.consent_id,
	state = excluded.state, joined_at_ms = excluded.joined_at_ms
WHERE promotion_entry.entry_id = ?6;

-- name: promotion_entry_get
SELECT promotion_id, entry_id, consent_id, state, joined_at_ms FROM promotion_entry
WHERE subject_id = ?1 AND promotion_id = ?2;

-- name: promotion_entry_state
UPDATE promotion_entry SET state = ?3 WHERE subject_id = ?1 AND entry_id = ?2;

-- name: promotion_entry_end
DELETE FROM promotion_entry WHERE subject_id = ?1 AND entry_id = ?2;

-- name: promotion_number_put
INSERT INTO promotion_number (entry_id, subject_id, promotion_id) VALUES (?1, ?2, ?3);

-- name: promotion_number_get
SELECT subject_id, promotion_id FROM promotion_number WHERE entry_id = ?1;

-- name: promotion_number_end
DELETE FROM promotion_number WHERE entry_id = ?1;

-- name: promotion_entry_some
SELECT entry_id FROM promotion_entry WHERE subject_id = ?1 ORDER BY promotion_id LIMIT ?2;

-- name: partner_call_put
INSERT INTO partner_call (partner, request, at_ms) VALUES (?1, ?2, ?3) ON CONFLICT (partner, request) DO NOTHING;

-- name: partner_call_sweep
DELETE FROM partner_call WHERE at_ms < ?1;
