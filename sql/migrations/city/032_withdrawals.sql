-- Taking back: the acceptance of the policy, a whole installation, and what stays of a consent without identity.

ALTER TABLE acceptance ADD COLUMN withdrawn_at_ms BIGINT NOT NULL DEFAULT 0;
ALTER TABLE installation_acceptance ADD COLUMN withdrawn_at_ms BIGINT NOT NULL DEFAULT 0;

-- 0: in use. Of one that ended, the token opens nothing any more.
ALTER TABLE installation ADD COLUMN ended_at_ms BIGINT NOT NULL DEFAULT 0;

-- How much was kept for a service on consents that were withdrawn in a month: no person, no value (TJ-4.2.1.e).
CREATE TABLE anonymous_use (
	service TEXT NOT NULL,
	month TEXT NOT NULL,
	uses BIGINT NOT NULL,
	until_ms BIGINT NOT NULL,
	PRIMARY KEY (service, month)
);
