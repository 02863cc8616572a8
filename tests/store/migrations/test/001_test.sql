-- append-only: entry
CREATE TABLE account (
	subject_id BIGINT NOT NULL PRIMARY KEY,
	balance BIGINT NOT NULL CHECK (balance >= 0),
	label TEXT NOT NULL
);

CREATE TABLE entry (
	subject_id BIGINT NOT NULL,
	n BIGINT NOT NULL,
	note BLOB,
	PRIMARY KEY (subject_id, n)
);

CREATE TABLE kinds (
	subject_id BIGINT NOT NULL PRIMARY KEY,
	whole BIGINT,
	words TEXT,
	bytes BLOB
);
--sqlite CREATE INDEX only_sqlite ON kinds (whole);
--postgresql CREATE INDEX only_postgresql ON kinds (whole);
