/* Durable ledger entries a second, as the server writes them: many threads, each waiting for its own entry;
 *the sequencer at work. The reference, measured in the same run, is bare SQLite: rows of the same size in one
 *table, the same pragmas, the same number of rows a commit. Once as the disk is, and once with 1 ms added to
 *each sync.
 *
 *	bench_ledger [--seconds N] [--threads N] [--people N]       TMPDIR: where (default /var/tmp) */
#include "base/id.h"
#include "ledger/ledger.h"

#include <getopt.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

enum { GROUP_ROWS = 128, ROW_BYTES = 620, SLOW_SYNC_US = 1000 };

static double seconds = 5;
static int threads = GROUP_ROWS, people = 10000;
static char dir[200];

static void must(err e, const struct ctx *c)
{
	if (!failed(e))
		return;
	fprintf(stderr, "bench_ledger: %d %s\n", (int)e.code, c->failure.detail);
	exit(3);
}

static double now_s(void)
{
	return (double)clock_monotonic_ns() / 1e9;
}

/* Processor time of the process; on a busy machine it tells more than the rate. */
static double cpu_s(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return (double)(u.ru_utime.tv_sec + u.ru_stime.tv_sec) +
	       (double)(u.ru_utime.tv_usec + u.ru_stime.tv_usec) / 1e6;
}

/* ---- a disk that takes longer --------------------------------------------------------------- */

static atomic_int sync_delay_us;
static atomic_llong sync_count;
static sqlite3_vfs slow_vfs;
static int (*real_open)(sqlite3_vfs *, const char *, sqlite3_file *, int, int *);

/* The default VFS has one table of methods for databases and another for their logs; each gets a twin. */
struct twin {
	const sqlite3_io_methods *real;
	sqlite3_io_methods slow;
};
static struct twin twins[8];
static pthread_mutex_t twins_lock = PTHREAD_MUTEX_INITIALIZER;

static int slow_sync(sqlite3_file *f, int flags)
{
	const struct twin *t = twins;
	int delay = atomic_load(&sync_delay_us);

	while (&t->slow != f->pMethods)
		t++;
	atomic_fetch_add(&sync_count, 1);
	if (delay)
		usleep((useconds_t)delay);
	return t->real->xSync(f, flags);
}

static int slow_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out_flags)
{
	int code = real_open(v, name, f, flags, out_flags);

	if (code != SQLITE_OK || !f->pMethods)
		return code;
	pthread_mutex_lock(&twins_lock);
	struct twin *t = twins;
	while (t->real && t->real != f->pMethods)
		t++;
	if (!t->real) {
		t->slow = *f->pMethods;
		t->slow.xSync = slow_sync;
		t->real = f->pMethods;
	}
	f->pMethods = &t->slow;
	pthread_mutex_unlock(&twins_lock);
	return code;
}

static void slow_vfs_install(void)
{
	slow_vfs = *sqlite3_vfs_find(NULL);
	real_open = slow_vfs.xOpen;
	slow_vfs.zName = "slow";
	slow_vfs.xOpen = slow_open;
	sqlite3_vfs_register(&slow_vfs, 1);
}

/* ---- bare SQLite ------------------------------------------------------------------------------ */

static void lite(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK) {
		fprintf(stderr, "bench_ledger: %s: %s\n", sql, sqlite3_errmsg(db));
		exit(3);
	}
}

/* The key of the rows is the person's and number's, as every table of people has it; `key` false: rows one
 * after the other. */
static double bare_rate(const char *name, bool key)
{
	char path[300], row[ROW_BYTES];
	sqlite3 *db;
	sqlite3_stmt *insert;
	int64_t rows = 0;

	snprintf(path, sizeof path, "%s/%s.db", dir, name);
	if (sqlite3_open(path, &db) != SQLITE_OK)
		exit(3);
	lite(db, "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -16000; PRAGMA journal_mode = WAL;"
		 "PRAGMA synchronous = FULL; PRAGMA secure_delete = FAST");
	sqlite3_wal_autocheckpoint(db, 4000);
	lite(db, key ? "CREATE TABLE t (subject_id BIGINT, n BIGINT, row BLOB, PRIMARY KEY (subject_id, n))"
		     : "CREATE TABLE t (subject_id BIGINT, n BIGINT, row BLOB)");
	sqlite3_prepare_v2(db, "INSERT INTO t VALUES (?1, ?2, ?3)", -1, &insert, NULL);
	memset(row, 7, sizeof row);
	double start = now_s(), cpu = cpu_s();
	while (now_s() - start < seconds) {
		lite(db, "BEGIN IMMEDIATE");
		for (int i = 0; i < GROUP_ROWS; i++, rows++) {
			sqlite3_bind_int64(insert, 1, (int64_t)random() % people);
			sqlite3_bind_int64(insert, 2, rows);
			sqlite3_bind_blob(insert, 3, row, sizeof row, SQLITE_STATIC);
			sqlite3_step(insert);
			sqlite3_reset(insert);
		}
		lite(db, "COMMIT");
	}
	double took = now_s() - start;
	fprintf(stderr, "# %s: %.1f us of processor a row\n", name, (cpu_s() - cpu) / (double)rows * 1e6);
	sqlite3_finalize(insert);
	sqlite3_close(db);
	return (double)rows / took;
}

/* ---- the ledger -------------------------------------------------------------------------------- */

static err key_of(struct ctx *, struct keys *, int64_t subject_id, const char *, uint8_t ret[static KEY_SIZE])
{
	memset(ret, (int)subject_id, KEY_SIZE);
	return OK;
}

/* Persons 1 to `people`; the register of deferrals has the first number for itself. */
static int64_t subject_of(int person)
{
	return LEDGER_REGISTER + person;
}

static err add_people(struct ctx *c, struct tx *tx, void *)
{
	for (int person = 1; person <= people; person++)
		TRY(ledger_person_new(c, tx, subject_of(person)));
	return OK;
}

struct writer {
	pthread_t thread;
	const struct ctx *site;
	struct clock *clock;
	pthread_barrier_t *start;
	int first; /* of the people that this thread writes about: first, first + threads, … */
	unsigned seed;
	int64_t written;
};

/* A person's head as the reading of the facts would have brought it. */
static void load_heads(struct ctx *c, const struct writer *w, struct head *heads)
{
	for (int i = 0; w->first + i * threads <= people; i++)
		must(ledger_head(c, c->store, subject_of(w->first + i * threads), &heads[i]), c);
}

static void *write_entries(void *arg)
{
	struct writer *w = arg;
	struct ctx *c = calloc(1, sizeof *c);
	struct entry e = {.action = ENTRY_READ,
			  .service = "social_insurance_query",
			  .purpose = "query",
			  .recipient = "social_insurance",
			  .basis = "consent",
			  .decision = "allowed",
			  .clause = "TJ-1.1.12"};

	c->arena = arena_new(1 << 20);
	c->store = w->site->store;
	c->ledger = w->site->ledger;
	c->actor = (struct actor){.kind = ACTOR_PERSON, .role = "self"};
	int count = (people - w->first) / threads + 1;
	struct head *heads = calloc((size_t)count, sizeof *heads);
	load_heads(c, w, heads);
	pthread_barrier_wait(w->start);
	double until = now_s() + seconds;
	while (now_s() < until) {
		struct head *h = &heads[rand_r(&w->seed) % count];
		c->now_ms = clock_now_ms(w->clock);
		c->actor.id = h->subject_id;
		must(ledger_write(c, h, &e, 0, NULL, NULL, NULL), c);
		arena_clear(c->arena);
		w->written++;
	}
	free(heads);
	arena_free(c->arena);
	free(c);
	return NULL;
}

static double ledger_rate(const char *name)
{
	struct ctx c = {.arena = arena_new(1 << 20)};
	struct clock *clock = clock_new();
	struct ledger_means m = {.key_get = key_of, .key_make = key_of, .clock = clock};
	struct writer *writers = calloc((size_t)threads, sizeof *writers);
	char url[300];
	pthread_barrier_t barrier;
	int64_t written = 0;

	c.now_ms = clock_now_ms(clock);
	sign_keypair(m.public_key, m.secret_key);
	snprintf(url, sizeof url, "sqlite:%s/%s.db", dir, name);
	must(store_open(&c, url, "city", &c.store), &c);
	must(ledger_open(&c, "bench.example/log", &m, &c.ledger), &c);
	must(store_write(&c, c.store, add_people, NULL), &c);
	must(ledger_sequencer_start(&c, c.ledger), &c);
	pthread_barrier_init(&barrier, NULL, (unsigned)threads + 1);
	for (int i = 0; i < threads; i++) {
		writers[i] = (struct writer){.site = &c,
					     .clock = clock,
					     .start = &barrier,
					     .first = i + 1,
					     .seed = (unsigned)i + 1};
		pthread_create(&writers[i].thread, NULL, write_entries, &writers[i]);
	}
	pthread_barrier_wait(&barrier);
	long long syncs = atomic_load(&sync_count);
	double start = now_s(), cpu = cpu_s();
	for (int i = 0; i < threads; i++) {
		pthread_join(writers[i].thread, NULL);
		written += writers[i].written;
	}
	double took = now_s() - start;
	long long syncs_after = atomic_load(&sync_count);
	cpu = cpu_s() - cpu;
	pthread_barrier_destroy(&barrier);
	ledger_close(c.ledger); /* its last rounds are not counted: the entries were durable before */
	double closed = now_s() - start - took;
	fprintf(stderr,
		"# %s: %.1f us of processor an entry, %.1f entries a sync; the sequencer caught up in "
		"another %.1f s\n",
		name, cpu / (double)written * 1e6, (double)written / (double)(syncs_after - syncs), closed);
	store_close(c.store);
	clock_free(clock);
	arena_free(c.arena);
	free(writers);
	return (double)written / took;
}

/* ---- results --------------------------------------------------------------------------------------- */

static void report(const char *name, double value, const char *reference, double reference_value,
		   const char *aim, bool met)
{
	printf("{\"name\":\"%s\",\"value\":%.0f,\"unit\":\"entries/s\",\"reference\":\"%s\","
	       "\"reference_value\":%.0f,\"ratio\":%.3f,\"aim\":\"%s\",\"met\":%s}\n",
	       name, value, reference, reference_value, value / reference_value, aim, met ? "true" : "false");
	fflush(stdout);
}

static void run(int delay_us)
{
	const char *suffix = delay_us ? "_sync_1ms" : "";
	char name[80];

	atomic_store(&sync_delay_us, delay_us);
	snprintf(name, sizeof name, "bare%s", suffix);
	double bare = bare_rate(name, false);
	snprintf(name, sizeof name, "keyed%s", suffix);
	double keyed = bare_rate(name, true);
	snprintf(name, sizeof name, "ledger%s", suffix);
	double ledger = ledger_rate(name);

	snprintf(name, sizeof name, "ledger_entries%s", suffix);
	report(name, ledger, "bare SQLite, rows appended, 128 a commit", bare, "ratio >= 0.5 and >= 100000/s",
	       ledger / bare >= 0.5 && ledger >= 100000);
	snprintf(name, sizeof name, "ledger_entries_keyed%s", suffix);
	report(name, ledger, "bare SQLite, rows keyed by person and number, 128 a commit", keyed,
	       "ratio >= 0.5", ledger / keyed >= 0.5);
}

int main(int argc, char **argv)
{
	static const struct option options[] = {{"seconds", required_argument, NULL, 's'},
						{"threads", required_argument, NULL, 't'},
						{"people", required_argument, NULL, 'p'},
						{"json", no_argument, NULL, 'j'},
						{0}};
	char command[300];

	for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;) {
		if (o == 's')
			seconds = atof(optarg);
		else if (o == 't')
			threads = atoi(optarg);
		else if (o == 'p')
			people = atoi(optarg);
		else if (o != 'j')
			return 2;
	}
	crypto_init();
	id_init(1);
	slow_vfs_install();
	/* Not /tmp, which may be memory: the disk belongs to the measurement. */
	snprintf(dir, sizeof dir, "%s/tongban-bench-XXXXXX",
		 getenv("TMPDIR") ? getenv("TMPDIR") : "/var/tmp");
	if (!mkdtemp(dir))
		return 3;
	run(0);
	run(SLOW_SYNC_US);
	snprintf(command, sizeof command, "rm -r %s", dir);
	return system(command) == 0 ? 0 : 3;
}
