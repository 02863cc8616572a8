-- Entries that a duty of secrecy lets the person see later. Each is a leaf of the public log at once: it takes a number of
-- the register of deferrals, a person_head of its own that is no person. The person's own number is taken at disclosure.
--
-- By person (distributed by subject_id): ledger_deferred, ledger_deferral, ledger_disclosed.
--
-- append-only: ledger_deferred, ledger_deferral, ledger_disclosed

-- The deferred entry: salt and canonical entry with n = 0, sealed under the person's audit key. Its data is that of the
-- register's entry deferred_n.
CREATE TABLE ledger_deferred (
	subject_id BIGINT NOT NULL,
	deferred_n BIGINT NOT NULL,
	ref_id BIGINT NOT NULL,
	at_ms BIGINT NOT NULL,
	sealed BLOB NOT NULL,
	PRIMARY KEY (subject_id, deferred_n)
);

-- Each date that two officers set; the latest counts.
CREATE TABLE ledger_deferral (
	subject_id BIGINT NOT NULL,
	deferred_n BIGINT NOT NULL,
	until_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, deferred_n, until_ms)
);

-- The person was told: entry n of the person tells the deferred one.
CREATE TABLE ledger_disclosed (
	subject_id BIGINT NOT NULL,
	deferred_n BIGINT NOT NULL,
	n BIGINT NOT NULL,
	PRIMARY KEY (subject_id, deferred_n)
);

--sqlite INSERT INTO person_head (subject_id, facts_epoch, usage_n, head) VALUES (1, 1, 0, zeroblob(32));
--postgresql INSERT INTO person_head (subject_id, facts_epoch, usage_n, head) VALUES (1, 1, 0, decode(repeat('00', 32), 'hex'));

--sqlite CREATE TRIGGER ledger_deferred_no_update BEFORE UPDATE ON ledger_deferred BEGIN SELECT RAISE(ABORT, 'append-only'); END;
--sqlite CREATE TRIGGER ledger_deferred_no_delete BEFORE DELETE ON ledger_deferred BEGIN SELECT RAISE(ABORT, 'append-only'); END;
--sqlite CREATE TRIGGER ledger_deferral_no_update BEFORE UPDATE ON ledger_deferral BEGIN SELECT RAISE(ABORT, 'append-only'); END;
--sqlite CREATE TRIGGER ledger_deferral_no_delete BEFORE DELETE ON ledger_deferral BEGIN SELECT RAISE(ABORT, 'append-only'); END;
--sqlite CREATE TRIGGER ledger_disclosed_no_update BEFORE UPDATE ON ledger_disclosed BEGIN SELECT RAISE(ABORT, 'append-only'); END;
--sqlite CREATE TRIGGER ledger_disclosed_no_delete BEFORE DELETE ON ledger_disclosed BEGIN SELECT RAISE(ABORT, 'append-only'); END;
