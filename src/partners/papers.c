#include "partners/papers.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include <jansson.h>

enum { FINDINGS_SIZE = 256 * 1024, HASH_TEXT = 64 };

/* ---- findings as they are stored ---- */

static const char *findings_text(struct ctx *c, const struct paper *p)
{
	BUF_SCOPED out = {0};
	struct json j = json_to(&out);

	buf_init(&out, FINDINGS_SIZE);
	json_open(&j, '[');
	for (size_t i = 0; i < p->finding_count; i++) {
		const struct paper_finding *f = &p->findings[i];
		json_open(&j, '{');
		json_put_text(&j, "item", f->item->key);
		json_put_bool(&j, "lawful", f->lawful);
		json_put_bool(&j, "reasonable", f->reasonable);
		json_put_bool(&j, "necessary", f->necessary);
		json_put_text(&j, "note", f->note);
		json_close(&j, '}');
	}
	json_close(&j, ']');
	return arena_copy(c->arena, buf_slice(&out));
}

static const char *items_text(struct ctx *c, const struct paper *p)
{
	const char *all = "";

	for (size_t i = 0; i < p->finding_count; i++)
		all = arena_printf(c->arena, "%s%s%s", all, *all ? " " : "", p->findings[i].item->key);
	return all;
}

static void read_findings(struct ctx *c, const char *text, struct paper *ret)
{
	json_t *list = json_loads(text, 0, NULL), *one;
	struct paper_finding *all = ARENA_ARRAY(c->arena, struct paper_finding, json_array_size(list) + 1);
	size_t i;

	json_array_foreach(list, i, one)
	{
		const char *note = json_string_value(json_object_get(one, "note"));
		const struct item *it =
			release_item(c->release, json_string_value(json_object_get(one, "item")));
		if (it)
			all[ret->finding_count++] = (struct paper_finding){
				.item = it,
				.lawful = json_is_true(json_object_get(one, "lawful")),
				.reasonable = json_is_true(json_object_get(one, "reasonable")),
				.necessary = json_is_true(json_object_get(one, "necessary")),
				.note = arena_copy(c->arena, slice_of(note ? note : "")),
			};
	}
	json_decref(list);
	ret->findings = all;
}

/* ---- reading ---- */

struct each {
	paper_fn fn;
	void *arg;
};

static const char *state_today(const struct ctx *c, const struct paper *p)
{
	if (strcmp(p->state, "standing") != 0)
		return p->state;
	return p->until_ms <= c->now_ms ? "expired" : p->from_ms > c->now_ms ? "coming" : "standing";
}

static err paper_row(struct ctx *c, const struct row *row, void *arg)
{
	const struct each *each = arg;
	struct paper p = {.id = row_int(row, 0),
			  .recipient = row_copy(c, row, 1),
			  .kind = row_copy(c, row, 2),
			  .document = row_copy(c, row, 3),
			  .document_hash = row_copy(c, row, 4),
			  .from_ms = row_int(row, 7),
			  .until_ms = row_int(row, 8),
			  .state = row_copy(c, row, 9),
			  .officer_id = row_int(row, 10),
			  .officer = row_copy(c, row, 11),
			  .second_id = row_int(row, 12),
			  .second = row_copy(c, row, 13),
			  .created_at_ms = row_int(row, 14),
			  .decided_at_ms = row_int(row, 15),
			  .ended_at_ms = row_int(row, 16),
			  .ended_by = row_copy(c, row, 17),
			  .reason = row_copy(c, row, 18)};

	read_findings(c, row_copy(c, row, 6), &p);
	p.state = state_today(c, &p);
	return each->fn(c, &p, each->arg);
}

err paper_list(struct ctx *c, paper_fn fn, void *arg)
{
	return store_rows(c, c->store, Q_PAPER_LIST, NO_PARAMS, paper_row, &(struct each){fn, arg});
}

static err keep_paper(struct ctx *c, const struct paper *p, void *arg)
{
	(void)c;
	*(struct paper *)arg = *p;
	return OK;
}

static err paper_get(struct ctx *c, int64_t id, struct paper *ret)
{
	struct paper p = {0};

	TRY(store_rows(c, c->store, Q_PAPER_GET, PARAMS(P_INT(id)), paper_row,
		       &(struct each){keep_paper, &p}));
	if (!p.id)
		FAIL(c, ERR_NOT_FOUND, "没有这份文件");
	*ret = p;
	return OK;
}

/* ---- entering ---- */

static bool kind_of(const char *word, enum paper_kind *ret)
{
	for (int k = 0; k < PAPER_KINDS; k++)
		if (strcmp(word, paper_kind_word((enum paper_kind)k)) == 0) {
			*ret = (enum paper_kind)k;
			return true;
		}
	return false;
}

static bool is_hash(const char *text)
{
	return strlen(text) == HASH_TEXT && strspn(text, "0123456789abcdef") == HASH_TEXT;
}

static const struct paper_finding *finding_of(const struct paper *p, const struct item *it)
{
	for (size_t i = 0; i < p->finding_count; i++)
		if (p->findings[i].item == it)
			return &p->findings[i];
	return NULL;
}

/* Each item that the party asks for is found lawful, reasonable and necessary, or it is not admitted
 * (TJ-1.1.22.c). */
static err check_findings(struct ctx *c, const struct paper *p, const struct recipient *to)
{
	const struct itemset *asked = release_asked(c->release, to);
	bool bad = false;

	for (unsigned i = 0; i < release_item_count(c->release); i++) {
		const struct item *it = release_item_at(c->release, i);
		const struct paper_finding *f = finding_of(p, it);
		if (!itemset_has(asked, i))
			continue;
		if (f && f->lawful && f->reasonable && f->necessary)
			continue;
		bad = true;
		(void)fail_field(c, arena_printf(c->arena, "findings.%s", it->key),
				 arena_printf(c->arena,
					      f ? "“%s”的合法、合理、必要三项结论中有否定的，不能准予接入"
						: "还没有“%s”的合法、合理、必要三项结论",
					      it->name));
	}
	if (bad)
		FAIL(c, ERR_INVALID, "接入评估未通过，该第三方的服务不予开放");
	return OK;
}

static err check_paper(struct ctx *c, const struct paper *p)
{
	const struct recipient *to = release_recipient(c->release, p->recipient);
	size_t chars = slice_chars(slice_of(p->document));
	enum paper_kind kind;

	if (!kind_of(p->kind, &kind))
		return fail_field(c, "kind", "请选择文件的种类");
	if (!to)
		return fail_field(c, "recipient", "现行隐私政策没有列出这个接收方");
	if (chars == 0 || chars > PAPER_TEXT_MAX)
		return fail_field(c, "document", "请写明文件的名称或者文号，200字以内");
	if (!is_hash(p->document_hash))
		return fail_field(c, "document_hash", "请选择已签署的文件，由系统计算其校验值");
	if (p->from_ms <= 0)
		return fail_field(c, "from", "请填写生效日期");
	if (p->until_ms <= p->from_ms || p->until_ms <= c->now_ms)
		return fail_field(c, "until", "截止日期须晚于生效日期，并且不早于今天");
	return kind == PAPER_ADMISSION ? check_findings(c, p, to) : OK;
}

err paper_put(struct ctx *c, struct tx *tx, const struct paper *p)
{
	return tx_exec(c, tx, Q_PAPER_INSERT,
		       PARAMS(P_INT(p->id), P_STR(p->recipient), P_STR(p->kind), P_STR(p->document),
			      P_STR(p->document_hash), P_STR(items_text(c, p)), P_STR(findings_text(c, p)),
			      P_INT(p->from_ms), P_INT(p->until_ms), P_STR(p->state), P_INT(p->officer_id),
			      P_STR(p->officer), P_INT(p->second_id), P_STR(p->second),
			      P_INT(p->created_at_ms), P_INT(p->decided_at_ms)),
		       NULL);
}

static err put_row(struct ctx *c, struct tx *tx, void *arg)
{
	return paper_put(c, tx, arg);
}

err paper_enter(struct ctx *c, struct paper *p)
{
	TRY(check_paper(c, p));
	p->id = id_new(c->now_ms);
	p->state = "waiting";
	p->officer_id = c->actor.id;
	p->officer = c->actor.name;
	p->second = p->ended_by = p->reason = "";
	p->created_at_ms = c->now_ms;
	return store_write(c, c->store, put_row, p);
}

/* ---- deciding and ending ---- */

static err decide(struct ctx *c, int64_t id, const char *state, struct paper *ret)
{
	struct paper p;
	int64_t changed = 0;

	TRY(paper_get(c, id, &p));
	if (strcmp(state, "standing") == 0)
		TRY(check_paper(c, &p)); /* the policy may ask for more by now */
	if (p.officer_id == c->actor.id)
		FAIL(c, ERR_CONFLICT, "须由另一名工作人员复核");
	TRY(store_exec(
		c, c->store, Q_PAPER_DECIDE,
		PARAMS(P_INT(id), P_STR(state), P_INT(c->actor.id), P_STR(c->actor.name), P_INT(c->now_ms)),
		&changed));
	if (!changed)
		FAIL(c, ERR_CONFLICT, "这份文件已经处理过，请刷新后再看");
	return paper_get(c, id, ret);
}

err paper_approve(struct ctx *c, int64_t id, struct paper *ret)
{
	return decide(c, id, "standing", ret);
}

err paper_reject(struct ctx *c, int64_t id, struct paper *ret)
{
	return decide(c, id, "rejected", ret);
}

err paper_end(struct ctx *c, int64_t id, const char *reason, struct paper *ret)
{
	size_t chars = slice_chars(slice_of(reason));
	struct paper p;
	int64_t changed = 0;

	TRY(paper_get(c, id, &p));
	if (chars < 4 || chars > PAPER_TEXT_MAX)
		return fail_field(c, "reason", "请用4至200个字写明终止的原因");
	TRY(store_exec(c, c->store, Q_PAPER_END,
		       PARAMS(P_INT(id), P_INT(c->now_ms), P_STR(c->actor.name), P_STR(reason)), &changed));
	if (!changed)
		FAIL(c, ERR_CONFLICT, "这份文件已经终止");
	return paper_get(c, id, ret);
}

/* ---- what is missing ---- */

struct lasting {
	int64_t until_ms[64][PAPER_KINDS]; /* of what stands, the last */
};

static err note_lasting(struct ctx *c, const struct paper *p, void *arg)
{
	struct lasting *l = arg;
	const struct recipient *to = release_recipient(c->release, p->recipient);
	enum paper_kind kind;

	if (!to || !kind_of(p->kind, &kind))
		return OK;
	if (strcmp(p->state, "standing") != 0 && strcmp(p->state, "coming") != 0)
		return OK;
	int64_t *until_ms = &l->until_ms[to->number % 64][kind];
	if (p->until_ms > *until_ms)
		*until_ms = p->until_ms;
	return OK;
}

err paper_count(struct ctx *c, struct paper_counts *ret)
{
	int64_t soon_ms = date_start_ms(date_add_days(date_of(c->now_ms), PAPER_SOON_DAYS));
	struct lasting *l = ARENA_NEW(c->arena, struct lasting);
	struct paper_counts n = {0};
	uint64_t papers[PAPER_KINDS];

	TRY(papers_load(c, papers));
	TRY(paper_list(c, note_lasting, l));
	for (unsigned i = 0; i < release_recipient_count(c->release); i++) {
		const struct recipient *to = release_recipient_at(c->release, i);
		for (int k = 0; k < PAPER_KINDS; k++) {
			if (!paper_needed(c->release, to, (enum paper_kind)k))
				continue;
			bool stands = papers[k] >> i % 64 & 1;
			n.missing += !stands;
			n.soon += stands && l->until_ms[i % 64][k] <= soon_ms;
		}
	}
	*ret = n;
	return OK;
}
