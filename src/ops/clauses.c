#include "ops/clauses.h"
#include "base/id.h"
#include "store/store.h"

static err check_words(struct ctx *c, const char *field, const char *text)
{
	size_t chars = slice_is_utf8(slice_of(text)) ? slice_chars(slice_of(text)) : 0;

	if (chars < CLAUSE_TEXT_MIN || chars > CLAUSE_TEXT_MAX)
		return fail_field(c, field, "请写 4 至 400 个字");
	return OK;
}

/* A clause stands in the document as a value of its own. */
bool clause_named(const struct release *r, const char *clause)
{
	struct slice document = release_document(r);
	size_t n = strlen(clause);

	for (const char *at = document.p, *end = document.p + document.n; n > 0; at++) {
		at = memmem(at, (size_t)(end - at), clause, n);
		if (!at)
			return false;
		if (at > document.p && at[-1] == '"' && at + n < end && at[n] == '"')
			return true;
	}
	return false;
}

/* ---- reading notes ---- */

struct each_note {
	clause_note_fn fn;
	void *arg;
};

static err note_row(struct ctx *c, const struct row *row, void *arg)
{
	const struct each_note *each = arg;
	struct clause_note n = {
		.id = row_int(row, 0),
		.clause = row_copy(c, row, 1),
		.text = row_copy(c, row, 2),
		.written_by = row_copy(c, row, 3),
		.role = row_copy(c, row, 4),
		.written_at_ms = row_int(row, 5),
		.ended_at_ms = row_int(row, 6),
		.ended_by = row_copy(c, row, 7),
	};

	return each->fn(c, &n, each->arg);
}

err clause_notes(struct ctx *c, clause_note_fn fn, void *arg)
{
	return store_rows(c, c->store, Q_CLAUSE_NOTE_LIST, NO_PARAMS, note_row, &(struct each_note){fn, arg});
}

/* "TJ-4" holds TJ-4 itself and everything below it. */
static bool below(const char *clause, const char *start)
{
	size_t n = strlen(start);

	return strncmp(clause, start, n) == 0 && (clause[n] == '\0' || clause[n] == '.');
}

static const char *limit_in(const struct release *r, const struct clause_note *n)
{
	size_t rights = 0, limits = 0;
	const char *const *starts = city_list(r, "interpretation.rights", &rights);
	const char *const *words = city_list(r, "interpretation.limits", &limits);
	bool right = false;

	for (size_t i = 0; i < rights; i++)
		right |= below(n->clause, starts[i]);
	for (size_t i = 0; right && i < limits; i++)
		if (strstr(n->text, words[i]))
			return words[i];
	return NULL;
}

static err check_note(struct ctx *c, const struct clause_note *n)
{
	const char *right = city_text(c->release, "interpretation.right");
	const char *limit = limit_in(c->release, n);

	if (!clause_named(c->release, n->clause))
		return fail_field(c, "clause", "现行隐私政策没有这一条款");
	TRY(check_words(c, "text", n->text));
	if (!right || strcmp(right, "kept") != 0)
		return refuse(c, "not_declared", NULL,
			      "隐私政策没有约定由本单位解释条款，不能公布条款说明；需要说明的，请修订政策");
	if (limit)
		return fail_field(c, "text",
				  arena_printf(c->arena,
					       "这一条款写的是用户的权利，说明不能加以限制（“%s”）；"
					       "确需改变的，请起草新的政策版本",
					       limit));
	return OK;
}

err clause_note_add(struct ctx *c, const struct staff *s, struct clause_note *n)
{
	TRY(staff_must_be(c, s, STAFF_POLICY_OFFICER, NULL));
	TRY(check_note(c, n));
	n->id = id_new(c->now_ms);
	n->written_by = s->name;
	n->role = s->role;
	n->written_at_ms = c->now_ms;
	n->ended_by = "";
	return store_exec(c, c->store, Q_CLAUSE_NOTE_INSERT,
			  PARAMS(P_INT(n->id), P_STR(n->clause), P_STR(n->text), P_STR(n->written_by),
				 P_STR(n->role), P_INT(n->written_at_ms)),
			  NULL);
}

err clause_note_end(struct ctx *c, const struct staff *s, int64_t id)
{
	int64_t changed = 0;

	TRY(staff_must_be(c, s, STAFF_POLICY_OFFICER, NULL));
	TRY(store_exec(c, c->store, Q_CLAUSE_NOTE_END, PARAMS(P_INT(id), P_INT(c->now_ms), P_STR(s->name)),
		       &changed));
	if (!changed)
		FAIL(c, ERR_NOT_FOUND, "没有这件条款说明，或者已经撤下");
	return OK;
}

/* ---- decisions ---- */

struct each_decision {
	clause_decision_fn fn;
	void *arg;
};

static err decision_row(struct ctx *c, const struct row *row, void *arg)
{
	const struct each_decision *each = arg;
	struct clause_decision d = {
		.id = row_int(row, 0),
		.matter = row_copy(c, row, 1),
		.decision = row_copy(c, row, 2),
		.basis = row_copy(c, row, 3),
		.source = row_copy(c, row, 4),
		.decided_by = row_copy(c, row, 5),
		.decided_at_ms = row_int(row, 6),
	};

	return each->fn(c, &d, each->arg);
}

err clause_decisions(struct ctx *c, int64_t before, int limit, clause_decision_fn fn, void *arg)
{
	return store_rows(c, c->store, Q_CLAUSE_DECISION_LIST,
			  PARAMS(P_INT(before ? before : INT64_MAX), P_INT(limit)), decision_row,
			  &(struct each_decision){fn, arg});
}

/* TJ-10.3: what the policy settles rests on the clause; the rest on law, rule or custom, named. */
static err check_basis(struct ctx *c, const struct clause_decision *d)
{
	if (strcmp(d->basis, "clause") == 0)
		return clause_named(c->release, d->source) ? OK
							   : fail_field(c, "source",
									"现行隐私政策没有这一条款；没有条款可"
									"依的，请写明法律、规则或者惯例");
	if (!*d->source)
		return fail_field(c, "source", "没有条款可依的，请写明所依的法律、业务规则或者惯例及其出处");
	return check_words(c, "source", d->source);
}

err clause_decision_add(struct ctx *c, const struct staff *s, struct clause_decision *d)
{
	TRY(staff_must_be(c, s, STAFF_PRIVACY_OFFICER, STAFF_POLICY_OFFICER));
	TRY(check_words(c, "matter", d->matter));
	TRY(check_words(c, "decision", d->decision));
	TRY(check_basis(c, d));
	d->id = id_new(c->now_ms);
	d->decided_by = s->name;
	d->decided_at_ms = c->now_ms;
	return store_exec(c, c->store, Q_CLAUSE_DECISION_INSERT,
			  PARAMS(P_INT(d->id), P_STR(d->matter), P_STR(d->decision), P_STR(d->basis),
				 P_STR(d->source), P_STR(d->decided_by), P_INT(d->decided_at_ms)),
			  NULL);
}
