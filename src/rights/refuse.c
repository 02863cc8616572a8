/* Refusing a request: only on a ground that the city lists, with what the ground needs (TJ-4.5.c to
 * TJ-4.5.7, TJ-4.4.e, NT-4.7.0 to NT-4.7.5). */
#include "policy/better.h"
#include "rights/inside.h"

#define PREFIX "refuse_"

/* An example of a ground stands under the ground (refuse_abuse_effort under abuse; NT-4.7.4.b). */
static bool is_statutory(const struct release *r, const char *key)
{
	size_t count = 0;
	const char *const *list = city_list(r, "refusal.statutory", &count);

	for (size_t i = 0; i < count; i++) {
		size_t n = strlen(list[i]);
		if (strncmp(key, list[i], n) == 0 && (key[n] == '\0' || key[n] == '_'))
			return true;
	}
	return false;
}

const char *rights_ground_sort(const struct release *r, const struct exception *e)
{
	size_t count = 0;

	if (exception_holds(e, EXCEPTION_ACCESS))
		return city_list(r, "refusal.limits", &count) && count ? "limit" : NULL;
	if (!exception_holds(e, EXCEPTION_REFUSE_REQUEST))
		return NULL;
	if (strncmp(e->key, PREFIX, strlen(PREFIX)) == 0 && is_statutory(r, e->key + strlen(PREFIX)))
		return "statutory";
	return city_list(r, "refusal.discretion", &count) && count ? "discretion" : NULL;
}

/* What is not listed, today or in the version that the person agreed to, is no ground: refused and entered.
 */
static err undeclared(struct ctx *c, const struct rights_request *r)
{
	err e = refuse(c, "not_declared", city_text(c->release, "refusal.clause"),
		       "隐私政策没有列出这种不予办理的情形");
	struct failure kept = c->failure;
	struct entry entry = rights_entry(c, r, ENTRY_REFUSE, "不予办理的情形不在隐私政策之列，未被接受");
	struct head h;

	entry.decision = "not_declared";
	entry.clause = kept.clause;
	if (!failed(ledger_head(c, c->store, r->subject_id, &h)))
		(void)!failed(ledger_write(c, &h, &entry, LEDGER_ANY_EPOCH, NULL, NULL, NULL));
	c->failure = kept;
	return e;
}

static err listed(struct ctx *c, const struct rights_request *r, const char *key,
		  const struct exception **ret)
{
	const struct exception *e = key ? release_exception(c->release, key) : NULL;
	struct facts f;
	struct head h;

	if (!e || !rights_ground_sort(c->release, e))
		return undeclared(c, r);
	TRY(facts_load(c, r->subject_id, &f, &h));
	if (!better_exception(c->release, f.accepted_release, e,
			      exception_holds(e, EXCEPTION_ACCESS) ? EXCEPTION_ACCESS
								   : EXCEPTION_REFUSE_REQUEST))
		return undeclared(c, r);
	*ret = e;
	return OK;
}

/* The officer is the caller, the scope is the request itself, and the second officer comes after. */
static err check_evidence(struct ctx *c, const struct exception *e, const struct rights_request *r)
{
	uint32_t given =
		1U << NEED_OFFICER | 1U << NEED_SCOPE | 1U << NEED_SECOND_OFFICER | 1U << NEED_REASON;

	for (int i = 0; i < NEED_COUNT; i++)
		if (r->evidence[i]) {
			TRY(rights_check_text(c, exception_need_field((enum exception_need)i),
					      r->evidence[i]));
			given |= 1U << i;
		}
	if ((e->needs & ~given) == 0)
		return OK;
	for (int i = 0; i < NEED_COUNT; i++)
		if ((e->needs & ~given) >> i & 1)
			(void)fail_field(c, exception_need_field((enum exception_need)i),
					 exception_need_text((enum exception_need)i));
	c->failure.clause = e->clause;
	FAIL(c, ERR_INVALID, "这种情形所需的依据还不齐全");
}

static struct entry refusal_entry(struct ctx *c, const struct rights_request *r, const struct exception *g)
{
	struct entry e =
		rights_entry(c, r, ENTRY_REFUSE,
			     arena_printf(c->arena, "请求未予办理：%s。理由：%s", g->ground, r->reason));

	e.basis = arena_printf(c->arena, "exception:%s", g->key);
	e.decision = "refused";
	e.clause = g->clause;
	return e;
}

err rights_refuse(struct ctx *c, int64_t request_id, const char *ground, const char *reason,
		  const char *const evidence[static NEED_COUNT], struct rights_request *ret)
{
	const struct exception *g = NULL;
	struct rights_request r;

	TRY(rights_find(c, request_id, &r));
	if (strcmp(r.state, "proof_needed") == 0)
		FAIL(c, ERR_CONFLICT, "请求人的身份还没有核验，不能办理");
	if (strcmp(r.state, "open") != 0)
		FAIL(c, ERR_CONFLICT, "这件请求已经办理");
	TRY(listed(c, &r, ground, &g));
	TRY(rights_check_text(c, "reason", reason));
	for (int i = 0; i < NEED_COUNT; i++)
		r.evidence[i] = evidence[i];
	TRY(check_evidence(c, g, &r));
	r.ground = g->key;
	r.reason = reason;
	r.officer = c->actor.name;
	r.officer_id = c->actor.id;
	bool waits = exception_needs(g, NEED_SECOND_OFFICER);
	r.state = waits ? "second" : "refused";
	r.answered_at_ms = waits ? 0 : c->now_ms;
	struct entry e = waits ? rights_entry(c, &r, ENTRY_CHANGE, "办理意见已提出，等待另一名工作人员复核")
			       : refusal_entry(c, &r, g);
	TRY(rights_step(c, &e, &(struct rights_step){.r = &r, .from = "open", .tell = !waits}));
	*ret = r;
	return OK;
}

err rights_second(struct ctx *c, int64_t request_id, bool agrees, struct rights_request *ret)
{
	const struct exception *g = NULL;
	struct rights_request r;

	TRY(rights_find(c, request_id, &r));
	if (strcmp(r.state, "second") != 0 || r.officer_id == c->actor.id)
		FAIL(c, ERR_CONFLICT, "须由另一名工作人员复核，且只能复核一次");
	if (agrees) {
		TRY(listed(c, &r, r.ground, &g));
		r.state = "refused";
		r.second = c->actor.name;
		r.answered_at_ms = c->now_ms;
	} else {
		r.state = "open";
		r.ground = r.reason = NULL;
	}
	struct entry e = agrees ? refusal_entry(c, &r, g)
				: rights_entry(c, &r, ENTRY_CHANGE, "复核没有同意不予办理的意见，继续办理");
	TRY(rights_step(c, &e, &(struct rights_step){.r = &r, .from = "second", .tell = agrees}));
	*ret = r;
	return OK;
}
