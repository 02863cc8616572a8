/* How much of the raw speed of SQLite is left behind the writer thread.
 *
 *	store_bench DIR [CALLERS] [ROWS]
 *
 * Prints one line of JSON: rows a second of raw inserts in groups of 128, of raw inserts one a commit, and of
 *CALLERS threads that each wait for their own durable write. */
#include "base/clock.h"
#include "store/store.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { GROUP = 128, BYTES = 200 };

static char note[BYTES];
static int64_t rows = 200000;

static double since_s(uint64_t start_ns)
{
	return (double)(clock_monotonic_ns() - start_ns) / 1e9;
}

/* Of all threads of this process: what other programs do to the machine does not show in it. */
static double cpu_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static void run_sql(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		fprintf(stderr, "%s\n", sqlite3_errmsg(db));
		exit(1);
	}
}

static double raw_rows_per_s(const char *path, int64_t count, int group)
{
	sqlite3_stmt *insert = NULL;
	sqlite3 *db = NULL;

	remove(path);
	sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL);
	run_sql(db, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000;"
		    "CREATE TABLE entry (subject_id BIGINT NOT NULL, n BIGINT NOT NULL, note BLOB, "
		    "PRIMARY KEY (subject_id, n))");
	sqlite3_prepare_v2(db, "INSERT INTO entry (subject_id, n, note) VALUES (?1, ?2, ?3)", -1, &insert,
			   NULL);
	uint64_t start = clock_monotonic_ns();
	for (int64_t n = 0; n < count; n++) {
		if (n % group == 0)
			run_sql(db, "BEGIN IMMEDIATE");
		sqlite3_bind_int64(insert, 1, n % 64);
		sqlite3_bind_int64(insert, 2, n);
		sqlite3_bind_blob(insert, 3, note, sizeof note, SQLITE_STATIC);
		sqlite3_step(insert);
		sqlite3_reset(insert);
		if (n % group == group - 1 || n == count - 1)
			run_sql(db, "COMMIT");
	}
	double rate = (double)count / since_s(start);
	sqlite3_finalize(insert);
	sqlite3_close(db);
	return rate;
}

struct caller {
	struct store *s;
	int64_t id, count;
};

static void *call(void *arg)
{
	struct caller *k = arg;
	struct ctx c = {.now_ms = 1};

	for (int64_t n = 0; n < k->count; n++) {
		err e = store_exec(&c, k->s, Q_ENTRY_INSERT,
				   PARAMS(P_INT(k->id), P_INT(n), P_BLOB(note, sizeof note)), NULL);
		if (failed(e)) {
			fprintf(stderr, "%s\n", c.failure.detail);
			exit(1);
		}
	}
	return NULL;
}

static double store_rows_per_s(const char *path, int callers)
{
	pthread_t *threads = calloc((size_t)callers, sizeof *threads);
	struct caller *all = calloc((size_t)callers, sizeof *all);
	struct ctx c = {.now_ms = 1};
	struct store *s = NULL;
	char url[300];

	remove(path);
	snprintf(url, sizeof url, "sqlite:%s", path);
	if (failed(store_open(&c, url, "test", &s)))
		exit(1);
	uint64_t start = clock_monotonic_ns();
	for (int i = 0; i < callers; i++) {
		all[i] = (struct caller){s, i, rows / callers};
		pthread_create(&threads[i], NULL, call, &all[i]);
	}
	for (int i = 0; i < callers; i++)
		pthread_join(threads[i], NULL);
	double rate = (double)(rows / callers * callers) / since_s(start);
	store_close(s);
	free(threads);
	free(all);
	return rate;
}

int main(int argc, char **argv)
{
	int callers = argc > 2 ? atoi(argv[2]) : 256;
	char path[256];

	if (argc < 2)
		return 2;
	if (argc > 3)
		rows = atoll(argv[3]);
	snprintf(path, sizeof path, "%s/bench.db", argv[1]);
	double single = raw_rows_per_s(path, rows / 20, 1), cpu[3] = {cpu_us()};
	double raw = raw_rows_per_s(path, rows, GROUP);
	cpu[1] = cpu_us();
	double grouped = store_rows_per_s(path, callers);
	cpu[2] = cpu_us();
	printf("{\"callers\": %d, \"raw_single\": %.0f, \"raw_grouped\": %.0f, \"store\": %.0f, \"share\": "
	       "%.2f, "
	       "\"raw_cpu_us\": %.1f, \"store_cpu_us\": %.1f}\n",
	       callers, single, raw, grouped, grouped / raw, (cpu[1] - cpu[0]) / (double)rows,
	       (cpu[2] - cpu[1]) / (double)rows);
	return 0;
}
