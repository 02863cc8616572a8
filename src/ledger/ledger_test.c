/* Writing and reading entries, on both stores. */
#include "ledger/testing.h"

static err nothing(struct ctx *, const struct usage *, void *)
{
	return OK;
}

struct seen {
	int64_t n[100];
	size_t count;
	struct usage last;
};

static err see(struct ctx *, const struct usage *u, void *arg)
{
	struct seen *s = arg;

	s->n[s->count++] = u->n;
	s->last = *u;
	return OK;
}

/* ---- writing -------------------------------------------------------------------------------- */

static void an_entry_reads_back_as_it_was_written(void **state)
{
	struct site *b = *state;
	struct seen s = {0};

	b->c->actor = (struct actor){.kind = ACTOR_STAFF,
				     .id = 9,
				     .role = "hotline_agent",
				     .name = "市民热线办 王某",
				     .department = "热线办"};
	assert_int_equal(write_entry(b->c, SUBJECT_A, "核对 \"地址\"\n"), 1);
	assert_ok(ledger_usage(b->c, SUBJECT_A, 0, 10, see, &s));
	assert_int_equal(s.count, 1);
	assert_true(s.last.subject_id == SUBJECT_A && s.last.n == 1 && s.last.at_ms == b->c->now_ms);
	assert_string_equal(s.last.actor_kind, "staff");
	assert_string_equal(s.last.actor_name, "市民热线办 王某");
	assert_string_equal(s.last.actor_role, "hotline_agent");
	assert_string_equal(s.last.actor_department, "热线办");
	assert_string_equal(s.last.action, "read");
	assert_string_equal(s.last.service, "social_insurance_query");
	assert_string_equal(s.last.recipient, "hrss");
	assert_string_equal(s.last.decision, "allowed");
	assert_string_equal(s.last.clause, "TJ-1.1.12");
	assert_string_equal(s.last.note, "核对 \"地址\"\n");
	assert_string_equal(s.last.policy_version, "2026.1");
	assert_true(s.last.ref_id == 77);
	assert_int_equal(s.last.item_count, 2);
	assert_string_equal(s.last.items[0], "real_name");
	assert_string_equal(s.last.items[1], "resident_id_number");
}

static void the_list_is_newest_first_and_pages_across_the_sequencer(void **state)
{
	struct site *b = *state;
	struct seen s = {0};

	for (int i = 0; i < 5; i++)
		write_entry(b->c, SUBJECT_A, "before");
	assert_int_equal(sequence_all(b), 5);
	for (int i = 0; i < 4; i++)
		write_entry(b->c, SUBJECT_A, "after");
	assert_ok(ledger_usage(b->c, SUBJECT_A, 0, 6, see, &s));
	assert_ok(ledger_usage(b->c, SUBJECT_A, s.n[5], 6, see, &s));
	assert_int_equal(s.count, 9);
	for (int i = 0; i < 9; i++)
		assert_int_equal(s.n[i], 9 - i);
}

static void another_persons_entries_are_not_in_the_list(void **state)
{
	struct site *b = *state;
	struct seen s = {0};

	write_entry(b->c, SUBJECT_A, "a");
	write_entry(b->c, SUBJECT_B, "b");
	assert_ok(ledger_usage(b->c, SUBJECT_B, 0, 10, see, &s));
	assert_int_equal(s.count, 1);
	assert_string_equal(s.last.note, "b");
}

static void nobody_has_no_head(void **state)
{
	struct site *b = *state;
	struct head h;

	assert_err(ledger_head(b->c, b->c->store, 4711, &h), ERR_NOT_FOUND);
}

static void a_number_taken_meanwhile_is_no_obstacle(void **state)
{
	struct site *b = *state;
	struct head old;
	int64_t n;

	assert_ok(ledger_head(b->c, b->c->store, SUBJECT_A, &old));
	write_entry(b->c, SUBJECT_A, "faster");
	struct entry e = {.action = ENTRY_LOGIN};
	assert_ok(ledger_write(b->c, &old, &e, 0, NULL, NULL, &n));
	assert_int_equal(n, 2);
	assert_int_equal(old.n, 2);
	sequence_all(b);
	assert_sound(b);
}

/* A number that the sequencer moved on is taken as well. */
static void a_number_in_the_tree_is_not_given_out_again(void **state)
{
	struct site *b = *state;
	struct head old;
	int64_t n;

	assert_ok(ledger_head(b->c, b->c->store, SUBJECT_A, &old));
	write_entry(b->c, SUBJECT_A, "faster");
	sequence_all(b);
	struct entry e = {.action = ENTRY_LOGIN};
	assert_ok(ledger_write(b->c, &old, &e, 0, NULL, NULL, &n));
	assert_int_equal(n, 2);
	assert_sound(b);
}

static void a_raised_epoch_makes_older_decisions_stale(void **state)
{
	struct site *b = *state;
	struct head decided, other;
	struct entry e = {.action = ENTRY_WITHDRAW};

	assert_ok(ledger_head(b->c, b->c->store, SUBJECT_A, &decided));
	other = decided;
	assert_ok(ledger_write(b->c, &other, &e, LEDGER_RAISE_EPOCH, NULL, NULL, NULL));
	assert_true(other.epoch == decided.epoch + 1);
	e.action = ENTRY_READ;
	assert_err(ledger_write(b->c, &decided, &e, 0, NULL, NULL, NULL), ERR_STALE);
	assert_int_equal(decided.n, 0);
	assert_ok(ledger_write(b->c, &decided, &e, LEDGER_ANY_EPOCH, NULL, NULL, NULL));
	assert_int_equal(decided.n, 2);
	assert_true(decided.epoch == other.epoch);
}

/* A decision may be older than the head that it is written after. */
static void an_old_decision_on_a_fresh_head_is_stale(void **state)
{
	struct site *b = *state;
	struct entry e = {.action = ENTRY_CONSENT};
	struct head h, old;

	assert_ok(ledger_head(b->c, b->c->store, SUBJECT_A, &old));
	h = old;
	assert_ok(ledger_write(b->c, &h, &e, LEDGER_RAISE_EPOCH, NULL, NULL, NULL));
	h.epoch = old.epoch;
	e.action = ENTRY_READ;
	assert_err(ledger_write(b->c, &h, &e, 0, NULL, NULL, NULL), ERR_STALE);
	assert_int_equal(h.n, 1);
}

static void writing_a_refusal_keeps_the_refusal(void **state)
{
	struct site *b = *state;
	struct head h;
	struct entry e = {.action = ENTRY_REFUSE, .decision = "not_declared"};

	assert_ok(ledger_head(b->c, b->c->store, SUBJECT_A, &h));
	err refusal = refuse(b->c, "not_declared", "TJ-1.1.2", "不在声明范围内");
	assert_int_equal(refusal.code, ERR_REFUSED);
	assert_ok(ledger_write(b->c, &h, &e, 0, NULL, NULL, NULL)); /* makes the audit key on the way */
	assert_string_equal(b->c->failure.reason, "not_declared");
	assert_string_equal(b->c->failure.clause, "TJ-1.1.2");
}

static err refuse_rows(struct ctx *, struct tx *, void *)
{
	return (err){ERR_CONFLICT};
}

static void an_act_that_fails_leaves_no_entry(void **state)
{
	struct site *b = *state;
	struct head h;
	struct seen s = {0};
	struct entry e = {.action = ENTRY_CHANGE};

	assert_ok(ledger_head(b->c, b->c->store, SUBJECT_A, &h));
	assert_err(ledger_write(b->c, &h, &e, LEDGER_RAISE_EPOCH, refuse_rows, NULL, NULL), ERR_CONFLICT);
	assert_int_equal(h.n, 0);
	assert_ok(ledger_usage(b->c, SUBJECT_A, 0, 10, see, &s));
	assert_int_equal(s.count, 0);
	assert_int_equal(write_entry(b->c, SUBJECT_A, "next"), 1);
}

static void an_entry_that_is_too_long_is_refused(void **state)
{
	struct site *b = *state;
	static char note[ENTRY_MAX + 1];
	struct head h;
	struct entry e = {.action = ENTRY_CHANGE, .note = note};

	memset(note, 'x', sizeof note - 1);
	note[sizeof note - 1] = '\0';
	assert_ok(ledger_head(b->c, b->c->store, SUBJECT_A, &h));
	assert_err(ledger_write(b->c, &h, &e, 0, NULL, NULL, NULL), ERR_TOO_LARGE);
	assert_int_equal(h.n, 0);
}

/* With every n-th call to the store failing in turn: all or nothing. */
static void whichever_call_fails_nothing_is_left(void **state)
{
	struct site *b = *state;
	struct entry e = {.action = ENTRY_CHANGE};
	struct head h, now;
	int64_t at;

	assert_ok(ledger_head(b->c, b->c->store, SUBJECT_A, &h));
	struct head before = h;
	for (at = 1;; at++) {
		store_fail_at(b->c->store, at);
		err result = ledger_write(b->c, &h, &e, LEDGER_RAISE_EPOCH, NULL, NULL, NULL);
		store_fail_at(b->c->store, 0);
		if (!failed(result))
			break;
		assert_int_equal(result.code, ERR_STORE);
		assert_memory_equal(&h, &before, sizeof h);
		assert_ok(ledger_head(b->c, b->c->store, SUBJECT_A, &now));
		assert_memory_equal(&now, &before, sizeof now);
	}
	assert_true(at > 3); /* number, entry, epoch and commit have all failed once */
	assert_int_equal(h.n, 1);
	assert_sound(b);
}

static void entries_of_one_act_follow_each_other(void **state)
{
	struct site *b = *state;
	struct entry list[] = {{.action = ENTRY_SENT}, {.action = ENTRY_COLLECT}};
	struct head h, old, now;
	struct seen s = {0};
	int64_t n;

	write_entry(b->c, SUBJECT_A, "before");
	assert_ok(ledger_head(b->c, b->c->store, SUBJECT_A, &h));
	old = h;
	write_entry(b->c, SUBJECT_A, "faster");
	assert_ok(ledger_write_all(b->c, &h, list, 2, LEDGER_RAISE_EPOCH, NULL, NULL, &n));
	assert_int_equal(n, 3);
	assert_int_equal(h.n, 4);
	assert_ok(ledger_head(b->c, b->c->store, SUBJECT_A, &now));
	assert_memory_equal(&now, &h, sizeof now);
	assert_true(now.epoch == old.epoch + 1);
	assert_ok(ledger_usage(b->c, SUBJECT_A, 0, 1, see, &s));
	assert_string_equal(s.last.action, "collect");
	assert_err(ledger_write_all(b->c, &old, list, 2, 0, NULL, NULL, NULL), ERR_STALE);
	assert_err(ledger_write_all(b->c, &h, list, 2, 0, refuse_rows, NULL, NULL), ERR_CONFLICT);
	assert_int_equal(h.n, 4);
	sequence_all(b);
	assert_sound(b);
}

static void whichever_call_fails_none_of_several_entries_is_left(void **state)
{
	struct site *b = *state;
	struct entry list[] = {{.action = ENTRY_SENT}, {.action = ENTRY_COLLECT}};
	struct head h, now;
	int64_t at;

	write_entry(b->c, SUBJECT_A, "the audit key is there");
	assert_ok(ledger_head(b->c, b->c->store, SUBJECT_A, &h));
	struct head before = h;
	for (at = 1;; at++) {
		store_fail_at(b->c->store, at);
		err result = ledger_write_all(b->c, &h, list, 2, 0, NULL, NULL, NULL);
		store_fail_at(b->c->store, 0);
		if (!failed(result))
			break;
		assert_int_equal(result.code, ERR_STORE);
		assert_memory_equal(&h, &before, sizeof h);
		assert_ok(ledger_head(b->c, b->c->store, SUBJECT_A, &now));
		assert_memory_equal(&now, &before, sizeof now);
	}
	assert_int_equal(at, 8); /* number, entry and queue of each, and the commit have all failed once */
	assert_int_equal(h.n, 3);
	assert_sound(b);
}

/* ---- races ---------------------------------------------------------------------------------- */

enum { RACERS = 12, EACH = 25 };

struct racer {
	struct site *site;
	pthread_t thread;
	int64_t n[EACH];
};

static void *race(void *arg)
{
	struct racer *r = arg;
	struct ctx *c = ctx_for_thread(r->site);

	for (int i = 0; i < EACH; i++) {
		r->n[i] = write_entry(c, SUBJECT_A, "race");
		arena_clear(c->arena);
	}
	test_ctx_free(c);
	return NULL;
}

static void racing_writers_of_one_person_get_all_numbers_without_holes(void **state)
{
	struct site *b = *state;
	struct racer racers[RACERS];
	bool taken[RACERS * EACH + 1] = {false};

	for (int i = 0; i < RACERS; i++) {
		racers[i].site = b;
		assert_int_equal(pthread_create(&racers[i].thread, NULL, race, &racers[i]), 0);
	}
	for (int round = 0; round < 20; round++) /* and the sequencer moves numbers on under them */
		assert_ok(ledger_sequence(b->c, b->c->ledger, NULL));
	for (int i = 0; i < RACERS; i++)
		pthread_join(racers[i].thread, NULL);
	for (int i = 0; i < RACERS; i++)
		for (int j = 0; j < EACH; j++) {
			assert_in_range(racers[i].n[j], 1, RACERS * EACH);
			assert_false(taken[racers[i].n[j]]);
			taken[racers[i].n[j]] = true;
		}
	sequence_all(b);
	assert_sound(b);
}

struct epoch_race {
	struct site *site;
	pthread_t thread;
	int won;
};

static void *raise_once(void *arg)
{
	struct epoch_race *r = arg;
	struct ctx *c = ctx_for_thread(r->site);
	struct entry e = {.action = ENTRY_CONSENT};
	struct head h;

	for (int i = 0; i < EACH; i++) {
		assert_ok(ledger_head(c, c->store, SUBJECT_B, &h));
		err result = ledger_write(c, &h, &e, LEDGER_RAISE_EPOCH, NULL, NULL, NULL);
		if (!failed(result))
			r->won++;
		else
			assert_int_equal(result.code, ERR_STALE);
	}
	test_ctx_free(c);
	return NULL;
}

/* Each epoch is decided about once: as many raises as acts that succeeded. */
static void of_two_acts_on_the_same_facts_one_decides_again(void **state)
{
	struct site *b = *state;
	struct epoch_race racers[4] = {0};
	struct head before, after;
	int won = 0;

	assert_ok(ledger_head(b->c, b->c->store, SUBJECT_B, &before));
	for (int i = 0; i < 4; i++) {
		racers[i].site = b;
		assert_int_equal(pthread_create(&racers[i].thread, NULL, raise_once, &racers[i]), 0);
	}
	for (int i = 0; i < 4; i++) {
		pthread_join(racers[i].thread, NULL);
		won += racers[i].won;
	}
	assert_ok(ledger_head(b->c, b->c->store, SUBJECT_B, &after));
	assert_true(after.epoch - before.epoch == won && after.n == won);
}

/* ---- guards and erasure --------------------------------------------------------------------- */

static void ledger_tables_refuse_update_and_delete(void **state)
{
	struct site *b = *state;
	static const char *const tables[] = {"entry", "leaf", "promise", "tile", "tree", "checkpoint"};

	if (!store_is_sqlite(b->c->store))
		skip(); /* by grants there: see the store's tests */
	write_entry(b->c, SUBJECT_A, "x");
	BUF_SCOPED receipt;
	buf_init(&receipt, 1 << 16);
	assert_ok(ledger_receipt(b->c, SUBJECT_A, 1, &receipt)); /* leaves a promise */
	for (int i = 0; i < 300; i++)
		write_entry(b->c, SUBJECT_B, "y");
	sequence_all(b);
	sqlite3 *db;
	assert_int_equal(sqlite3_open(b->url + strlen("sqlite:"), &db), SQLITE_OK);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		char sql[100];
		snprintf(sql, sizeof sql, "DELETE FROM ledger_%s", tables[i]);
		assert_int_not_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
		snprintf(sql, sizeof sql, "UPDATE ledger_%s SET %s = 0", tables[i],
			 i < 3	  ? "n"
			 : i == 3 ? "tile_index"
				  : "size");
		assert_int_not_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	}
	sqlite3_close(db);
}

static void an_erased_person_is_unreadable_and_gets_no_more_entries(void **state)
{
	struct site *b = *state;
	struct head h;
	struct entry e = {.action = ENTRY_READ};

	write_entry(b->c, SUBJECT_A, "x");
	sequence_all(b);
	audit_key_end(SUBJECT_A);
	assert_err(ledger_usage(b->c, SUBJECT_A, 0, 10, nothing, NULL), ERR_GONE);
	assert_ok(ledger_head(b->c, b->c->store, SUBJECT_A, &h));
	assert_err(ledger_write(b->c, &h, &e, 0, NULL, NULL, NULL), ERR_GONE);
	failure_clear(b->c);
	assert_sound(b);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, site_start, site_end)
	const struct CMUnitTest tests[] = {
		T(an_entry_reads_back_as_it_was_written),
		T(the_list_is_newest_first_and_pages_across_the_sequencer),
		T(another_persons_entries_are_not_in_the_list),
		T(nobody_has_no_head),
		T(a_number_taken_meanwhile_is_no_obstacle),
		T(a_number_in_the_tree_is_not_given_out_again),
		T(a_raised_epoch_makes_older_decisions_stale),
		T(an_old_decision_on_a_fresh_head_is_stale),
		T(writing_a_refusal_keeps_the_refusal),
		T(an_act_that_fails_leaves_no_entry),
		T(an_entry_that_is_too_long_is_refused),
		T(whichever_call_fails_nothing_is_left),
		T(entries_of_one_act_follow_each_other),
		T(whichever_call_fails_none_of_several_entries_is_left),
		T(racing_writers_of_one_person_get_all_numbers_without_holes),
		T(of_two_acts_on_the_same_facts_one_decides_again),
		T(ledger_tables_refuse_update_and_delete),
		T(an_erased_person_is_unreadable_and_gets_no_more_entries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
