-- Guardians of minors. What is said about a child or a guardian stands sealed in `details`; the other columns are technical.

-- A code that a child's app shows, found by its keyed hash alone. owner: the child's person, or the installation
-- before there is one.
CREATE TABLE guardian_code (
	code_hash BLOB NOT NULL PRIMARY KEY,
	owner_id BIGINT NOT NULL,
	owner_is_person BIGINT NOT NULL,
	expires_at_ms BIGINT NOT NULL,
	used BIGINT NOT NULL
);

-- Where a child's matter stands: subject_id is the child, or the installation before there is a person.
CREATE TABLE guardian_of (
	subject_id BIGINT NOT NULL PRIMARY KEY,
	guardian_id BIGINT NOT NULL,
	ward_id BIGINT NOT NULL
);

-- One child of a guardian (kind consent), or a guardian's report (kind report). subject_id is the guardian; of a report
-- that came by the hotline it is the child.
CREATE TABLE ward (
	subject_id BIGINT NOT NULL,
	ward_id BIGINT NOT NULL,
	kind TEXT NOT NULL,
	state TEXT NOT NULL,
	child_id BIGINT NOT NULL,
	child_is_person BIGINT NOT NULL,
	text_hash TEXT NOT NULL,
	version TEXT NOT NULL,
	asked_at_ms BIGINT NOT NULL,
	changed_at_ms BIGINT NOT NULL,
	agreed_at_ms BIGINT NOT NULL,
	details BLOB NOT NULL,
	PRIMARY KEY (subject_id, ward_id)
);

-- What officers have to look at: references only.
CREATE TABLE guardian_task (
	bucket BIGINT NOT NULL,
	ward_id BIGINT NOT NULL,
	guardian_id BIGINT NOT NULL,
	kind TEXT NOT NULL,
	state TEXT NOT NULL,
	at_ms BIGINT NOT NULL,
	PRIMARY KEY (bucket, ward_id)
);

-- A child's date of birth, sealed under the account's key: from it comes which rules hold today.
CREATE TABLE minor_birth (
	subject_id BIGINT NOT NULL PRIMARY KEY,
	sealed BLOB NOT NULL
);
