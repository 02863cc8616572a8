/* Cancelling the account: the page, then the end. */
#include "account/account.h"
#include "api/api.h"

static const char *scope_param(struct api_call *k)
{
	struct slice scope = http_query(k->q, "scope");

	return scope.p ? arena_copy(k->c->arena, scope) : NULL;
}

static void put_ends(struct json *j, const struct cancellation *n)
{
	json_key(j, "ends");
	json_open(j, '[');
	for (size_t i = 0; i < n->end_count; i++) {
		json_open(j, '{');
		json_put_text(j, "scope", n->ends[i].scope);
		json_put_text(j, "name", n->ends[i].name);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_keeps(struct json *j, const struct cancellation *n)
{
	json_key(j, "keeps");
	json_open(j, '[');
	for (size_t i = 0; i < n->keep_count; i++) {
		json_open(j, '{');
		json_put_text(j, "name", n->keeps[i].name);
		json_put_text(j, "rule", n->keeps[i].rule);
		json_put_time(j, "until", n->keeps[i].until_ms);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_effects(struct ctx *c, struct json *j, const char *scope)
{
	static const char *const effects[] = {
		"所有设备立即退出登录，原账号不能再登录。",
		"全部同意和授权即时撤回，不再收集、使用或者对外提供您的信息。",
		"注销后不能恢复；再次注册的，为新账号。",
	};

	json_key(j, "effects");
	json_open(j, '[');
	json_text(j, city_text(c->release, arena_printf(c->arena, "cancel.texts.%s", scope)));
	for (size_t i = 0; i < sizeof(effects) / sizeof(effects[0]); i++)
		json_text(j, effects[i]);
	json_close(j, ']');
}

static err cancellation_get(struct api_call *k)
{
	struct cancellation n;
	struct json *j = &k->out;

	TRY(cancellation_preview(k->c, k->subject_id, scope_param(k), &n));
	json_open(j, '{');
	json_put_text(j, "scope", n.scope);
	json_put_text(j, "name",
		      city_text(k->c->release, arena_printf(k->c->arena, "cancel.names.%s", n.scope)));
	json_put_text(j, "preview_token", n.token);
	put_ends(j, &n);
	put_keeps(j, &n);
	put_effects(k->c, j, n.scope);
	json_close(j, '}');
	return OK;
}

static err me_delete(struct api_call *k)
{
	k->a->content_type = "application/json; charset=utf-8";
	TRY(cancellation_run(k->c, k->subject_id, scope_param(k), http_query(k->q, "preview_token"),
			     &k->a->body));
	if (k->by_cookie)
		api_drop_cookie(k, "session");
	return OK;
}

#define ENDING_LIST "[{scope: text, name: text, rule?: text, until?: time}]"

const struct api_route api_cancellation_routes[] = {
	{"GET", "/api/v1/me/cancellation", cancellation_get, API_SESSION, 0, "cancellation_preview",
	 "注销说明", .query = "scope",
	 .answer = "{scope: text, name: text, preview_token: text, ends: [{scope: text, name: text}],"
		   " keeps: [{name: text, rule: text, until: time}], effects: [text]}"},
	{"DELETE", "/api/v1/me", me_delete, API_SESSION, API_NOT_JSON, "cancellation_run", "注销账号",
	 .query = "scope preview_token",
	 .answer = "{certificate_id: id, scope: text, ended_at: time, ended: " ENDING_LIST
		   ", kept: " ENDING_LIST
		   ", backups_until: time, hash: text, signature: text, public_key: text}"},
	{0},
};
