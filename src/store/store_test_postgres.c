/* What only PostgreSQL has: transactions that lose, connections that break, a role without rights. */
#include "store/driver.h"
#include "store/postgres.h"
#include "store/store_test.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

/* and waits until they are gone */
static const char terminate_others[] = "SELECT pg_terminate_backend(pid, 30000) FROM pg_stat_activity "
				       "WHERE pid <> pg_backend_pid() AND datname = current_database()";

struct broken {
	struct fixture *f;
	int runs, breaks;
};

static err break_then_write(struct ctx *c, struct tx *tx, void *arg)
{
	struct broken *b = arg;

	TRY(tx_exec(c, tx, Q_ENTRY_INSERT, PARAMS(P_INT(1), P_INT(1), P_NULL()), NULL));
	if (b->runs++ < b->breaks)
		b->f->backend->raw(b->f, terminate_others);
	return tx_exec(c, tx, Q_ENTRY_INSERT, PARAMS(P_INT(1), P_INT(2), P_NULL()), NULL);
}

static void a_connection_lost_before_commit_is_replaced(void **state)
{
	struct broken b = {.f = *state, .breaks = 2};
	int64_t n = 0;

	must(b.f, store_write(&b.f->c, b.f->s, break_then_write, &b));
	assert_int_equal(b.runs, 3);
	must(b.f, store_rows(&b.f->c, b.f->s, Q_ENTRY_COUNT, PARAMS(P_INT(1)), read_number, &n));
	assert_int_equal(n, 2);
}

static void a_connection_that_keeps_breaking_is_an_error(void **state)
{
	struct broken b = {.f = *state, .breaks = 1000};
	int64_t n = -1;

	assert_int_equal(store_write(&b.f->c, b.f->s, break_then_write, &b).code, ERR_STORE);
	assert_true(b.runs < 10);
	must(b.f, store_rows(&b.f->c, b.f->s, Q_ENTRY_COUNT, PARAMS(P_INT(1)), read_number, &n));
	assert_int_equal(n, 0);
}

static void idle_connections_closed_by_the_server_hurt_nobody(void **state)
{
	struct fixture *f = *state;

	add_account(f, 1, 10);
	f->backend->raw(f, terminate_others);
	must(f, store_exec(&f->c, f->s, Q_ACCOUNT_GIVE, PARAMS(P_INT(1), P_INT(1)), NULL));
	f->backend->raw(f, terminate_others);
	assert_int_equal(balance_of(f, 1), 11);
}

/* ---- deadlock --------------------------------------------------------------------------------------------
 */

struct crossing {
	struct fixture *f;
	pthread_barrier_t *meet;
	int64_t first, second;
	int runs;
};

static err lock_both(struct ctx *c, struct tx *tx, void *arg)
{
	struct crossing *x = arg;

	TRY(tx_exec(c, tx, Q_ACCOUNT_GIVE, PARAMS(P_INT(x->first), P_INT(1)), NULL));
	if (x->runs++ == 0)
		pthread_barrier_wait(x->meet);
	return tx_exec(c, tx, Q_ACCOUNT_GIVE, PARAMS(P_INT(x->second), P_INT(1)), NULL);
}

static void *cross(void *arg)
{
	struct crossing *x = arg;
	struct ctx c = {.now_ms = 1};

	assert_false(failed(store_write(&c, x->f->s, lock_both, x)));
	return NULL;
}

static void the_loser_of_a_deadlock_runs_again(void **state)
{
	struct fixture *f = *state;
	pthread_barrier_t meet;
	struct crossing xs[2] = {{f, &meet, 1, 2, 0}, {f, &meet, 2, 1, 0}};
	pthread_t threads[2];

	add_account(f, 1, 0);
	add_account(f, 2, 0);
	pthread_barrier_init(&meet, NULL, 2);
	for (int i = 0; i < 2; i++)
		pthread_create(&threads[i], NULL, cross, &xs[i]);
	for (int i = 0; i < 2; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&meet);
	assert_true(xs[0].runs + xs[1].runs >= 3); /* a loaded machine may lose twice */
	assert_int_equal(balance_of(f, 1), 2);
	assert_int_equal(balance_of(f, 2), 2);
}

/* ---- rights ----------------------------------------------------------------------------------------------
 */

static err try_forbidden(struct ctx *c, struct tx *tx, void *arg)
{
	err e = pg_script(c, tx->conn, arg);
	/* 42501: insufficient privilege */
	assert_true(failed(e) && strstr(c->failure.detail, "42501"));
	return e;
}

static void the_serving_role_cannot_change_an_append_only_table(void **state)
{
	struct fixture *f = *state;
	static const char *const tries[] = {"UPDATE entry SET n = 1",
					    "DELETE FROM entry",
					    "TRUNCATE entry",
					    "DROP TABLE account",
					    "ALTER TABLE entry DROP COLUMN note",
					    "UPDATE store_migration SET hash = ''"};

	must(f, store_exec(&f->c, f->s, Q_ENTRY_INSERT, PARAMS(P_INT(1), P_INT(1), P_NULL()), NULL));
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++)
		assert_int_equal(store_write(&f->c, f->s, try_forbidden, (void *)(uintptr_t)tries[i]).code,
				 ERR_STORE);
}

static void a_user_that_owns_nothing_may_serve(void **state)
{
	struct fixture *f = *state;
	struct store *s = NULL;
	char url[200];
	const char *at = strchr(f->url, '@');

	f->backend->raw(
		f, "DO $$ BEGIN CREATE ROLE server LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$; "
		   "GRANT tongban_serving TO server");
	snprintf(url, sizeof url, "postgresql://server%s", at);
	must(f, store_open(&f->c, url, "test", &s));
	must(f, store_exec(&f->c, s, Q_ENTRY_INSERT, PARAMS(P_INT(1), P_INT(1), P_NULL()), NULL));
	store_close(s);
}

/* ---- crash -----------------------------------------------------------------------------------------------
 */

static void crash_server(int)
{
	char command[300];

	snprintf(command, sizeof command, "%s crash %s", PG_SH, getenv("TB_TEST_POSTGRES_DIR"));
	assert_int_equal(system(command), 0);
}

static err mark_entry(struct ctx *, const struct row *row, void *arg)
{
	((bool *)arg)[row_int(row, 0) % (ACKED_MAX * 8)] = true;
	return OK;
}

static void what_was_acknowledged_survives_a_crash_of_the_server(void **state)
{
	struct fixture *f = *state;
	static int64_t acked[ACKED_MAX];
	static bool there[ACKED_MAX * 8];

	int count = strike_while_writing(f, 200, crash_server, acked);
	assert_true(count >= 200);
	must(f, store_rows(&f->c, f->s, Q_ENTRY_LIST, PARAMS(P_INT(1)), mark_entry, there));
	for (int i = 0; i < count; i++)
		assert_true(there[acked[i]]);
}

#define ON(test) cmocka_unit_test_setup_teardown(test, fixture_start, fixture_end)

int run_postgres_tests(void)
{
	const struct CMUnitTest tests[] = {
		ON(a_connection_lost_before_commit_is_replaced),
		ON(a_connection_that_keeps_breaking_is_an_error),
		ON(idle_connections_closed_by_the_server_hurt_nobody),
		ON(the_loser_of_a_deadlock_runs_again),
		ON(the_serving_role_cannot_change_an_append_only_table),
		ON(a_user_that_owns_nothing_may_serve),
		ON(what_was_acknowledged_survives_a_crash_of_the_server),
	};

	return cmocka_run_group_tests_name("postgresql only", tests, NULL, NULL);
}
