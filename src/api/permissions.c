/* Sensor permissions of the installation. */
#include "api/api.h"

static void write_state(struct json *j, const struct permission_state *p)
{
	json_put_text(j, "state", p->granted ? "granted" : p->changed_at_ms ? "denied" : "unset");
	json_put_time(j, "changed_at", p->changed_at_ms);
}

static err write_permission(struct ctx *c, const struct permission_state *p, void *arg)
{
	struct json *j = arg;

	(void)c;
	json_open(j, '{');
	json_put_text(j, "key", p->permission->key);
	json_put_text(j, "name", p->permission->name);
	json_put_text(j, "why", p->permission->why);
	json_put_text(j, "platforms", p->permission->platforms);
	write_state(j, p);
	json_close(j, '}');
	return OK;
}

static err permission_put(struct api_call *k)
{
	const struct permission *p =
		release_permission(k->c->release, arena_copy(k->c->arena, k->q->params[0]));
	struct permission_state state = {p, slice_is(api_text(k, "state"), "granted"), k->c->now_ms};

	if (!p)
		FAIL(k->c, ERR_NOT_FOUND, "没有这项权限");
	TRY(installation_accepted(k->c));
	TRY(permission_set(k->c, k->subject_id, p, state.granted));
	return write_permission(k->c, &state, &k->out);
}

static err permission_get_all(struct api_call *k)
{
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(permission_list(k->c, write_permission, &k->out));
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

#define PERMISSION_SHAPE                                                                                     \
	"{key: text, name: text, why: text, platforms: text, state: granted|denied|unset, changed_at?: "     \
	"time}"

const struct api_route api_permission_routes[] = {
	{"PUT", "/api/v1/permissions/{key}", permission_put, API_INSTALLATION, 0, "permission_put",
	 "开启或关闭一项权限", .body = "{state: granted|denied}", .answer = PERMISSION_SHAPE},
	{"GET", "/api/v1/permissions", permission_get_all, API_INSTALLATION, 0, "permission_list",
	 "本设备的各项权限", .answer = "{items: [" PERMISSION_SHAPE "]}"},
	{0},
};
