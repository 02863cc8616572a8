/* The register of deferrals: each of its numbers is a leaf; behind each stands one sealed entry about one
 * person, which was told, or has a date that has not passed. */
#include "ledger/verify.h"

#include <inttypes.h>

enum { PAGE = 500, LATE_MS = 60 * 60 * 1000 };
#define DEFERRED "ledger_deferred：延后登记第 %" PRId64 " 条："

struct register_walk {
	struct check *check;
	int64_t n;
	int rows;
};

/* *ret_open is false for what cannot be read: erased, or told as a finding. */
static err open_deferred(struct ctx *c, struct register_walk *w, const struct row *row, struct opened *ret,
			 bool *ret_open)
{
	int64_t n = row_int(row, 0), subject_id = row_int(row, 2);
	struct slice data = row_is_null(row, 1) ? SLICE("") : row_blob(row, 1);
	struct usage u;

	*ret_open = false;
	err e = entry_open_deferred(c, subject_id, n, data, row_blob(row, 3), ret);
	if (e.code == ERR_CRYPTO)
		found(w->check, DEFERRED "内容已被改动，或与登记的摘要不符", n);
	else if (e.code == ERR_NOT_FOUND)
		found(w->check, DEFERRED "没有密钥可以打开", n);
	else if (e.code != ERR_GONE) {
		TRY(e);
		*ret_open = true;
		if (failed(entry_parse(c, ret->text, &u)) || u.subject_id != subject_id || u.n != 0)
			found(w->check, DEFERRED "内容属于另一用户", n);
	}
	failure_clear(c);
	return OK;
}

/* The entry that told it names its hash; one that waits for the tree is checked when it is there. */
static void check_told(struct ctx *c, struct register_walk *w, const struct row *row,
		       const struct opened *deferred)
{
	int64_t n = row_int(row, 0), told = row_int(row, 5);
	char data[HASH_SIZE * 2];
	struct opened o;
	struct usage u;

	if (row_is_null(row, 6))
		return;
	base64_encode(deferred->data, HASH_SIZE, data);
	if (failed(entry_open(c, row_int(row, 2), told, row_blob(row, 6), row_blob(row, 7), &o)) ||
	    failed(entry_parse(c, o.text, &u)) || !u.deferred || strcmp(u.deferred, data) != 0)
		found(w->check, DEFERRED "告知本人的第 %" PRId64 " 条使用记录没有引用它", n, told);
	failure_clear(c);
}

static err check_one(struct ctx *c, const struct row *row, void *arg)
{
	struct register_walk *w = arg;
	int64_t n = row_int(row, 0);
	struct opened deferred;
	bool open;

	w->rows++;
	w->n = n;
	if (row_is_null(row, 2)) {
		found(w->check, DEFERRED "记录已不在", n);
		return OK;
	}
	TRY(open_deferred(c, w, row, &deferred, &open));
	if (!open)
		return OK;
	if (!row_is_null(row, 5))
		check_told(c, w, row, &deferred);
	else if (row_int(row, 4) == 0)
		found(w->check, DEFERRED "没有告知本人的期限", n);
	else if (row_int(row, 4) < c->now_ms - LATE_MS)
		found(w->check, DEFERRED "延后的期限已过，仍未告知本人", n);
	return OK;
}

static err lone(struct ctx *, const struct row *row, void *arg)
{
	found(arg, DEFERRED "不在登记的编号序列中（用户 %" PRId64 "）", row_int(row, 1), row_int(row, 0));
	return OK;
}

err check_deferred(struct check *k)
{
	struct register_walk w = {.check = k};

	do {
		w.rows = 0;
		arena_clear(k->c->arena);
		TRY(tx_rows(k->c, k->tx, Q_LEDGER_CHECK_DEFERRED,
			    PARAMS(P_INT(LEDGER_REGISTER), P_INT(w.n), P_INT(PAGE)), check_one, &w));
	} while (w.rows == PAGE);
	return tx_rows(k->c, k->tx, Q_LEDGER_CHECK_DEFERRED_LONE, PARAMS(P_INT(LEDGER_REGISTER), P_INT(PAGE)),
		       lone, k);
}
