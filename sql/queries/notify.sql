-- tables: sms_message, sms_day

-- name: sms_message_insert
INSERT INTO sms_message (message_id, day, sealed, expires_at_ms) VALUES (?1, ?2, ?3, ?4);

-- name: sms_message_get
SELECT day, sealed, expires_at_ms FROM sms_message WHERE message_id = ?1;

-- name: sms_message_delete
DELETE FROM sms_message WHERE message_id = ?1;

-- name: sms_day_insert
INSERT INTO sms_day (day) VALUES (?1) ON CONFLICT (day) DO NOTHING;
