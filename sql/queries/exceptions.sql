-- Uses of a ground in the place of consent.
-- tables: exception_use, exception_register

-- name: exception_put
-- ?1 subject, ?2 use, ?3 what is done on which ground, sealed.
INSERT INTO exception_use (subject_id, use_id, sealed) VALUES (?1, ?2, ?3)
ON CONFLICT (subject_id, use_id) DO UPDATE SET sealed = excluded.sealed;

-- name: exception_detail
SELECT sealed FROM exception_use WHERE subject_id = ?1 AND use_id = ?2;

-- name: exception_uses_end
-- The person's record of processing ended: what stands here cannot be opened any more.
DELETE FROM exception_use WHERE subject_id = ?1;

-- name: exception_register_add
-- ?1 use, ?2 subject, ?3 state, ?4 officer, ?5 now, ?6 until when the person is not told, or 0; ?7 1: publishes.
INSERT INTO exception_register (use_id, subject_id, state, outcome, officer_id, second_id, created_at, decided_at,
	deferred_until, renewal_until, renewal_by, publishes)
VALUES (?1, ?2, ?3, '', ?4, 0, ?5, 0, ?6, 0, 0, ?7);

-- name: exception_register_find
SELECT use_id, subject_id, state, outcome, officer_id, second_id, created_at, decided_at, deferred_until, renewal_until,
	renewal_by
FROM exception_register WHERE use_id = ?1;

-- name: exception_register_list
-- Newest first, below ?1, at most ?2; ?3 1: publications only.
SELECT use_id, subject_id, state, outcome, officer_id, second_id, created_at, decided_at, deferred_until, renewal_until,
	renewal_by
FROM exception_register WHERE use_id < ?1 AND publishes >= ?3 ORDER BY use_id DESC LIMIT ?2;

-- name: exception_register_about
-- Everything about one person, newest first, below ?2, at most ?3: for the guardian, who is shown only what was asked.
SELECT use_id, subject_id, state, outcome, officer_id, second_id, created_at, decided_at, deferred_until, renewal_until,
	renewal_by
FROM exception_register WHERE subject_id = ?1 AND use_id < ?2 ORDER BY use_id DESC LIMIT ?3;

-- name: exception_decide
-- Another officer than the one who opened it, and once: ?2 that officer, ?3 new state, ?4 now.
UPDATE exception_register SET state = ?3, second_id = ?2, decided_at = ?4
WHERE use_id = ?1 AND state = 'waiting' AND officer_id <> ?2;

-- name: exception_end
-- ?2 done or failed, ?3 outcome.
UPDATE exception_register SET state = ?2, outcome = ?3 WHERE use_id = ?1 AND state = 'acting';

-- name: exception_lift
-- A lock is lifted before its end.
UPDATE exception_register SET state = 'lifted' WHERE use_id = ?1 AND state = 'done';

-- name: exception_renewal_ask
-- ?2 officer, ?3 the later date, ?4 now: only before the deferral ends, and while one waits never a later date, so that
-- who agrees agrees to no more than was seen.
UPDATE exception_register SET renewal_until = ?3, renewal_by = ?2
WHERE use_id = ?1 AND state = 'done' AND deferred_until > ?4 AND deferred_until < ?3
	AND (renewal_until = 0 OR ?3 <= renewal_until);

-- name: exception_renewal_take
-- By another officer than the one who asked, before the deferral ends at ?3, and for the very date ?4 that was read.
UPDATE exception_register SET deferred_until = renewal_until, renewal_until = 0, renewal_by = 0
WHERE use_id = ?1 AND renewal_until > 0 AND renewal_by <> ?2 AND deferred_until > ?3 AND renewal_until = ?4;

-- name: exception_told
-- The person was told: nothing is deferred any more, from now on.
UPDATE exception_register SET deferred_until = ?2, renewal_until = 0, renewal_by = 0
WHERE use_id = ?1 AND deferred_until > ?2;

-- name: exception_answer
-- The person's own or the guardian's answer, or the end of what stands there: ?2 person, ?3 from, ?4 to.
UPDATE exception_register SET state = ?4 WHERE use_id = ?1 AND subject_id = ?2 AND state = ?3;

-- name: publication_public
-- What stands on the public page, newest first, below ?1, at most ?2.
SELECT use_id, subject_id, state, outcome, officer_id, second_id, created_at, decided_at, deferred_until, renewal_until,
	renewal_by
FROM exception_register WHERE state = 'published' AND use_id < ?1 ORDER BY use_id DESC LIMIT ?2;

-- name: publication_of_person
-- Publications only, since another use may be one that the person is not told of yet. Newest first, below ?2, at most ?3.
SELECT use_id, subject_id, state, outcome, officer_id, second_id, created_at, decided_at, deferred_until, renewal_until,
	renewal_by
FROM exception_register
WHERE subject_id = ?1 AND publishes = 1 AND state NOT IN ('waiting', 'rejected') AND use_id < ?2
ORDER BY use_id DESC LIMIT ?3;
