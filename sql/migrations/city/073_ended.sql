-- By the number of its certificate, an ended account of which the law keeps something is found again: for a competent
-- organ that queries it, and only so long (TJ-4.2.1.f). Nothing that names the person stands here.
CREATE TABLE ended_account (
	certificate_id BIGINT NOT NULL PRIMARY KEY,
	subject_id BIGINT NOT NULL,
	until_at BIGINT NOT NULL
);
