/* Who opens a use, who agrees, and when the person is told. */
#include "ops/exceptions.h"
#include "account/ended.h"
#include "base/id.h"
#include "consent/locks.h"
#include "ops/exception_store.h"

static const int64_t day_ms = INT64_C(24) * 3600 * 1000;
/* Longer than any attempt takes, with every pause and time limit of a connector. */
static const int64_t finish_after_ms = INT64_C(5) * 60 * 1000;

static err may_work(struct ctx *c, const struct staff *s)
{
	return staff_must_be(c, s, STAFF_PRIVACY_OFFICER, NULL);
}

/* ---- the person ---- */

static err by_case(struct ctx *c, int64_t case_id, int64_t *ret_subject_id)
{
	struct service_case k;
	err e = case_queue_find_anywhere(c, case_id, ret_subject_id, &k);

	if (e.code != ERR_NOT_FOUND)
		return e;
	failure_clear(c);
	FAIL(c, ERR_NOT_FOUND, "没有找到这样的用户，请核对事项编号");
}

/* ---- what was filled in ---- */

static err check_text(struct ctx *c, const char *field, const char *text)
{
	size_t chars = text && slice_is_utf8(slice_of(text)) ? slice_chars(slice_of(text)) : 0;

	if (text && (chars < EXCEPTION_TEXT_MIN || chars > EXCEPTION_TEXT_MAX))
		return fail_field(c, field, "请写 4 至 400 个字");
	return OK;
}

/* What is evidence in words; the rest an officer cannot simply state. */
static bool is_text(int need)
{
	return need == NEED_DOCUMENT || need == NEED_PUBLIC_SOURCE || need == NEED_OWN_PUBLICATION ||
	       need == NEED_APPLICATION || need == NEED_EVENT || need == NEED_REASON || need == NEED_NOTICE ||
	       need == NEED_UNDERTAKING;
}

static err check_evidence(struct ctx *c, const char *within, const char *const evidence[static NEED_COUNT])
{
	for (int i = 0; i < NEED_COUNT; i++) {
		const char *field =
			arena_printf(c->arena, "%s%s", within, exception_need_field((enum exception_need)i));
		if (evidence[i] && !is_text(i))
			return fail_field(c, field, exception_need_text((enum exception_need)i));
		TRY(check_text(c, field, evidence[i]));
	}
	return OK;
}

/* The scope is in words and has an end (TJ-2.4.2, NT-2.4.2). */
static err check_scope(struct ctx *c, const struct exception_use *u)
{
	TRY(check_text(c, "scope", u->scope));
	if (!lock_is(u) && (u->scope != NULL) != (u->scope_until_ms != 0))
		return fail_field(c, u->scope ? "scope_until" : "scope", "范围和截止日期须一并写明");
	if (u->scope_until_ms && (u->scope_until_ms <= c->now_ms ||
				  u->scope_until_ms > c->now_ms + EXCEPTION_SCOPE_DAYS_MAX * day_ms))
		return fail_field(c, "scope_until", "截止日期须在今天之后、一年之内");
	return OK;
}

static err check_items(struct ctx *c, const struct exception_use *u)
{
	bool collects = strcmp(u->context, "collect") == 0;
	struct itemset given = {0};

	for (size_t i = 0; i < u->value_count; i++)
		itemset_add(&given, u->values[i].item->number);
	if (collects && (u->value_count == 0 || memcmp(&given, &u->items, sizeof given) != 0))
		return fail_field(c, "values", "请填写所收集的每一项内容");
	if (!collects && u->value_count)
		return fail_field(c, "values", "只有收集才填写内容");
	if (itemset_empty(&u->items))
		return fail_field(c, "items", "请选择信息项目");
	return OK;
}

/* The matter must be the person's own (TJ-1.3.7, TJ-2.1.3, NT-2.4.7): the officer names it, we look. */
static err check_application(struct ctx *c, struct exception_use *u)
{
	struct service_case k;

	if (!u->case_id)
		return u->evidence[NEED_APPLICATION]
			       ? fail_field(c, "application", "请填写本人事项的编号，由系统核对")
			       : OK;
	err e = case_find(c, u->subject_id, u->case_id, &k);
	if (e.code == ERR_NOT_FOUND)
		return fail_field(c, "case_id", "这件事项不是本人的");
	TRY(e);
	u->evidence[NEED_APPLICATION] = arena_printf(c->arena, "本人的事项 %s", k.number);
	return OK;
}

static err check_deferral(struct ctx *c, const struct exception_use *u, int days)
{
	const struct exception *e = release_exception(c->release, u->ground);
	int64_t max = city_int(c->release, "exception.deferral_max_days", 0);

	if (days < 0 || days > max)
		return fail_field(c, "deferral_days",
				  arena_printf(c->arena, "延后告知最多 %lld 天", (long long)max));
	if (days && (!e || !e->secrecy))
		return fail_field(c, "deferral_days", "这种情形没有保密义务，须即时告知本人");
	if (days && strcmp(u->context, "collect") == 0)
		return fail_field(c, "deferral_days", "收集的信息本人可以查阅，不能延后告知");
	return OK;
}

/* ---- opening ---- */

struct opening {
	const struct exception_use *use;
	struct slice sealed;
};

/* The job stands before anything is done: a crash in between leaves nothing untold. */
static err deferral_job(struct ctx *c, struct tx *tx, const struct exception_use *u)
{
	if (!u->deferred_until_ms)
		return OK;
	return job_add(c, tx, "exception_tell", u->subject_id, u->id, u->deferred_until_ms, NULL);
}

err exception_finish_rows(struct ctx *c, struct tx *tx, const struct exception_use *u)
{
	return job_add(c, tx, "exception_finish", u->subject_id, u->id, c->now_ms + finish_after_ms, NULL);
}

static err begin_rows(struct ctx *c, struct tx *tx, const struct exception_use *u)
{
	TRY(deferral_job(c, tx, u));
	return exception_finish_rows(c, tx, u);
}

static err opening_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct opening *o = arg;
	const struct exception_use *u = o->use;

	TRY(exception_put_rows(c, tx, u, o->sealed));
	TRY(tx_exec(c, tx, Q_EXCEPTION_REGISTER_ADD,
		    PARAMS(P_INT(u->id), P_INT(u->subject_id), P_STR(u->state), P_INT(u->officer_id),
			   P_INT(u->created_at_ms), P_INT(u->deferred_until_ms), P_INT(publication_is(u))),
		    NULL));
	return strcmp(u->state, "acting") == 0 ? begin_rows(c, tx, u) : OK;
}

/* Done, or failed with what is known: the entries tell the rest. */
err exception_go_on(struct ctx *c, struct exception_use *u)
{
	bool asks = ward_use_asks(c, u);

	if (publication_is(u) && !asks)
		return publication_act(c, u);
	err e = asks ? ward_use_ask(c, u) : exception_carry_out(c, u, &u->outcome);
	if (asks && !failed(e))
		return OK;
	struct failure kept = c->failure;

	u->state = failed(e) ? "failed" : "done";
	TRY(store_exec(c, c->store, Q_EXCEPTION_END, PARAMS(P_INT(u->id), P_STR(u->state), P_STR(u->outcome)),
		       NULL));
	c->failure = kept;
	return e;
}

static bool needs_second(const struct ctx *c, const struct exception_use *u)
{
	const struct exception *e = release_exception(c->release, u->ground);

	return (e && exception_needs(e, NEED_SECOND_OFFICER)) || u->deferred_until_ms || publication_is(u) ||
	       lock_is(u);
}

/* TJ-4.2.1.f: which organ asks. */
static err check_organ(struct ctx *c, const struct exception_use *u)
{
	if (kept_query_is(u) != (u->organ != NULL))
		return fail_field(c, "organ",
				  u->organ ? "只有查询留存信息才填写" : "请填写提出查询的主管机关");
	return check_text(c, "organ", u->organ);
}

static err check_use(struct ctx *c, const struct exception_person *who, struct exception_use *u,
		     int deferral_days)
{
	bool bad = failed(check_evidence(c, "", u->evidence));

	bad |= failed(check_evidence(c, "minor.", u->minor_evidence));
	bad |= failed(check_scope(c, u));
	bad |= failed(check_items(c, u));
	bad |= failed(publication_check(c, u));
	bad |= failed(lock_form_check(c, u));
	bad |= failed(check_organ(c, u));
	bad |= failed(check_deferral(c, u, deferral_days));
	if (bad)
		return (err){ERR_INVALID};
	if (who->everybody && lock_is(u))
		return ward_use_check(c, u);
	if (kept_query_is(u)) {
		TRY(kept_query_check(c, u));
		TRY(account_ended_find(c, who->certificate_id, &u->subject_id));
		return ward_use_check(c, u);
	}
	TRY(who->case_id ? by_case(c, who->case_id, &u->subject_id)
			 : account_named(c, &who->named, &u->subject_id));
	if (!u->case_id)
		u->case_id = who->case_id;
	TRY(ward_use_check(c, u));
	return check_application(c, u);
}

err exception_open(struct ctx *c, const struct staff *s, const struct exception_person *who,
		   struct exception_use *u, int deferral_days)
{
	TRY(may_work(c, s));
	TRY(check_use(c, who, u, deferral_days));
	u->id = id_new(c->now_ms);
	u->created_at_ms = c->now_ms;
	u->officer_id = s->id;
	u->officer_name = s->name;
	u->outcome = "";
	u->deferred_until_ms = deferral_days ? c->now_ms + deferral_days * day_ms : 0;
	if (!u->service)
		u->service = city_text(c->release, "exception.service");
	bool waits = needs_second(c, u);
	TRY(exception_check(c, u, waits)); /* the second officer's yes is all that may be missing */
	struct opening o = {.use = u};
	publication_write(c, u);
	u->state = waits ? "waiting" : "acting";
	TRY(exception_seal(c, u, &o.sealed));
	TRY(store_write(c, c->store, opening_rows, &o));
	return waits ? OK : exception_go_on(c, u);
}

/* ---- the second officer ---- */

struct deciding {
	const struct exception_use *use;
	struct slice sealed;
	int64_t staff_id;
	bool agrees, taken;
};

static err deciding_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct deciding *d = arg;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_EXCEPTION_DECIDE,
		    PARAMS(P_INT(d->use->id), P_INT(d->staff_id), P_STR(d->agrees ? "acting" : "rejected"),
			   P_INT(c->now_ms)),
		    &changed));
	d->taken = changed > 0;
	if (!d->taken)
		FAIL(c, ERR_CONFLICT, "须由另一名工作人员复核，且只能复核一次");
	TRY(exception_put_rows(c, tx, d->use, d->sealed));
	return d->agrees ? begin_rows(c, tx, d->use) : OK;
}

err exception_decide(struct ctx *c, const struct staff *s, int64_t use_id, bool agrees,
		     struct exception_use *ret)
{
	struct exception_use u;
	struct deciding d = {.use = &u, .staff_id = s->id, .agrees = agrees};

	TRY(may_work(c, s));
	TRY(exception_read(c, use_id, &u));
	if (!u.ground)
		FAIL(c, ERR_GONE, "当事人的信息已经删除");
	u.second_name = s->name;
	TRY(exception_seal(c, &u, &d.sealed));
	TRY(store_write(c, c->store, deciding_rows, &d));
	u.second_id = s->id;
	u.decided_at_ms = c->now_ms;
	u.state = agrees ? "acting" : "rejected";
	err e = agrees ? exception_go_on(c, &u) : OK;
	*ret = u;
	return e;
}

err exception_find(struct ctx *c, const struct staff *s, int64_t use_id, struct exception_use *ret)
{
	TRY(may_work(c, s));
	return exception_read(c, use_id, ret);
}

err exception_list(struct ctx *c, const struct staff *s, bool publications, int64_t before, int limit,
		   exception_fn fn, void *arg)
{
	TRY(may_work(c, s));
	return exception_read_list(c, publications, before, limit, fn, arg);
}

/* ---- what a crash left ---- */

/* What comes to an end here is told by the use itself: the job is done either way. */
static err finish_asking(struct ctx *c, struct exception_use *u)
{
	err e = exception_go_on(c, u);

	if (failed(e) && strcmp(u->state, "acting") == 0)
		return e;
	failure_clear(c);
	return OK;
}

err exception_finish_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct exception_use u;

	TRY(exception_read(c, j->ref_id, &u));
	if (strcmp(u.state, "acting") != 0)
		return OK;
	/* it acts again since the guardian's yes: the job of the officers' yes is not to cut into that */
	if (u.guardian_agreed_at_ms && c->now_ms < u.guardian_agreed_at_ms + finish_after_ms) {
		*ret_again_at_ms = u.guardian_agreed_at_ms + finish_after_ms;
		return OK;
	}
	if (u.ground && (publication_is(&u) || ward_use_asks(c, &u)))
		return finish_asking(c, &u);
	return store_exec(c, c->store, Q_EXCEPTION_END,
			  PARAMS(P_INT(u.id), P_STR("failed"), P_STR("unknown")), NULL);
}

/* ---- deferrals ---- */

static err not_deferred(struct ctx *c)
{
	FAIL(c, ERR_CONFLICT, "这件没有延后告知，或者延后已经结束");
}

err exception_renewal_ask(struct ctx *c, const struct staff *s, int64_t use_id, int days)
{
	int64_t max = city_int(c->release, "exception.deferral_max_days", 0), changed = 0;

	TRY(may_work(c, s));
	if (days < 1 || days > max)
		return fail_field(c, "days", arena_printf(c->arena, "从今天起 1 至 %lld 天", (long long)max));
	TRY(store_exec(
		c, c->store, Q_EXCEPTION_RENEWAL_ASK,
		PARAMS(P_INT(use_id), P_INT(s->id), P_INT(c->now_ms + days * day_ms), P_INT(c->now_ms)),
		&changed));
	return changed ? OK : not_deferred(c);
}

struct renewing {
	int64_t use_id, staff_id;
	struct deferral_renewal renewal;
};

static err renewing_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct renewing *r = arg;
	int64_t changed = 0;

	TRY(tx_exec(
		c, tx, Q_EXCEPTION_RENEWAL_TAKE,
		PARAMS(P_INT(r->use_id), P_INT(r->staff_id), P_INT(c->now_ms), P_INT(r->renewal.until_ms)),
		&changed));
	if (!changed)
		FAIL(c, ERR_CONFLICT, "须由另一名工作人员在延后结束之前复核");
	return ledger_deferral_rows(c, tx, &r->renewal);
}

err exception_renewal_agree(struct ctx *c, const struct staff *s, int64_t use_id)
{
	struct exception_use u;

	TRY(may_work(c, s));
	TRY(exception_read(c, use_id, &u));
	struct renewing r = {use_id, s->id, {u.subject_id, use_id, u.renewal_until_ms}};
	return store_write(c, c->store, renewing_rows, &r);
}

static err tell(struct ctx *c, const struct exception_use *u)
{
	if (u->ground)
		TRY(ledger_disclose(c, u->subject_id, u->id, exception_why_deferred(c, u), NULL));
	return store_exec(c, c->store, Q_EXCEPTION_TOLD, PARAMS(P_INT(u->id), P_INT(c->now_ms)), NULL);
}

err exception_tell(struct ctx *c, const struct staff *s, int64_t use_id)
{
	struct exception_use u;

	TRY(may_work(c, s));
	TRY(exception_read(c, use_id, &u));
	if (u.deferred_until_ms <= c->now_ms || strcmp(u.state, "waiting") == 0)
		return not_deferred(c);
	return tell(c, &u);
}

err exception_tell_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct exception_use u;

	TRY(exception_read(c, j->ref_id, &u));
	if (u.deferred_until_ms > c->now_ms) { /* it was renewed */
		*ret_again_at_ms = u.deferred_until_ms;
		return OK;
	}
	return tell(c, &u);
}

err exception_uses_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	(void)ret_again_at_ms;
	TRY(locks_end(c, j->subject_id));
	return store_exec(c, c->store, Q_EXCEPTION_USES_END, PARAMS(P_INT(j->subject_id)), NULL);
}
