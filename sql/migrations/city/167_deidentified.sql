-- Sets with a row for each person, under a code in the place of the person; and the table that leads from a code back
-- to the person, apart from them (NT-A.8).

-- What it consists of: groups (numbers alone) or rows; and whether a way back is kept: none, kept, ended.
ALTER TABLE analysis_set ADD COLUMN form TEXT NOT NULL DEFAULT 'groups';
ALTER TABLE analysis_set ADD COLUMN key_state TEXT NOT NULL DEFAULT 'none';

-- While a set is made. People are gone through in the order in which they came, and nothing may keep that order: rows
-- move from here in the order of their codes, which are random.
CREATE TABLE analysis_draft (
	set_id BIGINT NOT NULL,
	code TEXT NOT NULL,
	common TEXT NOT NULL,
	PRIMARY KEY (set_id, code)
);

CREATE TABLE analysis_row (
	set_id BIGINT NOT NULL,
	position BIGINT NOT NULL,
	code TEXT NOT NULL,
	common TEXT NOT NULL,
	PRIMARY KEY (set_id, position)
);

-- The way back, which is never given out. person: keyed hash of the person, so that the row goes with the account;
-- code: keyed hash; sealed: the person, under the key of the set.
CREATE TABLE analysis_key (
	person BLOB NOT NULL,
	set_id BIGINT NOT NULL,
	code BLOB NOT NULL,
	sealed BLOB NOT NULL,
	PRIMARY KEY (person, set_id)
);
CREATE UNIQUE INDEX analysis_key_code ON analysis_key (set_id, code);
