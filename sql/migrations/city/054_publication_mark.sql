-- Whether a use of a ground (036) is a publication: officers list those apart, and a person's own list shows one that is
-- being put up without ever touching other uses.
ALTER TABLE exception_register ADD COLUMN publishes INTEGER NOT NULL DEFAULT 0;
UPDATE exception_register SET publishes = 1 WHERE state IN ('asked', 'declined', 'published', 'withdrawn');
