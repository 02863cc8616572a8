/* The store: one interface over SQLite (embedded) and PostgreSQL.
 *
 * SQL lives in sql/queries/<module>.sql as named queries; tools/gen_queries.py turns them into `enum query`
 * (Q_…, store/queries.h in the build directory) and a table of texts for each backend. Nothing in C builds
 * SQL.
 *
 * Writes: store_write(c, s, fn, arg) runs fn inside one transaction: all of its rows or none. On SQLite one
 * writer thread runs the waiting callers' functions and commits them together; on PostgreSQL
 * the caller's own pooled connection runs it. fn may run again (40001, 40P01, a group that could not commit),
 * so it does no network, no password hashing, no logging, no nested store_write; it decides by conditional
 * statements whose row count it checks, never by read-then-write, and writes its results only into arg
 * (overwriting what an earlier run left). When store_write returns OK the rows are durable. After a statement
 * that failed the transaction is lost on either store, whatever fn answers: where a row may exist already,
 * write ON CONFLICT DO NOTHING and look at the row count.
 *
 * Tables that a migration names in `-- append-only: a, b` (or gives triggers that raise) can only be read and
 * inserted into: the generator refuses other queries, SQLite's authorizer other statements, and on PostgreSQL
 * every serving connection takes the role tongban_serving, which lacks the rights. */
#pragma once

#include "base/ctx.h"
#include "store/queries.h" /* generated: enum query */

struct store;
struct tx;  /* a running transaction; valid only inside fn */
struct row; /* one result row; valid only inside the row function */

enum param_kind { PARAM_NULL, PARAM_INT, PARAM_TEXT, PARAM_BLOB };

struct param {
	enum param_kind kind;
	int64_t i;
	struct slice s;
};

/* NULL text is NULL in SQL. */
static inline struct param param_of_text(const char *text)
{
	return (struct param){text ? PARAM_TEXT : PARAM_NULL, 0, slice_of(text)};
}

#define P_NULL() ((struct param){PARAM_NULL, 0, {0}})
#define P_INT(value) ((struct param){PARAM_INT, (int64_t)(value), {0}})
#define P_TEXT(slice_) ((struct param){PARAM_TEXT, 0, (slice_)})
#define P_STR(text_) (param_of_text(text_))
#define P_BLOB(ptr, size) ((struct param){PARAM_BLOB, 0, slice_bytes((ptr), (size))})

/* The parameters of one statement: PARAMS(P_INT(id), P_STR(name)) */
#define PARAMS(...)                                                                                          \
	((struct param[]){__VA_ARGS__}), (sizeof((struct param[]){__VA_ARGS__}) / sizeof(struct param))
#define NO_PARAMS NULL, 0

/* Opens the store and applies the migrations of `set` ("city" or "keys": sql/migrations/<set>/NNN_name.sql,
 * embedded in the binary). url is "sqlite:PATH" or "postgresql://…". Errors: ERR_STORE, with what to do in
 * the detail. */
err store_open(struct ctx *c, const char *url, const char *set, struct store **ret);
/* Waits for running writes, then closes. */
void store_close(struct store *s);
bool store_is_sqlite(const struct store *s);

typedef err (*tx_fn)(struct ctx *c, struct tx *tx, void *arg);
typedef err (*row_fn)(struct ctx *c, const struct row *row, void *arg);

err store_write(struct ctx *c, struct store *s, tx_fn fn, void *arg);
/* A consistent read-only view for several reads. */
err store_read(struct ctx *c, struct store *s, tx_fn fn, void *arg);

/* Runs one statement. ret_changed (may be NULL) is its row count. ERR_CONFLICT on a UNIQUE violation. */
err tx_exec(struct ctx *c, struct tx *tx, enum query q, const struct param *params, size_t param_count,
	    int64_t *ret_changed);
/* Runs one query (or a statement with RETURNING); fn for each row, in order; fn's error ends it. */
err tx_rows(struct ctx *c, struct tx *tx, enum query q, const struct param *params, size_t param_count,
	    row_fn fn, void *arg);

/* One query on its own, outside a transaction. */
err store_rows(struct ctx *c, struct store *s, enum query q, const struct param *params, size_t param_count,
	       row_fn fn, void *arg);
/* One statement as its own write. */
err store_exec(struct ctx *c, struct store *s, enum query q, const struct param *params, size_t param_count,
	       int64_t *ret_changed);

/* Columns count from 0. Slices point into the row and die with it: copy what stays. */
bool row_is_null(const struct row *r, int column);
int64_t row_int(const struct row *r, int column); /* 0 for NULL */
struct slice row_text(const struct row *r, int column);
struct slice row_blob(const struct row *r, int column);
/* In c's arena; "" for NULL, or NULL. */
char *row_copy(struct ctx *c, const struct row *r, int column);
char *row_copy_or_null(struct ctx *c, const struct row *r, int column);

/* Tests only: makes the n-th call from now (tx_exec, tx_rows or commit; 1 is the next) fail with ERR_STORE; 0
 * turns it off. store_calls counts calls since then. */
void store_fail_at(struct store *s, int64_t n);
int64_t store_calls(const struct store *s);
