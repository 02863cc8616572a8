-- Assessments of new processings before they are switched on (NT-3.3.2.g; PIPL 55, 56). Nothing of persons: officers
-- act in office. Kept for good, which is longer than the three years that the law asks for.
-- append-only: policy_assessment, policy_assessment_end

-- What one officer found. hash: of the release that holds exactly what was assessed. processings: their keys, one a
-- line. risk: low, medium, high. allowed: 1: they may be switched on. document: its number where it came with the
-- city's files, else ''.
CREATE TABLE policy_assessment (
	assessment_id BIGINT NOT NULL PRIMARY KEY,
	hash TEXT NOT NULL,
	processings TEXT NOT NULL,
	processing_count BIGINT NOT NULL,
	lawful TEXT NOT NULL,
	impact TEXT NOT NULL,
	protection TEXT NOT NULL,
	risk TEXT NOT NULL,
	allowed BIGINT NOT NULL,
	document TEXT NOT NULL,
	officer_id BIGINT NOT NULL,
	officer TEXT NOT NULL,
	at_ms BIGINT NOT NULL
);
CREATE INDEX policy_assessment_hash ON policy_assessment (hash, assessment_id);

-- What became of it: another officer agrees (1) or not (0), once.
CREATE TABLE policy_assessment_end (
	assessment_id BIGINT NOT NULL PRIMARY KEY,
	agreed BIGINT NOT NULL,
	note TEXT NOT NULL,
	officer_id BIGINT NOT NULL,
	officer TEXT NOT NULL,
	at_ms BIGINT NOT NULL
);

--sqlite CREATE TRIGGER policy_assessment_no_update BEFORE UPDATE ON policy_assessment BEGIN SELECT RAISE(ABORT, 'append-only'); END;
--sqlite CREATE TRIGGER policy_assessment_no_delete BEFORE DELETE ON policy_assessment BEGIN SELECT RAISE(ABORT, 'append-only'); END;
--sqlite CREATE TRIGGER policy_assessment_end_no_update BEFORE UPDATE ON policy_assessment_end BEGIN SELECT RAISE(ABORT, 'append-only'); END;
--sqlite CREATE TRIGGER policy_assessment_end_no_delete BEFORE DELETE ON policy_assessment_end BEGIN SELECT RAISE(ABORT, 'append-only'); END;
