-- Joint promotions with a partner (NT-2.1.12): what officers keep of them holds nothing of persons.
-- state: waiting (for the second officer), agreed, rejected, ended. data: keys of campaign.data, between spaces: the
-- list that people read before they join. options: one a line. until_ms: the midnight after the last day.
CREATE TABLE promotion (
	promotion_id BIGINT NOT NULL PRIMARY KEY,
	state TEXT NOT NULL,
	title TEXT NOT NULL,
	text TEXT NOT NULL,
	kind TEXT NOT NULL,
	partner TEXT NOT NULL,
	data TEXT NOT NULL,
	options TEXT NOT NULL,
	from_ms BIGINT NOT NULL,
	until_ms BIGINT NOT NULL,
	officer_id BIGINT NOT NULL,
	officer TEXT NOT NULL,
	second_id BIGINT NOT NULL,
	second TEXT NOT NULL,
	created_at_ms BIGINT NOT NULL,
	decided_at_ms BIGINT NOT NULL,
	ended_at_ms BIGINT NOT NULL,
	ended_by TEXT NOT NULL,
	reason TEXT NOT NULL
);

-- Who joined, and under which consent. state: sending, sent, stopped.
CREATE TABLE promotion_entry (
	subject_id BIGINT NOT NULL,
	promotion_id BIGINT NOT NULL,
	entry_id BIGINT NOT NULL,
	consent_id BIGINT NOT NULL,
	state TEXT NOT NULL,
	joined_at_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, promotion_id)
);

-- By the number that the partner got: whose it is.
CREATE TABLE promotion_number (
	entry_id BIGINT NOT NULL PRIMARY KEY,
	subject_id BIGINT NOT NULL,
	promotion_id BIGINT NOT NULL
);

-- Numbers of the signed requests that partners sent us: each counts once.
CREATE TABLE partner_call (
	partner TEXT NOT NULL,
	request TEXT NOT NULL,
	at_ms BIGINT NOT NULL,
	PRIMARY KEY (partner, request)
);
CREATE INDEX partner_call_at ON partner_call (at_ms);

-- A consent for one matter only ends with it. about_id 0, until_ms 0: for the service, until it is withdrawn.
ALTER TABLE consent ADD COLUMN about_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE consent ADD COLUMN until_ms BIGINT NOT NULL DEFAULT 0;
