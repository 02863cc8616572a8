/* Unusual logins, as the person sees them, and the way to block (NT-1.3.b). */
#include "account/watch.h"
#include "api/api.h"
#include "identity/identity.h"

static void put_alert(struct api_call *k, const struct login_alert *a)
{
	struct json *j = &k->out;

	json_put_id(j, "id", a->id);
	json_put_time(j, "at", a->at_ms);
	json_put_text(j, "platform", a->platform);
	json_put_text(j, "state", a->state);
	json_put_bool(j, "current", a->installation_id == k->c->installation_id);
}

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err write_alert(struct ctx *c, const struct login_alert *a, void *arg)
{
	struct listing *l = arg;

	(void)c;
	if (!api_page_row(&l->page, a->id))
		return OK;
	json_open(&l->k->out, '{');
	put_alert(l->k, a);
	json_close(&l->k->out, '}');
	return OK;
}

static err alerts_get(struct api_call *k)
{
	struct listing l = {.k = k};

	TRY(api_page_open(k, &l.page));
	TRY(login_alert_list(k->c, k->subject_id, l.page.before, l.page.limit + 1, write_alert, &l));
	api_page_close(k, &l.page);
	return OK;
}

static err alert_get(struct api_call *k)
{
	struct login_alert a;
	int64_t id = 0;

	TRY(api_param_id(k, 0, &id));
	TRY(login_alert_get(k->c, k->subject_id, id, &a));
	json_open(&k->out, '{');
	put_alert(k, &a);
	json_put_text(&k->out, "place", a.place);
	json_put_text(&k->out, "device", a.device);
	json_put_text(&k->out, "reasons", a.reasons);
	json_close(&k->out, '}');
	return OK;
}

static err alert_block(struct api_call *k)
{
	int64_t id = 0;

	TRY(api_param_id(k, 0, &id));
	TRY(login_alert_block(k->c, k->subject_id, id));
	watch_note(k->c, &(struct watch_event){"abnormal_login", "not_me", "device_blocked", NULL});
	return OK;
}

static err alert_unblock(struct api_call *k)
{
	int64_t id = 0;

	TRY(api_param_id(k, 0, &id));
	return login_alert_unblock(k->c, k->subject_id, id);
}

#define ALERT "id: id, at: time, platform: text, state: stopped|passed|blocked, current: bool"

const struct api_route api_login_routes[] = {
	{"GET", "/api/v1/me/login-alerts", alerts_get, API_SESSION, 0, "login_alert_list", "异常登录的记录",
	 .answer = "{items: [{" ALERT "}], next?: text}", .query = "cursor limit"},
	{"GET", "/api/v1/me/login-alerts/{id}", alert_get, API_SESSION, 0, "login_alert_get",
	 "一次异常登录的时间、网络、设备和原因",
	 .answer = "{" ALERT ", place?: text, device?: text, reasons?: text}"},
	{"POST", "/api/v1/me/login-alerts/{id}/block", alert_block, API_SESSION, 0, "login_alert_block",
	 "不是本人：阻止这台设备登录，结束它的会话", .body = "{}", .status = 204},
	{"DELETE", "/api/v1/me/login-alerts/{id}/block", alert_unblock, API_SESSION, 0, "login_alert_unblock",
	 "取消阻止", .status = 204},
	{0},
};
