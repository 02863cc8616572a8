/* Logging in. Whatever is wrong, the answer is one text, after the same work. */
#include "identity/identity_store.h"

enum { WINDOW_MS = 10 * 60 * 1000, TRIES_PER_ADDRESS = 600 };

static err wrong(struct ctx *c)
{
	FAIL(c, ERR_LOGIN, "用户名或密码不正确");
}

static err offered(struct ctx *c, const char *method)
{
	if (city_list_has(c->release, "login.methods", method))
		return OK;
	return fail_field(c, "method", "不提供这种登录方式");
}

/* What a login name can be, tried in an order that needs no guess: each kind has its own form. */
static const struct {
	const char *item, *kind;
} names[] = {
	{"mobile_phone", "phone"},
	{"resident_id_number", "id_number"},
	{"username", "username"},
};

/* Looks in every kind, found or not, so that the work is the same. *ret_name is the first normal form that
 * fits, or the text itself: failures are counted by it, so that other spellings of one number are one name.
 */
static err find_login(struct ctx *c, struct slice login, int64_t *ret_subject_id, struct slice *ret_name)
{
	int64_t found = 0;

	*ret_name = (struct slice){0};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct item *item = release_item(c->release, names[i].item);
		struct slice normal = login;
		int64_t subject_id = 0;
		if (!item || !city_list_has(c->release, "login.names", names[i].item))
			continue;
		bool fits = !failed(item_normal(c, item, login, &normal));
		failure_clear(c);
		TRY(account_lookup(c, names[i].kind, fits ? normal : login, &subject_id));
		if (fits && !found)
			found = subject_id;
		if (fits && !ret_name->n)
			*ret_name = normal;
	}
	if (!ret_name->n)
		*ret_name = login;
	*ret_subject_id = found;
	return OK;
}

/* One counter for an account by whichever name, one for each name that is no account. */
static const char *guarded(struct ctx *c, int64_t subject_id, struct slice login)
{
	if (subject_id)
		return arena_printf(c->arena, "account|%lld", (long long)subject_id);
	return arena_printf(c->arena, "name|%.*s", (int)login.n, login.p);
}

/* The person sees failed attempts as well; for nobody a row of the same weight is written. */
static err note_failure(struct ctx *c, int64_t subject_id)
{
	struct entry entry = {.action = ENTRY_LOGIN,
			      .service = "account",
			      .basis = "own_request",
			      .decision = "login_failed",
			      .note = "登录未成功"};
	struct head head;

	if (!subject_id)
		return throttle(c, "login_nobody", SLICE("nobody"), INT64_MAX, WINDOW_MS);
	TRY(ledger_head(c, c->store, subject_id, &head));
	return ledger_write(c, &head, &entry, LEDGER_ANY_EPOCH, NULL, NULL, NULL);
}

err login_password(struct ctx *c, struct slice login, struct slice password, const char *address,
		   struct login *ret)
{
	int64_t subject_id = 0;
	bool right = false;

	TRY(offered(c, "password"));
	TRY(installation_agreed(c));
	if (!login.n || login.n > 200 || !password.n || password.n > 400)
		return wrong(c);
	struct slice name;
	TRY(find_login(c, login, &subject_id, &name));
	const char *who = guarded(c, subject_id, name);
	TRY(guard_admit(c, who, address, city_int(c->release, "login.per_address_10min", TRIES_PER_ADDRESS),
			WINDOW_MS));
	TRY(password_check(c, subject_id, password, &right));
	if (!right) {
		TRY(note_failure(c, subject_id));
		return wrong(c);
	}
	*ret = (struct login){.subject_id = subject_id, .guarded = true, .way = "password", .name = name};
	guard_key(c, who, ret->guard);
	return OK;
}

err login_sms(struct ctx *c, struct slice phone, struct slice code, const char *address, struct login *ret)
{
	struct slice normal, digits;
	int64_t subject_id = 0;

	TRY(offered(c, "sms"));
	TRY(item_read(c, "mobile_phone", phone, &normal));
	TRY(item_read(c, "sms_code", code, &digits));
	TRY(installation_agreed(c));
	TRY(throttle(c, "login_address", slice_of(address),
		     city_int(c->release, "login.per_address_10min", TRIES_PER_ADDRESS), WINDOW_MS));
	TRY(account_lookup(c, "phone", normal, &subject_id));
	if (failed(sms_code_take(c, normal, "login", digits)) || !subject_id) {
		failure_clear(c);
		TRY(note_failure(c, subject_id));
		FAIL(c, ERR_LOGIN, "手机号码或验证码不正确");
	}
	*ret = (struct login){.subject_id = subject_id, .way = "sms", .name = normal};
	return OK;
}
