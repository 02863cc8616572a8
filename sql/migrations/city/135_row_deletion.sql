-- Values that were deleted one by one, written in the transaction that deletes them and gone when the key store has them in
-- its list: whatever ends the server in between, the next start finds them here.
CREATE TABLE vault_deletion (
	subject_id BIGINT NOT NULL,
	record_id BIGINT NOT NULL,
	item TEXT NOT NULL,
	deleted_at BIGINT NOT NULL,
	PRIMARY KEY (subject_id, record_id, item)
);
