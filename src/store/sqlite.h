/* One SQLite connection with its prepared statements; for src/store/sqlite*.c only. */
#pragma once

#include "store/driver.h"
#include <pthread.h>
#include <sqlite3.h>

struct lite_conn {
	sqlite3 *db;
	struct store *store;
	sqlite3_stmt **statements; /* by enum query, prepared at first use */
	sqlite3_stmt *begin, *commit, *rollback, *savepoint, *release, *rollback_to;
	struct lite_conn *next_idle;
};

/* flags: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, or SQLITE_OPEN_READONLY. */
err lite_open(struct ctx *c, struct store *s, const char *path, int flags, struct lite_conn **ret);
void lite_close(struct lite_conn *k);
/* Makes prepared statements refuse to change append-only tables. */
void lite_guard(struct lite_conn *k);
err lite_prepare(struct ctx *c, struct lite_conn *k, enum query q, sqlite3_stmt **ret);
err lite_run(struct ctx *c, struct lite_conn *k, struct statement *st);
err lite_raw(struct ctx *c, struct lite_conn *k, const char *sql, const struct param *params,
	     size_t param_count, row_fn fn, void *arg);
/* One of the statements without parameters and rows (begin, commit…). */
err lite_step(struct ctx *c, struct lite_conn *k, sqlite3_stmt *statement);
err lite_fail(struct ctx *c, struct lite_conn *k, const char *what);

/* sqlite_writer.c: the one thread that writes. */
struct lite_writer;
err lite_writer_start(struct ctx *c, struct lite_conn *k, struct lite_writer **ret);
/* Runs what waits, then ends. */
void lite_writer_stop(struct lite_writer *w);
err lite_writer_run(struct ctx *c, struct lite_writer *w, tx_fn fn, void *arg);
