-- Items closed to viewing, changing or deleting.
-- tables: item_lock

-- name: lock_put
INSERT INTO item_lock (subject_id, use_id, item, acts, ground, set_at, until_at, cause, officers)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9);

-- name: lock_list
-- What is closed at ?2; ?1 0: for everybody.
SELECT use_id, item, acts, ground, set_at, until_at, cause, officers FROM item_lock
WHERE subject_id = ?1 AND until_at > ?2 ORDER BY use_id, item;

-- name: lock_count
SELECT COUNT(*) FROM item_lock WHERE subject_id = ?1 AND until_at > ?2;

-- name: lock_lift
DELETE FROM item_lock WHERE subject_id = ?1 AND use_id = ?2;

-- name: locks_end
DELETE FROM item_lock WHERE subject_id = ?1;
