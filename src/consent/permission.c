/* Sensor permissions: all off until switched on, and taken back at any time (TJ-1.1.4.f-h). */
#include "consent/consent_store.h"

struct change {
	const char *key;
	bool granted;
};

static err change_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct change *change = arg;

	return consent_db_permission_put(c, tx, c->installation_id, change->key, change->granted);
}

err permission_set(struct ctx *c, int64_t subject_id, const struct permission *p, bool granted)
{
	struct change change = {p->key, granted};
	struct head head;

	if (!subject_id)
		return store_write(c, c->store, change_rows, &change);

	struct entry entry = {
		.action = granted ? ENTRY_CHANGE : ENTRY_WITHDRAW,
		.basis = "own_request",
		.decision = "allowed",
		.clause = p->clause,
		.note = arena_printf(c->arena, "%s权限：%s", granted ? "开启" : "关闭", p->name)};
	TRY(ledger_head(c, c->store, subject_id, &head));
	return ledger_write(c, &head, &entry, LEDGER_RAISE_EPOCH | LEDGER_ANY_EPOCH, change_rows, &change,
			    NULL);
}

err permission_list(struct ctx *c, permission_fn fn, void *arg)
{
	struct list list;

	TRY(consent_db_permissions(c, NULL, c->installation_id, &list));
	const struct permission_row *rows = list.rows;
	for (unsigned i = 0; i < release_permission_count(c->release); i++) {
		struct permission_state state = {.permission = release_permission_at(c->release, i)};
		for (size_t k = 0; k < list.count; k++) {
			if (strcmp(rows[k].key, state.permission->key) == 0) {
				state.granted = rows[k].granted;
				state.changed_at_ms = rows[k].changed_at_ms;
			}
		}
		TRY(fn(c, &state, arg));
	}
	return OK;
}
