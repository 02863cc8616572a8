#include "store/postgres.h"

#include <assert.h>
#include <endian.h>
#include <stdio.h>
#include <stdlib.h>

enum { NAME_SIZE = 16 };

static void ignore_notice(void *, const char *)
{
}

/* The URL comes last, so that it may change these. */
static PGconn *connect_to(const char *url)
{
	const char *keys[] = {"application_name", "connect_timeout", "options", "dbname", NULL};
	const char *values[] = {"tongban", "5",
				"-c lock_timeout=5000 -c idle_in_transaction_session_timeout=30000 "
				"-c timezone=UTC -c client_min_messages=warning -c client_encoding=UTF8",
				url, NULL};

	return PQconnectdbParams(keys, values, 1);
}

err pg_open(struct ctx *c, const char *url, const struct pg_types *types, struct pg_conn **ret)
{
	struct pg_conn *k = calloc(1, sizeof *k);

	if (!k)
		FAIL(c, ERR_STORE, "内存不足");
	k->prepared = calloc(Q_COUNT + 1, sizeof *k->prepared);
	k->types = types;
	k->pg = connect_to(url);
	if (PQstatus(k->pg) != CONNECTION_OK) {
		pg_close(k);
		FAIL(c, ERR_STORE, "无法连接数据库；请检查地址和服务是否运行");
	}
	PQsetNoticeProcessor(k->pg, ignore_notice, NULL);
	*ret = k;
	return OK;
}

void pg_close(struct pg_conn *k)
{
	if (!k)
		return;
	PQfinish(k->pg);
	free(k->prepared);
	free(k);
}

err pg_fail(struct ctx *c, struct pg_conn *k, const PGresult *result, const char *what)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);

	if (PQstatus(k->pg) != CONNECTION_OK) {
		k->state = PG_LOST;
		FAIL(c, ERR_STORE, "与数据库的连接已断开（%s）", what);
	}
	if (!state)
		state = "?";
	if (strcmp(state, "40001") == 0 || strcmp(state, "40P01") == 0)
		k->state = PG_AGAIN;
	if (strcmp(state, "23505") == 0)
		FAIL(c, ERR_CONFLICT, "数据已存在（%s）", what);
	if (strcmp(state, "55P03") == 0)
		FAIL(c, ERR_OVERLOADED, "存储繁忙，请稍后再试（%s）", what);
	/* Classes 42 and 23 name columns and tables; the other texts may quote values. */
	const char *column = PQresultErrorField(result, PG_DIAG_COLUMN_NAME);
	bool schema = strncmp(state, "42", 2) == 0;
	const char *text = schema ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : column;
	FAIL(c, ERR_STORE, "存储出错（%s：SQLSTATE %s %s）", what, state, text ? text : "");
}

err pg_script(struct ctx *c, struct pg_conn *k, const char *sql)
{
	PG_RESULT *result = PQexec(k->pg, sql);
	ExecStatusType status = PQresultStatus(result);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		return pg_fail(c, k, result, "script");
	/* COMMIT of a transaction that has failed answers ROLLBACK without an error. */
	if (strcmp(sql, "COMMIT") == 0 && strcmp(PQcmdStatus(result), "COMMIT") != 0)
		FAIL(c, ERR_STORE, "事务已被数据库放弃");
	return OK;
}

struct arguments {
	const char *values[PARAMS_MAX];
	int sizes[PARAMS_MAX], formats[PARAMS_MAX];
	union {
		int64_t big_endian;
		char text[24];
	} numbers[PARAMS_MAX];
};

static void put_int(struct arguments *a, size_t at, int64_t value, Oid type)
{
	if (type == OID_INT8) {
		a->numbers[at].big_endian = (int64_t)htobe64((uint64_t)value);
		a->values[at] = (const char *)&a->numbers[at].big_endian;
		a->sizes[at] = sizeof(int64_t);
		a->formats[at] = 1;
		return;
	}
	snprintf(a->numbers[at].text, sizeof a->numbers[at].text, "%lld", (long long)value);
	a->values[at] = a->numbers[at].text;
	a->formats[at] = 0;
}

static void put_params(struct arguments *a, const struct param *params, size_t count, const Oid *types)
{
	assert(count <= PARAMS_MAX);
	for (size_t i = 0; i < count; i++) {
		const struct param *p = &params[i];
		a->values[i] = NULL;
		a->sizes[i] = 0;
		a->formats[i] = 1;
		if (p->kind == PARAM_INT) {
			put_int(a, i, p->i, types ? types[i] : 0);
		} else if (p->kind != PARAM_NULL) {
			/* In binary, text and bytes travel as they are, and need no NUL. */
			a->values[i] = p->s.p ? p->s.p : "";
			a->sizes[i] = (int)p->s.n;
		}
	}
}

static bool pg_is_null(const struct row *r, int column)
{
	return PQgetisnull(r->result, r->n, column);
}

static uint64_t big_endian(const uint8_t *p, int size)
{
	uint64_t value = 0;

	for (int i = 0; i < size; i++)
		value = value << 8 | p[i];
	return value;
}

/* SUM of a BIGINT is a NUMERIC: digits to the base 10000, the first of them worth 10000^weight. */
static int64_t whole_of_numeric(const uint8_t *p)
{
	int digits = (int16_t)big_endian(p, 2), weight = (int16_t)big_endian(p + 2, 2);
	bool negative = big_endian(p + 4, 2) == 0x4000;
	uint64_t value = 0;

	for (int i = 0; i <= weight; i++)
		value = value * 10000 + (i < digits ? big_endian(p + 8 + 2 * i, 2) : 0);
	return negative ? -(int64_t)value : (int64_t)value;
}

static int64_t pg_integer(const struct row *r, int column)
{
	const uint8_t *p = (const uint8_t *)PQgetvalue(r->result, r->n, column);

	switch (PQftype(r->result, column)) {
	case OID_INT8:
		return (int64_t)big_endian(p, 8);
	case OID_INT4:
		return (int32_t)big_endian(p, 4);
	case OID_INT2:
		return (int16_t)big_endian(p, 2);
	case OID_BOOL:
		return p[0] != 0;
	case OID_NUMERIC:
		return whole_of_numeric(p);
	default:
		assert(false && "row_int of a column that is no number");
		return 0;
	}
}

static struct slice pg_bytes(const struct row *r, int column)
{
	Oid type = PQftype(r->result, column);

	assert(type != OID_INT8 && type != OID_INT4 && type != OID_NUMERIC);
	return slice_bytes(PQgetvalue(r->result, r->n, column), (size_t)PQgetlength(r->result, r->n, column));
}

static const struct row_access access_postgres = {pg_is_null, pg_integer, pg_bytes};

static err each_row(struct ctx *c, PGresult *result, struct statement *st)
{
	struct row row = {.access = &access_postgres, .result = result};
	int count = PQntuples(result);

	for (row.n = 0; st->fn && row.n < count; row.n++) {
		st->ended_by_fn = true;
		TRY(st->fn(c, &row, st->arg));
		st->ended_by_fn = false;
	}
	return OK;
}

static err take_result(struct ctx *c, struct pg_conn *k, PGresult *result, const char *what,
		       struct statement *st)
{
	ExecStatusType status = PQresultStatus(result);
	int64_t changed = 0;

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		return pg_fail(c, k, result, what);
	if (slice_int(slice_of(PQcmdTuples(result)), &changed))
		st->changed = changed;
	return each_row(c, result, st);
}

static err prepare(struct ctx *c, struct pg_conn *k, enum query q, const char *name)
{
	const struct query_text *text = &query_texts[q];

	if (k->prepared[q])
		return OK;
	PG_RESULT *result =
		PQprepare(k->pg, name, text->sql[DIALECT_POSTGRESQL], (int)text->param_count, k->types[q].of);
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		return pg_fail(c, k, result, text->name);
	k->prepared[q] = true;
	return OK;
}

err pg_run(struct ctx *c, struct pg_conn *k, struct statement *st)
{
	struct arguments a;
	char name[NAME_SIZE];

	snprintf(name, sizeof name, "q%d", (int)st->q);
	TRY(prepare(c, k, st->q, name));
	put_params(&a, st->params, st->param_count, k->types[st->q].of);
	PG_RESULT *result =
		PQexecPrepared(k->pg, name, (int)st->param_count, a.values, a.sizes, a.formats, 1);
	return take_result(c, k, result, query_texts[st->q].name, st);
}

err pg_raw(struct ctx *c, struct pg_conn *k, const char *sql, const struct param *params, size_t param_count,
	   row_fn fn, void *arg)
{
	struct statement st = {.fn = fn, .arg = arg};
	struct arguments a;

	put_params(&a, params, param_count, NULL);
	PG_RESULT *result = PQexecParams(k->pg, sql, (int)param_count, NULL, a.values, a.sizes, a.formats, 1);
	return take_result(c, k, result, "raw", &st);
}
