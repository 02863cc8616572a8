/* Filling in from a source: the number of this phone, or what the account holds. */
#include "identity/prefill.h"
#include "api/api.h"

static err write_masked(struct ctx *c, const struct held *h, void *arg)
{
	struct json *j = arg;

	(void)c;
	json_open(j, '{');
	json_put_text(j, "item", h->item->key);
	json_put_text(j, "name", h->item->name);
	json_put_text(j, "masked", h->masked);
	json_close(j, '}');
	return OK;
}

static err put_number(struct api_call *k, const struct prefill *p)
{
	const struct item *item = release_item(k->c->release, "mobile_phone");
	struct slice phone;

	TRY(prefill_number(k->c, p, api_text(k, "number_token"), &phone));
	json_open(&k->out, '{');
	json_put_text(&k->out, "item", item->key);
	json_put_text(&k->out, "name", item->name);
	json_put_slice(&k->out, "value", phone);
	json_close(&k->out, '}');
	return OK;
}

static err put_held(struct api_call *k, const struct prefill *p)
{
	if (!k->subject_id)
		FAIL(k->c, ERR_LOGIN, "请先登录");
	return prefill_account(k->c, k->subject_id, p, write_masked, &k->out);
}

static err prefill_create(struct api_call *k)
{
	struct prefill p = {.form = api_string(k, "form"), .text_hash = api_text(k, "text_hash")};

	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(slice_is(api_text(k, "source"), "number") ? put_number(k, &p) : put_held(k, &p));
	json_close(&k->out, ']');
	json_put_time(&k->out, "expires_at", k->c->now_ms + PREFILL_LIFE_MS);
	json_close(&k->out, '}');
	return OK;
}

const struct api_route api_prefill_routes[] = {
	{"POST", "/api/v1/prefills", prefill_create, API_INSTALLATION, API_SLOW, "prefill_create",
	 "经勾选授权填入本机号码或已登记的信息",
	 .body = "{form: register|login|reset|realname, source: number|account, text_hash?: text, "
		 "number_token?: text}",
	 .answer = "{items: [{item: text, name: text, value?: text, masked?: text}], expires_at: time}",
	 .status = 201, .takes = "prefill_number prefill_account"},
	{0},
};
