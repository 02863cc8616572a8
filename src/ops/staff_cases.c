/* What staff see of a case: masked values, and one value in clear for a reason that the citizen reads. */
#include "ops/duties.h"

enum { TRIES = 4, REASON_MAX_CHARS = 200 };

err staff_may_handle(struct ctx *c, const struct staff *s)
{
	if (strcmp(s->role, STAFF_HOTLINE_AGENT) == 0 && s->department)
		return OK;
	return refuse(c, "not_yours", city_text(c->release, "staff.clause"),
		      "您的岗位不办理诉求，不能查看诉求中的个人信息");
}

err staff_must_be(struct ctx *c, const struct staff *s, const char *role, const char *role2)
{
	if (strcmp(s->role, role) == 0 || (role2 && strcmp(s->role, role2) == 0))
		return OK;
	return refuse(c, "not_yours", city_text(c->release, "staff.clause"), "您的岗位不办理这项工作");
}

struct work {
	int64_t subject_id;
	struct service_case k;
	const struct service *service;
	struct facts f;
	struct head h;
};

static err work_open(struct ctx *c, const struct staff *s, int64_t case_id, struct work *ret)
{
	TRY(staff_may_handle(c, s));
	TRY(duties_must_hold(c, s));
	TRY(case_queue_find(c, s->department, case_id, &ret->subject_id, &ret->k));
	ret->service = release_service(c->release, ret->k.service);
	if (!ret->service)
		FAIL(c, ERR_GONE, "这项服务已经停止");
	return facts_load(c, ret->subject_id, &ret->f, &ret->h);
}

static struct gate_request read_request(const struct ctx *c, const struct work *w)
{
	return (struct gate_request){.action = GATE_READ,
				     .service = w->service,
				     .purpose = w->service->purpose,
				     .staff = true,
				     .now_ms = c->now_ms};
}

static err open_once(struct ctx *c, const struct staff *s, int64_t case_id, struct work *w, held_fn fn,
		     void *arg)
{
	struct permit *permit = NULL;

	TRY(work_open(c, s, case_id, w));
	struct gate_request q = read_request(c, w);
	q.items = w->service->shared;
	q.masked = true;
	TRY(form_decide(c, &w->f, &w->h, &q, &permit));
	return vault_masked(c, permit, &w->h, case_id, fn, arg);
}

err staff_case_open(struct ctx *c, const struct staff *s, int64_t case_id, int64_t *ret_subject_id,
		    struct service_case *ret, held_fn fn, void *arg)
{
	struct work w = {0};
	err e = {ERR_STALE};

	for (int i = 0; i < TRIES && e.code == ERR_STALE; i++) {
		failure_clear(c);
		e = open_once(c, s, case_id, &w, fn, arg);
	}
	TRY(e);
	*ret_subject_id = w.subject_id;
	*ret = w.k;
	return OK;
}

err staff_check_reason(struct ctx *c, struct slice reason)
{
	size_t chars = slice_is_utf8(reason) ? slice_chars(reason) : 0;

	if (chars < STAFF_REASON_MIN || chars > REASON_MAX_CHARS)
		return fail_field(c, "reason", "请写明查看理由（4 至 200 个字），当事人会看到这一理由");
	return OK;
}

static err reveal_once(struct ctx *c, const struct staff *s, int64_t case_id, const struct item *it,
		       struct slice reason, struct released *ret)
{
	struct work w = {0};
	struct permit *permit = NULL;

	TRY(work_open(c, s, case_id, &w));
	struct gate_request q = read_request(c, &w);
	itemset_add(&q.items, it->number);
	TRY(form_decide(c, &w.f, &w.h, &q, &permit));
	return vault_release(c, permit, &w.h, case_id, arena_copy(c->arena, reason), ret);
}

err staff_case_reveal(struct ctx *c, const struct staff *s, int64_t case_id, struct slice item,
		      struct slice reason, struct released *ret)
{
	const struct item *it = release_item(c->release, arena_copy(c->arena, item));
	err e = {ERR_STALE};

	TRY(staff_may_handle(c, s));
	TRY(staff_check_reason(c, reason));
	if (!it)
		return fail_field(c, "item", "没有这项信息");
	for (int i = 0; i < TRIES && e.code == ERR_STALE; i++) {
		failure_clear(c);
		e = reveal_once(c, s, case_id, it, reason, ret);
	}
	return e;
}
