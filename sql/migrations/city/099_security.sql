-- What is known of the protection of data (ops/security.h): results of the self-check, refused attempts, the filing of the
-- classified protection, breaches of confidentiality agreements. No person's.

-- state: pass or fail. The newest result of each control.
CREATE TABLE security_result (
	control TEXT PRIMARY KEY,
	state TEXT NOT NULL,
	detail TEXT NOT NULL,
	checked_at_ms BIGINT NOT NULL
);

-- day: midnight in Asia/Shanghai. A kind of attempt, never who made it.
CREATE TABLE refused_attempt (
	day_ms BIGINT NOT NULL,
	kind TEXT NOT NULL,
	attempts BIGINT NOT NULL,
	PRIMARY KEY (day_ms, kind)
);

CREATE TABLE backup_record (
	backup_id BIGINT PRIMARY KEY,
	made_at_ms BIGINT NOT NULL
);

CREATE TABLE security_filing (
	filing_id BIGINT PRIMARY KEY,
	level BIGINT NOT NULL,
	number TEXT NOT NULL,
	filed_on_ms BIGINT NOT NULL,
	assessed_on_ms BIGINT NOT NULL,
	valid_until_ms BIGINT NOT NULL,
	recorded_by TEXT NOT NULL,
	recorded_at_ms BIGINT NOT NULL
);

-- outcome '': the case is open. staff_id: whose rights were cut.
CREATE TABLE agreement_breach (
	breach_id BIGINT PRIMARY KEY,
	staff_id BIGINT NOT NULL,
	login TEXT NOT NULL,
	facts TEXT NOT NULL,
	opened_by TEXT NOT NULL,
	opened_at_ms BIGINT NOT NULL,
	outcome TEXT NOT NULL,
	note TEXT NOT NULL,
	closed_by TEXT NOT NULL,
	closed_at_ms BIGINT NOT NULL
);
