-- Incidents, the steps of their plan, and who was told.
-- tables: incident, incident_step, told_person

-- name: incident_insert
-- ?1 id, ?2 kind, ?3 category or '', ?4 found, ?5 now, ?6 by, ?7 facts.
INSERT INTO incident (incident_id, kind, category, state, found_at_ms, opened_at_ms, opened_by, facts, effect, measures,
	self_protection, remedies, public_reason, told_at_ms, walk_after, told_all_at_ms, people, by_message, closed_at_ms,
	closed_by)
VALUES (?1, ?2, ?3, 'open', ?4, ?5, ?6, ?7, '', '', '', '', '', 0, 0, 0, 0, 0, 0, '');

-- name: incident_list
-- Newest first, below ?1.
SELECT incident_id, kind, category, state, found_at_ms, opened_at_ms, opened_by, facts, effect, measures, self_protection,
	remedies, public_reason, told_at_ms, walk_after, told_all_at_ms, people, by_message, closed_at_ms, closed_by
FROM incident WHERE incident_id < ?1 ORDER BY incident_id DESC LIMIT ?2;

-- name: incident_public
-- Told in public, after ?1; newest first.
SELECT incident_id, kind, category, state, found_at_ms, opened_at_ms, opened_by, facts, effect, measures, self_protection,
	remedies, public_reason, told_at_ms, walk_after, told_all_at_ms, people, by_message, closed_at_ms, closed_by
FROM incident WHERE told_at_ms > ?1 AND public_reason <> '' ORDER BY incident_id DESC;

-- name: incident_get
SELECT incident_id, kind, category, state, found_at_ms, opened_at_ms, opened_by, facts, effect, measures, self_protection,
	remedies, public_reason, told_at_ms, walk_after, told_all_at_ms, people, by_message, closed_at_ms, closed_by
FROM incident WHERE incident_id = ?1;

-- name: incident_tell
-- Once: ?2 facts, ?3 effect, ?4 measures, ?5 self-protection, ?6 remedies, ?7 why in public or '', ?8 now.
UPDATE incident SET state = 'told', facts = ?2, effect = ?3, measures = ?4, self_protection = ?5, remedies = ?6,
	public_reason = ?7, told_at_ms = ?8
WHERE incident_id = ?1 AND state = 'open';

-- name: incident_walked
-- ?2 up to whom, ?3 how many more were told, ?4 of them by a message; only from where the walk stood, ?5.
UPDATE incident SET walk_after = ?2, people = people + ?3, by_message = by_message + ?4
WHERE incident_id = ?1 AND walk_after = ?5;

-- name: incident_told_all
UPDATE incident SET told_all_at_ms = ?2 WHERE incident_id = ?1 AND told_all_at_ms = 0;

-- name: incident_close
UPDATE incident SET state = 'closed', closed_at_ms = ?2, closed_by = ?3 WHERE incident_id = ?1 AND state = 'told';

-- name: incident_step_insert
INSERT INTO incident_step (incident_id, step, owner, due_at_ms, note, receiver, document, done_at_ms, done_by)
VALUES (?1, ?2, ?3, ?4, '', '', '', 0, '');

-- name: incident_step_list
SELECT step, owner, due_at_ms, note, receiver, document, done_at_ms, done_by FROM incident_step
WHERE incident_id = ?1 ORDER BY due_at_ms, step;

-- name: incident_step_done
-- ?3 note, ?4 receiver, ?5 document, ?6 now, ?7 by; once.
UPDATE incident_step SET note = ?3, receiver = ?4, document = ?5, done_at_ms = ?6, done_by = ?7
WHERE incident_id = ?1 AND step = ?2 AND done_at_ms = 0;

-- name: told_person_insert
INSERT INTO told_person (subject_id, source_id, way, told_at_ms) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (subject_id, source_id) DO NOTHING;

-- name: told_person_list
-- Newest first, below ?2, at most ?3.
SELECT source_id FROM told_person WHERE subject_id = ?1 AND source_id < ?2 ORDER BY source_id DESC LIMIT ?3;

-- name: told_person_find
SELECT told_at_ms FROM told_person WHERE subject_id = ?1 AND source_id = ?2;

-- name: told_person_delete
DELETE FROM told_person WHERE subject_id = ?1;
