/* Requests of a person about the own data: file, prove the identity, follow. */
#include "api/rights_card.h"

/* ---- what a request looks like ---- */

static void put_names(struct json *j, const struct release *r, const struct itemset *set)
{
	json_key(j, "items");
	itemset_json_named(j, r, set);
}

bool api_request_overdue(const struct ctx *c, const struct rights_request *r)
{
	return !r->answered_at_ms && r->due_at_ms && r->due_at_ms < c->now_ms;
}

void api_put_request(struct json *j, struct ctx *c, const struct rights_request *r)
{
	const struct release *city = c->release;
	const struct exception *g = r->ground ? release_exception(city, r->ground) : NULL;
	bool told = strcmp(r->state, "refused") == 0;

	json_put_id(j, "id", r->id);
	json_put_text(j, "number", r->number ? r->number : "");
	json_put_text(j, "kind", r->kind);
	json_put_text(j, "kind_name", rights_kind_name(r->kind));
	json_put_text(j, "state", r->state);
	json_put_text(j, "state_name", rights_state_name(r->state));
	json_put_time(j, "verified_at", r->verified_at_ms);
	json_put_time(j, "due_at", r->due_at_ms);
	json_put_time(j, "answered_at", r->answered_at_ms);
	json_put_bool(j, "overdue", api_request_overdue(c, r));
	json_put_bool(j, "proof_asked", r->proof_asked);
	json_put_text(j, "way", r->way ? r->way : "online"); /* of one from before ways were told apart */
	json_put_text(j, "way_name", rights_way_name(r->way ? r->way : "online"));
	json_put_time(j, "received_at", r->received_at_ms);
	put_names(j, city, &r->items);
	json_put_text(j, "answer", r->answer);
	json_put_text(j, "ground", told && g ? g->ground : NULL);
	json_put_text(j, "ground_sort", told && g ? rights_ground_sort(city, g) : NULL);
	json_put_text(j, "clause", told && g ? g->clause : NULL);
	json_put_text(j, "reason", told ? r->reason : NULL);
}

/* Who refuses says where to complain. */
static void put_complain(struct json *j, const struct ctx *c, const struct rights_request *r)
{
	size_t count = 0;
	const char *const *hotlines = city_list(c->release, "contact.hotlines", &count);
	const char *line = city_text(c->release, "contact.complaints");

	if (strcmp(r->state, "refused") != 0)
		return;
	if (!line && count)
		line = hotlines[0];
	json_put_text(j, "complain",
		      arena_printf(c->arena,
				   "对答复有异议的，可以在“%s”再次提出，拨打 %s，或者向履行个人信息保护职责的"
				   "部门投诉、向人民法院起诉。",
				   city_text(c->release, "screens.feedback"), line ? line : ""));
}

static void put_own(struct api_call *k, const struct rights_request *r)
{
	struct json *j = &k->out;

	json_open(j, '{');
	api_put_request(j, k->c, r);
	json_put_text(j, "text", r->text);
	json_put_text(j, "value", r->value);
	json_put_text(j, "written_request", r->written);
	put_complain(j, k->c, r);
	json_close(j, '}');
}

/* ---- handlers ---- */

static err read_consents(struct api_call *k, struct rights_request *r)
{
	const json_t *ids = json_object_get(k->body, "consents");

	if (json_array_size(ids) > RIGHTS_CONSENTS_MAX)
		return fail_field(k->c, "consents", "一次最多选择 16 项同意");
	for (size_t i = 0; i < json_array_size(ids); i++)
		if (!slice_int(slice_of(json_string_value(json_array_get(ids, i))),
			       &r->consents[r->consent_count++]))
			return fail_field(k->c, "consents", "没有这项同意");
	return OK;
}

static err request_post(struct api_call *k)
{
	struct rights_request r = {.kind = api_string(k, "kind"),
				   .text = api_string(k, "text"),
				   .value = api_string(k, "value"),
				   .written = api_string(k, "written_request")};

	if (json_object_get(k->body, "items"))
		TRY(api_items(k, "items", &r.items));
	TRY(read_consents(k, &r));
	TRY(rights_file(k->c, k->subject_id, &r));
	put_own(k, &r);
	return OK;
}

static err request_get(struct api_call *k)
{
	struct rights_request r;
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(rights_get(k->c, k->subject_id, id, &r));
	put_own(k, &r);
	return OK;
}

static err proof_post(struct api_call *k)
{
	struct rights_request r;
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(rights_prove(k->c, k->subject_id, id, api_string(k, "written_request"), &r));
	put_own(k, &r);
	return OK;
}

static err copy_get(struct api_call *k)
{
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(rights_copy(k->c, k->subject_id, id, &k->a->body));
	k->a->content_type = "text/html; charset=utf-8";
	http_set_header(k->a, "Content-Disposition",
			arena_printf(k->c->arena, "attachment; filename=\"copy-%lld.html\"", (long long)id));
	return OK;
}

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err list_one(struct ctx *c, const struct rights_request *r, void *arg)
{
	struct listing *l = arg;

	if (!api_page_row(&l->page, r->id))
		return OK;
	json_open(&l->k->out, '{');
	api_put_request(&l->k->out, c, r);
	json_close(&l->k->out, '}');
	return OK;
}

static err requests_get(struct api_call *k)
{
	struct listing l = {.k = k};

	TRY(api_page_open(k, &l.page));
	TRY(rights_list(k->c, k->subject_id, l.page.before, l.page.limit + 1, list_one, &l));
	api_page_close(k, &l.page);
	return OK;
}

/* The ways by which opinions are taken, and where each is (NT-7.0, TJ-9.b). */
static void put_ways(struct json *j, struct ctx *c)
{
	size_t count = 0;
	const char *const *ways = city_list(c->release, "feedback.ways", &count);

	json_key(j, "ways");
	json_open(j, '[');
	for (size_t i = 0; i < count; i++) {
		json_open(j, '{');
		json_put_text(j, "key", ways[i]);
		json_put_text(j, "name", rights_way_name(ways[i]));
		json_put_text(j, "place", rights_way_place(c, ways[i]));
		json_close(j, '}');
	}
	json_close(j, ']');
}

/* The seven rights and the opinions, with the city's days (NT-4.0). */
static err kinds_get(struct api_call *k)
{
	static const char *const kinds[] = {"access",	"copy",	   "correct",	"delete",
					    "withdraw", "explain", "complaint", "feedback"};
	const struct service *s = release_service(k->c->release, "request_correction");
	struct json *j = &k->out;

	json_open(j, '{');
	json_key(j, "kinds");
	json_open(j, '[');
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		bool deletes = strcmp(kinds[i], "delete") == 0;
		const char *calendar =
			city_text(k->c->release, deletes ? "delete.calendar" : "reply.calendar");
		json_open(j, '{');
		json_put_text(j, "key", kinds[i]);
		json_put_text(j, "name", rights_kind_name(kinds[i]));
		json_put_int(j, "days", city_int(k->c->release, deletes ? "delete.days" : "reply.days", 15));
		json_put_bool(j, "working_days", calendar && strcmp(calendar, "working") == 0);
		json_put_time(
			j, "due_if_now",
			rights_due(k->c->release, release_number(k->c->release), kinds[i], k->c->now_ms));
		json_close(j, '}');
	}
	json_close(j, ']');
	put_names(j, k->c->release, s ? &s->items : &(struct itemset){0});
	put_ways(j, k->c);
	json_close(j, '}');
	return OK;
}

/* What everybody may know (TJ-9.d). */
static err figures_get(struct api_call *k)
{
	struct rights_counts n;
	struct json *j = &k->out;

	TRY(rights_count(k->c, &n));
	json_open(j, '{');
	json_put_int(j, "waiting", n.waiting);
	json_put_int(j, "overdue", n.overdue);
	json_put_int(j, "answered", n.answered);
	json_put_int(j, "late", n.late);
	json_close(j, '}');
	return OK;
}

#define OWN "{" API_REQUEST ", text?: text, value?: text, written_request?: text, complain?: text}"

const struct api_route api_rights_routes[] = {
	{"GET", "/api/v1/request-kinds", kinds_get, API_ANYONE, 0, "request_kinds",
	 "可以提出的个人信息请求和期限",
	 .answer = "{kinds: [{key: text, name: text, days: int, working_days: bool, due_if_now: time}], "
		   "items: [{key: text, name: text}], ways: [{key: online|phone|letter, name: text, place?: "
		   "text}]}"},
	{"GET", "/api/v1/request-figures", figures_get, API_ANYONE, 0, "request_figures",
	 "个人信息请求的办理情况", .answer = "{waiting: int, overdue: int, answered: int, late: int}"},
	{"POST", "/api/v1/me/requests", request_post, API_SESSION, API_CREATES, "request_file",
	 "提出个人信息请求；再次验证身份后开始计算期限",
	 .body = "{kind: access|copy|correct|delete|withdraw|explain|complaint|feedback, text: text, items?: "
		 "[text], value?: text, consents?: [text], written_request?: text}",
	 .answer = OWN, .status = 201, .takes = "feedback_request request_correction"},
	{"GET", "/api/v1/me/requests", requests_get, API_SESSION, 0, "request_list",
	 "本人的个人信息请求，新的在前", .answer = "{items: [{" API_REQUEST "}], next?: text}",
	 .query = "cursor limit"},
	{"GET", "/api/v1/me/requests/{id}", request_get, API_SESSION, 0, "request_get",
	 "本人的一件请求，期限和答复", .answer = OWN},
	{"GET", "/api/v1/me/requests/{id}/copy", copy_get, API_SESSION, API_NOT_JSON, "request_copy",
	 "获准的请求：取得个人信息副本（网页文件），须再次验证身份", .answer = NULL},
	{"POST", "/api/v1/me/requests/{id}/proof", proof_post, API_SESSION, 0, "request_prove",
	 "核验请求人的身份", .body = "{written_request?: text}", .answer = OWN, .takes = "feedback_request"},
	{0},
};
