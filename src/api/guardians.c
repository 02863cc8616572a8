/* Guardians of minors: the child's code and state, and what the guardian does. */
#include "api/api.h"
#include "services/wards.h"

enum { PAPERS_MAX = 16 };

static struct child caller(const struct api_call *k)
{
	return k->subject_id ? (struct child){k->subject_id, true}
			     : (struct child){k->c->installation_id, false};
}

static const char *state_name(const char *state)
{
	static const char *const names[][2] = {
		{"none", "尚未办理"},	     {"proof_needed", "待提交证明材料"},
		{"reviewing", "材料审核中"}, {"confirmed", "待监护人决定"},
		{"agreed", "监护人已同意"},  {"declined", "监护人不同意"},
		{"refused", "审核未通过"},   {"withdrawn", "监护人已撤回同意"},
		{"grown", "已成年"},	     {"ended", "已终止"},
		{"deleted", "已删除"},	     {"not_found", "没有查到账号"},
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i][0], state) == 0)
			return names[i][1];
	return state;
}

static void put_state(struct json *j, const char *state)
{
	json_put_text(j, "state", state);
	json_put_text(j, "state_name", state_name(state));
}

/* ---- the child ---- */

static err guardianship_get(struct api_call *k)
{
	struct json *j = &k->out;
	struct ward w = {.state = "none"};
	struct facts f;
	struct head h;

	TRY(api_facts(k, &f, &h));
	err e = ward_of_child(k->c, caller(k), &w);
	if (e.code == ERR_NOT_FOUND)
		failure_clear(k->c);
	else
		TRY(e);
	const char *state = w.id ? ward_state(k->c, &w) : "none";
	json_open(j, '{');
	json_put_bool(j, "minor", f.minor);
	json_put_bool(j, "required", f.minor && !f.guardian_agreed);
	json_put_bool(j, "child", f.child);
	json_put_int(j, "age", city_int(k->c->release, "minor.age", 18));
	put_state(j, state);
	json_put_text(j, "relation", w.details.relation);
	json_put_time(j, "agreed_at", w.agreed_at_ms);
	json_put_text(j, "version", w.text_hash && *w.text_hash ? w.version : NULL);
	json_put_text(j, "text_hash", w.text_hash && *w.text_hash ? w.text_hash : NULL);
	json_close(j, '}');
	return OK;
}

static err code_post(struct api_call *k)
{
	char code[GUARDIAN_CODE_SIZE];
	int64_t expires_at_ms = 0;

	TRY(ward_code(k->c, caller(k), code, &expires_at_ms));
	json_open(&k->out, '{');
	json_put_text(&k->out, "code", code);
	json_put_time(&k->out, "expires_at", expires_at_ms);
	json_close(&k->out, '}');
	return OK;
}

/* ---- the guardian ---- */

static void put_ward(struct api_call *k, const struct ward *w)
{
	struct json *j = &k->out;

	json_open(j, '{');
	json_put_id(j, "id", w->id);
	json_put_text(j, "kind", w->kind);
	put_state(j, ward_state(k->c, w));
	json_put_text(j, "name", w->details.masked);
	json_put_text(j, "relation", w->details.relation);
	json_put_text(j, "reason", strcmp(w->state, "refused") == 0 ? w->details.reason : NULL);
	json_put_bool(j, "strict", ward_is_strict(k->c, w));
	json_put_bool(j, "registered", w->child.person);
	json_put_time(j, "asked_at", w->asked_at_ms);
	json_put_time(j, "changed_at", w->changed_at_ms);
	json_put_time(j, "agreed_at", w->agreed_at_ms);
	json_put_text(j, "version", w->text_hash && *w->text_hash ? w->version : NULL);
	json_put_text(j, "text_hash", w->text_hash && *w->text_hash ? w->text_hash : NULL);
	json_close(j, '}');
}

static err ward_post(struct api_call *k)
{
	struct ward_asking asking = {.code = api_text(k, "code"),
				     .name = api_text(k, "ward_name"),
				     .number = api_text(k, "ward_id_number")};
	struct ward w;

	TRY(ward_open(k->c, k->subject_id, &asking, &w));
	put_ward(k, &w);
	return OK;
}

static err report_post(struct api_call *k)
{
	struct ward_asking asking = {.code = api_text(k, "code"),
				     .name = api_text(k, "ward_name"),
				     .number = api_text(k, "ward_id_number"),
				     .report = true};
	struct ward w;

	TRY(ward_open(k->c, k->subject_id, &asking, &w));
	put_ward(k, &w);
	return OK;
}

/* A report by telephone stands with the child's account, for the officers alone. */
static err list_ward(struct ctx *c, const struct ward *w, void *arg)
{
	(void)c;
	if (w->child.id != w->guardian_id)
		put_ward(arg, w);
	return OK;
}

static err wards_get(struct api_call *k)
{
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(ward_list(k->c, k->subject_id, list_ward, k));
	json_close(&k->out, ']');
	json_key(&k->out, "next");
	json_none(&k->out);
	json_close(&k->out, '}');
	return OK;
}

static err find_ward(struct api_call *k, struct ward *ret)
{
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(ward_get(k->c, k->subject_id, id, ret));
	if (ret->child.id == ret->guardian_id)
		FAIL(k->c, ERR_NOT_FOUND, "没有找到这项监护事项");
	return OK;
}

static err ward_show(struct api_call *k)
{
	struct ward w;

	TRY(find_ward(k, &w));
	put_ward(k, &w);
	return OK;
}

static err text_get(struct api_call *k)
{
	BUF_SCOPED text = {0};
	char hash[65];
	struct ward w;

	TRY(find_ward(k, &w));
	buf_init(&text, WARD_TEXT_MAX);
	TRY(ward_text(k->c, &w, &text, hash));
	json_open(&k->out, '{');
	json_put_slice(&k->out, "text", buf_slice(&text));
	json_put_text(&k->out, "text_hash", hash);
	json_close(&k->out, '}');
	return OK;
}

static err papers_post(struct api_call *k)
{
	json_t *list = json_object_get(k->body, "attachments"), *v;
	int64_t ids[PAPERS_MAX];
	struct ward w;
	size_t i, n = 0;

	TRY(find_ward(k, &w));
	json_array_foreach(list, i, v)
	{
		if (n == PAPERS_MAX || !json_is_string(v) ||
		    !slice_int(slice_bytes(json_string_value(v), json_string_length(v)), &ids[n]))
			return fail_field(k->c, "attachments", "附件编号不正确");
		n++;
	}
	TRY(ward_add_papers(k->c, k->subject_id, w.id, ids, n, &w));
	put_ward(k, &w);
	return OK;
}

static err agreement_post(struct api_call *k)
{
	struct ward w;

	TRY(find_ward(k, &w));
	TRY(ward_agree(k->c, k->subject_id, w.id, api_text(k, "text_hash"), &w));
	put_ward(k, &w);
	return OK;
}

static err refusal_post(struct api_call *k)
{
	struct ward w;

	TRY(find_ward(k, &w));
	TRY(ward_decline(k->c, k->subject_id, w.id, &w));
	put_ward(k, &w);
	return OK;
}

static err ward_delete(struct api_call *k)
{
	struct ward w;

	TRY(find_ward(k, &w));
	TRY(ward_withdraw(k->c, k->subject_id, w.id, &w));
	put_ward(k, &w);
	return OK;
}

static err certificate_get(struct api_call *k)
{
	struct ward w;

	TRY(find_ward(k, &w));
	k->a->content_type = "application/json; charset=utf-8";
	return ward_certificate(k->c, k->subject_id, w.id, &k->a->body);
}

/* ---- one service of a small child ---- */

static err offer_get(struct api_call *k)
{
	struct slice key = http_query(k->q, "service");
	const struct service *s = key.p ? release_service(k->c->release, arena_copy(k->c->arena, key)) : NULL;
	BUF_SCOPED text = {0};
	struct json *j = &k->out;
	char hash[65];
	struct ward w;

	TRY(find_ward(k, &w));
	TRY(ward_agreed(k->c, k->subject_id, w.id, &w));
	if (!s || s->shape == SHAPE_INTERNAL)
		FAIL(k->c, ERR_NOT_FOUND, "没有这项服务");
	struct itemset items = consent_offer_items(k->c->release, s);
	buf_init(&text, WARD_TEXT_MAX);
	TRY(consent_text(k->c, k->c->release, s, &items, s->recipient, &text, hash));
	json_open(j, '{');
	json_put_text(j, "scope", s->key);
	json_put_text(j, "service_name", s->name);
	json_key(j, "items");
	itemset_json(j, k->c->release, &items);
	json_put_text(j, "recipient", s->recipient ? s->recipient->key : NULL);
	json_put_slice(j, "text", buf_slice(&text));
	json_put_text(j, "text_hash", hash);
	json_close(j, '}');
	return OK;
}

static err ward_consent_post(struct api_call *k)
{
	struct consent_offer offer = {.service = release_service(k->c->release, api_string(k, "scope")),
				      .text_hash = api_text(k, "text_hash")};
	struct ward w;
	int64_t id = 0;

	TRY(find_ward(k, &w));
	if (!offer.service || offer.service->shape == SHAPE_INTERNAL)
		return fail_field(k->c, "scope", "没有这项服务");
	offer.items = consent_offer_items(k->c->release, offer.service);
	offer.recipient = offer.service->recipient;
	TRY(ward_consent(k->c, k->subject_id, w.id, &offer, &id));
	json_open(&k->out, '{');
	json_put_id(&k->out, "id", id);
	json_close(&k->out, '}');
	return OK;
}

#define WARD                                                                                                 \
	"{id: id, kind: consent|report, state: text, state_name: text, name?: text, relation?: text, "       \
	"reason?: text, strict: bool, registered: bool, asked_at: time, changed_at: time, agreed_at?: "      \
	"time, "                                                                                             \
	"version?: text, text_hash?: text}"

const struct api_route api_guardian_routes[] = {
	{"GET", "/api/v1/guardianship", guardianship_get, API_INSTALLATION, 0, "guardianship_get",
	 "本人（或本设备）的监护人同意办到哪一步",
	 .answer = "{minor: bool, required: bool, child: bool, age: int, state: text, state_name: text, "
		   "relation?: text, agreed_at?: time, version?: text, text_hash?: text}"},
	{"POST", "/api/v1/guardianship/codes", code_post, API_INSTALLATION, 0, "guardian_code",
	 "获取监护码，24小时内用一次", .answer = "{code: text, expires_at: time}", .status = 201,
	 .takes = "guardian_consent"},
	{"POST", "/api/v1/wards", ward_post, API_SESSION, API_CREATES | API_SLOW | API_AGAIN, "ward_create",
	 "监护人输入监护码，核实监护关系", .body = "{code: text, ward_name: text, ward_id_number: text}",
	 .answer = WARD, .status = 201, .takes = "guardian_consent"},
	{"GET", "/api/v1/wards", wards_get, API_SESSION, 0, "ward_list", "我监护的孩子和我的报告",
	 .answer = "{items: [" WARD "], next?: text}"},
	{"GET", "/api/v1/wards/{id}", ward_show, API_SESSION, 0, "ward_get", "一项监护事项", .answer = WARD},
	{"GET", "/api/v1/wards/{id}/text", text_get, API_SESSION, 0, "ward_text", "监护人同意书",
	 .answer = "{text: text, text_hash: text}"},
	{"POST", "/api/v1/wards/{id}/papers", papers_post, API_SESSION, 0, "ward_papers",
	 "提交监护关系证明材料", .body = "{attachments: [id]}", .answer = WARD, .takes = "guardian_consent"},
	{"POST", "/api/v1/wards/{id}/agreement", agreement_post, API_SESSION, 0, "ward_agree", "监护人同意",
	 .body = "{text_hash: text}", .answer = WARD, .takes = "guardian_consent"},
	{"POST", "/api/v1/wards/{id}/refusal", refusal_post, API_SESSION, 0, "ward_decline", "监护人不同意",
	 .answer = WARD},
	{"DELETE", "/api/v1/wards/{id}", ward_delete, API_SESSION, 0, "ward_withdraw", "监护人撤回同意",
	 .answer = WARD},
	{"GET", "/api/v1/wards/{id}/certificate", certificate_get, API_SESSION, API_NOT_JSON,
	 "ward_certificate", "删除证明", .answer = "{*: any}"},
	{"GET", "/api/v1/wards/{id}/offer", offer_get, API_SESSION, 0, "ward_offer",
	 "儿童使用一项服务须由监护人单独同意的内容",
	 .answer = "{scope: text, service_name: text, items: [text], recipient?: text, text: text, "
		   "text_hash: text}",
	 .query = "service"},
	{"POST", "/api/v1/wards/{id}/consents", ward_consent_post, API_SESSION, API_CREATES, "ward_consent",
	 "监护人为儿童作出单独同意", .body = "{scope: text, text_hash: text}", .answer = "{id: id}",
	 .status = 201, .takes = API_TAKES_NAMED},
	{"POST", "/api/v1/guardian-reports", report_post, API_SESSION, API_CREATES | API_SLOW | API_AGAIN,
	 "guardian_report", "报告孩子的信息未经监护人同意被收集",
	 .body = "{code?: text, ward_name: text, ward_id_number: text}", .answer = WARD, .status = 201,
	 .takes = "guardian_consent"},
	{0},
};
