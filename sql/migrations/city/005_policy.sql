-- Releases of the policy: the canonical document that was loaded, and the page as people read it. Published ones stay for
-- good, because acceptances, consents and entries name their version. No personal data.

CREATE TABLE policy_release (
	number BIGINT NOT NULL PRIMARY KEY,
	version TEXT NOT NULL,
	hash TEXT NOT NULL UNIQUE,
	document TEXT NOT NULL,
	page TEXT NOT NULL,
	created_at_ms BIGINT NOT NULL,
	-- Not published yet: NULL. Servers load only what is published.
	published_at_ms BIGINT,
	published_by TEXT,
	effective_at_ms BIGINT NOT NULL
);
