/* The API's own document, and whether the server lives and can serve. */
#include "api/api.h"

static err openapi_get(struct api_call *k)
{
	k->a->content_type = "application/json; charset=utf-8";
	api_openapi(&k->a->body);
	return OK;
}

static err healthz_get(struct api_call *k)
{
	k->a->content_type = "text/plain; charset=utf-8";
	buf_add_text(&k->a->body, "ok\n");
	return OK;
}

static err readyz_get(struct api_call *k)
{
	const struct api_options *o = api_options(k->api);
	BUF_SCOPED checkpoint = {0};

	buf_init(&checkpoint, 64 * 1024);
	if (o->ready && !o->ready(o->ready_user))
		FAIL(k->c, ERR_OVERLOADED, "正在启动");
	TRY(ledger_checkpoint(k->c, &checkpoint)); /* the store answers */
	return healthz_get(k);
}

const struct api_route api_system_routes[] = {
	{"GET", "/api/v1/openapi.json", openapi_get, API_ANYONE, API_NOT_JSON, "openapi_get", "接口说明",
	 .answer = NULL},
	{"GET", "/healthz", healthz_get, API_ANYONE, API_NOT_JSON | API_INLINE, "healthz", "服务是否在运行",
	 .answer = NULL},
	{"GET", "/readyz", readyz_get, API_ANYONE, API_NOT_JSON, "readyz", "服务是否可用", .answer = NULL},
	{0},
};
