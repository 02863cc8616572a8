/* The same suite on SQLite and, when TB_TEST_POSTGRES names one (tests/pg.sh run), on PostgreSQL. Its tables
 * and queries are those of tests/store. */
#include "store/store_test.h"

#include <pthread.h>
#include <stdio.h>

struct values {
	bool whole_null, words_null, bytes_null;
	int64_t whole;
	char words[64];
	size_t words_size;
	uint8_t bytes[64];
	size_t bytes_size;
	int count;
};

static err read_values(struct ctx *, const struct row *row, void *arg)
{
	struct values *v = arg;

	v->whole_null = row_is_null(row, 0);
	v->words_null = row_is_null(row, 1);
	v->bytes_null = row_is_null(row, 2);
	v->whole = row_int(row, 0);
	struct slice words = row_text(row, 1), bytes = row_blob(row, 2);
	memcpy(v->words, words.p, v->words_size = words.n);
	memcpy(v->bytes, bytes.p, v->bytes_size = bytes.n);
	v->count++;
	return OK;
}

static struct values put_and_get(struct fixture *f, int64_t id, struct param whole, struct param words,
				 struct param bytes)
{
	struct values v = {0};

	must(f, store_exec(&f->c, f->s, Q_KINDS_INSERT, PARAMS(P_INT(id), whole, words, bytes), NULL));
	must(f, store_rows(&f->c, f->s, Q_KINDS_GET, PARAMS(P_INT(id), P_NULL()), read_values, &v));
	assert_int_equal(v.count, 1);
	return v;
}

static void values_come_back_as_they_went_in(void **state)
{
	struct fixture *f = *state;
	static const uint8_t bytes[] = {0, 1, 255, 0, '\\', 'x', '\''};

	struct values v =
		put_and_get(f, 1, P_INT(INT64_MIN), P_STR("通办 'x' ?1 $1"), P_BLOB(bytes, sizeof bytes));
	assert_true(v.whole == INT64_MIN);
	assert_memory_equal(v.words, "通办 'x' ?1 $1", v.words_size);
	assert_int_equal(v.bytes_size, sizeof bytes);
	assert_memory_equal(v.bytes, bytes, sizeof bytes);
	v = put_and_get(f, 2, P_INT(INT64_MAX), P_TEXT(((struct slice){0})), P_BLOB(NULL, 0));
	assert_true(v.whole == INT64_MAX && !v.words_null && v.words_size == 0);
	assert_true(!v.bytes_null && v.bytes_size == 0);
	v = put_and_get(f, 3, P_NULL(), P_STR(NULL), P_NULL());
	assert_true(v.whole_null && v.words_null && v.bytes_null && v.whole == 0 && v.words_size == 0);
}

static void a_parameter_may_be_null_or_a_condition(void **state)
{
	struct fixture *f = *state;
	struct values v = {0};

	put_and_get(f, 1, P_INT(5), P_STR("a"), P_NULL());
	must(f, store_rows(&f->c, f->s, Q_KINDS_GET, PARAMS(P_INT(1), P_STR("b")), read_values, &v));
	assert_int_equal(v.count, 0);
	must(f, store_rows(&f->c, f->s, Q_KINDS_GET, PARAMS(P_INT(1), P_STR("a")), read_values, &v));
	assert_int_equal(v.count, 1);
}

static void numbers_have_64_bits_in_sums_and_comparisons(void **state)
{
	struct fixture *f = *state;
	int64_t row[2] = {0};

	add_account(f, 1, 1700000000000);
	add_account(f, 2, 1234567890123);
	must(f, store_rows(&f->c, f->s, Q_ACCOUNT_SUM, NO_PARAMS, read_two_numbers, row));
	assert_int_equal(row[0], 2);
	assert_true(row[1] == 1700000000000 + 1234567890123);
	must(f, store_rows(&f->c, f->s, Q_ACCOUNT_LATER, PARAMS(P_INT(1700000000000)), read_number, row));
	assert_int_equal(row[0], 2);
	must(f, store_rows(&f->c, f->s, Q_ACCOUNT_EXISTS, PARAMS(P_INT(1)), read_number, row));
	assert_int_equal(row[0], 1);
	must(f, store_rows(&f->c, f->s, Q_ACCOUNT_EXISTS, PARAMS(P_INT(9)), read_number, row));
	assert_int_equal(row[0], 0);
}

static void row_counts_tell_what_a_statement_did(void **state)
{
	struct fixture *f = *state;
	int64_t changed = -1, balance = -1;

	add_account(f, 1, 10);
	must(f, store_exec(&f->c, f->s, Q_ACCOUNT_INSERT, PARAMS(P_INT(1), P_INT(9), P_STR("")), &changed));
	assert_int_equal(changed, 0);
	must(f, store_exec(&f->c, f->s, Q_ACCOUNT_TAKE, PARAMS(P_INT(1), P_INT(11)), &changed));
	assert_int_equal(changed, 0);
	must(f, store_exec(&f->c, f->s, Q_ACCOUNT_TAKE, PARAMS(P_INT(1), P_INT(4)), &changed));
	assert_int_equal(changed, 1);
	must(f, store_rows(&f->c, f->s, Q_ACCOUNT_GIVE_RETURNING, PARAMS(P_INT(1), P_INT(1)), read_number,
			   &balance));
	assert_int_equal(balance, 7);
	assert_int_equal(balance_of(f, 1), 7);
}

static void a_value_that_exists_is_a_conflict(void **state)
{
	struct fixture *f = *state;
	int64_t changed = -1;

	add_account(f, 1, 10);
	err e = store_exec(&f->c, f->s, Q_ACCOUNT_INSERT_STRICT, PARAMS(P_INT(1), P_INT(5), P_STR("x")),
			   &changed);
	assert_int_equal(e.code, ERR_CONFLICT);
	assert_int_equal(changed, -1);
	e = store_exec(&f->c, f->s, Q_ACCOUNT_GIVE, PARAMS(P_INT(1), P_INT(-11)), NULL);
	assert_int_equal(e.code, ERR_STORE);
	assert_int_equal(balance_of(f, 1), 10);
}

/* ---- transactions ----------------------------------------------------------------------------------------
 */

struct transfer {
	int64_t from, to, amount;
	int runs, stop_after;
};

static err transfer_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct transfer *t = arg;
	int64_t changed = 0;

	t->runs++;
	TRY(tx_exec(c, tx, Q_ACCOUNT_TAKE, PARAMS(P_INT(t->from), P_INT(t->amount)), &changed));
	if (changed == 0)
		FAIL(c, ERR_REFUSED, "too little");
	if (t->stop_after == 1)
		FAIL(c, ERR_STALE, "stopped");
	TRY(tx_exec(c, tx, Q_ACCOUNT_GIVE, PARAMS(P_INT(t->to), P_INT(t->amount)), NULL));
	return OK;
}

static void a_write_function_that_fails_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct transfer t = {1, 2, 5, 0, 1};

	add_account(f, 1, 10);
	add_account(f, 2, 0);
	assert_int_equal(store_write(&f->c, f->s, transfer_rows, &t).code, ERR_STALE);
	assert_int_equal(balance_of(f, 1), 10);
	t.stop_after = 0;
	must(f, store_write(&f->c, f->s, transfer_rows, &t));
	assert_int_equal(balance_of(f, 1), 5);
	assert_int_equal(balance_of(f, 2), 5);
}

static void each_call_of_a_write_that_fails_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	int64_t calls = 0;

	add_account(f, 1, 100);
	add_account(f, 2, 0);
	for (int64_t n = 1;; n++) {
		struct transfer t = {1, 2, 5, 0, 0};
		store_fail_at(f->s, n);
		err e = store_write(&f->c, f->s, transfer_rows, &t);
		calls = store_calls(f->s);
		store_fail_at(f->s, 0);
		if (!failed(e))
			break;
		assert_int_equal(e.code, ERR_STORE);
		assert_int_equal(balance_of(f, 1), 100);
		assert_int_equal(balance_of(f, 2), 0);
	}
	assert_int_equal(calls, 3); /* two statements and the commit */
	assert_int_equal(balance_of(f, 1), 95);
}

static err ignore_a_conflict(struct ctx *c, struct tx *tx, void *)
{
	TRY(tx_exec(c, tx, Q_ACCOUNT_GIVE, PARAMS(P_INT(1), P_INT(1)), NULL));
	err e = tx_exec(c, tx, Q_ACCOUNT_INSERT_STRICT, PARAMS(P_INT(1), P_INT(5), P_STR("x")), NULL);
	assert_int_equal(e.code, ERR_CONFLICT);
	e = tx_exec(c, tx, Q_ACCOUNT_GIVE, PARAMS(P_INT(1), P_INT(1)), NULL);
	assert_int_equal(e.code, ERR_CONFLICT);
	return OK;
}

static void a_failed_statement_ends_its_transaction_on_every_store(void **state)
{
	struct fixture *f = *state;

	add_account(f, 1, 10);
	assert_int_equal(store_write(&f->c, f->s, ignore_a_conflict, NULL).code, ERR_CONFLICT);
	assert_int_equal(balance_of(f, 1), 10);
}

static err count_entry(struct ctx *c, struct tx *tx, void *arg)
{
	return tx_rows(c, tx, Q_ENTRY_COUNT, PARAMS(P_INT(1)), read_number, arg);
}

static err insert_for_each(struct ctx *c, const struct row *row, void *arg)
{
	int64_t n = row_int(row, 0);

	return tx_exec(c, arg, Q_ENTRY_INSERT, PARAMS(P_INT(2), P_INT(n), P_NULL()), NULL);
}

static err copy_entries(struct ctx *c, struct tx *tx, void *arg)
{
	TRY(tx_rows(c, tx, Q_ENTRY_LIST, PARAMS(P_INT(1)), insert_for_each, tx));
	return count_entry(c, tx, arg);
}

static void a_row_function_may_run_statements(void **state)
{
	struct fixture *f = *state;
	int64_t n = 0;

	for (int i = 0; i < 5; i++)
		must(f, store_exec(&f->c, f->s, Q_ENTRY_INSERT, PARAMS(P_INT(1), P_INT(i), P_NULL()), NULL));
	must(f, store_write(&f->c, f->s, copy_entries, &n));
	assert_int_equal(n, 5);
	must(f, store_rows(&f->c, f->s, Q_ENTRY_COUNT, PARAMS(P_INT(2)), read_number, &n));
	assert_int_equal(n, 5);
}

static err stop_at_second(struct ctx *c, const struct row *, void *arg)
{
	if (++*(int *)arg == 2)
		FAIL(c, ERR_LIMIT, "enough");
	return OK;
}

static void a_row_function_ends_its_query(void **state)
{
	struct fixture *f = *state;
	int seen = 0;

	for (int i = 0; i < 5; i++)
		must(f, store_exec(&f->c, f->s, Q_ENTRY_INSERT, PARAMS(P_INT(1), P_INT(i), P_NULL()), NULL));
	err e = store_rows(&f->c, f->s, Q_ENTRY_LIST, PARAMS(P_INT(1)), stop_at_second, &seen);
	assert_int_equal(e.code, ERR_LIMIT);
	assert_int_equal(seen, 2);
}

struct snapshot {
	struct fixture *f;
	int64_t before, after;
};

static err read_around_a_write(struct ctx *c, struct tx *tx, void *arg)
{
	struct snapshot *s = arg;

	TRY(tx_rows(c, tx, Q_ACCOUNT_GET, PARAMS(P_INT(1)), read_number, &s->before));
	must(s->f, store_exec(c, s->f->s, Q_ACCOUNT_GIVE, PARAMS(P_INT(1), P_INT(5)), NULL));
	return tx_rows(c, tx, Q_ACCOUNT_GET, PARAMS(P_INT(1)), read_number, &s->after);
}

static void a_read_sees_one_moment(void **state)
{
	struct fixture *f = *state;
	struct snapshot s = {.f = f};

	add_account(f, 1, 10);
	must(f, store_read(&f->c, f->s, read_around_a_write, &s));
	assert_int_equal(s.before, 10);
	assert_int_equal(s.after, 10);
	assert_int_equal(balance_of(f, 1), 15);
}

/* ---- races -----------------------------------------------------------------------------------------------
 */

enum { RACERS = 8, ROUNDS = 60 };

/* cmocka's asserts work on the main thread only. */
struct racer {
	struct fixture *f;
	int n, done, wrong;
	char detail[200];
};

static void expect(struct racer *r, bool right, const struct ctx *c)
{
	if (!right && r->wrong++ == 0)
		snprintf(r->detail, sizeof r->detail, "%s", c->failure.detail);
}

static void *race_transfers(void *arg)
{
	struct racer *r = arg;
	struct ctx c = {.now_ms = 1};

	for (int i = 0; i < ROUNDS; i++) {
		/* Both directions, so that PostgreSQL meets deadlocks. */
		struct transfer t = {1 + (r->n & 1), 2 - (r->n & 1), 3, 0, 0};
		err e = store_write(&c, r->f->s, transfer_rows, &t);
		expect(r, e.code == ERR_OK || e.code == ERR_REFUSED, &c);
		r->done += !failed(e);
	}
	return NULL;
}

static int race(struct fixture *f, void *(*fn)(void *))
{
	pthread_t threads[RACERS];
	struct racer racers[RACERS];
	int done = 0, wrong = 0;

	for (int i = 0; i < RACERS; i++) {
		racers[i] = (struct racer){.f = f, .n = i};
		assert_int_equal(pthread_create(&threads[i], NULL, fn, &racers[i]), 0);
	}
	for (int i = 0; i < RACERS; i++) {
		pthread_join(threads[i], NULL);
		done += racers[i].done;
		wrong += racers[i].wrong;
		if (racers[i].wrong)
			print_error("racer %d: %s\n", i, racers[i].detail);
	}
	assert_int_equal(wrong, 0);
	return done;
}

static void racing_transfers_neither_lose_nor_make_money(void **state)
{
	struct fixture *f = *state;

	add_account(f, 1, 10);
	add_account(f, 2, 10);
	assert_true(race(f, race_transfers) > 0);
	assert_int_equal(balance_of(f, 1) + balance_of(f, 2), 20);
}

static void *race_for_a_name(void *arg)
{
	struct racer *r = arg;
	struct ctx c = {.now_ms = 1};

	for (int i = 0; i < ROUNDS; i++) {
		int64_t changed = 0;
		err e = store_exec(&c, r->f->s, Q_ACCOUNT_INSERT, PARAMS(P_INT(i), P_INT(0), P_STR("")),
				   &changed);
		expect(r, !failed(e), &c);
		r->done += (int)changed;
	}
	return NULL;
}

static void of_racing_inserts_one_wins(void **state)
{
	assert_int_equal(race(*state, race_for_a_name), ROUNDS);
}

static void *race_with_failures(void *arg)
{
	struct racer *r = arg;
	struct ctx c = {.now_ms = 1};

	for (int i = 0; i < ROUNDS; i++) {
		bool strict = (r->n + i) % 3 == 0;
		int64_t id = strict ? 0 : 1 + r->n * ROUNDS + i;
		err e = store_exec(&c, r->f->s, Q_ACCOUNT_INSERT_STRICT,
				   PARAMS(P_INT(id), P_INT(0), P_STR("")), NULL);
		expect(r, e.code == (strict ? ERR_CONFLICT : ERR_OK), &c);
		r->done += !failed(e);
	}
	return NULL;
}

static void a_caller_that_fails_does_not_hurt_the_others_of_its_group(void **state)
{
	struct fixture *f = *state;
	int64_t sum[2] = {0};

	add_account(f, 0, 0);
	int done = race(f, race_with_failures);
	must(f, store_rows(&f->c, f->s, Q_ACCOUNT_SUM, NO_PARAMS, read_two_numbers, sum));
	assert_int_equal(sum[0], done + 1);
}

/* Every third fails after it has taken the money: it must be given back, and the others' must not. */
static void *race_with_half_done(void *arg)
{
	struct racer *r = arg;
	struct ctx c = {.now_ms = 1};

	for (int i = 0; i < ROUNDS; i++) {
		struct transfer t = {r->n + 1, 100 + r->n, 1, 0, i % 3 == 0};
		err e = store_write(&c, r->f->s, transfer_rows, &t);
		expect(r, e.code == (i % 3 == 0 ? ERR_STALE : ERR_OK), &c);
		r->done += !failed(e);
	}
	return NULL;
}

static void what_a_caller_left_half_done_is_taken_back_from_its_group(void **state)
{
	struct fixture *f = *state;

	for (int i = 0; i < RACERS; i++) {
		add_account(f, i + 1, ROUNDS);
		add_account(f, 100 + i, 0);
	}
	assert_int_equal(race(f, race_with_half_done), RACERS * ROUNDS * 2 / 3);
	for (int i = 0; i < RACERS; i++) {
		assert_int_equal(balance_of(f, i + 1), ROUNDS / 3);
		assert_int_equal(balance_of(f, 100 + i), ROUNDS * 2 / 3);
	}
}

static void *open_at_once(void *arg)
{
	struct racer *r = arg;
	struct ctx c = {.now_ms = 1};
	struct store *s = NULL;

	r->done = !failed(store_open(&c, r->f->url, "test", &s));
	store_close(s);
	return NULL;
}

/* ---- opening ---------------------------------------------------------------------------------------------
 */

static void servers_that_start_at_once_migrate_once(void **state)
{
	struct fixture *f = *state;

	store_close(f->s);
	f->s = NULL;
	f->backend->reset(f);
	assert_int_equal(race(f, open_at_once), RACERS);
}

static void a_migration_changed_after_it_ran_stops_the_start(void **state)
{
	struct fixture *f = *state;
	struct store *s = NULL;

	f->backend->raw(f, "UPDATE store_migration SET hash = 'x' WHERE name = '001_test'");
	assert_int_equal(store_open(&f->c, f->url, "test", &s).code, ERR_STORE);
	assert_non_null(strstr(f->c.failure.detail, "001_test"));
	assert_null(s);
}

static void a_query_that_does_not_fit_the_schema_stops_the_start(void **state)
{
	struct fixture *f = *state;
	struct store *s = NULL;

	f->backend->raw(f, "ALTER TABLE kinds RENAME COLUMN words TO phrases");
	assert_int_equal(store_open(&f->c, f->url, "test", &s).code, ERR_STORE);
	assert_non_null(strstr(f->c.failure.detail, "kinds_"));
}

static void an_address_of_no_store_is_refused(void **state)
{
	struct fixture *f = *state;
	struct store *s = NULL;

	assert_int_equal(store_open(&f->c, "mysql://x", "test", &s).code, ERR_STORE);
	assert_int_equal(store_open(&f->c, "sqlite:/nowhere/at/all.db", "test", &s).code, ERR_STORE);
	assert_int_equal(store_open(&f->c, "postgresql://127.0.0.1:1/x", "test", &s).code, ERR_STORE);
	assert_null(s);
}

#define ON(test) cmocka_unit_test_setup_teardown(test, fixture_start, fixture_end)

int run_common_tests(void)
{
	const struct CMUnitTest tests[] = {
		ON(values_come_back_as_they_went_in),
		ON(a_parameter_may_be_null_or_a_condition),
		ON(numbers_have_64_bits_in_sums_and_comparisons),
		ON(row_counts_tell_what_a_statement_did),
		ON(a_value_that_exists_is_a_conflict),
		ON(a_write_function_that_fails_leaves_nothing),
		ON(each_call_of_a_write_that_fails_leaves_nothing),
		ON(a_failed_statement_ends_its_transaction_on_every_store),
		ON(a_row_function_may_run_statements),
		ON(a_row_function_ends_its_query),
		ON(a_read_sees_one_moment),
		ON(racing_transfers_neither_lose_nor_make_money),
		ON(of_racing_inserts_one_wins),
		ON(a_caller_that_fails_does_not_hurt_the_others_of_its_group),
		ON(what_a_caller_left_half_done_is_taken_back_from_its_group),
		ON(servers_that_start_at_once_migrate_once),
		ON(a_migration_changed_after_it_ran_stops_the_start),
		ON(a_query_that_does_not_fit_the_schema_stops_the_start),
		ON(an_address_of_no_store_is_refused),
	};

	return cmocka_run_group_tests_name(test_backend->name, tests, NULL, NULL);
}
