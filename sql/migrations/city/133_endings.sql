-- An identifier that was replaced: the slot and blind index of its key, sealed under the account's key, until the key is
-- ended and the identifier is free for others. Whoever finishes it after a crash knows no number any more.
CREATE TABLE identifier_ending (
	subject_id BIGINT NOT NULL,
	ending_id BIGINT NOT NULL,
	kind TEXT NOT NULL,
	sealed BLOB NOT NULL,
	PRIMARY KEY (subject_id, ending_id)
);

-- Where something is said of a child (or of the installation before there is one): the rows of guardians, so that what they
-- hold of the child goes when the child's account ends.
CREATE TABLE ward_of_child (
	subject_id BIGINT NOT NULL,
	guardian_id BIGINT NOT NULL,
	ward_id BIGINT NOT NULL,
	PRIMARY KEY (subject_id, guardian_id, ward_id)
);
INSERT INTO ward_of_child (subject_id, guardian_id, ward_id)
SELECT child_id, subject_id, ward_id FROM ward WHERE child_id <> 0 AND child_id <> subject_id;

-- 1: the guardian that this points to has agreed, and no other may.
ALTER TABLE guardian_of ADD COLUMN agreed BIGINT NOT NULL DEFAULT 0;
UPDATE guardian_of SET agreed = 1 WHERE EXISTS (SELECT 1 FROM ward
	WHERE ward.subject_id = guardian_of.guardian_id AND ward.ward_id = guardian_of.ward_id AND ward.state = 'agreed');

CREATE INDEX guardian_code_expires ON guardian_code (expires_at_ms);
