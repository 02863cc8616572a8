/* The steps of a review. Each is one conditional statement; none changed means that somebody was faster, or
 * that the state is another one. */
#include "policy/assess.h"
#include "policy/model.h"
#include "policy/releases.h"
#include "policy/review.h"
#include "policy/review_internal.h"

enum { PAGE_MAX = 4 * 1024 * 1024, TRIES = 5 };

/* ---- drafts ---- */

struct drafting {
	const struct release *release;
	struct slice page;
	unsigned from, number;
	const char *note;
	bool from_is_draft; /* it is replaced */
	bool added, replaced;
};

static err number_row(struct ctx *c, const struct row *row, void *arg)
{
	(void)c;
	*(unsigned *)arg = (unsigned)row_int(row, 0);
	return OK;
}

static err draft_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct drafting *d = arg;
	const struct release *r = d->release;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_POLICY_RELEASE_INSERT,
		    PARAMS(P_STR(r->version), P_STR(r->hash), P_TEXT(r->document), P_TEXT(d->page),
			   P_INT(c->now_ms), P_INT(r->effective_ms)),
		    &changed));
	TRY(tx_rows(c, tx, Q_POLICY_RELEASE_BY_HASH, PARAMS(P_STR(r->hash)), number_row, &d->number));
	d->added = changed > 0;
	d->replaced = true;
	if (!d->added)
		return OK;
	TRY(tx_exec(c, tx, Q_POLICY_REVIEW_INSERT,
		    PARAMS(P_INT(d->number), P_STR(STATE_DRAFT), d->from ? P_INT(d->from) : P_NULL()), NULL));
	TRY(review_note(c, tx, d->number, "drafted", d->note));
	if (!d->from_is_draft)
		return OK;
	TRY(tx_exec(c, tx, Q_POLICY_REVIEW_MOVE,
		    PARAMS(P_INT(d->from), P_STR(STATE_DRAFT), P_STR(STATE_REPLACED)), &changed));
	d->replaced = changed > 0;
	if (!d->replaced) /* nothing of it is kept: another officer was faster */
		FAIL(c, ERR_CONFLICT, "这份草稿已被别人改动");
	return review_note(c, tx, d->from, "replaced", NULL);
}

static err check_from(struct ctx *c, unsigned from, bool *ret_is_draft)
{
	struct review r;

	if (from == 0)
		return OK;
	TRY(review_get(c, from, &r));
	if (strcmp(r.state, STATE_SUBMITTED) == 0 || strcmp(r.state, STATE_APPROVED) == 0)
		FAIL(c, ERR_CONFLICT, "第 %u 号%s，不能修改；需要修改的，请先退回或者撤回", from,
		     review_state_name(r.state));
	if (strcmp(r.state, STATE_REPLACED) == 0 || strcmp(r.state, STATE_WITHDRAWN) == 0)
		return review_overtaken(c, from);
	*ret_is_draft = strcmp(r.state, STATE_DRAFT) == 0;
	return OK;
}

/* Two writers may take the same number at the same moment: the key stands twice, and the later asks again. */
static err write_again(struct ctx *c, tx_fn fn, void *arg, const bool *own_conflict)
{
	err e = store_write(c, c->store, fn, arg);

	for (int i = 0; e.code == ERR_CONFLICT && !*own_conflict && i < TRIES; i++) {
		failure_clear(c);
		e = store_write(c, c->store, fn, arg);
	}
	return e;
}

err review_draft(struct ctx *c, const struct release *r, unsigned from_number, const char *note,
		 unsigned *ret_number)
{
	struct drafting d = {.release = r, .from = from_number, .note = note, .replaced = true};
	bool own_conflict = false;
	BUF_SCOPED page = {0};

	TRY(check_from(c, from_number, &d.from_is_draft));
	buf_init(&page, PAGE_MAX);
	TRY(policy_html(c, r, &page));
	d.page = buf_slice(&page);
	err e = write_again(c, draft_rows, &d, &own_conflict);
	if (e.code == ERR_CONFLICT && !d.replaced)
		return review_overtaken(c, from_number);
	TRY(e);
	if (!d.added)
		FAIL(c, ERR_CONFLICT, "内容与第 %u 号完全相同，没有需要保存的改动", d.number);
	*ret_number = d.number;
	return OK;
}

/* ---- submitting ---- */

struct submitting {
	const struct review_submission *s;
	unsigned number;
	int64_t changed;
};

static err submit_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct submitting *w = arg;

	TRY(tx_exec(c, tx, Q_POLICY_REVIEW_SUBMIT,
		    PARAMS(P_INT(w->number), P_INT(c->actor.id), P_STR(w->s->summary)), &w->changed));
	if (w->changed == 0)
		return OK;
	TRY(tx_exec(c, tx, Q_POLICY_MARK_CLEAR, PARAMS(P_INT(w->number)), NULL));
	for (size_t i = 0; i < w->s->mark_count; i++)
		TRY(tx_exec(c, tx, Q_POLICY_MARK_INSERT,
			    PARAMS(P_INT(w->number), P_STR(policy_major_key(w->s->marks[i].major)),
				   P_STR(w->s->marks[i].reason)),
			    NULL));
	return review_note(c, tx, w->number, "submitted", w->s->note);
}

static bool has_text(const char *text, size_t min)
{
	return text && slice_chars(slice_of(text)) >= min && slice_chars(slice_of(text)) <= REVIEW_TEXT_MAX;
}

/* NT-6.2.6, NT-6.2.7: a rating needs its reason, and each kind is rated once. */
static err check_marks(struct ctx *c, const struct review_submission *s)
{
	bool seen[MAJOR_COUNT] = {false};

	for (size_t i = 0; i < s->mark_count; i++) {
		if (!has_text(s->marks[i].reason, REVIEW_REASON_MIN))
			return fail_field(c, "marks", "请写明评定为重大变更的理由，至少 4 个字");
		if (seen[s->marks[i].major])
			return fail_field(c, "marks", "同一种重大变更只评定一次，请合并理由");
		seen[s->marks[i].major] = true;
	}
	return OK;
}

/* NT-6.2.0: officers may rate more as major, never less. */
static err check_rating(struct ctx *c, const struct release *before, const struct release *after,
			const struct review_submission *s)
{
	bool major = s->mark_count > 0, high = false;

	TRY(review_high_risk(c, before->number, after->number, &high));
	if (high && s->rated_minor) /* NT-6.2.6 */
		return fail_field(c, "rating", "不能评定为一般变更：影响评估表明存在高风险");
	major |= high;
	for (const struct policy_change *k = policy_diff(c, before, after); k; k = k->next) {
		if (k->major == MAJOR_NONE)
			continue;
		major = true;
		if (s->rated_minor)
			return fail_field(c, "rating",
					  arena_printf(c->arena, "不能评定为一般变更：%s（%s）", k->text,
						       policy_major_name(k->major)));
	}
	if (s->summary && !has_text(s->summary, REVIEW_REASON_MIN))
		return fail_field(c, "summary", "变更说明至少 4 个字，最多 2000 个字");
	if (major && !s->summary) /* NT-6.2 */
		return fail_field(c, "summary", "包含重大变更，请写明向公众告知的变更内容");
	return OK;
}

static err check_submission(struct ctx *c, const struct review *r, const struct review_submission *s)
{
	struct release *before = NULL, *after = NULL;

	TRY(check_marks(c, s));
	TRY(review_release(c, r->base_number, &before));
	err e = review_release(c, r->number, &after);
	if (!failed(e))
		e = check_rating(c, before, after, s);
	release_drop(before);
	if (after)
		release_drop(after);
	return e;
}

err review_submit(struct ctx *c, unsigned number, const struct review_submission *s)
{
	struct submitting w = {.s = s, .number = number};
	struct review r;

	TRY(review_get(c, number, &r));
	TRY(check_submission(c, &r, s));
	TRY(store_write(c, c->store, submit_rows, &w));
	return w.changed ? OK : review_overtaken(c, number);
}

/* ---- deciding ---- */

struct deciding {
	enum query query;
	unsigned number;
	const char *from, *to; /* of policy_review_move */
	const char *action, *note;
	int64_t changed;
};

static err decide_statement(struct ctx *c, struct tx *tx, struct deciding *d)
{
	if (d->query == Q_POLICY_REVIEW_APPROVE)
		return tx_exec(c, tx, d->query, PARAMS(P_INT(d->number), P_INT(c->actor.id)), &d->changed);
	if (d->query == Q_POLICY_REVIEW_END)
		return tx_exec(c, tx, d->query, PARAMS(P_INT(d->number), P_STR(d->to)), &d->changed);
	return tx_exec(c, tx, d->query, PARAMS(P_INT(d->number), P_STR(d->from), P_STR(d->to)), &d->changed);
}

static err decide_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct deciding *d = arg;

	TRY(decide_statement(c, tx, d));
	return d->changed ? review_note(c, tx, d->number, d->action, d->note) : OK;
}

static err decide(struct ctx *c, struct deciding d)
{
	struct review r;

	TRY(review_get(c, d.number, &r));
	TRY(store_write(c, c->store, decide_rows, &d));
	return d.changed ? OK : review_overtaken(c, d.number);
}

err review_approve(struct ctx *c, unsigned number, const char *note)
{
	struct review r;

	TRY(review_get(c, number, &r));
	if (r.submitted_by == c->actor.id && strcmp(r.state, STATE_SUBMITTED) == 0)
		FAIL(c, ERR_NOT_YOURS, "提交审核的人不能审核自己提交的草稿，请由另一位隐私政策管理员审核");
	return decide(c, (struct deciding){.query = Q_POLICY_REVIEW_APPROVE,
					   .number = number,
					   .action = "approved",
					   .note = note});
}

err review_reject(struct ctx *c, unsigned number, const char *reason)
{
	if (!has_text(reason, REVIEW_REASON_MIN))
		return fail_field(c, "note", "请写明退回的理由，至少 4 个字");
	return decide(c, (struct deciding){.query = Q_POLICY_REVIEW_MOVE,
					   .number = number,
					   .from = STATE_SUBMITTED,
					   .to = STATE_REJECTED,
					   .action = "rejected",
					   .note = reason});
}

err review_withdraw(struct ctx *c, unsigned number, const char *note)
{
	return decide(c, (struct deciding){.query = Q_POLICY_REVIEW_END,
					   .number = number,
					   .to = STATE_WITHDRAWN,
					   .action = "withdrawn",
					   .note = note});
}

/* ---- comparing again ---- */

struct comparing {
	const struct review *review;
	unsigned number;
	int64_t changed;
};

static err compare_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct comparing *w = arg;
	unsigned old = w->review->number;

	TRY(tx_exec(c, tx, Q_POLICY_REVIEW_END, PARAMS(P_INT(old), P_STR(STATE_REPLACED)), &w->changed));
	if (w->changed == 0)
		return OK;
	TRY(tx_exec(c, tx, Q_POLICY_RELEASE_RENUMBER, PARAMS(P_INT(old)), NULL));
	TRY(tx_rows(c, tx, Q_POLICY_RELEASE_BY_HASH, PARAMS(P_STR(w->review->hash)), number_row, &w->number));
	TRY(tx_exec(c, tx, Q_POLICY_REVIEW_INSERT, PARAMS(P_INT(w->number), P_STR(STATE_DRAFT), P_INT(old)),
		    NULL));
	return review_note(c, tx, w->number, "compared", NULL);
}

err review_compare(struct ctx *c, unsigned number, unsigned *ret_number)
{
	const bool never = false;
	struct review r;
	unsigned head = 0;

	TRY(review_get(c, number, &r));
	TRY(review_head(c, &head));
	if (strcmp(r.state, STATE_PUBLISHED) == 0 || strcmp(r.state, STATE_WITHDRAWN) == 0 ||
	    strcmp(r.state, STATE_REPLACED) == 0)
		return review_overtaken(c, number);
	if (r.base_number == head)
		FAIL(c, ERR_CONFLICT, "这份草稿比对的就是最新发布的第 %u 号，不需要重新比对", head);
	struct comparing w = {.review = &r};
	TRY(write_again(c, compare_rows, &w, &never));
	if (w.changed == 0)
		return review_overtaken(c, number);
	*ret_number = w.number;
	return OK;
}

/* ---- publishing ---- */

struct publishing {
	const struct review *review;
	const struct release *release;
	struct processing_list fresh; /* what it does and the published one does not */
	enum assessed *assessed;
	struct slice page;
	int64_t effective_ms;
	const char *note;
	bool overtaken, unassessed;
};

static err overtaken(struct ctx *c, struct publishing *p)
{
	p->overtaken = true;
	FAIL(c, ERR_CONFLICT, "别人先办理了"); /* nothing of this transaction stays */
}

/* In the transaction that publishes, so that no assessment of this content is decided in between. */
static err check_assessed(struct ctx *c, struct tx *tx, struct publishing *p)
{
	TRY(assessment_states(c, tx, p->release, &p->fresh, p->assessed));
	for (size_t i = 0; i < p->fresh.count; i++)
		p->unassessed |= p->assessed[i] != ASSESSED_ALLOWED;
	if (p->unassessed)
		FAIL(c, ERR_CONFLICT, "有处理活动没有评估"); /* told below, one by one */
	return OK;
}

static err publish_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct publishing *p = arg;
	const struct review *r = p->review;
	int64_t head = 0, state = 0, row = 0;

	p->overtaken = false, p->unassessed = false;
	TRY(tx_exec(c, tx, Q_POLICY_HEAD_MOVE, PARAMS(P_INT(r->number), P_INT(r->base_number)), &head));
	if (head == 0)
		return overtaken(c, p);
	TRY(tx_exec(c, tx, Q_POLICY_REVIEW_MOVE,
		    PARAMS(P_INT(r->number), P_STR(STATE_APPROVED), P_STR(STATE_PUBLISHED)), &state));
	if (state == 0)
		return overtaken(c, p);
	TRY(tx_exec(c, tx, Q_POLICY_RELEASE_PUBLISH,
		    PARAMS(P_INT(r->number), P_INT(c->now_ms), P_STR(c->actor.name), P_INT(p->effective_ms)),
		    &row));
	if (row == 0)
		return overtaken(c, p);
	TRY(check_assessed(c, tx, p));
	TRY(tx_exec(c, tx, Q_POLICY_RELEASE_PAGE_PUT, PARAMS(P_INT(r->number), P_TEXT(p->page)), NULL));
	return review_note(c, tx, r->number, "published", p->note);
}

/* NT-0.2: a day that is over, or one before that of the version it follows, is no day to begin. */
static err effective_at(struct ctx *c, const struct review *r, int64_t wanted_ms, int64_t *ret)
{
	struct review base;
	int64_t soonest_ms = c->now_ms + REVIEW_LEAD_MS;

	TRY(review_get(c, r->base_number, &base));
	if (wanted_ms && wanted_ms < soonest_ms)
		return fail_field(c, "effective", "生效日期须晚于今天；当天生效的，请选择立即生效");
	int64_t from_ms = wanted_ms ? wanted_ms : soonest_ms;
	if (from_ms < base.effective_ms)
		return fail_field(c, "effective", "生效时间不能早于前一版本的生效时间");
	*ret = from_ms;
	return OK;
}

static err write_publication(struct ctx *c, struct publishing *p, struct release *r)
{
	BUF_SCOPED page = {0};

	r->effective_ms = p->effective_ms; /* what the page prints */
	p->release = r;
	buf_init(&page, PAGE_MAX);
	TRY(policy_html(c, r, &page));
	p->page = buf_slice(&page);
	return store_write(c, c->store, publish_rows, p);
}

/* NT-6.2: also where the assessment that shows high risk came after the draft was submitted. */
static err check_told(struct ctx *c, const struct review *r)
{
	bool high = false;

	TRY(review_high_risk(c, r->base_number, r->number, &high));
	if (high && !r->summary)
		FAIL(c, ERR_CONFLICT,
		     "影响评估表明存在高风险，属于重大变更，请先退回草稿，写明向公众告知的变更内容之后重新提"
		     "交审核");
	return OK;
}

static err find_fresh(struct ctx *c, const struct review *review, const struct release *after,
		      struct publishing *p)
{
	struct release *before = NULL;

	TRY(review_release(c, review->base_number, &before));
	p->fresh = processing_new(c->arena, before, after);
	p->assessed = ARENA_ARRAY(c->arena, enum assessed, p->fresh.count + 1);
	release_drop(before);
	return OK;
}

err review_publish(struct ctx *c, unsigned number, int64_t effective_ms, const char *note,
		   int64_t *ret_effective_ms)
{
	struct release *r = NULL;
	struct review review;

	TRY(review_get(c, number, &review));
	if (strcmp(review.state, STATE_APPROVED) != 0)
		return review_overtaken(c, number);
	struct publishing p = {.review = &review, .note = note};
	TRY(effective_at(c, &review, effective_ms, &p.effective_ms));
	TRY(check_told(c, &review));
	TRY(review_release(c, number, &r));
	err e = find_fresh(c, &review, r, &p);
	if (!failed(e))
		e = write_publication(c, &p, r);
	release_drop(r);
	if (p.overtaken)
		return review_overtaken(c, number);
	if (p.unassessed) {
		failure_clear(c);
		return assessment_demand(c, &p.fresh, p.assessed);
	}
	TRY(e);
	*ret_effective_ms = p.effective_ms;
	return OK;
}
