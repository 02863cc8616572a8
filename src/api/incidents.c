/* Incidents in the console: the plan, the notice, the report, the end. */
#include "ops/incidents.h"
#include "api/staff.h"

static const char *category_name(const struct release *r, const char *key)
{
	for (unsigned i = 0; i < release_category_count(r); i++)
		if (strcmp(release_category_at(r, i)->key, key) == 0)
			return release_category_at(r, i)->name;
	return *key ? key : NULL;
}

static void put_members(struct api_call *k, const struct incident *i)
{
	struct json *j = &k->out;

	json_put_id(j, "id", i->id);
	json_put_text(j, "kind", i->kind);
	json_put_text(j, "kind_name", incident_kind_name(i->kind));
	json_put_text(j, "category", *i->category ? i->category : NULL);
	json_put_text(j, "category_name", category_name(k->c->release, i->category));
	json_put_text(j, "state", i->state);
	json_put_time(j, "found_on", i->found_at_ms);
	json_put_time(j, "opened_at", i->opened_at_ms);
	json_put_text(j, "opened_by", i->opened_by);
	json_put_text(j, "facts", i->facts);
	json_put_text(j, "effect", i->effect);
	json_put_text(j, "measures", i->measures);
	json_put_text(j, "self_protection", i->self_protection);
	json_put_text(j, "remedies", i->remedies);
	json_put_text(j, "public_reason", *i->public_reason ? i->public_reason : NULL);
	json_put_time(j, "told_at", i->told_at_ms);
	json_put_time(j, "told_all_at", i->told_all_at_ms);
	json_put_int(j, "people", i->people);
	json_put_int(j, "by_message", i->by_message);
	json_put_time(j, "closed_at", i->closed_at_ms);
	json_put_text(j, "closed_by", i->closed_at_ms ? i->closed_by : NULL);
}

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err put_one(struct ctx *c, const struct incident *i, void *arg)
{
	struct listing *l = arg;

	(void)c;
	if (!api_page_row(&l->page, i->id))
		return OK;
	json_open(&l->k->out, '{');
	put_members(l->k, i);
	json_close(&l->k->out, '}');
	return OK;
}

static err incidents_get(struct api_call *k)
{
	struct listing l = {.k = k};

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, STAFF_AUDITOR));
	TRY(api_page_open(k, &l.page));
	TRY(incident_list(k->c, l.page.before, l.page.limit + 1, put_one, &l));
	api_page_close(k, &l.page);
	return OK;
}

static err put_step(struct ctx *c, const struct incident_step *s, void *arg)
{
	struct json *j = arg;

	(void)c;
	json_open(j, '{');
	json_put_text(j, "step", s->step);
	json_put_text(j, "name", s->name);
	json_put_text(j, "owner", s->owner);
	json_put_time(j, "due_at", s->due_at_ms);
	json_put_text(j, "note", s->note);
	json_put_text(j, "receiver", *s->receiver ? s->receiver : NULL);
	json_put_text(j, "document", *s->document ? s->document : NULL);
	json_put_time(j, "done_at", s->done_at_ms);
	json_put_text(j, "done_by", s->done_at_ms ? s->done_by : NULL);
	json_close(j, '}');
	return OK;
}

static err put_whole(struct api_call *k, int64_t id)
{
	struct incident i;

	TRY(incident_get(k->c, id, &i));
	json_open(&k->out, '{');
	put_members(k, &i);
	json_key(&k->out, "steps");
	json_open(&k->out, '[');
	TRY(incident_steps(k->c, id, put_step, &k->out));
	json_close(&k->out, ']');
	size_t n = 0;
	const char *const *parts = city_list(k->c->release, "incident.parts", &n);
	json_key(&k->out, "parts");
	json_open(&k->out, '[');
	for (size_t p = 0; p < n; p++)
		json_text(&k->out, parts[p]);
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

static err one_get(struct api_call *k)
{
	int64_t id;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, STAFF_AUDITOR));
	TRY(api_param_id(k, 0, &id));
	return put_whole(k, id);
}

static err incident_post(struct api_call *k)
{
	struct incident i = {.kind = api_office_text(k, "kind"),
			     .category = api_office_text(k, "category"),
			     .facts = api_office_text(k, "facts")};

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_office_day(k, "found_on", &i.found_at_ms));
	TRY(incident_open(k->c, api_staff_of(k)->name, api_office_text(k, "owner"), &i));
	return put_whole(k, i.id);
}

static err step_post(struct api_call *k)
{
	struct incident_step s = {.note = api_office_text(k, "note"),
				  .receiver = api_office_text(k, "receiver"),
				  .document = api_office_text(k, "document")};
	int64_t id;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_param_id(k, 0, &id));
	s.step = arena_copy(k->c->arena, k->q->params[1]);
	TRY(incident_step_done(k->c, api_staff_of(k)->name, id, &s));
	return put_whole(k, id);
}

static err notice_post(struct api_call *k)
{
	struct incident n = {.facts = api_office_text(k, "facts"),
			     .effect = api_office_text(k, "effect"),
			     .measures = api_office_text(k, "measures"),
			     .self_protection = api_office_text(k, "self_protection"),
			     .remedies = api_office_text(k, "remedies"),
			     .public_reason = api_office_text(k, "public_reason")};

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_param_id(k, 0, &n.id));
	TRY(incident_tell(k->c, api_staff_of(k)->name, &n));
	return put_whole(k, n.id);
}

static err close_post(struct api_call *k)
{
	int64_t id;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_param_id(k, 0, &id));
	TRY(incident_close(k->c, api_staff_of(k)->name, id));
	return put_whole(k, id);
}

#define INCIDENT                                                                                             \
	"id: id, kind: text, kind_name: text, category?: text, category_name?: text, state: "                \
	"open|told|closed, found_on: time, opened_at: time, opened_by: text, facts: text, effect: text, "    \
	"measures: text, self_protection: text, remedies: text, public_reason?: text, told_at?: time, "      \
	"told_all_at?: time, people: int, by_message: int, closed_at?: time, closed_by?: text"
#define WHOLE                                                                                                \
	"{" INCIDENT ", steps: [{step: text, name: text, owner: text, due_at: time, note: text, "            \
	"receiver?: text, document?: text, done_at?: time, done_by?: text}], parts: [text]}"

const struct api_route api_incident_routes[] = {
	{"GET", "/api/v1/staff/incidents", incidents_get, API_STAFF, 0, "staff_incidents", "安全事件",
	 .answer = "{items: [{" INCIDENT "}], next?: text}", .query = "cursor limit"},
	{"POST", "/api/v1/staff/incidents", incident_post, API_STAFF, API_CREATES, "staff_incident_open",
	 "登记安全事件，启动预案",
	 .body = "{kind: text, category?: text, found_on: text, facts: text, owner: text}", .answer = WHOLE,
	 .status = 201},
	{"GET", "/api/v1/staff/incidents/{id}", one_get, API_STAFF, 0, "staff_incident",
	 "一起安全事件和预案的各步", .answer = WHOLE},
	{"POST", "/api/v1/staff/incidents/{id}/steps/{step}", step_post, API_STAFF, 0, "staff_incident_step",
	 "登记预案的一步已经完成", .body = "{note: text, receiver?: text, document?: text}", .answer = WHOLE},
	{"POST", "/api/v1/staff/incidents/{id}/notice", notice_post, API_STAFF, 0, "staff_incident_notice",
	 "向受影响的人发出告知",
	 .body = "{facts: text, effect?: text, measures?: text, self_protection?: text, remedies?: text,"
		 " public_reason?: text}",
	 .answer = WHOLE},
	{"POST", "/api/v1/staff/incidents/{id}/close", close_post, API_STAFF, 0, "staff_incident_close",
	 "结案：各步完成、告知送达之后", .answer = WHOLE},
	{0},
};
