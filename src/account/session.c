/* Sessions: random tokens of which only a keyed hash is stored; an idle and an absolute life (ASVS-3.3.2). */
#include "account/account.h"
#include "account/account_store.h"
#include "base/id.h"
#include "notify/notices.h"

enum { SECRET_BYTES = 18, TOKEN_BYTES = 16 + SECRET_BYTES, TOUCH_MS = 60 * 1000 };

static void put_id(uint8_t *at, int64_t id)
{
	for (int i = 0; i < 8; i++)
		at[i] = (uint8_t)((uint64_t)id >> (56 - 8 * i));
}

static int64_t get_id(const uint8_t *at)
{
	uint64_t id = 0;

	for (int i = 0; i < 8; i++)
		id = id << 8 | at[i];
	return (int64_t)id;
}

static int64_t idle_ms(const struct ctx *c)
{
	return city_int(c->release, "session.idle_minutes", 30) * 60 * 1000;
}

static int64_t life_ms(const struct ctx *c)
{
	return city_int(c->release, "session.life_hours", 12) * 3600 * 1000;
}

struct sweeping {
	int64_t subject_id, idle_since_ms;
};

static err sweep_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct sweeping *s = arg;

	return account_db_sessions_sweep(c, tx, s->subject_id, s->idle_since_ms);
}

err sessions_sweep(struct ctx *c, int64_t subject_id)
{
	struct sweeping s = {subject_id, c->now_ms - idle_ms(c)};

	return store_write(c, c->store, sweep_rows, &s);
}

/* "s", then subject, session and the secret in base64url: the subject is where the row lies. */
static void make_token(const struct session *s, char ret[static TOKEN_SIZE])
{
	uint8_t bytes[TOKEN_BYTES];

	put_id(bytes, s->subject_id);
	put_id(bytes + 8, s->id);
	crypto_random(bytes + 16, SECRET_BYTES);
	ret[0] = 's';
	base64url_encode(bytes, sizeof(bytes), ret + 1);
	crypto_wipe(bytes, sizeof(bytes));
}

/* As the person reads it in the own list. */
static const char *login_note(struct ctx *c, const char *method, const char *platform)
{
	static const char *const words[][2] = {
		{"password", "密码登录"},
		{"sms", "短信验证码登录"},
		{"registration", "注册后登录"},
		{"password_fetched", "密码登录（手机号码经本人授权取得）"},
		{"sms_fetched", "短信验证码登录（手机号码经本人授权取得）"},
		{"web", "网页"},
		{"android", "安卓设备"},
		{"ios", "苹果设备"},
	};
	const char *how = method, *where = platform;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(words[i][0], method) == 0)
			how = words[i][1];
		if (strcmp(words[i][0], platform) == 0)
			where = words[i][1];
	}
	return arena_printf(c->arena, "%s，%s", how, where);
}

static bool is_fetched(const char *method)
{
	return strcmp(method, "password_fetched") == 0 || strcmp(method, "sms_fetched") == 0;
}

struct starting {
	const struct session *session;
	uint8_t hash[HASH_SIZE];
	int64_t idle_since_ms;
	tx_fn also;
	void *arg;
};

static err start_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct starting *s = arg;

	TRY(account_db_sessions_sweep(c, tx, s->session->subject_id, s->idle_since_ms));
	if (s->also)
		TRY(s->also(c, tx, s->arg));
	return account_db_session_put(c, tx, s->session, s->hash);
}

err session_start(struct ctx *c, int64_t subject_id, const char *method, const char *platform, tx_fn also,
		  void *arg, char ret_token[static TOKEN_SIZE], struct session *ret)
{
	struct session session = {.id = id_new(c->now_ms),
				  .subject_id = subject_id,
				  .installation_id = c->installation_id,
				  .created_at_ms = c->now_ms,
				  .last_seen_at_ms = c->now_ms,
				  .ends_at_ms = c->now_ms + life_ms(c),
				  .platform = platform ? platform : "web",
				  .origin = is_fetched(method) ? "fetched" : "typed"};
	struct starting s = {
		.session = &session, .idle_since_ms = c->now_ms - idle_ms(c), .also = also, .arg = arg};
	struct entry entry = {.action = ENTRY_LOGIN,
			      .service = "account",
			      .basis = "own_request",
			      .decision = "allowed",
			      .note = login_note(c, method, session.platform),
			      .ref_id = session.id};
	struct head head;
	char token[TOKEN_SIZE];

	TRY(acceptance_adopt(c, c->installation_id, subject_id));
	make_token(&session, token);
	keys_hash(c->keys, "session", slice_of(token), s.hash);
	TRY(ledger_head(c, c->store, subject_id, &head));
	TRY(ledger_write(c, &head, &entry, LEDGER_ANY_EPOCH, start_rows, &s, NULL));
	memcpy(ret_token, token, sizeof(token));
	*ret = session;
	return OK;
}

static bool parse_token(struct slice token, int64_t *ret_subject_id, int64_t *ret_session_id)
{
	uint8_t bytes[TOKEN_SIZE];
	size_t n = 0;

	if (token.n < 2 || token.n >= TOKEN_SIZE || token.p[0] != 's' ||
	    !base64url_decode((struct slice){token.p + 1, token.n - 1}, bytes, &n) || n != TOKEN_BYTES)
		return false;
	*ret_subject_id = get_id(bytes);
	*ret_session_id = get_id(bytes + 8);
	return true;
}

err session_find(struct ctx *c, struct slice token, struct session *ret)
{
	uint8_t given[HASH_SIZE], stored[HASH_SIZE];
	int64_t subject_id = 0, session_id = 0;
	struct session s;

	if (!parse_token(token, &subject_id, &session_id))
		FAIL(c, ERR_LOGIN, "请先登录");
	keys_hash(c->keys, "session", token, given);
	TRY(account_db_session(c, subject_id, session_id, &s, stored));
	if (!s.id || !crypto_equal(given, stored, HASH_SIZE))
		FAIL(c, ERR_LOGIN, "请先登录");
	if (c->now_ms >= s.ends_at_ms || c->now_ms >= s.last_seen_at_ms + idle_ms(c))
		FAIL(c, ERR_LOGIN, "登录已过期，请重新登录");
	if (c->now_ms >= s.last_seen_at_ms + TOUCH_MS)
		TRY(account_db_session_touch(c, subject_id, session_id));
	*ret = s;
	return OK;
}

struct listing {
	session_fn fn;
	void *arg;
};

static err live_only(struct ctx *c, const struct session *s, void *arg)
{
	const struct listing *l = arg;

	if (c->now_ms >= s->ends_at_ms || c->now_ms >= s->last_seen_at_ms + idle_ms(c))
		return OK;
	return l->fn(c, s, l->arg);
}

err session_list(struct ctx *c, int64_t subject_id, session_fn fn, void *arg)
{
	struct listing l = {fn, arg};

	return account_db_sessions(c, subject_id, live_only, &l);
}

struct end {
	int64_t subject_id, session_id;
};

static err end_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct end *e = arg;
	int64_t changed = 0;

	TRY(account_db_session_delete(c, tx, e->subject_id, e->session_id, &changed));
	if (changed == 0)
		FAIL(c, ERR_NOT_FOUND, "没有这台设备的登录");
	/* who is logged out gets no push there any more */
	return push_session_end_rows(c, tx, e->subject_id, e->session_id, 0);
}

err session_end(struct ctx *c, int64_t subject_id, int64_t session_id)
{
	struct end end = {subject_id, session_id};
	struct entry entry = {.action = ENTRY_LOGIN,
			      .service = "account",
			      .basis = "own_request",
			      .decision = "allowed",
			      .note = "退出登录",
			      .ref_id = session_id};
	struct head head;

	TRY(ledger_head(c, c->store, subject_id, &head));
	return ledger_write(c, &head, &entry, LEDGER_ANY_EPOCH, end_rows, &end, NULL);
}
