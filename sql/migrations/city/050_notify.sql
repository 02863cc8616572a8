-- Messages that wait to be sent. Number and text are sealed under a key of the day, which ends with the day after.

CREATE TABLE sms_message (
	message_id BIGINT NOT NULL PRIMARY KEY,
	day BIGINT NOT NULL,
	sealed BLOB NOT NULL,
	expires_at_ms BIGINT NOT NULL
);

-- The days whose key has a job that will end it.
CREATE TABLE sms_day (
	day BIGINT NOT NULL PRIMARY KEY
);
