/* Readings of sensors: counted where data comes in, so that none goes uncounted. */
#include "vault/vault_store.h"

const char vault_sensor_note[] = "凭设备权限：";

const char *sensor_note(struct ctx *c, uint32_t permissions)
{
	const char *note = NULL;

	for (unsigned i = 0; i < release_permission_count(c->release); i++)
		if (permissions >> i & 1)
			note = arena_printf(c->arena, "%s%s",
					    note ? arena_printf(c->arena, "%s、", note) : vault_sensor_note,
					    release_permission_at(c->release, i)->name);
	return note;
}

err sensor_use_rows(struct ctx *c, struct tx *tx, const struct permit *permit)
{
	uint32_t used = permit_permissions(permit);

	for (unsigned i = 0; i < release_permission_count(c->release); i++)
		if (used >> i & 1)
			TRY(tx_exec(c, tx, Q_SENSOR_USE_COUNT,
				    PARAMS(P_INT(c->installation_id),
					   P_STR(release_permission_at(c->release, i)->key),
					   P_STR(permit_service(permit)->key), P_INT(c->now_ms)),
				    NULL));
	return OK;
}

static err use_only_rows(struct ctx *c, struct tx *tx, void *permit)
{
	return sensor_use_rows(c, tx, permit);
}

err vault_sensor_read(struct ctx *c, struct permit *permit, struct head *h)
{
	TRY(permit_use(c, permit, h, true));
	if (h->subject_id == 0)
		return store_write(c, c->store, use_only_rows, permit);
	struct entry entry = permit_entry(c, permit, ENTRY_COLLECT, 0);
	entry.basis = "own_request";
	return ledger_write(c, h, &entry, 0, use_only_rows, permit, NULL);
}

struct each_use {
	sensor_use_fn fn;
	void *arg;
};

static err each_use_row(struct ctx *c, const struct row *row, void *arg)
{
	struct each_use *each = arg;
	struct sensor_use u = {
		.permission = row_copy(c, row, 0),
		.service = row_copy(c, row, 1),
		.uses = row_int(row, 2),
		.last_at_ms = row_int(row, 3),
	};

	return each->fn(c, &u, each->arg);
}

err vault_sensor_uses(struct ctx *c, sensor_use_fn fn, void *arg)
{
	struct each_use each = {fn, arg};

	return store_rows(c, c->store, Q_SENSOR_USE_LIST, PARAMS(P_INT(c->installation_id)), each_use_row,
			  &each);
}

err vault_sensor_end_rows(struct ctx *c, struct tx *tx, int64_t installation_id)
{
	return tx_exec(c, tx, Q_SENSOR_USE_END, PARAMS(P_INT(installation_id)), NULL);
}
