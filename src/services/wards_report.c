/* Reports that a child's data was taken without consent, and what officers decide. */
#include "base/id.h"
#include "notify/notify.h"
#include "services/wards_inside.h"

enum { CERTIFICATE_MAX = 1 << 20 };
static const int64_t sms_life_ms = INT64_C(24) * 3600 * 1000;

err ward_report_target(struct ctx *c, const struct ward *w, int64_t *ret_subject_id)
{
	int64_t found = w->child.person ? w->child.id : 0;
	struct facts f;
	struct head h;

	*ret_subject_id = 0;
	if (!found && w->details.number)
		TRY(account_lookup(c, "id_number", slice_of(w->details.number), &found));
	if (!found)
		return OK;
	err e = facts_load(c, found, &f, &h);
	if (e.code == ERR_NOT_FOUND)
		failure_clear(c);
	else
		TRY(e);
	if (!failed(e) && f.status != PERSON_CANCELLED)
		*ret_subject_id = found;
	return OK;
}

static err agreement_of(struct ctx *c, int64_t subject_id, bool *ret)
{
	struct ward w = {0};

	err e = ward_of_child(c, (struct child){subject_id, true}, &w);
	*ret = !failed(e) && strcmp(w.state, "agreed") == 0;
	if (e.code != ERR_NOT_FOUND)
		return e;
	failure_clear(c);
	return OK;
}

err ward_report_block(struct ctx *c, const struct ward *w, bool blocked)
{
	struct minor_mark mark = {.minor = true};
	struct entry e = ward_child_entry(c, ENTRY_CHANGE,
					  blocked ? "收到监护人的报告：核实期间暂停收集和办理"
						  : "监护人的报告未获认可，恢复原状");
	bool agreed = false;

	TRY(ward_report_target(c, w, &mark.subject_id));
	if (!mark.subject_id)
		return OK;
	TRY(agreement_of(c, mark.subject_id, &agreed));
	e.clause = minors_delete_clause(c);
	e.ref_id = w->id;
	mark.agreed = !blocked && agreed;
	return minors_write(c, (struct child){mark.subject_id, true}, &e, minor_mark_rows, &mark);
}

static err word_rows(struct ctx *c, struct tx *tx, void *arg)
{
	return sms_rows(c, tx, arg);
}

/* The guardian who telephoned gets word by short message: there may be no account of theirs. */
static err send_word(struct ctx *c, const char *phone, const char *what)
{
	struct sms_draft draft;
	const char *text = arena_printf(c->arena, "【%s】%s", city_text(c->release, "name"), what);

	TRY(sms_prepare(c, slice_of(phone), slice_of(text), c->now_ms + sms_life_ms, &draft));
	return store_write(c, c->store, word_rows, &draft);
}

static err step(struct ctx *c, const struct ward *w, const char *to, bool task_done)
{
	struct ward_step s = {.ward = w, .to = to, .task_done = task_done};

	return store_write(c, c->store, ward_step_rows, &s);
}

/* Deletion comes first, the word about it after: a crash in between is found by the state. */
err ward_report_run(struct ctx *c, struct ward *w)
{
	BUF_SCOPED certificate = {0};
	int64_t target = 0;

	TRY(ward_report_target(c, w, &target));
	if (!target) {
		TRY(step(c, w, "not_found", true));
		w->state = "not_found";
		return OK;
	}
	buf_init(&certificate, CERTIFICATE_MAX);
	if (w->guardian_id != target) {
		TRY(ward_note(c, w, ENTRY_DELETE, "按监护人的报告，删除孩子账号中未经同意收集的信息", NULL,
			      NULL));
		TRY(account_end_by_rule(c, target, minors_delete_clause(c),
					"监护人报告信息未经其同意而被收集，已核实并删除", &certificate));
		TRY(vault_blob_put(c, w->guardian_id, WARD_SCOPE, w->id, buf_slice(&certificate)));
		TRY(step(c, w, "deleted", true));
	} else { /* by telephone: the report stands with the child, and goes with it */
		TRY(step(c, w, "deleted", true));
		TRY(account_end_by_rule(c, target, minors_delete_clause(c),
					"监护人来电报告信息未经其同意而被收集，已核实并删除", &certificate));
	}
	w->state = "deleted";
	return OK;
}

err ward_certificate(struct ctx *c, int64_t guardian_id, int64_t ward_id, struct buf *ret)
{
	SECRET_SCOPED bytes = {0};
	struct ward w;

	TRY(ward_get(c, guardian_id, ward_id, &w));
	if (strcmp(w.state, "deleted") != 0)
		FAIL(c, ERR_NOT_FOUND, "还没有删除证明");
	TRY(vault_blob_get(c, guardian_id, WARD_SCOPE, ward_id, &bytes));
	buf_add(ret, bytes.p, bytes.n);
	return OK;
}

/* ---- officers ---- */

static err refuse_ward(struct ctx *c, const struct ward *w, const char *reason)
{
	struct ward_details d = w->details;
	struct ward_step s = {.ward = w, .to = "refused", .task_done = true};

	d.reason = reason;
	TRY(ward_seal(c, w->guardian_id, w->id, &d, &s.details));
	return ward_note(c, w, ENTRY_CHANGE, arena_printf(c->arena, "监护关系审核未通过：%s", reason),
			 ward_step_rows, &s);
}

static err confirm_ward(struct ctx *c, const struct ward *w, const char *reason)
{
	struct ward_step s = {.ward = w, .to = "confirmed", .task_done = true};

	return ward_note(c, w, ENTRY_CHANGE, arena_printf(c->arena, "监护关系审核通过：%s", reason),
			 ward_step_rows, &s);
}

err ward_review(struct ctx *c, const struct ward *w, bool approve, const char *reason)
{
	bool report = strcmp(w->kind, "report") == 0, by_phone = report && w->details.phone;
	struct ward now = *w;

	if (strcmp(w->state, "reviewing") != 0)
		FAIL(c, ERR_CONFLICT, "这项审核已经办理");
	if (!approve) {
		TRY(refuse_ward(c, w, reason));
		if (report)
			TRY(ward_report_block(c, w, false));
		return by_phone ? send_word(c, w->details.phone,
					    "您关于孩子信息的报告未获认可，如有材料请补充。")
				: OK;
	}
	TRY(confirm_ward(c, w, reason));
	now.state = "confirmed";
	if (!report)
		return OK;
	TRY(ward_report_run(c, &now));
	return by_phone ? send_word(c, w->details.phone, "您报告的未经同意收集的孩子信息已经删除。") : OK;
}

/* Since the guardian's no a guardian may have agreed, or the child come of age: then the old no deletes
 * nothing. */
static err still_held_back(struct ctx *c, int64_t subject_id)
{
	struct facts f;
	struct head h;

	TRY(facts_load(c, subject_id, &f, &h));
	if (!f.minor || f.guardian_agreed)
		FAIL(c, ERR_CONFLICT,
		     "该账号现已取得监护人同意或者本人已经成年，不能再按原来的意见删除；请选择不删除");
	return OK;
}

static err follow_up_delete(struct ctx *c, const struct ward *w, int64_t target, const char *reason)
{
	BUF_SCOPED certificate = {0};

	buf_init(&certificate, CERTIFICATE_MAX);
	TRY(account_end_by_rule(c, target, minors_delete_clause(c), reason, &certificate));
	return vault_blob_put(c, w->guardian_id, WARD_SCOPE, w->id, buf_slice(&certificate));
}

/* With the officer's word the matter is over, and what the guardian said of the child is not needed any more.
 */
err ward_follow_up(struct ctx *c, const struct ward *w, bool delete, const char *reason)
{
	struct ward_step s = {.ward = w, .to = w->state, .task_done = true};
	int64_t target = 0;

	TRY(ward_report_target(c, w, &target));
	if (delete &&target)
		TRY(still_held_back(c, target));
	TRY(ward_note(c, w, ENTRY_CHANGE, arena_printf(c->arena, "工作人员跟进：%s", reason), ward_step_rows,
		      &s));
	if (delete &&target)
		TRY(follow_up_delete(c, w, target, reason));
	return ward_forget(c, w->guardian_id, w->id);
}

err ward_report_by_phone(struct ctx *c, const struct phone_report *report, struct ward *ret)
{
	struct ward w = {.id = id_new(c->now_ms), .kind = "report", .state = "proof_needed"};
	struct ward_new rows;
	struct ward_step review = {
		.ward = &w, .to = "reviewing", .task = "hotline", .officer_id = report->officer_id};
	struct date birth;
	int64_t target = 0;

	if (!minors_birth(report->number, &birth) || c->now_ms >= of_age_at_ms(c, birth))
		return fail_field(c, "id_number", "请填写未成年人的身份证号码");
	TRY(account_lookup(c, "id_number", report->number, &target));
	if (!target)
		FAIL(c, ERR_NOT_FOUND, "没有用这个证件号码注册的账号");
	w.guardian_id = target;
	w.child = (struct child){target, true};
	w.details = (struct ward_details){.number = arena_copy(c->arena, report->number),
					  .reason = report->reason,
					  .phone = arena_copy(c->arena, report->phone)};
	TRY(ward_seal_new(c, &w, &rows, false, (struct slice){0}));
	TRY(ward_note(c, &w, ENTRY_CHANGE, "收到监护人来电报告", ward_new_rows, &rows));
	TRY(store_write(c, c->store, ward_step_rows, &review));
	w.state = "reviewing";
	TRY(ward_report_block(c, &w, true));
	*ret = w;
	return OK;
}
