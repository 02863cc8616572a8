#include "connectors/outages.h"
#include "base/id.h"

static const struct {
	const char *cause, *name;
} causes[] = {
	{"fault", "系统故障"},	  {"attack", "遭受攻击"}, {"disaster", "自然灾害"},
	{"accident", "意外事故"}, {"human", "人为原因"},
};

const char *outage_cause_name(const char *cause)
{
	for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
		if (strcmp(causes[i].cause, cause) == 0)
			return causes[i].name;
	return NULL;
}

struct each {
	outage_fn fn;
	void *arg;
};

static err outage_row(struct ctx *c, const struct row *r, void *arg)
{
	const struct each *each = arg;
	struct outage o = {.id = row_int(r, 0),
			   .authority = row_copy(c, r, 1),
			   .cause = row_copy(c, r, 2),
			   .failures = row_int(r, 3),
			   .opened_at_ms = row_int(r, 4),
			   .last_at_ms = row_int(r, 5),
			   .recovered_at_ms = row_int(r, 6),
			   .classed_by = row_copy(c, r, 7),
			   .note = row_copy(c, r, 8)};

	return each->fn(c, &o, each->arg);
}

err outage_list(struct ctx *c, int64_t before, int limit, outage_fn fn, void *arg)
{
	return store_rows(c, c->store, Q_OUTAGE_LIST,
			  PARAMS(P_INT(before ? before : INT64_MAX), P_INT(limit)), outage_row,
			  &(struct each){fn, arg});
}

static err keep(struct ctx *c, const struct outage *o, void *arg)
{
	(void)c;
	*(struct outage *)arg = *o;
	return OK;
}

err outage_of(struct ctx *c, const char *authority, struct outage *ret, bool *ret_any)
{
	struct outage found = {0};

	TRY(store_rows(c, c->store, Q_OUTAGE_OF, PARAMS(P_STR(authority)), outage_row,
		       &(struct each){keep, &found}));
	*ret = found;
	*ret_any = found.id != 0;
	return OK;
}

err outage_class(struct ctx *c, int64_t id, const char *cause, const char *note, const char *by)
{
	int64_t changed = 0;

	if (!outage_cause_name(cause))
		return fail_field(c, "cause", "请选择原因的类别");
	if (!*note)
		return fail_field(c, "note", "请写明查明的原因和处置情况");
	TRY(store_exec(c, c->store, Q_OUTAGE_CLASS, PARAMS(P_INT(id), P_STR(cause), P_STR(note), P_STR(by)),
		       &changed));
	if (changed == 0)
		FAIL(c, ERR_NOT_FOUND, "没有这次中断的记录");
	return OK;
}

err outage_note(struct ctx *c, const char *authority, const char *cause)
{
	return store_exec(c, c->store, Q_OUTAGE_NOTE,
			  PARAMS(P_STR(authority), P_INT(id_new(c->now_ms)), P_STR(cause), P_INT(c->now_ms)),
			  NULL);
}

err outage_recover(struct ctx *c, const char *authority)
{
	return store_exec(c, c->store, Q_OUTAGE_RECOVER, PARAMS(P_STR(authority), P_INT(c->now_ms)), NULL);
}

/* ---- cuts ---- */

static err there_row(struct ctx *c, const struct row *r, void *arg)
{
	(void)c, (void)r;
	*(bool *)arg = true;
	return OK;
}

err cut_holds(struct ctx *c, const char *kind, const char *key, bool *ret)
{
	*ret = false;
	return store_rows(c, c->store, Q_CUT_GET, PARAMS(P_STR(kind), P_STR(key)), there_row, ret);
}

struct act {
	const struct cut *cut;
	const char *action;
};

static err record_rows(struct ctx *c, struct tx *tx, const struct act *a)
{
	return tx_exec(c, tx, Q_CUT_RECORD,
		       PARAMS(P_INT(id_new(c->now_ms)), P_STR(a->cut->kind), P_STR(a->cut->key),
			      P_STR(a->action), P_STR(a->cut->reason), P_STR(a->cut->by), P_INT(c->now_ms)),
		       NULL);
}

static err put_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct act *a = arg;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_CUT_PUT,
		    PARAMS(P_STR(a->cut->kind), P_STR(a->cut->key), P_STR(a->cut->reason), P_STR(a->cut->by),
			   P_INT(c->now_ms)),
		    &changed));
	if (changed == 0)
		FAIL(c, ERR_CONFLICT, "已经切断");
	return record_rows(c, tx, a);
}

err cut_put(struct ctx *c, const struct cut *cut)
{
	return store_write(c, c->store, put_rows, &(struct act){cut, "cut"});
}

static err lift_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct act *a = arg;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_CUT_DELETE, PARAMS(P_STR(a->cut->kind), P_STR(a->cut->key)), &changed));
	if (changed == 0)
		FAIL(c, ERR_CONFLICT, "没有切断，不需要恢复");
	return record_rows(c, tx, a);
}

err cut_lift(struct ctx *c, const struct cut *cut)
{
	return store_write(c, c->store, lift_rows, &(struct act){cut, "lift"});
}

static err note_rows(struct ctx *c, struct tx *tx, void *arg)
{
	return record_rows(c, tx, arg);
}

err cut_note(struct ctx *c, const struct cut *cut, const char *action)
{
	return store_write(c, c->store, note_rows, &(struct act){cut, action});
}

struct each_cut {
	cut_fn fn;
	void *arg;
};

static err cut_row(struct ctx *c, const struct row *r, void *arg)
{
	const struct each_cut *each = arg;
	struct cut cut = {.kind = row_copy(c, r, 0),
			  .key = row_copy(c, r, 1),
			  .reason = row_copy(c, r, 2),
			  .by = row_copy(c, r, 3),
			  .at_ms = row_int(r, 4)};

	return each->fn(c, &cut, NULL, each->arg);
}

static err record_row(struct ctx *c, const struct row *r, void *arg)
{
	const struct each_cut *each = arg;
	struct cut cut = {row_copy(c, r, 0), row_copy(c, r, 1), row_copy(c, r, 3),
			  row_copy(c, r, 4), row_int(r, 5),	row_int(r, 6)};

	return each->fn(c, &cut, row_copy(c, r, 2), each->arg);
}

err cut_list(struct ctx *c, cut_fn fn, void *arg)
{
	return store_rows(c, c->store, Q_CUT_LIST, NO_PARAMS, cut_row, &(struct each_cut){fn, arg});
}

err cut_record_list(struct ctx *c, int64_t before, int limit, cut_fn fn, void *arg)
{
	return store_rows(c, c->store, Q_CUT_RECORD_LIST,
			  PARAMS(P_INT(before > 0 ? before : INT64_MAX), P_INT(limit)), record_row,
			  &(struct each_cut){fn, arg});
}
