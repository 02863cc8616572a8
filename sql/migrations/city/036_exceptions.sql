-- Uses of a ground in the place of consent (ops/exceptions.h). What is done to whom on which ground lies sealed under the
-- person's audit key; the register of officers holds references, officers and times only.
CREATE TABLE exception_use (
	subject_id BIGINT NOT NULL,
	use_id BIGINT NOT NULL,
	sealed BLOB NOT NULL,
	PRIMARY KEY (subject_id, use_id)
);

CREATE TABLE exception_register (
	use_id BIGINT NOT NULL PRIMARY KEY,
	subject_id BIGINT NOT NULL,
	state TEXT NOT NULL,           -- waiting acting done failed rejected
	outcome TEXT NOT NULL,         -- of what was sent: sent not_sent unknown, or ''
	officer_id BIGINT NOT NULL,
	second_id BIGINT NOT NULL,     -- 0: none yet, or none needed
	created_at BIGINT NOT NULL,
	decided_at BIGINT NOT NULL,
	deferred_until BIGINT NOT NULL, -- 0: the person is told at once
	renewal_until BIGINT NOT NULL,  -- a later date that waits for the second officer
	renewal_by BIGINT NOT NULL
);
