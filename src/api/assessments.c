/* The console's API: assessments of new processings before a release of the policy is published (NT-3.3.2.g).
 */
#include "api/releases.h"
#include "api/staff.h"
#include "policy/assess.h"
#include "policy/review.h"

enum { KEYS_MAX = 5000 };

static bool may_write(const struct api_call *k)
{
	return strcmp(k->c->actor.role, STAFF_PRIVACY_OFFICER) == 0;
}

static const char *state_name(const char *state)
{
	static const char *const names[][2] = {
		{"waiting", "待第二位专员同意"}, {"agreed", "已同意"}, {"rejected", "未获同意"}};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i][0], state) == 0)
			return names[i][1];
	return state;
}

static const char *risk_name(const char *risk)
{
	return strcmp(risk, "high") == 0 ? "高" : strcmp(risk, "medium") == 0 ? "中" : "低";
}

static void put_assessment(struct json *j, const struct api_call *k, const struct assessment *a)
{
	json_put_id(j, "id", a->id);
	json_put_int(j, "number", a->number);
	json_put_text(j, "version", a->version);
	json_put_int(j, "processings", a->count);
	json_put_text(j, "lawful", a->lawful);
	json_put_text(j, "impact", a->impact);
	json_put_text(j, "protection", a->protection);
	json_put_text(j, "risk", a->risk);
	json_put_text(j, "risk_name", risk_name(a->risk));
	json_put_bool(j, "allowed", a->allowed);
	json_put_text(j, "document", a->document);
	json_put_text(j, "state", a->state);
	json_put_text(j, "state_name", state_name(a->state));
	json_put_text(j, "officer", a->officer);
	json_put_time(j, "at", a->at_ms);
	json_put_text(j, "second", a->second);
	json_put_text(j, "note", a->note);
	json_put_time(j, "decided_at", a->decided_ms);
	json_put_bool(j, "may_decide",
		      may_write(k) && strcmp(a->state, "waiting") == 0 && a->officer_id != k->c->actor.id);
}

static err print_row(struct ctx *c, const struct assessment *a, void *arg)
{
	struct api_call *k = arg;

	(void)c;
	json_open(&k->out, '{');
	put_assessment(&k->out, k, a);
	json_close(&k->out, '}');
	return OK;
}

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err list_row(struct ctx *c, const struct assessment *a, void *arg)
{
	struct listing *l = arg;

	return api_page_row(&l->page, a->id) ? print_row(c, a, l->k) : OK;
}

static err list_get(struct api_call *k)
{
	struct listing l = {.k = k};

	TRY(releases_reader(k));
	TRY(api_page_open(k, &l.page));
	TRY(assessment_list(k->c, l.page.before, l.page.limit + 1, list_row, &l));
	api_page_close(k, &l.page);
	return OK;
}

static void put_processing(struct json *j, const struct processing *p)
{
	json_put_text(j, "key", p->key);
	json_put_text(j, "kind", processing_word(p->kind));
	json_put_text(j, "kind_name", processing_name(p->kind));
	json_put_text(j, "where", p->where);
	json_put_text(j, "what", p->what);
	json_put_text(j, "law", p->law);
}

/* In the words of the release that it is about, which never changes: each of its processings is there. */
static err put_covered(struct api_call *k, const struct assessment *a)
{
	struct release *r = NULL;

	TRY(review_release(k->c, a->number, &r));
	struct processing_list all = processing_all(k->c->arena, r);
	enum assessed *mine = ARENA_ARRAY(k->c->arena, enum assessed, all.count + 1);
	assessed_lines(k->c->arena, &all, a->lines, ASSESSED_ALLOWED, mine);
	json_key(&k->out, "covers");
	json_open(&k->out, '[');
	for (size_t i = 0; i < all.count; i++)
		if (mine[i]) {
			json_open(&k->out, '{');
			put_processing(&k->out, &all.rows[i]);
			json_close(&k->out, '}');
		}
	json_close(&k->out, ']');
	release_drop(r);
	return OK;
}

static err put_one(struct api_call *k, int64_t id)
{
	struct assessment a;

	TRY(assessment_get(k->c, id, &a));
	json_open(&k->out, '{');
	put_assessment(&k->out, k, &a);
	TRY(put_covered(k, &a));
	json_close(&k->out, '}');
	return OK;
}

static err one_get(struct api_call *k)
{
	int64_t id;

	TRY(releases_reader(k));
	TRY(api_param_id(k, 0, &id));
	return put_one(k, id);
}

/* ---- of one release ---- */

static err put_fresh(struct api_call *k, const struct release *before, const struct release *after,
		     const struct assessment *former)
{
	struct processing_list fresh = processing_new(k->c->arena, before, after);
	enum assessed *states = ARENA_ARRAY(k->c->arena, enum assessed, fresh.count + 1),
		      *told = ARENA_ARRAY(k->c->arena, enum assessed, fresh.count + 1);
	int open = 0;

	TRY(assessment_states(k->c, NULL, after, &fresh, states));
	if (former->id)
		assessed_lines(k->c->arena, &fresh, former->lines, ASSESSED_ALLOWED, told);
	json_key(&k->out, "fresh");
	json_open(&k->out, '[');
	for (size_t i = 0; i < fresh.count; i++) {
		json_open(&k->out, '{');
		put_processing(&k->out, &fresh.rows[i]);
		json_put_text(&k->out, "stands", assessed_word(states[i]));
		json_put_bool(&k->out, "told_before", told[i] != ASSESSED_NOT);
		json_close(&k->out, '}');
		open += states[i] != ASSESSED_ALLOWED;
	}
	json_close(&k->out, ']');
	json_put_int(&k->out, "unassessed", open);
	return OK;
}

/* What was said of the same draft before it was changed, or before the second officer refused it. */
static void put_former(struct api_call *k, const struct assessment *former)
{
	json_key(&k->out, "previous");
	if (!former->id) {
		json_none(&k->out);
		return;
	}
	json_open(&k->out, '{');
	put_assessment(&k->out, k, former);
	json_close(&k->out, '}');
}

static err put_between(struct api_call *k, const struct review *r)
{
	struct release *before = NULL, *after = NULL;
	struct assessment former = {0};

	if (review_is_open(r))
		TRY(assessment_former(k->c, r->number, &former));
	put_former(k, &former);
	TRY(review_release(k->c, r->number, &after));
	err e = r->base_number ? review_release(k->c, r->base_number, &before) : OK;
	if (!failed(e))
		e = put_fresh(k, before, after, &former);
	json_key(&k->out, "assessments");
	json_open(&k->out, '[');
	if (!failed(e))
		e = assessment_of(k->c, after, print_row, k);
	json_close(&k->out, ']');
	release_drop(after);
	if (before)
		release_drop(before);
	return e;
}

static err release_assessment_get(struct api_call *k)
{
	struct review r;
	unsigned number;

	TRY(releases_reader(k));
	TRY(releases_number(k, &number));
	TRY(review_get(k->c, number, &r));
	json_open(&k->out, '{');
	json_put_int(&k->out, "number", number);
	json_put_text(&k->out, "clause", city_text(k->c->release, "assessment.clause"));
	json_put_bool(&k->out, "may_assess", may_write(k) && review_is_open(&r));
	TRY(put_between(k, &r));
	json_close(&k->out, '}');
	return OK;
}

static err read_keys(struct api_call *k, struct assessment_form *f)
{
	const json_t *rows = json_object_get(k->body, "keys");
	const char **keys;

	f->key_count = json_array_size(rows);
	if (f->key_count > KEYS_MAX)
		return fail_field(k->c, "keys", "所选的处理活动过多");
	keys = ARENA_ARRAY(k->c->arena, const char *, f->key_count + 1);
	for (size_t i = 0; i < f->key_count; i++)
		keys[i] = json_string_value(json_array_get(rows, i));
	f->keys = keys;
	return OK;
}

static err assess_post(struct api_call *k)
{
	struct assessment_form f = {.lawful = api_office_text(k, "lawful"),
				    .impact = api_office_text(k, "impact"),
				    .protection = api_office_text(k, "protection"),
				    .risk = api_office_text(k, "risk"),
				    .allowed = json_is_true(json_object_get(k->body, "allowed"))};
	unsigned number;
	int64_t id;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(releases_number(k, &number));
	TRY(read_keys(k, &f));
	TRY(assessment_write(k->c, number, &f, &id));
	return put_one(k, id);
}

static err decision_post(struct api_call *k)
{
	int64_t id;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_param_id(k, 0, &id));
	TRY(assessment_decide(k->c, id, json_is_true(json_object_get(k->body, "agrees")),
			      api_office_text(k, "note")));
	return put_one(k, id);
}

#define ASSESSMENT                                                                                           \
	"id: id, number: int, version: text, processings: int, lawful: text, impact: text, protection: "     \
	"text,"                                                                                              \
	" risk: low|medium|high, risk_name: text, allowed: bool, document?: text,"                           \
	" state: waiting|agreed|rejected, state_name: text, officer: text, at: time, second?: text,"         \
	" note?: text, decided_at?: time, may_decide: bool"
#define PROCESSING                                                                                           \
	"key: text, kind: collect|use|send|store, kind_name: text, where: text, what: text, law?: text"
#define WHOLE "{" ASSESSMENT ", covers: [{" PROCESSING "}]}"

const struct api_route api_assessments_routes[] = {
	{"GET", "/api/v1/staff/assessments", list_get, API_STAFF, 0, "staff_assessments",
	 "新的处理活动的影响评估，新的在前", .answer = "{items: [{" ASSESSMENT "}], next?: text}",
	 .query = "cursor limit"},
	{"GET", "/api/v1/staff/assessments/{id}", one_get, API_STAFF, 0, "staff_assessment",
	 "一份影响评估，及其涉及的处理活动", .answer = WHOLE},
	{"POST", "/api/v1/staff/assessments/{id}/decision", decision_post, API_STAFF, 0,
	 "staff_assessment_decide", "由另一位专员同意或者不同意", .body = "{agrees: bool, note?: text}",
	 .answer = WHOLE},
	{"GET", "/api/v1/staff/releases/{number}/assessment", release_assessment_get, API_STAFF, 0,
	 "release_assessment",
	 "一个版本新增的处理活动，及其评估；previous 为同一草稿最近一次的评估，供重新评估时参考",
	 .answer = "{number: int, clause?: text, may_assess: bool, fresh: [{" PROCESSING
		   ", stands: missing|waiting|refused|allowed, told_before: bool}], unassessed: int, "
		   "previous?: "
		   "{" ASSESSMENT "}, assessments: [{" ASSESSMENT "}]}"},
	{"POST", "/api/v1/staff/releases/{number}/assessment", assess_post, API_STAFF, 0, "release_assess",
	 "填写影响评估：是否合法、正当、必要，对个人权益的影响和安全风险，保护措施是否合法、有效",
	 .body = "{keys: [text], lawful: text, impact: text, protection: text, risk: low|medium|high, "
		 "allowed: bool}",
	 .answer = WHOLE, .status = 201},
	{0},
};
