/* The console's API for requests about personal data. */
#include "api/rights_card.h"
#include "api/staff.h"

static err officer(struct api_call *k)
{
	return api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL);
}

/* Words stay masked: the officer who needs them gives a reason that the person reads. */
static const char *masked(struct ctx *c, const struct rights_request *r)
{
	const struct item *it = release_item(c->release, "feedback_content");

	return it && r->text ? item_masked(c, it, slice_of(r->text)) : NULL;
}

static void put_one(struct api_call *k, const struct rights_request *r)
{
	struct json *j = &k->out;
	const struct exception *g = r->ground ? release_exception(k->c->release, r->ground) : NULL;

	json_open(j, '{');
	api_put_request(j, k->c, r);
	json_put_text(j, "masked", masked(k->c, r));
	json_put_text(j, "officer_name", r->officer);
	json_put_text(j, "second_name", r->second);
	json_put_text(j, "proposed_ground", g ? g->ground : NULL);
	json_put_text(j, "proposed_reason", r->reason);
	json_put_bool(j, "mine", r->officer_id == k->c->actor.id);
	json_put_bool(j, "account", !r->stranger);
	json_close(j, '}');
}

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err list_one(struct ctx *c, const struct rights_request *r, void *arg)
{
	struct listing *l = arg;

	(void)c;
	if (api_page_row(&l->page, r->id))
		put_one(l->k, r);
	return OK;
}

static err part(struct api_call *k, enum rights_part *ret)
{
	struct slice state = http_query(k->q, "state");

	*ret = RIGHTS_DUE;
	if (slice_is(state, "proof_needed"))
		*ret = RIGHTS_PROOF;
	else if (slice_is(state, "answered"))
		*ret = RIGHTS_ANSWERED;
	else if (state.n && !slice_is(state, "due"))
		return fail_field(k->c, "state", "没有这种状态");
	return OK;
}

static err requests_get(struct api_call *k)
{
	struct listing l = {.k = k};
	enum rights_part which;

	TRY(officer(k));
	TRY(part(k, &which));
	TRY(api_page_open(k, &l.page));
	TRY(rights_queue(k->c, which, l.page.before, l.page.limit + 1, list_one, &l));
	api_page_close(k, &l.page);
	return OK;
}

/* Exactly the city's: statutory ones told apart from those at discretion and from limits (TJ-4.5.0,
 * NT-4.7.0). */
static err grounds_get(struct api_call *k)
{
	const struct release *r = k->c->release;
	struct json *j = &k->out;
	const char *mode = city_text(r, "proof.mode");

	TRY(officer(k));
	json_open(j, '{');
	json_key(j, "grounds");
	json_open(j, '[');
	for (unsigned i = 0; i < release_exception_count(r); i++) {
		const struct exception *e = release_exception_at(r, i);
		const char *sort = rights_ground_sort(r, e);
		if (!sort)
			continue;
		json_open(j, '{');
		json_put_text(j, "key", e->key);
		json_put_text(j, "ground", e->ground);
		json_put_text(j, "sort", sort);
		json_put_text(j, "clause", e->clause);
		json_put_bool(j, "second_officer", exception_needs(e, NEED_SECOND_OFFICER));
		json_put_bool(j, "document", exception_needs(e, NEED_DOCUMENT));
		json_close(j, '}');
	}
	json_close(j, ']');
	json_put_bool(j, "may_ask_proof", mode && strcmp(mode, "on_request") == 0);
	json_close(j, '}');
	return OK;
}

static const char *given(const struct api_call *k, const char *name)
{
	const char *text = api_office_text(k, name);

	return *text ? text : NULL;
}

/* The way and the day of receipt are what the officer says; the number and the last day are ours (NT-7.0). */
static err request_post(struct api_call *k)
{
	struct rights_request r = {.way = api_string(k, "way"),
				   .kind = api_string(k, "kind"),
				   .text = api_office_text(k, "text"),
				   .contact = given(k, "contact"),
				   .identity_check = given(k, "identity_check")};

	TRY(officer(k));
	TRY(api_office_day(k, "received_on", &r.received_at_ms));
	if (json_object_get(k->body, "person")) {
		struct person_named who = api_office_person(k);
		TRY(account_named(k->c, &who, &r.subject_id));
	}
	TRY(rights_record(k->c, &r));
	put_one(k, &r);
	return OK;
}

static err request_get(struct api_call *k)
{
	struct rights_request r;
	int64_t id;

	TRY(officer(k));
	TRY(api_param_id(k, 0, &id));
	TRY(rights_find(k->c, id, &r));
	put_one(k, &r);
	return OK;
}

static err reveal_post(struct api_call *k)
{
	struct rights_request r;
	int64_t id;

	TRY(officer(k));
	TRY(api_param_id(k, 0, &id));
	TRY(rights_reveal(k->c, id, api_office_text(k, "reason"), &r));
	json_open(&k->out, '{');
	json_put_text(&k->out, "text", r.text);
	json_put_text(&k->out, "value", r.value);
	json_put_text(&k->out, "written_request", r.written);
	json_put_text(&k->out, "contact", r.contact);
	json_put_text(&k->out, "identity_check", r.identity_check);
	json_close(&k->out, '}');
	return OK;
}

static err proof_post(struct api_call *k)
{
	struct rights_request r;
	int64_t id;

	TRY(officer(k));
	TRY(api_param_id(k, 0, &id));
	TRY(rights_ask_proof(k->c, id, &r));
	put_one(k, &r);
	return OK;
}

static err answer_post(struct api_call *k)
{
	struct rights_request r;
	int64_t id;

	TRY(officer(k));
	TRY(api_param_id(k, 0, &id));
	TRY(rights_fulfil(k->c, id, api_office_text(k, "answer"), &r));
	put_one(k, &r);
	return OK;
}

static err read_evidence(struct api_call *k, const char *ret[static NEED_COUNT])
{
	const char *key;
	json_t *value;

	json_object_foreach(json_object_get(k->body, "evidence"), key, value)
	{
		int need = 0;
		while (need < NEED_COUNT && strcmp(exception_need_field((enum exception_need)need), key) != 0)
			need++;
		if (need != NEED_DOCUMENT && need != NEED_EVENT)
			return fail_field(k->c, "evidence", "没有这种依据");
		ret[need] = arena_copy(k->c->arena, slice_of(json_string_value(value)));
	}
	return OK;
}

static err refusal_post(struct api_call *k)
{
	const char *evidence[NEED_COUNT] = {0};
	struct rights_request r;
	int64_t id;

	TRY(officer(k));
	TRY(api_param_id(k, 0, &id));
	TRY(read_evidence(k, evidence));
	TRY(rights_refuse(k->c, id, api_string(k, "ground"), api_office_text(k, "reason"), evidence, &r));
	put_one(k, &r);
	return OK;
}

static err second(struct api_call *k, bool agrees)
{
	struct rights_request r;
	int64_t id;

	TRY(officer(k));
	TRY(api_param_id(k, 0, &id));
	TRY(rights_second(k->c, id, agrees, &r));
	put_one(k, &r);
	return OK;
}

static err approval_post(struct api_call *k)
{
	return second(k, true);
}

static err return_post(struct api_call *k)
{
	return second(k, false);
}

#define ONE                                                                                                  \
	"{" API_REQUEST ", masked?: text, officer_name?: text, second_name?: text, proposed_ground?: text, " \
	"proposed_reason?: text, mine: bool, account: bool}"
#define BASE "/api/v1/staff/requests"

const struct api_route api_staff_rights_routes[] = {
	{"GET", "/api/v1/staff/request-grounds", grounds_get, API_STAFF, 0, "staff_request_grounds",
	 "本市可以不予办理的情形",
	 .answer = "{grounds: [{key: text, ground: text, sort: statutory|discretion|limit, clause: text, "
		   "second_officer: bool, document: bool}], may_ask_proof: bool}"},
	{"GET", BASE, requests_get, API_STAFF, 0, "staff_request_list", "个人信息请求，期限近的在前",
	 .answer = "{items: [" ONE "], next?: text}", .query = "state cursor limit"},
	{"POST", BASE, request_post, API_STAFF, API_CREATES, "staff_request_record",
	 "登记来信、来电提出的意见、建议和投诉，自收到之日起计算期限",
	 .body = "{way: phone|letter, kind: complaint|feedback, received_on: text, text: text, contact?: "
		 "text, "
		 "person?: {real_name: text, id_number?: text, mobile_phone?: text}, identity_check?: text}",
	 .answer = ONE, .status = 201},
	{"GET", BASE "/{id}", request_get, API_STAFF, 0, "staff_request_get", "一件请求，内容经过遮盖",
	 .answer = ONE},
	{"POST", BASE "/{id}/reveal", reveal_post, API_STAFF, 0, "staff_request_reveal",
	 "说明理由后查看请求的内容；请求人会看到", .body = "{reason: text}",
	 .answer = "{text?: text, value?: text, written_request?: text, contact?: text, identity_check?: "
		   "text}"},
	{"POST", BASE "/{id}/proof", proof_post, API_STAFF, 0, "staff_request_proof", "要求提供书面请求",
	 .body = "{}", .answer = ONE},
	{"POST", BASE "/{id}/answer", answer_post, API_STAFF, 0, "staff_request_answer",
	 "办理并答复；更正、删除、撤回随即执行", .body = "{answer: text}", .answer = ONE},
	{"POST", BASE "/{id}/refusal", refusal_post, API_STAFF, 0, "staff_request_refuse",
	 "不予办理，须属于本市列出的情形", .body = "{ground: text, reason: text, evidence?: {*: text}}",
	 .answer = ONE},
	{"POST", BASE "/{id}/refusal/approval", approval_post, API_STAFF, 0, "staff_request_second",
	 "另一名工作人员复核同意不予办理", .body = "{}", .answer = ONE},
	{"POST", BASE "/{id}/refusal/return", return_post, API_STAFF, 0, "staff_request_return",
	 "另一名工作人员复核不同意，继续办理", .body = "{}", .answer = ONE},
	{0},
};
