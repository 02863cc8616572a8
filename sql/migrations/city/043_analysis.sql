-- Sets of numbers about groups of people, made for analysis or for somebody outside: no row is about one person.
-- fields: of the set, between spaces. receiver: '' for our own use.
CREATE TABLE analysis_set (
	set_id BIGINT PRIMARY KEY,
	state TEXT NOT NULL,
	fields TEXT NOT NULL,
	purpose TEXT NOT NULL,
	receiver TEXT NOT NULL,
	made_by TEXT NOT NULL,
	made_at_ms BIGINT NOT NULL,
	walk_after BIGINT NOT NULL,
	least BIGINT NOT NULL,
	people BIGINT NOT NULL,
	suppressed BIGINT NOT NULL,
	reason TEXT NOT NULL,
	checked_at_ms BIGINT NOT NULL
);

-- What the people of a group have in common, and how many they are.
CREATE TABLE analysis_group (
	set_id BIGINT NOT NULL,
	common TEXT NOT NULL,
	people BIGINT NOT NULL,
	PRIMARY KEY (set_id, common)
);
