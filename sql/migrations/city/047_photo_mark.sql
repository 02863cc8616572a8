-- Who is shown on a photo that another person shared: so that the person finds its place mark. References only.
CREATE TABLE photo_mark (
	subject_id BIGINT NOT NULL,
	attachment_id BIGINT NOT NULL,
	from_id BIGINT NOT NULL,
	made_at_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, attachment_id)
);
