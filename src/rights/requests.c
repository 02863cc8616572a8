/* What a person files, and the proof of identity that comes before anything else. */
#include "base/id.h"
#include "rights/inside.h"
#include "services/cases.h"

static const char *const kinds[][2] = {
	{"access", "查阅个人信息"}, {"copy", "取得个人信息副本"},   {"correct", "更正或者补充个人信息"},
	{"delete", "删除个人信息"}, {"withdraw", "改变授权的范围"}, {"explain", "解释处理规则"},
	{"complaint", "投诉"},	    {"feedback", "意见和建议"},
};

static const char *const states[][2] = {
	{"proof_needed", "待核验身份"}, {"open", "办理中"}, {"second", "办理中"}, {"done", "已办结"},
	{"refused", "未予办理"},
};

static const char *name_of(const char *const (*names)[2], size_t count, const char *key)
{
	for (size_t i = 0; key && i < count; i++)
		if (strcmp(names[i][0], key) == 0)
			return names[i][1];
	return NULL;
}

const char *rights_kind_name(const char *kind)
{
	return name_of(kinds, sizeof kinds / sizeof *kinds, kind);
}

const char *rights_state_name(const char *state)
{
	return name_of(states, sizeof states / sizeof *states, state);
}

struct entry rights_entry(struct ctx *c, const struct rights_request *r, enum entry_action action,
			  const char *note)
{
	const struct service *s = release_service(c->release, RIGHTS_SERVICE);

	return (struct entry){.action = action,
			      .service = RIGHTS_SERVICE,
			      .purpose = s ? s->purpose->key : NULL,
			      .items = r->items,
			      .basis = "own_request",
			      .decision = "allowed",
			      .clause = s ? s->clause : NULL,
			      .note = note,
			      .ref_id = r->id};
}

err rights_check_text(struct ctx *c, const char *field, const char *text)
{
	size_t chars = text && slice_is_utf8(slice_of(text)) ? slice_chars(slice_of(text)) : 0;

	if (chars < RIGHTS_TEXT_MIN || chars > RIGHTS_TEXT_MAX)
		return fail_field(c, field, "请写 4 至 1000 个字");
	return OK;
}

/* ---- what is asked ---- */

static size_t count_items(const struct ctx *c, const struct itemset *set)
{
	size_t n = 0;

	for (unsigned i = 0; i < release_item_count(c->release); i++)
		n += itemset_has(set, i);
	return n;
}

/* One item, with its value: what the person may not change alone. Identifiers have their own way, by which
 * the new number is proven. */
static err check_correction(struct ctx *c, struct rights_request *r)
{
	const struct service *s = release_service(c->release, "request_correction");
	struct slice normal;

	if (!s || count_items(c, &r->items) != 1 || !itemset_within(&r->items, &s->items))
		return fail_field(c, "items",
				  "请选择一项可以申请更正的信息；手机号码、证件和用户名在账号设置中变更");
	for (unsigned i = 0; i < release_item_count(c->release); i++)
		if (itemset_has(&r->items, i))
			TRY(item_normal(c, release_item_at(c->release, i), slice_of(r->value ? r->value : ""),
					&normal));
	r->value = arena_copy(c->arena, normal);
	return OK;
}

static err check_asked(struct ctx *c, struct rights_request *r)
{
	bool corrects = r->kind && strcmp(r->kind, "correct") == 0,
	     withdraws = r->kind && strcmp(r->kind, "withdraw") == 0;

	if (!rights_kind_name(r->kind))
		return fail_field(c, "kind", "请选择请求的种类");
	TRY(rights_check_text(c, "text", r->text));
	if (corrects)
		TRY(check_correction(c, r));
	else if (r->value)
		return fail_field(c, "value", "只有更正才填写新的内容");
	if (withdraws != (r->consent_count > 0))
		return fail_field(c, "consents", withdraws ? "请选择要撤回的同意" : "只有改变授权才选择同意");
	return OK;
}

/* TJ-9.d, NT-7.4: the days run from here. */
static void verified(struct ctx *c, const struct facts *f, struct rights_request *r)
{
	r->state = "open";
	r->verified_at_ms = c->now_ms;
	r->due_at_ms = rights_due(c->release, f->accepted_release, r->kind, c->now_ms);
}

err rights_file(struct ctx *c, int64_t subject_id, struct rights_request *r)
{
	char number[CASE_NUMBER_SIZE];
	struct facts f;
	struct head h;

	TRY(check_asked(c, r));
	TRY(facts_load(c, subject_id, &f, &h));
	r->id = id_new(c->now_ms);
	r->subject_id = subject_id;
	r->way = "online";
	case_number(r->id, c->now_ms, number);
	r->number = arena_copy(c->arena, slice_of(number));
	r->state = "proof_needed";
	if (f.second_check_until_ms > c->now_ms)
		verified(c, &f, r);
	struct entry e = rights_entry(c, r, ENTRY_COLLECT,
				      arena_printf(c->arena, "提出请求：%s", rights_kind_name(r->kind)));
	return rights_step(c, &e, &(struct rights_step){.r = r});
}

err rights_check_again(struct ctx *c, const struct facts *f)
{
	if (f->second_check_until_ms > c->now_ms)
		return OK;
	err e = refuse(c, "second_check_required", city_text(c->release, "gate.clause.second_check"),
		       "办理请求前请再次验证本人身份");
	refuse_next(c, "confirm_again", NULL);
	return e;
}

err rights_prove(struct ctx *c, int64_t subject_id, int64_t request_id, const char *written,
		 struct rights_request *ret)
{
	struct rights_request r;
	struct facts f;
	struct head h;

	TRY(rights_get(c, subject_id, request_id, &r));
	if (strcmp(r.state, "proof_needed") != 0)
		FAIL(c, ERR_CONFLICT, "这件请求不需要再核验身份");
	if (r.proof_asked || written)
		TRY(rights_check_text(c, "written_request", written));
	TRY(facts_load(c, subject_id, &f, &h));
	TRY(rights_check_again(c, &f));
	r.written = written;
	verified(c, &f, &r);
	struct entry e = rights_entry(c, &r, ENTRY_CHANGE, "请求人的身份已核验，开始计算办理期限");
	TRY(rights_step(c, &e, &(struct rights_step){.r = &r, .from = "proof_needed"}));
	*ret = r;
	return OK;
}
