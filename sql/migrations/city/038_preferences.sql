-- What a person or an installation chose: foreign code, cookies, the two switches; and numbers without people.
-- All columns are technical or keys of the policy; what somebody searched for or marked stands sealed in the vault.

-- allowed 0: refused for good. No row: not asked.
CREATE TABLE sdk_choice (
	subject_id BIGINT NOT NULL,
	sdk TEXT NOT NULL,
	allowed BIGINT NOT NULL,
	changed_at_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, sdk)
);

CREATE TABLE installation_sdk_choice (
	installation_id BIGINT NOT NULL,
	sdk TEXT NOT NULL,
	allowed BIGINT NOT NULL,
	changed_at_ms BIGINT NOT NULL,
	PRIMARY KEY (installation_id, sdk)
);

-- When each SDK was called for the person last; each call is an entry besides.
CREATE TABLE sdk_last_call (
	subject_id BIGINT NOT NULL,
	sdk TEXT NOT NULL,
	at_ms BIGINT NOT NULL,
	calls BIGINT NOT NULL,
	PRIMARY KEY (subject_id, sdk)
);

-- state 0: switched off. No row: as the policy says.
CREATE TABLE preference (
	subject_id BIGINT NOT NULL,
	name TEXT NOT NULL,
	state BIGINT NOT NULL,
	changed_at_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, name)
);

CREATE TABLE installation_cookie_choice (
	installation_id BIGINT NOT NULL,
	kind TEXT NOT NULL,
	allowed BIGINT NOT NULL,
	changed_at_ms BIGINT NOT NULL,
	PRIMARY KEY (installation_id, kind)
);

-- How often on a day; of whom is written nowhere (TJ-1.2.1.3.b, NT-1.4.d).
CREATE TABLE daily_count (
	day TEXT NOT NULL,
	kind TEXT NOT NULL,
	name TEXT NOT NULL,
	times BIGINT NOT NULL,
	PRIMARY KEY (day, kind, name)
);
