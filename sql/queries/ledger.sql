-- tables: person_head, ledger_entry, ledger_pending, ledger_leaf, ledger_promise, ledger_tile, ledger_edge, ledger_tree, ledger_checkpoint, ledger_lease, ledger_deferred, ledger_deferral, ledger_disclosed

-- ---- writing about a person ---------------------------------------------------------------------------------------

-- name: ledger_person_add
-- A new person, with no entry yet: head 0.
INSERT INTO person_head (subject_id, facts_epoch, usage_n, head) VALUES (?1, 1, 0, ?2);

-- name: ledger_head_move
-- Takes number ?2 for an entry with head ?3, if nobody has taken it and the facts' epoch lies in ?5 to ?6; ?4 is 1 when
-- the act changes the facts. Writers of one person wait for each other here.
UPDATE person_head SET usage_n = ?2, head = ?3, facts_epoch = facts_epoch + ?4
WHERE subject_id = ?1 AND usage_n = ?2 - 1 AND facts_epoch BETWEEN ?5 AND ?6;

-- name: ledger_entry_add
INSERT INTO ledger_entry (subject_id, entry_id, n, data, head, sealed) VALUES (?1, ?2, ?3, ?4, ?5, ?6);

-- name: ledger_pending_add
-- Tells the sequencer.
INSERT INTO ledger_pending (subject_id, entry_id, n, at_ms) VALUES (?1, ?2, ?3, ?4);

-- ---- reading about a person ---------------------------------------------------------------------------------------

-- name: ledger_head
SELECT facts_epoch, usage_n, head FROM person_head WHERE subject_id = ?1;

-- name: ledger_usage
-- Entries of a person below number ?2, newest first, at most ?3. SQLite looks through all of the queue, which is short.
SELECT e.n, e.data, e.head, e.sealed
FROM (
	SELECT n, entry_id FROM (
		SELECT n, entry_id FROM (
			SELECT n, entry_id FROM ledger_pending WHERE subject_id = ?1 AND n < ?2
			ORDER BY n DESC LIMIT ?3) a
		UNION ALL
		SELECT n, entry_id FROM (
			SELECT n, entry_id FROM ledger_leaf WHERE subject_id = ?1 AND n < ?2
			ORDER BY n DESC LIMIT ?3) b
	) y ORDER BY n DESC LIMIT ?3
) x
JOIN ledger_entry e ON e.subject_id = ?1 AND e.entry_id = x.entry_id
ORDER BY x.n DESC;

-- name: ledger_leaf_of
-- The leaf of an entry, if it is in the tree.
SELECT leaf_index FROM ledger_leaf WHERE subject_id = ?1 AND n = ?2;

-- name: ledger_promise_add
INSERT INTO ledger_promise (subject_id, n, data, by_ms) VALUES (?1, ?2, ?3, ?4) ON CONFLICT (subject_id, n) DO NOTHING;

-- ---- deferred entries ----------------------------------------------------------------------------------------------

-- name: ledger_head_stands
-- The facts' epoch of a person lies in ?2 to ?3 still; the row stays locked until the commit.
UPDATE person_head SET usage_n = usage_n WHERE subject_id = ?1 AND facts_epoch BETWEEN ?2 AND ?3;

-- name: ledger_deferred_add
-- ?1 subject, ?2 number of the register, ?3 what it belongs to, ?4 now, ?5 salt and entry, sealed.
INSERT INTO ledger_deferred (subject_id, deferred_n, ref_id, at_ms, sealed) VALUES (?1, ?2, ?3, ?4, ?5);

-- name: ledger_deferral_add
INSERT INTO ledger_deferral (subject_id, deferred_n, until_ms) VALUES (?1, ?2, ?3);

-- name: ledger_deferral_renew
-- A later date for all entries of ?2 that were not told.
INSERT INTO ledger_deferral (subject_id, deferred_n, until_ms)
SELECT d.subject_id, d.deferred_n, ?3 FROM ledger_deferred d
WHERE d.subject_id = ?1 AND d.ref_id = ?2
	AND NOT EXISTS (SELECT 1 FROM ledger_disclosed x WHERE x.subject_id = d.subject_id AND x.deferred_n = d.deferred_n);

-- name: ledger_disclosed_add
INSERT INTO ledger_disclosed (subject_id, deferred_n, n) VALUES (?1, ?2, ?3);

-- name: ledger_deferred_untold
-- What belongs to ?2 and was not told, in order of writing.
SELECT d.deferred_n, d.at_ms, d.sealed FROM ledger_deferred d
WHERE d.subject_id = ?1 AND d.ref_id = ?2
	AND NOT EXISTS (SELECT 1 FROM ledger_disclosed x WHERE x.subject_id = d.subject_id AND x.deferred_n = d.deferred_n)
ORDER BY d.deferred_n;

-- name: ledger_deferred_of
-- The deferred entry that entry ?2 of the person tells.
SELECT d.deferred_n, d.at_ms, d.sealed FROM ledger_disclosed x
JOIN ledger_deferred d ON d.subject_id = x.subject_id AND d.deferred_n = x.deferred_n
WHERE x.subject_id = ?1 AND x.n = ?2;

-- name: ledger_deferred_days
-- How many were deferred each day (Asia/Shanghai, days since 1970), and how many of those were told. Over all persons.
SELECT (d.at_ms + 28800000) / 86400000, COUNT(*), COUNT(x.n)
FROM ledger_deferred d
LEFT JOIN ledger_disclosed x ON x.subject_id = d.subject_id AND x.deferred_n = d.deferred_n
GROUP BY 1 ORDER BY 1 DESC LIMIT ?1;

-- name: ledger_check_deferred
-- The register's leaves after ?2 with what they stand for: deferred entry, last date, and the entry that tells it.
SELECT l.n, e.data, d.subject_id, d.sealed,
	COALESCE((SELECT MAX(t.until_ms) FROM ledger_deferral t
		WHERE t.subject_id = d.subject_id AND t.deferred_n = d.deferred_n), 0),
	x.n, p.data, p.sealed
FROM ledger_leaf l
LEFT JOIN ledger_entry e ON e.subject_id = l.subject_id AND e.entry_id = l.entry_id
LEFT JOIN ledger_deferred d ON d.deferred_n = l.n
LEFT JOIN ledger_disclosed x ON x.subject_id = d.subject_id AND x.deferred_n = d.deferred_n
LEFT JOIN ledger_leaf m ON m.subject_id = x.subject_id AND m.n = x.n
LEFT JOIN ledger_entry p ON p.subject_id = m.subject_id AND p.entry_id = m.entry_id
WHERE l.subject_id = ?1 AND l.n > ?2 ORDER BY l.n LIMIT ?3;

-- name: ledger_check_deferred_lone
-- Deferred entries whose number the register does not have.
SELECT d.subject_id, d.deferred_n FROM ledger_deferred d
WHERE NOT EXISTS (SELECT 1 FROM ledger_leaf l WHERE l.subject_id = ?1 AND l.n = d.deferred_n)
	AND NOT EXISTS (SELECT 1 FROM ledger_pending q WHERE q.subject_id = ?1 AND q.n = d.deferred_n)
ORDER BY d.subject_id, d.deferred_n LIMIT ?2;

-- ---- the sequencer ------------------------------------------------------------------------------------------------

-- name: ledger_work
-- Is anything waiting; the newest committed tree and the newest signed one (-1: none). One of the few statements over
-- all persons: on Citus it asks every shard, once a round. The log_id of a checkpoint is the generation: after a restore
-- the same tree is signed anew under another name.
SELECT (SELECT COUNT(*) FROM (SELECT 1 AS one FROM ledger_pending LIMIT 1) q),
	COALESCE((SELECT MAX(size) FROM ledger_tree WHERE log_id = ?1), -1),
	COALESCE((SELECT MAX(size) FROM ledger_checkpoint WHERE log_id = ?2), -1);

-- name: ledger_lease_take
-- Takes or keeps the lease; no row when another holds it. The row stays locked until the commit.
UPDATE ledger_lease
SET token = token + CASE WHEN holder = ?2 THEN 0 ELSE 1 END, holder = ?2, until_ms = ?3
WHERE log_id = ?1 AND (holder = ?2 OR until_ms <= ?4)
RETURNING token;

-- name: ledger_lease_drop
UPDATE ledger_lease SET until_ms = 0 WHERE log_id = ?1 AND holder = ?2;

-- name: ledger_leaf_add
-- The oldest ?3 waiting entries become leaves from ?2 on. Sorted by person, so that the index is written page by page.
INSERT INTO ledger_leaf (subject_id, n, entry_id, log_id, leaf_index)
SELECT p.subject_id, p.n, p.entry_id, ?1, ?2 + ROW_NUMBER() OVER (ORDER BY p.subject_id, p.n) - 1
FROM (SELECT subject_id, n, entry_id FROM ledger_pending ORDER BY entry_id LIMIT ?3) p;

-- name: ledger_pending_end
-- Exactly the entries that became leaves in this round.
DELETE FROM ledger_pending
WHERE EXISTS (
	SELECT 1 FROM ledger_leaf l
	WHERE l.subject_id = ledger_pending.subject_id AND l.n = ledger_pending.n AND l.log_id = ?1
		AND l.leaf_index >= ?2);

-- name: ledger_pending_end @sqlite
-- The same without looking each one up: nobody else has written since the round began, and it took the oldest.
DELETE FROM ledger_pending
WHERE entry_id <= (SELECT MAX(entry_id) FROM ledger_leaf WHERE log_id = ?1 AND leaf_index >= ?2);

-- name: ledger_leaf_data
-- Data of the leaves from ?2 on, in order.
SELECT l.leaf_index, e.data
FROM ledger_leaf l
JOIN ledger_entry e ON e.subject_id = l.subject_id AND e.entry_id = l.entry_id
WHERE l.log_id = ?1 AND l.leaf_index >= ?2
ORDER BY l.leaf_index;

-- name: ledger_tree_newest
SELECT size, root, token FROM ledger_tree WHERE log_id = ?1 ORDER BY size DESC LIMIT 1;

-- name: ledger_edge_all
SELECT level, tile_index, hashes FROM ledger_edge WHERE log_id = ?1 ORDER BY level;

-- name: ledger_edge_put
INSERT INTO ledger_edge (log_id, level, tile_index, hashes) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (log_id, level) DO UPDATE SET tile_index = excluded.tile_index, hashes = excluded.hashes;

-- name: ledger_tile_add
INSERT INTO ledger_tile (log_id, level, tile_index, hashes) VALUES (?1, ?2, ?3, ?4);

-- name: ledger_tree_add
INSERT INTO ledger_tree (log_id, size, root, at_ms, token) VALUES (?1, ?2, ?3, ?4, ?5);

-- name: ledger_checkpoint_add
INSERT INTO ledger_checkpoint (log_id, size, note) VALUES (?1, ?2, ?3) ON CONFLICT (log_id, size) DO NOTHING;

-- ---- the public log -----------------------------------------------------------------------------------------------

-- name: ledger_checkpoint_newest
SELECT size, note FROM ledger_checkpoint WHERE log_id = ?1 ORDER BY size DESC LIMIT 1;

-- name: ledger_tile_get
-- A tile as far as it is filled.
SELECT hashes FROM ledger_tile WHERE log_id = ?1 AND level = ?2 AND tile_index = ?3
UNION ALL
SELECT hashes FROM ledger_edge WHERE log_id = ?1 AND level = ?2 AND tile_index = ?3;

-- ---- verifying: reads everything, in pages ------------------------------------------------------------------------

-- name: ledger_check_entries
-- All numbers that were taken, after (?1, ?2), with their entries. subject_id = ?1 does not hold here on purpose.
SELECT x.subject_id, x.n, e.n, e.data, e.head, e.sealed, p.usage_n, p.head
FROM (
	SELECT subject_id, n, entry_id FROM ledger_leaf WHERE (subject_id, n) > (?1, ?2)
	UNION ALL
	SELECT subject_id, n, entry_id FROM ledger_pending WHERE (subject_id, n) > (?1, ?2)
	ORDER BY 1, 2 LIMIT ?3
) x
LEFT JOIN ledger_entry e ON e.subject_id = x.subject_id AND e.entry_id = x.entry_id
LEFT JOIN person_head p ON p.subject_id = x.subject_id
ORDER BY x.subject_id, x.n;

-- name: ledger_check_heads
-- People who should have entries, and have none at all; and heads of those who have none, which are ?2.
SELECT p.subject_id, p.usage_n FROM person_head p
WHERE (p.usage_n > 0 OR p.head <> ?2)
	AND NOT EXISTS (SELECT 1 FROM ledger_leaf l WHERE l.subject_id = p.subject_id)
	AND NOT EXISTS (SELECT 1 FROM ledger_pending q WHERE q.subject_id = p.subject_id)
ORDER BY p.subject_id LIMIT ?1;

-- name: ledger_check_orphans
-- Entries that hold no number of their person, or another one's: forks, and entries that lost their place.
SELECT e.subject_id, e.n
FROM ledger_entry e
WHERE NOT EXISTS (
		SELECT 1 FROM ledger_leaf l
		WHERE l.subject_id = e.subject_id AND l.n = e.n AND l.entry_id = e.entry_id)
	AND NOT EXISTS (
		SELECT 1 FROM ledger_pending p
		WHERE p.subject_id = e.subject_id AND p.n = e.n AND p.entry_id = e.entry_id)
ORDER BY e.subject_id, e.n LIMIT ?1;

-- name: ledger_check_leaves
SELECT l.leaf_index, l.subject_id, l.n, e.data
FROM ledger_leaf l
LEFT JOIN ledger_entry e ON e.subject_id = l.subject_id AND e.entry_id = l.entry_id
WHERE l.log_id = ?1 AND l.leaf_index >= ?2
ORDER BY l.leaf_index LIMIT ?3;

-- name: ledger_check_trees
SELECT t.size, t.root, t.token, c.note
FROM ledger_tree t
LEFT JOIN ledger_checkpoint c ON c.log_id = ?4 AND c.size = t.size
WHERE t.log_id = ?1 AND t.size > ?2
ORDER BY t.size LIMIT ?3;

-- name: ledger_check_lone_checkpoints
-- Signed sizes without a committed tree.
SELECT c.size FROM ledger_checkpoint c
WHERE c.log_id = ?2 AND NOT EXISTS (SELECT 1 FROM ledger_tree t WHERE t.log_id = ?1 AND t.size = c.size);

-- name: ledger_check_tiles
SELECT level, tile_index, hashes FROM ledger_tile
WHERE log_id = ?1 AND level >= ?2 AND tile_index >= ?3 ORDER BY level, tile_index LIMIT ?4;

-- name: ledger_check_promises
-- Promises whose time has come, and what became of them.
SELECT p.subject_id, p.n, p.data, e.data
FROM ledger_promise p
LEFT JOIN ledger_leaf l ON l.subject_id = p.subject_id AND l.n = p.n
LEFT JOIN ledger_entry e ON e.subject_id = l.subject_id AND e.entry_id = l.entry_id
WHERE p.by_ms < ?1
ORDER BY p.subject_id, p.n;

-- name: ledger_check_passed_over
-- Entries that still wait although trees were made more than ?2 ms after them.
SELECT subject_id, n FROM ledger_pending
WHERE at_ms < (SELECT MAX(at_ms) FROM ledger_tree WHERE log_id = ?1) - ?2
ORDER BY subject_id, n;
