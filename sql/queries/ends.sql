-- Planned ends of services, and of the whole app.
-- tables: service_end

-- name: service_end_insert
-- ?1 id, ?2 service or '', ?3 from when on, ?4 reason, ?5 now, ?6 by, ?7 that officer, ?8 now, or 0 where a second
-- officer must agree. Nothing while another of the same stands.
INSERT INTO service_end (end_id, service, ends_at_ms, reason, announced_at_ms, announced_by, withdrawn_at_ms, walk_after,
	told_all_at_ms, told_people, done_at_ms, people, left_items, officer_id, agreed_at_ms, agreed_by)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, 0, 0, 0, 0, 0, 0, ?7, ?8, '')
ON CONFLICT DO NOTHING;

-- name: service_end_agree
-- Another officer ?2 (?3 by name) than the one who proposed it, once, and not after it was taken back; ?4 now.
UPDATE service_end SET agreed_at_ms = ?4, agreed_by = ?3
WHERE end_id = ?1 AND agreed_at_ms = 0 AND withdrawn_at_ms = 0 AND officer_id <> ?2;

-- name: service_end_list
-- Newest first, below ?1, at most ?2.
SELECT end_id, service, ends_at_ms, reason, announced_at_ms, announced_by, withdrawn_at_ms, walk_after, told_all_at_ms,
	told_people, done_at_ms, people, left_items, officer_id, agreed_at_ms, agreed_by
FROM service_end WHERE end_id < ?1 ORDER BY end_id DESC LIMIT ?2;

-- name: service_end_get
SELECT end_id, service, ends_at_ms, reason, announced_at_ms, announced_by, withdrawn_at_ms, walk_after, told_all_at_ms,
	told_people, done_at_ms, people, left_items, officer_id, agreed_at_ms, agreed_by
FROM service_end WHERE end_id = ?1;

-- name: service_end_shown
-- Agreed to, not taken back, and not over before ?1: each service at most once in that time.
SELECT end_id, service, ends_at_ms, reason, announced_at_ms, announced_by, withdrawn_at_ms, walk_after, told_all_at_ms,
	told_people, done_at_ms, people, left_items, officer_id, agreed_at_ms, agreed_by
FROM service_end WHERE agreed_at_ms > 0 AND withdrawn_at_ms = 0 AND ends_at_ms > ?1 ORDER BY end_id DESC;

-- name: service_end_standing
-- Those that were agreed to and not taken back.
SELECT service, ends_at_ms FROM service_end WHERE withdrawn_at_ms = 0 AND agreed_at_ms > 0;

-- name: service_end_withdraw
-- Before its day.
UPDATE service_end SET withdrawn_at_ms = ?2 WHERE end_id = ?1 AND withdrawn_at_ms = 0 AND ends_at_ms > ?2;

-- name: service_end_told
-- ?2 up to whom, ?3 how many more; only from where the walk stood, ?4.
UPDATE service_end SET walk_after = ?2, told_people = told_people + ?3 WHERE end_id = ?1 AND walk_after = ?4;

-- name: service_end_told_all
-- The next walk, on the day itself, begins anew.
UPDATE service_end SET told_all_at_ms = ?2, walk_after = 0 WHERE end_id = ?1 AND told_all_at_ms = 0;

-- name: service_end_walked
-- ?2 up to whom, ?3 people more, ?4 items that are left; only from where the walk stood, ?5.
UPDATE service_end SET walk_after = ?2, people = people + ?3, left_items = left_items + ?4
WHERE end_id = ?1 AND walk_after = ?5;

-- name: service_end_done
UPDATE service_end SET done_at_ms = ?2 WHERE end_id = ?1 AND done_at_ms = 0;
