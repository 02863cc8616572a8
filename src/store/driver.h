/* Between store.c and the two drivers; for src/store only. */
#pragma once

#include "store/store.h"
#include "store/texts.h"
#include <stdatomic.h>

enum { PARAMS_MAX = 64 };

/* On PostgreSQL, the role that serves: tables' rights are granted to it by the generated script, append-only
 * tables without UPDATE and DELETE. Every connection but the one that migrates takes it. */
#define SERVING_ROLE "tongban_serving"

struct store {
	const struct driver *driver;
	void *data; /* of the driver */
	char set[16];
	_Atomic int64_t calls, fail_at;
};

struct tx {
	struct store *store;
	void *conn;
	bool writes;
	/* The first statement that failed. PostgreSQL gives the transaction up then; so does SQLite, for the
	 * two to behave alike. */
	err failure;
};

/* How a row of the driver is read. */
struct row_access {
	bool (*is_null)(const struct row *r, int column);
	int64_t (*integer)(const struct row *r, int column);
	struct slice (*bytes)(const struct row *r, int column);
};

struct row {
	const struct row_access *access;
	void *result;
	int n; /* of this row in its result */
	int64_t *scratch;
};

struct statement {
	enum query q;
	const struct param *params;
	size_t param_count;
	row_fn fn; /* may be NULL */
	void *arg;
	int64_t changed;  /* set by run: rows changed, or rows read */
	bool ended_by_fn; /* set by run: the error is fn's, the store is well */
};

struct driver {
	enum dialect dialect;
	/* Opens one connection that owns the schema. */
	err (*open)(struct ctx *c, struct store *s, const char *path);
	/* One text of SQL on that connection. Placeholders $1, $2… in order of appearance mean the same to
	 * both. */
	err (*raw)(struct ctx *c, struct store *s, const char *sql, const struct param *params,
		   size_t param_count, row_fn fn, void *arg);
	/* Several statements without parameters. */
	err (*script)(struct ctx *c, struct store *s, const char *sql);
	/* Refuses changes of append-only tables from here on, prepares every query of the set, starts to
	 * serve. */
	err (*serve)(struct ctx *c, struct store *s);
	void (*close)(struct store *s);

	err (*write)(struct ctx *c, struct store *s, tx_fn fn, void *arg);
	err (*read)(struct ctx *c, struct store *s, tx_fn fn, void *arg);
	err (*alone)(struct ctx *c, struct store *s, struct statement *st);
	err (*run)(struct ctx *c, struct tx *tx, struct statement *st);
};

extern const struct driver sqlite_driver;
extern const struct driver postgres_driver;

/* migrate.c: applies the missing migrations of the set in one transaction. */
err store_migrate(struct ctx *c, struct store *s);

/* Counts one call; the error when store_fail_at chose it. */
err store_count_call(struct ctx *c, struct store *s);
/* Runs fn and then counts the commit, so that a test can make it fail. */
err tx_run(struct ctx *c, struct tx *tx, tx_fn fn, void *arg);
/* True while this thread runs a write function: it must not start another write, which would wait for itself.
 */
bool store_is_writing(void);
