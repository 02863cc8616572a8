/* The public log: checkpoint and tiles (C2SP tlog-tiles). They tell nothing about anyone. */
#include "api/api.h"

static err checkpoint_get(struct api_call *k)
{
	k->a->content_type = "text/plain; charset=utf-8";
	return ledger_checkpoint(k->c, &k->a->body);
}

static err tile_get(struct api_call *k)
{
	k->a->content_type = "application/octet-stream";
	return ledger_tile(k->c, arena_copy(k->c->arena, k->q->params[0]), &k->a->body);
}

const struct api_route api_ledger_routes[] = {
	{"GET", "/api/v1/ledger/checkpoint", checkpoint_get, API_ANYONE, API_NOT_JSON | API_OPTIONAL,
	 "ledger_checkpoint", "公开日志的检查点", .answer = NULL},
	{"GET", "/api/v1/ledger/tile/{path...}", tile_get, API_ANYONE, API_NOT_JSON | API_OPTIONAL,
	 "ledger_tile", "公开日志的分块", .answer = NULL},
	{0},
};
