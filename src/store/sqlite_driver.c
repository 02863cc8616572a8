/* The SQLite store: one writing connection with its thread, and reading connections that are kept for reuse.
 */
#include "store/sqlite.h"

#include <stdlib.h>

enum { IDLE_MAX = 32 };

struct lite_store {
	char *path;
	struct lite_conn *write_conn;
	struct lite_writer *writer;
	pthread_mutex_t lock;
	struct lite_conn *idle;
	int idle_count;
};

static err lite_store_open(struct ctx *c, struct store *s, const char *path)
{
	struct lite_store *l = calloc(1, sizeof *l);

	if (!l)
		FAIL(c, ERR_STORE, "内存不足");
	s->data = l;
	l->path = strdup(path);
	pthread_mutex_init(&l->lock, NULL);
	return lite_open(c, s, path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &l->write_conn);
}

static void lite_store_close(struct store *s)
{
	struct lite_store *l = s->data;

	if (!l)
		return;
	lite_writer_stop(l->writer);
	for (struct lite_conn *k = l->idle, *next; k; k = next) {
		next = k->next_idle;
		lite_close(k);
	}
	lite_close(l->write_conn);
	pthread_mutex_destroy(&l->lock);
	free(l->path);
	free(l);
}

static err lite_store_raw(struct ctx *c, struct store *s, const char *sql, const struct param *params,
			  size_t param_count, row_fn fn, void *arg)
{
	struct lite_store *l = s->data;

	return lite_raw(c, l->write_conn, sql, params, param_count, fn, arg);
}

static err lite_store_script(struct ctx *c, struct store *s, const char *sql)
{
	struct lite_store *l = s->data;

	if (sqlite3_exec(l->write_conn->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return lite_fail(c, l->write_conn, "script");
	return OK;
}

/* A query whose tables, columns or parameters do not fit the schema is found at start, not by a person. */
static err check_query(struct ctx *c, struct lite_conn *k, enum query q)
{
	TRY(lite_prepare(c, k, q, &k->statements[q]));
	if ((size_t)sqlite3_bind_parameter_count(k->statements[q]) != query_texts[q].param_count ||
	    (bool)sqlite3_stmt_readonly(k->statements[q]) != query_texts[q].reads)
		FAIL(c, ERR_STORE, "查询 %s 与生成的说明不符", query_texts[q].name);
	return OK;
}

static err lite_store_serve(struct ctx *c, struct store *s)
{
	struct lite_store *l = s->data;

	lite_guard(l->write_conn);
	for (size_t q = 0; q < query_text_count; q++) {
		if (strcmp(query_texts[q].set, s->set) == 0)
			TRY(check_query(c, l->write_conn, (enum query)q));
	}
	return lite_writer_start(c, l->write_conn, &l->writer);
}

/* Never waits: a thread that reads while it reads gets a second connection, so no circle of waiting can form.
 */
static err take_reader(struct ctx *c, struct store *s, struct lite_conn **ret)
{
	struct lite_store *l = s->data;

	pthread_mutex_lock(&l->lock);
	struct lite_conn *k = l->idle;
	if (k) {
		l->idle = k->next_idle;
		l->idle_count--;
	}
	pthread_mutex_unlock(&l->lock);
	if (!k)
		TRY(lite_open(c, s, l->path, SQLITE_OPEN_READONLY, &k));
	*ret = k;
	return OK;
}

static void give_reader(struct store *s, struct lite_conn *k)
{
	struct lite_store *l = s->data;

	pthread_mutex_lock(&l->lock);
	bool keep = l->idle_count < IDLE_MAX;
	if (keep) {
		k->next_idle = l->idle;
		l->idle = k;
		l->idle_count++;
	}
	pthread_mutex_unlock(&l->lock);
	if (!keep)
		lite_close(k);
}

static err lite_store_write(struct ctx *c, struct store *s, tx_fn fn, void *arg)
{
	struct lite_store *l = s->data;

	return lite_writer_run(c, l->writer, fn, arg);
}

static err lite_store_read(struct ctx *c, struct store *s, tx_fn fn, void *arg)
{
	struct lite_conn *k = NULL;

	TRY(take_reader(c, s, &k));
	struct tx tx = {.store = s, .conn = k};
	err e = lite_step(c, k, k->begin);
	if (!failed(e)) {
		e = tx_run(c, &tx, fn, arg);
		sqlite3_step(k->commit);
		sqlite3_reset(k->commit);
	}
	give_reader(s, k);
	return e;
}

static err lite_store_run(struct ctx *c, struct tx *tx, struct statement *st)
{
	return lite_run(c, tx->conn, st);
}

static err alone_in_tx(struct ctx *c, struct tx *tx, void *arg)
{
	return lite_run(c, tx->conn, arg);
}

static err lite_store_alone(struct ctx *c, struct store *s, struct statement *st)
{
	struct lite_conn *k = NULL;

	if (!query_texts[st->q].reads)
		return lite_store_write(c, s, alone_in_tx, st);
	TRY(take_reader(c, s, &k));
	err e = lite_run(c, k, st);
	give_reader(s, k);
	return e;
}

const struct driver sqlite_driver = {
	.dialect = DIALECT_SQLITE,
	.open = lite_store_open,
	.raw = lite_store_raw,
	.script = lite_store_script,
	.serve = lite_store_serve,
	.close = lite_store_close,
	.write = lite_store_write,
	.read = lite_store_read,
	.alone = lite_store_alone,
	.run = lite_store_run,
};
