-- Of an account that is ending: under which slots of the key store the keys of its identifiers stand, so that whoever
-- finishes the end can end them without knowing a name or a number. Sealed under the account's key, which ends after
-- them; the row goes with the end.
CREATE TABLE ending_identifiers (
	subject_id BIGINT NOT NULL PRIMARY KEY,
	sealed BLOB NOT NULL
);
