-- set: test
-- tables: account, entry, kinds

-- name: account_insert
-- A new account, or nothing when the number is there.
INSERT INTO account (subject_id, balance, label) VALUES (?1, ?2, ?3) ON CONFLICT (subject_id) DO NOTHING;

-- name: account_insert_strict
INSERT INTO account (subject_id, balance, label) VALUES (?1, ?2, ?3);

-- name: account_take
-- Takes money only when it is there: decides by its row count.
UPDATE account SET balance = balance - ?2 WHERE subject_id = ?1 AND balance >= ?2;

-- name: account_give
UPDATE account SET balance = balance + ?2 WHERE subject_id = ?1;

-- name: account_give_returning
UPDATE account SET balance = balance + ?2 WHERE subject_id = ?1 RETURNING balance;

-- name: account_get
SELECT balance, label FROM account WHERE subject_id = ?1;

-- name: account_sum
-- The sum of BIGINT is a NUMERIC on PostgreSQL.
SELECT COUNT(*), SUM(balance) FROM account;

-- name: account_later
-- Time arithmetic with a small constant must not shrink the parameter to 32 bits.
SELECT COUNT(*) FROM account WHERE balance < ?1 + 1000;

-- name: account_exists
SELECT EXISTS (SELECT 1 FROM account WHERE subject_id = ?1);

-- name: entry_insert
INSERT INTO entry (subject_id, n, note) VALUES (?1, ?2, ?3);

-- name: entry_count
SELECT COUNT(*) FROM entry WHERE subject_id = ?1;

-- name: entry_list
SELECT n FROM entry WHERE subject_id = ?1 ORDER BY n;

-- name: kinds_insert
INSERT INTO kinds (subject_id, whole, words, bytes) VALUES (?1, ?2, ?3, ?4);

-- name: kinds_get
SELECT whole, words, bytes FROM kinds WHERE subject_id = ?1 AND (?2 IS NULL OR words = ?2);
