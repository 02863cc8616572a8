/* Codes, locks, registration and the second check. */
#include "base/buf.h"
#include "consent/people_testing.h"
#include "identity/identity_store.h"

enum { MINUTE_MS = 60 * 1000 };

static int setup(void **state)
{
	*state = people_new("nantong");
	return 0;
}

/* ---- counters and locks: TJ-1.1.2.d
 * ------------------------------------------------------------------------------------- */

static void a_limit_holds_within_its_window_only(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;

	for (int i = 0; i < 3; i++)
		assert_ok(throttle(c, "test", SLICE("a"), 3, MINUTE_MS));
	assert_err(throttle(c, "test", SLICE("a"), 3, MINUTE_MS), ERR_LIMIT);
	assert_true(c->failure.retry_after_s > 0 && c->failure.retry_after_s <= 61);
	assert_ok(throttle(c, "test", SLICE("b"), 3, MINUTE_MS));
	c->now_ms += MINUTE_MS + 1;
	assert_ok(throttle(c, "test", SLICE("a"), 3, MINUTE_MS));
}

static void each_lock_is_twice_as_long_as_the_last(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	int64_t expected_s = 60;

	for (int i = 0; i < 5; i++)
		assert_ok(guard_begin(c, "someone"));
	for (int i = 0; i < 6; i++, expected_s *= 2) {
		assert_err(guard_begin(c, "someone"), ERR_LOCKED);
		assert_in_range(c->failure.retry_after_s, expected_s, expected_s + 1);
		assert_ok(guard_begin(c, "someone else"));
		assert_ok(guard_clear(c, "someone else"));
		c->now_ms += expected_s * 1000;
		assert_ok(guard_begin(c, "someone")); /* one more try, and it locks for longer */
	}
	assert_err(guard_begin(c, "someone"), ERR_LOCKED);
	assert_ok(guard_clear(c, "someone"));
	assert_ok(guard_begin(c, "someone"));
}

static err try_once(struct ctx *c, void *arg)
{
	int *through = arg;

	for (int i = 0; i < 10; i++) {
		failure_clear(c);
		if (!failed(guard_begin(c, "raced")))
			(*through)++;
	}
	return OK;
}

static void racing_guesses_get_no_more_tries(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c, *d = people_ctx(p);
	int a = 0, b = 0;
	err outcome[2];

	d->now_ms = c->now_ms;
	race(c, &a, d, &b, try_once, outcome);
	assert_int_equal(a + b, 5);
	people_ctx_free(d);
}

/* ---- codes: TJ-1.1.1.f
 * ----------------------------------------------------------------------------------------------------- */

static struct sms_code_row row_of(struct ctx *c, const char *phone, const char *code)
{
	struct sms_code_row row = {.purpose = "login", .expires_at_ms = c->now_ms + SMS_CODE_LIFE_MS};

	keys_hash(c->keys, "sms_phone", slice_of(phone), row.phone_hash);
	keys_hash(c->keys, "test_code", slice_of(code), row.code_hash);
	return row;
}

struct put {
	const struct sms_code_row *row;
	int64_t changed;
};

static err put_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct put *put = arg;

	return identity_db_code_put(c, tx, put->row, &put->changed);
}

static int64_t put_code(struct ctx *c, const struct sms_code_row *row)
{
	struct put put = {row, 0};

	assert_ok(store_write(c, c->store, put_rows, &put));
	return put.changed;
}

static bool take(struct ctx *c, const struct sms_code_row *row)
{
	bool right = false;

	assert_ok(identity_db_code_take(c, row, &right));
	return right;
}

static void a_code_works_once_in_time_for_its_number(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	struct sms_code_row mine = row_of(c, "12900000011", "123456"),
			    wrong = row_of(c, "12900000011", "123457"),
			    other = row_of(c, "12900000012", "123456");

	assert_int_equal(put_code(c, &mine), 1);
	assert_false(take(c, &wrong));
	assert_false(take(c, &other));
	assert_true(take(c, &mine));
	assert_false(take(c, &mine));

	c->now_ms += SMS_RESEND_MS;
	mine.expires_at_ms = c->now_ms + SMS_CODE_LIFE_MS;
	assert_int_equal(put_code(c, &mine), 1);
	c->now_ms += SMS_CODE_LIFE_MS;
	assert_false(take(c, &mine));
}

static void a_code_dies_after_five_wrong_tries(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	struct sms_code_row mine = row_of(c, "12900000011", "123456"),
			    wrong = row_of(c, "12900000011", "123457");

	assert_int_equal(put_code(c, &mine), 1);
	for (int i = 0; i < SMS_ATTEMPTS_MAX; i++)
		assert_false(take(c, &wrong));
	assert_false(take(c, &mine));
}

static void a_new_code_waits_and_replaces_the_old_one(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	struct sms_code_row first = row_of(c, "12900000011", "111111"),
			    second = row_of(c, "12900000011", "222222");

	assert_int_equal(put_code(c, &first), 1);
	assert_int_equal(put_code(c, &second), 0);
	c->now_ms += SMS_RESEND_MS;
	second.expires_at_ms = c->now_ms + SMS_CODE_LIFE_MS;
	assert_int_equal(put_code(c, &second), 1);
	assert_false(take(c, &first));
	assert_true(take(c, &second));
}

static err take_one(struct ctx *c, void *arg)
{
	const struct sms_code_row *row = arg;

	return take(c, row) ? OK : (err){ERR_CONFLICT};
}

static void of_two_who_use_a_code_at_once_one_gets_through(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c, *d = people_ctx(p);

	for (int i = 0; i < 10; i++) {
		struct sms_code_row row = row_of(c, "12900000011", "123456");
		err outcome[2];
		assert_int_equal(put_code(c, &row), 1);
		d->now_ms = c->now_ms;
		race(c, &row, d, &row, take_one, outcome);
		assert_int_equal((outcome[0].code == ERR_OK) + (outcome[1].code == ERR_OK), 1);
		c->now_ms += SMS_RESEND_MS;
	}
	people_ctx_free(d);
}

static void a_code_is_bound_to_purpose_and_installation(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c, *d = people_ctx(p);

	/* nobody knows the code that was sent; what can be seen is that no code opens another purpose or
	 * place */
	assert_ok(sms_code_send(c, 0, SLICE("12900000021"), "bind", "127.0.0.1"));
	assert_err(sms_code_take(c, SLICE("12900000021"), "reset", SLICE("123456")), ERR_INVALID);
	assert_err(sms_code_take(d, SLICE("12900000021"), "bind", SLICE("123456")), ERR_INVALID);
	assert_err(sms_code_send(c, 0, SLICE("12900000021"), "bind", "127.0.0.1"), ERR_LIMIT);
	assert_err(sms_code_send(c, 0, SLICE("12900000021"), "marketing", "127.0.0.1"), ERR_INVALID);
	people_ctx_free(d);
}

/* ---- registration: NT-1.1.a
 * ---------------------------------------------------------------------------------------------------- */

static struct typed form[] = {
	{"username", {"wangxiaomei", 11}},
	{"mobile_phone", {"12900000031", 11}},
	{"password", {"Right-word1", 11}},
};

static int64_t held_count(struct ctx *c, int64_t subject_id);

static void registering_asks_for_the_separate_consent_first(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	int64_t subject_id = -1, found = -1;

	assert_err(register_person(c, form, 3, "127.0.0.1", &subject_id), ERR_REFUSED);
	assert_string_equal(c->failure.reason, "consent_required");
	assert_int_equal(subject_id, -1);
	assert_ok(account_lookup(c, "username", SLICE("wangxiaomei"), &found));
	assert_int_equal(found, 0);
	failure_clear(c);
	consent_for(c, 0, "account");
	assert_ok(register_person(c, form, 3, "127.0.0.1", &subject_id));
	assert_ok(account_lookup(c, "username", SLICE("wangxiaomei"), &found));
	assert_int_equal(found, subject_id);
	assert_int_equal(held_count(c, subject_id),
			 2); /* name and number; the password is no item of the vault */
	assert_ok(account_lookup(c, "phone", SLICE("12900000031"), &found));
	assert_int_equal(found, 0); /* no code has confirmed it yet */
}

static void a_form_with_one_more_or_one_less_is_refused(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	struct typed more[] = {form[0], form[1], form[2], {"email", SLICE("a@b.cn")}};
	struct typed same[] = {form[0], form[1], {"password", form[0].value}};
	int64_t subject_id = -1;

	consent_for(c, 0, "account");
	for (size_t skip = 0; skip < 3; skip++) {
		struct typed less[2] = {form[skip == 0], form[skip == 2 ? 1 : 2]};
		failure_clear(c);
		assert_err(register_person(c, less, 2, "127.0.0.1", &subject_id), ERR_INVALID);
		assert_string_equal(c->failure.fields[0].field, form[skip].item);
	}
	failure_clear(c);
	assert_err(register_person(c, more, 4, "127.0.0.1", &subject_id), ERR_INVALID);
	assert_string_equal(c->failure.fields[0].field, "email");
	failure_clear(c);
	assert_err(register_person(c, same, 3, "127.0.0.1", &subject_id), ERR_INVALID);
	assert_int_equal(subject_id, -1);
}

static err count_held(struct ctx *c, const struct held *h, void *arg)
{
	(void)c;
	(void)h;
	++*(int64_t *)arg;
	return OK;
}

static int64_t held_count(struct ctx *c, int64_t subject_id)
{
	int64_t n = 0;

	assert_ok(vault_held(c, subject_id, count_held, &n));
	return n;
}

/* Whatever call fails, either nobody is registered and the name is free again, or the person is there whole.
 */
static void a_registration_that_fails_at_any_call_leaves_nothing(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	int64_t subject_id = 0, found = 0;
	int at = 1;

	for (;; at++) {
		struct ctx *d = people_ctx(p);
		consent_for(d, 0, "account");
		d->now_ms = c->now_ms + at * 11 * MINUTE_MS;
		store_fail_at(c->store, at);
		err e = register_person(d, form, 3, "127.0.0.1", &subject_id);
		store_fail_at(c->store, 0);
		failure_clear(d);
		assert_ok(account_lookup(d, "username", SLICE("wangxiaomei"), &found));
		people_ctx_free(d);
		if (!failed(e))
			break;
		assert_int_equal(found, 0);
	}
	assert_true(at > 10);
	assert_int_equal(found, subject_id);
	assert_int_equal(held_count(c, subject_id), 2);
}

/* ---- login and second check
 * ----------------------------------------------------------------------------------------------------------
 */

static int64_t registered(struct ctx *c)
{
	int64_t subject_id = 0;

	consent_for(c, 0, "account");
	assert_ok(register_person(c, form, 3, "127.0.0.1", &subject_id));
	return subject_id;
}

/* ---- changing the number
 * ---------------------------------------------------------------------------------------------------- */

/* As sms_code.c makes it, for a code that the test knows. */
static void give_code(struct ctx *c, const char *phone)
{
	struct sms_code_row row = {.purpose = "bind", .expires_at_ms = c->now_ms + SMS_CODE_LIFE_MS};
	long long installation = (long long)c->installation_id;

	keys_hash(c->keys, "sms_phone", slice_of(arena_printf(c->arena, "%lld|%s", installation, phone)),
		  row.phone_hash);
	keys_hash(c->keys, "sms_code",
		  slice_of(arena_printf(c->arena, "%lld|bind|%s|123456", installation, phone)),
		  row.code_hash);
	assert_int_equal(put_code(c, &row), 1);
}

static err again_rows(struct ctx *c, struct tx *tx, void *arg)
{
	return second_check_rows(c, tx, *(int64_t *)arg, c->session_id, c->now_ms + MINUTE_MS);
}

static int64_t holder(struct ctx *c, const char *phone)
{
	int64_t found = -1;

	assert_ok(account_lookup(c, "phone", slice_of(phone), &found));
	return found;
}

static err confirm_stranger(struct ctx *c, struct tx *tx, void *arg)
{
	return account_confirm_rows(c, tx, arg);
}

/* Somebody else registers a number that was given up. */
static err take_over(struct ctx *c, const char *phone, int64_t *ret)
{
	struct identifier id = {.kind = "phone", .normal = slice_of(phone)};
	struct confirmation k = {.identifiers = &id, .count = 1, .phone_bound = true, .realname_level = -1};

	TRY(account_open(c, &id, 1, false, &k.subject_id));
	*ret = k.subject_id;
	return store_write(c, c->store, confirm_stranger, &k);
}

/* One change of the number, with the n-th call of one store failing. After the job the old number has no key
 * by which a backup would find the person, and is free; nobody takes it before, and nothing takes it from the
 * next holder. *ret_whole: no call was left to fail. */
static void change_failing(struct ctx *c, int64_t subject_id, struct store *failing, int n, const char *old,
			   const char *fresh, bool *ret_changed, bool *ret_whole)
{
	struct job job = {.kind = "identifier_ending", .subject_id = subject_id};
	uint8_t blind[HASH_SIZE];
	int64_t again = 0, stranger = 0;

	assert_ok(store_write(c, c->store, again_rows, &subject_id));
	give_code(c, fresh);
	store_fail_at(failing, n);
	err e = phone_change(c, subject_id, slice_of(fresh), SLICE("123456"));
	store_fail_at(failing, 0);
	failure_clear(c);
	*ret_changed = holder(c, fresh) == subject_id;
	assert_int_equal(holder(c, old), *ret_changed ? 0 : subject_id);
	assert_true(*ret_changed || failed(e));
	*ret_whole = keys_blind(c, c->keys, "phone", slice_of(old), false, blind).code == ERR_NOT_FOUND;
	failure_clear(c);
	if (!*ret_changed)
		return;
	if (!*ret_whole) {
		assert_err(take_over(c, old, &stranger), ERR_CONFLICT);
		failure_clear(c);
	}
	assert_ok(account_job_kinds[4].fn(c, &job, &again));
	assert_err(keys_blind(c, c->keys, "phone", slice_of(old), false, blind), ERR_NOT_FOUND);
	failure_clear(c);
	assert_ok(take_over(c, old, &stranger));
	assert_ok(account_job_kinds[4].fn(c, &job, &again));
	assert_int_equal(holder(c, old), stranger);
}

static void a_number_that_was_replaced_ends_after_a_crash_too(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	struct store *stores[2] = {c->store, keys_store(c->keys)};
	int64_t subject_id = registered(c);
	char old[16] = "12900000031", fresh[16];
	int number = 100, left_behind = 0;

	give_code(c, old);
	assert_ok(phone_bind(c, subject_id, SLICE("123456")));
	for (int which = 0; which < 2; which++) {
		bool whole = false, changed = false;
		for (int n = 1; !(whole && changed); n++) {
			snprintf(fresh, sizeof(fresh), "12900000%03d", number++);
			change_failing(c, subject_id, stores[which], n, old, fresh, &changed, &whole);
			left_behind += changed && !whole;
			if (changed)
				memcpy(old, fresh, sizeof(old));
		}
	}
	assert_true(left_behind >= 2); /* in each store a call fails after the decision */
}

static void login_answers_alike_and_locks_for_whichever_name(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	int64_t subject_id = registered(c);
	struct login who;

	assert_ok(login_password(c, SLICE("wangxiaomei"), SLICE("Right-word1"), "127.0.0.1", &who));
	assert_int_equal(who.subject_id, subject_id);
	assert_ok(login_judge(c, &who, "127.0.0.1", "web"));
	assert_ok(store_write(c, c->store, login_rows, &who));
	assert_err(login_password(c, SLICE("wangxiaomei"), SLICE("Wrong-word1"), "127.0.0.1", &who),
		   ERR_LOGIN);
	char *text = arena_copy(c->arena, slice_of(c->failure.detail));
	failure_clear(c);
	assert_err(login_password(c, SLICE("nobody_here"), SLICE("Wrong-word1"), "127.0.0.1", &who),
		   ERR_LOGIN);
	assert_string_equal(c->failure.detail, text);
	for (int i = 0; i < 4; i++)
		assert_err(login_password(c, SLICE("wangxiaomei"), SLICE("Wrong-word1"), "127.0.0.1", &who),
			   ERR_LOGIN);
	assert_err(login_password(c, SLICE("wangxiaomei"), SLICE("Right-word1"), "127.0.0.1", &who),
		   ERR_LOCKED);
	c->now_ms += MINUTE_MS + 1;
	assert_ok(login_password(c, SLICE("wangxiaomei"), SLICE("Right-word1"), "127.0.0.1", &who));
}

static void a_second_check_lasts_five_minutes_in_its_session(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	int64_t subject_id = registered(c), until_ms = 0;
	struct facts f;
	struct head h;

	c->session_id = 11;
	assert_err(second_check_password(c, subject_id, SLICE("Wrong-word1"), &until_ms), ERR_REFUSED);
	assert_int_equal(until_ms, 0);
	failure_clear(c);
	assert_ok(second_check_password(c, subject_id, SLICE("Right-word1"), &until_ms));
	assert_int_equal(until_ms, c->now_ms + 5 * MINUTE_MS);
	assert_ok(facts_load(c, subject_id, &f, &h));
	assert_int_equal(f.second_check_until_ms, until_ms);
	c->session_id = 12;
	assert_ok(facts_load(c, subject_id, &f, &h));
	assert_int_equal(f.second_check_until_ms, 0);
}

/* ---- age: TJ-6.2.a, NT-5.1.a
 * -------------------------------------------------------------------------------------------------------- */

static void age_counts_from_the_day_of_the_eighteenth_birthday(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	const char *const keys[] = {"resident_id_number"};
	struct typed typed[] = {{"resident_id_number", SLICE("329901200811220017")}};
	struct typed_values f;
	struct child caller = {c->installation_id, false};
	bool minor = true;

	/* 2008-11-22: eighteen on 2026-11-22 */
	c->now_ms = date_start_ms((struct date){2026, 11, 21});
	err e = typed_read(c, keys, 1, 1, typed, 1, &f);
	if (failed(e)) { /* the check digit of this made-up number */
		char digits[19] = "32990120081122001X";
		for (const char *last = "0123456789X"; failed(e) && *last; last++) {
			failure_clear(c);
			digits[17] = *last;
			typed[0].value = slice_of(digits);
			e = typed_read(c, keys, 1, 1, typed, 1, &f);
		}
	}
	assert_ok(e);
	failure_clear(c);
	assert_err(check_age(c, caller, &f, &minor), ERR_REFUSED);
	assert_string_equal(c->failure.reason, "guardian_required");
	failure_clear(c);
	c->now_ms = date_start_ms((struct date){2026, 11, 22});
	assert_ok(check_age(c, caller, &f, &minor));
	assert_false(minor);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, people_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_limit_holds_within_its_window_only),
		T(each_lock_is_twice_as_long_as_the_last),
		T(racing_guesses_get_no_more_tries),
		T(a_code_works_once_in_time_for_its_number),
		T(a_code_dies_after_five_wrong_tries),
		T(a_new_code_waits_and_replaces_the_old_one),
		T(of_two_who_use_a_code_at_once_one_gets_through),
		T(a_code_is_bound_to_purpose_and_installation),
		T(registering_asks_for_the_separate_consent_first),
		T(a_form_with_one_more_or_one_less_is_refused),
		T(a_registration_that_fails_at_any_call_leaves_nothing),
		T(a_number_that_was_replaced_ends_after_a_crash_too),
		T(login_answers_alike_and_locks_for_whichever_name),
		T(a_second_check_lasts_five_minutes_in_its_session),
		T(age_counts_from_the_day_of_the_eighteenth_birthday),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
