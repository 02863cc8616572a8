/* Items: in and out, masked, at rest, under failing stores and in races. */
#include "vault/vault_store.h"
#include "vault/vault_testing.h"
#include <pthread.h>
#include <sqlite3.h>

/* ---- in and out ---------------------------------------------------------------------------------------- */

static void what_was_given_comes_back_and_each_act_is_an_entry(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	RELEASED_SCOPED r = {0};

	give(t, LI, 0, "account", city_profile);
	struct usage u = last_entry(t, LI);
	assert_string_equal(u.action, "collect");
	assert_int_equal(u.item_count, 4);
	struct head h = head_of(t, LI);
	assert_int_equal(h.n, 1);
	struct permit *p =
		permit_for(t, LI, GATE_SHARE, "social_insurance_query", LIST("real_name", "id_number"));
	assert_ok(vault_release(c, p, &h, 0, "办理查询", &r));
	assert_int_equal(r.entry_n, 2);
	assert_int_equal(r.count, 2);
	assert_true(slice_is(released_get(&r, "real_name")->value, "李小满"));
	assert_true(slice_is(released_get(&r, "id_number")->value, "129901199001010012"));
	assert_null(released_get(&r, "mobile_phone"));
	u = last_entry(t, LI);
	assert_string_equal(u.action, "share");
	assert_string_equal(u.recipient, "social_insurance");
	assert_string_equal(u.note, "办理查询");
	assert_int_equal(u.item_count, 2);
}

/* What is not there is not said to have been read. */
static void an_entry_names_what_was_held_only(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	RELEASED_SCOPED r = {0};

	give(t, LI, 0, "account", LIST("real_name", "李小满"));
	struct head h = head_of(t, LI);
	struct permit *p = permit_for(t, LI, GATE_READ, "my_information", LIST("real_name", "email"));
	assert_ok(vault_release(c, p, &h, 0, NULL, &r));
	assert_int_equal(r.count, 1);
	struct usage u = last_entry(t, LI);
	assert_int_equal(u.item_count, 1);
	assert_string_equal(u.items[0], "real_name");
}

static void a_permit_fits_once_one_act_and_one_person(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	struct vault_value name = value_of(t, "real_name", "李小满"),
			   phone = value_of(t, "mobile_phone", "12912345678");
	struct head h = head_of(t, LI), other = head_of(t, WANG);
	RELEASED_SCOPED r = {0};

	struct permit *p = permit_for(t, LI, GATE_COLLECT, "account", LIST("real_name"));
	assert_err(vault_collect(c, p, &h, 0, "account", &phone, 1, NULL, NULL), ERR_INTERNAL);
	assert_err(vault_collect(c, p, &h, 0, "account", &name, 1, NULL, NULL), ERR_INTERNAL); /* used up */
	p = permit_for(t, LI, GATE_COLLECT, "account", LIST("real_name"));
	assert_err(vault_collect(c, p, &other, 0, "account", &name, 1, NULL, NULL), ERR_INTERNAL);
	p = permit_for(t, LI, GATE_COLLECT, "account", LIST("real_name"));
	assert_err(vault_release(c, p, &h, 0, NULL, &r), ERR_INTERNAL);
	p = permit_for(t, LI, GATE_READ, "my_information", LIST("real_name"));
	assert_err(vault_collect(c, p, &h, 0, "account", &name, 1, NULL, NULL), ERR_INTERNAL);
	p = permit_masked_for(t, LI, "my_information", LIST("real_name"));
	assert_err(vault_release(c, p, &h, 0, NULL, &r), ERR_INTERNAL);
	assert_int_equal(r.count, 0);
	assert_int_equal(head_of(t, LI).n, 0);
}

static err raise_rows(struct ctx *c, struct tx *tx, void *arg)
{
	(void)c;
	(void)tx;
	(void)arg;
	return OK;
}

/* A consent withdrawn between decision and act: the act does not happen. */
static void a_permit_on_older_facts_is_stale(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	struct entry withdraw = {.action = ENTRY_WITHDRAW, .decision = "allowed"};
	RELEASED_SCOPED r = {0};

	give(t, LI, 0, "account", city_profile);
	struct head before = head_of(t, LI), h = before;
	struct permit *p = permit_for(t, LI, GATE_READ, "my_information", LIST("real_name"));
	struct permit *q = permit_for(t, LI, GATE_READ, "my_information", LIST("real_name"));
	assert_ok(ledger_write(c, &h, &withdraw, LEDGER_RAISE_EPOCH, raise_rows, NULL, NULL));
	assert_err(vault_release(c, p, &h, 0, NULL, &r), ERR_STALE);
	assert_err(vault_release(c, q, &before, 0, NULL, &r), ERR_STALE);
	assert_int_equal(r.count, 0);
	assert_int_equal(head_of(t, LI).n, h.n);
}

static void a_record_is_completed_from_the_profile(void **state)
{
	struct city_test *t = *state;

	give(t, LI, 0, "account", city_profile);
	give(t, LI, 55, "service:social_medical", LIST("mobile_phone", "12987654321"));
	assert_string_equal(read_item(t, LI, 55, "mobile_phone"), "12987654321");
	assert_string_equal(read_item(t, LI, 0, "mobile_phone"), "12912345678");
	assert_string_equal(read_item(t, LI, 55, "real_name"), "李小满");
	assert_null(read_item(t, LI, 55, "email"));
	assert_string_equal(read_item(t, LI, 55, "resident_id_number"), "129901199001010012");
}

static void a_passport_number_is_no_resident_identity_number(void **state)
{
	struct city_test *t = *state;

	give(t, LI, 0, "account", LIST("id_type", "passport", "id_number", "E12345678"));
	assert_null(read_item(t, LI, 0, "resident_id_number"));
	assert_string_equal(read_item(t, LI, 0, "id_number"), "E12345678");
	give(t, WANG, 0, "account", LIST("id_number", "129901199001010012"));
	assert_null(read_item(t, WANG, 0, "resident_id_number")); /* of no known type */
}

static void a_new_value_replaces_the_old_one(void **state)
{
	struct city_test *t = *state;

	give(t, LI, 0, "account", LIST("mobile_phone", "12912345678"));
	give(t, LI, 0, "account", LIST("mobile_phone", "12987654321"));
	assert_string_equal(read_item(t, LI, 0, "mobile_phone"), "12987654321");
}

static void a_deleted_item_is_not_held_any_more(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;

	give(t, LI, 0, "account", city_profile);
	assert_ok(delete_name(t, LI));
	assert_null(read_item(t, LI, 0, "real_name"));
	assert_string_equal(read_item(t, LI, 0, "mobile_phone"), "12912345678");
}

/* ---- masked, held -------------------------------------------------------------------------------------- */

static void masked_values_are_shown_under_their_own_purpose(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	struct seen s = {0};

	give(t, LI, 0, "account", city_profile);
	struct head h = head_of(t, LI);
	struct permit *p = permit_masked_for(t, LI, "my_information", LIST("mobile_phone"));
	assert_ok(vault_masked(c, p, &h, -1, see_held, &s));
	assert_int_equal(s.count, 1);
	assert_string_equal(s.masked, "129****5678");
	assert_string_equal(last_entry(t, LI).purpose, "show_masked");
	s = (struct seen){0};
	assert_ok(vault_held(c, LI, see_held, &s));
	assert_int_equal(s.count, 4);
	assert_null(s.last.masked);
	assert_string_equal(s.last.scope, "account");
	assert_string_equal(s.last.category, "account");
}

/* ---- at rest [TJ-1.2.2.a] [NT-3.3.2.e] ----------------------------------------------------------------- */

/* TJ-1.2.2.a, NT-3.3.2.e */
static void the_raw_database_holds_no_value_in_clear(void **state)
{
	struct city_test *t = *state;
	static const char *const clear[] = {"李小满", "12912345678", "129901199001010012", "resident_card"};

	if (test_server())
		skip(); /* the files are the server's; the rows are the same */
	give(t, LI, 0, "account", city_profile);
	for (size_t i = 0; i < sizeof clear / sizeof *clear; i++)
		assert_int_equal(files_with(t->place.dir, clear[i], strlen(clear[i])), 0);
	assert_int_not_equal(files_with(t->place.dir, "mobile_phone", 12), 0); /* the search does find */
}

static void raw_sql(struct city_test *t, const char *sql)
{
	char path[96];
	sqlite3 *db = NULL;

	snprintf(path, sizeof path, "%s/tongban.db", t->place.dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 2000);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static err try_read(struct city_test *t, int64_t subject_id, const char *item)
{
	struct head h = head_of(t, subject_id);
	RELEASED_SCOPED r = {0};

	err e = vault_release(t->c, permit_for(t, subject_id, GATE_READ, "my_information", LIST(item)), &h, 0,
			      NULL, &r);
	assert_true(!failed(e) || (r.count == 0 && !r.values));
	return e;
}

/* An administrator of the database cannot put one sealed value in the place of another. */
static void a_sealed_value_moved_elsewhere_does_not_open(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;

	if (test_server())
		skip();
	give(t, LI, 0, "account", city_profile);
	give(t, WANG, 0, "account", city_profile);
	raw_sql(t,
		"UPDATE vault_item SET sealed = (SELECT sealed FROM vault_item WHERE subject_id = 7001 AND "
		"item = 'mobile_phone') WHERE subject_id = 7002 AND item = 'mobile_phone'");
	assert_err(try_read(t, WANG, "mobile_phone"), ERR_CRYPTO);
	raw_sql(t,
		"UPDATE vault_item SET sealed = (SELECT sealed FROM vault_item WHERE subject_id = 7001 AND "
		"item = 'id_number') WHERE subject_id = 7001 AND item = 'real_name'");
	assert_err(try_read(t, LI, "real_name"), ERR_CRYPTO);
	assert_ok(try_read(t, LI, "mobile_phone"));
}

/* ---- failing stores ---------------------------------------------------------------------------------------
 */

static void each_failing_call_of_collect_leaves_all_or_nothing(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	struct vault_value values[] = {value_of(t, "real_name", "李小满"),
				       value_of(t, "email", "li@example.cn")};
	bool done = false;

	for (int64_t n = 1; n <= 30 && !done; n++) {
		struct head h = head_of(t, LI);
		struct permit *p = permit_for(t, LI, GATE_COLLECT, "account", LIST("real_name", "email"));
		store_fail_at(c->store, n);
		err e = vault_collect(c, p, &h, 0, "account", values, 2, NULL, NULL);
		store_fail_at(c->store, 0);
		done = !failed(e);
		assert_int_equal(head_of(t, LI).n, done ? 1 : 0);
		struct seen s = {0};
		assert_ok(vault_held(c, LI, see_held, &s));
		assert_int_equal(s.count, done ? 2 : 0);
	}
	assert_true(done);
}

/* No proof, no data. */
static void each_failing_call_of_release_gives_no_plaintext(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	bool done = false;

	give(t, LI, 0, "account", city_profile);
	for (int64_t n = 1; n <= 30 && !done; n++) {
		struct head h = head_of(t, LI);
		RELEASED_SCOPED r = {0};
		struct permit *p = permit_for(t, LI, GATE_READ, "my_information", LIST("real_name"));
		store_fail_at(c->store, n);
		err e = vault_release(c, p, &h, 0, NULL, &r);
		store_fail_at(c->store, 0);
		done = !failed(e);
		assert_int_equal(r.count, done ? 1 : 0);
		assert_int_equal(head_of(t, LI).n, done ? 2 : 1);
	}
	assert_true(done);
}

/* ---- races --------------------------------------------------------------------------------------------- */

enum { RACERS = 4, ROUNDS = 10 };

struct racer {
	struct city_test t; /* its own context on the shared stores */
	int number;
	pthread_barrier_t *start;
	err result;
};

static void *race(void *arg)
{
	struct racer *r = arg;
	struct ctx *c = r->t.c;
	char phone[16];

	snprintf(phone, sizeof phone, "1290000000%d", r->number);
	struct vault_value v = value_of(&r->t, "mobile_phone", phone);
	pthread_barrier_wait(r->start);
	for (int i = 0; i < ROUNDS && !failed(r->result); i++) {
		struct head h = head_of(&r->t, LI);
		struct permit *p = permit_for(&r->t, LI, GATE_COLLECT, "account", LIST("mobile_phone"));
		r->result = vault_collect(c, p, &h, 0, "account", &v, 1, NULL, NULL);
	}
	return NULL;
}

static void racing_collections_leave_one_value_and_an_entry_each(void **state)
{
	struct city_test *t = *state;
	struct racer racers[RACERS] = {0};
	pthread_barrier_t start;
	pthread_t threads[RACERS];

	pthread_barrier_init(&start, NULL, RACERS);
	for (int i = 0; i < RACERS; i++) {
		racers[i] = (struct racer){.t = *t, .number = i, .start = &start, .result = OK};
		racers[i].t.c = test_ctx_new();
		struct arena *arena = racers[i].t.c->arena;
		*racers[i].t.c = *t->c;
		racers[i].t.c->arena = arena;
		pthread_create(&threads[i], NULL, race, &racers[i]);
	}
	for (int i = 0; i < RACERS; i++) {
		pthread_join(threads[i], NULL);
		assert_int_equal(racers[i].result.code, ERR_OK);
		test_ctx_free(racers[i].t.c);
	}
	pthread_barrier_destroy(&start);
	assert_int_equal(head_of(t, LI).n, RACERS * ROUNDS);
	assert_int_equal(strlen(read_item(t, LI, 0, "mobile_phone")), 11);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, city_setup, city_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_given_comes_back_and_each_act_is_an_entry),
		TEST(an_entry_names_what_was_held_only),
		TEST(a_permit_fits_once_one_act_and_one_person),
		TEST(a_permit_on_older_facts_is_stale),
		TEST(a_record_is_completed_from_the_profile),
		TEST(a_passport_number_is_no_resident_identity_number),
		TEST(a_new_value_replaces_the_old_one),
		TEST(a_deleted_item_is_not_held_any_more),
		TEST(masked_values_are_shown_under_their_own_purpose),
		TEST(the_raw_database_holds_no_value_in_clear),
		TEST(a_sealed_value_moved_elsewhere_does_not_open),
		TEST(each_failing_call_of_collect_leaves_all_or_nothing),
		TEST(each_failing_call_of_release_gives_no_plaintext),
		TEST(racing_collections_leave_one_value_and_an_entry_each),
	};

	crypto_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
