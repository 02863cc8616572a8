/* Accounts: reserving, confirming, passwords, sessions, the end. */
#include "account/account.h"
#include "consent/people_testing.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };

static int setup(void **state)
{
	*state = people_new("tianjin");
	return 0;
}

static struct identifier name_of(const char *text)
{
	return (struct identifier){.kind = "username", .normal = slice_of(text)};
}

static err confirm(struct ctx *c, int64_t subject_id, struct identifier *id,
		   const struct sealed_password *password)
{
	struct confirmation k = {.subject_id = subject_id,
				 .identifiers = id,
				 .count = 1,
				 .password = password,
				 .realname_level = -1};
	struct entry entry = {.action = ENTRY_CHANGE, .decision = "allowed"};
	struct head h;

	TRY(ledger_head(c, c->store, subject_id, &h));
	return ledger_write(c, &h, &entry, LEDGER_ANY_EPOCH, account_confirm_rows, &k, NULL);
}

/* A live account with user name, password and two vault items. */
static int64_t person(struct ctx *c, const char *username, const char *password)
{
	struct identifier id = name_of(username);
	struct sealed_password sealed;
	int64_t subject_id = 0;

	assert_ok(account_open(c, &id, 1, false, &subject_id));
	assert_ok(password_seal(c, subject_id, slice_of(password), &sealed));
	assert_ok(confirm(c, subject_id, &id, &sealed));
	return subject_id;
}

static int64_t found(struct ctx *c, const char *username)
{
	int64_t subject_id = -1;

	assert_ok(account_lookup(c, "username", slice_of(username), &subject_id));
	return subject_id;
}

/* ---- identifiers
 * ------------------------------------------------------------------------------------------------------ */

static void an_unconfirmed_identifier_finds_nobody(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	struct identifier id = name_of("wanglei");
	int64_t subject_id = 0;

	assert_int_equal(found(c, "wanglei"), 0);
	assert_ok(account_open(c, &id, 1, false, &subject_id));
	assert_int_equal(found(c, "wanglei"), 0);
	assert_ok(confirm(c, subject_id, &id, NULL));
	assert_int_equal(found(c, "wanglei"), subject_id);
}

static err open_account(struct ctx *c, void *arg)
{
	struct identifier ids[] = {{.kind = "phone", .normal = SLICE("12900000011")},
				   *(struct identifier *)arg};
	int64_t subject_id = 0;

	return account_open(c, ids, 2, false, &subject_id);
}

static void of_two_who_register_one_number_at_once_one_wins(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c, *d = people_ctx(p);
	struct identifier a = name_of("first_one"), b = name_of("second_one");
	err outcome[2];

	race(c, &a, d, &b, open_account, outcome);
	assert_int_equal((outcome[0].code == ERR_OK) + (outcome[1].code == ERR_OK), 1);
	assert_int_equal((outcome[0].code == ERR_CONFLICT) + (outcome[1].code == ERR_CONFLICT), 1);
	struct ctx *loser = failed(outcome[0]) ? c : d;
	assert_string_equal(loser->failure.fields[0].field, "mobile_phone");
	people_ctx_free(d);
}

static void who_loses_one_identifier_reserves_none(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	struct identifier both[] = {name_of("fresh_name"), {.kind = "phone", .normal = SLICE("12900000012")}};
	struct identifier phone = both[1], fresh = both[0];
	int64_t holder = 0, subject_id = 0;

	assert_ok(account_open(c, &phone, 1, false, &holder));
	assert_err(account_open(c, both, 2, false, &subject_id), ERR_CONFLICT);
	assert_ok(account_open(c, &fresh, 1, false, &subject_id));
}

static void a_reservation_that_was_never_confirmed_grows_stale(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	struct identifier first = name_of("zhaomin"), second = name_of("zhaomin");
	int64_t one = 0, two = 0;

	assert_ok(account_open(c, &first, 1, false, &one));
	c->now_ms += 9 * MINUTE_MS;
	assert_err(account_open(c, &second, 1, false, &two), ERR_CONFLICT);
	c->now_ms += 2 * MINUTE_MS;
	assert_ok(account_open(c, &second, 1, false, &two));
	assert_err(confirm(c, one, &first, NULL), ERR_CONFLICT);
	assert_ok(confirm(c, two, &second, NULL));
	assert_int_equal(found(c, "zhaomin"), two);
}

static void an_abandoned_registration_leaves_nothing_and_frees_the_name(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	struct identifier id = name_of("sunli"), again = name_of("sunli");
	int64_t one = 0, two = 0;

	assert_ok(account_open(c, &id, 1, false, &one));
	assert_ok(account_abandon(c, one));
	assert_ok(account_open(c, &again, 1, false, &two));
	assert_ok(confirm(c, two, &again, NULL));
	assert_ok(account_abandon(c, two)); /* a live account stays */
	assert_int_equal(found(c, "sunli"), two);
}

static void opening_leaves_nothing_when_a_call_fails(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	int64_t subject_id = -1;
	int at = 1;

	for (;; at++) {
		struct identifier id = name_of("liuyang");
		failure_clear(c);
		store_fail_at(c->store, at);
		err e = account_open(c, &id, 1, false, &subject_id);
		store_fail_at(c->store, 0);
		if (!failed(e))
			break;
		assert_int_equal(subject_id, -1);
	}
	assert_true(at > 5);
	assert_true(subject_id > 0);
}

/* ---- passwords
 * ----------------------------------------------------------------------------------------------------------
 */

static bool opens(struct ctx *c, int64_t subject_id, const char *password)
{
	bool right = false;

	assert_ok(password_check(c, subject_id, slice_of(password), &right));
	return right;
}

static void a_password_opens_its_own_account_only(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	int64_t one = person(c, "chenjie", "Right-word1"), two = person(c, "chenbo", "Other-word1");

	assert_true(opens(c, one, "Right-word1"));
	assert_false(opens(c, one, "Right-word2"));
	assert_false(opens(c, two, "Right-word1"));
	assert_false(opens(c, 0, "Right-word1"));
}

static void a_second_first_password_is_refused(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	int64_t one = person(c, "hejing", "Right-word1");
	struct identifier id = name_of("hejing2");
	struct sealed_password sealed;

	assert_ok(identifier_reserve(c, one, &id));
	assert_ok(password_seal(c, one, SLICE("Third-word1"), &sealed));
	assert_err(confirm(c, one, &id, &sealed), ERR_CONFLICT);
	assert_int_equal(found(c, "hejing2"), 0);
	assert_true(opens(c, one, "Right-word1"));
}

/* No file of the data directory tells a password, a hash or a name. */
static void nothing_on_disk_tells_name_or_hash(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;

	person(c, "veryspecialname", "Very-special1");
	assert_int_equal(files_with(p->place.dir, "veryspecialname", 15), 0);
	assert_int_equal(files_with(p->place.dir, "$argon2id", 9), 0);
}

/* ---- sessions
 * --------------------------------------------------------------------------------------------------------------
 */

static void a_session_ends_when_idle_or_old(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	int64_t one = person(c, "xuehua", "Right-word1");
	char token[TOKEN_SIZE];
	struct session s;

	assert_ok(session_start(c, one, "password", "web", NULL, NULL, token, &s));
	for (int i = 0; i < 26; i++) {
		c->now_ms += 25 * MINUTE_MS;
		assert_ok(session_find(c, slice_of(token), &s));
	}
	c->now_ms += 31 * MINUTE_MS;
	assert_err(session_find(c, slice_of(token), &s), ERR_LOGIN);

	assert_ok(session_start(c, one, "password", "web", NULL, NULL, token, &s));
	for (int i = 0; i < 28; i++) {
		c->now_ms += 25 * MINUTE_MS;
		assert_ok(session_find(c, slice_of(token), &s));
	}
	c->now_ms += 25 * MINUTE_MS;
	assert_err(session_find(c, slice_of(token), &s), ERR_LOGIN); /* twelve hours are over */
}

static void an_altered_token_is_nobodys(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	int64_t one = person(c, "guowei", "Right-word1");
	char token[TOKEN_SIZE];
	struct session s;

	assert_ok(session_start(c, one, "password", "web", NULL, NULL, token, &s));
	for (size_t i = 0; token[i]; i++) {
		char kept = token[i];
		token[i] = kept == 'A' ? 'B' : 'A';
		assert_err(session_find(c, slice_of(token), &s), ERR_LOGIN);
		token[i] = kept;
	}
	assert_ok(session_find(c, slice_of(token), &s));
	assert_int_equal(files_with(p->place.dir, token + 24, 20), 0);
}

static void replacing_the_password_ends_the_other_sessions(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	int64_t one = person(c, "linfeng", "Right-word1");
	char here[TOKEN_SIZE], there[TOKEN_SIZE];
	struct sealed_password sealed;
	struct session s, mine;

	assert_ok(session_start(c, one, "password", "web", NULL, NULL, there, &s));
	assert_ok(session_start(c, one, "password", "ios", NULL, NULL, here, &mine));
	c->session_id = mine.id;
	assert_ok(password_seal(c, one, SLICE("Fresh-word1"), &sealed));
	assert_ok(password_replace(c, one, &sealed, "test"));
	assert_ok(session_find(c, slice_of(here), &s));
	assert_err(session_find(c, slice_of(there), &s), ERR_LOGIN);
	assert_true(opens(c, one, "Fresh-word1"));
	assert_false(opens(c, one, "Right-word1"));
}

/* ---- the end: TJ-4.3.b to TJ-4.3.g
 * -------------------------------------------------------------------------------------------- */

static err checked_rows(struct ctx *c, struct tx *tx, void *arg)
{
	return second_check_rows(c, tx, *(int64_t *)arg, c->session_id, c->now_ms + 5 * MINUTE_MS);
}

static struct cancellation ready_to_end(struct ctx *c, int64_t subject_id)
{
	struct cancellation preview;

	c->session_id = 77;
	assert_ok(store_write(c, c->store, checked_rows, &subject_id));
	assert_ok(cancellation_preview(c, subject_id, "account", &preview));
	return preview;
}

static err run_end(struct ctx *c, int64_t subject_id, const char *token)
{
	BUF_SCOPED certificate;

	buf_init(&certificate, 64 * 1024);
	return cancellation_run(c, subject_id, "account", slice_of(token), &certificate);
}

static void an_end_needs_the_page_and_a_second_check(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	int64_t one = person(c, "tangyi", "Right-word1");
	struct cancellation preview;

	c->session_id = 76;
	assert_ok(cancellation_preview(c, one, "account", &preview));
	assert_err(run_end(c, one, preview.token), ERR_REFUSED);
	assert_string_equal(c->failure.reason, "second_check_required");
	failure_clear(c);
	preview = ready_to_end(c, one);
	assert_err(run_end(c, one, ""), ERR_INVALID);
	c->session_id = 78; /* the page was shown in another session */
	assert_ok(store_write(c, c->store, checked_rows, &one));
	assert_err(run_end(c, one, preview.token), ERR_INVALID);
	c->session_id = 77;
	c->now_ms += 31 * MINUTE_MS;
	assert_ok(store_write(c, c->store, checked_rows, &one));
	assert_err(run_end(c, one, preview.token), ERR_INVALID); /* too long ago */
	assert_int_equal(found(c, "tangyi"), one);
}

static void after_the_end_nobody_is_found_and_nothing_opens(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	int64_t one = person(c, "wufang", "Right-word1"), two = person(c, "stays", "Right-word1");
	char token[TOKEN_SIZE];
	struct session s;
	uint8_t key[KEY_SIZE];

	assert_ok(session_start(c, one, "password", "web", NULL, NULL, token, &s));
	struct cancellation preview = ready_to_end(c, one);
	assert_ok(run_end(c, one, preview.token));
	assert_int_equal(found(c, "wufang"), 0);
	assert_false(opens(c, one, "Right-word1"));
	assert_err(session_find(c, slice_of(token), &s), ERR_LOGIN);
	assert_err(keys_get(c, c->keys, one, "account", key), ERR_GONE);
	assert_err(run_end(c, one, preview.token), ERR_REFUSED);
	assert_int_equal(found(c, "stays"), two);
	assert_true(opens(c, two, "Right-word1"));
	c->session_id = 0;
	assert_int_not_equal(person(c, "wufang", "Right-word1"), one);
}

static err end_it(struct ctx *c, void *arg)
{
	const struct cancellation *preview = arg;

	return run_end(c, c->actor.id, preview->token);
}

static void of_two_ends_at_once_one_runs(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c, *d = people_ctx(p);
	int64_t one = person(c, "dengkai", "Right-word1");
	struct cancellation preview = ready_to_end(c, one);
	err outcome[2];

	d->session_id = c->session_id;
	c->actor.id = d->actor.id = one;
	race(c, &preview, d, &preview, end_it, outcome);
	assert_int_equal((outcome[0].code == ERR_OK) + (outcome[1].code == ERR_OK), 1);
	assert_int_equal(found(c, "dengkai"), 0);
	people_ctx_free(d);
}

/* As registration stores it; by the value the end knows which keys are the person's. */
static void name_kept(struct ctx *c, int64_t subject_id, const char *username)
{
	const struct service *s = release_service(c->release, "account");
	struct vault_value value = {release_item(c->release, "username"), slice_of(username), "typed", 0};
	struct gate_request q = {
		.action = GATE_COLLECT, .service = s, .purpose = s->purpose, .now_ms = c->now_ms};
	struct permit *permit = NULL;
	struct facts f;
	struct head h;

	itemset_add(&q.items, value.item->number);
	consent_for(c, subject_id, "account");
	assert_ok(facts_load(c, subject_id, &f, &h));
	assert_ok(gate_decide(c, c->release, &f, &q, &permit));
	assert_ok(vault_collect(c, permit, &h, 0, "account", &value, 1, NULL, NULL));
}

/* Whatever call fails, either the account lives on whole, or its end is finished by the job. */
static void an_interrupted_end_is_finished_by_the_job(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	char username[32];
	int at = 1;

	for (;; at += 2) {
		snprintf(username, sizeof(username), "person%d", at);
		c->session_id = 0;
		struct keys_status before, after;
		assert_ok(keys_status(c, c->keys, &before));
		int64_t one = person(c, username, "Right-word1");
		name_kept(c, one, username);
		struct cancellation preview = ready_to_end(c, one);
		store_fail_at(c->store, at);
		err e = run_end(c, one, preview.token);
		store_fail_at(c->store, 0);
		failure_clear(c);
		struct job job = {.subject_id = one, .kind = "cancellation_finish"};
		int64_t again = 0;
		struct facts f;
		struct head h;
		assert_ok(account_job_kinds[1].fn(c, &job, &again));
		assert_ok(facts_load(c, one, &f, &h));
		assert_int_equal(found(c, username), f.status == PERSON_CANCELLED ? 0 : one);
		assert_int_equal(opens(c, one, "Right-word1"), f.status != PERSON_CANCELLED);
		/* nor is there a key by which a backup would find the person (DESIGN 7) */
		assert_ok(keys_status(c, c->keys, &after));
		assert_int_equal(after.identifiers - before.identifiers, f.status != PERSON_CANCELLED);
		if (!failed(e))
			break;
	}
	assert_true(at > 5);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, people_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(an_unconfirmed_identifier_finds_nobody),
		T(of_two_who_register_one_number_at_once_one_wins),
		T(who_loses_one_identifier_reserves_none),
		T(a_reservation_that_was_never_confirmed_grows_stale),
		T(an_abandoned_registration_leaves_nothing_and_frees_the_name),
		T(opening_leaves_nothing_when_a_call_fails),
		T(a_password_opens_its_own_account_only),
		T(a_second_first_password_is_refused),
		T(nothing_on_disk_tells_name_or_hash),
		T(a_session_ends_when_idle_or_old),
		T(an_altered_token_is_nobodys),
		T(replacing_the_password_ends_the_other_sessions),
		T(an_end_needs_the_page_and_a_second_check),
		T(after_the_end_nobody_is_found_and_nothing_opens),
		T(of_two_ends_at_once_one_runs),
		T(an_interrupted_end_is_finished_by_the_job),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
