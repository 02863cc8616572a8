-- Rows that were ended one by one, while their scope lives on: `slot` is a keyed hash of (person, record, item) or of an
-- attachment, so that nobody reads from it who deleted what. After a restore of the city store, what was collected before
-- ended_at is deleted again. IF NOT EXISTS: a dump of the city's tables brings back an older list of migrations.
CREATE TABLE IF NOT EXISTS row_end (
	slot BLOB NOT NULL PRIMARY KEY,
	ended_at BIGINT NOT NULL
);
CREATE INDEX IF NOT EXISTS row_end_at ON row_end (ended_at);
