/* What only SQLite has: one writer for all, a disk that fills up, a process that dies. */
#include "store/driver.h"
#include "store/sqlite.h"
#include "store/store_test.h"

#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <sys/stat.h>
#include <unistd.h>

static void strike_child(int pid)
{
	kill(pid, SIGKILL);
}

static err mark_entry(struct ctx *, const struct row *row, void *arg)
{
	bool *there = arg;

	if (row_int(row, 0) < ACKED_MAX * 8)
		there[row_int(row, 0)] = true;
	return OK;
}

static void what_was_acknowledged_survives_kill_9(void **state)
{
	struct fixture *f = *state;
	static int64_t acked[ACKED_MAX];
	static bool there[ACKED_MAX * 8];

	for (int round = 0; round < 3; round++) {
		store_close(f->s);
		f->s = NULL;
		f->backend->reset(f);
		memset(there, 0, sizeof there);
		int count = strike_while_writing(f, 200 + 150 * round, strike_child, acked);
		must(f, store_open(&f->c, f->url, "test", &f->s));
		must(f, store_rows(&f->c, f->s, Q_ENTRY_LIST, PARAMS(P_INT(1)), mark_entry, there));
		assert_true(count >= 200);
		for (int i = 0; i < count; i++)
			assert_true(there[acked[i]]);
	}
}

static void the_file_is_its_owners_only(void **state)
{
	struct fixture *f = *state;
	struct stat st;

	assert_int_equal(stat(f->url + 7, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void rows_of_an_append_only_table_cannot_be_changed(void **state)
{
	struct fixture *f = *state;
	static const char *const tries[] = {"DELETE FROM entry", "UPDATE entry SET n = 1",
					    ("INSERT INTO entry (subject_id, n) VALUES (1, 1) "
					     "ON CONFLICT (subject_id, n) DO UPDATE SET note = NULL")};
	struct lite_conn *k = NULL;

	must(f, lite_open(&f->c, f->s, f->url + 7, SQLITE_OPEN_READWRITE, &k));
	lite_guard(k);
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(lite_raw(&f->c, k, tries[i], NO_PARAMS, NULL, NULL).code, ERR_STORE);
	must(f, lite_raw(&f->c, k, "DELETE FROM account", NO_PARAMS, NULL, NULL));
	lite_close(k);
}

/* ---- a disk that fills up --------------------------------------------------------------------------------
 */

enum { CALLERS = 16 };

struct filler {
	struct fixture *f;
	int64_t first;
	int done;
};

static err insert_much(struct ctx *c, struct tx *tx, void *arg)
{
	static char bytes[6000];

	return tx_exec(c, tx, Q_ENTRY_INSERT,
		       PARAMS(P_INT(1), P_INT(*(int64_t *)arg), P_BLOB(bytes, sizeof bytes)), NULL);
}

static void *fill(void *arg)
{
	struct filler *filler = arg;
	struct ctx c = {.now_ms = 1};

	for (int64_t n = filler->first; n < filler->first + 20; n++)
		filler->done += !failed(store_write(&c, filler->f->s, insert_much, &n));
	return NULL;
}

static err limit_pages(struct ctx *, struct tx *tx, void *arg)
{
	struct lite_conn *k = tx->conn;

	assert_int_equal(sqlite3_exec(k->db, arg, NULL, NULL, NULL), SQLITE_OK);
	return OK;
}

static void a_full_disk_fails_only_those_who_do_not_fit(void **state)
{
	struct fixture *f = *state;
	struct filler fillers[CALLERS];
	pthread_t threads[CALLERS];
	int64_t count = 0, done = 0, extra = 1000000;

	must(f, store_write(&f->c, f->s, limit_pages, (void *)"PRAGMA max_page_count = 200"));
	for (int i = 0; i < CALLERS; i++) {
		fillers[i] = (struct filler){f, i * 100, 0};
		pthread_create(&threads[i], NULL, fill, &fillers[i]);
	}
	for (int i = 0; i < CALLERS; i++) {
		pthread_join(threads[i], NULL);
		done += fillers[i].done;
	}
	must(f, store_rows(&f->c, f->s, Q_ENTRY_COUNT, PARAMS(P_INT(1)), read_number, &count));
	assert_int_equal(count, done);
	assert_true(done > 50 && done < CALLERS * 20);
	must(f, store_write(&f->c, f->s, limit_pages, (void *)"PRAGMA max_page_count = 100000"));
	must(f, store_write(&f->c, f->s, insert_much, &extra));
}

/* ---- grouping --------------------------------------------------------------------------------------------
 */

struct slow {
	struct fixture *f;
	atomic_int waiting, commits;
};

static int count_commit(void *arg)
{
	atomic_fetch_add((atomic_int *)arg, 1);
	return 0;
}

/* Holds the writer until all callers wait behind it. */
static err wait_for_callers(struct ctx *, struct tx *tx, void *arg)
{
	struct slow *slow = arg;
	struct lite_conn *k = tx->conn;

	sqlite3_commit_hook(k->db, count_commit, &slow->commits);
	while (atomic_load(&slow->waiting) < CALLERS)
		sched_yield();
	usleep(100000);
	return OK;
}

static err forget_commits(struct ctx *, struct tx *tx, void *)
{
	sqlite3_commit_hook(((struct lite_conn *)tx->conn)->db, NULL, NULL);
	return OK;
}

static void *announce_and_write(void *arg)
{
	struct slow *slow = arg;
	struct ctx c = {.now_ms = 1};

	int64_t n = atomic_fetch_add(&slow->waiting, 1);
	err e = store_exec(&c, slow->f->s, Q_ENTRY_INSERT, PARAMS(P_INT(3), P_INT(n), P_NULL()), NULL);
	assert_false(failed(e));
	return NULL;
}

static void callers_that_wait_are_committed_together(void **state)
{
	struct slow slow = {.f = *state};
	pthread_t threads[CALLERS];

	for (int i = 0; i < CALLERS; i++)
		pthread_create(&threads[i], NULL, announce_and_write, &slow);
	must(slow.f, store_write(&slow.f->c, slow.f->s, wait_for_callers, &slow));
	for (int i = 0; i < CALLERS; i++)
		pthread_join(threads[i], NULL);
	must(slow.f, store_write(&slow.f->c, slow.f->s, forget_commits, NULL));
	/* That of the holder, and one or two for the sixteen; some may have come before it, or, on a machine
	 * that does much else, after it. */
	assert_true(atomic_load(&slow.commits) <= CALLERS / 2);
}

#define ON(test) cmocka_unit_test_setup_teardown(test, fixture_start, fixture_end)

int run_sqlite_tests(void)
{
	const struct CMUnitTest tests[] = {
		ON(what_was_acknowledged_survives_kill_9),
		ON(the_file_is_its_owners_only),
		ON(rows_of_an_append_only_table_cannot_be_changed),
		ON(a_full_disk_fails_only_those_who_do_not_fit),
		ON(callers_that_wait_are_committed_together),
	};

	return cmocka_run_group_tests_name("sqlite only", tests, NULL, NULL);
}
