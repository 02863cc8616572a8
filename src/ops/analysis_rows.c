#include "ops/analysis_rows.h"
#include <stdlib.h>

enum { STEP = 500 };

/* ---- codes ---- */

void analysis_code_hash(struct ctx *c, int64_t set_id, struct slice code, uint8_t ret[static HASH_SIZE])
{
	const char *text =
		arena_printf(c->arena, "%lld/%.*s", (long long)set_id, (int)code.n, (const char *)code.p);

	keys_hash(c->keys, "analysis_code", slice_of(text), ret);
}

void analysis_person_hash(struct ctx *c, int64_t subject_id, uint8_t ret[static HASH_SIZE])
{
	keys_hash(c->keys, "analysis_person", slice_of(arena_printf(c->arena, "%lld", (long long)subject_id)),
		  ret);
}

struct slice analysis_key_bound(struct ctx *c, int64_t set_id, const uint8_t hash[static HASH_SIZE])
{
	char hex[2 * HASH_SIZE + 1];

	hex_encode(hash, HASH_SIZE, hex);
	return slice_of(arena_printf(c->arena, "analysis_key/%lld/%s", (long long)set_id, hex));
}

static err seal_person(struct ctx *c, const struct analysis *a, int64_t subject_id, struct coded *k)
{
	const char *plain = arena_printf(c->arena, "%lld\t%s", (long long)subject_id, k->common);

	analysis_person_hash(c, subject_id, k->person);
	analysis_code_hash(c, a->id, slice_of(k->code), k->hash);
	return keys_seal(c, c->keys, a->id, ANALYSIS_KEY_SCOPE, analysis_key_bound(c, a->id, k->hash),
			 slice_of(plain), &k->sealed);
}

static int by_code(const void *a, const void *b)
{
	return strcmp(((const struct coded *)a)->code, ((const struct coded *)b)->code);
}

err coded_prepare(struct ctx *c, const struct analysis *a, const int64_t *subjects, const char *const *common,
		  size_t count, struct coded **ret)
{
	struct coded *list = ARENA_ARRAY(c->arena, struct coded, count + 1);
	uint8_t random[CODE_BYTES];

	for (size_t i = 0; i < count; i++) {
		crypto_random(random, sizeof random);
		base32_encode(random, sizeof random, list[i].code);
		list[i].common = common[i];
		if (strcmp(a->key_state, "kept") == 0)
			TRY(seal_person(c, a, subjects[i], &list[i]));
	}
	qsort(list, count, sizeof *list, by_code);
	*ret = list;
	return OK;
}

err coded_rows(struct ctx *c, struct tx *tx, const struct analysis *a, const struct coded *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct coded *k = &list[i];
		TRY(tx_exec(c, tx, Q_ANALYSIS_DRAFT_ADD,
			    PARAMS(P_INT(a->id), P_STR(k->code), P_STR(k->common)), NULL));
		if (k->sealed.n)
			TRY(tx_exec(c, tx, Q_ANALYSIS_KEY_ADD,
				    PARAMS(P_BLOB(k->person, HASH_SIZE), P_INT(a->id),
					   P_BLOB(k->hash, HASH_SIZE), P_BLOB(k->sealed.p, k->sealed.n)),
				    NULL));
	}
	return OK;
}

/* ---- from the draft into the set ---- */

struct draft {
	const char *code, *common;
	uint8_t hash[HASH_SIZE];
};

struct moving {
	const struct analysis *a;
	struct draft *rows;
	size_t count;
	int64_t last; /* position; -1: they do not move, they go */
};

static err draft_row(struct ctx *c, const struct row *r, void *arg)
{
	struct moving *m = arg;

	m->rows[m->count++] = (struct draft){.code = row_copy(c, r, 0), .common = row_copy(c, r, 1)};
	return OK;
}

static err move_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct moving *m = arg;

	for (size_t i = 0; i < m->count; i++) {
		const struct draft *d = &m->rows[i];
		TRY(tx_exec(c, tx, Q_ANALYSIS_DRAFT_DELETE, PARAMS(P_INT(m->a->id), P_STR(d->code)), NULL));
		if (m->last < 0)
			TRY(tx_exec(c, tx, Q_ANALYSIS_KEY_DELETE,
				    PARAMS(P_INT(m->a->id), P_BLOB(d->hash, HASH_SIZE)), NULL));
		else
			TRY(tx_exec(c, tx, Q_ANALYSIS_ROW_ADD,
				    PARAMS(P_INT(m->a->id), P_INT(m->last + 1 + (int64_t)i), P_STR(d->code),
					   P_STR(d->common)),
				    NULL));
	}
	return OK;
}

static err take_number(struct ctx *c, const struct row *r, void *arg)
{
	(void)c;
	*(int64_t *)arg = row_int(r, 0);
	return OK;
}

err coded_settle(struct ctx *c, const struct analysis *a, int64_t least, bool *ret_finished)
{
	struct moving m = {.a = a, .rows = ARENA_ARRAY(c->arena, struct draft, STEP), .last = -1};

	TRY(store_rows(c, c->store, Q_ANALYSIS_DRAFT_SMALL, PARAMS(P_INT(a->id), P_INT(least), P_INT(STEP)),
		       draft_row, &m));
	for (size_t i = 0; i < m.count; i++)
		analysis_code_hash(c, a->id, slice_of(m.rows[i].code), m.rows[i].hash);
	if (m.count == 0) {
		TRY(store_rows(c, c->store, Q_ANALYSIS_ROW_LAST, PARAMS(P_INT(a->id)), take_number, &m.last));
		TRY(store_rows(c, c->store, Q_ANALYSIS_DRAFT_NEXT, PARAMS(P_INT(a->id), P_INT(STEP)),
			       draft_row, &m));
	}
	*ret_finished = m.count == 0;
	return m.count ? store_write(c, c->store, move_rows, &m) : OK;
}

/* ---- reading ---- */

struct each_row {
	analysis_row_fn fn;
	void *arg;
};

static err one_row(struct ctx *c, const struct row *r, void *arg)
{
	const struct each_row *each = arg;
	struct analysis_row one = {row_int(r, 0), row_copy(c, r, 1), row_copy(c, r, 2)};

	return each->fn(c, &one, each->arg);
}

err analysis_rows(struct ctx *c, const struct analysis *a, int64_t after, analysis_row_fn fn, void *arg)
{
	TRY(analysis_must_be_ready(c, a));
	return store_rows(c, c->store, Q_ANALYSIS_ROW_PAGE,
			  PARAMS(P_INT(a->id), P_INT(after), P_INT(ANALYSIS_ROWS_PAGE + 1)), one_row,
			  &(struct each_row){fn, arg});
}
