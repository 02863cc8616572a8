/* Taking back: what would stop, what goes and what stays; then the same, done. */
#include "consent/consent_store.h"
#include "consent/locks.h"
#include "consent/preferences.h"
#include "consent/sdk_calls.h"
#include "vault/vault.h"

enum { KEEPS_MAX = 64, SERVICES_LOST_MAX = 256 };

struct plan {
	struct owner owner;
	const struct withdraw_request *what;
	struct vault_service_deletion *deletions; /* one for each service that loses what was typed */
	struct withdrawal effect;
	struct locks locks;
	struct anonymous_use left; /* service unset; until_ms 0: nothing is counted */
};

/* ---- what ends ------------------------------------------------------------------------------------------
 */

static bool is_wanted(const struct withdraw_request *w, int64_t consent_id)
{
	for (size_t i = 0; i < w->id_count; i++)
		if (w->ids[i] == consent_id)
			return true;
	return w->all;
}

static struct consent consent_of(struct ctx *c, const struct consent_row *row)
{
	return (struct consent){.id = row->id,
				.given_at_ms = row->given_at_ms,
				.service_key = row->service,
				.recipient_key = *row->recipient ? row->recipient : NULL,
				.text_hash = row->text_hash,
				.version = row->version,
				.items = itemset_of_keys(c->release, row->items)};
}

static err choose_consents(struct ctx *c, struct plan *p)
{
	struct list live;

	TRY(consent_db_consents(c, NULL, p->owner, true, &live));
	struct consent *chosen = ARENA_ARRAY(c->arena, struct consent, live.count + 1);
	const struct consent_row *rows = live.rows;
	size_t named = 0;
	for (size_t i = 0; i < live.count; i++) {
		if (rows[i].withdrawn_at_ms || !is_wanted(p->what, rows[i].id))
			continue;
		chosen[p->effect.consent_count++] = consent_of(c, &rows[i]);
		named++;
	}
	p->effect.consents = chosen;
	if (!p->what->all && named < p->what->id_count)
		FAIL(c, ERR_NOT_FOUND, "没有这项同意，或者已经撤回");
	return OK;
}

/* ---- what goes: what was typed for queries is kept on the consent alone. Cases are records of what a
 * department did, and an account has its own end.
 * -------------------------------------------------------------------- */

static bool loses(const struct plan *p, const char *service)
{
	for (size_t i = 0; i < p->effect.from_count; i++)
		if (strcmp(p->deletions[i].service, service) == 0)
			return true;
	return false;
}

static void lose(struct plan *p, const char *service, const char *scope)
{
	if (p->effect.from_count == SERVICES_LOST_MAX || loses(p, service))
		return;
	p->deletions[p->effect.from_count++] = (struct vault_service_deletion){
		.subject_id = p->owner.subject_id, .service = service, .scope = scope};
}

/* The person's own wish to delete: all that services hold in use, whatever it was given on. */
static err lose_held(struct ctx *c, const struct held *h, void *arg)
{
	if (!h->rule && h->service && strncmp(h->scope, "service:", 8) == 0)
		lose(arg, arena_copy(c->arena, slice_of(h->service)),
		     arena_copy(c->arena, slice_of(h->scope)));
	return OK;
}

static err choose_services(struct ctx *c, struct plan *p)
{
	p->deletions = ARENA_ARRAY(c->arena, struct vault_service_deletion, SERVICES_LOST_MAX);
	for (size_t i = 0; p->owner.subject_id && i < p->effect.consent_count; i++) {
		const struct service *s = release_service(c->release, p->effect.consents[i].service_key);
		if (s && s->shape == SHAPE_QUERY)
			lose(p, s->key, arena_printf(c->arena, "service:%s", s->category->key));
	}
	return p->what->data ? vault_held(c, p->owner.subject_id, lose_held, p) : OK;
}

/* ---- what stays -----------------------------------------------------------------------------------------
 */

static int64_t until_of(const struct ctx *c, const struct retention *r)
{
	return date_start_ms(date_add_days(date_of(c->now_ms), r->days + 1));
}

static void add_keep(struct plan *p, struct kept_part part)
{
	struct kept_part *keeps = (struct kept_part *)p->effect.keeps;

	for (size_t i = 0; i < p->effect.keep_count; i++) {
		if (strcmp(keeps[i].name, part.name) == 0 && strcmp(keeps[i].rule, part.rule) == 0) {
			if (part.until_ms > keeps[i].until_ms)
				keeps[i].until_ms = part.until_ms;
			return;
		}
	}
	if (p->effect.keep_count < KEEPS_MAX)
		keeps[p->effect.keep_count++] = part;
}

/* A case is the record of what a department did, and ends by its own rule: who deletes everything is told. */
static void note_case(struct ctx *c, struct plan *p, const struct held *h)
{
	const struct service *s = h->service ? release_service(c->release, h->service) : NULL;

	if (s && s->category->retention_rule)
		add_keep(p, (struct kept_part){arena_printf(c->arena, "已提交的事项（%s）", s->name),
					       s->category->retention_rule, h->ends_at_ms});
}

static bool goes(const struct held *h, void *arg)
{
	return !h->rule && h->service && loses(arg, h->service) && strncmp(h->scope, "service:", 8) == 0;
}

/* Closed to deleting: kept to the end of its mark (TJ-4.4.f). */
static void note_closed(struct plan *p, const struct item_lock *l)
{
	add_keep(p, (struct kept_part){l->item->name, l->ground->ground, l->until_ms});
	if (l->until_ms > p->effect.closed_until_ms)
		p->effect.closed_until_ms = l->until_ms;
}

/* Values of the services that lose theirs go; what the law keeps of them is named with its rule. */
static err note_held(struct ctx *c, const struct held *h, void *arg)
{
	struct plan *p = arg;
	bool gone = h->service && loses(p, h->service);
	const struct item_lock *closed = goes(h, p) ? lock_of(&p->locks, h->item, LOCK_DELETE) : NULL;

	if (p->what->data && !h->rule && strncmp(h->scope, "case:", 5) == 0)
		note_case(c, p, h);
	if (h->rule && (p->what->all || gone))
		add_keep(p, (struct kept_part){h->item->name, h->rule, h->ends_at_ms});
	else if (closed)
		note_closed(p, closed);
	else if (goes(h, p))
		itemset_add(&p->effect.deletes, h->item->number);
	return OK;
}

/* How much was used stays without identity, for the time of the class that withdraw.kept names. */
static void plan_anonymous(struct ctx *c, struct plan *p)
{
	const char *mode = city_text(c->release, "withdraw.data"),
		   *class = city_text(c->release, "withdraw.kept");
	const struct retention *r = class ? release_retention(c->release, class) : NULL;
	struct date d = date_of(c->now_ms);

	if (!mode || strcmp(mode, "anonymise") != 0 || !r || p->effect.from_count == 0)
		return;
	p->left = (struct anonymous_use){.month = arena_printf(c->arena, "%04d-%02d", d.year, d.month),
					 .until_ms = until_of(c, r)};
	add_keep(p, (struct kept_part){"使用次数（已去除身份，不能再识别到您）", r->rule, p->left.until_ms});
}

static err plan_make(struct ctx *c, int64_t subject_id, const struct withdraw_request *w, struct plan *ret)
{
	const struct retention *record = release_retention(c->release, "processing_record");
	struct plan p = {.owner = {subject_id, c->installation_id}, .what = w};

	p.effect.policy = w->all || w->policy;
	p.effect.keeps = ARENA_ARRAY(c->arena, struct kept_part, KEEPS_MAX);
	TRY(choose_consents(c, &p));
	TRY(choose_services(c, &p));
	if (subject_id) {
		TRY(locks_load(c, subject_id, &p.locks));
		TRY(vault_held(c, subject_id, note_held, &p));
	}
	plan_anonymous(c, &p);
	if (record)
		add_keep(&p, (struct kept_part){record->name, record->rule, until_of(c, record)});
	*ret = p;
	return OK;
}

err withdrawal_preview(struct ctx *c, int64_t subject_id, const struct withdraw_request *w,
		       struct withdrawal *ret)
{
	struct plan p;

	TRY(plan_make(c, subject_id, w, &p));
	*ret = p.effect;
	return OK;
}

/* ---- carrying out ---------------------------------------------------------------------------------------
 */

static err end_consents(struct ctx *c, struct tx *tx, const struct plan *p)
{
	for (size_t i = 0; i < p->effect.consent_count; i++) {
		int64_t changed = 0;
		TRY(consent_db_consent_withdraw(c, tx, p->owner, p->effect.consents[i].id, &changed));
		if (changed == 0)
			FAIL(c, ERR_NOT_FOUND, "没有这项同意，或者已经撤回");
	}
	if (!p->what->all)
		return OK;
	TRY(consent_db_consents_withdraw(c, tx, p->owner));
	return p->owner.subject_id ? sdk_withdraw_rows(c, tx, p->owner.subject_id) : OK;
}

static err end_installation(struct ctx *c, struct tx *tx, int64_t installation_id, bool all)
{
	struct owner installation = {0, installation_id};

	TRY(consent_db_acceptances_withdraw(c, tx, installation));
	if (!all)
		return OK;
	TRY(consent_db_consents_withdraw(c, tx, installation));
	TRY(installation_choices_end_rows(c, tx, installation_id, false));
	return consent_db_permissions_off(c, tx, installation_id);
}

/* An acceptance that stays on a device would come back at its next login. */
static err end_acceptances(struct ctx *c, struct tx *tx, const struct plan *p)
{
	const struct withdraw_request *w = p->what;

	if (p->owner.subject_id)
		TRY(consent_db_acceptances_withdraw(c, tx, p->owner));
	TRY(end_installation(c, tx, c->installation_id, w->all));
	for (size_t i = 0; i < w->installation_count; i++)
		TRY(end_installation(c, tx, w->installations[i], w->all));
	return OK;
}

static err delete_typed(struct ctx *c, struct tx *tx, struct plan *p)
{
	for (size_t i = 0; i < p->effect.from_count; i++) {
		struct anonymous_use left = p->left;
		p->deletions[i].deleted = 0;
		TRY(vault_delete_service_rows(c, tx, &p->deletions[i]));
		left.service = p->deletions[i].service;
		left.uses = p->deletions[i].deleted;
		if (left.until_ms && left.uses)
			TRY(consent_db_anonymous_add(c, tx, &left));
	}
	return OK;
}

static err run_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct plan *p = arg;

	TRY(end_consents(c, tx, p));
	if (p->effect.policy)
		TRY(end_acceptances(c, tx, p));
	return delete_typed(c, tx, p);
}

/* One consent is named in full; several by what they have in common. */
static struct entry entry_of(struct ctx *c, const struct plan *p)
{
	const struct withdrawal *w = &p->effect;
	const struct consent *first = w->consents;
	struct entry e = {.action = ENTRY_WITHDRAW,
			  .basis = "own_request",
			  .decision = "allowed",
			  .clause = city_text(c->release, "withdraw.clause")};

	for (size_t i = 0; i < w->consent_count; i++)
		for (size_t b = 0; b < sizeof(e.items.bit) / sizeof(e.items.bit[0]); b++)
			e.items.bit[b] |= w->consents[i].items.bit[b];
	if (p->what->data)
		e.action = ENTRY_DELETE;
	if (w->policy) {
		e.note = arena_printf(c->arena, "%s撤回对隐私政策的同意%s",
				      p->what->data ? "删除各项服务中的全部资料；" : "",
				      p->what->all ? "、全部单独同意和设备权限" : "");
	} else if (w->consent_count == 1) {
		const struct service *s = release_service(c->release, first->service_key);
		e.service = first->service_key;
		e.recipient = first->recipient_key;
		e.clause = s ? s->clause : e.clause;
		e.ref_id = first->id;
	} else {
		e.note = arena_printf(c->arena, "撤回 %zu 项单独同意", w->consent_count);
	}
	return e;
}

err withdrawal_run(struct ctx *c, int64_t subject_id, const struct withdraw_request *w,
		   struct withdrawal *ret)
{
	struct head head;
	struct plan p;

	TRY(plan_make(c, subject_id, w, &p));
	struct entry entry = entry_of(c, &p);
	if (subject_id) {
		TRY(locks_keep(c, subject_id, &p.locks, goes, &p));
		TRY(ledger_head(c, c->store, subject_id, &head));
		TRY(ledger_write(c, &head, &entry, LEDGER_RAISE_EPOCH | LEDGER_ANY_EPOCH, run_rows, &p,
				 NULL));
	} else {
		TRY(store_write(c, c->store, run_rows, &p));
	}
	*ret = p.effect;
	return OK;
}

err consent_withdraw(struct ctx *c, int64_t subject_id, int64_t consent_id)
{
	struct withdraw_request one = {.ids = &consent_id, .id_count = 1};
	struct withdrawal done;

	return withdrawal_run(c, subject_id, &one, &done);
}
