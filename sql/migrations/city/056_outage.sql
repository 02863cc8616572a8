-- Outages of what the city depends on, and what officers cut off to contain an incident. Nothing here is about a person.

-- recovered_at_ms 0: it lasts; there is one such row for each authority. cause: fault, attack, disaster, accident, human
CREATE TABLE outage (
	authority TEXT NOT NULL,
	recovered_at_ms BIGINT NOT NULL,
	outage_id BIGINT NOT NULL,
	cause TEXT NOT NULL,
	failures BIGINT NOT NULL,
	opened_at_ms BIGINT NOT NULL,
	last_at_ms BIGINT NOT NULL,
	classed_by TEXT NOT NULL,
	note TEXT NOT NULL,
	PRIMARY KEY (authority, recovered_at_ms)
);

-- kind: connector (key: authority), role (key: role of staff)
CREATE TABLE cut (
	kind TEXT NOT NULL,
	key TEXT NOT NULL,
	reason TEXT NOT NULL,
	cut_by TEXT NOT NULL,
	cut_at_ms BIGINT NOT NULL,
	PRIMARY KEY (kind, key)
);

-- Each cut and each lifting, for good.
CREATE TABLE cut_record (
	record_id BIGINT NOT NULL PRIMARY KEY,
	kind TEXT NOT NULL,
	key TEXT NOT NULL,
	action TEXT NOT NULL,
	reason TEXT NOT NULL,
	officer TEXT NOT NULL,
	at_ms BIGINT NOT NULL
);
