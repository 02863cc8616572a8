/* Registering, and the account's own name, number and password. */
#include "api/api.h"
#include "api/typed.h"

enum { SMS_ANSWER_MS = 150, RESET_ANSWER_MS = 250, REGISTER_REFUSED_MS = 300 };

err api_typed(struct api_call *k, struct typed ret[static TYPED_MAX], size_t *ret_count)
{
	const char *key;
	json_t *value;
	size_t n = 0;

	json_object_foreach(k->body, key, value)
	{
		if (strcmp(key, "transport") == 0)
			continue;
		if (!json_is_string(value) || n == TYPED_MAX)
			return fail_field(k->c, key, "应为文字");
		ret[n++] = (struct typed){key, {json_string_value(value), json_string_length(value)}};
	}
	*ret_count = n;
	return OK;
}

err api_open_session(struct api_call *k, int64_t subject_id, const char *method, tx_fn also, void *arg)
{
	char token[TOKEN_SIZE];
	struct session s;

	k->c->actor = (struct actor){ACTOR_PERSON, subject_id, "self", NULL, NULL};
	TRY(session_start(k->c, subject_id, method, k->platform, also, arg, token, &s));
	json_put_id(&k->out, "id", s.id);
	if (api_give_token(k, "session", token, (s.ends_at_ms - k->c->now_ms) / 1000))
		json_put_text(&k->out, "token", token);
	json_put_time(&k->out, "expires_at", s.ends_at_ms);
	crypto_wipe(token, sizeof(token));
	return OK;
}

/* ---- codes
 * -------------------------------------------------------------------------------------------------------- */

/* Alike in text and time for any number. */
static err sms_code_create(struct api_call *k)
{
	err e = sms_code_send(k->c, k->subject_id, api_text(k, "phone"), api_string(k, "purpose"),
			      k->q->peer);

	api_even_out(k, SMS_ANSWER_MS);
	TRY(e);
	json_open(&k->out, '{');
	json_put_int(&k->out, "expires_in_s", SMS_CODE_LIFE_MS / 1000);
	json_put_int(&k->out, "resend_in_s", SMS_RESEND_MS / 1000);
	json_close(&k->out, '}');
	return OK;
}

/* ---- registering
 * ------------------------------------------------------------------------------------------------------ */

static void write_next(struct json *j, const char *action)
{
	json_key(j, "next");
	json_open(j, '[');
	if (action) {
		json_open(j, '{');
		json_put_text(j, "action", action);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static err account_create(struct api_call *k)
{
	struct typed typed[TYPED_MAX];
	const char *next = NULL;
	int64_t subject_id = 0;
	size_t n = 0;

	TRY(api_typed(k, typed, &n));
	err e = register_person(k->c, typed, n, k->q->peer, &subject_id);
	if (failed(e))
		api_even_out(k, REGISTER_REFUSED_MS);
	TRY(e);
	json_open(&k->out, '{');
	json_put_id(&k->out, "subject_id", subject_id);
	json_key(&k->out, "session");
	json_open(&k->out, '{');
	struct device_use use = {.subject_id = subject_id, .way = "registration", .bound = true};
	own_place(k->c, k->q->peer, use.place);
	TRY(api_open_session(k, subject_id, "registration", own_device_rows, &use));
	json_close(&k->out, '}');
	TRY(register_next(k->c, subject_id, &next));
	write_next(&k->out, next);
	json_close(&k->out, '}');
	return OK;
}

static err credentials_create(struct api_call *k)
{
	const char *next = NULL;

	TRY(credentials_set(k->c, k->subject_id, api_text(k, "username"), api_text(k, "password")));
	TRY(register_next(k->c, k->subject_id, &next));
	json_open(&k->out, '{');
	write_next(&k->out, next);
	json_close(&k->out, '}');
	return OK;
}

static err phone_create(struct api_call *k)
{
	TRY(phone_bind(k->c, k->subject_id, api_text(k, "sms_code")));
	json_open(&k->out, '{');
	json_put_bool(&k->out, "phone_bound", true);
	json_close(&k->out, '}');
	return OK;
}

/* ---- passwords
 * ----------------------------------------------------------------------------------------------------------
 */

/* Whether one is set and since when; never the password or its hash (TJ-4.1.2.a). */
static err password_get(struct api_call *k)
{
	struct password_state state;

	TRY(password_state_get(k->c, k->subject_id, &state));
	json_open(&k->out, '{');
	json_put_bool(&k->out, "set", state.set);
	json_put_time(&k->out, "set_at", state.set_at_ms);
	json_put_time(&k->out, "changed_at", state.changed_at_ms);
	json_close(&k->out, '}');
	return OK;
}

static err password_put(struct api_call *k)
{
	return password_change(k->c, k->subject_id, api_text(k, "password"), api_text(k, "current_password"),
			       api_text(k, "sms_code"));
}

static err password_reset_create(struct api_call *k)
{
	err e = password_reset(k->c, api_text(k, "username"), api_text(k, "mobile_phone"),
			       api_text(k, "sms_code"), api_text(k, "password"), k->q->peer);

	api_even_out(k, RESET_ANSWER_MS);
	return e;
}

#define SESSION_SHAPE "{id: id, token?: text, expires_at: time}"

const struct api_route api_account_routes[] = {
	{"POST", "/api/v1/sms-codes", sms_code_create, API_INSTALLATION, 0, "sms_code_create",
	 "发送短信验证码", .body = "{phone: text, purpose: register|login|bind|reset|second_check}",
	 .answer = "{expires_in_s: int, resend_in_s: int}", .status = 202, .takes = "account"},
	{"POST", "/api/v1/accounts", account_create, API_INSTALLATION, API_CREATES | API_SLOW,
	 "account_create", "注册账号", .body = "{transport?: bearer|cookie, *: text}",
	 .answer = "{subject_id: id, session: " SESSION_SHAPE ", next: [{action: text}]}", .status = 201,
	 .takes = "account"},
	{"POST", "/api/v1/me/credentials", credentials_create, API_SESSION, API_CREATES | API_SLOW,
	 "credentials_create", "设置用户名和密码", .body = "{username: text, password: text}",
	 .answer = "{next: [{action: text}]}", .status = 201, .takes = "account"},
	{"POST", "/api/v1/me/phone", phone_create, API_SESSION, API_CREATES, "phone_bind", "绑定手机号码",
	 .body = "{sms_code: text}", .answer = "{phone_bound: bool}", .status = 201, .takes = "account"},
	{"GET", "/api/v1/me/password", password_get, API_SESSION, 0, "password_state", "密码的状态",
	 .answer = "{set: bool, set_at?: time, changed_at?: time}"},
	{"PUT", "/api/v1/me/password", password_put, API_SESSION, API_SLOW, "password_change", "修改密码",
	 .body = "{password: text, current_password?: text, sms_code?: text}", .status = 204,
	 .takes = "account"},
	{"POST", "/api/v1/password-resets", password_reset_create, API_INSTALLATION, API_SLOW,
	 "password_reset", "重置密码",
	 .body = "{username: text, mobile_phone: text, sms_code: text, password: text}", .status = 204,
	 .takes = "account"},
	{0},
};
