/* Single clauses of the policy in the console: which could be void and which are, how they are to be read,
 * and what was decided beside them. */
#include "ops/clauses.h"
#include "api/releases.h"
#include "api/staff.h"
#include "policy/voids.h"

/* ---- clauses ---- */

static void put_void(struct json *j, const struct void_mark *v)
{
	json_key(j, "void");
	if (!v) {
		json_none(j);
		return;
	}
	json_open(j, '{');
	json_put_text(j, "reason", v->reason);
	json_put_text(j, "since", v->since);
	json_close(j, '}');
}

/* A clause once, with all its rules. */
static void put_clause(struct api_call *k, const struct clause_rule *rules, size_t count, size_t first)
{
	const char *clause = rules[first].clause;
	struct json *j = &k->out;

	for (size_t i = 0; i < first; i++)
		if (strcmp(rules[i].clause, clause) == 0)
			return;
	json_open(j, '{');
	json_put_text(j, "clause", clause);
	json_key(j, "rules");
	json_open(j, '[');
	for (size_t i = first; i < count; i++) {
		if (strcmp(rules[i].clause, clause) != 0)
			continue;
		json_open(j, '{');
		json_put_text(j, "kind", rules[i].kind);
		json_put_text(j, "name", rules[i].name);
		json_close(j, '}');
	}
	json_close(j, ']');
	put_void(j, release_void(k->c->release, clause));
	json_close(j, '}');
}

static err clauses_get(struct api_call *k)
{
	struct clause_rule *rules;
	size_t count;

	TRY(releases_reader(k));
	clause_rules(k->c, k->c->release, &rules, &count);
	json_open(&k->out, '{');
	json_put_int(&k->out, "number", release_number(k->c->release));
	json_put_text(&k->out, "version", release_version(k->c->release));
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	for (size_t i = 0; i < count; i++)
		put_clause(k, rules, count, i);
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

/* A draft like any other: another officer approves it before it is published. */
static err draft_voided(struct api_call *k, const char *reason)
{
	const char *version = api_office_text(k, "version");
	struct release *made = NULL;
	unsigned number = 0;

	TRY(releases_officer(k));
	if (reason && slice_chars(slice_of(reason)) < REVIEW_REASON_MIN)
		return fail_field(k->c, "reason", "请写明停止执行的理由，至少 4 个字，会在隐私政策中公布");
	if (!*version || strcmp(version, release_version(k->c->release)) == 0)
		return fail_field(k->c, "version", "请填写新的版本号");
	TRY(release_voided(k->c, k->c->release, api_office_text(k, "clause"), reason, version, &made));
	err e = review_draft(k->c, made, release_number(k->c->release),
			     arena_printf(k->c->arena, "%s条款 %s", reason ? "停止执行" : "恢复执行",
					  api_office_text(k, "clause")),
			     &number);
	release_drop(made);
	TRY(e);
	json_open(&k->out, '{');
	json_put_int(&k->out, "number", number);
	json_close(&k->out, '}');
	return OK;
}

static err void_post(struct api_call *k)
{
	return draft_voided(k, api_office_text(k, "reason"));
}

static err restore_post(struct api_call *k)
{
	return draft_voided(k, NULL);
}

/* ---- reading notes ---- */

static void put_note(struct json *j, const struct clause_note *n)
{
	json_open(j, '{');
	json_put_id(j, "id", n->id);
	json_put_text(j, "clause", n->clause);
	json_put_text(j, "text", n->text);
	json_put_text(j, "written_by", n->written_by);
	json_put_text(j, "role", n->role);
	json_put_time(j, "written_at", n->written_at_ms);
	json_put_time(j, "ended_at", n->ended_at_ms);
	json_close(j, '}');
}

static err list_note(struct ctx *c, const struct clause_note *n, void *arg)
{
	(void)c;
	put_note(arg, n);
	return OK;
}

static err notes_get(struct api_call *k)
{
	const char *right = city_text(k->c->release, "interpretation.right");

	TRY(releases_reader(k));
	json_open(&k->out, '{');
	json_put_bool(&k->out, "may_publish", right && strcmp(right, "kept") == 0);
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(clause_notes(k->c, list_note, &k->out));
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

static err note_post(struct api_call *k)
{
	struct clause_note n = {.clause = api_office_text(k, "clause"), .text = api_office_text(k, "text")};

	TRY(clause_note_add(k->c, api_staff_of(k), &n));
	put_note(&k->out, &n);
	return OK;
}

static err note_delete(struct api_call *k)
{
	int64_t id;

	TRY(releases_officer(k));
	TRY(api_param_id(k, 0, &id));
	return clause_note_end(k->c, api_staff_of(k), id);
}

/* ---- decisions ---- */

static void put_decision(struct json *j, const struct clause_decision *d)
{
	json_open(j, '{');
	json_put_id(j, "id", d->id);
	json_put_text(j, "matter", d->matter);
	json_put_text(j, "decision", d->decision);
	json_put_text(j, "basis", d->basis);
	json_put_text(j, "source", d->source);
	json_put_text(j, "decided_by", d->decided_by);
	json_put_time(j, "decided_at", d->decided_at_ms);
	json_close(j, '}');
}

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err list_decision(struct ctx *c, const struct clause_decision *d, void *arg)
{
	struct listing *l = arg;

	(void)c;
	if (api_page_row(&l->page, d->id))
		put_decision(&l->k->out, d);
	return OK;
}

static err decider(struct api_call *k)
{
	return api_staff_must_be(k, STAFF_PRIVACY_OFFICER, STAFF_POLICY_OFFICER);
}

static err decisions_get(struct api_call *k)
{
	struct listing l = {.k = k};

	if (strcmp(api_staff_of(k)->role, STAFF_AUDITOR) != 0)
		TRY(decider(k));
	TRY(api_page_open(k, &l.page));
	TRY(clause_decisions(k->c, l.page.before, l.page.limit + 1, list_decision, &l));
	api_page_close(k, &l.page);
	return OK;
}

static err decision_post(struct api_call *k)
{
	struct clause_decision d = {.matter = api_office_text(k, "matter"),
				    .decision = api_office_text(k, "decision"),
				    .basis = api_office_text(k, "basis"),
				    .source = api_office_text(k, "source")};

	TRY(decider(k));
	TRY(clause_decision_add(k->c, api_staff_of(k), &d));
	put_decision(&k->out, &d);
	return OK;
}

#define NOTE                                                                                                 \
	"{id: id, clause: text, text: text, written_by: text, role: text, written_at: time, ended_at?: "     \
	"time}"
#define DECISION                                                                                             \
	"{id: id, matter: text, decision: text, basis: clause|law|rule|custom, source: text, decided_by: "   \
	"text, decided_at: time}"

const struct api_route api_clause_routes[] = {
	{"GET", "/api/v1/staff/clauses", clauses_get, API_STAFF, 0, "staff_clauses",
	 "现行隐私政策中可以停止执行的条款和它们的状态",
	 .answer = "{number: int, version: text, items: [{clause: text, rules: [{kind: text, name: text}], "
		   "void?: {reason: text, since: text}}]}"},
	{"POST", "/api/v1/staff/clauses/void", void_post, API_STAFF, API_SLOW, "staff_clause_void",
	 "起草：停止执行一个条款；须经另一名工作人员审核后发布",
	 .body = "{clause: text, reason: text, version: text}", .answer = "{number: int}", .status = 201},
	{"POST", "/api/v1/staff/clauses/restore", restore_post, API_STAFF, API_SLOW, "staff_clause_restore",
	 "起草：恢复执行一个条款；须经另一名工作人员审核后发布", .body = "{clause: text, version: text}",
	 .answer = "{number: int}", .status = 201},
	{"GET", "/api/v1/staff/clause-notes", notes_get, API_STAFF, 0, "staff_clause_notes",
	 "条款说明，先写的在前", .answer = "{may_publish: bool, items: [" NOTE "]}"},
	{"POST", "/api/v1/staff/clause-notes", note_post, API_STAFF, API_CREATES, "staff_clause_note",
	 "公布一件条款说明", .body = "{clause: text, text: text}", .answer = NOTE, .status = 201},
	{"DELETE", "/api/v1/staff/clause-notes/{id}", note_delete, API_STAFF, 0, "staff_clause_note_end",
	 "撤下一件条款说明", .status = 204},
	{"GET", "/api/v1/staff/decisions", decisions_get, API_STAFF, 0, "staff_decisions",
	 "决定及其依据，新的在前", .answer = "{items: [" DECISION "], next?: text}", .query = "cursor limit"},
	{"POST", "/api/v1/staff/decisions", decision_post, API_STAFF, API_CREATES, "staff_decision",
	 "登记一项决定；没有条款可依的，须写明法律、规则或者惯例",
	 .body = "{matter: text, decision: text, basis: clause|law|rule|custom, source: text}",
	 .answer = DECISION, .status = 201},
	{0},
};
