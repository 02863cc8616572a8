/* Switches of the app, uses of cookies, and numbers without people. */
#include "consent/preferences.h"
#include "api/api.h"
#include "consent/counts.h"
#include "services/kept.h"

/* ---- switches ---- */

static err put_switch(struct api_call *k, const char *name, const char *setting)
{
	bool declared = city_flag(k->c->release, setting), on = false;

	if (declared)
		TRY(preference_on(k->c, k->subject_id, name, &on));
	json_key(&k->out, name);
	json_open(&k->out, '{');
	json_put_bool(&k->out, "declared", declared);
	json_put_bool(&k->out, "on", on);
	json_close(&k->out, '}');
	return OK;
}

static err preferences_get(struct api_call *k)
{
	json_open(&k->out, '{');
	TRY(put_switch(k, "history", "history.enabled"));
	TRY(put_switch(k, "personal", "personal.enabled"));
	json_close(&k->out, '}');
	return OK;
}

static err preference_put(struct api_call *k)
{
	struct slice name = k->q->params[0];

	if (!slice_is(name, "history") && !slice_is(name, "personal"))
		FAIL(k->c, ERR_NOT_FOUND, "没有这项设置");
	return kept_switch(k->c, k->subject_id, arena_copy(k->c->arena, name),
			   slice_is(api_text(k, "state"), "on"));
}

/* ---- cookies ---- */

static const char *const uses[] = {"identity", "analysis"};

static err choices_get(struct api_call *k)
{
	struct json *j = &k->out;

	json_open(j, '{');
	json_key(j, "items");
	json_open(j, '[');
	for (size_t i = 0; i < sizeof uses / sizeof *uses; i++) {
		bool allowed = false;
		if (!cookie_of_use(k->c->release, uses[i]))
			continue;
		TRY(cookie_allowed(k->c, uses[i], &allowed));
		json_open(j, '{');
		json_put_text(j, "use", uses[i]);
		json_put_text(j, "state", allowed ? "allowed" : "refused");
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
	return OK;
}

/* What was set before goes with the choice: no analysis cookie stays, and a session lives as long as the
 * browser is open. */
static err choice_put(struct api_call *k)
{
	const char *use = arena_copy(k->c->arena, k->q->params[0]);
	bool allowed = slice_is(api_text(k, "state"), "allowed");

	TRY(cookie_choose(k->c, use, allowed));
	if (strcmp(use, "analysis") == 0 && !allowed)
		api_drop_cookie(k, "stat");
	if (strcmp(use, "identity") == 0 && k->by_cookie)
		api_renew_cookies(k, allowed);
	return OK;
}

/* ---- numbers ---- */

static const char *const pages[] = {"home",   "services",    "service", "search",  "messages",
				    "mine",   "interaction", "hotline", "cases",   "usage",
				    "policy", "about",	     "login",	"register"};

static err read_page(struct api_call *k, const char **ret)
{
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
		if (slice_is(api_text(k, "page"), pages[i])) {
			*ret = pages[i];
			return OK;
		}
	return fail_field(k->c, "page", "没有这个页面");
}

/* The cookie holds a date, the same for everybody on that day: with it a device counts once a day. */
static err page_view(struct api_call *k)
{
	const char *page = NULL;
	bool allowed = false;
	struct date d = date_of(k->c->now_ms);
	const char *today = arena_printf(k->c->arena, "%04d%02d%02d", d.year, d.month, d.day);

	TRY(read_page(k, &page));
	TRY(cookie_allowed(k->c, "analysis", &allowed));
	if (!allowed)
		return OK;
	TRY(counts_add(k->c, "page", page));
	if (slice_is(http_cookie(k->q, "tb_stat"), today))
		return OK;
	api_set_cookie(k, "stat", today, 24 * 3600);
	return counts_add(k->c, "visit", "device");
}

static err write_count(struct ctx *c, const char *kind, const char *name, int64_t times, void *arg)
{
	const struct service *s = strcmp(kind, "service") == 0 ? release_service(c->release, name) : NULL;
	struct json *j = arg;

	json_open(j, '{');
	json_put_text(j, "kind", kind);
	json_put_text(j, "key", name);
	json_put_text(j, "name", s ? s->name : name);
	json_put_int(j, "times", times);
	json_close(j, '}');
	return OK;
}

static err statistics_get(struct api_call *k)
{
	enum { DAYS = 30 };

	json_open(&k->out, '{');
	json_put_int(&k->out, "days", DAYS);
	json_put_int(&k->out, "least", COUNTS_LEAST);
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(counts_sum(k->c, DAYS, write_count, &k->out));
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

#define SWITCH "{declared: bool, on: bool}"

const struct api_route api_preference_routes[] = {
	{"GET", "/api/v1/preferences", preferences_get, API_SESSION, 0, "preference_list", "本人的各项开关",
	 .answer = "{history: " SWITCH ", personal: " SWITCH "}"},
	{"PUT", "/api/v1/preferences/{name}", preference_put, API_SESSION, 0, "preference_put",
	 "开启或关闭一项", .body = "{state: on|off}", .status = 204,
	 .takes = "search_and_mine personal_settings"},
	{"GET", "/api/v1/cookie-choices", choices_get, API_INSTALLATION, 0, "cookie_choice_list",
	 "本设备对Cookie的选择", .answer = "{items: [{use: identity|analysis, state: allowed|refused}]}"},
	{"PUT", "/api/v1/cookie-choices/{use}", choice_put, API_INSTALLATION, 0, "cookie_choice_put",
	 "允许或拒绝一类Cookie", .body = "{state: allowed|refused}", .status = 204},
	{"POST", "/api/v1/page-views", page_view, API_GUEST, API_OPTIONAL, "page_view",
	 "页面访问计数，不含身份", .body = "{page: text}", .status = 204},
	{"GET", "/api/v1/statistics", statistics_get, API_ANYONE, API_OPTIONAL, "statistics_get",
	 "最近三十日的使用统计，较小的数不公布",
	 .answer = "{days: int, least: int, items: [{kind: text, key: text, name: text, times: int}]}"},
	{0},
};
