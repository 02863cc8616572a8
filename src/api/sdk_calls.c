/* Calls of foreign code in the clients: asked for here before anything is handed over (TJ-1.1.25.0,
 * NT-1.5.0). */
#include "consent/sdk_calls.h"
#include "api/api.h"

static err read_items(struct api_call *k, struct sdk_call *ret)
{
	const json_t *list = json_object_get(k->body, "items");
	const char **names = ARENA_ARRAY(k->c->arena, const char *, json_array_size(list) + 1);

	for (size_t i = 0; i < json_array_size(list); i++)
		names[i] = json_string_value(json_array_get(list, i));
	ret->items = names;
	ret->item_count = json_array_size(list);
	return OK;
}

static err call_create(struct api_call *k)
{
	struct sdk_call call = {.sdk = api_string(k, "sdk"),
				.reason = api_string(k, "reason"),
				.trigger = api_string(k, "trigger"),
				.service = api_string(k, "service"),
				.state = api_string(k, "state"),
				.platform = k->platform};
	int64_t id = 0, n = 0;

	if (!k->subject_id)
		TRY(installation_accepted(k->c));
	TRY(read_items(k, &call));
	TRY(sdk_call(k->c, k->subject_id, &call, &id, &n));
	json_open(&k->out, '{');
	json_put_id(&k->out, "call_id", id);
	if (n)
		json_put_int(&k->out, "usage_n", n);
	json_close(&k->out, '}');
	return OK;
}

static const char *choice_word(enum sdk_choice choice)
{
	return choice == SDK_UNSET ? "unset" : choice == SDK_ALLOWED ? "allowed" : "refused";
}

static err write_state(struct ctx *c, const struct sdk_state *s, void *arg)
{
	struct json *j = arg;

	json_open(j, '{');
	json_put_text(j, "key", s->sdk->key);
	json_put_text(j, "state", choice_word(s->choice));
	json_put_bool(j, "asks", sdk_asks(c->release, s->sdk));
	json_put_bool(j, "refusable", sdk_refusable(c->release, s->sdk));
	json_put_text(j, "refusing", s->sdk->refusing);
	if (s->last_call_ms)
		json_put_time(j, "last_call_at", s->last_call_ms);
	json_put_int(j, "calls", s->calls);
	json_close(j, '}');
	return OK;
}

static err choice_list(struct api_call *k)
{
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(sdk_states(k->c, k->subject_id, write_state, &k->out));
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

static err choice_put(struct api_call *k)
{
	const struct sdk *s = release_sdk(k->c->release, arena_copy(k->c->arena, k->q->params[0]));

	if (!s)
		FAIL(k->c, ERR_NOT_FOUND, "清单中没有这个SDK");
	TRY(installation_accepted(k->c));
	return sdk_choose(k->c, k->subject_id, s, slice_is(api_text(k, "state"), "allowed"));
}

const struct api_route api_sdk_routes[] = {
	{"POST", "/api/v1/sdk-calls", call_create, API_INSTALLATION, API_CREATES | API_AGAIN, "sdk_call",
	 "调用SDK之前询问是否允许",
	 .body = "{sdk: text, trigger: text, items: [text], service?: text, state?: text, reason?: text}",
	 .answer = "{call_id: id, usage_n?: int}", .status = 201},
	{"GET", "/api/v1/sdk-choices", choice_list, API_INSTALLATION, 0, "sdk_choice_list",
	 "各项SDK的授权和最近一次调用",
	 .answer = "{items: [{key: text, state: allowed|refused|unset, asks: bool, refusable: bool,"
		   " refusing?: text, last_call_at?: time, calls: int}]}"},
	{"PUT", "/api/v1/sdk-choices/{key}", choice_put, API_INSTALLATION, 0, "sdk_choice_put",
	 "允许或拒绝一项SDK", .body = "{state: allowed|refused}", .status = 204},
	{0},
};
