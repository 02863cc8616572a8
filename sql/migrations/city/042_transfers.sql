-- Transfers to a new holder: reorganisation, merger, division, affiliates. What moves lies encrypted for the receiver.

-- ground: of the policy's list, or '' for an affiliate. recipient: a declared one, or '' for a successor that no release
-- declares. told_upto: up to whom notices have gone out; upto: the newest person that is part of the package.
CREATE TABLE transfer_case (
	transfer_id BIGINT PRIMARY KEY,
	state TEXT NOT NULL,
	ground TEXT NOT NULL,
	recipient TEXT NOT NULL,
	receiver TEXT NOT NULL,
	contact TEXT NOT NULL,
	region TEXT NOT NULL,
	document TEXT NOT NULL,
	scope TEXT NOT NULL,
	scope_until_ms BIGINT NOT NULL,
	certificate TEXT NOT NULL,
	opened_by_id BIGINT NOT NULL,
	opened_by TEXT NOT NULL,
	opened_at_ms BIGINT NOT NULL,
	decided_by TEXT NOT NULL,
	decided_at_ms BIGINT NOT NULL,
	told_upto BIGINT NOT NULL,
	told_all_at_ms BIGINT NOT NULL,
	told_people BIGINT NOT NULL,
	upto BIGINT NOT NULL,
	walk_after BIGINT NOT NULL,
	people BIGINT NOT NULL,
	left_out BIGINT NOT NULL,
	parts BIGINT NOT NULL,
	bound BIGINT NOT NULL,
	package_hash TEXT NOT NULL,
	moved_at_ms BIGINT NOT NULL,
	undertaking TEXT NOT NULL,
	undertaken_at_ms BIGINT NOT NULL,
	closed_by TEXT NOT NULL,
	closed_at_ms BIGINT NOT NULL
);

-- Only the receiver's key opens it.
CREATE TABLE transfer_part (
	transfer_id BIGINT NOT NULL,
	part BIGINT NOT NULL,
	sealed BLOB NOT NULL,
	PRIMARY KEY (transfer_id, part)
);

-- Who is in a package; entered_at_ms: when its hash was entered in the person's record.
CREATE TABLE transfer_person (
	subject_id BIGINT NOT NULL,
	transfer_id BIGINT NOT NULL,
	part BIGINT NOT NULL,
	entered_at_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, transfer_id)
);
