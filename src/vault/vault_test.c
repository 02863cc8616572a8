#include "vault/vault_store.h"
#include "vault/vault_testing.h"
#include <pthread.h>
#include <sqlite3.h>

static const char *const profile[] = {"real_name",   "李小满",	      "mobile_phone",
				      "12912345678", "id_number",     "129901199001010012",
				      "id_type",     "resident_card", NULL};

/* ---- in and out ---------------------------------------------------------------------------------------- */

static void what_was_given_comes_back_and_each_act_is_an_entry(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	RELEASED_SCOPED r = {0};

	give(t, LI, 0, "account", profile);
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

	give(t, LI, 0, "account", profile);
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

	give(t, LI, 0, "account", profile);
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

static err delete_name(struct city_test *t, int64_t subject_id)
{
	struct itemset set = {0};
	struct head h = head_of(t, subject_id);
	struct vault_deletion d = {subject_id, 0, &set};
	struct entry e = {.action = ENTRY_DELETE, .decision = "allowed"};

	itemset_add(&set, release_item(t->release, "real_name")->number);
	e.items = set;
	return ledger_write(t->c, &h, &e, 0, vault_delete_rows, &d, NULL);
}

static void a_deleted_item_is_not_held_any_more(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;

	give(t, LI, 0, "account", profile);
	assert_ok(delete_name(t, LI));
	assert_null(read_item(t, LI, 0, "real_name"));
	assert_string_equal(read_item(t, LI, 0, "mobile_phone"), "12912345678");
}

/* ---- masked, held -------------------------------------------------------------------------------------- */

struct seen {
	int count;
	char masked[64];
	struct held last;
};

static err see(struct ctx *c, const struct held *h, void *arg)
{
	struct seen *s = arg;

	(void)c;
	s->count++;
	s->last = *h;
	if (h->masked)
		snprintf(s->masked, sizeof s->masked, "%s", h->masked);
	return OK;
}

static void masked_values_are_shown_under_their_own_purpose(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	struct seen s = {0};

	give(t, LI, 0, "account", profile);
	struct head h = head_of(t, LI);
	struct permit *p = permit_masked_for(t, LI, "my_information", LIST("mobile_phone"));
	assert_ok(vault_masked(c, p, &h, -1, see, &s));
	assert_int_equal(s.count, 1);
	assert_string_equal(s.masked, "129****5678");
	assert_string_equal(last_entry(t, LI).purpose, "show_masked");
	s = (struct seen){0};
	assert_ok(vault_held(c, LI, see, &s));
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
	give(t, LI, 0, "account", profile);
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
	give(t, LI, 0, "account", profile);
	give(t, WANG, 0, "account", profile);
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

/* ---- ending and keeping -------------------------------------------------------------------------------- */

static void an_ended_scope_is_gone_and_others_stay(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	const char *scope = "account";
	struct vault_value name = value_of(t, "real_name", "李小满");
	struct seen s = {0};

	give(t, LI, 0, "account", profile);
	give(t, LI, 55, "service:social_medical", LIST("mobile_phone", "12987654321"));
	give(t, WANG, 0, "account", profile);
	assert_ok(vault_end(c, LI, &scope, 1));
	assert_null(read_item(t, LI, 0, "real_name"));
	assert_string_equal(read_item(t, LI, 55, "mobile_phone"), "12987654321");
	assert_string_equal(read_item(t, WANG, 0, "real_name"), "李小满");
	assert_ok(vault_held(c, LI, see, &s));
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
		assert_ok(vault_held(c, LI, see, &s));
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

	give(t, LI, 0, "account", profile);
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
	assert_ok(vault_held(c, LI, see, &s));
	assert_int_equal(s.count, 1);
	assert_string_equal(s.last.scope, "retention:payment");
	assert_string_equal(s.last.rule, "电子商务法第三十一条");
	assert_int_equal(s.last.ends_at_ms, ends_at);
	s = (struct seen){0};
	struct head h = head_of(t, LI);
	assert_ok(vault_masked(c, permit_masked_for(t, LI, "my_information", LIST("mobile_phone")), &h, -1,
			       see, &s));
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
	assert_ok(vault_held(c, LI, see, &s));
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
		TEST(an_ended_scope_is_gone_and_others_stay),
		TEST(an_ending_cut_off_anywhere_leaves_nothing_half_open),
		TEST(each_failing_call_of_collect_leaves_all_or_nothing),
		TEST(each_failing_call_of_release_gives_no_plaintext),
		TEST(what_the_law_keeps_is_out_of_use_and_ends_on_its_day),
		TEST(nothing_is_used_commercially_after_its_end),
		TEST(a_value_past_its_end_date_is_not_released_even_before_the_job_ran),
		TEST(a_blob_opens_for_its_person_and_scope_only),
		TEST(a_blob_ends_with_its_scope_unless_the_law_keeps_it),
		TEST(racing_collections_leave_one_value_and_an_entry_each),
	};

	crypto_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
