/* Deferred entries: numbers of the register now, numbers of the person at disclosure. */
#include "ledger/internal.h"

#include <assert.h>
#include <stdio.h>

enum { WRITE_ATTEMPTS_MAX = 2000, NOTE_TEXT_MAX = 2000, DAYS_MAX = 400 };

/* ---- writing -------------------------------------------------------------------------------- */

struct deferral {
	struct prepared entry; /* of the register; sealed for the person */
	int64_t subject_id, ref_id, until_ms;
	int64_t epoch_min, epoch_max; /* of the person */
	tx_fn rows;
	void *arg;
	bool lost; /* set by the run: the register's number was taken */
};

/* The person's row is locked before anything is released, though its number does not move. */
static err take_places(struct ctx *c, struct tx *tx, struct deferral *d)
{
	const struct prepared *p = &d->entry;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_LEDGER_HEAD_STANDS,
		    PARAMS(P_INT(d->subject_id), P_INT(d->epoch_min), P_INT(d->epoch_max)), &changed));
	if (changed == 0)
		FAIL(c, ERR_STALE, "授权情况刚刚发生变化，请重试");
	TRY(tx_exec(c, tx, Q_LEDGER_HEAD_MOVE,
		    PARAMS(P_INT(LEDGER_REGISTER), P_INT(p->n), P_BLOB(p->head, HASH_SIZE), P_INT(0),
			   P_INT(0), P_INT(INT64_MAX)),
		    &changed));
	d->lost = changed == 0;
	return d->lost ? (err){ERR_STALE} : OK;
}

static err deferral_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct deferral *d = arg;
	const struct prepared *p = &d->entry;

	d->lost = false;
	TRY(take_places(c, tx, d));
	TRY(tx_exec(c, tx, Q_LEDGER_ENTRY_ADD,
		    PARAMS(P_INT(LEDGER_REGISTER), P_INT(p->entry_id), P_INT(p->n),
			   P_BLOB(p->data, HASH_SIZE), P_BLOB(p->head, HASH_SIZE), P_BLOB("", 0)),
		    NULL));
	TRY(tx_exec(c, tx, Q_LEDGER_PENDING_ADD,
		    PARAMS(P_INT(LEDGER_REGISTER), P_INT(p->entry_id), P_INT(p->n), P_INT(p->at_ms)), NULL));
	TRY(tx_exec(c, tx, Q_LEDGER_DEFERRED_ADD,
		    PARAMS(P_INT(d->subject_id), P_INT(p->n), P_INT(d->ref_id), P_INT(p->at_ms),
			   P_BLOB(p->sealed.data, p->sealed.size)),
		    NULL));
	TRY(tx_exec(c, tx, Q_LEDGER_DEFERRAL_ADD,
		    PARAMS(P_INT(d->subject_id), P_INT(p->n), P_INT(d->until_ms)), NULL));
	return d->rows ? d->rows(c, tx, d->arg) : OK;
}

err deferral_write(struct ctx *c, const struct head *h, const struct entry *e, int flags, tx_fn rows,
		   void *arg)
{
	bool any_epoch = flags & LEDGER_ANY_EPOCH;
	struct deferral d = {.subject_id = h->subject_id,
			     .ref_id = e->ref_id,
			     .until_ms = e->deferred_until_ms,
			     .epoch_min = any_epoch ? 0 : h->epoch,
			     .epoch_max = any_epoch ? INT64_MAX : h->epoch,
			     .rows = rows,
			     .arg = arg};

	assert(!(flags & LEDGER_RAISE_EPOCH)); /* what changes a person's rights is never secret */
	for (int attempt = 0; attempt < WRITE_ATTEMPTS_MAX; attempt++) {
		struct head reg;
		TRY(ledger_head(c, c->store, LEDGER_REGISTER, &reg));
		TRY(entry_prepare_deferred(c, &reg, h->subject_id, e, &d.entry));
		err result = store_write(c, c->store, deferral_rows, &d);
		buf_release(&d.entry.sealed);
		if (!(d.lost && result.code == ERR_STALE))
			return result;
	}
	FAIL(c, ERR_OVERLOADED, "同时进行的操作过多，请稍后重试");
}

err ledger_deferral_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct deferral_renewal *r = arg;
	int64_t renewed = 0;

	TRY(tx_exec(c, tx, Q_LEDGER_DEFERRAL_RENEW,
		    PARAMS(P_INT(r->subject_id), P_INT(r->ref_id), P_INT(r->until_ms)), &renewed));
	if (renewed == 0)
		FAIL(c, ERR_GONE, "相关记录已经告知本人，不能再延后");
	return OK;
}

/* ---- telling the person --------------------------------------------------------------------- */

struct untold {
	struct untold *next;
	int64_t deferred_n, at_ms;
	struct slice sealed;
};

struct untold_list {
	struct untold *first, **last;
};

static err keep_untold(struct ctx *c, const struct row *row, void *arg)
{
	struct untold_list *list = arg;
	struct untold *u = ARENA_NEW(c->arena, struct untold);

	u->deferred_n = row_int(row, 0);
	u->at_ms = row_int(row, 1);
	u->sealed = arena_slice(c->arena, row_blob(row, 2));
	*list->last = u;
	list->last = &u->next;
	return OK;
}

static err keep_data(struct ctx *c, const struct row *row, void *arg)
{
	*(struct slice *)arg = arena_slice(c->arena, row_blob(row, 1));
	return OK;
}

static enum entry_action action_of(const char *text)
{
	enum entry_action a = ENTRY_COLLECT;

	while (a < ENTRY_DELETE && strcmp(entry_action_text(a), text) != 0)
		a++;
	return a;
}

static struct actor actor_of(const struct usage *u)
{
	return (struct actor){strcmp(u->actor_kind, "staff") == 0 ? ACTOR_STAFF : ACTOR_SYSTEM, u->actor_id,
			      u->actor_role, u->actor_name, u->actor_department};
}

static const char *note_of(struct ctx *c, const struct usage *u, const char *why)
{
	char at[TIME_TEXT_SIZE];

	time_text(u->at_ms, at);
	return arena_printf(c->arena, "%.*s%s这件事发生于 %.10s %.5s，%s", NOTE_TEXT_MAX,
			    u->note ? u->note : "", u->note ? "。" : "", at, at + 11, why);
}

struct telling {
	const struct head *h;
	int64_t deferred_n;
};

/* The number is the one after the head that this attempt stands on. */
static err telling_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct telling *t = arg;

	return tx_exec(c, tx, Q_LEDGER_DISCLOSED_ADD,
		       PARAMS(P_INT(t->h->subject_id), P_INT(t->deferred_n), P_INT(t->h->n + 1)), NULL);
}

/* The entry repeats who did what; only its time is that of the disclosure. */
static err tell(struct ctx *c, struct head *h, const struct untold *u, const char *why)
{
	struct slice data = SLICE("");
	struct opened o;
	struct usage seen;

	TRY(store_rows(c, c->store, Q_LEDGER_USAGE,
		       PARAMS(P_INT(LEDGER_REGISTER), P_INT(u->deferred_n + 1), P_INT(1)), keep_data, &data));
	TRY(entry_open_deferred(c, h->subject_id, u->deferred_n, data, u->sealed, &o));
	TRY(entry_parse(c, o.text, &seen));
	struct entry e = {.action = action_of(seen.action),
			  .service = seen.service,
			  .purpose = seen.purpose,
			  .recipient = seen.recipient,
			  .basis = seen.basis,
			  .decision = seen.decision,
			  .clause = seen.clause,
			  .note = note_of(c, &seen, why),
			  .ref_id = seen.ref_id,
			  .discloses = o.data};
	for (size_t i = 0; i < seen.item_count; i++) {
		const struct item *it = release_item(c->release, seen.items[i]);
		if (it)
			itemset_add(&e.items, it->number);
	}
	struct actor self = c->actor;
	struct telling t = {h, u->deferred_n};
	c->actor = actor_of(&seen);
	err result = ledger_write(c, h, &e, LEDGER_ANY_EPOCH, telling_rows, &t, NULL);
	c->actor = self;
	return result;
}

err ledger_disclose(struct ctx *c, int64_t subject_id, int64_t ref_id, const char *why, int64_t *ret_told)
{
	struct untold_list list = {.last = &list.first};
	struct head h;
	int64_t told = 0;

	TRY(ledger_head(c, c->store, subject_id, &h));
	TRY(store_rows(c, c->store, Q_LEDGER_DEFERRED_UNTOLD, PARAMS(P_INT(subject_id), P_INT(ref_id)),
		       keep_untold, &list));
	for (const struct untold *u = list.first; u; u = u->next) {
		err e = tell(c, &h, u, why);
		if (e.code == ERR_CONFLICT || e.code == ERR_GONE) { /* told by another meanwhile; erased */
			failure_clear(c);
			TRY(ledger_head(c, c->store, subject_id, &h));
			continue;
		}
		TRY(e);
		told++;
	}
	if (ret_told)
		*ret_told = told;
	return OK;
}

/* ---- published ------------------------------------------------------------------------------ */

struct each_day {
	deferred_day_fn fn;
	void *arg;
};

static err read_day(struct ctx *c, const struct row *row, void *arg)
{
	const struct each_day *each = arg;
	const int64_t noon = row_int(row, 0) * 86400000 + INT64_C(4) * 3600000; /* of Asia/Shanghai */
	struct deferred_day d = {date_of(noon), row_int(row, 1), row_int(row, 2)};

	return each->fn(c, &d, each->arg);
}

err ledger_deferred_days(struct ctx *c, deferred_day_fn fn, void *arg)
{
	struct each_day each = {fn, arg};

	return store_rows(c, c->store, Q_LEDGER_DEFERRED_DAYS, PARAMS(P_INT(DAYS_MAX)), read_day, &each);
}
