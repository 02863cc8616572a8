#include "policy/assess.h"
#include "base/id.h"
#include "policy/model.h"
#include "policy/review_internal.h"

/* ---- reading ---- */

struct listing {
	assessment_fn fn;
	void *arg;
	bool whole; /* the processings stand in the row */
};

/* What was left empty. */
static const char *or_null(struct ctx *c, const struct row *row, int column)
{
	struct slice text = row_text(row, column);

	return text.n ? arena_copy(c->arena, text) : NULL;
}

static err assessment_row(struct ctx *c, const struct row *row, void *arg)
{
	struct listing *l = arg;
	struct assessment a = {.id = row_int(row, 0),
			       .number = (unsigned)row_int(row, 1),
			       .version = row_copy(c, row, 2),
			       .count = row_int(row, 3),
			       .lawful = row_copy(c, row, 4),
			       .impact = row_copy(c, row, 5),
			       .protection = row_copy(c, row, 6),
			       .risk = row_copy(c, row, 7),
			       .allowed = row_int(row, 8) != 0,
			       .document = or_null(c, row, 9),
			       .officer_id = row_int(row, 10),
			       .officer = row_copy(c, row, 11),
			       .at_ms = row_int(row, 12),
			       .state = "waiting"};

	if (!row_is_null(row, 13)) {
		a.state = row_int(row, 13) ? "agreed" : "rejected";
		a.note = or_null(c, row, 14);
		a.second_id = row_int(row, 15);
		a.second = row_copy(c, row, 16);
		a.decided_ms = row_int(row, 17);
	}
	if (l->whole)
		a.lines = arena_slice(c->arena, row_text(row, 18));
	return l->fn(c, &a, l->arg);
}

err assessment_list(struct ctx *c, int64_t before, int limit, assessment_fn fn, void *arg)
{
	struct listing l = {fn, arg, false};

	return store_rows(c, c->store, Q_POLICY_ASSESSMENT_LIST,
			  PARAMS(P_INT(before ? before : INT64_MAX), P_INT(limit)), assessment_row, &l);
}

struct finding {
	struct assessment *found;
	bool there;
};

static err keep_one(struct ctx *c, const struct assessment *a, void *arg)
{
	struct finding *f = arg;

	(void)c;
	*f->found = *a;
	f->there = true;
	return OK;
}

err assessment_get(struct ctx *c, int64_t id, struct assessment *ret)
{
	struct assessment a = {0};
	struct finding f = {.found = &a};
	struct listing l = {keep_one, &f, true};

	TRY(store_rows(c, c->store, Q_POLICY_ASSESSMENT_GET, PARAMS(P_INT(id)), assessment_row, &l));
	if (!f.there)
		FAIL(c, ERR_NOT_FOUND, "没有这份影响评估");
	*ret = a;
	return OK;
}

err assessment_of(struct ctx *c, const struct release *r, assessment_fn fn, void *arg)
{
	struct listing l = {fn, arg, true};

	return store_rows(c, c->store, Q_POLICY_ASSESSMENT_OF, PARAMS(P_STR(r->hash)), assessment_row, &l);
}

err assessment_former(struct ctx *c, unsigned number, struct assessment *ret)
{
	unsigned line[REVIEW_LINE_MAX];
	size_t count = 0;
	struct assessment a = {0};
	struct finding f = {.found = &a};
	struct listing l = {keep_one, &f, true};

	TRY(review_line(c, number, line, &count));
	for (size_t i = 0; i < count && !f.there; i++)
		TRY(store_rows(c, c->store, Q_POLICY_ASSESSMENT_NEWEST, PARAMS(P_INT(line[i])),
			       assessment_row, &l));
	*ret = a;
	return OK;
}

/* ---- what is covered ---- */

/* What the second officer did not agree to says nothing. */
static enum assessed meaning(const struct assessment *a)
{
	if (strcmp(a->state, "waiting") == 0)
		return ASSESSED_WAITING;
	if (strcmp(a->state, "rejected") == 0)
		return ASSESSED_NOT;
	return a->allowed ? ASSESSED_ALLOWED : ASSESSED_REFUSED;
}

struct covering {
	const struct processing_list *fresh;
	enum assessed *states;
};

static err cover(struct ctx *c, const struct assessment *a, void *arg)
{
	struct covering *w = arg;
	enum assessed as = meaning(a), *mine;

	if (as == ASSESSED_NOT)
		return OK;
	if (as != ASSESSED_WAITING) {
		assessed_lines(c->arena, w->fresh, a->lines, as, w->states);
		return OK;
	}
	mine = ARENA_ARRAY(c->arena, enum assessed, w->fresh->count + 1);
	assessed_lines(c->arena, w->fresh, a->lines, as, mine);
	for (size_t i = 0; i < w->fresh->count; i++)
		if (mine[i] && w->states[i] == ASSESSED_NOT)
			w->states[i] = ASSESSED_WAITING;
	return OK;
}

err assessment_states(struct ctx *c, struct tx *tx, const struct release *r,
		      const struct processing_list *fresh, enum assessed *ret)
{
	struct covering w = {fresh, ret};
	struct listing l = {cover, &w, true};

	memset(ret, 0, fresh->count * sizeof *ret);
	return tx ? tx_rows(c, tx, Q_POLICY_ASSESSMENT_OF, PARAMS(P_STR(r->hash)), assessment_row, &l)
		  : store_rows(c, c->store, Q_POLICY_ASSESSMENT_OF, PARAMS(P_STR(r->hash)), assessment_row,
			       &l);
}

/* ---- writing ---- */

static bool is_answer(const char *text)
{
	size_t n = text ? slice_chars(slice_of(text)) : 0;

	return n >= ASSESSMENT_TEXT_MIN && n <= ASSESSMENT_TEXT_MAX;
}

static err check_answers(struct ctx *c, const struct assessment_form *f)
{
	if (!is_answer(f->lawful))
		return fail_field(c, "lawful", "请写明处理目的、方式是否合法、正当、必要，至少 10 个字");
	if (!is_answer(f->impact))
		return fail_field(c, "impact", "请写明对个人权益的影响和安全风险，至少 10 个字");
	if (!is_answer(f->protection))
		return fail_field(c, "protection",
				  "请写明保护措施是否合法、有效并与风险相适应，至少 10 个字");
	return OK;
}

/* Only what the server derived; each once. */
static err check_keys(struct ctx *c, const struct processing_list *fresh, const struct assessment_form *f,
		      struct buf *ret)
{
	bool *named = ARENA_ARRAY(c->arena, bool, fresh->count + 1);

	if (f->key_count == 0)
		return fail_field(c, "keys", "请选择所评估的处理活动");
	for (size_t i = 0; i < f->key_count; i++) {
		size_t at = 0;
		while (at < fresh->count && strcmp(fresh->rows[at].key, f->keys[i]) != 0)
			at++;
		if (at == fresh->count || named[at])
			return fail_field(c, "keys", "所选的处理活动不在这份草稿的新增之列，请重新选择");
		named[at] = true;
		buf_add_text(ret, f->keys[i]);
		buf_add_text(ret, "\n");
	}
	return OK;
}

struct writing {
	const struct assessment_form *form;
	const char *hash;
	struct slice lines;
	unsigned number;
	int64_t id;
};

static err write_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct writing *w = arg;
	const struct assessment_form *f = w->form;

	TRY(tx_exec(c, tx, Q_POLICY_ASSESSMENT_INSERT,
		    PARAMS(P_INT(w->id), P_STR(w->hash), P_TEXT(w->lines), P_INT((int64_t)f->key_count),
			   P_STR(f->lawful), P_STR(f->impact), P_STR(f->protection), P_STR(f->risk),
			   P_INT(f->allowed), P_STR(""), P_INT(c->actor.id), P_STR(c->actor.name),
			   P_INT(c->now_ms)),
		    NULL));
	return review_note(c, tx, w->number, "assessed", NULL);
}

static err write_about(struct ctx *c, const struct release *before, const struct release *after,
		       const struct assessment_form *f, int64_t *ret_id)
{
	struct processing_list fresh = processing_new(c->arena, before, after);
	BUF_SCOPED lines = {0};

	TRY(check_answers(c, f));
	buf_init(&lines, PROCESSINGS_SIZE_MAX);
	TRY(check_keys(c, &fresh, f, &lines));
	struct writing w = {.form = f,
			    .hash = after->hash,
			    .lines = buf_slice(&lines),
			    .number = after->number,
			    .id = id_new(c->now_ms)};
	TRY(store_write(c, c->store, write_rows, &w));
	*ret_id = w.id;
	return OK;
}

err assessment_write(struct ctx *c, unsigned number, const struct assessment_form *f, int64_t *ret_id)
{
	struct release *before = NULL, *after = NULL;
	struct review r;

	TRY(review_get(c, number, &r));
	if (!review_is_open(&r))
		return review_overtaken(c, number);
	TRY(review_release(c, r.base_number, &before));
	err e = review_release(c, number, &after);
	if (!failed(e))
		e = write_about(c, before, after, f, ret_id);
	release_drop(before);
	if (after)
		release_drop(after);
	return e;
}

struct deciding {
	const struct assessment *about;
	bool agrees;
	const char *note;
	int64_t changed;
};

static err decide_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct deciding *d = arg;

	TRY(tx_exec(c, tx, Q_POLICY_ASSESSMENT_DECIDE,
		    PARAMS(P_INT(d->about->id), P_INT(d->agrees), P_STR(d->note), P_INT(c->actor.id),
			   P_STR(c->actor.name), P_INT(c->now_ms)),
		    &d->changed));
	if (d->changed == 0)
		return OK;
	return review_note(c, tx, d->about->number, d->agrees ? "assessment_agreed" : "assessment_rejected",
			   *d->note ? d->note : NULL);
}

err assessment_decide(struct ctx *c, int64_t id, bool agrees, const char *note)
{
	struct assessment a;
	struct deciding d = {.about = &a, .agrees = agrees, .note = note ? note : ""};

	TRY(assessment_get(c, id, &a));
	if (!agrees && slice_chars(slice_of(d.note)) < REVIEW_REASON_MIN)
		return fail_field(c, "note", "请写明不同意的理由，至少 4 个字");
	if (slice_chars(slice_of(d.note)) > ASSESSMENT_TEXT_MAX)
		return fail_field(c, "note", "意见最多 2000 个字");
	if (strcmp(a.state, "waiting") == 0 && a.officer_id == c->actor.id)
		FAIL(c, ERR_NOT_YOURS, "填写评估的人不能同意自己的评估，请由另一位个人信息保护专员办理");
	TRY(store_write(c, c->store, decide_rows, &d));
	if (d.changed == 0)
		FAIL(c, ERR_CONFLICT, "这份影响评估已经办结，或者这个版本已经发布");
	return OK;
}

/* ---- what came with the city's files ---- */

/* Of the processings those that this row is about, as they stand in the release. */
static int64_t own_lines(struct ctx *c, const struct assessment *a, const struct processing_list *fresh,
			 struct slice *ret)
{
	enum assessed *mine = ARENA_ARRAY(c->arena, enum assessed, fresh->count + 1);
	BUF_SCOPED lines = {0};
	int64_t count = 0;

	buf_init(&lines, PROCESSINGS_SIZE_MAX);
	assessed_lines(c->arena, fresh, a->lines, ASSESSED_ALLOWED, mine);
	for (size_t i = 0; i < fresh->count; i++)
		if (mine[i]) {
			buf_add_text(&lines, fresh->rows[i].key);
			buf_add_text(&lines, "\n");
			count++;
		}
	*ret = arena_slice(c->arena, buf_slice(&lines));
	return count;
}

static err put_step(struct ctx *c, struct tx *tx, int64_t number, const char *action, const char *officer,
		    const struct assessment *a)
{
	return tx_exec(c, tx, Q_POLICY_STEP_INSERT,
		       PARAMS(P_INT(number), P_STR(action), P_INT(0), P_STR(officer), P_STR(a->document),
			      P_INT(c->now_ms)),
		       NULL);
}

err assessment_file_put(struct ctx *c, struct tx *tx, const struct assessment_file *f, const char *hash,
			int64_t number, const struct processing_list *fresh)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct assessment *a = &f->rows[i];
		struct slice lines;
		int64_t id = id_new(c->now_ms), count = own_lines(c, a, fresh, &lines);

		if (count == 0)
			continue;
		TRY(tx_exec(c, tx, Q_POLICY_ASSESSMENT_INSERT,
			    PARAMS(P_INT(id), P_STR(hash), P_TEXT(lines), P_INT(count), P_STR(a->lawful),
				   P_STR(a->impact), P_STR(a->protection), P_STR(a->risk), P_INT(a->allowed),
				   P_STR(a->document), P_INT(0), P_STR(a->officer), P_INT(a->at_ms)),
			    NULL));
		TRY(tx_exec(c, tx, Q_POLICY_ASSESSMENT_TAKEN,
			    PARAMS(P_INT(id), P_STR(a->second), P_INT(a->at_ms)), NULL));
		TRY(put_step(c, tx, number, "assessed", a->officer, a));
		TRY(put_step(c, tx, number, "assessment_agreed", a->second, a));
	}
	return OK;
}
