/* The face of the store: arguments are checked here, the drivers do the work. */
#include "store/driver.h"

#include <assert.h>
#include <stdlib.h>

static _Thread_local bool writing;

bool store_is_writing(void)
{
	return writing;
}

err store_open(struct ctx *c, const char *url, const char *set, struct store **ret)
{
	struct store *s = calloc(1, sizeof *s);
	err e;

	if (!s)
		FAIL(c, ERR_STORE, "内存不足");
	strncpy(s->set, set, sizeof s->set - 1);
	if (strncmp(url, "sqlite:", 7) == 0) {
		s->driver = &sqlite_driver;
		e = s->driver->open(c, s, url + 7);
	} else if (strncmp(url, "postgresql:", 11) == 0 || strncmp(url, "postgres:", 9) == 0) {
		s->driver = &postgres_driver;
		e = s->driver->open(c, s, url);
	} else {
		e = fail(c, ERR_STORE, "存储地址须以 sqlite: 或 postgresql: 开头");
	}
	if (!failed(e))
		e = store_migrate(c, s);
	if (!failed(e))
		e = s->driver->serve(c, s);
	if (failed(e)) {
		store_close(s);
		return e;
	}
	*ret = s;
	return OK;
}

void store_close(struct store *s)
{
	if (!s)
		return;
	if (s->driver)
		s->driver->close(s);
	free(s);
}

bool store_is_sqlite(const struct store *s)
{
	return s->driver->dialect == DIALECT_SQLITE;
}

/* A wrong parameter count or set is a bug in the caller, never input. */
static void assert_fits(const struct store *s, const struct statement *st)
{
	assert(st->q >= 0 && st->q < Q_COUNT);
	assert(strcmp(query_texts[st->q].set, s->set) == 0);
	assert(query_texts[st->q].param_count == st->param_count);
}

static err tx_statement(struct ctx *c, struct tx *tx, struct statement *st)
{
	assert_fits(tx->store, st);
	assert(tx->writes || query_texts[st->q].reads);
	if (failed(tx->failure))
		return tx->failure;
	err e = store_count_call(c, tx->store);
	if (!failed(e))
		e = tx->store->driver->run(c, tx, st);
	if (failed(e) && !st->ended_by_fn)
		tx->failure = e;
	return e;
}

err tx_exec(struct ctx *c, struct tx *tx, enum query q, const struct param *params, size_t param_count,
	    int64_t *ret_changed)
{
	struct statement st = {.q = q, .params = params, .param_count = param_count};

	TRY(tx_statement(c, tx, &st));
	if (ret_changed)
		*ret_changed = st.changed;
	return OK;
}

err tx_rows(struct ctx *c, struct tx *tx, enum query q, const struct param *params, size_t param_count,
	    row_fn fn, void *arg)
{
	struct statement st = {.q = q, .params = params, .param_count = param_count, .fn = fn, .arg = arg};

	return tx_statement(c, tx, &st);
}

err tx_run(struct ctx *c, struct tx *tx, tx_fn fn, void *arg)
{
	bool before = writing;

	writing = tx->writes;
	err e = fn(c, tx, arg);
	writing = before;
	if (failed(e))
		return e;
	if (failed(tx->failure))
		return tx->failure;
	return tx->writes ? store_count_call(c, tx->store) : OK;
}

err store_write(struct ctx *c, struct store *s, tx_fn fn, void *arg)
{
	assert(!writing);
	return s->driver->write(c, s, fn, arg);
}

err store_read(struct ctx *c, struct store *s, tx_fn fn, void *arg)
{
	return s->driver->read(c, s, fn, arg);
}

static err run_alone(struct ctx *c, struct store *s, struct statement *st)
{
	assert_fits(s, st);
	assert(query_texts[st->q].reads || !writing);
	TRY(store_count_call(c, s));
	return s->driver->alone(c, s, st);
}

err store_rows(struct ctx *c, struct store *s, enum query q, const struct param *params, size_t param_count,
	       row_fn fn, void *arg)
{
	struct statement st = {.q = q, .params = params, .param_count = param_count, .fn = fn, .arg = arg};

	return run_alone(c, s, &st);
}

err store_exec(struct ctx *c, struct store *s, enum query q, const struct param *params, size_t param_count,
	       int64_t *ret_changed)
{
	struct statement st = {.q = q, .params = params, .param_count = param_count};

	TRY(run_alone(c, s, &st));
	if (ret_changed)
		*ret_changed = st.changed;
	return OK;
}

bool row_is_null(const struct row *r, int column)
{
	return r->access->is_null(r, column);
}

int64_t row_int(const struct row *r, int column)
{
	return r->access->is_null(r, column) ? 0 : r->access->integer(r, column);
}

struct slice row_text(const struct row *r, int column)
{
	return r->access->bytes(r, column);
}

struct slice row_blob(const struct row *r, int column)
{
	return r->access->bytes(r, column);
}

char *row_copy(struct ctx *c, const struct row *r, int column)
{
	return arena_copy(c->arena, row_text(r, column));
}

char *row_copy_or_null(struct ctx *c, const struct row *r, int column)
{
	return row_is_null(r, column) ? NULL : row_copy(c, r, column);
}

void store_fail_at(struct store *s, int64_t n)
{
	atomic_store(&s->calls, 0);
	atomic_store(&s->fail_at, n);
}

int64_t store_calls(const struct store *s)
{
	return atomic_load(&s->calls);
}

err store_count_call(struct ctx *c, struct store *s)
{
	int64_t n = atomic_fetch_add_explicit(&s->calls, 1, memory_order_relaxed) + 1;

	if (n == atomic_load_explicit(&s->fail_at, memory_order_relaxed))
		FAIL(c, ERR_STORE, "存储在第 %lld 次调用时按测试要求失败", (long long)n);
	return OK;
}
