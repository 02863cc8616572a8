-- tables: security_event

-- name: security_event_note
INSERT INTO security_event (kind, source, rule, window_ms, event_id, measure, count, first_at_ms, last_at_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, 1, ?7, ?7)
ON CONFLICT (kind, source, rule, window_ms) DO UPDATE SET count = security_event.count + 1,
	last_at_ms = excluded.last_at_ms, measure = excluded.measure;

-- name: security_event_list
SELECT event_id, kind, source, rule, measure, count, first_at_ms, last_at_ms FROM security_event
WHERE event_id < ?1 ORDER BY event_id DESC LIMIT ?2;
