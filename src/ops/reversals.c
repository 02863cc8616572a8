#include "ops/reversals.h"
#include "ops/analysis_rows.h"
#include <stdlib.h>

enum { TRIES = 4, PAGE = 200, DAY_MS = 24 * 3600 * 1000 };
#define SERVICE "deidentified_reversal"

/* ---- the key table ---- */

struct key_row {
	uint8_t hash[HASH_SIZE];
	struct slice sealed;
};

struct key_rows {
	struct key_row *list;
	size_t count;
};

static err key_row(struct ctx *c, const struct row *r, void *arg)
{
	struct key_rows *k = arg;
	struct slice hash = row_blob(r, 0), sealed = row_blob(r, 1);

	if (hash.n != HASH_SIZE)
		FAIL(c, ERR_STORE, "a row of analysis_key has no hash");
	struct key_row *one = &k->list[k->count++];
	memcpy(one->hash, hash.p, HASH_SIZE);
	one->sealed = arena_slice(c->arena, sealed);
	return OK;
}

struct person_behind {
	int64_t subject_id;
	const char *common; /* when the set was made */
};

static err open_row(struct ctx *c, int64_t set_id, const struct key_row *k, struct person_behind *ret)
{
	struct slice plain = {0};

	err e = keys_unseal(c, c->keys, set_id, ANALYSIS_KEY_SCOPE, analysis_key_bound(c, set_id, k->hash),
			    k->sealed, &plain);
	if (e.code == ERR_NOT_FOUND || e.code == ERR_GONE)
		FAIL(c, ERR_GONE, "这份数据的密钥已经不在，不能还原");
	TRY(e);
	const char *text = arena_copy(c->arena, plain), *tab = strchr(text, '\t');
	crypto_wipe((char *)plain.p, plain.n);
	if (!tab)
		FAIL(c, ERR_STORE, "a row of analysis_key cannot be read");
	*ret = (struct person_behind){strtoll(text, NULL, 10), tab + 1};
	return OK;
}

/* What the set tells of that is in use while it is so, and ends: the rest stays true of a person for good. */
static bool lost(struct slice was, struct slice is)
{
	static const char *const held[] = {"使用", "有", "已实名"};

	for (size_t i = 0; i < sizeof held / sizeof *held; i++)
		if (slice_is(was, held[i]))
			return !slice_is(is, held[i]);
	return false;
}

/* Deleted, taken back, over, kept by the law alone, or the account ended: nothing may lead there any more
 * (NT-3.1.b, NT-3.1.c). */
static err still_there(struct ctx *c, const struct analysis *a, const struct person_behind *p, bool *ret)
{
	const char *was = p->common, *is = NULL;
	struct facts f = {0};
	struct head h;

	*ret = false;
	err e = facts_load(c, p->subject_id, &f, &h);
	if (e.code == ERR_NOT_FOUND || (!failed(e) && f.status == PERSON_CANCELLED)) {
		failure_clear(c);
		return OK;
	}
	TRY(e);
	TRY(analysis_common(c, a, p->subject_id, &is));
	if (!is)
		return OK;
	for (bool more = true; more;) {
		size_t n = strcspn(was, "\t"), m = strcspn(is, "\t");
		if (lost(slice_bytes(was, n), slice_bytes(is, m)))
			return OK;
		more = was[n] && is[m];
		was += n + (was[n] != 0);
		is += m + (is[m] != 0);
	}
	*ret = true;
	return OK;
}

static err forget(struct ctx *c, int64_t set_id, const struct key_row *k)
{
	return store_exec(c, c->store, Q_ANALYSIS_KEY_DELETE,
			  PARAMS(P_INT(set_id), P_BLOB(k->hash, HASH_SIZE)), NULL);
}

/* ---- back to the person ---- */

/* One answer for a code that never was and for one whose row is gone. */
static err unknown(struct ctx *c)
{
	FAIL(c, ERR_NOT_FOUND, "没有这个代码，或者这个人的账号或有关信息已经删除，不能还原");
}

static err key_must_stand(struct ctx *c, const struct analysis *a)
{
	TRY(analysis_must_be_ready(c, a));
	if (strcmp(a->key_state, "none") == 0)
		FAIL(c, ERR_CONFLICT, "这份数据没有保留对应表，不能还原");
	if (strcmp(a->key_state, "kept") != 0)
		FAIL(c, ERR_GONE, "这份数据的对应表和密钥已经销毁，不能还原");
	return OK;
}

static err find(struct ctx *c, const struct analysis *a, struct slice code, struct person_behind *ret)
{
	struct key_row one = {0};
	struct key_rows k = {.list = &one};
	uint8_t hash[HASH_SIZE];
	bool there = false;

	analysis_code_hash(c, a->id, code, hash);
	TRY(store_rows(c, c->store, Q_ANALYSIS_KEY_BY_CODE, PARAMS(P_INT(a->id), P_BLOB(hash, HASH_SIZE)),
		       key_row, &k));
	if (!k.count)
		return unknown(c);
	TRY(open_row(c, a->id, &one, ret));
	TRY(still_there(c, a, ret, &there));
	if (there)
		return OK;
	TRY(forget(c, a->id, &one));
	return unknown(c);
}

static err show_once(struct ctx *c, int64_t subject_id, struct slice reason, held_fn fn, void *arg)
{
	const struct service *s = release_service(c->release, SERVICE);
	struct permit *permit = NULL;
	struct facts f;
	struct head h;

	if (!s)
		FAIL(c, ERR_INTERNAL, "the release has no service " SERVICE);
	TRY(facts_load(c, subject_id, &f, &h));
	struct gate_request q = {.action = GATE_READ,
				 .service = s,
				 .purpose = s->purpose,
				 .items = s->reads,
				 .masked = true,
				 .staff = true,
				 .note = arena_copy(c->arena, reason),
				 .now_ms = c->now_ms};
	TRY(form_decide(c, &f, &h, &q, &permit));
	return vault_masked(c, permit, &h, 0, fn, arg);
}

err reversal_make(struct ctx *c, const struct staff *s, const struct reversal *r, held_fn fn, void *arg)
{
	struct person_behind p;
	struct analysis a;
	err e = {ERR_STALE};

	TRY(staff_must_be(c, s, STAFF_PRIVACY_OFFICER, NULL));
	TRY(analysis_get(c, r->set_id, &a));
	if (!analysis_reversible(c))
		return refuse(c, "not_declared", analysis_clause(c),
			      "隐私政策没有可以还原的去标识数据，任何人都不能还原。");
	TRY(key_must_stand(c, &a));
	TRY(staff_check_reason(c, r->reason));
	TRY(staff_confirm(c, s, r->totp));
	TRY(find(c, &a, r->code, &p));
	for (int i = 0; i < TRIES && e.code == ERR_STALE; i++) {
		failure_clear(c);
		e = show_once(c, p.subject_id, r->reason, fn, arg);
	}
	return e;
}

/* ---- the end of the way back ---- */

static err end_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct analysis *a = arg;

	TRY(tx_exec(c, tx, Q_ANALYSIS_KEY_STATE, PARAMS(P_INT(a->id), P_STR("kept"), P_STR("ended")), NULL));
	return tx_exec(c, tx, Q_ANALYSIS_KEY_END, PARAMS(P_INT(a->id)), NULL);
}

err reversal_key_end(struct ctx *c, const struct staff *s, int64_t set_id)
{
	static const char *const scope[] = {ANALYSIS_KEY_SCOPE};
	struct analysis a;

	TRY(staff_must_be(c, s, STAFF_PRIVACY_OFFICER, NULL));
	TRY(analysis_get(c, set_id, &a));
	TRY(key_must_stand(c, &a));
	TRY(keys_end(c, c->keys, set_id, scope, 1));
	return store_write(c, c->store, end_rows, &a);
}

err reversal_begin_rows(struct ctx *c, struct tx *tx, int64_t set_id, bool passed)
{
	if (!passed)
		return tx_exec(c, tx, Q_ANALYSIS_KEY_STATE,
			       PARAMS(P_INT(set_id), P_STR("kept"), P_STR("none")), NULL);
	return job_add(c, tx, "analysis_keys", 0, set_id, c->now_ms + DAY_MS, NULL);
}

static err sweep_page(struct ctx *c, const struct analysis *a, const struct key_rows *k)
{
	for (size_t i = 0; i < k->count; i++) {
		struct person_behind p;
		bool there = false;
		TRY(open_row(c, a->id, &k->list[i], &p));
		TRY(still_there(c, a, &p, &there));
		if (!there)
			TRY(forget(c, a->id, &k->list[i]));
	}
	return OK;
}

err reversal_keys_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct key_rows k = {0};
	uint8_t after[HASH_SIZE] = {0};
	struct analysis a;

	TRY(analysis_get(c, j->ref_id, &a));
	if (strcmp(a.key_state, "kept") != 0)
		return OK;
	k.list = ARENA_ARRAY(c->arena, struct key_row, PAGE);
	struct arena_mark mark = arena_mark(c->arena);
	do {
		k.count = 0;
		TRY(store_rows(c, c->store, Q_ANALYSIS_KEY_PAGE,
			       PARAMS(P_INT(a.id), P_BLOB(after, sizeof after), P_INT(PAGE)), key_row, &k));
		err e = sweep_page(c, &a, &k);
		if (e.code == ERR_GONE) { /* the key went, and the server before the rows */
			failure_clear(c);
			return store_write(c, c->store, end_rows, &a);
		}
		TRY(e);
		if (k.count)
			memcpy(after, k.list[k.count - 1].hash, HASH_SIZE);
		arena_rewind(c->arena, mark);
	} while (k.count == PAGE);
	*ret_again_at_ms = c->now_ms + DAY_MS;
	return OK;
}

err reversal_person_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	uint8_t person[HASH_SIZE];

	*ret_again_at_ms = 0;
	analysis_person_hash(c, j->subject_id, person);
	return store_exec(c, c->store, Q_ANALYSIS_KEY_PERSON_END, PARAMS(P_BLOB(person, sizeof person)),
			  NULL);
}
