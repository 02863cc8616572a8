#include "ops/staff_wards.h"

enum { REASON_MAX_CHARS = 200, TRIES = 4 };

err staff_may_review(struct ctx *c, const struct staff *s)
{
	return staff_must_be(c, s, STAFF_PRIVACY_OFFICER, NULL);
}

static err check_reason(struct ctx *c, struct slice reason)
{
	size_t chars = slice_is_utf8(reason) ? slice_chars(reason) : 0;

	if (chars < STAFF_REASON_MIN || chars > REASON_MAX_CHARS)
		return fail_field(c, "reason", "请写明理由（4 至 200 个字），当事人会看到");
	return OK;
}

static err find(struct ctx *c, const struct staff *s, int64_t ward_id, struct guardian_task *ret_task,
		struct ward *ret)
{
	TRY(staff_may_review(c, s));
	TRY(guardian_task_get(c, ward_id, ret_task));
	return ward_get(c, ret_task->guardian_id, ward_id, ret);
}

static err review_permit(struct ctx *c, const struct ward *w, bool masked, struct head *ret_head,
			 struct permit **ret)
{
	const struct service *s = release_service(c->release, "guardian_review");
	struct facts f;

	if (!s)
		FAIL(c, ERR_INTERNAL, "the release has no service guardian_review");
	TRY(facts_load(c, w->guardian_id, &f, ret_head));
	struct gate_request q = {.action = GATE_READ,
				 .service = s,
				 .purpose = s->purpose,
				 .items = s->reads,
				 .masked = masked,
				 .staff = true,
				 .now_ms = c->now_ms};
	return form_decide(c, &f, ret_head, &q, ret);
}

static err open_once(struct ctx *c, const struct ward *w, held_fn fn, void *arg)
{
	struct permit *permit = NULL;
	struct head h;

	TRY(review_permit(c, w, true, &h, &permit));
	return vault_masked(c, permit, &h, w->id, fn, arg);
}

/* A report by telephone holds nothing but the account that it is about. */
err staff_ward_open(struct ctx *c, const struct staff *s, int64_t ward_id, struct guardian_task *ret_task,
		    struct ward *ret, held_fn fn, void *arg)
{
	struct guardian_task task;
	struct ward w;
	err e = {ERR_STALE};

	TRY(find(c, s, ward_id, &task, &w));
	for (int i = 0; i < TRIES && e.code == ERR_STALE && w.child.id != w.guardian_id; i++) {
		failure_clear(c);
		e = open_once(c, &w, fn, arg);
		TRY(e.code == ERR_STALE ? OK : e);
	}
	*ret_task = task;
	*ret = w;
	return OK;
}

/* No proof, no picture: the entry is durable before the picture is opened. */
err staff_ward_paper(struct ctx *c, const struct staff *s, int64_t ward_id, int64_t attachment_id,
		     struct slice reason, struct attachment *ret, struct secret *ret_bytes)
{
	const struct item *photo = release_item(c->release, "album_image");
	struct permit *permit = NULL;
	struct guardian_task task;
	struct attachment a;
	struct ward w;
	struct head h;

	TRY(find(c, s, ward_id, &task, &w));
	TRY(check_reason(c, reason));
	TRY(attachment_find(c, w.guardian_id, attachment_id, &a));
	if (a.case_id != ward_id)
		FAIL(c, ERR_NOT_FOUND, "没有找到这份材料");
	TRY(review_permit(c, &w, false, &h, &permit));
	struct entry e = {.action = ENTRY_READ,
			  .service = permit_service(permit)->key,
			  .purpose = permit_purpose(permit)->key,
			  .basis = permit_basis(permit),
			  .decision = "allowed",
			  .clause = permit_clause(permit),
			  .policy = permit_version(permit),
			  .note = arena_copy(c->arena, reason),
			  .ref_id = ward_id};
	if (photo)
		itemset_add(&e.items, photo->number);
	TRY(ledger_write(c, &h, &e, 0, NULL, NULL, NULL));
	TRY(attachment_read(c, w.guardian_id, &a, ret_bytes));
	*ret = a;
	return OK;
}

err staff_ward_decide(struct ctx *c, const struct staff *s, int64_t ward_id, bool approve,
		      struct slice reason, struct ward *ret)
{
	const char *text = arena_copy(c->arena, reason);
	struct guardian_task task;
	struct ward w;

	TRY(find(c, s, ward_id, &task, &w));
	TRY(check_reason(c, reason));
	if (strcmp(task.state, "open") != 0)
		FAIL(c, ERR_CONFLICT, "这项审核已经办理");
	if (task.officer_id == s->id)
		FAIL(c, ERR_CONFLICT, "来电报告由您登记，须由另一名工作人员审核");
	if (strcmp(w.state, "reviewing") == 0)
		TRY(ward_review(c, &w, approve, text));
	else
		TRY(ward_follow_up(c, &w, approve, text));
	*ret = w;
	return OK;
}

err staff_ward_report(struct ctx *c, const struct staff *s, struct slice number, struct slice phone,
		      struct slice reason, struct ward *ret)
{
	const struct item *id = release_item(c->release, "resident_id_number"),
			  *mobile = release_item(c->release, "mobile_phone");
	struct phone_report report = {.officer_id = s->id};

	TRY(staff_may_review(c, s));
	TRY(check_reason(c, reason));
	TRY(item_normal(c, id, number, &report.number));
	TRY(item_normal(c, mobile, phone, &report.phone));
	report.reason = arena_copy(c->arena, reason);
	return ward_report_by_phone(c, &report, ret);
}
