-- Installations, acceptances of the policy, separate consents, permissions, and what the gate knows about a person.
-- All columns are technical or names of items, services and versions; no value of a person stands here.

CREATE TABLE installation (
	installation_id BIGINT NOT NULL PRIMARY KEY,
	token_hash BLOB NOT NULL,
	platform TEXT NOT NULL,
	created_at_ms BIGINT NOT NULL
);

-- Before there is a person: what the installation agreed to. Registration and login take it over.
CREATE TABLE installation_acceptance (
	installation_id BIGINT NOT NULL,
	version TEXT NOT NULL,
	release_number BIGINT NOT NULL,
	release_hash TEXT NOT NULL,
	read_at_ms BIGINT NOT NULL,
	at_ms BIGINT NOT NULL,
	may_collect BIGINT NOT NULL,
	may_use BIGINT NOT NULL,
	may_store BIGINT NOT NULL,
	may_provide BIGINT NOT NULL,
	PRIMARY KEY (installation_id, version)
);

CREATE TABLE installation_consent (
	installation_id BIGINT NOT NULL,
	consent_id BIGINT NOT NULL,
	service TEXT NOT NULL,
	recipient TEXT NOT NULL,
	items TEXT NOT NULL,
	text_hash TEXT NOT NULL,
	version TEXT NOT NULL,
	given_at_ms BIGINT NOT NULL,
	withdrawn_at_ms BIGINT NOT NULL,
	PRIMARY KEY (installation_id, consent_id)
);

CREATE TABLE installation_permission (
	installation_id BIGINT NOT NULL,
	permission TEXT NOT NULL,
	granted BIGINT NOT NULL,
	changed_at_ms BIGINT NOT NULL,
	PRIMARY KEY (installation_id, permission)
);

-- The texts that were shown, by their hash.
CREATE TABLE consent_text (
	text_hash TEXT NOT NULL PRIMARY KEY,
	body TEXT NOT NULL,
	first_at_ms BIGINT NOT NULL
);

CREATE TABLE person_facts (
	subject_id BIGINT NOT NULL PRIMARY KEY,
	status BIGINT NOT NULL,
	minor BIGINT NOT NULL,
	guardian_agreed BIGINT NOT NULL,
	phone_bound BIGINT NOT NULL,
	realname_level BIGINT NOT NULL,
	created_at_ms BIGINT NOT NULL
);

-- The four operations stand separately (TJ-0.2.c).
CREATE TABLE acceptance (
	subject_id BIGINT NOT NULL,
	acceptance_id BIGINT NOT NULL,
	version TEXT NOT NULL,
	release_number BIGINT NOT NULL,
	release_hash TEXT NOT NULL,
	kind TEXT NOT NULL,
	installation_id BIGINT NOT NULL,
	read_at_ms BIGINT NOT NULL,
	at_ms BIGINT NOT NULL,
	may_collect BIGINT NOT NULL,
	may_use BIGINT NOT NULL,
	may_store BIGINT NOT NULL,
	may_provide BIGINT NOT NULL,
	PRIMARY KEY (subject_id, acceptance_id)
);

-- recipient '': for taking, not for sharing. withdrawn_at_ms 0: live.
CREATE TABLE consent (
	subject_id BIGINT NOT NULL,
	consent_id BIGINT NOT NULL,
	service TEXT NOT NULL,
	recipient TEXT NOT NULL,
	items TEXT NOT NULL,
	text_hash TEXT NOT NULL,
	version TEXT NOT NULL,
	given_at_ms BIGINT NOT NULL,
	withdrawn_at_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, consent_id)
);

CREATE TABLE second_check (
	subject_id BIGINT NOT NULL,
	session_id BIGINT NOT NULL,
	until_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, session_id)
);
