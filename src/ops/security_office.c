/* What officers keep on record about the protection of data: the filing, and breaches of agreements. */
#include "base/id.h"
#include "ops/security.h"

enum { NUMBER_MAX = 60, TEXT_MIN = 4, TEXT_MAX = 500 };

static err may_work(struct ctx *c, const struct staff *s)
{
	return staff_must_be(c, s, STAFF_PRIVACY_OFFICER, NULL);
}

/* ---- the filing ---- */

static err filing_row(struct ctx *c, const struct row *row, void *arg)
{
	*(struct security_filing *)arg = (struct security_filing){
		.id = row_int(row, 0),
		.level = row_int(row, 1),
		.number = row_copy(c, row, 2),
		.filed_on_ms = row_int(row, 3),
		.assessed_on_ms = row_int(row, 4),
		.valid_until_ms = row_int(row, 5),
		.recorded_by = row_copy(c, row, 6),
		.recorded_at_ms = row_int(row, 7),
	};
	return OK;
}

err security_filing_last(struct ctx *c, struct security_filing *ret)
{
	*ret = (struct security_filing){.number = "", .recorded_by = ""};
	return store_rows(c, c->store, Q_SECURITY_FILING_LAST, NO_PARAMS, filing_row, ret);
}

static err check_filing(struct ctx *c, const struct security_filing *f)
{
	int64_t stated = city_int(c->release, "security.level", 0);
	size_t chars = slice_chars(slice_of(f->number));

	if (stated == 0)
		return fail_field(c, "level", "隐私政策没有写明安全保护等级，不登记备案");
	if (f->level != stated)
		return fail_field(c, "level",
				  arena_printf(c->arena, "隐私政策写明的是第%lld级", (long long)stated));
	if (chars < TEXT_MIN || chars > NUMBER_MAX)
		return fail_field(c, "number", "请填写备案证明的编号，4 至 60 个字");
	if (f->filed_on_ms > c->now_ms)
		return fail_field(c, "filed_on", "备案日期不能晚于今天");
	if (f->assessed_on_ms > c->now_ms)
		return fail_field(c, "assessed_on", "测评日期不能晚于今天");
	if (f->valid_until_ms <= f->assessed_on_ms)
		return fail_field(c, "valid_until", "有效期须晚于测评日期");
	return OK;
}

err security_filing_add(struct ctx *c, const struct staff *s, struct security_filing *f)
{
	TRY(may_work(c, s));
	TRY(check_filing(c, f));
	f->id = id_new(c->now_ms);
	f->recorded_by = s->name;
	f->recorded_at_ms = c->now_ms;
	return store_exec(c, c->store, Q_SECURITY_FILING_INSERT,
			  PARAMS(P_INT(f->id), P_INT(f->level), P_STR(f->number), P_INT(f->filed_on_ms),
				 P_INT(f->assessed_on_ms), P_INT(f->valid_until_ms), P_STR(f->recorded_by),
				 P_INT(f->recorded_at_ms)),
			  NULL);
}

/* ---- breaches ---- */

struct each_breach {
	breach_fn fn;
	void *arg;
};

static err breach_row(struct ctx *c, const struct row *row, void *arg)
{
	const struct each_breach *each = arg;
	struct breach b = {
		.id = row_int(row, 0),
		.staff_id = row_int(row, 1),
		.login = row_copy(c, row, 2),
		.facts = row_copy(c, row, 3),
		.opened_by = row_copy(c, row, 4),
		.opened_at_ms = row_int(row, 5),
		.outcome = row_copy(c, row, 6),
		.note = row_copy(c, row, 7),
		.closed_by = row_copy(c, row, 8),
		.closed_at_ms = row_int(row, 9),
	};

	return each->fn(c, &b, each->arg);
}

err breach_list(struct ctx *c, breach_fn fn, void *arg)
{
	return store_rows(c, c->store, Q_AGREEMENT_BREACH_LIST, NO_PARAMS, breach_row,
			  &(struct each_breach){fn, arg});
}

struct search {
	const char *login;
	struct staff found;
};

static err find_staff(struct ctx *c, const struct staff *s, void *arg)
{
	struct search *search = arg;

	(void)c;
	if (strcmp(s->login, search->login) == 0)
		search->found = *s;
	return OK;
}

static err check_text(struct ctx *c, const char *field, const char *text, const char *missing)
{
	size_t chars = slice_is_utf8(slice_of(text)) ? slice_chars(slice_of(text)) : 0;

	return chars < TEXT_MIN || chars > TEXT_MAX ? fail_field(c, field, missing) : OK;
}

static err opening_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct breach *b = arg;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_STAFF_CUT_ACCOUNT, PARAMS(P_INT(b->staff_id), P_INT(c->now_ms)), &changed));
	if (!changed)
		FAIL(c, ERR_CONFLICT, "该账号已经停用");
	TRY(tx_exec(c, tx, Q_STAFF_SESSION_DELETE_ALL, PARAMS(P_INT(b->staff_id)), NULL));
	return tx_exec(c, tx, Q_AGREEMENT_BREACH_INSERT,
		       PARAMS(P_INT(b->id), P_INT(b->staff_id), P_STR(b->login), P_STR(b->facts),
			      P_STR(b->opened_by), P_INT(b->opened_at_ms)),
		       NULL);
}

err breach_open(struct ctx *c, const struct staff *s, const char *login, const char *facts,
		struct breach *ret)
{
	struct search search = {.login = login};

	TRY(may_work(c, s));
	TRY(staff_list(c, find_staff, &search));
	if (!search.found.id)
		return fail_field(c, "login", "没有这个工作人员账号，或者已经停用");
	if (search.found.id == s->id)
		return fail_field(c, "login", "不能对自己立案，请由另一名工作人员办理");
	TRY(check_text(c, "facts", facts, "请用 4 至 500 个字写明违反协议的情况"));
	struct breach b = {.id = id_new(c->now_ms),
			   .staff_id = search.found.id,
			   .login = login,
			   .facts = facts,
			   .opened_by = s->name,
			   .opened_at_ms = c->now_ms,
			   .outcome = "",
			   .note = "",
			   .closed_by = ""};
	TRY(store_write(c, c->store, opening_rows, &b));
	*ret = b;
	return OK;
}

struct closing {
	struct breach b;
	int64_t wanted;
};

static err keep_wanted(struct ctx *c, const struct breach *b, void *arg)
{
	struct closing *k = arg;

	(void)c;
	if (b->id == k->wanted)
		k->b = *b;
	return OK;
}

static err closing_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct breach *b = arg;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_AGREEMENT_BREACH_CLOSE,
		    PARAMS(P_INT(b->id), P_STR(b->outcome), P_STR(b->note), P_STR(b->closed_by),
			   P_INT(c->now_ms)),
		    &changed));
	if (!changed)
		FAIL(c, ERR_CONFLICT, "这件追责已经办结");
	if (strcmp(b->outcome, "unfounded") != 0)
		return OK;
	return tx_exec(c, tx, Q_STAFF_GIVE_BACK, PARAMS(P_INT(b->staff_id)), NULL);
}

err breach_close(struct ctx *c, const struct staff *s, int64_t id, const char *outcome, const char *note)
{
	static const char *const outcomes[] = {"warned", "dismissed", "liable", "unfounded"};
	struct closing k = {.wanted = id};
	bool known = false;

	TRY(may_work(c, s));
	TRY(breach_list(c, keep_wanted, &k));
	if (!k.b.id)
		FAIL(c, ERR_NOT_FOUND, "没有这件追责");
	for (size_t i = 0; i < sizeof outcomes / sizeof *outcomes; i++)
		known |= strcmp(outcomes[i], outcome) == 0;
	if (!known)
		return fail_field(c, "outcome", "请选择处理结果，没有结果不能办结");
	TRY(check_text(c, "note", note, "请用 4 至 500 个字写明查明的情况和处理"));
	k.b.outcome = outcome;
	k.b.note = note;
	k.b.closed_by = s->name;
	return store_write(c, c->store, closing_rows, &k.b);
}
