-- Items that officers closed to viewing, changing or deleting by the person (consent/locks.h), item by item. subject_id 0:
-- of everybody. Why, and who decided, lies sealed under the audit key of the person (of nobody, for everybody).
CREATE TABLE item_lock (
	subject_id BIGINT NOT NULL,
	use_id BIGINT NOT NULL,        -- the use of the ground (exception_register)
	item TEXT NOT NULL,
	acts INTEGER NOT NULL,         -- bit per act: view, change, delete
	ground TEXT NOT NULL,
	set_at BIGINT NOT NULL,
	until_at BIGINT NOT NULL,
	cause BLOB NOT NULL,
	officers BLOB NOT NULL,        -- empty where a duty of secrecy covers them
	PRIMARY KEY (subject_id, use_id, item)
);
