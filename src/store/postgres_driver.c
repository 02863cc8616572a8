/* The PostgreSQL store: a pool of connections; a write runs on its caller's thread. */
#include "store/postgres.h"

#include <poll.h>
#include <stdlib.h>
#include <time.h>

enum { CONNECTIONS_MAX = 32, WAIT_MAX_S = 10, AGAIN_MAX = 30, LOST_MAX = 4 };

struct pg_store {
	char *url;
	struct pg_types *types; /* by enum query */
	struct pg_conn *owner;	/* migrates, then is closed */
	pthread_mutex_t lock;
	pthread_cond_t given;
	struct pg_conn *idle;
	int open_count;
};

static err pg_store_open(struct ctx *c, struct store *s, const char *url)
{
	struct pg_store *p = calloc(1, sizeof *p);

	if (!p)
		FAIL(c, ERR_STORE, "内存不足");
	s->data = p;
	p->url = strdup(url);
	p->types = calloc(Q_COUNT + 1, sizeof *p->types);
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->given, NULL);
	return pg_open(c, url, p->types, &p->owner);
}

static void close_idle(struct pg_store *p)
{
	struct pg_conn *k = p->idle, *next;

	for (p->idle = NULL; k; k = next) {
		next = k->next_idle;
		pg_close(k);
		p->open_count--;
	}
}

static int count_idle(const struct pg_store *p)
{
	int count = 0;

	for (const struct pg_conn *k = p->idle; k; k = k->next_idle)
		count++;
	return count;
}

static void wait_for_users(struct pg_store *p)
{
	pthread_mutex_lock(&p->lock);
	while (count_idle(p) < p->open_count)
		pthread_cond_wait(&p->given, &p->lock);
	pthread_mutex_unlock(&p->lock);
}

static void pg_store_close(struct store *s)
{
	struct pg_store *p = s->data;

	if (!p)
		return;
	pg_close(p->owner);
	wait_for_users(p);
	close_idle(p);
	pthread_cond_destroy(&p->given);
	pthread_mutex_destroy(&p->lock);
	free(p->types);
	free(p->url);
	free(p);
}

static err pg_store_raw(struct ctx *c, struct store *s, const char *sql, const struct param *params,
			size_t param_count, row_fn fn, void *arg)
{
	return pg_raw(c, ((struct pg_store *)s->data)->owner, sql, params, param_count, fn, arg);
}

static err pg_store_script(struct ctx *c, struct store *s, const char *sql)
{
	return pg_script(c, ((struct pg_store *)s->data)->owner, sql);
}

/* A connection that serves. Without synchronous_commit an acknowledged write could be lost. */
static err open_serving(struct ctx *c, struct pg_store *p, struct pg_conn **ret)
{
	struct pg_conn *k = NULL;

	TRY(pg_open(c, p->url, p->types, &k));
	err e = pg_script(c, k, "SET ROLE " SERVING_ROLE);
	if (failed(e))
		e = fail(c, ERR_STORE, "数据库用户不能取得角色 " SERVING_ROLE "；请由管理员授予该角色");
	else
		e = pg_script(c, k,
			      "SELECT set_config('synchronous_commit', 'on', false) "
			      "WHERE current_setting('synchronous_commit') = 'off'");
	if (failed(e)) {
		pg_close(k);
		return e;
	}
	*ret = k;
	return OK;
}

/* An idle connection has nothing to say, unless the server closed it meanwhile. */
static bool is_stale(struct pg_conn *k)
{
	struct pollfd fd = {.fd = PQsocket(k->pg), .events = POLLIN};

	return poll(&fd, 1, 0) != 0;
}

/* Waits for a free place in the pool; takes it and, if there is one, the idle connection. False: too long. */
static bool take_place(struct pg_store *p, struct pg_conn **ret)
{
	struct timespec until;
	int timed_out = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_MAX_S;
	pthread_mutex_lock(&p->lock);
	while (!p->idle && p->open_count >= CONNECTIONS_MAX && !timed_out)
		timed_out = pthread_cond_timedwait(&p->given, &p->lock, &until);
	bool ok = p->idle || p->open_count < CONNECTIONS_MAX;
	*ret = p->idle;
	if (p->idle)
		p->idle = p->idle->next_idle;
	else if (ok)
		p->open_count++;
	pthread_mutex_unlock(&p->lock);
	return ok;
}

static void drop_place(struct pg_store *p)
{
	pthread_mutex_lock(&p->lock);
	p->open_count--;
	pthread_mutex_unlock(&p->lock);
	pthread_cond_signal(&p->given);
}

static err take_conn(struct ctx *c, struct pg_store *p, struct pg_conn **ret)
{
	struct pg_conn *k = NULL;

	if (!take_place(p, &k))
		FAIL(c, ERR_OVERLOADED, "数据库连接已用尽，请稍后再试");
	if (k && is_stale(k)) {
		pg_close(k);
		k = NULL;
	}
	if (!k) {
		err e = open_serving(c, p, &k);
		if (failed(e)) {
			drop_place(p);
			return e;
		}
	}
	k->state = PG_WELL;
	*ret = k;
	return OK;
}

/* Gives the connection back; one that is lost, or in an unknown state, is closed. */
static void give_conn(struct pg_store *p, struct pg_conn *k)
{
	if (k->state == PG_LOST || PQtransactionStatus(k->pg) != PQTRANS_IDLE) {
		pg_close(k);
		drop_place(p);
		return;
	}
	pthread_mutex_lock(&p->lock);
	k->next_idle = p->idle;
	p->idle = k;
	pthread_mutex_unlock(&p->lock);
	pthread_cond_signal(&p->given);
}

static err pg_store_serve(struct ctx *c, struct store *s)
{
	struct pg_store *p = s->data;
	struct pg_conn *k = NULL;

	pg_close(p->owner);
	p->owner = NULL;
	TRY(take_conn(c, p, &k));
	err e = pg_check_queries(c, s, k, p->types);
	give_conn(p, k);
	return e;
}

/* One try. *ret_again: nothing of it is in the store, and another try makes sense. */
static err try_write(struct ctx *c, struct store *s, struct pg_conn *k, tx_fn fn, void *arg, bool *ret_again)
{
	struct tx tx = {.store = s, .conn = k, .writes = true};
	err e = pg_script(c, k, "BEGIN");

	if (!failed(e))
		e = tx_run(c, &tx, fn, arg);
	*ret_again = failed(e) && k->state != PG_WELL;
	if (!failed(e)) {
		e = pg_script(c, k, "COMMIT");
		*ret_again = failed(e) && k->state == PG_AGAIN;
		/* Whether a lost COMMIT happened is unknown: only an idempotency key further out can repeat
		 * it. */
		if (failed(e) && k->state == PG_LOST)
			e = fail(c, ERR_STORE, "提交时与数据库的连接断开，结果未知");
	}
	if (failed(e) && k->state != PG_LOST) {
		struct failure kept = c->failure;
		enum pg_state state = k->state;
		(void)pg_script(c, k, "ROLLBACK").code;
		k->state = k->state == PG_LOST ? PG_LOST : state;
		c->failure = kept;
	}
	return e;
}

/* Doubling, with jitter so that two that met do not meet again. */
static void back_off(int attempt)
{
	int64_t limit_ns = (int64_t)1000000 << (attempt < 9 ? attempt : 9);
	struct timespec pause = {0, random() % limit_ns};

	nanosleep(&pause, NULL);
}

static err pg_store_write(struct ctx *c, struct store *s, tx_fn fn, void *arg)
{
	struct pg_store *p = s->data;

	for (int attempt = 1, lost = 0;; attempt++) {
		struct pg_conn *k = NULL;
		bool again = false;
		TRY(take_conn(c, p, &k));
		err e = try_write(c, s, k, fn, arg, &again);
		lost += k->state == PG_LOST;
		give_conn(p, k);
		if (!again || attempt >= AGAIN_MAX || lost >= LOST_MAX)
			return e;
		failure_clear(c);
		back_off(attempt);
	}
}

/* fn runs once: its reads may already have left something in arg when a connection breaks. */
static err pg_store_read(struct ctx *c, struct store *s, tx_fn fn, void *arg)
{
	struct pg_store *p = s->data;
	struct pg_conn *k = NULL;

	TRY(take_conn(c, p, &k));
	struct tx tx = {.store = s, .conn = k};
	err e = pg_script(c, k, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
	if (!failed(e)) {
		e = tx_run(c, &tx, fn, arg);
		struct failure kept = c->failure;
		(void)pg_script(c, k, "ROLLBACK").code;
		c->failure = kept;
	}
	give_conn(p, k);
	return e;
}

/* One statement is its own transaction. A read that lost its connection has called no row function yet:
 * again. */
static err pg_store_alone(struct ctx *c, struct store *s, struct statement *st)
{
	struct pg_store *p = s->data;
	bool reads = query_texts[st->q].reads, again;
	int attempt = 0;
	err e;

	if (!reads)
		TRY(store_count_call(c, s)); /* its commit */
	do {
		struct pg_conn *k = NULL;
		TRY(take_conn(c, p, &k));
		e = pg_run(c, k, st);
		again = failed(e) && (k->state == PG_AGAIN || (k->state == PG_LOST && reads));
		give_conn(p, k);
		if (again)
			back_off(++attempt);
	} while (again && attempt < LOST_MAX);
	return e;
}

static err pg_store_run(struct ctx *c, struct tx *tx, struct statement *st)
{
	return pg_run(c, tx->conn, st);
}

const struct driver postgres_driver = {
	.dialect = DIALECT_POSTGRESQL,
	.open = pg_store_open,
	.raw = pg_store_raw,
	.script = pg_store_script,
	.serve = pg_store_serve,
	.close = pg_store_close,
	.write = pg_store_write,
	.read = pg_store_read,
	.alone = pg_store_alone,
	.run = pg_store_run,
};
