/* Sensor permissions: all off until switched on, for a named function or for all that declare it, and taken
 * back at any time (TJ-1.1.4.f-h, NT-1.2.2.3.e). */
#include "consent/consent_store.h"

struct change {
	const struct permission *permission;
	const struct service *service; /* NULL: for every function */
	bool granted;
};

static err change_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct change *change = arg;
	const char *key = change->permission->key;

	if (change->service)
		return consent_db_function_permission_put(c, tx, c->installation_id, key,
							  change->service->key, change->granted);
	if (!change->granted)
		TRY(consent_db_function_permissions_off(c, tx, c->installation_id, key));
	return consent_db_permission_put(c, tx, c->installation_id, key, change->granted);
}

bool permission_on_platform(const struct permission *p, const char *platform)
{
	const char *at = p->platforms;
	size_t n = strlen(platform);

	if (strcmp(at, "all") == 0)
		return true;
	while ((at = strstr(at, platform))) {
		bool begins = at == p->platforms || strchr(" ,", at[-1]);
		if (begins && strchr(" ,", at[n])) /* the NUL at the end counts as found */
			return true;
		at += n;
	}
	return false;
}

/* A function asks only for what its category declares. */
static err check_function(struct ctx *c, const struct change *change)
{
	const struct permission *p = change->permission;

	if (!change->service || (change->service->category->permissions >> p->number & 1))
		return OK;
	return refuse(c, "not_declared", p->clause, "“%s”没有声明需要“%s”权限", change->service->name,
		      p->name);
}

err permission_set(struct ctx *c, int64_t subject_id, const struct permission *p,
		   const struct service *function, bool granted)
{
	struct change change = {p, function, granted};
	struct head head;

	TRY(check_function(c, &change));
	if (!subject_id)
		return store_write(c, c->store, change_rows, &change);

	struct entry entry = {
		.action = granted ? ENTRY_CHANGE : ENTRY_WITHDRAW,
		.service = function ? function->key : NULL,
		.basis = "own_request",
		.decision = "allowed",
		.clause = p->clause,
		.note = arena_printf(c->arena, "%s权限：%s", granted ? "开启" : "关闭", p->name)};
	TRY(ledger_head(c, c->store, subject_id, &head));
	return ledger_write(c, &head, &entry, LEDGER_RAISE_EPOCH | LEDGER_ANY_EPOCH, change_rows, &change,
			    NULL);
}

static void take_state(const struct permission_row *row, struct permission_state *state)
{
	if (strcmp(row->key, state->permission->key) != 0)
		return;
	state->granted = row->granted;
	state->changed_at_ms = row->changed_at_ms;
}

static void take_function(struct ctx *c, const struct permission_row *row, struct permission_state *state)
{
	const struct service *s = release_service(c->release, row->service);

	if (strcmp(row->key, state->permission->key) != 0 || !s)
		return;
	state->functions[state->function_count++] =
		(struct function_state){s, row->granted, row->changed_at_ms};
}

err permission_list(struct ctx *c, int64_t installation_id, permission_fn fn, void *arg)
{
	struct list list, functions;

	TRY(consent_db_permissions(c, NULL, installation_id, &list));
	TRY(consent_db_function_permissions(c, NULL, installation_id, &functions));
	for (unsigned i = 0; i < release_permission_count(c->release); i++) {
		struct permission_state state = {
			.permission = release_permission_at(c->release, i),
			.functions = ARENA_ARRAY(c->arena, struct function_state, functions.count + 1)};
		for (size_t k = 0; k < list.count; k++)
			take_state((const struct permission_row *)list.rows + k, &state);
		for (size_t k = 0; k < functions.count; k++)
			take_function(c, (const struct permission_row *)functions.rows + k, &state);
		TRY(fn(c, &state, arg));
	}
	return OK;
}
