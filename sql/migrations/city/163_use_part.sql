-- What a set serves: a part of a purpose of the policy, and a product ("app", or the key of a service).
ALTER TABLE analysis_set ADD COLUMN part TEXT NOT NULL DEFAULT '';
ALTER TABLE analysis_set ADD COLUMN product TEXT NOT NULL DEFAULT '';
