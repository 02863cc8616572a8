/* The console's API: de-identified sets. */
#include "ops/analysis.h"
#include "api/staff.h"

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
	json_close(&k->out, '}');
	return OK;
}

static err sets_post(struct api_call *k)
{
	struct analysis a = {.purpose = api_office_text(k, "purpose"),
			     .receiver = api_office_text(k, "receiver"),
			     .part = api_office_text(k, "part"),
			     .product = api_office_text(k, "product")};

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_office_words(k, "fields", ' ', &a.fields));
	TRY(analysis_make(k->c, api_staff_of(k), &a));
	return put_set(k->c, &a, k);
}

static err put_group(struct ctx *c, const char *common, int64_t people, void *arg)
{
	struct api_call *k = arg;

	json_open(&k->out, '{');
	json_key(&k->out, "values");
	json_open(&k->out, '[');
	while (*common) {
		size_t n = strcspn(common, "\t");
		json_text(&k->out, arena_copy(c->arena, slice_bytes(common, n)));
		common += n + (common[n] == '\t');
	}
	json_close(&k->out, ']');
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

#define ONE "{key: text, name?: text}"
#define FIELDS "[" ONE "]"
#define MEMBERS                                                                                              \
	"id: id, state: making|ready|refused, fields: " FIELDS ", purpose: text, part?: " ONE                \
	", product?: " ONE ", receiver?: text,"                                                              \
	" made_by: text, made_at: time, least: int, people: int, suppressed: int, reason?: text"

const struct api_route api_analysis_routes[] = {
	{"GET", "/api/v1/staff/analysis", sets_get, API_STAFF, 0, "staff_analysis_list",
	 "去标识的统计数据，新的在前；以及可以选择的字段",
	 .answer = "{items: [{" MEMBERS "}], next?: text, fields: " FIELDS ", products: " FIELDS
		   ", parts: " FIELDS "}",
	 .query = "cursor limit"},
	{"POST", "/api/v1/staff/analysis", sets_post, API_STAFF, API_CREATES, "staff_analysis_make",
	 "做一份去标识的统计数据，自用或者向外提供",
	 .body = "{fields: [text], purpose: text, part?: text, product?: text, receiver?: text}",
	 .answer = "{" MEMBERS "}", .status = 201},
	{"GET", "/api/v1/staff/analysis/{id}", set_get, API_STAFF, 0, "staff_analysis",
	 "一份通过检查的统计数据", .answer = "{" MEMBERS ", groups: [{values: [text], people: int}]}"},
	{0},
};
