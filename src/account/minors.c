#include "account/minors.h"
#include "policy/policy.h"

bool minors_birth(struct slice number, struct date *ret)
{
	bool female;

	return number.p && resident_id_parse(number, ret, &female);
}

/* A release from before there was such a setting: the clause by which the gate asks for a guardian. */
const char *minors_delete_clause(const struct ctx *c)
{
	const char *clause = city_text(c->release, "minor.delete_clause");

	if (!clause)
		clause = city_text(c->release, "gate.clause.guardian");
	return clause ? clause : "";
}

static err grows_at(struct ctx *c, struct tx *tx, int64_t subject_id, const char *number)
{
	struct date birth;

	if (!number || !minors_birth(slice_of(number), &birth))
		FAIL(c, ERR_INTERNAL, "a ward without a date of birth");
	return job_add(c, tx, "guardian_grown", subject_id, 0, of_age_at_ms(c, birth), NULL);
}

err minors_agree_rows(struct ctx *c, struct tx *tx, void *guardian_agreement)
{
	const struct guardian_agreement *g = guardian_agreement;

	TRY(guardian_agree_rows(c, tx, guardian_agreement));
	if (!g->ward->child.person)
		return OK;
	return grows_at(c, tx, g->ward->child.id, g->ward->details.number);
}

err minors_adopt_rows(struct ctx *c, struct tx *tx, void *guardian_adoption)
{
	const struct guardian_adoption *a = guardian_adoption;

	TRY(guardian_adopt_rows(c, tx, guardian_adoption));
	return grows_at(c, tx, a->subject_id, a->ward->details.number);
}

static err will_go(struct ctx *c, struct tx *tx, int64_t subject_id)
{
	return job_add(c, tx, "guardian_missing", subject_id, 0, minor_delete_at_ms(c), NULL);
}

err minors_end_rows(struct ctx *c, struct tx *tx, void *guardian_ending)
{
	const struct guardian_ending *e = guardian_ending;

	TRY(guardian_end_rows(c, tx, guardian_ending));
	return e->ward->child.person ? will_go(c, tx, e->ward->child.id) : OK;
}

err minors_mark_rows(struct ctx *c, struct tx *tx, void *minor_mark)
{
	const struct minor_mark *m = minor_mark;

	TRY(minor_mark_rows(c, tx, minor_mark));
	return m->minor ? will_go(c, tx, m->subject_id) : OK;
}

err minors_write(struct ctx *c, struct child child, const struct entry *e, tx_fn rows, void *arg)
{
	struct head head;

	if (!child.person)
		return store_write(c, c->store, rows, arg);
	TRY(ledger_head(c, c->store, child.id, &head));
	return ledger_write(c, &head, e, LEDGER_RAISE_EPOCH | LEDGER_ANY_EPOCH, rows, arg, NULL);
}

/* ---- jobs */

static err still_there(struct ctx *c, int64_t subject_id, struct facts *ret, bool *ret_there)
{
	struct head h;

	err e = facts_load(c, subject_id, ret, &h);
	if (e.code == ERR_NOT_FOUND || e.code == ERR_GONE) {
		failure_clear(c);
		*ret_there = false;
		return OK;
	}
	*ret_there = ret->status != PERSON_CANCELLED;
	return e;
}

static err agreed_ward(struct ctx *c, int64_t subject_id, struct ward *ret, bool *ret_agreed)
{
	err e = ward_of_child(c, (struct child){subject_id, true}, ret);

	*ret_agreed = !failed(e) && strcmp(ret->state, "agreed") == 0;
	if (e.code == ERR_NOT_FOUND) {
		failure_clear(c);
		return OK;
	}
	return e;
}

/* The guardian's view ends, and with it what the guardian said of the child. */
static err grown_rows(struct ctx *c, struct tx *tx, void *guardian_ending)
{
	const struct guardian_ending *e = guardian_ending;

	TRY(guardian_end_rows(c, tx, guardian_ending));
	return job_add(c, tx, "ward_forget", e->ward->guardian_id, e->ward->id, c->now_ms, NULL);
}

/* Of age: what the guardian agreed to counts no more, and the person decides anew. facts_load says so from
 * the first moment of the day by the date itself; this ends the guardian's view and every consent. */
static err job_grown(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct ward w;
	struct guardian_ending ending = {.ward = &w, .to = "grown"};
	struct entry entry = {
		.action = ENTRY_CHANGE,
		.service = "account",
		.basis = "own_request",
		.decision = "allowed",
		.clause = city_text(c->release, "gate.clause.guardian"),
		.note = "已成年：监护人的同意不再适用，监护人不能再查看，各项同意由本人重新作出"};
	bool there = false, agreed = false;
	struct facts f;

	(void)ret_again_at_ms;
	TRY(still_there(c, j->subject_id, &f, &there));
	if (!there || f.minor)
		return OK; /* another guardian's agreement brought a job of its own */
	TRY(agreed_ward(c, j->subject_id, &w, &agreed));
	return agreed ? minors_write(c, w.child, &entry, grown_rows, &ending) : OK;
}

/* Nobody agreed for this child in the time that the city gives: what was taken goes (NT-5.2.a, TJ-6.3.b). */
static err job_missing(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	BUF_SCOPED certificate = {0};
	bool there = false, agreed = false;
	struct facts f;
	struct ward w = {0};

	TRY(still_there(c, j->subject_id, &f, &there));
	if (!there || !f.minor || f.guardian_agreed)
		return OK;
	TRY(agreed_ward(c, j->subject_id, &w, &agreed));
	int64_t due = w.changed_at_ms + (minor_delete_at_ms(c) - c->now_ms);
	if (w.changed_at_ms && due > c->now_ms) { /* the guardian is at it, or has withdrawn since */
		*ret_again_at_ms = due;
		return OK;
	}
	buf_init(&certificate, 1 << 20);
	return account_end_by_rule(c, j->subject_id, minors_delete_clause(c),
				   "未取得监护人同意，已删除在此期间收集的信息并注销账号", &certificate);
}

static err child_loses_guardian(struct ctx *c, const struct ward *w, void *arg)
{
	struct guardian_ending ending = {.ward = w, .to = "ended"};
	struct entry entry = {.action = ENTRY_WITHDRAW,
			      .service = "account",
			      .basis = "guardian",
			      .decision = "allowed",
			      .clause = city_text(c->release, "gate.clause.guardian"),
			      .note = "监护人的账号已注销，监护人的同意随之终止"};

	(void)arg;
	if (strcmp(w->state, "agreed") != 0)
		return OK;
	return minors_write(c, w->child, &entry, minors_end_rows, &ending);
}

static err forget_rows(struct ctx *c, struct tx *tx, void *arg)
{
	return guardian_forget_rows(c, tx, *(const int64_t *)arg);
}

/* A guardian who left guards nobody; of a child who left the guardian sees that it is over. */
static err job_end(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	int64_t subject_id = j->subject_id;
	struct ward w;
	bool agreed = false;

	(void)ret_again_at_ms;
	TRY(ward_list(c, subject_id, child_loses_guardian, NULL));
	TRY(agreed_ward(c, subject_id, &w, &agreed));
	if (agreed) {
		struct ward_step step = {.ward = &w, .to = "ended"};
		TRY(store_write(c, c->store, ward_step_rows, &step));
	}
	return store_write(c, c->store, forget_rows, &subject_id);
}

const struct job_kind minor_job_kinds[3] = {
	{"guardian_grown", job_grown},
	{"guardian_missing", job_missing},
	{"guardian_end", job_end},
};
