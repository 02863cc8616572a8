/* What a cancellation ends and what the law keeps: the same plan for the page, the end and the certificate.
 */
#include "account/cancellation_plan.h"
#include "policy/better.h"

enum { PLAN_MAX = 512 };

static int64_t later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static bool is_retained(const char *scope)
{
	return strncmp(scope, "retention:", 10) == 0;
}

/* "retention:request_record@20291122" or "retention:request_record" → request_record */
static const char *class_of(struct ctx *c, const char *scope)
{
	const char *class = scope + 10;

	return arena_copy(c->arena, (struct slice){class, strcspn(class, "@")});
}

/* The class under which the law keeps what a scope holds, where the city declares it: "service:payment" →
 * payment, a case → the record of how it was handled. */
static const struct retention *retention_of(struct ctx *c, const char *scope)
{
	if (strncmp(scope, "service:", 8) == 0)
		return release_retention(c->release, scope + 8);
	return strncmp(scope, "case:", 5) == 0 ? release_retention(c->release, "hotline_record") : NULL;
}

const struct retention *audit_kept(const struct ctx *c)
{
	return release_retention(c->release, "processing_record");
}

int64_t retention_until_ms(const struct ctx *c, unsigned accepted, const struct retention *r)
{
	return date_start_ms(
		date_add_days(date_of(c->now_ms), better_kept_days(c->release, accepted, r) + 1));
}

static const char *name_of(struct ctx *c, const char *scope)
{
	const struct category *category =
		strncmp(scope, "service:", 8) == 0 ? release_category(c->release, scope + 8) : NULL;

	if (category)
		return category->name;
	if (strcmp(scope, "account") == 0)
		return "账号信息";
	if (strcmp(scope, "identity") == 0)
		return "实名身份信息";
	if (strcmp(scope, "audit") == 0)
		return "个人信息处理记录";
	return strncmp(scope, "case:", 5) == 0 ? "办件资料" : "其他资料";
}

/* ---- building
 * ---------------------------------------------------------------------------------------------------------
 */

static bool listed(const struct ending *list, size_t count, const char *scope)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].scope, scope) == 0)
			return true;
	}
	return false;
}

static err full(struct ctx *c)
{
	FAIL(c, ERR_TOO_LARGE, "资料过多，请联系人工办理");
}

static err add_end(struct ctx *c, struct plan *p, const char *scope)
{
	if (listed(p->ends, p->end_count, scope))
		return OK;
	if (p->end_count == PLAN_MAX)
		return full(c);
	p->ends[p->end_count++] =
		(struct ending){arena_copy(c->arena, slice_of(scope)), name_of(c, scope), NULL, 0};
	return OK;
}

static err add_kept(struct ctx *c, struct plan *p, struct ending kept)
{
	for (size_t i = 0; i < p->keep_count; i++) {
		if (strcmp(p->keeps[i].scope, kept.scope) == 0) {
			p->keeps[i].until_ms = later(p->keeps[i].until_ms, kept.until_ms);
			return OK;
		}
	}
	if (p->keep_count == PLAN_MAX)
		return full(c);
	p->keeps[p->keep_count++] = kept;
	return OK;
}

static err add_keep(struct ctx *c, struct plan *p, const struct retention *r, int64_t until_ms)
{
	const char *scope = arena_printf(c->arena, "retention:%s", r->key);

	return add_kept(c, p, (struct ending){scope, r->name, r->rule, until_ms});
}

static err add_portion(struct ctx *c, const struct held *h, void *arg)
{
	struct plan *p = arg;
	struct portion *at = NULL;

	if (h->rule)
		return OK; /* kept by law already: stays as it is */
	for (size_t i = 0; i < p->portion_count && !at; i++) {
		if (p->portions[i].record_id == h->record_id && strcmp(p->portions[i].scope, h->scope) == 0)
			at = &p->portions[i];
	}
	if (!at) {
		if (p->portion_count == PLAN_MAX)
			return full(c);
		at = &p->portions[p->portion_count++];
		*at = (struct portion){.scope = arena_copy(c->arena, slice_of(h->scope)),
				       .record_id = h->record_id};
	}
	itemset_add(&at->items, h->item->number);
	return OK;
}

/* Every scope with items or uploads: a kept one stays listed with its date, any other ends. */
static err add_scope(struct ctx *c, const struct scope_held *s, void *arg)
{
	struct plan *p = arg;
	const struct retention *r;

	if (!is_retained(s->scope))
		return add_end(c, p, s->scope);
	r = release_retention(c->release, class_of(c, s->scope));
	return r ? add_keep(c, p, r, s->ends_at_ms) : OK;
}

static err add_kept_portions(struct ctx *c, struct plan *p)
{
	for (size_t i = 0; i < p->portion_count; i++) {
		const struct retention *r = retention_of(c, p->portions[i].scope);
		if (r)
			TRY(add_keep(c, p, r, retention_until_ms(c, p->accepted, r)));
	}
	return OK;
}

/* A mark outlasts the account: what it closes to deleting ends with the mark. */
static err add_closed(struct ctx *c, struct plan *p)
{
	for (size_t i = 0; i < p->portion_count; i++) {
		if (retention_of(c, p->portions[i].scope))
			continue;
		for (size_t k = 0; k < p->locks.count; k++) {
			const struct item_lock *l = &p->locks.list[k];
			if (itemset_has(&p->portions[i].items, l->item->number) &&
			    lock_of(&p->locks, l->item, LOCK_DELETE) == l)
				TRY(add_kept(c, p,
					     (struct ending){LOCK_SCOPE, "不能删除的信息", l->ground->ground,
							     l->until_ms}));
		}
	}
	return OK;
}

err plan_make(struct ctx *c, int64_t subject_id, struct plan *ret)
{
	struct plan p = {.portions = ARENA_ARRAY(c->arena, struct portion, PLAN_MAX),
			 .ends = ARENA_ARRAY(c->arena, struct ending, PLAN_MAX),
			 .keeps = ARENA_ARRAY(c->arena, struct ending, PLAN_MAX)};
	const struct retention *audit = audit_kept(c);
	struct facts f;
	struct head h;

	TRY(facts_load(c, subject_id, &f, &h));
	p.accepted = f.accepted_release;
	TRY(locks_load(c, subject_id, &p.locks));
	TRY(add_end(c, &p, "account"));
	TRY(add_end(c, &p, "identity"));
	TRY(vault_held(c, subject_id, add_portion, &p));
	TRY(vault_scopes(c, subject_id, add_scope, &p));
	TRY(add_kept_portions(c, &p));
	TRY(add_closed(c, &p));
	TRY(audit ? add_keep(c, &p, audit, retention_until_ms(c, p.accepted, audit))
		  : add_end(c, &p, "audit"));
	*ret = p;
	return OK;
}

/* ---- carrying out
 * -------------------------------------------------------------------------------------------------------- */

static err keep_by_law(struct ctx *c, int64_t subject_id, const struct plan *p)
{
	for (size_t i = 0; i < p->portion_count; i++) {
		const struct portion *at = &p->portions[i];
		const struct retention *r = retention_of(c, at->scope);
		if (r)
			TRY(vault_reseal(c, subject_id, at->record_id, &at->items,
					 arena_printf(c->arena, "retention:%s", r->key), r->rule,
					 retention_until_ms(c, p->accepted, r)));
	}
	return OK;
}

err plan_carry_out(struct ctx *c, int64_t subject_id, const struct plan *p)
{
	const char **scopes = ARENA_ARRAY(c->arena, const char *, p->end_count + 1);

	TRY(keep_by_law(c, subject_id, p));
	TRY(locks_keep(c, subject_id, &p->locks, NULL, NULL));
	for (size_t i = 0; i < p->end_count; i++)
		scopes[i] = p->ends[i].scope;
	return vault_end(c, subject_id, scopes, p->end_count);
}
