-- Notices of a new policy and of what happens, the inbox, and what people do not want to get.

-- The hash of the terms under which a consent was given; '' for those from before: they are asked for again.
ALTER TABLE consent ADD COLUMN terms TEXT NOT NULL DEFAULT '';
ALTER TABLE installation_consent ADD COLUMN terms TEXT NOT NULL DEFAULT '';
