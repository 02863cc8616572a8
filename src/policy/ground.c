/* Without consent: a ground of the city's own list (exceptions of the policy) in the place of consent. */
#include "policy/better.h"
#include "policy/gate_internal.h"
#include "policy/load.h"

enum { AFFILIATE_NEEDS = 1U << NEED_DOCUMENT | 1U << NEED_OFFICER | 1U << NEED_SECOND_OFFICER };

/* The city's own affiliates stand outside the ban on transfers: no exception, a list of its own (NT-2.2.0).
 */
static bool affiliate(const struct release *r, const struct gate_request *q)
{
	return q->action == GATE_SHARE && q->ground->where == EXCEPTION_TRANSFER && q->recipient &&
	       city_list_has(r, "transfer.affiliates", q->recipient->key) && !q->ground->deferred_until_ms;
}

/* What was shown, and nothing else, may take the place of consent: the ground stands in this release, holds
 * for this context in what the person agreed to as well, and the act is one of that context. */
static bool ground_listed(const struct release *r, const struct facts *f, const struct gate_request *q)
{
	static const uint32_t acts[] = {
		/* what a transfer brings is taken in on the ground on which it was handed over */
		[GATE_COLLECT] = 1U << EXCEPTION_COLLECT | 1U << EXCEPTION_TRANSFER,
		[GATE_READ] = 1U << EXCEPTION_KEEP | 1U << EXCEPTION_USE,
		[GATE_SHARE] = 1U << EXCEPTION_SHARE | 1U << EXCEPTION_TRANSFER | 1U << EXCEPTION_PUBLISH |
			       1U << EXCEPTION_ABROAD,
	};
	const struct gate_ground *g = q->ground;
	const struct exception *e = g->exception;

	if (!e)
		return affiliate(r, q);
	return e->number < r->exceptions.count && r->exceptions.rows[e->number] == e &&
	       (unsigned)q->action <= GATE_SHARE && (acts[q->action] >> g->where & 1) &&
	       better_exception(r, f->accepted_release, e, g->where) && (!g->deferred_until_ms || e->secrecy);
}

/* A successor in no release may be the recipient of a transfer alone. */
static bool to_successor(const struct gate_request *q)
{
	return q->ground->where == EXCEPTION_TRANSFER && q->recipient && q->recipient->number == UINT32_MAX;
}

static bool abroad(const struct release *r, const struct gate_request *q)
{
	return to_successor(q) ? !city_inside(r, q->recipient->region) : gate_abroad(r, q);
}

static bool belongs(const struct release *r, const struct gate_request *q)
{
	struct gate_request own = *q;

	if (to_successor(q))
		own.recipient = NULL;
	return gate_belongs(r, &own);
}

/* The scope that an officer wrote down is the only way beyond what the service declares (TJ-1.3.0, TJ-2.4.0,
 * NT-2.4.0): a ground that needs no scope stays within it. Only a publication has no recipient. */
static bool ground_covers(const struct release *r, const struct gate_request *q)
{
	const struct gate_ground *g = q->ground;
	bool to_all = g->where == EXCEPTION_PUBLISH;

	if (!belongs(r, q) || !itemset_empty(&q->sensed) || itemset_empty(&q->items) ||
	    (q->action == GATE_SHARE && to_all != (q->recipient == NULL)))
		return false;
	if (g->scope_until_ms != 0 && g->scope_until_ms <= q->now_ms)
		return false;
	if (!itemset_within(&q->items, &g->scope_items) || q->recipient != g->scope_recipient)
		return false;
	if (to_all || g->where == EXCEPTION_TRANSFER || g->where == EXCEPTION_KEEP ||
	    exception_needs(g->exception, NEED_SCOPE))
		return true;
	return gate_bounds_allow(gate_bounds_of(r->bounds, q), q);
}

/* A ground that rests on the person's consent to this holder is no ground without it (TJ-2.2.1, NT-2.2.1,
 * NT-3.2.b). The consent to a publication names no holder: who carries the publication out has asked for it.
 */
static bool consent_given(const struct facts *f, const struct gate_request *q, int64_t *ret_consent_id)
{
	const struct exception *e = q->ground->exception;

	return !e || !exception_needs(e, NEED_CONSENT) || !q->recipient ||
	       gate_consented(f, q, ret_consent_id);
}

/* A minor's item is used or published only where the law allows it, the guardian agrees expressly or the
 * protection of the minor needs it, whatever other ground there is (TJ-6.3.a). A city without such a list
 * asks for nothing more. Taking in is no use: it has rules of its own. */
static enum gate_rule minor_rule(const struct release *r, const struct facts *f, const struct gate_ground *g,
				 struct verdict *v)
{
	const struct exception *basis = g->minor;

	if (f->child && g->where == EXCEPTION_PUBLISH) /* as both policies say of children (PIPL 31) */
		return RULE_CHILD;
	if (!f->minor || !r->minor_bases || g->where == EXCEPTION_COLLECT)
		return RULE_ALLOWED;
	if (!basis || !gate_row_stands(&r->exceptions, basis, basis->number) ||
	    !better_exception(r, f->accepted_release, basis, EXCEPTION_MINOR))
		return RULE_MINOR;
	v->needs = basis->needs & ~g->minor_given;
	if (v->needs)
		return RULE_MINOR_EVIDENCE;
	return exception_needs(basis, NEED_CONSENT) && !f->guardian_agreed ? RULE_GUARDIAN : RULE_ALLOWED;
}

enum gate_rule ground_judge(const struct release *r, const struct facts *f, const struct gate_request *q,
			    struct verdict *v)
{
	const struct gate_ground *g = q->ground;

	if (!ground_listed(r, f, q))
		return RULE_GROUND;
	v->needs = (g->exception ? g->exception->needs : AFFILIATE_NEEDS) & ~g->given;
	if (v->needs)
		return RULE_EVIDENCE;
	if (!ground_covers(r, q))
		return RULE_DECLARED;
	enum gate_rule bound = gate_recipient_rule(r, f, q);
	if (bound)
		return bound;
	if (abroad(r, q) && (r->never_abroad || g->where != EXCEPTION_ABROAD))
		return RULE_BORDER;
	if (f->subject_id == 0)
		return RULE_LOGIN;
	/* what is left is kept because the law demands it, and read for that alone (NT-3.1.b) */
	if (q->purpose->commercial && (f->status == PERSON_CANCELLED || g->where == EXCEPTION_KEEP))
		return RULE_ENDED;
	if (f->status == PERSON_CANCELLED && g->where != EXCEPTION_KEEP)
		return RULE_CANCELLED;
	enum gate_rule minor = minor_rule(r, f, g, v);
	if (minor)
		return minor;
	if (!consent_given(f, q, &v->consent_id)) {
		v->missing = q->items;
		return RULE_SHARE;
	}
	return RULE_ALLOWED;
}

/* ---- what is missing, for the officer ---- */

static const char *const need_texts[] = {
	[NEED_DOCUMENT] = "请填写依据的法律规定或者文书的名称、文号和出具机关",
	[NEED_OFFICER] = "须由个人信息保护岗位的工作人员提出",
	[NEED_SECOND_OFFICER] = "须由另一名工作人员复核同意",
	[NEED_SCOPE] = "请写明处理的范围和截止时间",
	[NEED_PUBLIC_SOURCE] = "请写明合法公开的来源，例如报道或者公告的出处和日期",
	[NEED_OWN_PUBLICATION] = "请写明本人在何处、何时自行公开",
	[NEED_APPLICATION] = "请写明本人的申请或者事项编号",
	[NEED_EVENT] = "请写明事件及其编号",
	[NEED_REASON] = "请说明理由",
	[NEED_CONSENT] = "须先取得本人的同意",
	[NEED_NOTICE] = "须先告知本人",
	[NEED_UNDERTAKING] = "请填写接收方书面承诺的编号",
	[NEED_DEIDENTIFIED] = "须先经去标识检查",
};

const char *exception_need_field(enum exception_need what)
{
	return exception_need_words[what];
}

const char *exception_context_word(enum exception_context where)
{
	return exception_contexts[where];
}

const char *exception_need_text(enum exception_need what)
{
	return need_texts[what];
}

err ground_evidence_missing(struct ctx *c, const struct exception *e, const char *within, uint32_t needs)
{
	for (int i = 0; i < NEED_COUNT; i++)
		if (needs >> i & 1)
			(void)fail_field(c, arena_printf(c->arena, "%s%s", within, exception_need_words[i]),
					 need_texts[i]);
	c->failure.clause = e ? e->clause : city_text(c->release, "transfer.clause");
	FAIL(c, ERR_INVALID, "这一例外情形所需的依据还不齐全");
}
