-- How a draft of the policy becomes binding: who submitted it, which second officer approved it, who published it.
-- No personal data: officers act in office.

-- One row: the newest published release. Whoever publishes moves it on from the release that was compared with, so
-- that of two publications at once one finds it moved.
CREATE TABLE policy_head (
	id BIGINT NOT NULL PRIMARY KEY,
	number BIGINT NOT NULL
);

CREATE TABLE policy_review (
	number BIGINT NOT NULL PRIMARY KEY,
	-- draft, submitted, approved, published; ended without: rejected, withdrawn, replaced
	state TEXT NOT NULL,
	-- The published release that the draft is compared with.
	base_number BIGINT NOT NULL,
	-- The release whose text was changed into this one, or NULL.
	from_number BIGINT,
	submitted_by BIGINT,
	-- What citizens are told about the change, or NULL.
	summary TEXT
);

-- What officers rate as major beyond what the rules tell.
CREATE TABLE policy_mark (
	number BIGINT NOT NULL,
	kind TEXT NOT NULL,
	reason TEXT NOT NULL,
	PRIMARY KEY (number, kind)
);

-- Every step of every draft, kept for good.
-- append-only: policy_step
CREATE TABLE policy_step (
	number BIGINT NOT NULL,
	step BIGINT NOT NULL,
	action TEXT NOT NULL,
	officer_id BIGINT NOT NULL,
	officer TEXT NOT NULL,
	note TEXT,
	at_ms BIGINT NOT NULL,
	PRIMARY KEY (number, step)
);

-- What a store knew before there were reviews.
INSERT INTO policy_head (id, number)
SELECT 1, COALESCE(MAX(number), 0) FROM policy_release WHERE published_at_ms IS NOT NULL;
INSERT INTO policy_review (number, state, base_number)
SELECT number, CASE WHEN published_at_ms IS NULL THEN 'draft' ELSE 'published' END,
	(SELECT COALESCE(MAX(older.number), 0) FROM policy_release older
		WHERE older.published_at_ms IS NOT NULL AND older.number < policy_release.number)
FROM policy_release;

--sqlite CREATE TRIGGER policy_step_no_update BEFORE UPDATE ON policy_step BEGIN SELECT RAISE(ABORT, 'append-only'); END;
--sqlite CREATE TRIGGER policy_step_no_delete BEFORE DELETE ON policy_step BEGIN SELECT RAISE(ABORT, 'append-only'); END;
