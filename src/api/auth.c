/* Who calls: bearer token or cookie, installation or session, or staff. */
#include "account/account.h"
#include "api/server.h"
#include "consent/preferences.h"
#include <stdio.h>
#include <unistd.h>

/* ---- tokens
 * -------------------------------------------------------------------------------------------------------- */

static struct slice bearer(const struct http_request *q)
{
	struct slice h = http_header(q, "Authorization");

	return slice_starts(h, "Bearer ") ? (struct slice){h.p + 7, h.n - 7} : (struct slice){0};
}

struct slice api_token(struct api_call *k, const char *cookie_name)
{
	struct slice token = bearer(k->q);

	k->by_cookie = false;
	if (token.n)
		return token;
	token = http_cookie(k->q, arena_printf(k->c->arena, "tb_%s", cookie_name));
	k->by_cookie = token.n > 0;
	return token;
}

static bool wants_cookie(const struct api_call *k)
{
	return slice_is(api_text(k, "transport"), "cookie");
}

void api_set_cookie(struct api_call *k, const char *name, const char *value, int64_t life_s)
{
	const char *secure = k->api->options.cookies_secure ? "; Secure" : "";
	const char *life = life_s < 0 ? "" : arena_printf(k->c->arena, "; Max-Age=%lld", (long long)life_s);

	http_set_header(k->a, "Set-Cookie",
			arena_printf(k->c->arena, "tb_%s=%s; Path=/; HttpOnly; SameSite=Strict%s%s", name,
				     value, life, secure));
}

/* Who refused to be recognised by cookies logs in again each time the browser was closed (TJ-1.1.26.3.b). */
bool api_give_token(struct api_call *k, const char *name, const char *token, int64_t life_s)
{
	bool lasting = true;

	if (!wants_cookie(k))
		return true;
	if (k->c->installation_id && failed(cookie_allowed(k->c, "identity", &lasting))) {
		failure_clear(k->c);
		lasting = false;
	}
	api_set_cookie(k, name, token, lasting ? life_s : -1);
	return false;
}

void api_renew_cookies(struct api_call *k, bool lasting)
{
	static const struct {
		const char *name;
		int64_t life_s;
	} cookies[] = {{"installation", INT64_C(400) * 24 * 3600}, {"session", INT64_C(12) * 3600}};

	for (size_t i = 0; i < sizeof cookies / sizeof *cookies; i++) {
		const char *name = cookies[i].name;
		struct slice value = http_cookie(k->q, arena_printf(k->c->arena, "tb_%s", name));
		if (value.n)
			api_set_cookie(k, name, arena_copy(k->c->arena, value),
				       lasting ? cookies[i].life_s : -1);
	}
}

void api_drop_cookie(struct api_call *k, const char *name)
{
	api_set_cookie(k, name, "", 0);
}

/* ---- origin: a cookie travels with any page's request, so the page must be ours
 * ----------------------------------------- */

static bool is_own_origin(const struct http_request *q)
{
	struct slice origin = http_header(q, "Origin"), host = http_header(q, "Host");
	size_t skip = slice_starts(origin, "https://") ? 8 : slice_starts(origin, "http://") ? 7 : 0;

	return skip && slice_eq((struct slice){origin.p + skip, origin.n - skip}, host);
}

static err check_origin(struct api_call *k)
{
	if (!k->by_cookie || slice_is(k->q->method, "GET") || is_own_origin(k->q))
		return OK;
	FAIL(k->c, ERR_NOT_YOURS, "请求不是由本应用的页面发出的");
}

/* ---- resolving
 * -------------------------------------------------------------------------------------------------------------
 */

static void become_person(struct api_call *k, const struct session *s)
{
	struct ctx *c = k->c;

	c->installation_id = s->installation_id;
	c->session_id = s->id;
	c->actor = (struct actor){ACTOR_PERSON, s->subject_id, "self", NULL, NULL};
	k->subject_id = s->subject_id;
	k->platform = s->platform;
}

static err resolve_session(struct api_call *k, struct slice token)
{
	struct session s;

	TRY(session_find(k->c, token, &s));
	become_person(k, &s);
	k->token = token;
	return OK;
}

static err resolve_installation(struct api_call *k, struct slice token)
{
	int64_t id = 0;

	TRY(installation_find(k->c, token, &id, &k->platform));
	k->c->installation_id = id;
	k->token = token;
	return OK;
}

/* A bearer token says what it is; of cookies the session goes before the installation, and one that has ended
 * counts as none. */
static err resolve(struct api_call *k)
{
	struct slice token = bearer(k->q);

	if (token.n)
		return token.p[0] == 's' ? resolve_session(k, token) : resolve_installation(k, token);
	token = http_cookie(k->q, "tb_session");
	if (token.n) {
		k->by_cookie = true;
		err e = resolve_session(k, token);
		if (e.code != ERR_LOGIN)
			return e;
		failure_clear(k->c);
		api_drop_cookie(k, "session");
	}
	token = http_cookie(k->q, "tb_installation");
	if (!token.n)
		FAIL(k->c, ERR_LOGIN, "请先打开应用");
	k->by_cookie = true;
	return resolve_installation(k, token);
}

static err require_login(struct api_call *k)
{
	const char *clause = city_text(k->c->release, "gate.clause.login");

	k->c->failure.clause = clause;
	refuse_next(k->c, "log_in", NULL);
	FAIL(k->c, ERR_LOGIN, "请先登录");
}

static err authenticate_person(struct api_call *k)
{
	enum api_auth auth = k->route->auth;
	err e = resolve(k);

	if (e.code == ERR_LOGIN && auth == API_GUEST) {
		failure_clear(k->c);
		return OK;
	}
	if (e.code == ERR_LOGIN)
		return auth == API_SESSION ? require_login(k) : e;
	TRY(e);
	if (auth == API_SESSION && !k->subject_id)
		return require_login(k);
	return check_origin(k);
}

err api_authenticate(struct api_call *k)
{
	if (k->route->auth == API_ANYONE)
		return OK;
	if (k->route->auth != API_STAFF)
		return authenticate_person(k);
	struct slice token = api_token(k, "staff");
	if (!token.n)
		return require_login(k);
	TRY(api_staff_resolve(k, token));
	k->token = token;
	return check_origin(k);
}

void api_even_out(const struct api_call *k, int ms)
{
	uint64_t gone_us = (clock_monotonic_ns() - k->q->arrived_ns) / 1000;
	uint64_t least_us = (uint64_t)ms * 1000;

	if (gone_us < least_us)
		usleep((useconds_t)(least_us - gone_us));
}
