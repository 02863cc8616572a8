/* One PostgreSQL connection; for src/store/postgres*.c only. */
#pragma once

#include "store/driver.h"
#include <libpq-fe.h>
#include <pthread.h>

/* Of pg_type; these numbers never change. */
enum {
	OID_BOOL = 16,
	OID_BYTEA = 17,
	OID_INT8 = 20,
	OID_INT2 = 21,
	OID_INT4 = 23,
	OID_TEXT = 25,
	OID_NUMERIC = 1700
};

enum pg_state {
	PG_WELL,
	PG_AGAIN, /* the transaction lost against another one (40001, 40P01): run it again */
	PG_LOST,  /* no connection any more */
};

struct pg_conn {
	PGconn *pg;
	enum pg_state state; /* after a failure */
	bool *prepared;	     /* by enum query */
	const struct pg_types *types;
	struct pg_conn *next_idle;
};

/* Types of a query's parameters, learnt when it was checked; see postgres_check.c. */
struct pg_types {
	Oid of[PARAMS_MAX];
};

err pg_open(struct ctx *c, const char *url, const struct pg_types *types, struct pg_conn **ret);
void pg_close(struct pg_conn *k);
/* Records the state; never tells the server's text, which may quote values. */
err pg_fail(struct ctx *c, struct pg_conn *k, const PGresult *result, const char *what);
err pg_script(struct ctx *c, struct pg_conn *k, const char *sql);
err pg_raw(struct ctx *c, struct pg_conn *k, const char *sql, const struct param *params, size_t param_count,
	   row_fn fn, void *arg);
err pg_run(struct ctx *c, struct pg_conn *k, struct statement *st);

/* postgres_check.c: prepares every query of the set and learns the types of its parameters. */
err pg_check_queries(struct ctx *c, struct store *s, struct pg_conn *k, struct pg_types *types);

static inline void pg_clear(PGresult **result)
{
	PQclear(*result);
}
#define PG_RESULT __attribute__((cleanup(pg_clear))) PGresult
