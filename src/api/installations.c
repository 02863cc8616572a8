/* Installations: who has not agreed yet holds a token, and nothing else is stored for it. */
#include "account/account.h"
#include "api/api.h"
#include "services/device.h"

enum { INSTALLATION_LIFE_S = 400 * 24 * 3600 };

static err installation_create(struct api_call *k)
{
	char token[TOKEN_SIZE];
	int64_t id = 0;

	TRY(installation_new(k->c, api_string(k, "platform"), token, &id));
	json_open(&k->out, '{');
	json_put_id(&k->out, "installation_id", id);
	if (api_give_token(k, "installation", token, INSTALLATION_LIFE_S))
		json_put_text(&k->out, "token", token);
	json_close(&k->out, '}');
	return OK;
}

/* What was taken of a device that is no longer in use goes with it. */
static err forget_device(struct api_call *k)
{
	err e = device_unlink(k->c, k->subject_id, k->c->installation_id);

	if (e.code != ERR_NOT_FOUND)
		return e;
	failure_clear(k->c);
	return OK;
}

/* Uninstalling takes back what was given on the device and ends its session and its token (TJ-4.2.1.c). */
static err installation_leave(struct api_call *k)
{
	if (k->subject_id)
		TRY(forget_device(k)); /* while the installation is still known */
	TRY(installation_goodbye(k->c, k->subject_id));
	if (k->subject_id)
		TRY(session_end(k->c, k->subject_id, k->c->session_id));
	api_drop_cookie(k, "session");
	api_drop_cookie(k, "installation");
	return OK;
}

const struct api_route api_installation_routes[] = {
	{"POST", "/api/v1/installations", installation_create, API_ANYONE, 0, "installation_create",
	 "登记一台设备", .body = "{platform: web|android|ios, transport?: bearer|cookie}",
	 .answer = "{installation_id: id, token?: text}", .status = 201},
	{"DELETE", "/api/v1/installations/current", installation_leave, API_INSTALLATION, 0,
	 "installation_leave", "卸载或停用本设备", .answer = NULL, .status = 204},
	{0},
};
