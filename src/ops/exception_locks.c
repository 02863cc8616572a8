/* Items that a person may not view, change or delete alone: closed by two officers, opened again by one or by
 * the day (TJ-4.4.f, NT-4.1.a). */
#include "consent/locks.h"
#include "ops/exception_store.h"
#include "policy/better.h"

bool lock_is(const struct exception_use *u)
{
	return strcmp(u->context, exception_context_word(EXCEPTION_ACCESS)) == 0;
}

static bool offered(const struct ctx *c, unsigned acts)
{
	for (int i = 0; i < LOCK_ACTS; i++)
		if ((acts >> i & 1) && !city_list_has(c->release, "exception.lock.acts", lock_act_words[i]))
			return false;
	return acts != 0;
}

err lock_form_check(struct ctx *c, const struct exception_use *u)
{
	if (!lock_is(u))
		return u->acts ? fail_field(c, "acts", "只有封闭项目才填写") : OK;
	if (!u->scope_until_ms)
		return fail_field(c, "scope_until", "请填写封闭到哪一天");
	if (u->recipient)
		return fail_field(c, "recipient", "封闭项目没有接收方");
	return offered(c, u->acts) ? OK : fail_field(c, "acts", "请选择本市政策允许封闭的操作");
}

/* ---- the ground ---- */

static err undeclared(struct ctx *c)
{
	return refuse(c, "not_declared", city_text(c->release, "refusal.clause"),
		      "隐私政策没有列出这种封闭项目的理由");
}

static err check_evidence(struct ctx *c, const struct exception *e, const struct exception_use *u)
{
	uint32_t given = 1U << NEED_OFFICER | 1U << NEED_SECOND_OFFICER | 1U << NEED_SCOPE;

	for (int i = 0; i < NEED_COUNT; i++)
		given |= u->evidence[i] ? 1U << i : 0;
	for (int i = 0; i < NEED_COUNT; i++)
		if ((e->needs & ~given) >> i & 1)
			(void)fail_field(c, exception_need_field((enum exception_need)i),
					 exception_need_text((enum exception_need)i));
	if ((e->needs & ~given) == 0)
		return OK;
	c->failure.clause = e->clause;
	FAIL(c, ERR_INVALID, "这一例外情形所需的依据还不齐全");
}

/* Listed by the city for closing, and by what the person agreed to. */
err lock_ground_check(struct ctx *c, const struct exception_use *u)
{
	const struct exception *e = release_exception(c->release, u->ground);
	const char *ground = city_text(c->release, "exception.lock.ground");
	struct facts f = {0};
	struct head h;

	if (!e || !ground || strcmp(ground, e->key) != 0 || !exception_holds(e, EXCEPTION_ACCESS))
		return undeclared(c);
	if (u->subject_id)
		TRY(facts_load(c, u->subject_id, &f, &h));
	if (u->subject_id && !better_exception(c->release, f.accepted_release, e, EXCEPTION_ACCESS))
		return undeclared(c);
	TRY(locks_must_have_room(c, u->subject_id, &u->items));
	return check_evidence(c, e, u);
}

/* ---- closing ---- */

struct closing {
	const struct exception_use *use;
	struct lock_order order;
};

static err closing_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct closing *k = arg;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_EXCEPTION_END, PARAMS(P_INT(k->use->id), P_STR("done"), P_STR("")), &changed));
	if (changed == 0)
		FAIL(c, ERR_CONFLICT, "这件已经办理");
	if (k->order.subject_id) /* what it keeps from a deletion ends with it */
		TRY(job_add(c, tx, "retention_end", k->order.subject_id, 0, k->order.until_ms, NULL));
	return locks_put_rows(c, tx, &k->order);
}

static const char *cause_of(struct ctx *c, const struct exception *e, const struct exception_use *u)
{
	const char *document = u->evidence[NEED_DOCUMENT], *reason = u->evidence[NEED_REASON];

	if (document && reason)
		return arena_printf(c->arena, "%s（依据：%s）", reason, document);
	if (document)
		return arena_printf(c->arena, "%s（依据：%s）", e->ground, document);
	return reason ? reason : e->ground;
}

static struct entry entry_of(struct ctx *c, const struct exception_use *u, const struct exception *e,
			     const char *note)
{
	return (struct entry){.action = ENTRY_CHANGE,
			      .service = "my_information",
			      .items = u->items,
			      .basis = arena_printf(c->arena, "exception:%s", e->key),
			      .decision = "allowed",
			      .clause = e->clause,
			      .note = note,
			      .ref_id = u->id,
			      .deferred_until_ms = u->deferred_until_ms};
}

static const char *acts_named(struct ctx *c, unsigned acts)
{
	const char *text = "";

	for (int i = 0; i < LOCK_ACTS; i++)
		if (acts >> i & 1)
			text = arena_printf(c->arena, "%s%s%s", text, *text ? "、" : "", lock_act_names[i]);
	return text;
}

/* Everybody has no entries: each sees the lock on the own page. */
static err write_with(struct ctx *c, const struct exception_use *u, const char *what, tx_fn fn, void *arg)
{
	const struct exception *e = release_exception(c->release, u->ground);
	struct head h;

	if (!u->subject_id || !e)
		return store_write(c, c->store, fn, arg);
	struct entry entry = entry_of(
		c, u, e,
		arena_printf(c->arena, "%s（%s）；%s", what, acts_named(c, u->acts), exception_note(c, u)));
	TRY(ledger_head(c, c->store, u->subject_id, &h));
	return ledger_write(c, &h, &entry, LEDGER_RAISE_EPOCH | LEDGER_ANY_EPOCH, fn, arg, NULL);
}

err lock_carry_out(struct ctx *c, const struct exception_use *u)
{
	struct closing k = {.use = u};

	TRY(lock_ground_check(c, u));
	const struct exception *e = release_exception(c->release, u->ground);
	k.order = (struct lock_order){
		.subject_id = u->subject_id,
		.use_id = u->id,
		.until_ms = u->scope_until_ms,
		.items = u->items,
		.acts = u->acts,
		.ground = u->ground,
		.cause = cause_of(c, e, u),
		.officers = e->secrecy ? NULL
				       : arena_printf(c->arena, "%s、%s", u->officer_name, u->second_name)};
	TRY(locks_seal(c, &k.order));
	return write_with(c, u, "封闭项目", closing_rows, &k);
}

/* ---- opening again ---- */

static err lifting_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct exception_use *u = arg;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_EXCEPTION_LIFT, PARAMS(P_INT(u->id)), &changed));
	if (changed == 0)
		FAIL(c, ERR_CONFLICT, "这件没有封闭的项目，或者已经解除");
	return locks_lift_rows(c, tx, u->subject_id, u->id);
}

err exception_lift(struct ctx *c, const struct staff *s, int64_t use_id, struct exception_use *ret)
{
	struct exception_use u;

	TRY(exception_find(c, s, use_id, &u));
	if (!u.ground || !lock_is(&u) || strcmp(u.state, "done") != 0 || u.scope_until_ms <= c->now_ms)
		FAIL(c, ERR_CONFLICT, "这件没有封闭的项目，或者已经解除");
	TRY(write_with(c, &u, "解除封闭", lifting_rows, &u));
	u.state = "lifted";
	*ret = u;
	return OK;
}
