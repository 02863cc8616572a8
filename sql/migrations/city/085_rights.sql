-- What people ask about their data (rights/rights.h). Words, values, answers and reasons lie sealed under the account's key;
-- clear are the kind of request, where it stands, and its days.
CREATE TABLE rights_request (
	subject_id BIGINT NOT NULL,
	request_id BIGINT NOT NULL,
	kind TEXT NOT NULL,             -- access copy correct delete withdraw explain complaint feedback
	state TEXT NOT NULL,            -- proof_needed open second done refused
	verified_at_ms BIGINT NOT NULL, -- 0: not yet; the deadline runs from then
	due_at_ms BIGINT NOT NULL,      -- end of the last day; 0: does not run yet
	answered_at_ms BIGINT NOT NULL,
	sealed BLOB NOT NULL,
	PRIMARY KEY (subject_id, request_id)
);

-- The officers' list: references and days only.
CREATE TABLE rights_queue (
	bucket BIGINT NOT NULL,
	request_id BIGINT NOT NULL,
	subject_id BIGINT NOT NULL,
	waiting BIGINT NOT NULL,        -- 1: not answered yet
	due_at_ms BIGINT NOT NULL,
	answered_at_ms BIGINT NOT NULL,
	PRIMARY KEY (bucket, request_id)
);
CREATE INDEX rights_queue_due ON rights_queue (bucket, waiting, due_at_ms);
