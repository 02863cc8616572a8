#include "ops/ends.h"
#include "account/account.h"
#include "base/clock.h"
#include "base/id.h"
#include "ops/telling.h"
#include "services/cases.h"

enum { REASON_MAX_CHARS = 500, BATCH = 20, CASES_MAX = 100000 };

/* ---- reading ---- */

struct each {
	service_end_fn fn;
	void *arg;
};

static err end_row(struct ctx *c, const struct row *row, void *arg)
{
	const struct each *each = arg;
	struct service_end e = {.id = row_int(row, 0),
				.service = row_copy(c, row, 1),
				.ends_at_ms = row_int(row, 2),
				.reason = row_copy(c, row, 3),
				.announced_at_ms = row_int(row, 4),
				.announced_by = row_copy(c, row, 5),
				.withdrawn_at_ms = row_int(row, 6),
				.walk_after = row_int(row, 7),
				.told_all_at_ms = row_int(row, 8),
				.told_people = row_int(row, 9),
				.done_at_ms = row_int(row, 10),
				.people = row_int(row, 11),
				.left_items = row_int(row, 12),
				.officer_id = row_int(row, 13),
				.agreed_at_ms = row_int(row, 14),
				.agreed_by = row_copy(c, row, 15)};

	return each->fn(c, &e, each->arg);
}

err service_end_list(struct ctx *c, int64_t before, int limit, service_end_fn fn, void *arg)
{
	return store_rows(c, c->store, Q_SERVICE_END_LIST,
			  PARAMS(P_INT(before > 0 ? before : INT64_MAX), P_INT(limit)), end_row,
			  &(struct each){fn, arg});
}

err service_end_shown(struct ctx *c, int64_t since_ms, service_end_fn fn, void *arg)
{
	return store_rows(c, c->store, Q_SERVICE_END_SHOWN, PARAMS(P_INT(since_ms)), end_row,
			  &(struct each){fn, arg});
}

static err keep(struct ctx *c, const struct service_end *e, void *arg)
{
	(void)c;
	*(struct service_end *)arg = *e;
	return OK;
}

static err find(struct ctx *c, int64_t id, struct service_end *ret)
{
	struct service_end e = {0};

	TRY(store_rows(c, c->store, Q_SERVICE_END_GET, PARAMS(P_INT(id)), end_row, &(struct each){keep, &e}));
	if (!e.id)
		FAIL(c, ERR_NOT_FOUND, "没有这项停止服务的安排");
	*ret = e;
	return OK;
}

/* ---- announcing ---- */

static err check_day(struct ctx *c, const struct service_end *e)
{
	int days = (int)city_int(c->release, "termination.days", 0);
	struct date today = date_of(c->now_ms);

	/* in good time, where the city names no number: never on the day itself */
	if (e->ends_at_ms < date_start_ms(date_add_days(today, days > 0 ? days : 1)))
		return fail_field(c, "ends_on",
				  days > 0 ? arena_printf(c->arena, "停止日期须至少在%d日之后", days)
					   : "停止日期最早为明天");
	return OK;
}

static err check(struct ctx *c, const struct service_end *e)
{
	const struct service *s = *e->service ? release_service(c->release, e->service) : NULL;

	if (*e->service && (!s || s->shape == SHAPE_INTERNAL))
		return fail_field(c, "service", "服务目录没有这项服务");
	size_t chars = slice_chars(slice_of(e->reason));
	if (chars == 0 || chars > REASON_MAX_CHARS)
		return fail_field(c, "reason", "请写明停止的原因，500字以内，用户会看到");
	return check_day(c, e);
}

static err standing_jobs(struct ctx *c, struct tx *tx, const struct service_end *e)
{
	TRY(job_add(c, tx, "service_end_tell", 0, e->id, c->now_ms, NULL));
	return job_add(c, tx, "service_end_run", 0, e->id, e->ends_at_ms, NULL);
}

static err announce_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct service_end *e = arg;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_SERVICE_END_INSERT,
		    PARAMS(P_INT(e->id), P_STR(e->service), P_INT(e->ends_at_ms), P_STR(e->reason),
			   P_INT(e->announced_at_ms), P_STR(e->announced_by), P_INT(e->officer_id),
			   P_INT(e->agreed_at_ms)),
		    &changed));
	if (changed == 0)
		FAIL(c, ERR_CONFLICT, "已经公布过停止的安排");
	return e->agreed_at_ms ? standing_jobs(c, tx, e) : OK;
}

/* With the app every account ends: one officer alone cannot order that. */
err service_end_announce(struct ctx *c, const struct staff *by, struct service_end *e)
{
	TRY(check(c, e));
	e->id = id_new(c->now_ms);
	e->announced_at_ms = c->now_ms;
	e->announced_by = by->name;
	e->officer_id = by->id;
	e->agreed_at_ms = *e->service ? c->now_ms : 0;
	e->agreed_by = "";
	return store_write(c, c->store, announce_rows, e);
}

struct agreeing {
	const struct service_end *end;
	const struct staff *by;
};

static err agree_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct agreeing *a = arg;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_SERVICE_END_AGREE,
		    PARAMS(P_INT(a->end->id), P_INT(a->by->id), P_STR(a->by->name), P_INT(c->now_ms)),
		    &changed));
	if (changed == 0)
		FAIL(c, ERR_CONFLICT, "须由另一名工作人员复核，且只能复核一次");
	return standing_jobs(c, tx, a->end);
}

err service_end_agree(struct ctx *c, const struct staff *by, int64_t id, struct service_end *ret)
{
	struct service_end e = {0};
	struct agreeing a = {&e, by};

	TRY(find(c, id, &e));
	TRY(check_day(c, &e)); /* people have the whole time from now on */
	TRY(store_write(c, c->store, agree_rows, &a));
	return find(c, id, ret);
}

err service_end_withdraw(struct ctx *c, int64_t id)
{
	struct service_end e = {0};
	int64_t changed = 0;

	TRY(find(c, id, &e));
	TRY(store_exec(c, c->store, Q_SERVICE_END_WITHDRAW, PARAMS(P_INT(id), P_INT(c->now_ms)), &changed));
	if (changed == 0)
		FAIL(c, ERR_CONFLICT, "已经撤回，或者停止的日期已到，不能撤回");
	return notice_text_retract(c, id);
}

const char *service_end_title(struct ctx *c, const struct service_end *e)
{
	const struct service *s = *e->service ? release_service(c->release, e->service) : NULL;
	const char *name = *e->service ? s ? s->name : e->service : city_text(c->release, "name");

	return arena_printf(c->arena, "关于停止“%s”的公告", name);
}

static const char *words_of(struct ctx *c, const struct service_end *e)
{
	struct date d = date_of(e->ends_at_ms);

	return arena_printf(c->arena, "自%d年%d月%d日零时起停止。原因：%s。详见应用首页“公告”。", d.year,
			    d.month, d.day, e->reason);
}

/* Each one concerned has the notice in the app; everybody reads it on the main page (TJ-5.4.a, NT-4.6.a). */
err service_end_tell_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct service_end e = {0};
	struct told told;

	TRY(find(c, j->ref_id, &e));
	if (e.withdrawn_at_ms || e.told_all_at_ms)
		return OK;
	const char *text = words_of(c, &e);
	struct telling t = {.source_id = e.id,
			    .service = *e.service ? e.service : NULL,
			    .kind = "end",
			    .words = {service_end_title(c, &e), text, text}};
	TRY(tell_people(c, &t, e.walk_after, &told));
	TRY(store_exec(c, c->store, Q_SERVICE_END_TOLD,
		       PARAMS(P_INT(e.id), P_INT(told.after), P_INT(told.people), P_INT(e.walk_after)),
		       NULL));
	if (told.finished)
		return store_exec(c, c->store, Q_SERVICE_END_TOLD_ALL, PARAMS(P_INT(e.id), P_INT(c->now_ms)),
				  NULL);
	*ret_again_at_ms = c->now_ms;
	return OK;
}

/* ---- the day ---- */

enum { SCOPES_MAX = 64 };

struct holdings {
	const char *service; /* NULL: of every one */
	const char *scopes[SCOPES_MAX];
	size_t scope_count;
	struct itemset items;
	int64_t in_use;
};

/* What is in use; what the law keeps is under its own keys and ends on its own day. */
static err count_held(struct ctx *c, const struct held *h, void *arg)
{
	struct holdings *k = arg;

	(void)c;
	if (h->rule || (k->service && (!h->service || strcmp(h->service, k->service) != 0)))
		return OK;
	k->in_use++;
	itemset_add(&k->items, h->item->number);
	for (size_t i = 0; i < k->scope_count; i++)
		if (strcmp(k->scopes[i], h->scope) == 0)
			return OK;
	if (k->scope_count < SCOPES_MAX)
		k->scopes[k->scope_count++] = arena_copy(c->arena, slice_of(h->scope));
	return OK;
}

struct deletion {
	int64_t subject_id;
	const struct holdings *held;
};

static err delete_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct deletion *d = arg;

	for (size_t i = 0; i < d->held->scope_count; i++)
		TRY(vault_delete_service_rows(c, tx,
					      &(struct vault_service_deletion){.subject_id = d->subject_id,
									       .service = d->held->service,
									       .scope = d->held->scopes[i]}));
	return OK;
}

enum { CONSENTS_MAX = 16 };

struct standing {
	const char *service;
	int64_t ids[CONSENTS_MAX];
	size_t count;
};

static err keep_consent(struct ctx *c, const struct consent *k, void *arg)
{
	struct standing *s = arg;

	(void)c;
	if (!k->withdrawn_at_ms && k->service_key && strcmp(k->service_key, s->service) == 0 &&
	    s->count < CONSENTS_MAX)
		s->ids[s->count++] = k->id;
	return OK;
}

struct ending_cases {
	int64_t subject_id;
	const char *service;
};

static err end_case(struct ctx *c, const struct service_case *k, void *arg)
{
	const struct ending_cases *e = arg;
	int64_t again_ms = 0;

	if (strcmp(k->service, e->service) != 0)
		return OK;
	return case_end_job(c, &(struct job){.subject_id = e->subject_id, .ref_id = k->id}, &again_ms);
}

/* Cases move what the law keeps under its own key first. */
static err end_service_of(struct ctx *c, const struct service_end *e, int64_t subject_id,
			  struct holdings *held)
{
	struct entry entry = {.action = ENTRY_DELETE,
			      .service = e->service,
			      .items = held->items,
			      .basis = "law:个人信息保护法第四十七条",
			      .decision = "allowed",
			      .note = "服务停止，信息终止",
			      .ref_id = e->id};
	struct deletion d = {subject_id, held};
	struct head h;

	TRY(case_list(c, subject_id, 0, CASES_MAX, end_case, &(struct ending_cases){subject_id, e->service}));
	TRY(ledger_head(c, c->store, subject_id, &h));
	return ledger_write(c, &h, &entry, LEDGER_ANY_EPOCH, delete_rows, &d, NULL);
}

static err end_account(struct ctx *c, int64_t subject_id)
{
	const char *clause = city_text(c->release, "termination.clause");
	BUF_SCOPED certificate = {0};

	buf_init(&certificate, 64 * 1024);
	return account_end_by_rule(c, subject_id,
				   clause ? clause : city_text(c->release, "gate.clause.status"),
				   "应用停止运营，账号和信息终止", &certificate);
}

static err end_of_person(struct ctx *c, const struct service_end *e, int64_t subject_id, int64_t *people,
			 int64_t *left)
{
	const char *service = *e->service ? e->service : NULL;
	struct holdings held = {.service = service}, after = {.service = service};
	struct standing consents = {.service = service};

	TRY(vault_held(c, subject_id, count_held, &held));
	if (service)
		TRY(consent_list(c, subject_id, keep_consent, &consents));
	else
		TRY(end_account(c, subject_id));
	if (service && held.in_use == 0 && consents.count == 0)
		return OK;
	for (size_t i = 0; i < consents.count; i++)
		TRY(consent_withdraw(c, subject_id, consents.ids[i]));
	if (service)
		TRY(end_service_of(c, e, subject_id, &held));
	TRY(vault_held(c, subject_id, count_held, &after));
	*people += 1;
	*left += after.in_use;
	return OK;
}

err service_end_run_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	int64_t ids[BATCH], people = 0, left = 0, after;
	struct service_end e = {0};
	size_t count = 0;

	TRY(find(c, j->ref_id, &e));
	if (e.withdrawn_at_ms || e.done_at_ms)
		return OK;
	TRY(account_walk(c, e.walk_after, BATCH, ids, &count));
	after = e.walk_after;
	for (size_t i = 0; i < count; i++) {
		TRY(end_of_person(c, &e, ids[i], &people, &left));
		after = ids[i];
	}
	TRY(store_exec(c, c->store, Q_SERVICE_END_WALKED,
		       PARAMS(P_INT(e.id), P_INT(after), P_INT(people), P_INT(left), P_INT(e.walk_after)),
		       NULL));
	if (count < BATCH)
		return store_exec(c, c->store, Q_SERVICE_END_DONE, PARAMS(P_INT(e.id), P_INT(c->now_ms)),
				  NULL);
	*ret_again_at_ms = c->now_ms;
	return OK;
}
