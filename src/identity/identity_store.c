/* The only place that uses the queries of identity.sql. */
#include "identity/identity_store.h"
#include "vault/keys.h"

enum {
	GUARD_FREE_TRIES = 5,		 /* from the fifth on, each one locks */
	GUARD_FIRST_LOCK_MS = 60 * 1000, /* and the lock doubles */
	GUARD_LONGEST_LOCK_MS = 24 * 3600 * 1000,
	DAY_MS = 24 * 3600 * 1000,
};

/* ---- counters
 * ---------------------------------------------------------------------------------------------------------
 */

struct counting {
	uint8_t hash[HASH_SIZE];
	int64_t window_ms, count, window_ends_ms;
};

static err counted_row(struct ctx *c, const struct row *r, void *arg)
{
	struct counting *k = arg;

	(void)c;
	k->count = row_int(r, 0);
	k->window_ends_ms = row_int(r, 1);
	return OK;
}

static err count_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct counting *k = arg;

	TRY(tx_exec(c, tx, Q_THROTTLE_SWEEP, PARAMS(P_INT(k->hash[0]), P_INT(c->now_ms - DAY_MS)), NULL));
	return tx_rows(c, tx, Q_THROTTLE_COUNT,
		       PARAMS(P_INT(k->hash[0]), P_BLOB(k->hash, HASH_SIZE), P_INT(c->now_ms + k->window_ms),
			      P_INT(c->now_ms)),
		       counted_row, k);
}

static void counting_init(struct ctx *c, const char *kind, struct slice value, int64_t window_ms,
			  struct counting *ret)
{
	const char *text = arena_printf(c->arena, "%s|%.*s", kind, (int)value.n, value.p);

	*ret = (struct counting){.window_ms = window_ms};
	keys_hash(c->keys, "throttle", slice_of(text), ret->hash);
}

static err check_count(struct ctx *c, const struct counting *k, int64_t limit)
{
	if (k->count <= limit)
		return OK;
	c->failure.retry_after_s = (k->window_ends_ms - c->now_ms) / 1000 + 1;
	FAIL(c, ERR_LIMIT, "操作过于频繁，请稍后再试");
}

err throttle(struct ctx *c, const char *kind, struct slice value, int64_t limit, int64_t window_ms)
{
	struct counting k;

	counting_init(c, kind, value, window_ms, &k);
	TRY(store_write(c, c->store, count_rows, &k));
	return check_count(c, &k, limit);
}

/* ---- the lock after wrong passwords
 * --------------------------------------------------------------------------------------- */

struct guard {
	uint8_t hash[HASH_SIZE];
	int64_t locked_until_ms;
	bool locked;
};

void guard_key(struct ctx *c, const char *who, uint8_t ret[static HASH_SIZE])
{
	keys_hash(c->keys, "login_guard", slice_of(who), ret);
}

static void guard_init(struct ctx *c, const char *who, struct guard *ret)
{
	*ret = (struct guard){0};
	guard_key(c, who, ret->hash);
}

static err guard_row(struct ctx *c, const struct row *r, void *arg)
{
	(void)c;
	((struct guard *)arg)->locked_until_ms = row_int(r, 1);
	return OK;
}

static err guard_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct guard *g = arg;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_LOGIN_GUARD_BEGIN,
		    PARAMS(P_INT(g->hash[0]), P_BLOB(g->hash, HASH_SIZE), P_INT(c->now_ms),
			   P_INT(GUARD_FREE_TRIES), P_INT(GUARD_FIRST_LOCK_MS), P_INT(GUARD_LONGEST_LOCK_MS)),
		    &changed));
	g->locked = changed == 0;
	if (!g->locked)
		return OK;
	return tx_rows(c, tx, Q_LOGIN_GUARD_GET, PARAMS(P_INT(g->hash[0]), P_BLOB(g->hash, HASH_SIZE)),
		       guard_row, g);
}

static err check_guard(struct ctx *c, const struct guard *g)
{
	if (!g->locked)
		return OK;
	c->failure.retry_after_s = (g->locked_until_ms - c->now_ms) / 1000 + 1;
	FAIL(c, ERR_LOCKED, "密码错误次数过多，已暂时锁定，请稍后再试");
}

err guard_begin(struct ctx *c, const char *who)
{
	struct guard g;

	guard_init(c, who, &g);
	TRY(store_write(c, c->store, guard_rows, &g));
	return check_guard(c, &g);
}

struct admission {
	struct counting count;
	struct guard guard;
	int64_t limit;
};

/* A try that its address may not make is none against the account. */
static err admit_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct admission *a = arg;

	TRY(count_rows(c, tx, &a->count));
	return a->count.count > a->limit ? OK : guard_rows(c, tx, &a->guard);
}

err guard_admit(struct ctx *c, const char *who, const char *address, int64_t limit, int64_t window_ms)
{
	struct admission a = {.limit = limit};

	counting_init(c, "login_address", slice_of(address), window_ms, &a.count);
	guard_init(c, who, &a.guard);
	TRY(store_write(c, c->store, admit_rows, &a));
	TRY(check_count(c, &a.count, limit));
	return check_guard(c, &a.guard);
}

err guard_clear_rows(struct ctx *c, struct tx *tx, const uint8_t *guard)
{
	return tx_exec(c, tx, Q_LOGIN_GUARD_CLEAR, PARAMS(P_INT(guard[0]), P_BLOB(guard, HASH_SIZE)), NULL);
}

static err misses_row(struct ctx *c, const struct row *r, void *arg)
{
	(void)c;
	*(int64_t *)arg = row_int(r, 0);
	return OK;
}

err guard_misses(struct ctx *c, const char *who, int64_t *ret)
{
	struct guard g;

	guard_init(c, who, &g);
	*ret = 0;
	return store_rows(c, c->store, Q_LOGIN_GUARD_GET, PARAMS(P_INT(g.hash[0]), P_BLOB(g.hash, HASH_SIZE)),
			  misses_row, ret);
}

err guard_clear(struct ctx *c, const char *who)
{
	struct guard g;

	guard_init(c, who, &g);
	return store_exec(c, c->store, Q_LOGIN_GUARD_CLEAR,
			  PARAMS(P_INT(g.hash[0]), P_BLOB(g.hash, HASH_SIZE)), NULL);
}

/* ---- codes
 * --------------------------------------------------------------------------------------------------------------------
 */

err identity_db_code_put(struct ctx *c, struct tx *tx, const struct sms_code_row *row, int64_t *ret_changed)
{
	struct param bucket = P_INT(row->phone_hash[0]);

	TRY(tx_exec(c, tx, Q_SMS_CODE_SWEEP, PARAMS(bucket, P_INT(c->now_ms - DAY_MS)), NULL));
	return tx_exec(c, tx, Q_SMS_CODE_PUT,
		       PARAMS(bucket, P_BLOB(row->phone_hash, HASH_SIZE), P_STR(row->purpose),
			      P_BLOB(row->code_hash, HASH_SIZE), P_INT(c->now_ms), P_INT(row->expires_at_ms),
			      P_INT(c->now_ms - SMS_RESEND_MS)),
		       ret_changed);
}

struct taking {
	const struct sms_code_row *row;
	bool right;
};

static err take_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct taking *t = arg;
	const struct sms_code_row *row = t->row;
	struct param bucket = P_INT(row->phone_hash[0]), phone = P_BLOB(row->phone_hash, HASH_SIZE);
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_SMS_CODE_TAKE,
		    PARAMS(bucket, phone, P_STR(row->purpose), P_BLOB(row->code_hash, HASH_SIZE),
			   P_INT(c->now_ms), P_INT(SMS_ATTEMPTS_MAX)),
		    &changed));
	t->right = changed == 1;
	if (t->right)
		return OK;
	return tx_exec(c, tx, Q_SMS_CODE_ATTEMPT, PARAMS(bucket, phone, P_STR(row->purpose)), NULL);
}

err identity_db_code_take(struct ctx *c, const struct sms_code_row *row, bool *ret_right)
{
	struct taking t = {row, false};

	TRY(store_write(c, c->store, take_rows, &t));
	*ret_right = t.right;
	return OK;
}

/* ---- what was filled in ---- */

static err prefill_put_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct prefill_row *row = arg;
	struct param bucket = P_INT(row->form_hash[0]);

	TRY(tx_exec(c, tx, Q_PREFILL_SWEEP, PARAMS(bucket, P_INT(c->now_ms)), NULL));
	return tx_exec(c, tx, Q_PREFILL_PUT,
		       PARAMS(bucket, P_BLOB(row->form_hash, HASH_SIZE), P_STR(row->source),
			      P_BLOB(row->value_hash, HASH_SIZE), P_INT(row->consent_id), P_STR(row->version),
			      P_INT(c->now_ms), P_INT(row->expires_at_ms)),
		       NULL);
}

err identity_db_prefill_put(struct ctx *c, const struct prefill_row *row)
{
	struct prefill_row copy = *row;

	return store_write(c, c->store, prefill_put_rows, &copy);
}

static err prefill_found(struct ctx *c, const struct row *r, void *arg)
{
	struct prefill_row *row = arg;
	struct slice value = row_blob(r, 1);

	if (value.n != HASH_SIZE)
		FAIL(c, ERR_INTERNAL, "a hash of another size");
	row->source = row_copy(c, r, 0);
	memcpy(row->value_hash, value.p, HASH_SIZE);
	row->consent_id = row_int(r, 2);
	row->version = row_copy(c, r, 3);
	return OK;
}

err identity_db_prefill_get(struct ctx *c, struct prefill_row *row)
{
	return store_rows(
		c, c->store, Q_PREFILL_GET,
		PARAMS(P_INT(row->form_hash[0]), P_BLOB(row->form_hash, HASH_SIZE), P_INT(c->now_ms)),
		prefill_found, row);
}

err identity_db_prefill_delete(struct ctx *c, struct tx *tx, const uint8_t form_hash[static HASH_SIZE])
{
	return tx_exec(c, tx, Q_PREFILL_DELETE, PARAMS(P_INT(form_hash[0]), P_BLOB(form_hash, HASH_SIZE)),
		       NULL);
}
