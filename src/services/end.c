/* How cases end: all of a person who left, whose keys have gone already, or one whose time is over. */
#include "jobs/jobs.h"
#include "services/cases.h"

static err end_queued(struct ctx *c, const struct service_case *k, void *arg)
{
	(void)arg;
	if (!k->department)
		return OK;
	return store_exec(c, c->store, Q_CASE_QUEUE_DELETE, PARAMS(P_STR(k->department), P_INT(k->id)), NULL);
}

static err delete_rows(struct ctx *c, struct tx *tx, void *arg)
{
	int64_t subject_id = *(const int64_t *)arg;

	TRY(tx_exec(c, tx, Q_CASE_EVENT_DELETE, PARAMS(P_INT(subject_id)), NULL));
	TRY(tx_exec(c, tx, Q_CASE_DELETE, PARAMS(P_INT(subject_id)), NULL));
	TRY(tx_exec(c, tx, Q_PHOTO_MARK_END, PARAMS(P_INT(subject_id)), NULL));
	return tx_exec(c, tx, Q_ATTACHMENT_DELETE, PARAMS(P_INT(subject_id)), NULL);
}

/* The queue rows go first: a crash in between leaves cases that the next run finds again. */
err services_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	int64_t subject_id = j->subject_id;

	*ret_again_at_ms = 0;
	TRY(case_list(c, subject_id, 0, 100000, end_queued, NULL));
	return store_write(c, c->store, delete_rows, &subject_id);
}

/* ---- one case, when its time is over ---- */

static err delete_picture(struct ctx *c, const struct attachment *a, void *arg)
{
	int64_t subject_id = *(const int64_t *)arg;

	return attachment_forget(c, subject_id, a->id);
}

struct case_ending {
	int64_t subject_id;
	const struct service_case *k;
	const struct retention *kept;
	int64_t kept_until_ms;
};

static err ended_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct case_ending *e = arg;
	int64_t subject_id = e->subject_id, case_id = e->k->id;

	if (e->k->department)
		TRY(tx_exec(c, tx, Q_CASE_QUEUE_DELETE, PARAMS(P_STR(e->k->department), P_INT(case_id)),
			    NULL));
	TRY(attachment_forget_rows(c, tx, subject_id, case_id));
	TRY(tx_exec(c, tx, Q_CASE_EVENT_DELETE_CASE, PARAMS(P_INT(subject_id), P_INT(case_id)), NULL));
	TRY(tx_exec(c, tx, Q_CASE_DELETE_ONE, PARAMS(P_INT(subject_id), P_INT(case_id)), NULL));
	return e->kept ? job_add(c, tx, "retention_end", subject_id, 0, e->kept_until_ms, NULL) : OK;
}

/* What the law keeps of it longer moves under its own key first. */
static err keep_by_law(struct ctx *c, struct case_ending *e)
{
	const struct retention *r = release_retention(c->release, "hotline_record");
	struct itemset all = {{0}};

	if (!r)
		return OK;
	int64_t until_ms = date_start_ms(date_add_days(date_of(e->k->updated_at_ms), r->days + 1));
	if (until_ms <= c->now_ms)
		return OK;
	for (unsigned i = 0; i < release_item_count(c->release); i++)
		itemset_add(&all, i);
	e->kept = r;
	e->kept_until_ms = until_ms;
	return vault_reseal(c, e->subject_id, e->k->id, &all, arena_printf(c->arena, "retention:%s", r->key),
			    r->rule, until_ms);
}

/* A closed case can be read for as long as its category says; then its key, its pictures and its rows go. */
static err end_case(struct ctx *c, int64_t subject_id, const struct service_case *k)
{
	struct case_ending ending = {.subject_id = subject_id, .k = k};
	const char *const scopes[] = {arena_printf(c->arena, "case:%lld", (long long)k->id)};

	TRY(keep_by_law(c, &ending));
	TRY(attachment_of_case(c, subject_id, k->id, delete_picture, &ending.subject_id));
	TRY(vault_end(c, subject_id, scopes, 1));
	return store_write(c, c->store, ended_rows, &ending);
}

err case_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct service_case k;

	*ret_again_at_ms = 0;
	err e = case_find(c, j->subject_id, j->ref_id, &k);
	if (e.code == ERR_NOT_FOUND) /* the person left meanwhile, or deleted it */
		return OK;
	TRY(e);
	return end_case(c, j->subject_id, &k);
}

/* ---- one case, when its person deletes it ---- */

static err note_item(struct ctx *c, const struct held *h, void *arg)
{
	struct entry *e = arg;

	(void)c;
	if (h->record_id == e->ref_id && !h->rule)
		itemset_add(&e->items, h->item->number);
	return OK;
}

struct removal {
	int64_t subject_id, case_id;
};

/* A crash after the entry leaves the rest to the job. */
static err removal_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct removal *r = arg;

	return job_add(c, tx, "case_end", r->subject_id, r->case_id, c->now_ms, NULL);
}

err case_remove(struct ctx *c, int64_t subject_id, int64_t case_id)
{
	struct removal removal = {subject_id, case_id};
	struct service_case k;
	struct head h;

	TRY(case_find(c, subject_id, case_id, &k));
	const struct service *s = release_service(c->release, k.service);
	if (!s || !city_list_has(c->release, "case.removable", k.service))
		FAIL(c, ERR_CONFLICT, "这类事项的办理记录须保留，不能自行删除");
	struct entry e = {.action = ENTRY_DELETE,
			  .service = s->key,
			  .purpose = s->purpose->key,
			  .basis = "own_request",
			  .decision = "allowed",
			  .clause = s->clause,
			  .ref_id = case_id};
	TRY(vault_held(c, subject_id, note_item, &e));
	TRY(form_closed(c, subject_id, &e.items, LOCK_DELETE));
	TRY(ledger_head(c, c->store, subject_id, &h));
	TRY(ledger_write(c, &h, &e, LEDGER_ANY_EPOCH, removal_rows, &removal, NULL));
	return end_case(c, subject_id, &k);
}
