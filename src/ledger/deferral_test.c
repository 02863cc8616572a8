/* Deferred entries: leaves at once, numbers of the person at disclosure, and nothing hidden from verify. */
#include "ledger/testing.h"

#include <inttypes.h>

enum { USE = 500, DAY_MS = 86400000 };

struct seen {
	int64_t n[64];
	size_t count;
	struct usage last;
};

static err see(struct ctx *, const struct usage *u, void *arg)
{
	struct seen *s = arg;

	s->n[s->count++] = u->n;
	if (s->count == 1)
		s->last = *u;
	return OK;
}

static struct seen list_of(struct site *b, int64_t subject_id)
{
	struct seen s = {0};

	assert_ok(ledger_usage(b->c, subject_id, 0, 60, see, &s));
	return s;
}

static struct entry secret(const struct site *b, int64_t use)
{
	struct entry e = {.action = ENTRY_SHARE,
			  .service = "social_insurance_query",
			  .recipient = "hrss",
			  .basis = "exception:criminal_justice",
			  .decision = "allowed",
			  .clause = "NT-2.4.3",
			  .note = "依据：某检调〔2026〕1号",
			  .ref_id = use,
			  .deferred_until_ms = b->c->now_ms + 30 * (int64_t)DAY_MS};

	itemset_add(&e.items, ITEM_NAME);
	return e;
}

static void defer(struct ctx *c, const struct site *b, int64_t subject_id, int64_t use)
{
	struct entry e = secret(b, use);
	struct head h;
	int64_t n = -1;

	c->actor = (struct actor){.kind = ACTOR_STAFF, .id = 9, .role = "privacy_officer", .name = "李某"};
	assert_ok(ledger_head(c, c->store, subject_id, &h));
	assert_ok(ledger_write(c, &h, &e, 0, NULL, NULL, &n));
	assert_int_equal(n, 0);
}

static int64_t deferred_days(struct site *b, int64_t *ret_told);

static void a_deferred_entry_is_a_leaf_and_leaves_no_hole(void **state)
{
	struct site *b = *state;
	int64_t told = 0;

	write_entry(b->c, SUBJECT_A, "before");
	defer(b->c, b, SUBJECT_A, USE);
	write_entry(b->c, SUBJECT_A, "after");
	assert_int_equal(sequence_all(b), 3); /* a leaf at once */
	struct seen s = list_of(b, SUBJECT_A);
	assert_int_equal(s.count, 2);
	assert_int_equal(s.n[0], 2);
	assert_int_equal(s.n[1], 1);
	assert_int_equal(deferred_days(b, &told), 1);
	assert_int_equal(told, 0);
	assert_sound(b);
}

static err add_day(struct ctx *, const struct deferred_day *d, void *arg)
{
	int64_t *sums = arg;

	sums[0] += d->deferred;
	sums[1] += d->told;
	return OK;
}

static int64_t deferred_days(struct site *b, int64_t *ret_told)
{
	int64_t sums[2] = {0};

	assert_ok(ledger_deferred_days(b->c, add_day, sums));
	*ret_told = sums[1];
	return sums[0];
}

static void told_it_stands_in_the_list_and_its_receipt_proves_when_it_was_made(void **state)
{
	struct site *b = *state;
	struct receipt_facts f;
	int64_t told = 0;
	BUF_SCOPED receipt;

	defer(b->c, b, SUBJECT_A, USE);
	defer(b->c, b, SUBJECT_A, USE);
	defer(b->c, b, SUBJECT_A, USE + 1);
	write_entry(b->c, SUBJECT_A, "between");
	sequence_all(b);
	b->c->actor = (struct actor){.kind = ACTOR_SYSTEM};
	assert_ok(ledger_disclose(b->c, SUBJECT_A, USE, "依法延后告知", &told));
	assert_int_equal(told, 2);
	assert_int_equal(b->c->actor.kind, ACTOR_SYSTEM);
	struct seen s = list_of(b, SUBJECT_A);
	assert_int_equal(s.count, 3);
	assert_int_equal(s.n[0], 3);
	assert_string_equal(s.last.actor_kind, "staff");
	assert_string_equal(s.last.actor_name, "李某");
	assert_true(s.last.actor_id == 9 && s.last.ref_id == USE);
	assert_string_equal(s.last.action, "share");
	assert_string_equal(s.last.basis, "exception:criminal_justice");
	assert_int_equal(s.last.item_count, 1);
	assert_non_null(strstr(s.last.note, "某检调〔2026〕1号"));
	assert_non_null(strstr(s.last.note, "依法延后告知"));
	assert_non_null(s.last.deferred);
	sequence_all(b);
	buf_init(&receipt, 1 << 16);
	assert_ok(ledger_receipt(b->c, SUBJECT_A, 3, &receipt));
	assert_ok(ledger_receipt_check(b->c, ledger_origin(b->c->ledger), b->public_key, buf_slice(&receipt),
				       &f));
	assert_true(f.deferred_leaf_index >= 0 && f.deferred_leaf_index < f.leaf_index);
	/* a receipt without the deferred entry, or with another's, does not hold */
	char *member = strstr(receipt.data, ",\"deferred\":{");
	assert_non_null(member);
	char kept = member[2];
	member[2] = 'x';
	assert_err(ledger_receipt_check(b->c, ledger_origin(b->c->ledger), b->public_key, buf_slice(&receipt),
					&f),
		   ERR_INVALID);
	member[2] = kept;
	/* each once */
	assert_ok(ledger_disclose(b->c, SUBJECT_A, USE, "依法延后告知", &told));
	assert_int_equal(told, 0);
	assert_int_equal(deferred_days(b, &told), 3);
	assert_int_equal(told, 2);
	assert_sound(b);
}

static void a_deferral_is_renewed_only_while_there_is_something_to_tell(void **state)
{
	struct site *b = *state;
	struct deferral_renewal r = {SUBJECT_A, USE, b->c->now_ms + 60 * (int64_t)DAY_MS};

	defer(b->c, b, SUBJECT_A, USE);
	sequence_all(b);
	assert_ok(store_write(b->c, b->c->store, ledger_deferral_rows, &r));
	b->c->now_ms += 31 * (int64_t)DAY_MS; /* past the first date, before the second */
	assert_sound(b);
	assert_ok(ledger_disclose(b->c, SUBJECT_A, USE, "依法延后告知", NULL));
	r.until_ms += DAY_MS;
	assert_err(store_write(b->c, b->c->store, ledger_deferral_rows, &r), ERR_GONE);
	failure_clear(b->c);
	sequence_all(b);
	assert_sound(b);
}

static void assert_found(struct site *b, const char *place)
{
	BUF_SCOPED text;

	buf_init(&text, 1 << 16);
	int64_t count = findings(b, SLICE(""), &text);
	if (count < 1 || !text.data || !strstr(text.data, place))
		fail_msg("%d findings, wanted %s:\n%s", (int)count, place, text.data);
}

static void drop_guards(struct site *b)
{
	static const char *const tables[] = {"deferred", "deferral", "disclosed", "entry"};

	for (size_t i = 0; store_is_sqlite(b->c->store) && i < sizeof tables / sizeof *tables; i++) {
		free(raw_sql(b, "DROP TRIGGER ledger_%s_no_update", tables[i]));
		free(raw_sql(b, "DROP TRIGGER ledger_%s_no_delete", tables[i]));
	}
}

static void what_is_overdue_or_tampered_with_is_found(void **state)
{
	struct site *b = *state;

	defer(b->c, b, SUBJECT_A, USE);
	defer(b->c, b, SUBJECT_B, USE + 1);
	sequence_all(b);
	drop_guards(b);
	b->c->now_ms += 31 * (int64_t)DAY_MS;
	assert_found(b, "延后的期限已过，仍未告知本人");
	b->c->now_ms -= 31 * (int64_t)DAY_MS;
	assert_sound(b);
	/* the date taken away, the entry of another person put in its place, the entry removed */
	free(raw_sql(b, "DELETE FROM ledger_deferral WHERE subject_id = %d", SUBJECT_A));
	assert_found(b, "没有告知本人的期限");
	free(raw_sql(b,
		     "UPDATE ledger_deferred SET sealed = (SELECT sealed FROM ledger_deferred WHERE "
		     "subject_id = %d) "
		     "WHERE subject_id = %d",
		     SUBJECT_B, SUBJECT_A));
	assert_found(b, "内容已被改动");
	free(raw_sql(b, "DELETE FROM ledger_deferred WHERE subject_id = %d", SUBJECT_A));
	assert_found(b, "第 1 条：记录已不在");
	free(raw_sql(b, "UPDATE ledger_deferred SET deferred_n = 9 WHERE subject_id = %d", SUBJECT_B));
	assert_found(b, "不在登记的编号序列中");
}

static void an_entry_that_does_not_name_what_it_tells_is_found(void **state)
{
	struct site *b = *state;

	write_entry(b->c, SUBJECT_A, "ordinary");
	defer(b->c, b, SUBJECT_A, USE);
	assert_ok(ledger_disclose(b->c, SUBJECT_A, USE, "依法延后告知", NULL));
	sequence_all(b);
	drop_guards(b);
	assert_sound(b);
	free(raw_sql(b, "UPDATE ledger_disclosed SET n = 1"));
	assert_found(b, "没有引用它");
}

/* On SQLite by trigger; on PostgreSQL the serving role has no right to (the migration's append-only list). */
static void tables_of_deferrals_refuse_update_and_delete(void **state)
{
	static const char *const tables[] = {"deferred", "deferral", "disclosed"};
	struct site *b = *state;

	defer(b->c, b, SUBJECT_A, USE);
	for (size_t i = 0; i < 3; i++) {
		char *count =
			store_is_sqlite(b->c->store)
				? raw_sql(b,
					  "SELECT COUNT(*) FROM sqlite_master WHERE type = 'trigger' AND "
					  "tbl_name = 'ledger_%s'",
					  tables[i])
				: raw_sql(b,
					  "SELECT 2 - COUNT(*) FROM information_schema.role_table_grants "
					  "WHERE table_name = 'ledger_%s' AND grantee = 'tongban_serving' "
					  "AND "
					  "privilege_type IN ('UPDATE', 'DELETE')",
					  tables[i]);
		assert_string_equal(count, "2");
		free(count);
	}
}

static void a_moved_epoch_stops_a_deferred_act_too(void **state)
{
	struct site *b = *state;
	struct entry e = secret(b, USE), change = {.action = ENTRY_CHANGE, .decision = "allowed"};
	struct head old, h;

	assert_ok(ledger_head(b->c, b->c->store, SUBJECT_A, &old));
	h = old;
	assert_ok(ledger_write(b->c, &h, &change, LEDGER_RAISE_EPOCH, NULL, NULL, NULL));
	assert_err(ledger_write(b->c, &old, &e, 0, NULL, NULL, NULL), ERR_STALE);
	failure_clear(b->c);
	sequence_all(b);
	assert_sound(b);
}

static void an_erased_person_is_passed_over(void **state)
{
	struct site *b = *state;
	int64_t told = -1;

	defer(b->c, b, SUBJECT_A, USE);
	sequence_all(b);
	audit_key_end(SUBJECT_A);
	assert_ok(ledger_disclose(b->c, SUBJECT_A, USE, "依法延后告知", &told));
	assert_int_equal(told, 0);
	b->c->now_ms += 40 * (int64_t)DAY_MS;
	assert_sound(b);
}

/* ---- many at once --------------------------------------------------------------------------- */

enum { RACERS = 4, EACH = 12 };

struct racer {
	struct site *site;
	pthread_t thread;
	int number;
};

static void *race(void *arg)
{
	struct racer *r = arg;
	struct ctx *c = ctx_for_thread(r->site);

	for (int i = 0; i < EACH; i++) {
		defer(c, r->site, SUBJECT_A + r->number % 2, USE);
		write_entry(c, SUBJECT_A + r->number % 2, "race");
		if (i % 4 == 3)
			assert_ok(ledger_disclose(c, SUBJECT_A + r->number % 2, USE, "依法延后告知", NULL));
	}
	arena_free(c->arena);
	free(c);
	return NULL;
}

/* Writers of two people and of the register at once: no number is taken twice, nothing is told twice. */
static void racing_deferrals_and_disclosures_lose_and_double_nothing(void **state)
{
	struct site *b = *state;
	struct racer racers[RACERS];
	int64_t told = 0;

	for (int i = 0; i < RACERS; i++) {
		racers[i] = (struct racer){.site = b, .number = i};
		assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
	}
	for (int i = 0; i < RACERS; i++)
		pthread_join(racers[i].thread, NULL);
	for (int i = 0; i < 2; i++) {
		assert_ok(ledger_disclose(b->c, SUBJECT_A + i, USE, "依法延后告知", NULL));
		struct head h;
		assert_ok(ledger_head(b->c, b->c->store, SUBJECT_A + i, &h));
		assert_int_equal(h.n,
				 RACERS / 2 * EACH * 2); /* the ordinary ones, and each deferred one once */
	}
	assert_int_equal(sequence_all(b), RACERS * EACH * 3);
	assert_int_equal(deferred_days(b, &told), RACERS * EACH);
	assert_int_equal(told, RACERS * EACH);
	assert_sound(b);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, site_start, site_end)
	const struct CMUnitTest tests[] = {
		T(a_deferred_entry_is_a_leaf_and_leaves_no_hole),
		T(told_it_stands_in_the_list_and_its_receipt_proves_when_it_was_made),
		T(a_deferral_is_renewed_only_while_there_is_something_to_tell),
		T(what_is_overdue_or_tampered_with_is_found),
		T(an_entry_that_does_not_name_what_it_tells_is_found),
		T(tables_of_deferrals_refuse_update_and_delete),
		T(a_moved_epoch_stops_a_deferred_act_too),
		T(an_erased_person_is_passed_over),
		T(racing_deferrals_and_disclosures_lose_and_double_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
