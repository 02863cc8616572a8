#include "vault/vault_store.h"

/* ---- keys of scopes ------------------------------------------------------------------------------------ */

static size_t place_of(const struct scope_keys *k, const char *scope)
{
	size_t i = 0;

	while (i < k->count && strcmp(k->scopes[i], scope) != 0)
		i++;
	return i;
}

static const uint8_t *scope_key(const struct scope_keys *k, const char *scope)
{
	size_t i = place_of(k, scope);

	return i < k->count ? k->memory.p + i * KEY_SIZE : NULL;
}

static err load_key(struct ctx *c, int64_t subject_id, const char *scope, struct scope_keys *k)
{
	if (scope_key(k, scope))
		return OK;
	err e = keys_get(c, c->keys, subject_id, scope, k->memory.p + k->count * KEY_SIZE);
	if (e.code == ERR_GONE || e.code == ERR_NOT_FOUND) {
		failure_clear(c);
		return OK;
	}
	TRY(e);
	k->scopes[k->count++] = scope;
	return OK;
}

static err load_keys(struct ctx *c, struct picks *p)
{
	secret_init(&p->keys.memory, (p->count + 1) * KEY_SIZE);
	p->keys.scopes = ARENA_ARRAY(c->arena, const char *, p->count + 1);
	for (size_t i = 0; i < p->count; i++)
		TRY(load_key(c, p->list[i].row->subject_id, p->list[i].row->scope, &p->keys));
	return OK;
}

/* ---- choosing ------------------------------------------------------------------------------------------ */

static const struct vault_row *find(const struct vault_rows *rows, int64_t record_id, const char *item,
				    int64_t now_ms)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct vault_row *r = &rows->list[i];
		if (r->record_id == record_id && strcmp(r->item, item) == 0 && !row_retained(r) &&
		    !row_past(r, now_ms))
			return r;
	}
	return NULL;
}

/* A resident identity number is one thing with two names: the policies ask for it as a kind of id_number, or
 * as resident_id_number. */
static const struct vault_row *find_by_other_name(const struct vault_rows *rows, const char *item,
						  int64_t now_ms)
{
	if (strcmp(item, "resident_id_number") == 0)
		return find(rows, 0, "id_number", now_ms);
	if (strcmp(item, "id_number") == 0)
		return find(rows, 0, "resident_id_number", now_ms);
	return NULL;
}

static void add(struct picks *p, const struct item *item, const struct vault_row *row)
{
	if (row)
		p->list[p->count++] = (struct pick){item, row, NULL};
}

static void choose_of_record(struct ctx *c, const struct vault_rows *rows, int64_t record_id,
			     const struct itemset *permitted, struct picks *p)
{
	for (unsigned i = 0; i < release_item_count(c->release); i++) {
		if (!itemset_has(permitted, i))
			continue;
		const struct item *it = release_item_at(c->release, i);
		const struct vault_row *row = find(rows, record_id, it->key, c->now_ms);
		row = row ? row : find(rows, 0, it->key, c->now_ms);
		add(p, it, row ? row : find_by_other_name(rows, it->key, c->now_ms));
	}
}

static void choose_of_all(struct ctx *c, const struct vault_rows *rows, const struct itemset *permitted,
			  struct picks *p)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct item *it = release_item(c->release, rows->list[i].item);
		bool kept = p->in_use && row_retained(&rows->list[i]);
		if (it && itemset_has(permitted, it->number) && !kept && !row_past(&rows->list[i], c->now_ms))
			add(p, it, &rows->list[i]);
	}
}

static void choose(struct ctx *c, const struct vault_rows *rows, int64_t record_id,
		   const struct itemset *permitted, struct picks *p)
{
	p->list = ARENA_ARRAY(c->arena, struct pick, rows->count + ITEMS_MAX);
	p->count = 0;
	if (record_id == RECORD_ALL)
		choose_of_all(c, rows, permitted, p);
	else
		choose_of_record(c, rows, record_id, permitted, p);
}

/* Keeps the picks whose keys are there. */
static void settle(struct picks *p)
{
	size_t kept = 0;

	p->items = (struct itemset){0};
	for (size_t i = 0; i < p->count; i++) {
		struct pick pick = p->list[i];
		pick.key = scope_key(&p->keys, pick.row->scope);
		if (!pick.key)
			continue;
		p->list[kept++] = pick;
		itemset_add(&p->items, pick.item->number);
	}
	p->count = kept;
}

/* ---- whether an id_number is a resident's -------------------------------------------------------------- */

static err is_resident_card(struct ctx *c, const struct vault_rows *rows, bool *ret)
{
	const struct vault_row *row = find(rows, 0, "id_type", c->now_ms);
	SECRET_SCOPED plain = {0};
	uint8_t key[KEY_SIZE];
	size_t size = 0;

	*ret = false;
	if (!row)
		return OK;
	err e = keys_get(c, c->keys, row->subject_id, row->scope, key);
	if (e.code == ERR_GONE || e.code == ERR_NOT_FOUND) {
		failure_clear(c);
		return OK;
	}
	TRY(e);
	secret_init(&plain, row->sealed.n);
	e = vault_row_open(c, key, row, plain.p, &size);
	crypto_wipe(key, sizeof key);
	TRY(e);
	*ret = slice_is(slice_bytes(plain.p, size), "resident_card");
	return OK;
}

static bool perhaps_other_document(const struct pick *p)
{
	return strcmp(p->item->key, "resident_id_number") == 0 && strcmp(p->row->item, "id_number") == 0;
}

/* A passport's number is not released as a resident identity number. */
static err drop_other_document(struct ctx *c, const struct vault_rows *rows, struct picks *p)
{
	bool resident = false;
	size_t i = 0;

	while (i < p->count && !perhaps_other_document(&p->list[i]))
		i++;
	if (i == p->count)
		return OK;
	TRY(is_resident_card(c, rows, &resident));
	if (!resident)
		p->list[i] = p->list[--p->count];
	return OK;
}

/* -------------------------------------------------------------------------------------------------------- */

err picks_choose(struct ctx *c, const struct vault_rows *rows, int64_t record_id,
		 const struct itemset *permitted, bool in_use, struct picks *ret)
{
	PICKS_SCOPED p = {.in_use = in_use};

	choose(c, rows, record_id, permitted, &p);
	TRY(drop_other_document(c, rows, &p));
	TRY(load_keys(c, &p));
	settle(&p);
	*ret = p;
	p = (struct picks){0};
	return OK;
}

void picks_renew(struct ctx *c, const struct vault_rows *rows, int64_t record_id, struct picks *p)
{
	struct itemset decided = p->items;

	choose(c, rows, record_id, &decided, p);
	settle(p);
}

void picks_free(struct picks *p)
{
	secret_release(&p->keys.memory);
}
