#include "ops/staff.h"
#include "base/id.h"
#include "connectors/outages.h"
#include <stdio.h>

enum { TOTP_SECRET_SIZE = 20, FREE_TRIES = 5, LOCK_STEP_MS = 60 * 1000, LOCK_MAX_MS = 3600 * 1000 };

struct account {
	struct staff staff;
	char *password_hash;
	int64_t totp_step, failures, locked_until_ms;
};

static const char *const roles[] = {STAFF_HOTLINE_AGENT, STAFF_AUDITOR, STAFF_POLICY_OFFICER,
				    STAFF_PRIVACY_OFFICER, STAFF_COMPLAINT_HANDLER};

static err check_new(struct ctx *c, const struct staff *s, struct slice password)
{
	bool known = false;

	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		known |= s->role && strcmp(roles[i], s->role) == 0;
	if (!known)
		return fail_field(c, "role",
				  "角色只能是 hotline_agent、complaint_handler、auditor、policy_officer 或 "
				  "privacy_officer");
	if (s->department && !release_recipient(c->release, s->department))
		return fail_field(c, "department", "部门须是隐私政策中声明的接收方");
	if (strcmp(s->role, STAFF_HOTLINE_AGENT) == 0 && !s->department)
		return fail_field(c, "department", "请用 --department 指明所在部门");
	if (slice_chars(password) < 12)
		return fail_field(c, "password", "工作人员密码至少 12 个字符");
	return OK;
}

static const char *totp_name(struct ctx *c, int64_t staff_id)
{
	return arena_printf(c->arena, "staff_totp:%lld", (long long)staff_id);
}

err staff_add(struct ctx *c, const struct staff *s, struct slice password, char ret_secret_base32[static 64])
{
	char hash[PASSWORD_HASH_SIZE];
	SECRET_SCOPED secret = {0};

	TRY(check_new(c, s, password));
	int64_t id = id_new(c->now_ms);
	secret_init(&secret, TOTP_SECRET_SIZE);
	crypto_random(secret.p, secret.n);
	TRY(password_hash(c, password, hash));
	TRY(keys_secret_put(c, c->keys, totp_name(c, id), slice_bytes(secret.p, secret.n)));
	err e = store_exec(c, c->store, Q_STAFF_INSERT,
			   PARAMS(P_INT(id), P_STR(s->login), P_STR(s->name), P_STR(s->role),
				  P_STR(s->department), P_TEXT(slice_of(hash)), P_INT(c->now_ms)),
			   NULL);
	if (e.code == ERR_CONFLICT)
		FAIL(c, ERR_CONFLICT, "登录名已被占用，请换一个");
	TRY(e);
	base32_encode(secret.p, secret.n, ret_secret_base32);
	return OK;
}

static struct account account_of_row(struct ctx *c, const struct row *row)
{
	return (struct account){
		.staff = {.id = row_int(row, 0),
			  .login = row_copy(c, row, 1),
			  .name = row_copy(c, row, 2),
			  .role = row_copy(c, row, 3),
			  .department = row_copy_or_null(c, row, 4)},
		.password_hash = row_copy(c, row, 5),
		.totp_step = row_int(row, 6),
		.failures = row_int(row, 7),
		.locked_until_ms = row_int(row, 8),
	};
}

static err keep_account(struct ctx *c, const struct row *row, void *arg)
{
	*(struct account *)arg = account_of_row(c, row);
	return OK;
}

struct each {
	staff_fn fn;
	void *arg;
};

static err each_row(struct ctx *c, const struct row *row, void *arg)
{
	struct each *each = arg;
	struct account a = account_of_row(c, row);

	return each->fn(c, &a.staff, each->arg);
}

err staff_list(struct ctx *c, staff_fn fn, void *arg)
{
	struct each each = {fn, arg};

	return store_rows(c, c->store, Q_STAFF_LIST, NO_PARAMS, each_row, &each);
}

/* ---- login
 * -------------------------------------------------------------------------------------------------------- */

static err wrong(struct ctx *c)
{
	FAIL(c, ERR_LOGIN, "登录名、密码或动态口令不正确；连续多次失败后账号会暂时锁定，请稍后再试");
}

/* Each failure past the free tries doubles the time until the next. */
static err count_failure(struct ctx *c, const struct account *a)
{
	int64_t over = a->failures + 1 - FREE_TRIES, lock_ms = 0;

	if (over > 0)
		lock_ms = over > 6 ? LOCK_MAX_MS : (int64_t)LOCK_STEP_MS << (over - 1);
	return store_exec(c, c->store, Q_STAFF_FAILED,
			  PARAMS(P_INT(a->staff.id), P_INT(lock_ms ? c->now_ms + lock_ms : 0)), NULL);
}

static err note_failure(struct ctx *c, const struct account *a)
{
	TRY(count_failure(c, a));
	return wrong(c);
}

static err check_totp(struct ctx *c, const struct account *a, struct slice code, int64_t *ret_step)
{
	SECRET_SCOPED secret = {0};

	TRY(keys_secret_get(c, c->keys, totp_name(c, a->staff.id), &secret));
	if (!totp_verify(slice_bytes(secret.p, secret.n), c->now_ms, code, ret_step))
		return wrong(c);
	return OK;
}

static void token_hash(struct ctx *c, struct slice token, uint8_t ret[static HASH_SIZE])
{
	keys_hash(c->keys, "staff_session", token, ret);
}

struct opening {
	const struct account *a;
	int64_t step;
	const uint8_t *hash;
};

static err open_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct opening *o = arg;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_STAFF_USE_STEP, PARAMS(P_INT(o->a->staff.id), P_INT(o->step)), &changed));
	if (changed == 0)
		return wrong(c); /* the code was used before */
	return tx_exec(c, tx, Q_STAFF_SESSION_INSERT,
		       PARAMS(P_BLOB(o->hash, HASH_SIZE), P_INT(o->a->staff.id), P_INT(c->now_ms)), NULL);
}

err staff_login(struct ctx *c, struct slice login, struct slice password, struct slice totp,
		struct staff *ret, char ret_token[static TOKEN_SIZE])
{
	struct account a = {0};
	uint8_t random[32], hash[HASH_SIZE];
	char token[TOKEN_SIZE];
	int64_t step = 0;

	TRY(store_rows(c, c->store, Q_STAFF_BY_LOGIN, PARAMS(P_TEXT(login)), keep_account, &a));
	bool fits = password_verify(password, a.password_hash);
	/* a locked account answers like a login that does not exist, whatever was typed: neither can be found
	 * out */
	if (!a.staff.id || a.locked_until_ms > c->now_ms)
		return wrong(c);
	if (!fits || failed(check_totp(c, &a, totp, &step)))
		return note_failure(c, &a);
	crypto_random(random, sizeof random);
	base64url_encode(random, sizeof random, token);
	token_hash(c, slice_of(token), hash);
	TRY(store_write(c, c->store, open_rows, &(struct opening){&a, step, hash}));
	memcpy(ret_token, token, TOKEN_SIZE);
	*ret = a.staff;
	return OK;
}

err staff_confirm(struct ctx *c, const struct staff *s, struct slice totp)
{
	struct account a = {0};
	int64_t step = 0, changed = 0;

	TRY(store_rows(c, c->store, Q_STAFF_BY_ID, PARAMS(P_INT(s->id)), keep_account, &a));
	bool open = a.staff.id && a.locked_until_ms <= c->now_ms;
	if (open && !failed(check_totp(c, &a, totp, &step)))
		TRY(store_exec(c, c->store, Q_STAFF_USE_STEP, PARAMS(P_INT(s->id), P_INT(step)), &changed));
	if (changed)
		return OK;
	if (open)
		TRY(count_failure(c, &a));
	failure_clear(c);
	return fail_field(c, "totp", "动态口令不正确或者已经用过，请等下一个口令");
}

/* What an officer cut off to contain an incident (TJ-5.5.b). */
static err role_must_stand(struct ctx *c, const char *role)
{
	bool cut = false;

	TRY(cut_holds(c, "role", role, &cut));
	return cut ? refuse(c, "locked", NULL, "因安全处置，本岗位已暂停使用") : OK;
}

struct session {
	int64_t staff_id, created_at_ms, last_seen_at_ms;
};

static err keep_session(struct ctx *c, const struct row *row, void *arg)
{
	(void)c;
	*(struct session *)arg = (struct session){row_int(row, 0), row_int(row, 1), row_int(row, 2)};
	return OK;
}

err staff_session_find(struct ctx *c, struct slice token, struct staff *ret)
{
	enum { SEEN_STEP_MS = 30 * 1000 };
	uint8_t hash[HASH_SIZE];
	struct session s = {0};
	struct account a = {0};

	token_hash(c, token, hash);
	TRY(store_rows(c, c->store, Q_STAFF_SESSION_FIND, PARAMS(P_BLOB(hash, sizeof hash)), keep_session,
		       &s));
	if (!s.staff_id || c->now_ms - s.last_seen_at_ms > STAFF_IDLE_MS ||
	    c->now_ms - s.created_at_ms > STAFF_LIFE_MS)
		FAIL(c, ERR_LOGIN, "登录已失效，请重新登录");
	TRY(store_rows(c, c->store, Q_STAFF_BY_ID, PARAMS(P_INT(s.staff_id)), keep_account, &a));
	if (!a.staff.id)
		FAIL(c, ERR_LOGIN, "登录已失效，请重新登录");
	TRY(role_must_stand(c, a.staff.role));
	if (c->now_ms - s.last_seen_at_ms > SEEN_STEP_MS)
		TRY(store_exec(
			c, c->store, Q_STAFF_SESSION_SEEN,
			PARAMS(P_BLOB(hash, sizeof hash), P_INT(c->now_ms), P_INT(c->now_ms - STAFF_IDLE_MS)),
			NULL));
	*ret = a.staff;
	return OK;
}

err staff_session_end(struct ctx *c, struct slice token)
{
	uint8_t hash[HASH_SIZE];

	token_hash(c, token, hash);
	return store_exec(c, c->store, Q_STAFF_SESSION_DELETE, PARAMS(P_BLOB(hash, sizeof hash)), NULL);
}

err staff_sessions_end(struct ctx *c, int64_t staff_id)
{
	return store_exec(c, c->store, Q_STAFF_SESSION_DELETE_ALL, PARAMS(P_INT(staff_id)), NULL);
}
