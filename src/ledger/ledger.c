#include "ledger/internal.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { WRITE_ATTEMPTS_MAX = 2000 };

err ledger_open(struct ctx *c, const char *origin, const struct ledger_means *m, struct ledger **ret)
{
	struct ledger *l = calloc(1, sizeof *l);

	assert(m->key_get && m->key_make && m->clock);
	if (!l)
		FAIL(c, ERR_INTERNAL, "内存不足");
	l->edges = calloc(1, sizeof *l->edges);
	l->means = *m;
	if (l->means.generation < 1)
		l->means.generation = 1;
	snprintf(l->base, sizeof l->base, "%s", origin);
	if (!l->edges || strlen(origin) >= sizeof l->base ||
	    !generation_key(l, l->means.generation, &l->key)) {
		crypto_wipe(&l->means, sizeof l->means);
		free(l->edges);
		free(l);
		FAIL(c, ERR_INVALID, "日志名称不得为空，不得含空格、加号或控制字符");
	}
	l->store = c->store;
	l->keys = c->keys;
	crypto_random(&l->holder, sizeof l->holder);
	l->holder = (l->holder & INT64_MAX) | 1;
	pthread_mutex_init(&l->round_lock, NULL);
	pthread_mutex_init(&l->lock, NULL);
	pthread_cond_init(&l->wake, NULL);
	*ret = l;
	return OK;
}

const char *ledger_origin(const struct ledger *l)
{
	return l->key.name;
}

void ledger_verifier_key(const struct ledger *l, struct buf *ret)
{
	note_key_text(&l->key, ret);
}

/* ---- heads ---------------------------------------------------------------------------------- */

err ledger_person_new(struct ctx *c, struct tx *tx, int64_t subject_id)
{
	static const uint8_t zero[HASH_SIZE] = {0};

	return tx_exec(c, tx, Q_LEDGER_PERSON_ADD, PARAMS(P_INT(subject_id), P_BLOB(zero, HASH_SIZE)), NULL);
}

err hash_read(struct ctx *c, struct slice blob, uint8_t ret[static HASH_SIZE])
{
	if (blob.n != HASH_SIZE)
		FAIL(c, ERR_STORE, "记录库中的摘要长度有误，请运行 ledger verify");
	memcpy(ret, blob.p, HASH_SIZE);
	return OK;
}

struct head_read {
	struct head head;
	bool found;
};

static err read_head(struct ctx *c, const struct row *row, void *arg)
{
	struct head_read *r = arg;

	r->found = true;
	r->head.epoch = row_int(row, 0);
	r->head.n = row_int(row, 1);
	return hash_read(c, row_blob(row, 2), r->head.hash);
}

static err head_result(struct ctx *c, const struct head_read *r, struct head *ret)
{
	if (!r->found)
		FAIL(c, ERR_NOT_FOUND, "没有这个用户");
	*ret = r->head;
	return OK;
}

err ledger_head(struct ctx *c, struct store *s, int64_t subject_id, struct head *ret)
{
	struct head_read r = {.head.subject_id = subject_id};

	TRY(store_rows(c, s, Q_LEDGER_HEAD, PARAMS(P_INT(subject_id)), read_head, &r));
	return head_result(c, &r, ret);
}

err ledger_head_tx(struct ctx *c, struct tx *tx, int64_t subject_id, struct head *ret)
{
	struct head_read r = {.head.subject_id = subject_id};

	TRY(tx_rows(c, tx, Q_LEDGER_HEAD, PARAMS(P_INT(subject_id)), read_head, &r));
	return head_result(c, &r, ret);
}

/* ---- writing -------------------------------------------------------------------------------- */

struct write {
	struct prepared entries[LEDGER_ENTRIES_MAX];
	size_t count;
	int64_t epoch_min, epoch_max;
	bool raise;
	tx_fn rows;
	void *arg;
	bool lost; /* set by the run: the number or the epoch had moved */
};

static err write_entry(struct ctx *c, struct tx *tx, struct write *w, const struct prepared *p, bool raise)
{
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_LEDGER_HEAD_MOVE,
		    PARAMS(P_INT(p->subject_id), P_INT(p->n), P_BLOB(p->head, HASH_SIZE), P_INT(raise),
			   P_INT(w->epoch_min), P_INT(w->epoch_max)),
		    &changed));
	if (changed == 0) {
		w->lost = true;
		return (err){ERR_STALE};
	}
	TRY(tx_exec(c, tx, Q_LEDGER_ENTRY_ADD,
		    PARAMS(P_INT(p->subject_id), P_INT(p->entry_id), P_INT(p->n), P_BLOB(p->data, HASH_SIZE),
			   P_BLOB(p->head, HASH_SIZE), P_BLOB(p->sealed.data, p->sealed.size)),
		    NULL));
	return tx_exec(c, tx, Q_LEDGER_PENDING_ADD,
		       PARAMS(P_INT(p->subject_id), P_INT(p->entry_id), P_INT(p->n), P_INT(p->at_ms)), NULL);
}

/* The epoch is raised with the last entry: the others are held to where it stood. */
static err write_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct write *w = arg;

	w->lost = false;
	for (size_t i = 0; i < w->count; i++)
		TRY(write_entry(c, tx, w, &w->entries[i], w->raise && i + 1 == w->count));
	return w->rows ? w->rows(c, tx, w->arg) : OK;
}

static void write_release(struct write *w)
{
	for (size_t i = 0; i < w->count; i++)
		buf_release(&w->entries[i].sealed);
}
#define WRITE_SCOPED __attribute__((cleanup(write_release))) struct write

/* Each entry follows the one before it. */
static err prepare_all(struct ctx *c, struct head *at, const struct entry *list, size_t count,
		       struct write *w)
{
	for (size_t i = 0; i < count; i++) {
		struct prepared *p = &w->entries[i];
		TRY(entry_prepare(c, at, &list[i], p));
		w->count++;
		at->n = p->n;
		memcpy(at->hash, p->head, HASH_SIZE);
	}
	return OK;
}

/* One attempt. *ret_lost: somebody else was faster. */
static err write_once(struct ctx *c, struct head *h, const struct entry *list, size_t count, int flags,
		      tx_fn rows, void *arg, bool *ret_lost)
{
	bool any_epoch = flags & LEDGER_ANY_EPOCH;
	struct head after = *h;
	WRITE_SCOPED w = {
		.epoch_min = any_epoch ? 0 : h->epoch,
		.epoch_max = any_epoch ? INT64_MAX : h->epoch,
		.raise = flags & LEDGER_RAISE_EPOCH,
		.rows = rows,
		.arg = arg,
	};

	*ret_lost = false;
	TRY(prepare_all(c, &after, list, count, &w));
	err result = store_write(c, c->store, write_rows, &w);
	*ret_lost = w.lost && result.code == ERR_STALE;
	if (!failed(result)) {
		after.epoch += w.raise;
		*h = after;
	}
	return result;
}

err ledger_write(struct ctx *c, struct head *h, const struct entry *e, int flags, tx_fn rows, void *arg,
		 int64_t *ret_n)
{
	struct failure before = c->failure;

	if (!e->deferred_until_ms)
		return ledger_write_all(c, h, e, 1, flags, rows, arg, ret_n);
	TRY(deferral_write(c, h, e, flags, rows, arg));
	c->failure = before;
	if (ret_n)
		*ret_n = 0;
	return OK;
}

err ledger_write_all(struct ctx *c, struct head *h, const struct entry *list, size_t count, int flags,
		     tx_fn rows, void *arg, int64_t *ret_n)
{
	struct failure before = c->failure;

	assert(count > 0 && count <= LEDGER_ENTRIES_MAX);
	for (int attempt = 0; attempt < WRITE_ATTEMPTS_MAX; attempt++) {
		struct head now;
		bool lost;
		err result = write_once(c, h, list, count, flags, rows, arg, &lost);

		if (!failed(result)) {
			c->failure = before;
			if (ret_n)
				*ret_n = h->n - (int64_t)count + 1;
		}
		if (!lost)
			return result;
		TRY(ledger_head(c, c->store, h->subject_id, &now));
		if (now.epoch != h->epoch && !(flags & LEDGER_ANY_EPOCH))
			FAIL(c, ERR_STALE, "授权情况刚刚发生变化，请重试");
		*h = now;
	}
	FAIL(c, ERR_OVERLOADED, "同时进行的操作过多，请稍后重试");
}

/* ---- the person's list ---------------------------------------------------------------------- */

struct raw_entry {
	struct raw_entry *next;
	int64_t n;
	struct slice data, sealed;
};

struct raw_list {
	struct raw_entry *first, **last;
};

static err keep_entry(struct ctx *c, const struct row *row, void *arg)
{
	struct raw_list *list = arg;
	struct raw_entry *r = ARENA_NEW(c->arena, struct raw_entry);

	r->n = row_int(row, 0);
	r->data = arena_slice(c->arena, row_blob(row, 1));
	r->sealed = arena_slice(c->arena, row_blob(row, 3));
	*list->last = r;
	list->last = &r->next;
	return OK;
}

err ledger_usage(struct ctx *c, int64_t subject_id, int64_t before, int limit, usage_fn fn, void *arg)
{
	struct raw_list list = {.last = &list.first};

	if (before <= 0)
		before = INT64_MAX;
	TRY(store_rows(c, c->store, Q_LEDGER_USAGE, PARAMS(P_INT(subject_id), P_INT(before), P_INT(limit)),
		       keep_entry, &list));
	for (const struct raw_entry *r = list.first; r; r = r->next) {
		struct opened o;
		struct usage u;
		TRY(entry_open(c, subject_id, r->n, r->data, r->sealed, &o));
		TRY(entry_parse(c, o.text, &u));
		TRY(fn(c, &u, arg));
	}
	return OK;
}
