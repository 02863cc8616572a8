/* What ended and what is kept: scopes, dates, commercial use, blobs. */
#include "vault/vault_store.h"
#include "vault/vault_testing.h"

/* ---- ending and keeping -------------------------------------------------------------------------------- */

static void an_ended_scope_is_gone_and_others_stay(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	const char *scope = "account";
	struct vault_value name = value_of(t, "real_name", "李小满");
	struct seen s = {0};

	give(t, LI, 0, "account", city_profile);
	give(t, LI, 55, "service:social_medical", LIST("mobile_phone", "12987654321"));
	give(t, WANG, 0, "account", city_profile);
	assert_ok(vault_end(c, LI, &scope, 1));
	assert_null(read_item(t, LI, 0, "real_name"));
	assert_string_equal(read_item(t, LI, 55, "mobile_phone"), "12987654321");
	assert_string_equal(read_item(t, WANG, 0, "real_name"), "李小满");
	assert_ok(vault_held(c, LI, see_held, &s));
	assert_int_equal(s.count, 1);
	struct head h = head_of(t, LI);
	struct permit *p = permit_for(t, LI, GATE_COLLECT, "account", LIST("real_name"));
	assert_err(vault_collect(c, p, &h, 0, "account", &name, 1, NULL, NULL), ERR_GONE);
}

/* Keys first: wherever an ending is cut off, nothing opens any more or everything still does. */
static void an_ending_cut_off_anywhere_leaves_nothing_half_open(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	const char *scope = "service:social_medical";

	for (int64_t n = 1; n <= 8; n++) {
		char round[32];
		snprintf(round, sizeof round, "service:round_%d", (int)n);
		scope = round;
		give(t, LI, 100 + n, round, LIST("real_name", "李小满", "mobile_phone", "12987654321"));
		store_fail_at(n <= 4 ? keys_store(c->keys) : c->store, n <= 4 ? n : n - 4);
		err e = vault_end(c, LI, &scope, 1);
		store_fail_at(keys_store(c->keys), 0);
		store_fail_at(c->store, 0);
		const char *name = read_item(t, LI, 100 + n, "real_name");
		const char *phone = read_item(t, LI, 100 + n, "mobile_phone");
		assert_int_equal(name != NULL, phone != NULL);
		if (!failed(e))
			assert_null(name);
		assert_ok(vault_end(c, LI, &scope, 1)); /* doing it again finishes it */
		assert_null(read_item(t, LI, 100 + n, "real_name"));
	}
}

static struct itemset one_item(struct city_test *t, const char *key)
{
	struct itemset set = {0};

	itemset_add(&set, release_item(t->release, key)->number);
	return set;
}

static void what_the_law_keeps_is_out_of_use_and_ends_on_its_day(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	struct itemset phone = one_item(t, "mobile_phone");
	int64_t ends_at = c->now_ms + INT64_C(1000) * 86400 * 30, deleted = 0;
	const char *scope = "service:social_medical";
	struct seen s = {0};
	bool ended = false;

	give(t, LI, 55, scope, LIST("real_name", "李小满", "mobile_phone", "12987654321"));
	assert_ok(vault_reseal(c, LI, 55, &phone, "retention:payment", "电子商务法第三十一条", ends_at));
	assert_ok(vault_end(c, LI, &scope, 1));
	assert_null(read_item(t, LI, 55, "mobile_phone"));
	assert_ok(vault_held(c, LI, see_held, &s));
	assert_int_equal(s.count, 1);
	assert_string_equal(s.last.scope, "retention:payment");
	assert_string_equal(s.last.rule, "电子商务法第三十一条");
	assert_int_equal(s.last.ends_at_ms, ends_at);
	s = (struct seen){0};
	struct head h = head_of(t, LI);
	assert_ok(vault_masked(c, permit_masked_for(t, LI, "my_information", LIST("mobile_phone")), &h, -1,
			       see_held, &s));
	assert_string_equal(s.masked, "129****4321"); /* its person may still see that it is kept */

	assert_ok(vault_expire(c, LI, &deleted));
	assert_int_equal(deleted, 0);
	c->now_ms = ends_at;
	assert_ok(vault_expire(c, LI, &deleted));
	assert_int_equal(deleted, 1);
	char full[SCOPE_SIZE];
	struct date d = date_of(ends_at);
	snprintf(full, sizeof full, "retention:payment@%04d%02d%02d", d.year, d.month, d.day);
	assert_ok(keys_ended(c, c->keys, LI, full, &ended));
	assert_true(ended);
	s = (struct seen){0};
	assert_ok(vault_held(c, LI, see_held, &s));
	assert_int_equal(s.count, 0);
}

/* A read for a purpose of a commercial nature. */
static err use_commercially(struct city_test *t, int64_t record_id, const char *item)
{
	RELEASED_SCOPED r = {0};
	struct head h = head_of(t, LI);

	failure_clear(t->c);
	return vault_release(t->c, permit_for(t, LI, GATE_READ, "my_information", LIST(item)), &h, record_id,
			     NULL, &r);
}

/* NT-3.1.b: after the item was deleted, its period is over, or only the law keeps it. */
static void nothing_is_used_commercially_after_its_end(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	struct purpose *purpose = (struct purpose *)release_service(t->release, "my_information")->purpose;
	struct vault_value phone = value_of(t, "mobile_phone", "12987654321");
	struct itemset phones = {0};
	struct head h = head_of(t, LI);

	give(t, LI, 0, "account", LIST("real_name", "李小满", "email", "li@example.cn"));
	phone.ends_at_ms = c->now_ms + 1000;
	assert_ok(vault_collect(c, permit_for(t, LI, GATE_COLLECT, "account", LIST("mobile_phone")), &h, 0,
				"account", &phone, 1, NULL, NULL));
	purpose->commercial = true;
	assert_ok(use_commercially(t, 0, "real_name"));
	assert_ok(use_commercially(t, 0, "mobile_phone"));

	assert_ok(delete_name(t, LI));
	int64_t entries = head_of(t, LI).n;
	assert_int_equal(use_commercially(t, 0, "real_name").code, ERR_REFUSED);
	assert_string_equal(c->failure.reason, "gone");
	assert_string_equal(c->failure.clause, "TJ-3.2.c");
	assert_int_equal(head_of(t, LI).n, entries); /* nothing was read */

	itemset_add(&phones, release_item(t->release, "email")->number);
	assert_ok(vault_reseal(c, LI, 0, &phones, "retention:payment", "电子商务法第三十一条",
			       c->now_ms + INT64_C(86400000)));
	assert_int_equal(use_commercially(t, 0, "email").code, ERR_REFUSED);

	c->now_ms += 1000;
	assert_int_equal(use_commercially(t, 0, "mobile_phone").code, ERR_REFUSED);
	purpose->commercial = false;
	assert_ok(use_commercially(t, 0, "mobile_phone")); /* any other purpose finds nothing */
	assert_null(read_item(t, LI, 0, "mobile_phone"));
}

static void a_value_past_its_end_date_is_not_released_even_before_the_job_ran(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	struct vault_value name = value_of(t, "real_name", "李小满");
	struct head h = head_of(t, LI);

	name.ends_at_ms = c->now_ms + 1000;
	assert_ok(vault_collect(c, permit_for(t, LI, GATE_COLLECT, "account", LIST("real_name")), &h, 0,
				"account", &name, 1, NULL, NULL));
	assert_string_equal(read_item(t, LI, 0, "real_name"), "李小满");
	c->now_ms += 1000;
	assert_null(read_item(t, LI, 0, "real_name"));
}

/* ---- blobs --------------------------------------------------------------------------------------------- */

static void a_blob_opens_for_its_person_and_scope_only(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	SECRET_SCOPED got = {0};
	SECRET_SCOPED none = {0};
	uint8_t key[KEY_SIZE];

	assert_ok(vault_blob_put(c, LI, "case:9", 901, SLICE("photo of a broken lamp")));
	assert_ok(vault_blob_get(c, LI, "case:9", 901, &got));
	assert_int_equal(got.n, 22);
	assert_memory_equal(got.p, "photo of a broken lamp", 22);
	assert_int_equal(files_with(t->place.dir, "broken lamp", 11), 0);
	assert_err(vault_blob_put(c, LI, "case:9", 901, SLICE("again")), ERR_CONFLICT);
	assert_ok(keys_make(c, c->keys, WANG, "case:9", key));
	assert_err(vault_blob_get(c, WANG, "case:9", 901, &none), ERR_CRYPTO);
	assert_err(vault_blob_get(c, LI, "case:10", 901, &none), ERR_NOT_FOUND);
	assert_err(vault_blob_get(c, LI, "case:9", 902, &none), ERR_NOT_FOUND);
	assert_null(none.p);
	assert_ok(vault_blob_delete(c, LI, 901));
	assert_err(vault_blob_get(c, LI, "case:9", 901, &none), ERR_NOT_FOUND);
	assert_err(vault_blob_delete(c, LI, 901), ERR_NOT_FOUND);
}

static void a_blob_ends_with_its_scope_unless_the_law_keeps_it(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	const char *scope = "case:9", *kept;
	int64_t ends_at = c->now_ms + INT64_C(1000) * 86400, deleted = 0;
	SECRET_SCOPED got = {0};
	SECRET_SCOPED none = {0};

	assert_ok(vault_blob_put(c, LI, scope, 901, SLICE("one")));
	assert_ok(vault_blob_put(c, LI, scope, 902, SLICE("two")));
	assert_ok(vault_blob_reseal(c, LI, 902, scope, "retention:hotline_record", "rule", ends_at));
	assert_ok(vault_end(c, LI, &scope, 1));
	assert_err(vault_blob_get(c, LI, scope, 901, &none), ERR_GONE);
	kept = retention_scope(c, "retention:hotline_record", ends_at);
	assert_ok(vault_blob_get(c, LI, kept, 902, &got));
	assert_memory_equal(got.p, "two", 3);
	c->now_ms = ends_at;
	assert_ok(vault_expire(c, LI, &deleted));
	assert_int_equal(deleted, 1);
	assert_err(vault_blob_get(c, LI, kept, 902, &none), ERR_GONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, city_setup, city_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_ended_scope_is_gone_and_others_stay),
		TEST(an_ending_cut_off_anywhere_leaves_nothing_half_open),
		TEST(what_the_law_keeps_is_out_of_use_and_ends_on_its_day),
		TEST(nothing_is_used_commercially_after_its_end),
		TEST(a_value_past_its_end_date_is_not_released_even_before_the_job_ran),
		TEST(a_blob_opens_for_its_person_and_scope_only),
		TEST(a_blob_ends_with_its_scope_unless_the_law_keeps_it),
	};

	crypto_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
