-- What changes the outside world, and what is due at a time. A row holds references only. Queues are spread over
-- buckets, so that a claim touches one shard.
CREATE TABLE job (
	bucket BIGINT NOT NULL,
	id BIGINT NOT NULL,
	kind TEXT NOT NULL,
	subject_id BIGINT NOT NULL, -- 0: of nobody
	ref_id BIGINT NOT NULL,
	state TEXT NOT NULL CHECK (state IN ('waiting', 'dead')),
	due_at BIGINT NOT NULL,
	lease_until BIGINT NOT NULL, -- a worker has it until then
	attempts BIGINT NOT NULL, -- also the fence: who finishes must still hold this attempt
	created_at BIGINT NOT NULL,
	PRIMARY KEY (bucket, id)
);
CREATE INDEX job_due ON job (bucket, state, due_at);
