-- The ledger: personal heads, entries, and the public log made of them.
--
-- By person (distributed by subject_id): person_head, ledger_entry, ledger_pending, ledger_leaf, ledger_promise.
-- By log (distributed by log_id): ledger_tile, ledger_edge, ledger_tree, ledger_checkpoint, ledger_lease.
--
-- append-only: ledger_entry, ledger_leaf, ledger_promise, ledger_tile, ledger_tree, ledger_checkpoint

-- Where a person stands: the number and head of the newest entry, and the epoch of the facts that the gate decides on.
CREATE TABLE person_head (
	subject_id BIGINT NOT NULL PRIMARY KEY,
	facts_epoch BIGINT NOT NULL,
	usage_n BIGINT NOT NULL,
	head BLOB NOT NULL
)
--sqlite WITHOUT ROWID
;

-- One entry. data = SHA-256(salt || canonical entry), head = SHA-256(head before || data); sealed holds salt and entry.
-- On SQLite rows stand in the order of their ids, because a row at a random place costs a page of the write-ahead log.
CREATE TABLE ledger_entry (
--sqlite 	entry_id INTEGER PRIMARY KEY,
--postgresql 	entry_id BIGINT NOT NULL,
	subject_id BIGINT NOT NULL,
	n BIGINT NOT NULL,
	data BLOB NOT NULL,
	head BLOB NOT NULL,
	sealed BLOB NOT NULL
--postgresql 	, PRIMARY KEY (subject_id, entry_id)
);

-- Committed entries that the sequencer has not put into the tree: a queue, a few seconds long.
CREATE TABLE ledger_pending (
--sqlite 	entry_id INTEGER PRIMARY KEY,
--postgresql 	entry_id BIGINT NOT NULL,
	subject_id BIGINT NOT NULL,
	n BIGINT NOT NULL,
	at_ms BIGINT NOT NULL
--postgresql 	, PRIMARY KEY (subject_id, n)
);

-- Which entry is which leaf. SQLite has one log, and its rows in the order of the leaves.
CREATE TABLE ledger_leaf (
--sqlite 	leaf_index INTEGER PRIMARY KEY,
--postgresql 	leaf_index BIGINT NOT NULL,
	log_id BIGINT NOT NULL,
	subject_id BIGINT NOT NULL,
	n BIGINT NOT NULL,
	entry_id BIGINT NOT NULL,
--sqlite 	UNIQUE (subject_id, n)
--postgresql 	PRIMARY KEY (subject_id, n)
);
--postgresql CREATE UNIQUE INDEX ledger_leaf_index ON ledger_leaf (log_id, leaf_index, subject_id);

-- Promises given out in receipts before the entry was in the tree.
CREATE TABLE ledger_promise (
	subject_id BIGINT NOT NULL,
	n BIGINT NOT NULL,
	data BLOB NOT NULL,
	by_ms BIGINT NOT NULL,
	PRIMARY KEY (subject_id, n)
);

-- Full tiles of the log; level -1 are entry bundles (data hashes without their length prefixes).
CREATE TABLE ledger_tile (
	log_id BIGINT NOT NULL,
	level BIGINT NOT NULL,
	tile_index BIGINT NOT NULL,
	hashes BLOB NOT NULL,
	PRIMARY KEY (log_id, level, tile_index)
);

-- The partial tile at the right edge of each level: working state, rewritten by each round.
CREATE TABLE ledger_edge (
	log_id BIGINT NOT NULL,
	level BIGINT NOT NULL,
	tile_index BIGINT NOT NULL,
	hashes BLOB NOT NULL,
	PRIMARY KEY (log_id, level)
);

-- Trees as they were committed. Only a committed tree is ever signed, so that no size is signed with two roots.
CREATE TABLE ledger_tree (
	log_id BIGINT NOT NULL,
	size BIGINT NOT NULL,
	root BLOB NOT NULL,
	at_ms BIGINT NOT NULL,
	token BIGINT NOT NULL, -- the fencing token of the round that made it
	PRIMARY KEY (log_id, size)
);

CREATE TABLE ledger_checkpoint (
	log_id BIGINT NOT NULL,
	size BIGINT NOT NULL,
	note TEXT NOT NULL,
	PRIMARY KEY (log_id, size)
);

-- Who may sequence. The token grows with each change of hands.
CREATE TABLE ledger_lease (
	log_id BIGINT NOT NULL PRIMARY KEY,
	holder BIGINT NOT NULL,
	token BIGINT NOT NULL,
	until_ms BIGINT NOT NULL
);
INSERT INTO ledger_lease (log_id, holder, token, until_ms) VALUES (1, 0, 0, 0);

--sqlite CREATE TRIGGER ledger_entry_no_update BEFORE UPDATE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'append-only'); END;
--sqlite CREATE TRIGGER ledger_entry_no_delete BEFORE DELETE ON ledger_entry BEGIN SELECT RAISE(ABORT, 'append-only'); END;
--sqlite CREATE TRIGGER ledger_leaf_no_update BEFORE UPDATE ON ledger_leaf BEGIN SELECT RAISE(ABORT, 'append-only'); END;
--sqlite CREATE TRIGGER ledger_leaf_no_delete BEFORE DELETE ON ledger_leaf BEGIN SELECT RAISE(ABORT, 'append-only'); END;
--sqlite CREATE TRIGGER ledger_promise_no_update BEFORE UPDATE ON ledger_promise BEGIN SELECT RAISE(ABORT, 'append-only'); END;
--sqlite CREATE TRIGGER ledger_promise_no_delete BEFORE DELETE ON ledger_promise BEGIN SELECT RAISE(ABORT, 'append-only'); END;
--sqlite CREATE TRIGGER ledger_tile_no_update BEFORE UPDATE ON ledger_tile BEGIN SELECT RAISE(ABORT, 'append-only'); END;
--sqlite CREATE TRIGGER ledger_tile_no_delete BEFORE DELETE ON ledger_tile BEGIN SELECT RAISE(ABORT, 'append-only'); END;
--sqlite CREATE TRIGGER ledger_tree_no_update BEFORE UPDATE ON ledger_tree BEGIN SELECT RAISE(ABORT, 'append-only'); END;
--sqlite CREATE TRIGGER ledger_tree_no_delete BEFORE DELETE ON ledger_tree BEGIN SELECT RAISE(ABORT, 'append-only'); END;
--sqlite CREATE TRIGGER ledger_checkpoint_no_update BEFORE UPDATE ON ledger_checkpoint BEGIN SELECT RAISE(ABORT, 'append-only'); END;
--sqlite CREATE TRIGGER ledger_checkpoint_no_delete BEFORE DELETE ON ledger_checkpoint BEGIN SELECT RAISE(ABORT, 'append-only'); END;
