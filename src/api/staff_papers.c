/* The console: agreements, undertakings and assessments of those who receive data. */
#include "api/staff.h"
#include "partners/papers.h"

enum { FINDINGS_MAX = 256 };

/* ---- what is shown ---- */

static void put_item(struct json *j, const struct item *it)
{
	json_open(j, '{');
	json_put_text(j, "key", it->key);
	json_put_text(j, "name", it->name);
	json_put_bool(j, "sensitive", it->sensitive);
	json_close(j, '}');
}

static void put_findings(struct json *j, const struct paper *p)
{
	json_key(j, "findings");
	json_open(j, '[');
	for (size_t i = 0; i < p->finding_count; i++) {
		const struct paper_finding *f = &p->findings[i];
		json_open(j, '{');
		json_put_text(j, "item", f->item->key);
		json_put_text(j, "name", f->item->name);
		json_put_bool(j, "lawful", f->lawful);
		json_put_bool(j, "reasonable", f->reasonable);
		json_put_bool(j, "necessary", f->necessary);
		json_put_text(j, "note", f->note);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static err put_paper(struct ctx *c, const struct paper *p, void *arg)
{
	struct api_call *k = arg;
	struct json *j = &k->out;
	const struct recipient *to = release_recipient(c->release, p->recipient);

	json_open(j, '{');
	json_put_id(j, "id", p->id);
	json_put_text(j, "recipient", p->recipient);
	json_put_text(j, "recipient_name", to ? to->name : p->recipient);
	json_put_text(j, "kind", p->kind);
	json_put_text(j, "document", p->document);
	json_put_text(j, "document_hash", p->document_hash);
	json_put_time(j, "from", p->from_ms);
	json_put_time(j, "until", p->until_ms - 1); /* its last day */
	json_put_text(j, "state", p->state);
	json_put_text(j, "officer", p->officer);
	json_put_text(j, "second", *p->second ? p->second : NULL);
	json_put_bool(j, "mine", p->officer_id == c->actor.id);
	json_put_time(j, "created_at", p->created_at_ms);
	json_put_time(j, "ended_at", p->ended_at_ms);
	json_put_text(j, "ended_by", *p->ended_by ? p->ended_by : NULL);
	json_put_text(j, "reason", *p->reason ? p->reason : NULL);
	put_findings(j, p);
	json_close(j, '}');
	return OK;
}

static void put_kinds(struct json *j, const char *member, const struct release *r, const struct recipient *to,
		      const uint64_t *papers)
{
	json_key(j, member);
	json_open(j, '[');
	for (int n = 0; n < PAPER_KINDS; n++)
		if (paper_needed(r, to, (enum paper_kind)n) && !(papers && papers[n] >> to->number % 64 & 1))
			json_text(j, paper_kind_word((enum paper_kind)n));
	json_close(j, ']');
}

static void put_recipient(struct json *j, const struct release *r, const struct recipient *to,
			  const uint64_t *papers)
{
	const struct itemset *asked = release_asked(r, to);

	json_open(j, '{');
	json_put_text(j, "key", to->key);
	json_put_text(j, "name", to->name);
	json_put_text(j, "kind", to->kind);
	json_key(j, "asked");
	json_open(j, '[');
	for (unsigned i = 0; i < release_item_count(r); i++)
		if (itemset_has(asked, i))
			put_item(j, release_item_at(r, i));
	json_close(j, ']');
	put_kinds(j, "needs", r, to, NULL);
	put_kinds(j, "missing", r, to, papers);
	json_close(j, '}');
}

static err papers_get(struct api_call *k)
{
	const struct release *r = k->c->release;
	uint64_t papers[PAPER_KINDS];
	struct paper_counts n;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, STAFF_AUDITOR));
	TRY(papers_load(k->c, papers));
	TRY(paper_count(k->c, &n));
	json_open(&k->out, '{');
	json_key(&k->out, "recipients");
	json_open(&k->out, '[');
	for (unsigned i = 0; i < release_recipient_count(r); i++)
		put_recipient(&k->out, r, release_recipient_at(r, i), papers);
	json_close(&k->out, ']');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(paper_list(k->c, put_paper, k));
	json_close(&k->out, ']');
	json_put_int(&k->out, "missing", n.missing);
	json_put_int(&k->out, "soon", n.soon);
	json_close(&k->out, '}');
	return OK;
}

/* ---- entering ---- */

static err read_findings(struct api_call *k, struct paper *p)
{
	json_t *list = json_object_get(k->body, "findings"), *one;
	struct paper_finding *all = ARENA_ARRAY(k->c->arena, struct paper_finding, FINDINGS_MAX);
	size_t i;

	if (json_array_size(list) > FINDINGS_MAX)
		return fail_field(k->c, "findings", "评估的项目过多");
	json_array_foreach(list, i, one)
	{
		const char *note = json_string_value(json_object_get(one, "note"));
		const struct item *it =
			release_item(k->c->release, json_string_value(json_object_get(one, "item")));
		if (!it)
			return fail_field(k->c, "findings", "评估中有不认识的信息项目");
		if (note && slice_chars(slice_of(note)) > PAPER_TEXT_MAX)
			return fail_field(k->c, arena_printf(k->c->arena, "findings.%s", it->key),
					  "理由不超过200字");
		all[p->finding_count++] =
			(struct paper_finding){.item = it,
					       .lawful = json_is_true(json_object_get(one, "lawful")),
					       .reasonable = json_is_true(json_object_get(one, "reasonable")),
					       .necessary = json_is_true(json_object_get(one, "necessary")),
					       .note = arena_copy(k->c->arena, slice_of(note ? note : ""))};
	}
	p->findings = all;
	return OK;
}

static err paper_post(struct api_call *k)
{
	struct paper p = {.recipient = api_office_text(k, "recipient"),
			  .kind = api_office_text(k, "kind"),
			  .document = api_office_text(k, "document"),
			  .document_hash = api_office_text(k, "document_hash")};

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_office_day(k, "from", &p.from_ms));
	TRY(api_office_day(k, "until", &p.until_ms));
	p.until_ms = date_start_ms(date_add_days(date_of(p.until_ms), 1));
	TRY(read_findings(k, &p));
	TRY(paper_enter(k->c, &p));
	return put_paper(k->c, &p, k);
}

static err decide(struct api_call *k, err (*fn)(struct ctx *c, int64_t id, struct paper *ret))
{
	struct paper p;
	int64_t id;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_param_id(k, 0, &id));
	TRY(fn(k->c, id, &p));
	return put_paper(k->c, &p, k);
}

static err approval_post(struct api_call *k)
{
	return decide(k, paper_approve);
}

static err rejection_post(struct api_call *k)
{
	return decide(k, paper_reject);
}

static err end_post(struct api_call *k)
{
	struct paper p;
	int64_t id;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_param_id(k, 0, &id));
	TRY(paper_end(k->c, id, api_office_text(k, "reason"), &p));
	return put_paper(k->c, &p, k);
}

#define FINDING "{item: text, name: text, lawful: bool, reasonable: bool, necessary: bool, note: text}"
#define KIND "agreement|undertaking|admission"
#define PAPER                                                                                                \
	"{id: id, recipient: text, recipient_name: text, kind: " KIND                                        \
	", document: text, document_hash: text, from: time, until: time, state: "                            \
	"waiting|standing|coming|expired|rejected|ended, officer: text, second?: text, mine: bool, "         \
	"created_at: time, ended_at?: time, ended_by?: text, reason?: text, findings: [" FINDING "]}"
#define PAPERS "/api/v1/staff/papers"

const struct api_route api_staff_paper_routes[] = {
	{"GET", PAPERS, papers_get, API_STAFF, 0, "staff_papers", "接收方的协议、承诺和接入评估",
	 .answer = "{recipients: [{key: text, name: text, kind: text, asked: [{key: text, name: text, "
		   "sensitive: "
		   "bool}], needs: [" KIND "], missing: [" KIND "]}], items: [" PAPER
		   "], missing: int, soon: int}"},
	{"POST", PAPERS, paper_post, API_STAFF, API_CREATES, "staff_paper_enter",
	 "登记一份，待另一名工作人员复核",
	 .body = "{recipient: text, kind: " KIND
		 ", document: text, document_hash: text, from: text, until: text, "
		 "findings?: [{item: text, lawful?: bool, reasonable?: bool, necessary?: bool, note?: "
		 "text}]}",
	 .answer = PAPER, .status = 201},
	{"POST", PAPERS "/{id}/approval", approval_post, API_STAFF, 0, "staff_paper_approve",
	 "复核同意，到期前有效", .body = "{}", .answer = PAPER},
	{"POST", PAPERS "/{id}/rejection", rejection_post, API_STAFF, 0, "staff_paper_reject", "复核不同意",
	 .body = "{}", .answer = PAPER},
	{"POST", PAPERS "/{id}/end", end_post, API_STAFF, 0, "staff_paper_end", "终止，即时停止向该方提供",
	 .body = "{reason: text}", .answer = PAPER},
	{0},
};
