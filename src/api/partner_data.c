/* What partners may deliver of me: by cooperation, with my word for each. */
#include "api/api.h"
#include "partners/deliveries.h"

enum { TEXT_MAX = 64 * 1024 };

static err put_cooperation(struct ctx *c, const struct cooperation *k, void *arg)
{
	struct api_call *call = arg;
	struct json *j = &call->out;
	struct partner_grant g;
	BUF_SCOPED text = {0};
	char hash[65];

	buf_init(&text, TEXT_MAX);
	TRY(partner_grant_of(c, call->subject_id, k, &g));
	TRY(partner_grant_text(c, k, &text, hash));
	json_open(j, '{');
	json_put_text(j, "key", k->key);
	json_put_text(j, "name", k->name);
	json_put_text(j, "partner_name", k->partner->name);
	json_put_slice(j, "consent_text", buf_slice(&text));
	json_put_text(j, "text_hash", hash);
	json_put_bool(j, "allowed", g.stands);
	if (g.stands)
		json_put_id(j, "grant", g.grant_id);
	json_put_int(j, "received", (int64_t)g.delivery_count);
	json_key(j, "deliveries");
	json_open(j, '[');
	for (size_t i = 0; i < g.delivery_count && i < DELIVERIES_SHOWN; i++) {
		json_open(j, '{');
		json_put_id(j, "id", g.deliveries[i].id);
		json_put_time(j, "at", g.deliveries[i].at_ms);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
	return OK;
}

static err cooperations_get(struct api_call *k)
{
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(cooperation_list(k->c, put_cooperation, k));
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

static err param_cooperation(struct api_call *k, struct cooperation *ret)
{
	return cooperation_find(k->c, arena_copy(k->c->arena, k->q->params[0]), ret);
}

static err grant_put(struct api_call *k)
{
	struct cooperation cooperation;

	TRY(param_cooperation(k, &cooperation));
	TRY(partner_grant_give(k->c, k->subject_id, &cooperation, api_text(k, "text_hash")));
	return put_cooperation(k->c, &cooperation, k);
}

static err grant_delete(struct api_call *k)
{
	struct cooperation cooperation;

	TRY(param_cooperation(k, &cooperation));
	return partner_grant_end(k->c, k->subject_id, &cooperation);
}

#define COOPERATION                                                                                          \
	"{key: text, name: text, partner_name: text, consent_text: text, text_hash: text, allowed: bool, "   \
	"grant?: id, received: int, deliveries: [{id: id, at: time}]}"

const struct api_route api_partner_data_routes[] = {
	{"GET", "/api/v1/me/partner-data", cooperations_get, API_SESSION, 0, "partner_data_list",
	 "合作方可以提供我的哪些信息，已经收到几次", .answer = "{items: [" COOPERATION "]}"},
	{"PUT", "/api/v1/me/partner-data/{key}", grant_put, API_SESSION, 0, "partner_data_allow",
	 "明确同意从一项合作接收信息，并得到交给合作方的编号", .body = "{text_hash: text}",
	 .answer = COOPERATION, .takes = "partner_delivery"},
	{"DELETE", "/api/v1/me/partner-data/{key}", grant_delete, API_SESSION, 0, "partner_data_end",
	 "不再接收，并删除已经收到的", .status = 204},
	{0},
};
