/* Releases of the policy in the console, as officers and auditors read them: list, one with its history, what
 * it changes, whom it asks again, and the page that people would see. */
#include "api/releases.h"
#include "api/changes.h"
#include "api/policy_print.h"
#include "ops/staff.h"
#include "policy/better.h"
#include "policy/check.h"
#include "policy/releases.h"

static err must_be(struct api_call *k, const char *role, const char *role2)
{
	const struct staff s = {.id = k->c->actor.id, .role = k->c->actor.role};

	return staff_must_be(k->c, &s, role, role2);
}

err releases_officer(struct api_call *k)
{
	return must_be(k, STAFF_POLICY_OFFICER, NULL);
}

/* Who assesses what a draft would switch on reads it first. */
err releases_reader(struct api_call *k)
{
	if (strcmp(k->c->actor.role, STAFF_PRIVACY_OFFICER) == 0)
		return OK;
	return must_be(k, STAFF_POLICY_OFFICER, STAFF_AUDITOR);
}

static err number_of(struct api_call *k, struct slice text, unsigned *ret)
{
	int64_t n = 0;

	if (!slice_int(text, &n) || n < 1 || n > INT32_MAX)
		FAIL(k->c, ERR_NOT_FOUND, "没有这个编号的政策版本");
	*ret = (unsigned)n;
	return OK;
}

err releases_number(struct api_call *k, unsigned *ret)
{
	return number_of(k, k->q->params[0], ret);
}

static void put_number(struct json *j, const char *name, unsigned number)
{
	json_key(j, name);
	if (number)
		json_int(j, number);
	else
		json_none(j);
}

static void put_review(struct json *j, const struct review *r)
{
	json_put_int(j, "number", r->number);
	json_put_text(j, "version", r->version);
	json_put_text(j, "hash", r->hash);
	json_put_text(j, "state", r->state);
	json_put_text(j, "state_name", review_state_name(r->state));
	put_number(j, "base_number", r->base_number);
	put_number(j, "from_number", r->from_number);
	json_put_time(j, "created_at", r->created_ms);
	json_put_time(j, "published_at", r->published_ms);
	json_put_time(j, "effective_at", r->effective_ms);
	json_put_text(j, "published_by", r->published_by);
}

static err list_row(struct ctx *c, const struct review *r, void *arg)
{
	struct json *j = arg;

	(void)c;
	json_open(j, '{');
	put_review(j, r);
	json_close(j, '}');
	return OK;
}

static err list_get(struct api_call *k)
{
	TRY(releases_reader(k));
	json_open(&k->out, '{');
	json_put_int(&k->out, "in_force", release_number(k->c->release));
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(review_list(k->c, list_row, &k->out));
	json_close(&k->out, ']');
	json_put_text(&k->out, "next", NULL);
	json_close(&k->out, '}');
	return OK;
}

/* ---- two releases side by side ---- */

struct pair {
	struct release *before, *after;
};

static void pair_drop(struct pair *p)
{
	if (p->before)
		release_drop(p->before);
	if (p->after)
		release_drop(p->after);
}

static err pair_load(struct api_call *k, unsigned before, unsigned after, struct pair *ret)
{
	TRY(review_release(k->c, after, &ret->after));
	return review_release(k->c, before ? before : after, &ret->before);
}

static void put_asked(struct api_call *k, const struct release *before, const struct release *after)
{
	json_key(&k->out, "asked_again");
	json_open(&k->out, '[');
	for (const struct policy_asked *s = policy_ask_again(k->c, before, after); s; s = s->next) {
		json_open(&k->out, '{');
		json_put_text(&k->out, "service", s->key);
		json_put_text(&k->out, "name", s->name);
		json_put_text(&k->out, "why", s->why);
		json_close(&k->out, '}');
	}
	json_close(&k->out, ']');
}

/* What a city should not leave so, though the loader takes it. */
static void put_findings(struct api_call *k, const struct release *r)
{
	BUF_SCOPED lines = {0};
	char *rest;

	buf_init(&lines, 256 * 1024);
	release_findings(r, &lines);
	rest = lines.data;
	json_key(&k->out, "findings");
	json_open(&k->out, '[');
	for (char *line; rest && (line = strsep(&rest, "\n"));)
		if (*line)
			json_text(&k->out, line);
	json_close(&k->out, ']');
}

err releases_put_between(struct api_call *k, const struct release *before, const struct release *after)
{
	struct policy_change *first;

	TRY(review_changes(k->c, before, after, &first));
	json_put_int(&k->out, "against", release_number(before));
	json_put_text(&k->out, "against_version", release_version(before));
	json_put_bool(&k->out, "reduces_rights", release_reduces(before, after));
	api_put_changes(&k->out, after, first);
	api_put_passages(k->c, &k->out, before, after);
	put_asked(k, before, after);
	put_findings(k, after);
	return OK;
}

static err diff_get(struct api_call *k)
{
	__attribute__((cleanup(pair_drop))) struct pair p = {0};
	struct slice against = http_query(k->q, "against");
	unsigned number = 0, before;
	struct review r;

	TRY(releases_reader(k));
	TRY(releases_number(k, &number));
	TRY(review_get(k->c, number, &r));
	before = r.base_number;
	if (against.p)
		TRY(number_of(k, against, &before));
	TRY(pair_load(k, before, number, &p));
	json_open(&k->out, '{');
	TRY(releases_put_between(k, p.before, p.after));
	json_close(&k->out, '}');
	return OK;
}

/* ---- one release ---- */

static err step_row(struct ctx *c, const struct review_step *s, void *arg)
{
	struct json *j = arg;

	(void)c;
	json_open(j, '{');
	json_put_text(j, "action", s->action);
	json_put_text(j, "action_name", review_action_name(s->action));
	json_put_text(j, "officer", s->officer);
	json_put_text(j, "note", s->note);
	json_put_time(j, "at", s->at_ms);
	json_close(j, '}');
	return OK;
}

static bool is_state(const struct review *r, const char *state)
{
	return strcmp(r->state, state) == 0;
}

/* What this officer may do with it now, so that a page offers nothing that would be refused. */
static void put_actions(struct api_call *k, const struct review *r, bool stale)
{
	bool officer = strcmp(k->c->actor.role, STAFF_POLICY_OFFICER) == 0,
	     own = r->submitted_by == k->c->actor.id;
	bool open = is_state(r, "draft") || is_state(r, "submitted") || is_state(r, "approved") ||
		    is_state(r, "rejected");
	const struct {
		const char *action;
		bool may;
	} actions[] = {
		{"edit", is_state(r, "draft") || is_state(r, "rejected") || is_state(r, "published")},
		{"submit", is_state(r, "draft") && !stale},
		{"approve", is_state(r, "submitted") && !own && !stale},
		{"reject", is_state(r, "submitted")},
		{"publish", is_state(r, "approved") && !stale},
		{"compare", open && stale},
		{"withdraw", open},
	};

	json_key(&k->out, "actions");
	json_open(&k->out, '[');
	for (size_t i = 0; officer && i < sizeof actions / sizeof *actions; i++)
		if (actions[i].may)
			json_text(&k->out, actions[i].action);
	json_close(&k->out, ']');
}

/* The published release that a draft made now would be compared with. */
static unsigned newest_of(struct api_call *k)
{
	struct releases *all = api_options(k->api)->releases;
	const struct release *last = all ? releases_before(all, UINT32_MAX) : NULL;
	unsigned number = last ? release_number(last) : 0;

	if (last)
		release_drop(last);
	return number;
}

static err release_get(struct api_call *k)
{
	struct review r;
	unsigned number = 0;

	TRY(releases_reader(k));
	TRY(releases_number(k, &number));
	TRY(review_get(k->c, number, &r));
	bool stale = r.published_ms == 0 && r.base_number != newest_of(k);
	json_open(&k->out, '{');
	put_review(&k->out, &r);
	json_put_text(&k->out, "summary", r.summary);
	json_put_bool(&k->out, "stale", stale);
	put_actions(k, &r, stale);
	json_key(&k->out, "steps");
	json_open(&k->out, '[');
	TRY(review_steps(k->c, number, step_row, &k->out));
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

static err document_get(struct api_call *k)
{
	struct release *r = NULL;
	unsigned number = 0;

	TRY(releases_reader(k));
	TRY(releases_number(k, &number));
	TRY(review_release(k->c, number, &r));
	json_open(&k->out, '{');
	json_put_int(&k->out, "number", number);
	json_put_text(&k->out, "version", release_version(r));
	json_key(&k->out, "document");
	json_raw(&k->out, release_document(r));
	json_close(&k->out, '}');
	release_drop(r);
	return OK;
}

/* The whole page as it would be published. */
static err draw_page(struct api_call *k, enum api_text text)
{
	struct release *r = NULL;
	unsigned number = 0;

	TRY(releases_reader(k));
	TRY(releases_number(k, &number));
	TRY(review_release(k->c, number, &r));
	k->a->content_type = "text/html; charset=utf-8";
	err e = (text == API_TEXT_POLICY ? policy_html : agreement_html)(k->c, r, &k->a->body);
	release_drop(r);
	return e;
}

static err page_get(struct api_call *k)
{
	return draw_page(k, API_TEXT_POLICY);
}

static err agreement_page_get(struct api_call *k)
{
	return draw_page(k, API_TEXT_AGREEMENT);
}

static err print(struct api_call *k, enum api_text text)
{
	struct release *r = NULL;
	unsigned number = 0;

	TRY(releases_reader(k));
	TRY(releases_number(k, &number));
	TRY(review_release(k->c, number, &r));
	err e = api_print(k, r, text);
	release_drop(r);
	return e;
}

static err print_get(struct api_call *k)
{
	return print(k, API_TEXT_POLICY);
}

static err agreement_print_get(struct api_call *k)
{
	return print(k, API_TEXT_AGREEMENT);
}

#define REVIEW                                                                                               \
	"number: int, version: text, hash: text, state: text, state_name: text, base_number?: int, "         \
	"from_number?: int, created_at: time, published_at?: time, effective_at?: time, published_by?: text"

const struct api_route api_releases_routes[] = {
	{"GET", "/api/v1/staff/releases", list_get, API_STAFF, 0, "release_list", "隐私政策的各个版本和草稿",
	 .answer = "{in_force: int, items: [{" REVIEW "}], next?: text}"},
	{"GET", "/api/v1/staff/releases/{number}", release_get, API_STAFF, 0, "release_get",
	 "一个版本或者草稿，及其办理记录",
	 .answer = "{" REVIEW ", summary?: text, stale: bool, actions: [text], steps: [{action: text, "
		   "action_name: text, officer: text, note?: text, at: time}]}"},
	{"GET", "/api/v1/staff/releases/{number}/diff", diff_get, API_STAFF, 0, "release_diff",
	 "与比对版本相比的变更，以及须重新征得同意的服务", .answer = "{" BETWEEN_SHAPE "}",
	 .query = "against"},
	{"GET", "/api/v1/staff/releases/{number}/document", document_get, API_STAFF, 0, "release_document",
	 "一个版本或者草稿的全部内容，供修改", .answer = "{number: int, version: text, document: any}"},
	{"GET", "/api/v1/staff/releases/{number}/policy.html", page_get, API_STAFF, API_NOT_JSON,
	 "release_page", "草稿的预览（网页）", .answer = NULL},
	{"GET", "/api/v1/staff/releases/{number}/policy.pdf", print_get, API_STAFF, API_NOT_JSON | API_SLOW,
	 "release_print", "草稿的预览（PDF）", .answer = NULL},
	{"GET", "/api/v1/staff/releases/{number}/agreement.html", agreement_page_get, API_STAFF, API_NOT_JSON,
	 "release_agreement_page", "草稿中用户服务协议的预览（网页）", .answer = NULL},
	{"GET", "/api/v1/staff/releases/{number}/agreement.pdf", agreement_print_get, API_STAFF,
	 API_NOT_JSON | API_SLOW, "release_agreement_print", "草稿中用户服务协议的预览（PDF）",
	 .answer = NULL},
	{0},
};
