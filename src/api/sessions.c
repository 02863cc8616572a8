/* Logging in and out, devices, and the second check. */
#include "account/watch.h"
#include "api/api.h"
#include "api/typed.h"
#include "identity/prefill.h"

enum { FAILURE_MS = 200 };

static err first_proof(struct api_call *k, struct login *ret)
{
	if (slice_is(api_text(k, "method"), "sms")) {
		if (!api_text(k, "mobile_phone").p || !api_text(k, "sms_code").p)
			return fail_field(k->c, "mobile_phone", "请填写手机号码和验证码");
		return login_sms(k->c, api_text(k, "mobile_phone"), api_text(k, "sms_code"), k->q->peer, ret);
	}
	if (!api_text(k, "login").p || !api_text(k, "password").p)
		return fail_field(k->c, "login", "请填写用户名和密码");
	return login_password(k->c, api_text(k, "login"), api_text(k, "password"), k->q->peer, ret);
}

static err second_proof(struct api_call *k, struct login *ret)
{
	const struct second_proof proof = {.phone = api_text(k, "mobile_phone"),
					   .sms_code = api_text(k, "sms_code"),
					   .password = api_text(k, "password"),
					   .id_number = api_text(k, "resident_id_number")};

	if (!api_text(k, "ticket").n)
		return fail_field(k->c, "ticket", "请重新登录");
	if (proof.sms_code.n && !proof.phone.n)
		return fail_field(k->c, "mobile_phone", "请填写手机号码");
	return login_confirm(k->c, api_text(k, "ticket"), &proof, k->q->peer, ret);
}

static err log_in(struct api_call *k, struct login *ret)
{
	TRY(slice_is(api_text(k, "method"), "confirm") ? second_proof(k, ret) : first_proof(k, ret));
	return login_judge(k->c, ret, k->q->peer, k->platform);
}

/* Guessing stops at the lock of the account or the limit of the address; the console shows it (TJ-1.2.1.4.c).
 */
static void note_guessing(struct api_call *k, err e)
{
	struct watch_event seen = {.kind = "brute_force", .address = k->q->peer};

	if (e.code == ERR_LOCKED) {
		seen.rule = "password_guessing";
		seen.measure = "locked";
	} else if (e.code == ERR_LIMIT) {
		seen.rule = "too_many_logins";
		seen.measure = "limited";
	} else {
		return;
	}
	watch_note(k->c, &seen);
}

/* After so many days with one password (TJ-5.6.c). */
static err put_reminder(struct api_call *k, int64_t subject_id)
{
	int64_t day_ms = INT64_C(24) * 3600 * 1000, days = city_int(k->c->release, "password.remind_days", 0);
	struct password_state s;

	TRY(password_state_get(k->c, subject_id, &s));
	int64_t since_ms = s.changed_at_ms > s.set_at_ms ? s.changed_at_ms : s.set_at_ms;
	bool due = s.set && days > 0 && k->c->now_ms - since_ms >= days * day_ms;
	json_put_bool(&k->out, "password_reminder", due);
	return OK;
}

/* TJ-1.1.2.l: whether the number that was given is the one that was fetched for it. */
static err open_by(struct api_call *k, struct login *l)
{
	struct prefilled from;
	const char *way = l->way;

	TRY(prefill_find(k->c, "login", l->name, &from));
	TRY(prefill_note(k->c, l->subject_id, &from));
	if (strcmp(from.origin, "typed") != 0)
		way = strcmp(way, "sms") == 0 ? "sms_fetched" : "password_fetched";
	return api_open_session(k, l->subject_id, way, login_rows, l);
}

static err session_create(struct api_call *k)
{
	struct login login;
	err e = log_in(k, &login);

	if (failed(e)) {
		note_guessing(k, e);
		api_even_out(k, FAILURE_MS);
		return e;
	}
	json_open(&k->out, '{');
	TRY(open_by(k, &login));
	json_put_id(&k->out, "subject_id", login.subject_id);
	TRY(put_reminder(k, login.subject_id));
	json_close(&k->out, '}');
	return OK;
}

static err write_session(struct ctx *c, const struct session *s, void *arg)
{
	struct json *j = arg;

	json_open(j, '{');
	json_put_id(j, "id", s->id);
	json_put_bool(j, "current", s->id == c->session_id);
	json_put_text(j, "platform", s->platform);
	json_put_time(j, "created_at", s->created_at_ms);
	json_put_time(j, "last_seen_at", s->last_seen_at_ms);
	json_put_text(j, "origin", s->origin);
	json_close(j, '}');
	return OK;
}

static err session_get_all(struct api_call *k)
{
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(session_list(k->c, k->subject_id, write_session, &k->out));
	json_close(&k->out, ']');
	json_key(&k->out, "next");
	json_none(&k->out);
	json_close(&k->out, '}');
	return OK;
}

static err session_delete(struct api_call *k)
{
	int64_t id = 0;

	TRY(api_param_id(k, 0, &id));
	return session_end(k->c, k->subject_id, id);
}

static err session_delete_current(struct api_call *k)
{
	TRY(session_end(k->c, k->subject_id, k->c->session_id));
	if (k->by_cookie)
		api_drop_cookie(k, "session");
	return OK;
}

static err second_check_create(struct api_call *k)
{
	int64_t until_ms = 0;

	if (slice_is(api_text(k, "method"), "sms"))
		TRY(second_check_sms(k->c, k->subject_id, api_text(k, "mobile_phone"),
				     api_text(k, "sms_code"), &until_ms));
	else
		TRY(second_check_password(k->c, k->subject_id, api_text(k, "password"), &until_ms));
	json_open(&k->out, '{');
	json_put_time(&k->out, "valid_until", until_ms);
	json_close(&k->out, '}');
	return OK;
}

const struct api_route api_session_routes[] = {
	{"POST", "/api/v1/sessions", session_create, API_INSTALLATION, API_CREATES | API_SLOW,
	 "session_create", "登录",
	 .body = "{method: password|sms|confirm, login?: text, password?: text, mobile_phone?: text, "
		 "sms_code?: "
		 "text, resident_id_number?: text, ticket?: text, transport?: bearer|cookie}",
	 .answer = "{id: id, token?: text, expires_at: time, subject_id: id, password_reminder: bool}",
	 .status = 201, .takes = "account"},
	{"GET", "/api/v1/sessions", session_get_all, API_SESSION, 0, "session_list", "已登录的设备",
	 .answer = "{items: [{id: id, current: bool, platform: text, created_at: time, last_seen_at: time,"
		   " origin: text}],"
		   " next?: text}"},
	{"DELETE", "/api/v1/sessions/current", session_delete_current, API_SESSION, 0, "session_end_current",
	 "退出登录", .status = 204},
	{"DELETE", "/api/v1/sessions/{id}", session_delete, API_SESSION, 0, "session_end",
	 "让一台设备退出登录", .status = 204},
	{"POST", "/api/v1/second-checks", second_check_create, API_SESSION, API_SLOW, "second_check_create",
	 "再次验证身份",
	 .body = "{method: password|sms, password?: text, mobile_phone?: text, sms_code?: text}",
	 .answer = "{valid_until: time}", .status = 201, .takes = "second_check"},
	{0},
};
