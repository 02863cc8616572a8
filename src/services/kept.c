#include "services/kept.h"
#include "account/account.h"
#include "base/id.h"
#include "consent/preferences.h"
#include <stdlib.h>

struct kind {
	const char *item, *service, *preference, *setting;
	int limit;
};

static const struct kind kinds[] = {
	[KEPT_SEARCH] = {"search_keyword", "search_and_mine", "history", "history.enabled", 20},
	[KEPT_FAVORITE] = {"favorite", "search_and_mine", "history", "history.enabled", 100},
	[KEPT_VISITED] = {"visited_service", "personal_settings", "personal", "personal.enabled", 50},
};

enum { TRIES = 4 };

static const char unknown_use[] = "隐私政策没有声明这项用途，没有记录";

static const struct service *service_of(struct ctx *c, const struct kind *k)
{
	return city_flag(c->release, k->setting) ? release_service(c->release, k->service) : NULL;
}

static const char *scope_of(struct ctx *c, const struct service *s)
{
	return arena_printf(c->arena, "service:%s", s->category->key);
}

err kept_on(struct ctx *c, int64_t subject_id, enum kept_kind kind, bool *ret)
{
	const struct kind *k = &kinds[kind];

	if (!service_of(c, k))
		return form_undeclared(c, subject_id, k->item, unknown_use);
	return preference_on(c, subject_id, k->preference, ret);
}

/* ---- what is there ---- */

struct rows {
	const struct item *item;
	struct kept *list;
	size_t count, capacity;
};

/* Rows of the item, without values: that needs no entry. */
static err note_row(struct ctx *c, const struct held *h, void *arg)
{
	struct rows *r = arg;

	if (h->item != r->item || h->rule)
		return OK;
	if (r->count == r->capacity) {
		size_t more = r->capacity ? r->capacity * 2 : 32;
		struct kept *list = ARENA_ARRAY(c->arena, struct kept, more);
		if (r->count)
			memcpy(list, r->list, r->count * sizeof *list);
		r->list = list;
		r->capacity = more;
	}
	r->list[r->count++] = (struct kept){h->masked, h->record_id, h->collected_at_ms, 1};
	return OK;
}

static int newest_first(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	return x->record_id < y->record_id ? 1 : x->record_id > y->record_id ? -1 : 0;
}

static void join_same(struct rows *r)
{
	size_t n = 0;

	for (size_t i = 0; i < r->count; i++) {
		size_t at = 0;
		while (at < n && strcmp(r->list[at].value, r->list[i].value) != 0)
			at++;
		if (at < n)
			r->list[at].times++;
		else
			r->list[n++] = r->list[i];
	}
	r->count = n;
}

static err held_rows(struct ctx *c, int64_t subject_id, const struct kind *k, struct rows *ret)
{
	*ret = (struct rows){.item = release_item(c->release, k->item)};
	TRY(vault_held(c, subject_id, note_row, ret));
	if (ret->count)
		qsort(ret->list, ret->count, sizeof *ret->list, newest_first);
	return OK;
}

/* With values: one entry for the whole list. These items have no mask; the app shows them to the person. */
static err shown_rows(struct ctx *c, int64_t subject_id, const struct kind *k, struct rows *ret)
{
	const struct service *s = service_of(c, k);
	struct gate_request q = {.action = GATE_READ,
				 .service = s,
				 .purpose = s->purpose,
				 .masked = true,
				 .now_ms = c->now_ms};
	struct permit *permit = NULL;
	struct facts f;
	struct head h;

	TRY(held_rows(c, subject_id, k, ret));
	if (ret->count == 0)
		return OK;
	itemset_add(&q.items, ret->item->number);
	TRY(facts_load(c, subject_id, &f, &h));
	TRY(form_decide(c, &f, &h, &q, &permit));
	*ret = (struct rows){.item = ret->item};
	TRY(vault_masked(c, permit, &h, -1, note_row, ret));
	qsort(ret->list, ret->count, sizeof *ret->list, newest_first);
	return OK;
}

err kept_list(struct ctx *c, int64_t subject_id, enum kept_kind kind, struct kept **ret, size_t *ret_count)
{
	struct rows r;

	if (!service_of(c, &kinds[kind]))
		return form_undeclared(c, subject_id, kinds[kind].item, unknown_use);
	TRY(shown_rows(c, subject_id, &kinds[kind], &r));
	join_same(&r);
	*ret = r.list;
	*ret_count = r.count;
	return OK;
}

/* ---- remembering and forgetting ---- */

struct deleting {
	int64_t subject_id;
	struct itemset items;
	const struct kept *list;
	size_t count;
};

static err delete_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct deleting *d = arg;

	for (size_t i = 0; i < d->count; i++) {
		struct vault_deletion one = {d->subject_id, d->list[i].record_id, &d->items};
		TRY(vault_delete_rows(c, tx, &one));
	}
	return OK;
}

/* Decides, seals, and lets the oldest beyond the limit go. */
static err prepare(struct ctx *c, const struct facts *f, struct head *h, const struct kind *k,
		   struct slice value, struct vault_collection *ret)
{
	const struct service *s = service_of(c, k);
	struct vault_value v = {.item = release_item(c->release, k->item), .origin = "typed"};
	struct gate_request q = {
		.action = GATE_COLLECT, .service = s, .purpose = s->purpose, .now_ms = c->now_ms};
	struct deleting *old = ARENA_NEW(c->arena, struct deleting);
	struct permit *permit = NULL;
	struct rows held;

	TRY(item_normal(c, v.item, value, &v.value));
	itemset_add(&q.items, v.item->number);
	TRY(form_decide(c, f, h, &q, &permit));
	TRY(held_rows(c, h->subject_id, k, &held));
	*old = (struct deleting){.subject_id = h->subject_id, .items = q.items};
	if (held.count >= (size_t)k->limit) {
		old->list = held.list + k->limit - 1;
		old->count = held.count - (size_t)k->limit + 1;
	}
	TRY(vault_collect_prepare(c, permit, h, id_new(c->now_ms), scope_of(c, s), &v, 1, ret));
	ret->also = delete_rows;
	ret->arg = old;
	return OK;
}

static err add_once(struct ctx *c, int64_t subject_id, const struct kind *k, struct slice value)
{
	struct vault_collection one;
	struct facts f;
	struct head h;

	TRY(facts_load(c, subject_id, &f, &h));
	TRY(prepare(c, &f, &h, k, value, &one));
	return ledger_write(c, &h, &one.entry, 0, vault_collection_rows, &one, NULL);
}

err kept_visit(struct ctx *c, const struct facts *f, struct head *h, const struct service *used,
	       struct vault_collection *ret, bool *ret_any)
{
	const struct kind *k = &kinds[KEPT_VISITED];
	bool analysis = false, on = false;

	*ret_any = false;
	if (!service_of(c, k))
		return OK;
	TRY(cookie_allowed(c, "analysis", &analysis));
	if (analysis)
		TRY(preference_of(c, f, k->preference, &on));
	if (on)
		TRY(prepare(c, f, h, k, slice_of(used->key), ret));
	*ret_any = on;
	return OK;
}

err kept_add(struct ctx *c, int64_t subject_id, enum kept_kind kind, struct slice value)
{
	for (int i = 0; i < TRIES; i++) {
		bool on = false;
		TRY(kept_on(c, subject_id, kind, &on));
		if (!on)
			return OK;
		err e = add_once(c, subject_id, &kinds[kind], value);
		if (e.code != ERR_STALE)
			return e;
		failure_clear(c); /* switched meanwhile: look again */
	}
	FAIL(c, ERR_CONFLICT, "设置刚刚发生变化，请刷新后重试");
}

err kept_forget(struct ctx *c, int64_t subject_id, enum kept_kind kind, struct slice value)
{
	const struct kind *k = &kinds[kind];
	const struct service *s = service_of(c, k);
	struct deleting d = {.subject_id = subject_id};
	struct rows r;
	struct head h;

	if (!s)
		return form_undeclared(c, subject_id, k->item, unknown_use);
	TRY(value.p ? shown_rows(c, subject_id, k, &r) : held_rows(c, subject_id, k, &r));
	struct kept *list = ARENA_ARRAY(c->arena, struct kept, r.count + 1);
	for (size_t i = 0; i < r.count; i++)
		if (!value.p || slice_is(value, r.list[i].value))
			list[d.count++] = r.list[i];
	if (d.count == 0)
		return OK;
	d.list = list;
	itemset_add(&d.items, r.item->number);
	TRY(form_closed(c, subject_id, &d.items, LOCK_DELETE));
	struct entry e = {.action = ENTRY_DELETE,
			  .service = s->key,
			  .purpose = s->purpose->key,
			  .items = d.items,
			  .basis = "own_request",
			  .decision = "allowed",
			  .clause = s->clause};
	TRY(ledger_head(c, c->store, subject_id, &h));
	return ledger_write(c, &h, &e, LEDGER_ANY_EPOCH, delete_rows, &d, NULL);
}

/* ---- the switches ---- */

struct switching {
	struct preference_change change;
	struct vault_service_deletion deletion;
};

static err switch_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct switching *s = arg;

	TRY(preference_rows(c, tx, &s->change));
	return s->change.on ? OK : vault_delete_service_rows(c, tx, &s->deletion);
}

static err check_child(struct ctx *c, int64_t subject_id)
{
	struct facts f;
	struct head h;

	TRY(facts_load(c, subject_id, &f, &h));
	if (!f.child)
		return OK;
	return refuse(c, "not_declared", city_text(c->release, "gate.clause.guardian"),
		      "未满%lld周岁，不作个性化推荐",
		      (long long)city_int(c->release, "minor.strict_age", 14));
}

/* What is closed to deleting is put away, and the switch turns off all the same (TJ-4.4.f). */
static bool forgotten(const struct held *h, void *arg)
{
	const struct vault_service_deletion *d = arg;

	return h->service && strcmp(h->service, d->service) == 0 && strcmp(h->scope, d->scope) == 0;
}

static err put_away(struct ctx *c, struct vault_service_deletion *d)
{
	struct locks locks;

	TRY(locks_load(c, d->subject_id, &locks));
	for (size_t i = 0; i < locks.count; i++)
		if (locks.list[i].acts >> LOCK_DELETE & 1)
			TRY(account_keeps_until(c, d->subject_id, locks.list[i].until_ms));
	return locks_keep(c, d->subject_id, &locks, forgotten, d);
}

err kept_switch(struct ctx *c, int64_t subject_id, const char *name, bool on)
{
	const struct kind *k = strcmp(name, "personal") == 0 ? &kinds[KEPT_VISITED] : &kinds[KEPT_SEARCH];
	const struct service *s = service_of(c, k);
	struct switching w = {.change = {subject_id, k->preference, on}};
	struct head h;

	if (!s)
		return form_undeclared(c, subject_id, k->item, unknown_use);
	if (on && strcmp(name, "personal") == 0)
		TRY(check_child(c, subject_id));
	w.deletion = (struct vault_service_deletion){
		.subject_id = subject_id, .service = s->key, .scope = scope_of(c, s)};
	struct entry e = {.action = on ? ENTRY_CHANGE : ENTRY_WITHDRAW,
			  .service = s->key,
			  .purpose = s->purpose->key,
			  .items = s->items,
			  .basis = "own_request",
			  .decision = "allowed",
			  .clause = s->clause,
			  .note = arena_printf(c->arena, "%s：%s", on ? "开启" : "关闭并清除", s->name)};
	if (!on)
		TRY(put_away(c, &w.deletion));
	TRY(ledger_head(c, c->store, subject_id, &h));
	return ledger_write(c, &h, &e, LEDGER_RAISE_EPOCH | LEDGER_ANY_EPOCH, switch_rows, &w, NULL);
}
