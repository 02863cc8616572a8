-- What recipients signed and what they were found to be: confidentiality agreements (NT-2.1.0.e), undertakings
-- (TJ-1.1.22.d) and assessments item by item (TJ-1.1.22.c). Nothing of persons.
-- kind: agreement, undertaking, admission. state: waiting (for the second officer), standing, rejected, ended.
-- document_hash: hex SHA-256 of the paper in the archive. items, findings: of an admission, its items and what was
-- found of each (JSON). until_ms: the midnight after its last day.
CREATE TABLE party_paper (
	paper_id BIGINT PRIMARY KEY,
	recipient TEXT NOT NULL,
	kind TEXT NOT NULL,
	document TEXT NOT NULL,
	document_hash TEXT NOT NULL,
	items TEXT NOT NULL,
	findings TEXT NOT NULL,
	from_ms BIGINT NOT NULL,
	until_ms BIGINT NOT NULL,
	state TEXT NOT NULL,
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
CREATE INDEX party_paper_state ON party_paper (state, until_ms);
