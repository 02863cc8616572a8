#include "store/store_test.h"

#include <libpq-fe.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

const struct backend *test_backend;
static const char *test_url;
static char lite_path[] = "/tmp/tongban-store-XXXXXX.db";

static void lite_reset(struct fixture *)
{
	static const char *const suffixes[] = {"", "-wal", "-shm"};
	char path[64];

	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof path, "%s%s", lite_path, suffixes[i]);
		unlink(path);
	}
}

static void lite_raw_sql(struct fixture *, const char *sql)
{
	sqlite3 *db = NULL;

	assert_int_equal(sqlite3_open(lite_path, &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
}

static void pg_raw_sql(struct fixture *f, const char *sql)
{
	PGconn *pg = PQconnectdb(f->url);
	PGresult *result = PQexec(pg, sql);

	if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK)
		print_error("%s: %s", sql, PQerrorMessage(pg)), _fail(__FILE__, __LINE__);
	PQclear(result);
	PQfinish(pg);
}

static void pg_reset(struct fixture *f)
{
	pg_raw_sql(f, "SET client_min_messages = error; DROP SCHEMA public CASCADE; CREATE SCHEMA public");
}

static const struct backend backend_sqlite = {"sqlite", lite_reset, lite_raw_sql};
static const struct backend backend_postgres = {"postgresql", pg_reset, pg_raw_sql};

int fixture_start(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);

	f->backend = test_backend;
	f->url = test_url;
	f->c.now_ms = 1790000000000;
	f->backend->reset(f);
	must(f, store_open(&f->c, f->url, "test", &f->s));
	*state = f;
	return 0;
}

int fixture_end(void **state)
{
	struct fixture *f = *state;

	store_close(f->s);
	f->s = NULL;
	f->backend->reset(f);
	free(f);
	return 0;
}

void must_at(struct fixture *f, err e, const char *file, int line)
{
	if (failed(e)) {
		print_error("error %d: %s\n", (int)e.code, f->c.failure.detail);
		_fail(file, line);
	}
}

err read_number(struct ctx *, const struct row *row, void *arg)
{
	*(int64_t *)arg = row_int(row, 0);
	return OK;
}

err read_two_numbers(struct ctx *, const struct row *row, void *arg)
{
	int64_t *two = arg;

	two[0] = row_int(row, 0);
	two[1] = row_int(row, 1);
	return OK;
}

void add_account(struct fixture *f, int64_t id, int64_t balance)
{
	must(f,
	     store_exec(&f->c, f->s, Q_ACCOUNT_INSERT, PARAMS(P_INT(id), P_INT(balance), P_STR("a")), NULL));
}

int64_t balance_of(struct fixture *f, int64_t id)
{
	int64_t balance = -1;

	must(f, store_rows(&f->c, f->s, Q_ACCOUNT_GET, PARAMS(P_INT(id)), read_number, &balance));
	return balance;
}

static int run_sqlite(void)
{
	char url[80];
	int fd = mkstemps(lite_path, 3);

	if (fd < 0)
		return 1;
	close(fd);
	snprintf(url, sizeof url, "sqlite:%s", lite_path);
	test_backend = &backend_sqlite;
	test_url = url;
	return run_common_tests() + run_sqlite_tests();
}

static int run_postgres(const char *url)
{
	test_backend = &backend_postgres;
	test_url = url;
	return run_common_tests() + run_postgres_tests();
}

int main(int argc, char **argv)
{
	const char *url = getenv("TB_TEST_POSTGRES");

	if (argc == 3 && strcmp(argv[1], "write-until-killed") == 0)
		return write_until_killed(argv[2]);
	int failures = run_sqlite();
	if (url)
		failures += run_postgres(url);
	else
		print_message("TB_TEST_POSTGRES is not set: PostgreSQL not tested\n");
	return failures != 0;
}
