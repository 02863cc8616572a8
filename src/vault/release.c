/* No proof, no data: the sealed rows are read in the transaction that writes the entry, and opened after its
 * commit. */
#include "vault/vault_store.h"
#include <stdlib.h>

struct reading {
	int64_t subject_id, record_id;
	struct vault_rows rows;
};

static err read_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct reading *r = arg;

	return vault_rows_read_tx(c, tx, r->subject_id, r->record_id, &r->rows);
}

/* Looks first, so that the entry names what is really there, and so that the keys are at hand before the
 * entry stands. On success the picks may be opened: the entry is durable. */
static err prove(struct ctx *c, const struct permit *permit, struct head *h, int64_t record_id,
		 struct entry *entry, struct picks *ret, int64_t *ret_n)
{
	/* nothing is shown of it, or what stands is shown to the person: no use of it by anybody else */
	bool commercial = permit_purpose(permit)->commercial && !permit_masked(permit);
	struct reading r = {.subject_id = h->subject_id, .record_id = record_id};
	PICKS_SCOPED p = {0};
	struct vault_rows before;

	TRY(vault_rows_read(c, h->subject_id, record_id, &before));
	TRY(picks_choose(c, &before, record_id, permit_items(permit), commercial, &p));
	if (commercial && p.count == 0)
		return permit_refuse_ended(c, permit);
	entry->items = p.items;
	TRY(ledger_write(c, h, entry, 0, read_rows, &r, ret_n));
	picks_renew(c, &r.rows, record_id, &p);
	*ret = p;
	p = (struct picks){0};
	return OK;
}

/* ---- in clear ------------------------------------------------------------------------------------------ */

static size_t total_size(const struct picks *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->count; i++)
		n += p->list[i].row->sealed.n + 1;
	return n;
}

/* Opens into one memory; the values point into it and end with a NUL that does not count. */
static err open_picks(struct ctx *c, const struct picks *p, struct released *ret)
{
	RELEASED_SCOPED opened = {.values = calloc(p->count + 1, sizeof *opened.values)};

	if (!opened.values)
		FAIL(c, ERR_INTERNAL, "内存不足");
	secret_init(&opened.memory, total_size(p) + 1);
	uint8_t *at = opened.memory.p;
	for (size_t i = 0; i < p->count; i++) {
		const struct pick *pick = &p->list[i];
		size_t size = 0;
		TRY(vault_row_open(c, pick->key, pick->row, at, &size));
		at[size] = 0;
		opened.values[opened.count++] = (struct vault_value){
			pick->item, slice_bytes(at, size), pick->row->origin, pick->row->ends_at_ms};
		at += size + 1;
	}
	*ret = opened;
	opened = (struct released){0};
	return OK;
}

err vault_release(struct ctx *c, struct permit *permit, struct head *h, int64_t record_id, const char *note,
		  struct released *ret)
{
	bool shares = permit_action(permit) == GATE_SHARE;
	PICKS_SCOPED p = {0};
	int64_t n = 0;

	TRY(permit_use(c, permit, h, false));
	if (permit_masked(permit))
		FAIL(c, ERR_INTERNAL, "该许可只能用于展示掩码形式");
	struct entry entry = permit_entry(c, permit, shares ? ENTRY_SHARE : ENTRY_READ, record_id);
	if (note)
		entry.note = note;
	TRY(prove(c, permit, h, record_id, &entry, &p, &n));
	TRY(open_picks(c, &p, ret));
	ret->entry_n = n;
	ret->policy = permit_version(permit);
	return OK;
}

static err hand_over(struct ctx *c, const struct pick *pick, handed_fn fn, void *arg)
{
	struct held h = held_of(c, pick->row);
	SECRET_SCOPED plain = {0};
	size_t size = 0;

	secret_init(&plain, pick->row->sealed.n);
	TRY(vault_row_open(c, pick->key, pick->row, plain.p, &size));
	return fn(c, &h, slice_bytes(plain.p, size), arg);
}

err vault_hand_over(struct ctx *c, struct permit *permit, struct head *h, handed_fn fn, void *arg)
{
	PICKS_SCOPED p = {0};

	TRY(permit_use(c, permit, h, false));
	bool shares = permit_action(permit) == GATE_SHARE;
	struct entry entry = permit_entry(c, permit, shares ? ENTRY_SHARE : ENTRY_READ, 0);
	TRY(prove(c, permit, h, RECORD_ALL, &entry, &p, NULL));
	for (size_t i = 0; i < p.count; i++)
		TRY(hand_over(c, &p.list[i], fn, arg));
	return OK;
}

void released_free(struct released *r)
{
	secret_release(&r->memory);
	free(r->values);
	*r = (struct released){0};
}

const struct vault_value *released_get(const struct released *r, const char *item_key)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->values[i].item->key, item_key) == 0)
			return &r->values[i];
	return NULL;
}

/* ---- masked -------------------------------------------------------------------------------------------- */

static err show(struct ctx *c, const struct pick *pick, held_fn fn, void *arg)
{
	struct held h = held_of(c, pick->row);
	SECRET_SCOPED plain = {0};
	size_t size = 0;

	secret_init(&plain, pick->row->sealed.n);
	TRY(vault_row_open(c, pick->key, pick->row, plain.p, &size));
	h.item = pick->item;
	h.masked = item_masked(c, h.item, slice_bytes(plain.p, size));
	return fn(c, &h, arg);
}

err vault_masked(struct ctx *c, struct permit *permit, struct head *h, int64_t record_id, held_fn fn,
		 void *arg)
{
	PICKS_SCOPED p = {0};

	TRY(permit_use(c, permit, h, false));
	struct entry entry = permit_entry(c, permit, ENTRY_READ, record_id == RECORD_ALL ? 0 : record_id);
	entry.purpose = "show_masked";
	TRY(prove(c, permit, h, record_id, &entry, &p, NULL));
	for (size_t i = 0; i < p.count; i++)
		TRY(show(c, &p.list[i], fn, arg));
	return OK;
}
