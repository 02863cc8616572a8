/* Calls of partners: signed as the city's own calls to them are (RFC 9421), each with a number of its own. */
#include "api/api.h"
#include "connectors/connectors.h"
#include "partners/calls.h"
#include "partners/deliveries.h"
#include "partners/promotions.h"

enum { DELIVERED_MAX = 4 * DELIVERY_TEXT_MAX + 1 };

/* Who signed the call; the entries it leaves name the partner. */
static err caller_of(struct api_call *k, const struct recipient **ret)
{
	struct ctx *c = k->c;
	const char *partner = arena_copy(c->arena, k->q->params[0]);
	struct connector_call call = {
		.method = arena_copy(c->arena, k->q->method),
		.path = arena_copy(c->arena, k->q->path),
		.body = k->q->body,
		.digest = http_header(k->q, "Content-Digest"),
		.input = http_header(k->q, "Signature-Input"),
		.signature = http_header(k->q, "Signature"),
	};

	TRY(connector_caller(c, partner, &call));
	const struct recipient *to = release_recipient(c->release, partner);
	c->actor = (struct actor){.kind = ACTOR_SYSTEM, .role = "partner", .name = to->name};
	TRY(partner_call_once(c, to, api_text(k, "request")));
	*ret = to;
	return OK;
}

static err body_id(struct api_call *k, const char *name, int64_t *ret)
{
	return slice_int(api_text(k, name), ret) && *ret > 0 ? OK : fail_field(k->c, name, "应为编号");
}

static void put_value(const char *item, struct slice value, void *arg)
{
	struct json *j = arg;

	json_put_slice(j, item, value);
}

/* A use of what a person gave in a promotion (NT-2.1.12.b). */
static err promotion_use_post(struct api_call *k)
{
	struct promotion_use use = {.purpose = api_string(k, "purpose")};

	TRY(caller_of(k, &use.partner));
	TRY(body_id(k, "entry", &use.entry_id));
	json_open(&k->out, '{');
	json_put_id(&k->out, "entry", use.entry_id);
	json_key(&k->out, "items");
	json_open(&k->out, '{');
	TRY(promotion_use(k->c, &use, put_value, &k->out));
	json_close(&k->out, '}');
	json_close(&k->out, '}');
	return OK;
}

static struct slice delivered_text(struct api_call *k, struct buf *out)
{
	const json_t *items = json_object_get(k->body, "items");
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)items, name, value)
		buf_printf(out, "%s%s：%s", out->size ? "；" : "", name, json_string_value(value));
	return buf_slice(out);
}

/* Data about a person who let the partner deliver it (NT-1.2.3.a). */
static err delivery_post(struct api_call *k)
{
	const struct recipient *from;
	struct cooperation cooperation;
	struct delivering d = {.cooperation = &cooperation, .reference = api_text(k, "reference")};
	BUF_SCOPED text = {0};
	int64_t id = 0;

	TRY(caller_of(k, &from));
	TRY(cooperation_find(k->c, api_string(k, "cooperation"), &cooperation));
	if (cooperation.partner != from)
		FAIL(k->c, ERR_NOT_FOUND, "没有这项业务合作");
	if (api_text(k, "grant").p)
		TRY(body_id(k, "grant", &d.grant_id));
	buf_init(&text, DELIVERED_MAX);
	d.text = delivered_text(k, &text);
	if (text.failed)
		FAIL(k->c, ERR_TOO_LARGE, "提供的信息过长");
	err e = delivery_take(k->c, &d, &id);
	crypto_wipe(text.data, text.size);
	TRY(e);
	json_open(&k->out, '{');
	json_put_id(&k->out, "id", id);
	json_close(&k->out, '}');
	return OK;
}

const struct api_route api_partner_call_routes[] = {
	{"POST", "/api/v1/partners/{partner}/deliveries", delivery_post, API_ANYONE, 0, "partner_deliver",
	 "合作方提供本人授权它提供的信息（须签名）",
	 .body = "{request: text, cooperation: text, grant?: text, reference?: text, items: {*: text}}",
	 .answer = "{id: id}", .status = 201},
	{"POST", "/api/v1/partners/{partner}/promotion-uses", promotion_use_post, API_ANYONE, 0,
	 "partner_promotion_use", "合作方为活动的目的再次取用参加者的信息（须签名）",
	 .body = "{request: text, entry: text, purpose: text}", .answer = "{entry: id, items: {*: text}}"},
	{0},
};
