#include "services/wishes.h"

enum { TRIES = 4, WISHES = 3 };

static const char *const keys[WISHES] = {"language_setting", "location_setting", "help_preference"};

static err find(struct ctx *c, const struct service **ret)
{
	*ret = release_service(c->release, "personal_wishes");
	return *ret ? OK : refuse(c, "not_declared", NULL, "本市的隐私政策没有声明这项设定，没有记录");
}

static const char **member(struct wishes *w, const char *key)
{
	const char **members[WISHES] = {&w->language, &w->place, &w->help};

	for (size_t i = 0; i < WISHES; i++)
		if (strcmp(key, keys[i]) == 0)
			return members[i];
	return NULL;
}

/* ---- reading ---- */

static err note_held(struct ctx *c, const struct held *h, void *arg)
{
	struct wishes unused;

	(void)c;
	if (h->record_id == 0 && member(&unused, h->item->key))
		itemset_add(arg, h->item->number);
	return OK;
}

static err take(struct ctx *c, const struct held *h, void *arg)
{
	const char **to = member(arg, h->item->key);

	(void)c;
	if (to)
		*to = h->masked; /* these items have no mask */
	return OK;
}

err wishes_get(struct ctx *c, int64_t subject_id, struct wishes *ret)
{
	const struct service *s = NULL;
	struct permit *permit = NULL;
	struct wishes w = {0};
	struct facts f;
	struct head h;

	TRY(find(c, &s));
	struct gate_request q = {.action = GATE_READ,
				 .service = s,
				 .purpose = s->purpose,
				 .masked = true,
				 .now_ms = c->now_ms};
	*ret = w;
	TRY(vault_held(c, subject_id, note_held, &q.items));
	if (itemset_empty(&q.items))
		return OK;
	TRY(facts_load(c, subject_id, &f, &h));
	TRY(form_decide(c, &f, &h, &q, &permit));
	TRY(vault_masked(c, permit, &h, 0, take, &w));
	*ret = w;
	return OK;
}

/* ---- setting and deleting ---- */

static err check(struct ctx *c, const struct wishes *w)
{
	if (w->language && !city_list_has(c->release, "wishes.languages", w->language))
		return fail_field(c, "language", "没有这种语言");
	if (w->help && !city_list_has(c->release, "wishes.help", w->help))
		return fail_field(c, "help", "没有这种帮助方式");
	return OK;
}

static err put_once(struct ctx *c, int64_t subject_id, const struct service *s, struct wishes *w)
{
	struct vault_value values[WISHES];
	struct gate_request q = {
		.action = GATE_COLLECT, .service = s, .purpose = s->purpose, .now_ms = c->now_ms};
	struct permit *permit = NULL;
	size_t count = 0;
	struct facts f;
	struct head h;

	for (size_t i = 0; i < WISHES; i++) {
		const char *text = *member(w, keys[i]);
		const struct item *it = release_item(c->release, keys[i]);
		if (!text)
			continue;
		values[count] = (struct vault_value){.item = it, .origin = "typed"};
		TRY(item_normal(c, it, slice_of(text), &values[count++].value));
		itemset_add(&q.items, it->number);
	}
	if (count == 0)
		return OK;
	TRY(facts_load(c, subject_id, &f, &h));
	TRY(form_closed(c, subject_id, &q.items, LOCK_CHANGE));
	TRY(form_decide(c, &f, &h, &q, &permit));
	return vault_collect(c, permit, &h, 0, arena_printf(c->arena, "service:%s", s->category->key), values,
			     count, NULL, NULL);
}

err wishes_put(struct ctx *c, int64_t subject_id, const struct wishes *w)
{
	const struct service *s = NULL;
	struct wishes copy = *w;

	TRY(find(c, &s));
	TRY(check(c, w));
	for (int i = 0; i < TRIES; i++) {
		err e = put_once(c, subject_id, s, &copy);
		if (e.code != ERR_STALE)
			return e;
		failure_clear(c);
	}
	FAIL(c, ERR_CONFLICT, "设置刚刚发生变化，请刷新后重试");
}

err wishes_delete(struct ctx *c, int64_t subject_id)
{
	const struct service *s = NULL;
	struct entry e = {.action = ENTRY_DELETE, .basis = "own_request", .decision = "allowed"};
	struct vault_deletion deletion = {subject_id, 0, &e.items};
	struct head h;

	TRY(find(c, &s));
	e.service = s->key;
	e.purpose = s->purpose->key;
	e.clause = s->clause;
	TRY(vault_held(c, subject_id, note_held, &e.items));
	if (itemset_empty(&e.items))
		return OK;
	TRY(form_closed(c, subject_id, &e.items, LOCK_DELETE));
	TRY(ledger_head(c, c->store, subject_id, &h));
	return ledger_write(c, &h, &e, LEDGER_ANY_EPOCH, vault_delete_rows, &deletion, NULL);
}
