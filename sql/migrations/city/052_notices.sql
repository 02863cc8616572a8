-- Notices of a new policy and of what happens, the inbox, and what people do not want to get.

-- The hash of the terms under which a consent was given; '' for those from before: they are asked for again.
ALTER TABLE consent ADD COLUMN terms TEXT NOT NULL DEFAULT '';
ALTER TABLE installation_consent ADD COLUMN terms TEXT NOT NULL DEFAULT '';

-- What is told about a new version of the policy: the same for everybody. `changes` has a line for each change:
-- its kind, a tab, 1 where it is a major one, a tab, the sentence. message_id: of everybody's message about it.
CREATE TABLE policy_notice (
	release_number BIGINT NOT NULL PRIMARY KEY,
	message_id BIGINT NOT NULL,
	version TEXT NOT NULL,
	effective_at_ms BIGINT NOT NULL,
	announced_at_ms BIGINT NOT NULL,
	major BIGINT NOT NULL,
	reduces BIGINT NOT NULL,
	changes TEXT NOT NULL
);

-- What an officer tells everybody.
CREATE TABLE announcement (
	announcement_id BIGINT NOT NULL PRIMARY KEY,
	title TEXT NOT NULL,
	body TEXT NOT NULL,
	promotional BIGINT NOT NULL,
	mandatory BIGINT NOT NULL,
	published_by TEXT NOT NULL,
	at_ms BIGINT NOT NULL
);

-- A round through all people, in batches; cursor is the last person who was told. Its id is the id of the messages.
CREATE TABLE notice_round (
	round_id BIGINT NOT NULL PRIMARY KEY,
	kind TEXT NOT NULL,
	ref_id BIGINT NOT NULL,
	cursor BIGINT NOT NULL,
	people BIGINT NOT NULL,
	started_at_ms BIGINT NOT NULL,
	finished_at_ms BIGINT NOT NULL
);

-- The inbox. A row says what the message is about; the text comes from there.
CREATE TABLE message (
	subject_id BIGINT NOT NULL,
	message_id BIGINT NOT NULL,
	kind TEXT NOT NULL,
	ref_id BIGINT NOT NULL,
	at_ms BIGINT NOT NULL,
	read_at_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, message_id)
);

-- What went out beside the inbox: once for each message and way; a push once for each device. state: waiting, sent,
-- none (no number, address or device), refused (by the policy), unsubscribed.
CREATE TABLE notice_delivery (
	subject_id BIGINT NOT NULL,
	delivery_id BIGINT NOT NULL,
	message_id BIGINT NOT NULL,
	channel TEXT NOT NULL,
	installation_id BIGINT NOT NULL,
	state TEXT NOT NULL,
	at_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, delivery_id)
);
CREATE UNIQUE INDEX notice_delivery_once ON notice_delivery (subject_id, message_id, channel, installation_id);

-- When the notice of a version was on the screen: the evidence of going on with it (TJ-0.2.e).
CREATE TABLE notice_shown (
	subject_id BIGINT NOT NULL,
	release_number BIGINT NOT NULL,
	installation_id BIGINT NOT NULL,
	shown_at_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, release_number)
);

CREATE TABLE subscription (
	subject_id BIGINT NOT NULL,
	topic TEXT NOT NULL,
	subscribed BIGINT NOT NULL,
	changed_at_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, topic)
);

-- Devices that gave a push token; the token itself is a sealed item under the record installation_id.
CREATE TABLE push_target (
	subject_id BIGINT NOT NULL,
	installation_id BIGINT NOT NULL,
	session_id BIGINT NOT NULL,
	since_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, installation_id)
);
