#include "ledger/verify.h"

#include <inttypes.h>

enum { PAGE = 500 };
#define HEAD "person_head：用户 %" PRId64 "："
#define ENTRY "ledger_entry：用户 %" PRId64 " 第 %" PRId64 " 条："

/* Where the walk through one person's entries stands. After a damaged entry the next one may follow either
 * from what is stored or from what should be, so that one damage is one finding. */
struct walk {
	struct check *check;
	int64_t subject_id, n; /* the last row */
	bool chain_known;
	uint8_t heads[2][HASH_SIZE];
	int64_t head_n; /* what person_head says; -1: no such person */
	uint8_t head[HASH_SIZE];
	int rows;
};

static void begin_person(struct walk *w, const struct row *row)
{
	struct slice head = row_is_null(row, 7) ? SLICE("") : row_blob(row, 7);

	w->subject_id = row_int(row, 0);
	w->n = 0;
	w->chain_known = true;
	memset(w->heads, 0, sizeof w->heads);
	w->head_n = row_is_null(row, 6) ? -1 : row_int(row, 6);
	memset(w->head, 0, sizeof w->head);
	if (head.n == HASH_SIZE)
		memcpy(w->head, head.p, HASH_SIZE);
	if (w->head_n < 0)
		found(w->check, HEAD "有使用记录，但没有这个用户", w->subject_id);
}

/* The head is that of the last entry. */
static void end_person(struct walk *w)
{
	if (w->subject_id == INT64_MIN || w->head_n < 0)
		return;
	if (w->head_n != w->n)
		found(w->check, HEAD "应有 %" PRId64 " 条使用记录，实有 %" PRId64 " 条", w->subject_id,
		      w->head_n, w->n);
	else if (w->chain_known && memcmp(w->head, w->heads[0], HASH_SIZE) != 0 &&
		 memcmp(w->head, w->heads[1], HASH_SIZE) != 0)
		found(w->check, HEAD "链头与最后一条使用记录不符", w->subject_id);
}

/* One finding for each missing number; a long gap is one finding. */
static void check_number(struct walk *w, int64_t n)
{
	if (n == w->n + 1)
		return;
	if (n == w->n + 2)
		found(w->check, ENTRY "缺失", w->subject_id, w->n + 1);
	else
		found(w->check, ENTRY "缺失，直至第 %" PRId64 " 条", w->subject_id, w->n + 1, n - 1);
	w->chain_known = false;
}

static void check_head(struct walk *w, int64_t n, struct slice data, struct slice head)
{
	uint8_t expected[2][HASH_SIZE];
	bool fits = !w->chain_known;

	if (data.n != HASH_SIZE || head.n != HASH_SIZE) {
		found(w->check, ENTRY "摘要长度有误", w->subject_id, n);
		w->chain_known = false;
		return;
	}
	for (int i = 0; i < 2; i++) {
		entry_chain(w->heads[i], (const uint8_t *)data.p, expected[i]);
		fits |= memcmp(expected[i], head.p, HASH_SIZE) == 0;
	}
	if (!fits)
		found(w->check, ENTRY "链头不接续上一条", w->subject_id, n);
	memcpy(w->heads[0], head.p, HASH_SIZE);
	memcpy(w->heads[1], fits ? (const void *)head.p : expected[0], HASH_SIZE);
	w->chain_known = true;
}

/* The sealed entry opens, is the one that was hashed, and names this person and number. */
static err check_seal(struct ctx *c, struct walk *w, int64_t n, struct slice data, struct slice sealed)
{
	struct opened o;
	struct usage u;

	if (w->subject_id == LEDGER_REGISTER)
		return OK; /* their texts are sealed for the people they are about: verify_deferred.c */
	err e = entry_open(c, w->subject_id, n, data, sealed, &o);

	switch (e.code) {
	case ERR_OK:
		if (failed(entry_parse(c, o.text, &u)) || u.subject_id != w->subject_id || u.n != n)
			found(w->check, ENTRY "内容属于另一用户或另一编号", w->subject_id, n);
		break;
	case ERR_GONE: /* erased: its hashes remain */
		break;
	case ERR_NOT_FOUND:
		found(w->check, ENTRY "没有密钥可以打开", w->subject_id, n);
		break;
	case ERR_CRYPTO:
		found(w->check, ENTRY "密封内容打不开，或与摘要不符", w->subject_id, n);
		break;
	default:
		return e;
	}
	failure_clear(c);
	return OK;
}

static err check_entry(struct ctx *c, const struct row *row, void *arg)
{
	struct walk *w = arg;
	int64_t subject_id = row_int(row, 0), n = row_int(row, 1);

	w->rows++;
	if (subject_id != w->subject_id) {
		end_person(w);
		begin_person(w, row);
	}
	if (n == w->n && n > 0) {
		found(w->check, ENTRY "既在公开日志中，又在等待写入", subject_id, n);
		return OK;
	}
	check_number(w, n);
	w->n = n;
	if (row_is_null(row, 2)) {
		found(w->check, ENTRY "记录已不在", subject_id, n);
		w->chain_known = false;
		return OK;
	}
	if (row_int(row, 2) != n)
		found(w->check, ENTRY "编号写作第 %" PRId64 " 条", subject_id, n, row_int(row, 2));
	check_head(w, n, row_blob(row, 3), row_blob(row, 4));
	return check_seal(c, w, n, row_blob(row, 3), row_blob(row, 5));
}

static err without_entries(struct ctx *, const struct row *row, void *arg)
{
	if (row_int(row, 1) == 0)
		found(arg, HEAD "没有使用记录，链头却不是起点", row_int(row, 0));
	else
		found(arg, HEAD "应有 %" PRId64 " 条使用记录，实有 0 条", row_int(row, 0), row_int(row, 1));
	return OK;
}

err check_people(struct check *k)
{
	struct walk w = {.check = k, .subject_id = INT64_MIN};

	do {
		w.rows = 0;
		arena_clear(k->c->arena);
		TRY(tx_rows(k->c, k->tx, Q_LEDGER_CHECK_ENTRIES,
			    PARAMS(P_INT(w.subject_id), P_INT(w.n), P_INT(PAGE)), check_entry, &w));
	} while (w.rows == PAGE);
	end_person(&w);
	static const uint8_t start[HASH_SIZE];
	return tx_rows(k->c, k->tx, Q_LEDGER_CHECK_HEADS, PARAMS(P_INT(PAGE), P_BLOB(start, sizeof start)),
		       without_entries, k);
}
