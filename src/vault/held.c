#include "vault/vault_store.h"

/* An item that the release in force no longer knows is still shown to the person, by its key and fully
 * masked. */
static const struct item *item_of(struct ctx *c, const struct vault_row *row)
{
	const struct item *it = release_item(c->release, row->item);

	if (it)
		return it;
	struct item *unknown = ARENA_NEW(c->arena, struct item);
	*unknown = (struct item){.number = ITEMS_MAX - 1,
				 .key = row->item,
				 .name = row->item,
				 .kind = "basic",
				 .sensitive = true,
				 .validator = "none",
				 .mask = "all"};
	return unknown;
}

/* The class is what others know of a retention scope; the day is the vault's own. */
static const char *scope_told(struct ctx *c, const struct vault_row *row)
{
	const char *at = row_retained(row) ? strchr(row->scope, '@') : NULL;

	return at ? arena_copy(c->arena, slice_bytes(row->scope, (size_t)(at - row->scope))) : row->scope;
}

struct held held_of(struct ctx *c, const struct vault_row *row)
{
	return (struct held){
		.item = item_of(c, row),
		.category = row->category,
		.service = row->service,
		.origin = row->origin,
		.basis = row->basis,
		.scope = scope_told(c, row),
		.rule = row->rule,
		.record_id = row->record_id,
		.collected_at_ms = row->collected_at_ms,
		.ends_at_ms = row->ends_at_ms,
	};
}

static const char fetched[] = "fetched:";

static bool is_fetched(const char *origin)
{
	return strncmp(origin, fetched, sizeof fetched - 1) == 0;
}

const char *origin_word(const char *origin)
{
	return origin && is_fetched(origin) ? "fetched" : origin;
}

const char *origin_from(const struct release *r, const char *origin)
{
	if (!origin || !is_fetched(origin))
		return NULL;
	const char *from = origin + sizeof fetched - 1;
	const struct recipient *who = release_recipient(r, from);
	return who ? who->name : strcmp(from, "account") == 0 ? "本账号已登记的信息" : from;
}

/* Sealed bytes are as good as random: text of this length among them does not happen by chance. */
static bool reads_as_text(struct slice bytes)
{
	return bytes.n < seal_size(SUITE_INTL, 0) || slice_is_utf8(bytes);
}

err vault_count_clear(struct ctx *c, int64_t subject_id, int64_t *rows, int64_t *clear)
{
	struct vault_rows all;

	TRY(vault_rows_read(c, subject_id, RECORD_ALL, &all));
	for (size_t i = 0; i < all.count; i++)
		*clear += reads_as_text(all.list[i].sealed);
	*rows += (int64_t)all.count;
	return OK;
}

err vault_held(struct ctx *c, int64_t subject_id, held_fn fn, void *arg)
{
	struct vault_rows rows;

	TRY(vault_rows_read(c, subject_id, RECORD_ALL, &rows));
	for (size_t i = 0; i < rows.count; i++) {
		struct held h = held_of(c, &rows.list[i]);
		if (!row_past(&rows.list[i], c->now_ms))
			TRY(fn(c, &h, arg));
	}
	return OK;
}
