/* The console's API: de-identified sets. */
#include "api/staff.h"
#include "ops/analysis_rows.h"
#include "ops/reversals.h"

static void put_fields(struct json *j, struct ctx *c, const char *fields)
{
	json_key(j, "fields");
	json_open(j, '[');
	while (*fields) {
		size_t n = strcspn(fields, " ");
		const char *key = arena_copy(c->arena, slice_bytes(fields, n));
		json_named(j, key, analysis_field_name(c, key));
		fields += n + (fields[n] == ' ');
	}
	json_close(j, ']');
}

static void put_named(struct json *j, const char *member, const char *key, const char *name)
{
	json_key(j, member);
	json_named(j, key, name);
}

static void put_members(struct json *j, struct ctx *c, const struct analysis *a)
{
	json_put_id(j, "id", a->id);
	json_put_text(j, "state", a->state);
	put_fields(j, c, a->fields);
	json_put_text(j, "purpose", a->purpose);
	if (*a->part) {
		const struct purpose *p = release_purpose(c->release, a->part);
		put_named(j, "part", a->part, p ? p->name : NULL);
		put_named(j, "product", a->product, analysis_product_name(c, a->product));
	}
	json_put_text(j, "receiver", *a->receiver ? a->receiver : NULL);
	json_put_text(j, "made_by", a->made_by);
	json_put_time(j, "made_at", a->made_at_ms);
	json_put_int(j, "least", a->least);
	json_put_int(j, "people", a->people);
	json_put_int(j, "suppressed", a->suppressed);
	json_put_text(j, "reason", *a->reason ? a->reason : NULL);
	json_put_text(j, "form", a->form);
	json_put_text(j, "key", a->key_state);
}

static err put_set(struct ctx *c, const struct analysis *a, void *arg)
{
	struct api_call *k = arg;

	json_open(&k->out, '{');
	put_members(&k->out, c, a);
	json_close(&k->out, '}');
	return OK;
}

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err list_set(struct ctx *c, const struct analysis *a, void *arg)
{
	struct listing *l = arg;

	return api_page_row(&l->page, a->id) ? put_set(c, a, l->k) : OK;
}

static err put_field(struct ctx *c, const char *key, const char *name, void *arg)
{
	struct api_call *k = arg;

	(void)c;
	json_named(&k->out, key, name);
	return OK;
}

static err sets_get(struct api_call *k)
{
	struct listing l = {.k = k};

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, STAFF_AUDITOR));
	TRY(api_page_open(k, &l.page));
	TRY(analysis_list(k->c, l.page.before, l.page.limit + 1, list_set, &l));
	api_page_next(k, &l.page);
	json_key(&k->out, "fields");
	json_open(&k->out, '[');
	TRY(analysis_fields(k->c, put_field, k));
	json_close(&k->out, ']');
	json_key(&k->out, "products");
	json_open(&k->out, '[');
	TRY(put_field(k->c, "app", analysis_product_name(k->c, "app"), k));
	for (unsigned i = 0; i < release_service_count(k->c->release); i++) {
		const struct service *s = release_service_at(k->c->release, i);
		if (s->shape != SHAPE_INTERNAL)
			TRY(put_field(k->c, s->key, s->name, k));
	}
	json_close(&k->out, ']');
	json_key(&k->out, "parts");
	json_open(&k->out, '[');
	for (unsigned i = 0; i < release_purpose_count(k->c->release); i++) {
		const struct purpose *p = release_purpose_at(k->c->release, i);
		if (p->within)
			TRY(put_field(k->c, p->key, p->name, k));
	}
	json_close(&k->out, ']');
	json_put_bool(&k->out, "reversible", analysis_reversible(k->c));
	json_close(&k->out, '}');
	return OK;
}

static err sets_post(struct api_call *k)
{
	struct analysis a = {.purpose = api_office_text(k, "purpose"),
			     .receiver = api_office_text(k, "receiver"),
			     .part = api_office_text(k, "part"),
			     .product = api_office_text(k, "product"),
			     .form = api_string(k, "form"),
			     .key_state = "none"};

	if (!a.form)
		a.form = "groups";
	if (json_is_true(json_object_get(k->body, "reversible")))
		a.key_state = "kept";
	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_office_words(k, "fields", ' ', &a.fields));
	TRY(analysis_make(k->c, api_staff_of(k), &a));
	return put_set(k->c, &a, k);
}

static void put_values(struct json *j, struct ctx *c, const char *common)
{
	json_key(j, "values");
	json_open(j, '[');
	while (*common) {
		size_t n = strcspn(common, "\t");
		json_text(j, arena_copy(c->arena, slice_bytes(common, n)));
		common += n + (common[n] == '\t');
	}
	json_close(j, ']');
}

static err put_group(struct ctx *c, const char *common, int64_t people, void *arg)
{
	struct api_call *k = arg;

	json_open(&k->out, '{');
	put_values(&k->out, c, common);
	json_put_int(&k->out, "people", people);
	json_close(&k->out, '}');
	return OK;
}

static err set_get(struct api_call *k)
{
	struct analysis a;
	int64_t id;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, STAFF_AUDITOR));
	TRY(api_param_id(k, 0, &id));
	TRY(analysis_get(k->c, id, &a));
	json_open(&k->out, '{');
	put_members(&k->out, k->c, &a);
	json_key(&k->out, "groups");
	json_open(&k->out, '[');
	TRY(analysis_groups(k->c, &a, put_group, k));
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

/* ---- rows, and the way back (NT-A.8) ---- */

struct rows_page {
	struct api_call *k;
	int64_t count, last;
};

static err put_row(struct ctx *c, const struct analysis_row *r, void *arg)
{
	struct rows_page *p = arg;
	struct json *j = &p->k->out;

	if (p->count++ == ANALYSIS_ROWS_PAGE)
		return OK;
	p->last = r->position;
	json_open(j, '{');
	json_put_text(j, "code", r->code);
	put_values(j, c, r->common);
	json_close(j, '}');
	return OK;
}

static err rows_get(struct api_call *k)
{
	struct slice cursor = http_query(k->q, "cursor");
	struct rows_page p = {.k = k};
	struct analysis a;
	int64_t id, after = 0;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_param_id(k, 0, &id));
	if (cursor.p && (!slice_int(cursor, &after) || after < 0))
		return fail_field(k->c, "cursor", "不是有效的翻页位置");
	TRY(analysis_get(k->c, id, &a));
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(analysis_rows(k->c, &a, after, put_row, &p));
	json_close(&k->out, ']');
	if (p.count > ANALYSIS_ROWS_PAGE)
		json_put_id(&k->out, "next", p.last);
	else
		json_put_text(&k->out, "next", NULL);
	json_close(&k->out, '}');
	return OK;
}

struct behind {
	struct held items[8];
	size_t count;
};

static err keep_masked(struct ctx *c, const struct held *h, void *arg)
{
	struct behind *b = arg;

	if (b->count == sizeof b->items / sizeof *b->items)
		return OK;
	b->items[b->count] = *h;
	b->items[b->count++].masked = arena_copy(c->arena, slice_of(h->masked));
	return OK;
}

static err reversal_post(struct api_call *k)
{
	struct reversal r = {.code = api_text(k, "code"),
			     .reason = slice_of(api_office_text(k, "reason")),
			     .totp = api_text(k, "totp")};
	struct behind b = {0};

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_param_id(k, 0, &r.set_id));
	TRY(reversal_make(k->c, api_staff_of(k), &r, keep_masked, &b));
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	for (size_t i = 0; i < b.count; i++) {
		json_open(&k->out, '{');
		json_put_text(&k->out, "key", b.items[i].item->key);
		json_put_text(&k->out, "name", b.items[i].item->name);
		json_put_text(&k->out, "masked", b.items[i].masked);
		json_close(&k->out, '}');
	}
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

static err key_delete(struct api_call *k)
{
	int64_t id;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_param_id(k, 0, &id));
	return reversal_key_end(k->c, api_staff_of(k), id);
}

#define ONE "{key: text, name?: text}"
#define FIELDS "[" ONE "]"
#define MEMBERS                                                                                              \
	"id: id, state: making|ready|refused, fields: " FIELDS ", purpose: text, part?: " ONE                \
	", product?: " ONE ", receiver?: text,"                                                              \
	" made_by: text, made_at: time, least: int, people: int, suppressed: int, reason?: text, "           \
	"form: groups|rows, key: none|kept|ended"

const struct api_route api_analysis_routes[] = {
	{"GET", "/api/v1/staff/analysis", sets_get, API_STAFF, 0, "staff_analysis_list",
	 "去标识的统计数据，新的在前；以及可以选择的字段",
	 .answer = "{items: [{" MEMBERS "}], next?: text, fields: " FIELDS ", products: " FIELDS
		   ", parts: " FIELDS ", reversible: bool}",
	 .query = "cursor limit"},
	{"POST", "/api/v1/staff/analysis", sets_post, API_STAFF, API_CREATES, "staff_analysis_make",
	 "做一份去标识的统计数据，自用或者向外提供",
	 .body = "{fields: [text], purpose: text, part?: text, product?: text, receiver?: text, "
		 "form?: groups|rows, reversible?: bool}",
	 .answer = "{" MEMBERS "}", .status = 201},
	{"GET", "/api/v1/staff/analysis/{id}", set_get, API_STAFF, 0, "staff_analysis",
	 "一份通过检查的统计数据", .answer = "{" MEMBERS ", groups: [{values: [text], people: int}]}"},
	{"GET", "/api/v1/staff/analysis/{id}/rows", rows_get, API_STAFF, 0, "staff_analysis_rows",
	 "一份逐人的去标识数据：每人一行，只有随机代码和不能识别个人的字段",
	 .answer = "{items: [{code: text, values: [text]}], next?: text}", .query = "cursor"},
	{"POST", "/api/v1/staff/analysis/{id}/reversals", reversal_post, API_STAFF, 0,
	 "staff_analysis_reverse", "凭理由和动态口令把一个代码还原到账号，只给出遮盖的信息，当事人可以看到",
	 .body = "{code: text, reason: text, totp: text}",
	 .answer = "{items: [{key: text, name: text, masked?: text}]}"},
	{"DELETE", "/api/v1/staff/analysis/{id}/key", key_delete, API_STAFF, 0, "staff_analysis_key_end",
	 "销毁一份数据的对应表和密钥，此后不能还原", .status = 204},
	{0},
};
