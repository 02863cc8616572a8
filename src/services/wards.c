#include "services/wards.h"
#include "base/id.h"
#include "identity/identity.h"
#include "services/wards_inside.h"

enum { TRIES_A_DAY = 20, CODES_A_DAY = 20, DAY_MS = 24 * 3600 * 1000, PAPERS_MAX = 4 };

const struct service *ward_service(struct ctx *c)
{
	return release_service(c->release, WARD_SERVICE);
}

const char *ward_state(const struct ctx *c, const struct ward *w)
{
	struct date birth;

	if (strcmp(w->state, "agreed") != 0 || !w->details.number)
		return w->state;
	if (minors_birth(slice_of(w->details.number), &birth) && c->now_ms >= of_age_at_ms(c, birth))
		return "grown";
	return w->state;
}

bool ward_is_strict(const struct ctx *c, const struct ward *w)
{
	struct date birth;

	if (!w->details.number || !minors_birth(slice_of(w->details.number), &birth))
		return false;
	return age_at(birth, date_of(c->now_ms)) < city_int(c->release, "minor.strict_age", 14);
}

err ward_note(struct ctx *c, const struct ward *w, enum entry_action action, const char *note, tx_fn rows,
	      void *arg)
{
	struct entry e = {.action = action,
			  .service = WARD_SERVICE,
			  .purpose = "guardianship",
			  .basis = "own_request",
			  .decision = "allowed",
			  .clause = city_text(c->release, "gate.clause.guardian"),
			  .note = note,
			  .ref_id = w->id};
	struct head h;

	TRY(ledger_head(c, c->store, w->guardian_id, &h));
	return ledger_write(c, &h, &e, LEDGER_ANY_EPOCH, rows, arg, NULL);
}

struct entry ward_child_entry(struct ctx *c, enum entry_action action, const char *note)
{
	return (struct entry){.action = action,
			      .service = WARD_SERVICE,
			      .purpose = "guardianship",
			      .basis = "guardian",
			      .decision = "allowed",
			      .clause = city_text(c->release, "gate.clause.guardian"),
			      .note = note};
}

/* ---- codes ---- */

static err code_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct guardian_code *k = arg;

	TRY(guardian_code_rows(c, tx, k));
	return job_add(c, tx, "guardian_codes_expire", k->owner.id, 0, k->expires_at_ms, NULL);
}

err ward_code(struct ctx *c, struct child owner, char ret_code[static GUARDIAN_CODE_SIZE],
	      int64_t *ret_expires_at_ms)
{
	struct guardian_code code;

	TRY(throttle(c, "guardian_code", slice_of(arena_printf(c->arena, "%lld", (long long)owner.id)),
		     CODES_A_DAY, DAY_MS));
	guardian_code_make(c, owner, ret_code, &code);
	TRY(store_write(c, c->store, code_rows, &code));
	*ret_expires_at_ms = code.expires_at_ms;
	return OK;
}

/* ---- asking ---- */

static err read_child(struct ctx *c, const struct ward_asking *asking, struct slice *ret_name,
		      struct slice *ret_number)
{
	const struct item *name = release_item(c->release, "ward_name"),
			  *number = release_item(c->release, "ward_id_number");
	struct date birth;

	if (!name || !number)
		FAIL(c, ERR_NOT_FOUND, "本市暂不在应用内办理监护人同意，请联系客服");
	bool bad = failed(item_normal(c, name, asking->name, ret_name));
	bad |= failed(item_normal(c, number, asking->number, ret_number));
	if (bad)
		FAIL(c, ERR_INVALID, "填写的内容有误，请按提示改正");
	if (!minors_birth(*ret_number, &birth) || c->now_ms >= of_age_at_ms(c, birth))
		return fail_field(c, "ward_id_number", "该号码的持有人已经成年，不需要监护人同意");
	return OK;
}

/* Who may be a guardian: somebody of age, with a proven name, and not the child. */
static err check_guardian(struct ctx *c, int64_t guardian_id, struct slice number)
{
	const char *clause = city_text(c->release, "gate.clause.guardian");
	struct facts f;
	struct head h;
	bool same = false;

	TRY(facts_load(c, guardian_id, &f, &h));
	if (f.minor)
		return refuse(c, "not_yours", clause, "监护人须为成年人，未成年人的账号不能作为监护人办理");
	if (f.realname_level < 1) {
		err e = refuse(c, "realname_required", clause, "监护人须先完成实名认证");
		refuse_next(c, "verify_name", NULL);
		return e;
	}
	err e = vault_profile_is(c, guardian_id, "resident_id_number", number, &same);
	if (e.code == ERR_NOT_FOUND)
		failure_clear(c);
	else
		TRY(e);
	if (same)
		return fail_field(c, "ward_id_number", "不能填写监护人本人的身份证号码");
	return OK;
}

/* The account of the code must be able to be this child's: nobody puts a grown-up's account, or another
 * child's, under a guardian. */
static err check_account(struct ctx *c, const struct child *child, struct slice number)
{
	bool same = false;
	struct facts f;
	struct head h;

	if (!child->person)
		return OK;
	TRY(facts_load(c, child->id, &f, &h));
	err e = vault_profile_is(c, child->id, "resident_id_number", number, &same);
	if (e.code == ERR_NOT_FOUND)
		failure_clear(c);
	else
		TRY(e);
	if (f.realname_level > 0 && !same)
		return fail_field(c, "ward_id_number", "监护码不是这个孩子的账号的");
	return OK;
}

/* One guardian agrees for a child; who agreed can be asked to withdraw. */
static err check_free(struct ctx *c, const struct child *child, bool report)
{
	struct ward other;

	if (report)
		return OK;
	err e = ward_of_child(c, *child, &other);
	if (e.code == ERR_NOT_FOUND || e.code == ERR_GONE) {
		failure_clear(c);
		return OK;
	}
	TRY(e);
	if (strcmp(ward_state(c, &other), "agreed") == 0)
		FAIL(c, ERR_CONFLICT, "这个孩子的账号已有监护人同意");
	return OK;
}

static err find_child(struct ctx *c, int64_t guardian_id, const struct ward_asking *asking,
		      struct slice number, struct child *ret)
{
	struct child child = {0};

	if (asking->code.n || !asking->report) {
		TRY(guardian_code_find(c, asking->code, &child));
		if (child.person && child.id == guardian_id)
			return fail_field(c, "code", "这是您自己账号的监护码，请在监护人的账号中输入");
		TRY(check_account(c, &child, number));
		TRY(check_free(c, &child, asking->report));
	}
	*ret = child;
	return OK;
}

/* The child reads that the relation was looked up. */
static err tell_child(struct ctx *c, const struct ward *w, const struct relation *r)
{
	const struct service *s = ward_service(c);
	struct entry e = ward_child_entry(c, ENTRY_SHARE,
					  r->known ? "监护人申请办理，向人口登记核实监护关系"
						   : "监护人申请办理，人口登记暂时无法核实监护关系");
	struct head h;

	if (!w->child.person)
		return OK;
	e.recipient = s->recipient->key;
	e.ref_id = w->id;
	itemset_add(&e.items, release_item(c->release, "real_name")->number);
	itemset_add(&e.items, release_item(c->release, "resident_id_number")->number);
	TRY(ledger_head(c, c->store, w->child.id, &h));
	return ledger_write(c, &h, &e, LEDGER_ANY_EPOCH, NULL, NULL, NULL);
}

static const char *first_state(struct ctx *c, const struct ward_asking *asking, const struct relation *r)
{
	bool material =
		asking->report && slice_is(slice_of(city_text(c->release, "minor.proof")), "material");

	return r->related && !material ? "confirmed" : "proof_needed";
}

err ward_open(struct ctx *c, int64_t guardian_id, const struct ward_asking *asking, struct ward *ret)
{
	struct ward w = {.guardian_id = guardian_id,
			 .id = id_new(c->now_ms),
			 .kind = asking->report ? "report" : "consent",
			 .asked_at_ms = c->now_ms,
			 .changed_at_ms = c->now_ms};
	struct slice name, number;
	struct relation relation;
	struct ward_new rows;

	TRY(throttle(c, "guardian", slice_of(arena_printf(c->arena, "%lld", (long long)guardian_id)),
		     TRIES_A_DAY, DAY_MS));
	TRY(read_child(c, asking, &name, &number));
	TRY(check_guardian(c, guardian_id, number));
	TRY(find_child(c, guardian_id, asking, number, &w.child));
	TRY(relation_check(c, guardian_id, w.id, name, number, &relation));
	w.details = (struct ward_details){
		.name = arena_copy(c->arena, name),
		.masked = item_masked(c, release_item(c->release, "ward_name"), name),
		.number = arena_copy(c->arena, number),
		.relation = relation.name,
		.related = relation.related,
	};
	w.state = first_state(c, asking, &relation);
	TRY(ward_seal_new(c, &w, &rows, !asking->report && w.child.id, asking->code));
	if (asking->report && !rows.about)
		TRY(ward_report_target(c, &w, &rows.about));
	TRY(ward_note(c, &w, ENTRY_CHANGE,
		      asking->report ? "报告孩子的信息未经同意被收集" : "申请为孩子办理监护人同意",
		      ward_new_rows, &rows));
	TRY(tell_child(c, &w, &relation));
	if (asking->report && strcmp(w.state, "confirmed") == 0)
		TRY(ward_report_run(c, &w));
	*ret = w;
	return OK;
}

/* ---- papers ---- */

struct papers {
	const struct ward *w;
	const int64_t *attachments;
	size_t count;
	struct ward_step step;
};

static err papers_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct papers *p = arg;

	for (size_t i = 0; i < p->count; i++)
		TRY(attachment_take(c, tx, p->w->guardian_id, p->attachments[i], p->w->id));
	return ward_step_rows(c, tx, &p->step);
}

/* Material for a report that the register has confirmed proves who reports: deletion starts (NT-5.2.b). All
 * else is for an officer. Meanwhile the account is held back only where the reporter had the code of the
 * child's own app: a name and a number anybody may know, and papers prove nothing before somebody looked at
 * them. */
err ward_add_papers(struct ctx *c, int64_t guardian_id, int64_t ward_id, const int64_t *attachments,
		    size_t count, struct ward *ret)
{
	struct ward w;

	TRY(ward_get(c, guardian_id, ward_id, &w));
	bool report = strcmp(w.kind, "report") == 0, enough = report && w.details.related;
	struct papers p = {.w = &w,
			   .attachments = attachments,
			   .count = count,
			   .step = {.ward = &w,
				    .to = enough ? "confirmed" : "reviewing",
				    .task = enough ? NULL : w.kind}};

	if (strcmp(w.state, "proof_needed") != 0 && strcmp(w.state, "refused") != 0)
		FAIL(c, ERR_CONFLICT, "这项监护事项现在不需要提交材料");
	if (count == 0 || count > PAPERS_MAX)
		return fail_field(c, "attachments", "请上传1至4张材料照片");
	TRY(ward_note(c, &w, ENTRY_CHANGE, "提交监护关系证明材料", papers_rows, &p));
	w.state = p.step.to;
	w.changed_at_ms = c->now_ms;
	if (enough)
		TRY(ward_report_run(c, &w));
	else if (report && w.child.id)
		TRY(ward_report_block(c, &w, true));
	*ret = w;
	return OK;
}
