-- Uploads. What is in the picture lives sealed in the blob; the row says only that there is one.
CREATE TABLE attachment (
	subject_id BIGINT NOT NULL,
	attachment_id BIGINT NOT NULL,
	case_id BIGINT,
	service TEXT NOT NULL,
	content_type TEXT NOT NULL,
	size_bytes BIGINT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (subject_id, attachment_id)
);

-- A case of a person. Its items stand in the vault under record case_id; texts of its course are sealed in case_event.
CREATE TABLE service_case (
	subject_id BIGINT NOT NULL,
	case_id BIGINT NOT NULL,
	number TEXT NOT NULL,
	service TEXT NOT NULL,
	state TEXT NOT NULL,
	department TEXT,
	created_at BIGINT NOT NULL,
	updated_at BIGINT NOT NULL,
	PRIMARY KEY (subject_id, case_id)
);

CREATE TABLE case_event (
	subject_id BIGINT NOT NULL,
	case_id BIGINT NOT NULL,
	event_id BIGINT NOT NULL,
	kind TEXT NOT NULL,
	at BIGINT NOT NULL,
	sealed BLOB,
	PRIMARY KEY (subject_id, case_id, event_id)
);

-- What a department has to work on: references only, never a person's data.
CREATE TABLE case_queue (
	department TEXT NOT NULL,
	case_id BIGINT NOT NULL,
	subject_id BIGINT NOT NULL,
	number TEXT NOT NULL,
	service TEXT NOT NULL,
	state TEXT NOT NULL,
	created_at BIGINT NOT NULL,
	PRIMARY KEY (department, case_id)
);
