/* The catalogue, and queries. */
#include "api/api.h"
#include "api/cards.h"
#include "api/paragraphs.h"
#include "connectors/outages.h"
#include "consent/papers.h"
#include "services/catalogue.h"
#include "services/query.h"

static const char *shape_name(enum service_shape shape)
{
	switch (shape) {
	case SHAPE_QUERY:
		return "query";
	case SHAPE_CASE:
		return "case";
	case SHAPE_INFO:
	case SHAPE_INTERNAL:
		break;
	}
	return "info";
}

static const char *level_name(enum service_level level)
{
	static const char *const names[] = {"open", "login", "phone", "realname"};

	return names[level];
}

void api_put_card(struct json *j, const struct service *s)
{
	json_put_text(j, "key", s->key);
	json_put_text(j, "name", s->name);
	json_put_text(j, "summary", s->summary);
	json_put_text(j, "category", s->category->key);
	json_put_text(j, "category_name", s->category->name);
	json_put_text(j, "shape", shape_name(s->shape));
	json_put_text(j, "level", level_name(s->level));
	json_put_text(j, "provider", s->provider);
	json_put_text(j, "provider_kind", s->provider_kind);
	json_put_text(j, "icon", s->icon);
}

static err services_list(struct api_call *k)
{
	const struct service **found;
	struct api_page page;
	size_t count;
	int64_t next;

	TRY(api_page_open(k, &page));
	TRY(catalogue_search(k->c, http_query(k->q, "q"), http_query(k->q, "category"), page.before,
			     page.limit, &found, &count, &next));
	for (size_t i = 0; i < count; i++) {
		json_open(&k->out, '{');
		api_put_card(&k->out, found[i]);
		json_close(&k->out, '}');
	}
	page.more = next != 0;
	page.last = next;
	api_page_close(k, &page);
	return OK;
}

/* ---- one service
 * -------------------------------------------------------------------------------------------------- */

static const char *input_of(const struct item *it)
{
	static const char *const inputs[][2] = {
		{"phone", "phone"}, {"resident_id", "id"},    {"id_number", "id"},  {"name", "name"},
		{"email", "email"}, {"text", "textarea"},     {"gender", "choice"}, {"id_type", "choice"},
		{"date", "date"},   {"location", "location"}, {"image", "image"},
	};

	for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++)
		if (it->validator && strcmp(it->validator, inputs[i][0]) == 0)
			return inputs[i][1];
	return "text";
}

static void put_choices(struct json *j, const struct item *it)
{
	static const char *const genders[][2] = {{"男", "男"}, {"女", "女"}};
	static const char *const types[][2] = {{"resident_card", "居民身份证"},
					       {"passport", "护照"},
					       {"hk_mo_permit", "港澳居民来往内地通行证"},
					       {"tw_permit", "台湾居民来往大陆通行证"}};
	bool gender = strcmp(it->validator, "gender") == 0;
	const char *const(*list)[2] = gender ? genders : types;
	size_t n = gender ? sizeof genders / sizeof *genders : sizeof types / sizeof *types;

	json_key(j, "choices");
	json_open(j, '[');
	for (size_t i = 0; i < n; i++) {
		json_open(j, '{');
		json_put_text(j, "value", list[i][0]);
		json_put_text(j, "name", list[i][1]);
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* By which ways a position may have been obtained, where the function asks. */
static void put_ways(struct json *j, const struct release *r, const struct service *s, const struct item *it)
{
	size_t count = 0;
	const char *const *ways = city_list(r, "location.methods", &count);

	if (strcmp(it->key, "location") != 0 || !city_list_has(r, "location.method_services", s->key))
		return;
	json_key(j, "ways");
	json_open(j, '[');
	for (size_t i = 0; i < count; i++)
		json_text(j, ways[i]);
	json_close(j, ']');
}

static void put_fields(struct json *j, const struct release *r, const struct service *s)
{
	json_key(j, "fields");
	json_open(j, '[');
	for (size_t i = 0; i < s->field_count; i++) {
		const struct service_field *f = &s->fields[i];
		const char *input = input_of(f->item);
		json_open(j, '{');
		json_put_text(j, "item", f->item->key);
		json_put_text(j, "name", f->item->name);
		json_put_text(j, "label", f->label ? f->label : f->item->name);
		json_put_text(j, "hint", f->hint);
		json_put_bool(j, "required", f->required);
		json_put_bool(j, "prefill", f->prefill);
		json_put_bool(j, "sensitive", f->item->sensitive);
		json_put_bool(j, "sensed", f->sensed);
		json_put_text(j, "input", input);
		if (strcmp(input, "choice") == 0)
			put_choices(j, f->item);
		put_ways(j, r, s, f->item);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_items(struct json *j, const struct release *r, const char *name, const struct itemset *set)
{
	json_key(j, name);
	itemset_json_named(j, r, set);
}

/* A case goes on to the bodies that the recipient dispatches to: all of them are named beforehand. */
static void put_recipients(struct json *j, const struct release *r, const struct service *s)
{
	json_key(j, "recipients");
	json_open(j, '[');
	for (unsigned i = 0; s->recipient && i < release_recipient_count(r); i++) {
		const struct recipient *to = release_recipient_at(r, i);
		if (to != s->recipient && to->within != s->recipient)
			continue;
		json_named(j, to->key, to->name);
	}
	json_close(j, ']');
}

/* What a consent for this service names: the sensitive items it takes and all it shares. */
static struct itemset consent_items(const struct release *r, const struct service *s)
{
	struct itemset set = s->shared;

	for (unsigned i = 0; i < release_item_count(r); i++)
		if (itemset_has(&s->items, i) && release_item_at(r, i)->sensitive)
			itemset_add(&set, i);
	return set;
}

static const struct consent_fact *given_consent(const struct facts *f, const struct service *s,
						const struct itemset *items, int64_t now_ms)
{
	for (size_t i = 0; i < f->consent_count; i++) {
		const struct consent_fact *k = &f->consents[i];
		if (k->service == s && k->recipient == s->recipient && itemset_within(items, &k->items) &&
		    (k->until_ms == 0 || k->until_ms > now_ms))
			return k;
	}
	return NULL;
}

static err put_consent(struct api_call *k, const struct service *s, const struct facts *f)
{
	struct itemset items = consent_items(k->c->release, s);
	char hash[65];
	BUF_SCOPED text = {0};

	json_key(&k->out, "consent");
	if (itemset_empty(&items)) {
		json_none(&k->out);
		return OK;
	}
	buf_init(&text, 65536);
	TRY(consent_text(k->c, k->c->release, s, &items, s->recipient, &text, hash));
	const struct consent_fact *given = given_consent(f, s, &items, k->c->now_ms);
	json_open(&k->out, '{');
	json_put_text(&k->out, "scope", s->key);
	json_key(&k->out, "items");
	itemset_json(&k->out, k->c->release, &items);
	json_put_text(&k->out, "recipient", s->recipient ? s->recipient->key : NULL);
	json_put_text(&k->out, "purpose", s->purpose->key);
	json_put_slice(&k->out, "text", buf_slice(&text));
	json_put_text(&k->out, "text_hash", hash);
	json_put_bool(&k->out, "given", given != NULL);
	if (given)
		json_put_id(&k->out, "id", given->consent_id);
	json_close(&k->out, '}');
	return OK;
}

/* What the caller would be told now, were the service used: the gate is asked, nothing is done. */
static void put_missing(struct api_call *k, const struct service *s, const struct facts *f)
{
	struct gate_request q = {.action = s->recipient ? GATE_SHARE : GATE_COLLECT,
				 .service = s,
				 .purpose = s->purpose,
				 .recipient = s->recipient,
				 .items = s->recipient ? s->shared : s->items,
				 .now_ms = k->c->now_ms};
	struct permit *unused = NULL;

	json_key(&k->out, "missing");
	json_open(&k->out, '[');
	if (s->level != LEVEL_OPEN && failed(gate_decide(k->c, k->c->release, f, &q, &unused)))
		for (size_t i = 0; i < k->c->failure.next_count; i++) {
			const struct next_step *n = &k->c->failure.next[i];
			json_open(&k->out, '{');
			json_put_text(&k->out, "action", n->action);
			if (n->members)
				buf_printf(k->out.out, ",%s", n->members);
			json_close(&k->out, '}');
		}
	failure_clear(k->c);
	json_close(&k->out, ']');
}

/* A third party's own texts stand beside its service (TJ-2.1.5.c). */
static void put_party(struct json *j, const struct service *s)
{
	json_key(j, "party");
	if (strcmp(s->provider_kind, "third_party") != 0 || !s->recipient) {
		json_none(j);
		return;
	}
	json_open(j, '{');
	json_put_text(j, "key", s->recipient->key);
	json_put_text(j, "name", s->recipient->name);
	json_put_text(j, "agreement_url", s->recipient->agreement_url);
	json_put_text(j, "policy_url", s->recipient->policy_url);
	json_close(j, '}');
}

/* What the service depends on cannot be reached: since when, and that it is being dealt with (TJ-5.4.c). */
static err put_outage(struct api_call *k, const struct service *s)
{
	struct outage o = {0};
	bool any = false;

	if (s->recipient)
		TRY(outage_of(k->c, s->recipient->key, &o, &any));
	json_key(&k->out, "outage");
	if (!any) {
		json_none(&k->out);
		return OK;
	}
	json_open(&k->out, '{');
	json_put_text(&k->out, "name", s->recipient->name);
	json_put_time(&k->out, "since", o.opened_at_ms);
	json_close(&k->out, '}');
	return OK;
}

static err service_get(struct api_call *k)
{
	const struct release *r = k->c->release;
	const struct service *s = release_service(r, arena_copy(k->c->arena, k->q->params[0]));
	struct facts f;
	struct head h;

	if (!s || s->shape == SHAPE_INTERNAL)
		FAIL(k->c, ERR_NOT_FOUND, "没有找到这项服务，请返回服务目录重新选择");
	TRY(api_facts(k, &f, &h));
	if (!service_is_open(k->c, s, f.papers))
		FAIL(k->c, ERR_NOT_FOUND, "没有找到这项服务，请返回服务目录重新选择");
	json_open(&k->out, '{');
	api_put_card(&k->out, s);
	put_party(&k->out, s);
	put_fields(&k->out, k->c->release, s);
	put_recipients(&k->out, r, s);
	put_items(&k->out, r, "shared", &s->shared);
	put_items(&k->out, r, "result", &s->result);
	json_put_text(&k->out, "purpose", s->purpose ? s->purpose->key : NULL);
	json_put_text(&k->out, "purpose_name", s->purpose ? s->purpose->name : NULL);
	json_put_text(&k->out, "clause", s->clause);
	json_put_text(&k->out, "guide", s->guide);
	json_put_int(&k->out, "attachments_max", s->attachments_max);
	TRY(put_consent(k, s, &f));
	put_missing(k, s, &f);
	TRY(put_outage(k, s));
	api_put_paragraphs(&k->out, s);
	/* where money moves, what must be told to nobody is said again (TJ-5.6.d) */
	json_put_bool(&k->out, "secrets_warning", city_list_has(r, "warning.categories", s->category->key));
	json_close(&k->out, '}');
	return OK;
}

/* ---- queries
 * ------------------------------------------------------------------------------------------------------- */

err api_form_fields(struct api_call *k, struct form_field **ret, size_t *ret_count)
{
	json_t *fields = json_object_get(k->body, "fields"), *value;
	struct form_field *out = ARENA_ARRAY(k->c->arena, struct form_field, json_object_size(fields) + 1);
	const char *key;
	size_t n = 0;

	json_object_foreach(fields, key, value)
	{
		if (!json_is_string(value))
			return fail_field(k->c, key, "请填写文字");
		out[n++] = (struct form_field){
			slice_of(key), slice_bytes(json_string_value(value), json_string_length(value))};
	}
	*ret = out;
	*ret_count = n;
	return OK;
}

static int add_dumped(const char *text, size_t size, void *arg)
{
	buf_add(arg, text, size);
	return 0;
}

static err put_result(struct api_call *k, const struct query_result *r)
{
	const char *key;
	json_t *value;

	json_key(&k->out, "result");
	json_open(&k->out, '[');
	json_object_foreach(r->items, key, value)
	{
		json_open(&k->out, '{');
		json_put_text(&k->out, "item", key);
		json_put_text(&k->out, "name", release_item(k->c->release, key)->name);
		json_key(&k->out, "value");
		json_raw(&k->out, (struct slice){"", 0}); /* the place of the value: jansson writes it */
		if (json_dump_callback(value, add_dumped, k->out.out, JSON_COMPACT | JSON_ENCODE_ANY) != 0)
			FAIL(k->c, ERR_INTERNAL, "结果无法输出");
		json_close(&k->out, '}');
	}
	json_close(&k->out, ']');
	return OK;
}

/* Written before the query's last write, which keeps it for a repeated request. */
static err write_answer(struct ctx *c, const struct query_result *r, void *call)
{
	struct api_call *k = call;

	buf_clear(&k->a->body);
	k->out = json_to(&k->a->body);
	json_open(&k->out, '{');
	json_put_id(&k->out, "query_id", r->query_id);
	json_put_text(&k->out, "service", r->service->key);
	json_put_time(&k->out, "at", c->now_ms);
	api_put_named(&k->out, "authority", r->service->recipient->key, r->service->recipient->name);
	TRY(put_result(k, r));
	json_put_int(&k->out, "usage_n", r->usage_n);
	json_close(&k->out, '}');
	if (k->a->body.failed)
		FAIL(c, ERR_INTERNAL, "answer too long");
	return api_keep_answer(k);
}

static err query_post(struct api_call *k)
{
	struct query_end end = {write_answer, api_kept_answer, k};
	struct form_field *fields;
	size_t count;

	TRY(api_form_fields(k, &fields, &count));
	return query_run(k->c, k->subject_id, k->q->params[0], fields, count, &end);
}

#define NAMED "{key: text, name: text}"

const struct api_route api_services_routes[] = {
	{"GET", "/api/v1/services", services_list, API_GUEST, 0, "services_list",
	 "服务目录与搜索（中文、拼音、首字母）", .answer = "{items: [{" CARD_SHAPE "}], next?: text}",
	 .query = "q category cursor limit"},
	{"GET", "/api/v1/services/{key}", service_get, API_GUEST, 0, "service_get",
	 "一项服务：表单、信息项、接收方、还缺什么",
	 .answer =
		 "{" CARD_SHAPE ", party?: {key: text, name: text, agreement_url?: text, policy_url?: text}, "
		 "fields: [any], recipients: [" NAMED "], shared: [" NAMED "], result: [" NAMED
		 "], purpose?: text, purpose_name?: text, clause?: text, guide?: text, attachments_max: int, "
		 "consent?: any, missing: [any], outage?: {name: text, since: time}, paragraphs: "
		 "[" PARAGRAPH_SHAPE "], secrets_warning: bool}"},
	{"POST", "/api/v1/services/{key}/queries", query_post, API_SESSION, API_SLOW | API_CREATES,
	 "query_run", "查询：只发送声明的信息，只返回声明的结果", .body = "{fields: {*: text}}",
	 .answer = "{query_id: id, service: text, at: time, authority: " NAMED
		   ", result: [{item: text, name: text, value: any}], usage_n: int}",
	 .takes = API_TAKES_NAMED},
	{0},
};
