/* `ledger verify`: reads everything, believes nothing, and names the place of what is wrong. */
#include "ledger/verify.h"

#include <inttypes.h>
#include <stdio.h>

enum { CHECK_ARENA_MAX = 256 << 20, PASSED_OVER_MS = 10 * 60 * 1000, ORPHANS_MAX = 1000 };

void found(struct check *k, const char *fmt, ...)
{
	char line[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof line, fmt, ap);
	va_end(ap);
	k->findings++;
	if (k->ret->size + strlen(line) < k->ret->max_size) {
		buf_add_text(k->ret, line);
		buf_add_text(k->ret, "\n");
	}
}

static err orphan(struct ctx *, const struct row *row, void *arg)
{
	found(arg,
	      "ledger_entry：用户 %" PRId64 " 第 %" PRId64 " 条：不在该用户的编号序列中（分叉或失去位置）",
	      row_int(row, 0), row_int(row, 1));
	return OK;
}

static err lone_checkpoint(struct ctx *, const struct row *row, void *arg)
{
	found(arg, "ledger_tree：大小 %" PRId64 "：已签署检查点，但没有对应的树", row_int(row, 0));
	return OK;
}

static err due_promise(struct ctx *, const struct row *row, void *arg)
{
	struct check *k = arg;
	int64_t subject_id = row_int(row, 0), n = row_int(row, 1);

	if (row_is_null(row, 3))
		found(k, "ledger_promise：用户 %" PRId64 " 第 %" PRId64 " 条：承诺期限已过，仍未写入公开日志",
		      subject_id, n);
	else if (!slice_eq(row_blob(row, 2), row_blob(row, 3)))
		found(k, "ledger_promise：用户 %" PRId64 " 第 %" PRId64 " 条：写入公开日志的内容与承诺的不同",
		      subject_id, n);
	return OK;
}

static err passed_over(struct ctx *, const struct row *row, void *arg)
{
	found(arg,
	      "ledger_pending：用户 %" PRId64 " 第 %" PRId64 " 条：后来的记录已写入公开日志，这一条被越过",
	      row_int(row, 0), row_int(row, 1));
	return OK;
}

static err check_all(struct ctx *c, struct tx *tx, void *arg)
{
	struct check *k = arg;

	k->tx = tx;
	TRY(check_people(k));
	TRY(tx_rows(c, tx, Q_LEDGER_CHECK_ORPHANS, PARAMS(P_INT(ORPHANS_MAX)), orphan, k));
	TRY(check_deferred(k));
	TRY(check_log(k));
	TRY(tx_rows(c, tx, Q_LEDGER_CHECK_LONE_CHECKPOINTS,
		    PARAMS(P_INT(LOG_ID), P_INT(k->ledger->means.generation)), lone_checkpoint, k));
	TRY(tx_rows(c, tx, Q_LEDGER_CHECK_PROMISES, PARAMS(P_INT(c->now_ms)), due_promise, k));
	return tx_rows(c, tx, Q_LEDGER_CHECK_PASSED_OVER, PARAMS(P_INT(LOG_ID), P_INT(PASSED_OVER_MS)),
		       passed_over, k);
}

static void drop_arena(struct arena **a)
{
	arena_free(*a);
}

/* A checkpoint from before a restore says nothing about the log that began then. */
static bool of_earlier_log(struct check *k, struct slice note)
{
	const struct ledger *l = k->ledger;
	struct note_key key;

	for (int64_t g = l->means.generation - 1; g >= 1; g--) {
		if (!generation_key(l, g, &key) || !checkpoint_open(&key, note, &k->kept))
			continue;
		found(k,
		      "另存的检查点：属于恢复数据之前的日志 %s（大小 %" PRIu64
		      "）；请记入事件记录，并改用日志 %s 的检查点核对",
		      key.name, k->kept.size, l->key.name);
		return true;
	}
	return false;
}

err ledger_verify(struct ctx *c, struct ledger *l, struct slice checkpoint, struct buf *ret,
		  int64_t *ret_findings)
{
	__attribute__((cleanup(drop_arena))) struct arena *arena = arena_new(CHECK_ARENA_MAX);
	struct ctx own = *c;
	struct check k = {.c = &own, .ledger = l, .ret = ret, .has_kept = checkpoint.n > 0};

	own.arena = arena;
	own.ledger = l;
	if (k.has_kept && !checkpoint_open(&l->key, checkpoint, &k.kept)) {
		k.has_kept = false;
		if (!of_earlier_log(&k, checkpoint))
			FAIL(c, ERR_INVALID, "所给检查点不是本日志签署的");
	}
	err e = store_read(&own, l->store, check_all, &k);
	if (failed(e)) {
		c->failure = own.failure;
		return e;
	}
	*ret_findings = k.findings;
	return OK;
}
