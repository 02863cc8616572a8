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

static err write_day(struct ctx *c, const struct deferred_day *d, void *arg)
{
	struct api_call *k = arg;

	json_open(&k->out, '{');
	json_put_text(&k->out, "day",
		      arena_printf(c->arena, "%04d-%02d-%02d", d->day.year, d->day.month, d->day.day));
	json_put_int(&k->out, "deferred", d->deferred);
	json_put_int(&k->out, "told", d->told);
	json_close(&k->out, '}');
	return OK;
}

/* How many entries the duty of secrecy keeps from the people they are about, day by day. */
static err deferred_get(struct api_call *k)
{
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(ledger_deferred_days(k->c, write_day, k));
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

const struct api_route api_ledger_routes[] = {
	{"GET", "/api/v1/ledger/checkpoint", checkpoint_get, API_ANYONE, API_NOT_JSON | API_OPTIONAL,
	 "ledger_checkpoint", "公开日志的检查点", .answer = NULL},
	{"GET", "/api/v1/ledger/tile/{path...}", tile_get, API_ANYONE, API_NOT_JSON | API_OPTIONAL,
	 "ledger_tile", "公开日志的分块", .answer = NULL},
	{"GET", "/api/v1/ledger/deferred", deferred_get, API_ANYONE, API_OPTIONAL, "ledger_deferred",
	 "依法延后告知的使用记录，逐日的数量", .answer = "{items: [{day: text, deferred: int, told: int}]}"},
	{0},
};
