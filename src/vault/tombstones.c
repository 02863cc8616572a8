/* A restored store knows nothing of what ended after its backup was taken; today's key store does. */
#include "vault/vault_store.h"

enum { PAGE = 200 };

typedef err (*ended_fn)(struct ctx *c, int64_t subject_id, const char *scope, void *arg);

struct applying {
	ended_fn fn;
	void *arg;
	int64_t subject_id, ended;
};

static err apply_scope(struct ctx *c, const struct scope_held *s, void *arg)
{
	struct applying *a = arg;
	bool ended = false;

	TRY(keys_ended(c, c->keys, a->subject_id, s->scope, &ended));
	if (!ended)
		return OK;
	TRY(vault_end(c, a->subject_id, &s->scope, 1));
	a->ended++;
	return a->fn ? a->fn(c, a->subject_id, s->scope, a->arg) : OK;
}

struct page {
	int64_t subjects[PAGE];
	size_t count;
};

static err page_row(struct ctx *c, const struct row *row, void *arg)
{
	struct page *p = arg;

	(void)c;
	p->subjects[p->count++] = row_int(row, 0);
	return OK;
}

static err apply_page(struct ctx *c, const struct page *p, struct applying *a)
{
	for (size_t i = 0; i < p->count; i++) {
		a->subject_id = p->subjects[i];
		TRY(vault_scopes(c, a->subject_id, apply_scope, a));
		arena_clear(c->arena);
	}
	return OK;
}

static err apply_all(struct ctx *c, struct applying *a)
{
	struct page p = {.count = PAGE};
	int64_t after = 0;

	while (p.count == PAGE) {
		p.count = 0;
		TRY(store_rows(c, c->store, Q_VAULT_SUBJECT_PAGE, PARAMS(P_INT(after), P_INT(PAGE)), page_row,
			       &p));
		if (p.count > 0)
			after = p.subjects[p.count - 1];
		TRY(apply_page(c, &p, a));
	}
	return OK;
}

/* With an arena of its own, emptied after each person: there may be millions. */
err vault_apply_tombstones(struct ctx *c, ended_fn fn, void *arg, int64_t *ret_scopes)
{
	struct ctx own = *c;
	struct applying a = {.fn = fn, .arg = arg};

	own.arena = arena_new(64 << 20);
	err e = apply_all(&own, &a);
	arena_free(own.arena);
	c->failure = own.failure;
	TRY(e);
	*ret_scopes = a.ended;
	return OK;
}
