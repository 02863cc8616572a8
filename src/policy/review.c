/* What is known about reviews: states, steps, marks, and the changes that follow from them. */
#include "policy/review.h"
#include "policy/model.h"
#include "policy/releases.h"
#include "policy/review_internal.h"
#include <stdlib.h>

enum { MARK_ROWS_MAX = 64 };

static const struct {
	const char *key, *name;
} state_names[] = {{STATE_DRAFT, "草稿"},
		   {STATE_SUBMITTED, "待审核"},
		   {STATE_APPROVED, "已通过审核"},
		   {STATE_PUBLISHED, "已发布"},
		   {STATE_REJECTED, "已退回"},
		   {STATE_WITHDRAWN, "已撤回"},
		   {STATE_REPLACED, "已被新草稿取代"}},
  action_names[] = {{"drafted", "起草"},
		    {"submitted", "提交审核"},
		    {"approved", "审核通过"},
		    {"rejected", "退回"},
		    {"published", "发布"},
		    {"withdrawn", "撤回"},
		    {"compared", "重新比对"},
		    {"replaced", "改写为新草稿"},
		    {"assessed", "填写影响评估"},
		    {"assessment_agreed", "同意影响评估"},
		    {"assessment_rejected", "不同意影响评估"}};

const char *review_state_name(const char *state)
{
	for (size_t i = 0; i < sizeof state_names / sizeof *state_names; i++)
		if (strcmp(state_names[i].key, state) == 0)
			return state_names[i].name;
	return state;
}

const char *review_action_name(const char *action)
{
	for (size_t i = 0; i < sizeof action_names / sizeof *action_names; i++)
		if (strcmp(action_names[i].key, action) == 0)
			return action_names[i].name;
	return action;
}

/* ---- one review ---- */

struct review_query {
	struct review *review;
	bool found;
};

static err review_row(struct ctx *c, const struct row *row, void *arg)
{
	struct review_query *q = arg;
	struct review *r = q->review;

	q->found = true;
	r->number = (unsigned)row_int(row, 0);
	r->state = row_copy(c, row, 1);
	r->base_number = (unsigned)row_int(row, 2);
	r->from_number = (unsigned)row_int(row, 3);
	r->submitted_by = row_int(row, 4);
	r->summary = row_copy_or_null(c, row, 5);
	return OK;
}

static void from_release(struct ctx *c, const struct row *row, struct review *r)
{
	r->version = row_copy(c, row, 1);
	r->hash = row_copy(c, row, 2);
	r->created_ms = row_int(row, 3);
	r->published_ms = row_int(row, 4);
	r->effective_ms = row_int(row, 5);
	r->published_by = row_copy_or_null(c, row, 6);
}

static err release_row(struct ctx *c, const struct row *row, void *arg)
{
	struct review_query *q = arg;

	q->found = true;
	from_release(c, row, q->review);
	return OK;
}

bool review_is_open(const struct review *r)
{
	return strcmp(r->state, STATE_DRAFT) == 0 || strcmp(r->state, STATE_SUBMITTED) == 0 ||
	       strcmp(r->state, STATE_APPROVED) == 0;
}

err review_get(struct ctx *c, unsigned number, struct review *ret)
{
	struct review r = {0};
	struct review_query review = {.review = &r}, release = {.review = &r};

	TRY(store_rows(c, c->store, Q_POLICY_REVIEW_GET, PARAMS(P_INT(number)), review_row, &review));
	TRY(store_rows(c, c->store, Q_POLICY_RELEASE_ONE, PARAMS(P_INT(number)), release_row, &release));
	if (!review.found || !release.found)
		FAIL(c, ERR_NOT_FOUND, "没有编号为 %u 的政策版本", number);
	*ret = r;
	return OK;
}

struct review_listing {
	review_fn fn;
	void *arg;
};

static err list_row(struct ctx *c, const struct row *row, void *arg)
{
	struct review_listing *l = arg;
	struct review r = {.number = (unsigned)row_int(row, 0),
			   .state = row_copy(c, row, 7),
			   .base_number = (unsigned)row_int(row, 8),
			   .from_number = (unsigned)row_int(row, 9)};

	from_release(c, row, &r);
	return l->fn(c, &r, l->arg);
}

err review_list(struct ctx *c, review_fn fn, void *arg)
{
	struct review_listing l = {fn, arg};

	return store_rows(c, c->store, Q_POLICY_REVIEW_LIST, NO_PARAMS, list_row, &l);
}

struct document {
	struct slice text;
	int64_t effective_ms;
	bool found;
};

static err document_row(struct ctx *c, const struct row *row, void *arg)
{
	*(struct document *)arg =
		(struct document){arena_slice(c->arena, row_text(row, 7)), row_int(row, 5), true};
	return OK;
}

err review_release(struct ctx *c, unsigned number, struct release **ret)
{
	struct document d = {0};
	BUF_SCOPED complaints = {0};

	TRY(store_rows(c, c->store, Q_POLICY_RELEASE_ONE, PARAMS(P_INT(number)), document_row, &d));
	if (!d.found)
		FAIL(c, ERR_NOT_FOUND, "没有编号为 %u 的政策版本", number);
	buf_init(&complaints, 256 * 1024);
	TRY(release_parse(c, d.text, number, &complaints, ret));
	(*ret)->effective_ms = d.effective_ms;
	return OK;
}

static err head_row(struct ctx *c, const struct row *row, void *arg)
{
	(void)c;
	*(unsigned *)arg = (unsigned)row_int(row, 0);
	return OK;
}

err review_head(struct ctx *c, unsigned *ret)
{
	return store_rows(c, c->store, Q_POLICY_HEAD_GET, NO_PARAMS, head_row, ret);
}

/* ---- steps ---- */

struct step_listing {
	review_step_fn fn;
	void *arg;
};

static err step_row(struct ctx *c, const struct row *row, void *arg)
{
	struct step_listing *l = arg;
	struct review_step s = {.action = row_copy(c, row, 1),
				.officer_id = row_int(row, 2),
				.officer = row_copy(c, row, 3),
				.note = row_copy_or_null(c, row, 4),
				.at_ms = row_int(row, 5)};

	return l->fn(c, &s, l->arg);
}

static err steps_of(struct ctx *c, unsigned number, review_step_fn fn, void *arg)
{
	struct step_listing l = {fn, arg};

	return store_rows(c, c->store, Q_POLICY_STEP_LIST, PARAMS(P_INT(number)), step_row, &l);
}

err review_line(struct ctx *c, unsigned number, unsigned ret[REVIEW_LINE_MAX], size_t *ret_count)
{
	size_t count = 0;

	for (unsigned at = number; at && count < REVIEW_LINE_MAX;) {
		struct review r = {.state = STATE_PUBLISHED};
		struct review_query q = {.review = &r};
		TRY(store_rows(c, c->store, Q_POLICY_REVIEW_GET, PARAMS(P_INT(at)), review_row, &q));
		if (at != number && strcmp(r.state, STATE_PUBLISHED) == 0)
			break;
		ret[count++] = at;
		at = r.from_number;
	}
	*ret_count = count;
	return OK;
}

err review_steps(struct ctx *c, unsigned number, review_step_fn fn, void *arg)
{
	unsigned line[REVIEW_LINE_MAX];
	size_t count = 0;

	TRY(review_line(c, number, line, &count));
	while (count > 0)
		TRY(steps_of(c, line[--count], fn, arg));
	return OK;
}

err review_note(struct ctx *c, struct tx *tx, unsigned number, const char *action, const char *note)
{
	return tx_exec(c, tx, Q_POLICY_STEP_INSERT,
		       PARAMS(P_INT(number), P_STR(action), P_INT(c->actor.id),
			      P_STR(c->actor.name ? c->actor.name : "系统"), P_STR(note), P_INT(c->now_ms)),
		       NULL);
}

static err keep_last(struct ctx *c, const struct review_step *s, void *arg)
{
	(void)c;
	*(struct review_step *)arg = *s;
	return OK;
}

static err tell_last(struct ctx *c, unsigned number, const char *what)
{
	struct review_step last = {0};
	char at[TIME_TEXT_SIZE];

	TRY(steps_of(c, number, keep_last, &last));
	if (!last.action)
		FAIL(c, ERR_CONFLICT, "%s", what);
	time_text(last.at_ms, at);
	FAIL(c, ERR_CONFLICT, "%s：%s已于%.10s %.5s%s第 %u 号", what, last.officer, at, at + 11,
	     review_action_name(last.action), number);
}

err review_overtaken(struct ctx *c, unsigned number)
{
	struct review r;
	unsigned head = 0;

	TRY(review_get(c, number, &r));
	TRY(review_head(c, &head));
	if (strcmp(r.state, STATE_PUBLISHED) != 0 && r.base_number != head)
		return tell_last(c, head, "这份草稿比对的已不是最新发布的版本，请重新比对");
	return tell_last(
		c, number,
		arena_printf(c->arena, "这份政策现在的状态是“%s”，不能这样办理", review_state_name(r.state)));
}

/* ---- marks and changes ---- */

struct mark_list {
	struct review_mark rows[MARK_ROWS_MAX];
	size_t count;
};

static err mark_row(struct ctx *c, const struct row *row, void *arg)
{
	struct mark_list *l = arg;
	struct slice kind = row_text(row, 1);

	for (int major = MAJOR_NONE + 1; major < MAJOR_COUNT && l->count < MARK_ROWS_MAX; major++)
		if (slice_is(kind, policy_major_key((enum policy_major)major)))
			l->rows[l->count++] =
				(struct review_mark){(enum policy_major)major, row_copy(c, row, 2)};
	return OK;
}

static int by_major(const void *a, const void *b)
{
	return (int)((const struct review_mark *)a)->major - (int)((const struct review_mark *)b)->major;
}

/* NT-6.2.6: what two officers found to be of high risk is major, whatever the draft was rated. */
static err high_row(struct ctx *c, const struct row *row, void *arg)
{
	struct mark_list *l = arg;

	if (l->count < MARK_ROWS_MAX)
		l->rows[l->count++] = (struct review_mark){
			MAJOR_RISK,
			arena_printf(c->arena,
				     "新增的 %lld 项处理活动经影响评估，属于高风险，已采取相应的保护措施。",
				     (long long)row_int(row, 1))};
	return OK;
}

err review_high_risk(struct ctx *c, unsigned before, unsigned after, bool *ret)
{
	struct mark_list *found = ARENA_NEW(c->arena, struct mark_list);

	TRY(store_rows(c, c->store, Q_POLICY_ASSESSMENT_HIGH, PARAMS(P_INT(before), P_INT(after)), high_row,
		       found));
	*ret = found->count > 0;
	return OK;
}

/* The rules may be the same where the company behind them is not (NT-6.2.2, NT-6.2.6, NT-6.2.7). */
err review_changes(struct ctx *c, const struct release *before, const struct release *after,
		   struct policy_change **ret)
{
	struct mark_list *marks = ARENA_NEW(c->arena, struct mark_list);
	struct policy_change *first = policy_diff(c, before, after), **last = &first;

	marks->count = 0;
	if (c->store) {
		TRY(store_rows(c, c->store, Q_POLICY_MARK_LIST,
			       PARAMS(P_INT(before->number), P_INT(after->number)), mark_row, marks));
		TRY(store_rows(c, c->store, Q_POLICY_ASSESSMENT_HIGH,
			       PARAMS(P_INT(before->number), P_INT(after->number)), high_row, marks));
	}
	while (*last)
		last = &(*last)->next;
	qsort(marks->rows, marks->count, sizeof *marks->rows, by_major);
	for (size_t i = 0; i < marks->count; i++) {
		*last = ARENA_NEW(c->arena, struct policy_change);
		**last = (struct policy_change){marks->rows[i].major, marks->rows[i].reason, NULL, true};
		last = &(*last)->next;
	}
	*ret = first;
	return OK;
}
