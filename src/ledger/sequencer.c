/* The sequencer: puts committed entries into the tree.
 *
 * A round is two transactions. The first takes the lease, makes leaves of waiting entries, writes tiles,
 * edges and the new tree; the lease is checked in the very transaction that writes, so whoever lost it writes
 * nothing. The second signs the newest committed tree. Killed anywhere, the next round goes on from what is
 * committed; since only committed trees are signed, and a size is committed once, no size is ever signed with
 * two roots. */
#include "ledger/internal.h"

#include <assert.h>
#include <stdlib.h>
#include <time.h>

enum { IDLE_MS = 400, ROUND_ARENA_MAX = 8 << 20 };

struct work {
	bool waiting;
	int64_t tree_size, signed_size; /* -1: none */
};

static err read_work(struct ctx *, const struct row *row, void *arg)
{
	struct work *w = arg;

	*w = (struct work){row_int(row, 0) > 0, row_int(row, 1), row_int(row, 2)};
	return OK;
}

/* ---- the first transaction ------------------------------------------------------------------ */

struct round {
	struct ledger *ledger;
	int64_t token; /* -1: another holds the lease */
	int64_t added;
	struct tx *tx;
	struct edges *edges;
};

static err read_token(struct ctx *, const struct row *row, void *arg)
{
	struct round *r = arg;

	r->token = row_int(row, 0);
	return OK;
}

static err take_lease(struct ctx *c, struct tx *tx, struct round *r)
{
	r->token = -1;
	return tx_rows(c, tx, Q_LEDGER_LEASE_TAKE,
		       PARAMS(P_INT(LOG_ID), P_INT(r->ledger->holder), P_INT(c->now_ms + LEASE_MS),
			      P_INT(c->now_ms)),
		       read_token, r);
}

static err add_leaf(struct ctx *c, const struct row *row, void *arg)
{
	struct round *r = arg;
	struct merkle_hash data;

	if (row_int(row, 0) != (int64_t)r->edges->size)
		FAIL(c, ERR_STORE, "公开日志缺少一个叶子，请运行 ledger verify");
	TRY(hash_read(c, row_blob(row, 1), data.b));
	return edges_add(c, r->tx, r->edges, &data);
}

/* Entries become leaves from `size` on: three statements, whatever their number. */
static err grow(struct ctx *c, struct tx *tx, struct round *r)
{
	int64_t size = (int64_t)r->edges->size, ended = 0;

	TRY(tx_exec(c, tx, Q_LEDGER_LEAF_ADD, PARAMS(P_INT(LOG_ID), P_INT(size), P_INT(LEDGER_ROUND_MAX)),
		    &r->added));
	if (r->added == 0)
		return OK;
	TRY(tx_exec(c, tx, Q_LEDGER_PENDING_END, PARAMS(P_INT(LOG_ID), P_INT(size)), &ended));
	r->tx = tx;
	TRY(tx_rows(c, tx, Q_LEDGER_LEAF_DATA, PARAMS(P_INT(LOG_ID), P_INT(size)), add_leaf, r));
	if (ended != r->added || (int64_t)r->edges->size != size + r->added)
		FAIL(c, ERR_STORE, "等待写入公开日志的记录不完整，请运行 ledger verify");
	return edges_store(c, tx, r->edges);
}

static err round_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct round *r = arg;
	struct checkpoint tree;
	bool any;

	r->added = 0;
	TRY(take_lease(c, tx, r));
	if (r->token < 0)
		return OK;
	TRY(tree_newest(c, tx, &tree, &any));
	TRY(edges_load(c, tx, &tree, r->edges));
	TRY(grow(c, tx, r));
	if (any && r->added == 0)
		return OK;
	struct merkle_hash root = edges_root(r->edges);
	return tx_exec(c, tx, Q_LEDGER_TREE_ADD,
		       PARAMS(P_INT(LOG_ID), P_INT(r->edges->size), P_BLOB(root.b, sizeof root.b),
			      P_INT(c->now_ms), P_INT(r->token)),
		       NULL);
}

/* ---- the second: sign what is committed ----------------------------------------------------- */

struct signing {
	struct checkpoint tree, mark;
	struct edges *edges;
	bool any, marked, contained;
};

/* The root is made again from the edges: a row that changed in the store is not signed. */
static err read_committed(struct ctx *c, struct tx *tx, void *arg)
{
	struct signing *s = arg;

	TRY(tree_newest(c, tx, &s->tree, &s->any));
	if (!s->any)
		return OK;
	TRY(edges_load(c, tx, &s->tree, s->edges));
	s->contained = true;
	return s->marked ? mark_contained(c, tx, &s->mark, &s->tree, &s->contained) : OK;
}

static err sign_newest(struct ctx *c, struct ledger *l)
{
	struct signing s = {.edges = l->edges};
	BUF_SCOPED note;

	buf_init(&note, NOTE_MAX);
	TRY(mark_read(c, l, &s.mark, &s.marked));
	TRY(store_read(c, l->store, read_committed, &s));
	if (!s.any)
		return OK;
	if (!s.contained)
		FAIL(c, ERR_CONFLICT,
		     "公开日志不含已签署过的检查点（数据曾被恢复），不再签署；请运行 tongban restore");
	checkpoint_sign(&l->key, l->means.secret_key, &s.tree, &note);
	TRY(mark_write(c, l, buf_slice(&note)));
	return store_exec(c, l->store, Q_LEDGER_CHECKPOINT_ADD,
			  PARAMS(P_INT(l->means.generation), P_INT(s.tree.size), P_TEXT(buf_slice(&note))),
			  NULL);
}

static err sequence_locked(struct ctx *c, struct ledger *l, int64_t *ret_added)
{
	struct work work = {0};
	struct round r = {.ledger = l, .edges = l->edges};

	*ret_added = 0;
	TRY(store_rows(c, l->store, Q_LEDGER_WORK, PARAMS(P_INT(LOG_ID), P_INT(l->means.generation)),
		       read_work, &work));
	if (work.waiting || work.tree_size < 0) {
		TRY(store_write(c, l->store, round_rows, &r));
		if (r.token < 0)
			return OK;
	} else if (work.signed_size >= work.tree_size) {
		return OK;
	}
	*ret_added = r.added;
	return sign_newest(c, l);
}

err ledger_sequence(struct ctx *c, struct ledger *l, int64_t *ret_added)
{
	int64_t added = 0;

	pthread_mutex_lock(&l->round_lock);
	err e = sequence_locked(c, l, &added);
	pthread_mutex_unlock(&l->round_lock);
	if (!failed(e) && ret_added)
		*ret_added = added;
	return e;
}

/* ---- the thread ----------------------------------------------------------------------------- */

/* Sleeps until the next round is due; false when it is time to end. */
static bool wait_for_round(struct ledger *l)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += IDLE_MS * 1000000L;
	until.tv_sec += until.tv_nsec / 1000000000L;
	until.tv_nsec %= 1000000000L;
	pthread_mutex_lock(&l->lock);
	if (!l->stopping)
		pthread_cond_timedwait(&l->wake, &l->lock, &until);
	bool go_on = !l->stopping;
	pthread_mutex_unlock(&l->lock);
	return go_on;
}

/* Rounds until nothing is left. */
static void run_rounds(struct ctx *c, struct ledger *l)
{
	int64_t added;
	err e;

	do {
		arena_clear(c->arena);
		failure_clear(c);
		c->now_ms = clock_now_ms(l->means.clock);
		e = ledger_sequence(c, l, &added);
	} while (!failed(e) && added == LEDGER_ROUND_MAX);
	pthread_mutex_lock(&l->lock);
	l->state = e.code;
	pthread_mutex_unlock(&l->lock);
}

static void *sequencer_main(void *arg)
{
	struct ledger *l = arg;
	struct ctx *c = calloc(1, sizeof *c);

	if (!c)
		abort();
	c->arena = arena_new(ROUND_ARENA_MAX);
	c->store = l->store;
	c->keys = l->keys;
	c->ledger = l;
	c->actor.kind = ACTOR_SYSTEM;
	do
		run_rounds(c, l);
	while (wait_for_round(l));
	run_rounds(c, l); /* what was written before the end */
	err dropped =
		store_exec(c, l->store, Q_LEDGER_LEASE_DROP, PARAMS(P_INT(LOG_ID), P_INT(l->holder)), NULL);
	(void)dropped.code; /* it runs out by itself */
	arena_free(c->arena);
	free(c);
	return NULL;
}

err ledger_sequencer_start(struct ctx *c, struct ledger *l)
{
	assert(!l->thread_runs);
	if (pthread_create(&l->thread, NULL, sequencer_main, l) != 0)
		FAIL(c, ERR_INTERNAL, "无法启动公开日志的线程");
	l->thread_runs = true;
	return OK;
}

enum err_code ledger_sequencer_state(struct ledger *l)
{
	pthread_mutex_lock(&l->lock);
	enum err_code state = l->state;
	pthread_mutex_unlock(&l->lock);
	return state;
}

void ledger_close(struct ledger *l)
{
	if (!l)
		return;
	if (l->thread_runs) {
		pthread_mutex_lock(&l->lock);
		l->stopping = true;
		pthread_cond_signal(&l->wake);
		pthread_mutex_unlock(&l->lock);
		pthread_join(l->thread, NULL);
	}
	pthread_cond_destroy(&l->wake);
	pthread_mutex_destroy(&l->lock);
	pthread_mutex_destroy(&l->round_lock);
	crypto_wipe(&l->means, sizeof l->means);
	free(l->edges);
	free(l);
}
