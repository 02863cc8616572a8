/* Separate consents: give, list, and the text that was shown. Taking back is in withdrawals.c. */
#include "api/api.h"

static err read_recipient(struct api_call *k, const struct recipient **ret)
{
	const char *key = api_string(k, "recipient");

	*ret = NULL;
	if (!key)
		return OK;
	*ret = release_recipient(k->c->release, key);
	return *ret ? OK : fail_field(k->c, "recipient", "没有这个接收方");
}

static err consent_create(struct api_call *k)
{
	struct consent_offer offer = {.service = release_service(k->c->release, api_string(k, "scope")),
				      .text_hash = api_text(k, "text_hash")};
	const json_t *recipient = json_object_get(k->body, "recipient");
	int64_t id = 0;

	if (!offer.service)
		return fail_field(k->c, "scope", "没有这项服务");
	if (recipient && !json_is_string(recipient) && !json_is_null(recipient))
		return fail_field(k->c, "recipient", "应为文字或空");
	TRY(read_recipient(k, &offer.recipient));
	TRY(api_items(k, "items", &offer.items));
	TRY(installation_agreed(k->c));
	TRY(consent_give(k->c, k->subject_id, &offer, &id));
	json_open(&k->out, '{');
	json_put_id(&k->out, "id", id);
	json_close(&k->out, '}');
	return OK;
}

static void write_items(struct json *j, const struct release *r, const struct itemset *items)
{
	json_key(j, "items");
	itemset_json_named(j, r, items);
}

static err write_consent(struct ctx *c, const struct consent *k, void *arg)
{
	const struct service *s = release_service(c->release, k->service_key);
	const struct recipient *to =
		k->recipient_key ? release_recipient(c->release, k->recipient_key) : NULL;
	struct json *j = arg;

	json_open(j, '{');
	json_put_id(j, "id", k->id);
	json_put_text(j, "scope", k->service_key);
	json_put_text(j, "service_name", s ? s->name : k->service_key);
	json_put_text(j, "recipient", k->recipient_key);
	json_put_text(j, "recipient_name", to ? to->name : k->recipient_key);
	write_items(j, c->release, &k->items);
	json_put_time(j, "given_at", k->given_at_ms);
	json_put_time(j, "withdrawn_at", k->withdrawn_at_ms);
	json_put_time(j, "until", k->until_ms); /* of one for a promotion */
	json_put_text(j, "version", k->version);
	json_put_text(j, "text_hash", k->text_hash);
	/* a later version changed purpose, recipient or period: it opens nothing until given again (NT-6.1.c)
	 */
	json_put_bool(j, "renewal_needed", k->renewal_needed);
	json_close(j, '}');
	return OK;
}

static err consent_get_all(struct api_call *k)
{
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(consent_list(k->c, k->subject_id, write_consent, &k->out));
	json_close(&k->out, ']');
	json_key(&k->out, "next");
	json_none(&k->out);
	json_close(&k->out, '}');
	return OK;
}

static err consent_text_get(struct api_call *k)
{
	BUF_SCOPED text = {0};

	buf_init(&text, 64 * 1024);
	TRY(consent_text_by_hash(k->c, k->q->params[0], &text));
	json_open(&k->out, '{');
	json_put_slice(&k->out, "text", buf_slice(&text));
	json_close(&k->out, '}');
	return OK;
}

const struct api_route api_consent_routes[] = {
	{"POST", "/api/v1/consents", consent_create, API_INSTALLATION, API_CREATES, "consent_give",
	 "给予单独同意", .body = "{scope: text, items: [text], recipient?: any, text_hash: text}",
	 .answer = "{id: id}", .status = 201, .takes = API_TAKES_NAMED},
	{"GET", "/api/v1/consents", consent_get_all, API_INSTALLATION, 0, "consent_list", "给予过的单独同意",
	 .answer =
		 "{items: [{id: id, scope: text, service_name: text, recipient?: text, recipient_name?: text,"
		 " items: [{key: text, name: text}], given_at: time, withdrawn_at?: time, until?: time, "
		 "version: text,"
		 " text_hash: text, renewal_needed: bool}], next?: text}"},
	{"GET", "/api/v1/consent-texts/{hash}", consent_text_get, API_INSTALLATION, 0, "consent_text",
	 "同意书的内容", .answer = "{text: text}"},
	{0},
};
