/* The rows of transfers. */
#include "ops/transfer_store.h"

err transfer_db_insert(struct ctx *c, const struct transfer *t)
{
	return store_exec(c, c->store, Q_TRANSFER_INSERT,
			  PARAMS(P_INT(t->id), P_STR(t->ground), P_STR(t->recipient), P_STR(t->receiver),
				 P_STR(t->contact), P_STR(t->region), P_STR(t->document), P_STR(t->scope),
				 P_INT(t->scope_until_ms), P_STR(t->certificate), P_INT(t->opened_by_id),
				 P_STR(t->opened_by), P_INT(t->opened_at_ms)),
			  NULL);
}

/* The columns of transfer_get and transfer_list. */
static struct transfer from_row(struct ctx *c, const struct row *r)
{
	return (struct transfer){
		.id = row_int(r, 0),
		.state = row_copy(c, r, 1),
		.ground = row_copy(c, r, 2),
		.recipient = row_copy(c, r, 3),
		.receiver = row_copy(c, r, 4),
		.contact = row_copy(c, r, 5),
		.region = row_copy(c, r, 6),
		.document = row_copy(c, r, 7),
		.scope = row_copy(c, r, 8),
		.scope_until_ms = row_int(r, 9),
		.certificate = row_copy(c, r, 10),
		.opened_by_id = row_int(r, 11),
		.opened_by = row_copy(c, r, 12),
		.opened_at_ms = row_int(r, 13),
		.decided_by = row_copy(c, r, 14),
		.decided_at_ms = row_int(r, 15),
		.told_upto = row_int(r, 16),
		.told_all_at_ms = row_int(r, 17),
		.told_people = row_int(r, 18),
		.upto = row_int(r, 19),
		.walk_after = row_int(r, 20),
		.people = row_int(r, 21),
		.left_out = row_int(r, 22),
		.parts = row_int(r, 23),
		.bound = row_int(r, 24) == 1,
		.package_hash = row_copy(c, r, 25),
		.moved_at_ms = row_int(r, 26),
		.undertaking = row_copy(c, r, 27),
		.undertaken_at_ms = row_int(r, 28),
		.closed_by = row_copy(c, r, 29),
		.closed_at_ms = row_int(r, 30),
	};
}

struct each {
	transfer_fn fn;
	void *arg;
};

static err each_row(struct ctx *c, const struct row *row, void *arg)
{
	const struct each *each = arg;
	struct transfer t = from_row(c, row);

	return each->fn(c, &t, each->arg);
}

err transfer_list(struct ctx *c, int64_t before, int limit, transfer_fn fn, void *arg)
{
	return store_rows(c, c->store, Q_TRANSFER_LIST,
			  PARAMS(P_INT(before > 0 ? before : INT64_MAX), P_INT(limit)), each_row,
			  &(struct each){fn, arg});
}

static err keep(struct ctx *c, const struct transfer *t, void *arg)
{
	(void)c;
	*(struct transfer *)arg = *t;
	return OK;
}

err transfer_get(struct ctx *c, int64_t id, struct transfer *ret)
{
	struct transfer t = {0};

	TRY(store_rows(c, c->store, Q_TRANSFER_GET, PARAMS(P_INT(id)), each_row, &(struct each){keep, &t}));
	if (!t.id)
		FAIL(c, ERR_NOT_FOUND, "没有这件转让案卷");
	*ret = t;
	return OK;
}

struct each_part {
	transfer_part_fn fn;
	void *arg;
	bool found;
};

static err part_row(struct ctx *c, const struct row *row, void *arg)
{
	struct each_part *each = arg;

	each->found = true;
	return each->fn(c, row_blob(row, 0), each->arg);
}

err transfer_db_part(struct ctx *c, int64_t id, int64_t part, transfer_part_fn fn, void *arg)
{
	struct each_part each = {fn, arg, false};

	TRY(store_rows(c, c->store, Q_TRANSFER_PART_GET, PARAMS(P_INT(id), P_INT(part)), part_row, &each));
	if (!each.found)
		FAIL(c, ERR_NOT_FOUND, "加密包缺少第 %lld 部分", (long long)part);
	return OK;
}

static err person_row(struct ctx *c, const struct row *row, void *arg)
{
	(void)c;
	(void)row;
	*(bool *)arg = true;
	return OK;
}

err transfer_db_person(struct ctx *c, int64_t subject_id, int64_t id, bool *ret)
{
	*ret = false;
	return store_rows(c, c->store, Q_TRANSFER_PERSON_FIND, PARAMS(P_INT(subject_id), P_INT(id)),
			  person_row, ret);
}
