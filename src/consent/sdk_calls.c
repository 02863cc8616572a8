#include "consent/sdk_calls.h"
#include "base/id.h"
#include "consent/counts.h"

/* ---- what was said, and what was called ---- */

struct states {
	struct sdk_state *rows; /* by number of the SDK */
	bool person;
};

static struct sdk_state *state_of(struct ctx *c, struct states *s, const struct row *r)
{
	const struct sdk *sdk = release_sdk(c->release, row_copy(c, r, 0));

	return sdk ? &s->rows[sdk->number] : NULL;
}

static err choice_row(struct ctx *c, const struct row *r, void *arg)
{
	struct sdk_state *s = state_of(c, arg, r);
	bool allowed = row_int(r, 1) == 1;

	if (!s || (allowed && ((struct states *)arg)->person))
		return OK; /* what a phone allowed before logging in is not the person's word */
	s->choice = allowed ? SDK_ALLOWED : SDK_REFUSED;
	s->changed_at_ms = row_int(r, 2);
	return OK;
}

static err own_choice_row(struct ctx *c, const struct row *r, void *arg)
{
	struct states mine = *(struct states *)arg;

	mine.person = false;
	return choice_row(c, r, &mine);
}

static err last_row(struct ctx *c, const struct row *r, void *arg)
{
	struct sdk_state *s = state_of(c, arg, r);

	if (!s)
		return OK;
	s->last_call_ms = row_int(r, 1);
	s->calls = row_int(r, 2);
	return OK;
}

/* The person's own word first; what this phone refused while nobody was logged in stays refused. */
static err load_states(struct ctx *c, int64_t subject_id, struct states *ret)
{
	unsigned count = release_sdk_count(c->release);

	*ret = (struct states){ARENA_ARRAY(c->arena, struct sdk_state, count + 1), subject_id != 0};
	for (unsigned i = 0; i < count; i++)
		ret->rows[i] = (struct sdk_state){.sdk = release_sdk_at(c->release, i)};
	if (subject_id) {
		TRY(store_rows(c, c->store, Q_SDK_CHOICE_LIST, PARAMS(P_INT(subject_id)), own_choice_row,
			       ret));
		TRY(store_rows(c, c->store, Q_SDK_LAST_CALL_LIST, PARAMS(P_INT(subject_id)), last_row, ret));
	}
	return store_rows(c, c->store, Q_INSTALLATION_SDK_CHOICE_LIST, PARAMS(P_INT(c->installation_id)),
			  choice_row, ret);
}

err sdk_states(struct ctx *c, int64_t subject_id, sdk_state_fn fn, void *arg)
{
	struct states s;

	TRY(load_states(c, subject_id, &s));
	for (unsigned i = 0; i < release_sdk_count(c->release); i++)
		TRY(fn(c, &s.rows[i], arg));
	return OK;
}

struct choosing {
	int64_t subject_id;
	const char *sdk;
	bool allowed;
};

static err choose_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct choosing *k = arg;

	if (!k->subject_id)
		return tx_exec(
			c, tx, Q_INSTALLATION_SDK_CHOICE_PUT,
			PARAMS(P_INT(c->installation_id), P_STR(k->sdk), P_INT(k->allowed), P_INT(c->now_ms)),
			NULL);
	TRY(tx_exec(c, tx, Q_SDK_CHOICE_PUT,
		    PARAMS(P_INT(k->subject_id), P_STR(k->sdk), P_INT(k->allowed), P_INT(c->now_ms)), NULL));
	return tx_exec(c, tx, Q_INSTALLATION_SDK_CHOICE_DROP,
		       PARAMS(P_INT(c->installation_id), P_STR(k->sdk)), NULL);
}

static const char *recipient_of(struct ctx *c, const struct sdk *s)
{
	return arena_printf(c->arena, "sdk:%s", s->key);
}

/* Below minor.strict_age nothing goes to foreign code, whatever anybody says: no yes of such a child is taken
 * down (PIPL 31, TJ-6.1.a, NT-5.0). */
static err check_age(struct ctx *c, int64_t subject_id, const struct sdk *s)
{
	const char *clause = city_text(c->release, "gate.clause.guardian");
	struct facts f;
	struct head h;

	TRY(facts_load(c, subject_id, &f, &h));
	if (!f.child)
		return OK;
	return refuse(c, "not_declared", clause ? clause : s->clause,
		      "不向“%s”提供年幼未成年人的任何信息，不能选择允许", s->name);
}

err sdk_choose(struct ctx *c, int64_t subject_id, const struct sdk *s, bool allowed)
{
	struct choosing k = {subject_id, s->key, allowed};
	struct head head;

	if (!allowed && !sdk_refusable(c->release, s))
		FAIL(c, ERR_CONFLICT, "“%s”只在您主动选用时调用，不选用就不会调用", s->name);
	if (!subject_id)
		return store_write(c, c->store, choose_rows, &k);
	if (allowed)
		TRY(check_age(c, subject_id, s));
	struct entry e = {
		.action = allowed ? ENTRY_CONSENT : ENTRY_WITHDRAW,
		.recipient = recipient_of(c, s),
		.items = s->items,
		.basis = "own_request",
		.decision = "allowed",
		.clause = s->clause,
		.note = arena_printf(c->arena, "%s：%s", allowed ? "允许调用" : "拒绝调用", s->name)};
	TRY(ledger_head(c, c->store, subject_id, &head));
	return ledger_write(c, &head, &e, LEDGER_RAISE_EPOCH | LEDGER_ANY_EPOCH, choose_rows, &k, NULL);
}

err sdk_end_rows(struct ctx *c, struct tx *tx, int64_t subject_id)
{
	TRY(tx_exec(c, tx, Q_SDK_CHOICE_END, PARAMS(P_INT(subject_id)), NULL));
	return tx_exec(c, tx, Q_SDK_LAST_CALL_END, PARAMS(P_INT(subject_id)), NULL);
}

err sdk_withdraw_rows(struct ctx *c, struct tx *tx, int64_t subject_id)
{
	return tx_exec(c, tx, Q_SDK_CHOICE_WITHDRAW, PARAMS(P_INT(subject_id)), NULL);
}

/* ---- one call ---- */

static err unknown(struct ctx *c, const char *detail)
{
	const char *clause = city_text(c->release, "sdk.clause");

	return refuse(c, "not_declared", clause ? clause : "", "%s", detail);
}

/* "item" or "item.part"; a part must be one that the register lists (NT-1.5.2.b). */
static err read_items(struct ctx *c, const struct sdk_call *call, const struct sdk *s, struct itemset *ret)
{
	for (size_t i = 0; i < call->item_count; i++) {
		const char *name = call->items[i], *dot = strchr(name, '.');
		struct slice key = {name, dot ? (size_t)(dot - name) : strlen(name)};
		const struct item *it = release_item(c->release, arena_copy(c->arena, key));
		if (!it || (dot && !sdk_part_listed(s, name)))
			return refuse(c, "not_declared", s->clause, "清单没有写明“%s”可以得到这项信息",
				      s->name);
		itemset_add(ret, it->number);
	}
	return OK;
}

struct called {
	int64_t subject_id;
	const char *sdk;
};

static err called_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct called *k = arg;

	return tx_exec(c, tx, Q_SDK_LAST_CALL_PUT,
		       PARAMS(P_INT(k->subject_id), P_STR(k->sdk), P_INT(c->now_ms)), NULL);
}

static struct entry entry_of(struct ctx *c, const struct sdk_call *call, const struct sdk *s,
			     const struct itemset *items)
{
	const struct service *from = call->service ? release_service(c->release, call->service) : NULL;

	/* what it was called for, also where that is not what it is there for */
	const struct sdk_reason *why = call->reason ? release_sdk_reason(c->release, call->reason) : NULL;

	return (struct entry){.recipient = recipient_of(c, s),
			      .purpose = why ? arena_printf(c->arena, "sdk:%s", why->key) : NULL,
			      .service = from ? from->key : NULL,
			      .items = *items,
			      .clause = s->clause,
			      .note = s->function};
}

/* A refusal stands even when it cannot be written down: nothing was handed over. */
static err write_refusal(struct ctx *c, struct head *h, struct entry *e, err refusal)
{
	struct failure kept = c->failure;

	if (refusal.code != ERR_REFUSED)
		return refusal;
	e->action = ENTRY_REFUSE;
	e->decision = kept.reason;
	e->clause = kept.clause;
	if (h->subject_id)
		(void)!failed(ledger_write(c, h, e, LEDGER_ANY_EPOCH, NULL, NULL, NULL));
	else
		(void)!failed(counts_add(c, "sdk_refused", strchr(e->recipient, ':') + 1));
	c->failure = kept;
	return refusal;
}

static err write_call(struct ctx *c, struct head *h, struct entry *e, const struct sdk *s,
		      enum sdk_choice choice, int64_t call_id, int64_t *ret_n)
{
	struct called k = {h->subject_id, s->key};

	*ret_n = 0;
	if (!h->subject_id)
		return counts_add(c, "sdk", s->key);
	e->action = ENTRY_SHARE;
	e->decision = "allowed";
	e->basis = choice == SDK_ALLOWED ? "consent" : "acceptance";
	e->ref_id = call_id;
	return ledger_write(c, h, e, 0, called_rows, &k, ret_n);
}

err sdk_call(struct ctx *c, int64_t subject_id, const struct sdk_call *call, int64_t *ret_call_id,
	     int64_t *ret_n)
{
	const struct sdk *s = release_sdk(c->release, call->sdk);
	struct sdk_request q = {.sdk = s,
				.reason = call->reason,
				.trigger = call->trigger,
				.service = call->service,
				.state = call->state,
				.platform = call->platform};
	struct states states;
	struct facts f;
	struct head h;

	if (!s)
		return unknown(c, "清单中没有这个SDK，没有调用");
	TRY(facts_load(c, subject_id, &f, &h));
	TRY(load_states(c, subject_id, &states));
	q.choice = states.rows[s->number].choice;
	err e = read_items(c, call, s, &q.items);
	if (!failed(e))
		e = sdk_decide(c, c->release, &f, &q);
	struct entry entry = entry_of(c, call, s, &q.items);
	if (failed(e))
		return write_refusal(c, &h, &entry, e);
	*ret_call_id = id_new(c->now_ms);
	return write_call(c, &h, &entry, s, q.choice, *ret_call_id, ret_n);
}

/* ---- messages to phones ---- */

static err no_way(struct ctx *c, const char *detail)
{
	const struct sdk_reason *why = NULL;

	for (unsigned i = 0; i < release_sdk_reason_count(c->release); i++)
		if (release_sdk_reason_at(c->release, i)->triggers & sdk_trigger_bit("push"))
			why = release_sdk_reason_at(c->release, i);
	const char *clause = why ? why->clause : city_text(c->release, "sdk.clause");
	return refuse(c, "not_declared", clause ? clause : "", "%s", detail);
}

err sdk_push_allowed(struct ctx *c, int64_t subject_id, const struct facts *f, const struct push_way *way)
{
	const struct sdk *s = way->sdk ? release_sdk(c->release, way->sdk) : NULL;
	struct states states;

	if (release_sdk_reason_count(c->release) == 0)
		return way->sdk && *way->sdk ? no_way(c, "本市的消息推送不经清单中的SDK，没有登记") : OK;
	if (!sdk_brings_push(s, way->to))
		return no_way(c, "消息只经清单中用于推送的SDK送达，没有推送");
	TRY(load_states(c, subject_id, &states));
	struct sdk_request q = {.sdk = s,
				.reason = s->reason->key,
				.trigger = "push",
				.platform = way->platform,
				.choice = states.rows[s->number].choice};
	if (way->platform)
		return sdk_decide(c, c->release, f, &q);
	if (q.choice == SDK_REFUSED)
		return refuse(c, "consent_required", s->clause, "您已拒绝“%s”，没有推送", s->name);
	return OK;
}
