-- tables: sdk_choice, installation_sdk_choice, sdk_last_call, preference, installation_cookie_choice, daily_count

-- name: sdk_choice_put
INSERT INTO sdk_choice (subject_id, sdk, allowed, changed_at_ms) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (subject_id, sdk) DO UPDATE SET allowed = excluded.allowed, changed_at_ms = excluded.changed_at_ms;

-- name: sdk_choice_list
SELECT sdk, allowed, changed_at_ms FROM sdk_choice WHERE subject_id = ?1;

-- name: sdk_choice_end
DELETE FROM sdk_choice WHERE subject_id = ?1;

-- name: installation_sdk_choice_put
INSERT INTO installation_sdk_choice (installation_id, sdk, allowed, changed_at_ms) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (installation_id, sdk) DO UPDATE SET allowed = excluded.allowed, changed_at_ms = excluded.changed_at_ms;

-- name: installation_sdk_choice_list
SELECT sdk, allowed, changed_at_ms FROM installation_sdk_choice WHERE installation_id = ?1;

-- name: installation_sdk_choice_drop
-- The person decided anew.
DELETE FROM installation_sdk_choice WHERE installation_id = ?1 AND sdk = ?2;

-- name: sdk_choice_withdraw
-- Everything is taken back; what was refused stays refused.
DELETE FROM sdk_choice WHERE subject_id = ?1 AND allowed = 1;

-- name: installation_sdk_choice_withdraw
DELETE FROM installation_sdk_choice WHERE installation_id = ?1 AND allowed = 1;

-- name: installation_sdk_choice_end
DELETE FROM installation_sdk_choice WHERE installation_id = ?1;

-- name: sdk_last_call_put
INSERT INTO sdk_last_call (subject_id, sdk, at_ms, calls) VALUES (?1, ?2, ?3, 1)
ON CONFLICT (subject_id, sdk) DO UPDATE SET at_ms = excluded.at_ms, calls = sdk_last_call.calls + 1;

-- name: sdk_last_call_list
SELECT sdk, at_ms, calls FROM sdk_last_call WHERE subject_id = ?1;

-- name: sdk_last_call_end
DELETE FROM sdk_last_call WHERE subject_id = ?1;

-- name: preference_put
INSERT INTO preference (subject_id, name, state, changed_at_ms) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (subject_id, name) DO UPDATE SET state = excluded.state, changed_at_ms = excluded.changed_at_ms;

-- name: preference_get
SELECT state FROM preference WHERE subject_id = ?1 AND name = ?2;

-- name: preference_end
DELETE FROM preference WHERE subject_id = ?1;

-- name: cookie_choice_put
INSERT INTO installation_cookie_choice (installation_id, kind, allowed, changed_at_ms) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (installation_id, kind) DO UPDATE SET allowed = excluded.allowed, changed_at_ms = excluded.changed_at_ms;

-- name: cookie_choice_get
SELECT allowed FROM installation_cookie_choice WHERE installation_id = ?1 AND kind = ?2;

-- name: cookie_choice_withdraw
DELETE FROM installation_cookie_choice WHERE installation_id = ?1 AND allowed = 1;

-- name: cookie_choice_end
DELETE FROM installation_cookie_choice WHERE installation_id = ?1;

-- name: daily_count_add
INSERT INTO daily_count (day, kind, name, times) VALUES (?1, ?2, ?3, 1)
ON CONFLICT (day, kind, name) DO UPDATE SET times = daily_count.times + 1;

-- name: daily_count_sum
-- Sums of a period; small ones are left out here, so that no caller can forget to.
SELECT kind, name, SUM(times) FROM daily_count WHERE day >= ?1 AND day <= ?2
GROUP BY kind, name HAVING SUM(times) >= ?3 ORDER BY kind, name;
