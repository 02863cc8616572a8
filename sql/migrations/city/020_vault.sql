-- What persons gave or what was fetched about them: values only sealed, under the key of (subject_id, scope). A row that
-- the law keeps stands under retained = its scope "retention:<class>", beside what may be in use; else retained is ''.
CREATE TABLE vault_item (
	subject_id BIGINT NOT NULL,
	record_id BIGINT NOT NULL,
	item TEXT NOT NULL,
	retained TEXT NOT NULL,
	category TEXT NOT NULL,
	service TEXT NOT NULL,
	origin TEXT NOT NULL,
	basis TEXT NOT NULL,
	scope TEXT NOT NULL,
	rule TEXT,
	collected_at BIGINT NOT NULL,
	ends_at BIGINT NOT NULL,
	sealed BLOB NOT NULL,
	PRIMARY KEY (subject_id, record_id, item, retained)
--sqlite ) WITHOUT ROWID;
--postgresql );

-- Attachments: the bytes are files, sealed under the key of (subject_id, scope).
CREATE TABLE vault_blob (
	subject_id BIGINT NOT NULL,
	blob_id BIGINT NOT NULL,
	scope TEXT NOT NULL,
	rule TEXT,
	size_bytes BIGINT NOT NULL,
	made_at BIGINT NOT NULL,
	ends_at BIGINT NOT NULL,
	PRIMARY KEY (subject_id, blob_id)
--sqlite ) WITHOUT ROWID;
--postgresql );
