-- tables: sms_message, sms_day, policy_notice, announcement, notice_text, notice_round, message, notice_delivery, notice_shown, subscription, push_target

-- name: sms_message_insert
INSERT INTO sms_message (message_id, day, sealed, expires_at_ms) VALUES (?1, ?2, ?3, ?4);

-- name: sms_message_get
SELECT day, sealed, expires_at_ms FROM sms_message WHERE message_id = ?1;

-- name: sms_message_delete
DELETE FROM sms_message WHERE message_id = ?1;

-- name: sms_day_insert
INSERT INTO sms_day (day) VALUES (?1) ON CONFLICT (day) DO NOTHING;

-- name: policy_notice_insert
INSERT INTO policy_notice (release_number, message_id, version, effective_at_ms, announced_at_ms, major, reduces, changes)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (release_number) DO NOTHING;

-- name: policy_notice_newest
SELECT COALESCE(MAX(release_number), 0) FROM policy_notice;

-- name: policy_notice_list
-- Of releases above ?1, oldest first. A reference table: a row for each version.
SELECT release_number, message_id, version, effective_at_ms, announced_at_ms, major, reduces, changes FROM policy_notice
WHERE release_number > ?1 ORDER BY release_number;

-- name: announcement_insert
INSERT INTO announcement (announcement_id, title, body, promotional, mandatory, published_by, at_ms)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7);

-- name: announcement_get
SELECT announcement_id, title, body, promotional, mandatory, published_by, at_ms FROM announcement
WHERE announcement_id = ?1;

-- name: announcement_list
SELECT announcement_id, title, body, promotional, mandatory, published_by, at_ms FROM announcement
WHERE announcement_id < ?1 ORDER BY announcement_id DESC LIMIT ?2;

-- name: notice_text_insert
INSERT INTO notice_text (notice_id, title, brief, body) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (notice_id) DO NOTHING;

-- name: notice_text_get
SELECT title, brief, body FROM notice_text WHERE notice_id = ?1;

-- name: notice_text_retract
-- ?2 stands before the title from now on.
UPDATE notice_text SET title = ?2 || title WHERE notice_id = ?1;

-- name: notice_round_insert
INSERT INTO notice_round (round_id, kind, ref_id, cursor, people, started_at_ms, finished_at_ms)
VALUES (?1, ?2, ?3, 0, 0, ?4, 0);

-- name: notice_round_get
SELECT kind, ref_id, cursor, people, finished_at_ms FROM notice_round WHERE round_id = ?1;

-- name: notice_round_advance
UPDATE notice_round SET cursor = ?2, people = people + ?3, finished_at_ms = ?4 WHERE round_id = ?1;

-- name: message_insert
INSERT INTO message (subject_id, message_id, kind, ref_id, at_ms, read_at_ms) VALUES (?1, ?2, ?3, ?4, ?5, 0)
ON CONFLICT (subject_id, message_id) DO NOTHING;

-- name: message_list
SELECT message_id, kind, ref_id, at_ms, read_at_ms FROM message
WHERE subject_id = ?1 AND message_id < ?2 ORDER BY message_id DESC LIMIT ?3;

-- name: message_get
SELECT message_id, kind, ref_id, at_ms, read_at_ms FROM message WHERE subject_id = ?1 AND message_id = ?2;

-- name: message_read
UPDATE message SET read_at_ms = ?3 WHERE subject_id = ?1 AND message_id = ?2 AND read_at_ms = 0;

-- name: message_unread
SELECT COUNT(*), COALESCE(SUM(CASE WHEN kind = 'policy' THEN 1 ELSE 0 END), 0) FROM message
WHERE subject_id = ?1 AND read_at_ms = 0;

-- name: notice_delivery_insert
INSERT INTO notice_delivery (subject_id, delivery_id, message_id, channel, installation_id, state, at_ms)
VALUES (?1, ?2, ?3, ?4, ?5, 'waiting', ?6) ON CONFLICT (subject_id, message_id, channel, installation_id) DO NOTHING;

-- name: notice_delivery_get
SELECT message_id, channel, installation_id, state FROM notice_delivery WHERE subject_id = ?1 AND delivery_id = ?2;

-- name: notice_delivery_end
UPDATE notice_delivery SET state = ?3, at_ms = ?4 WHERE subject_id = ?1 AND delivery_id = ?2 AND state = 'waiting';

-- name: notice_delivery_list
SELECT channel, state, at_ms FROM notice_delivery WHERE subject_id = ?1 AND message_id = ?2 ORDER BY delivery_id;

-- name: notice_shown_insert
-- The first time counts.
INSERT INTO notice_shown (subject_id, release_number, installation_id, shown_at_ms) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (subject_id, release_number) DO NOTHING;

-- name: notice_shown_get
SELECT shown_at_ms FROM notice_shown WHERE subject_id = ?1 AND release_number = ?2;

-- name: subscription_put
INSERT INTO subscription (subject_id, topic, subscribed, changed_at_ms) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (subject_id, topic) DO UPDATE SET subscribed = excluded.subscribed, changed_at_ms = excluded.changed_at_ms;

-- name: subscription_list
SELECT topic, subscribed, changed_at_ms FROM subscription WHERE subject_id = ?1;

-- name: push_target_put
INSERT INTO push_target (subject_id, installation_id, session_id, since_ms, sdk) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (subject_id, installation_id) DO UPDATE SET session_id = excluded.session_id, since_ms = excluded.since_ms,
  sdk = excluded.sdk;

-- name: push_target_sdk
SELECT sdk FROM push_target WHERE subject_id = ?1 AND installation_id = ?2;

-- name: push_target_list
SELECT installation_id FROM push_target WHERE subject_id = ?1 ORDER BY installation_id;

-- name: push_target_delete
DELETE FROM push_target WHERE subject_id = ?1 AND installation_id = ?2;

-- name: push_target_of_sessions
-- As push_target_session_end.
SELECT installation_id FROM push_target WHERE subject_id = ?1 AND (session_id = ?2 OR (?2 = 0 AND session_id <> ?3));

-- name: push_target_session_end
-- ?2 0: of every session but ?3.
DELETE FROM push_target WHERE subject_id = ?1 AND (session_id = ?2 OR (?2 = 0 AND session_id <> ?3));

-- name: message_clear
DELETE FROM message WHERE subject_id = ?1;

-- name: notice_delivery_clear
DELETE FROM notice_delivery WHERE subject_id = ?1;

-- name: notice_shown_clear
DELETE FROM notice_shown WHERE subject_id = ?1;

-- name: subscription_clear
DELETE FROM subscription WHERE subject_id = ?1;

-- name: push_target_clear
DELETE FROM push_target WHERE subject_id = ?1;
