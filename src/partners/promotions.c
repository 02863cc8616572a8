/* Promotions as officers keep them. */
#include "partners/promotions.h"
#include "base/id.h"
#include "consent/papers.h"

enum { WORDS_MIN = 2, REASON_MAX = 200, DAYS_MAX = 366 };

/* ---- what the city declares ---- */

err promotion_service(struct ctx *c, const struct service **ret)
{
	const char *key = city_text(c->release, "campaign.service");
	const struct service *s = key ? release_service(c->release, key) : NULL;

	if (!s || !city_flag(c->release, "campaign.enabled"))
		FAIL(c, ERR_NOT_FOUND, "隐私政策没有声明联合推广活动");
	*ret = s;
	return OK;
}

const char *promotion_next_key(struct ctx *c, const char **at)
{
	size_t n = strcspn(*at, " ");
	const char *key = n ? arena_copy(c->arena, slice_bytes(*at, n)) : NULL;

	*at += n + ((*at)[n] == ' ');
	return key;
}

const char *promotion_word(const struct ctx *c, const char *setting, const char *key)
{
	return city_list_has(c->release, setting, key)
		       ? city_text(c->release, arena_printf(c->arena, "%s.%s.name", setting, key))
		       : NULL;
}

/* ---- reading ---- */

struct each {
	promotion_fn fn;
	void *arg;
};

static const char *state_today(const struct ctx *c, const struct promotion *p)
{
	if (strcmp(p->state, "agreed") != 0)
		return p->state;
	return p->until_ms <= c->now_ms ? "over" : p->from_ms > c->now_ms ? "coming" : "running";
}

static err promotion_row(struct ctx *c, const struct row *r, void *arg)
{
	const struct each *each = arg;
	struct promotion p = {.id = row_int(r, 0),
			      .state = row_copy(c, r, 1),
			      .title = row_copy(c, r, 2),
			      .text = row_copy(c, r, 3),
			      .kind = row_copy(c, r, 4),
			      .partner = row_copy(c, r, 5),
			      .data = row_copy(c, r, 6),
			      .options = row_copy(c, r, 7),
			      .from_ms = row_int(r, 8),
			      .until_ms = row_int(r, 9),
			      .officer_id = row_int(r, 10),
			      .officer = row_copy(c, r, 11),
			      .second = row_copy(c, r, 12),
			      .created_at_ms = row_int(r, 13),
			      .decided_at_ms = row_int(r, 14),
			      .ended_at_ms = row_int(r, 15),
			      .ended_by = row_copy(c, r, 16),
			      .reason = row_copy(c, r, 17)};

	p.state = state_today(c, &p);
	return each->fn(c, &p, each->arg);
}

static err list(struct ctx *c, enum query q, int64_t before, int limit, struct each each)
{
	const struct service *s = NULL;

	TRY(promotion_service(c, &s));
	return store_rows(c, c->store, q, PARAMS(P_INT(before > 0 ? before : INT64_MAX), P_INT(limit)),
			  promotion_row, &each);
}

err promotion_list(struct ctx *c, int64_t before, int limit, promotion_fn fn, void *arg)
{
	return list(c, Q_PROMOTION_LIST, before, limit, (struct each){fn, arg});
}

err promotion_list_shown(struct ctx *c, int64_t before, int limit, promotion_fn fn, void *arg)
{
	return list(c, Q_PROMOTION_SHOWN, before, limit, (struct each){fn, arg});
}

static err keep(struct ctx *c, const struct promotion *p, void *arg)
{
	(void)c;
	*(struct promotion *)arg = *p;
	return OK;
}

err promotion_get(struct ctx *c, int64_t id, struct promotion *ret)
{
	struct promotion p = {0};
	const struct service *s = NULL;

	TRY(promotion_service(c, &s));
	TRY(store_rows(c, c->store, Q_PROMOTION_GET, PARAMS(P_INT(id)), promotion_row,
		       &(struct each){keep, &p}));
	if (!p.id)
		FAIL(c, ERR_NOT_FOUND, "没有这个活动");
	*ret = p;
	return OK;
}

static bool is_shown(const struct promotion *p)
{
	return strcmp(p->state, "waiting") != 0 && strcmp(p->state, "rejected") != 0;
}

err promotion_shown(struct ctx *c, int64_t id, struct promotion *ret)
{
	struct promotion p;

	TRY(promotion_get(c, id, &p));
	if (!is_shown(&p))
		FAIL(c, ERR_NOT_FOUND, "没有这个活动");
	*ret = p;
	return OK;
}

/* ---- drawing up ---- */

static bool has_key(struct ctx *c, const char *list, const char *key)
{
	const char *one;

	while ((one = promotion_next_key(c, &list)))
		if (strcmp(one, key) == 0)
			return true;
	return false;
}

/* Without the list there is nothing that people could be told beforehand (NT-2.1.12.c). */
static err check_data(struct ctx *c, const struct promotion *p)
{
	const char *at = p->data, *key;
	bool choice = has_key(c, p->data, "choice");

	if (!*p->data)
		return fail_field(c, "data", "请列出向合作方提供的信息种类，没有清单的活动不能发布");
	while ((key = promotion_next_key(c, &at)))
		if (!promotion_word(c, "campaign.data", key) || has_key(c, at, key))
			return fail_field(c, "data",
					  "清单只能从隐私政策为活动声明的种类中选取，并且不能重复");
	if (choice != (*p->options != '\0'))
		return fail_field(c, "options",
				  choice ? "清单中有所选的内容，请写明可以选择什么"
					 : "清单中没有所选的内容，不需要选项");
	return OK;
}

static err check_options(struct ctx *c, const char *options)
{
	int count = 0;

	while (*options) {
		size_t n = strcspn(options, "\n"), chars = slice_chars(slice_bytes(options, n));
		if (chars < 1 || chars > PROMOTION_TITLE_MAX || ++count > PROMOTION_OPTIONS_MAX)
			return fail_field(c, "options", "每行写一个选项，最多8个，每个不超过40个字");
		options += n + (options[n] == '\n');
	}
	return OK;
}

static err check_words(struct ctx *c, const char *field, const char *text, size_t max, const char *message)
{
	size_t chars = slice_is_utf8(slice_of(text)) ? slice_chars(slice_of(text)) : 0;

	return chars >= WORDS_MIN && chars <= max ? OK : fail_field(c, field, message);
}

static err check_promotion(struct ctx *c, const struct promotion *p)
{
	const struct recipient *to = release_recipient(c->release, p->partner);
	const struct service *s = NULL;

	TRY(promotion_service(c, &s));
	TRY(check_words(c, "title", p->title, PROMOTION_TITLE_MAX, "请用2至40个字写明活动名称"));
	TRY(check_words(c, "text", p->text, PROMOTION_TEXT_MAX, "请用2至1000个字写明活动内容"));
	if (!promotion_word(c, "campaign.kinds", p->kind))
		return fail_field(c, "kind", "请选择活动的方式");
	if (!to || !(s->category->recipients >> to->number & 1))
		return fail_field(c, "partner", "隐私政策没有把这个单位列为活动的合作方");
	TRY(check_data(c, p));
	TRY(check_options(c, p->options));
	if (p->from_ms <= 0)
		return fail_field(c, "from", "请填写开始日期");
	if (p->until_ms <= p->from_ms || p->until_ms <= c->now_ms)
		return fail_field(c, "until", "截止日期不能早于开始日期和今天");
	if (p->until_ms > p->from_ms + DAYS_MAX * INT64_C(86400000))
		return fail_field(c, "until", "活动最长一年");
	return OK;
}

err promotion_draw_up(struct ctx *c, struct promotion *p)
{
	TRY(check_promotion(c, p));
	p->id = id_new(c->now_ms);
	p->state = "waiting";
	p->officer_id = c->actor.id;
	p->officer = c->actor.name;
	p->second = p->ended_by = p->reason = "";
	p->created_at_ms = c->now_ms;
	return store_exec(c, c->store, Q_PROMOTION_INSERT,
			  PARAMS(P_INT(p->id), P_STR(p->title), P_STR(p->text), P_STR(p->kind),
				 P_STR(p->partner), P_STR(p->data), P_STR(p->options), P_INT(p->from_ms),
				 P_INT(p->until_ms), P_INT(p->officer_id), P_STR(p->officer),
				 P_INT(p->created_at_ms)),
			  NULL);
}

/* ---- deciding and ending ---- */

static err decide(struct ctx *c, const struct promotion *p, const char *state, const char *reason,
		  struct promotion *ret)
{
	int64_t changed = 0;

	if (p->officer_id == c->actor.id)
		FAIL(c, ERR_CONFLICT, "须由另一名工作人员复核");
	TRY(store_exec(c, c->store, Q_PROMOTION_DECIDE,
		       PARAMS(P_INT(p->id), P_STR(state), P_INT(c->actor.id), P_STR(c->actor.name),
			      P_INT(c->now_ms), P_STR(reason)),
		       &changed));
	if (!changed)
		FAIL(c, ERR_CONFLICT, "这个活动已经处理过，请刷新后再看");
	return promotion_get(c, p->id, ret);
}

err promotion_agree(struct ctx *c, int64_t id, struct promotion *ret)
{
	struct promotion p;

	TRY(promotion_get(c, id, &p));
	TRY(check_promotion(c, &p)); /* the policy may have changed since it was drawn up */
	TRY(papers_must_stand(c, release_recipient(c->release, p.partner)));
	return decide(c, &p, "agreed", "", ret);
}

static err check_reason(struct ctx *c, const char *reason)
{
	size_t chars = slice_chars(slice_of(reason));

	return chars >= 4 && chars <= REASON_MAX ? OK : fail_field(c, "reason", "请用4至200个字写明原因");
}

err promotion_reject(struct ctx *c, int64_t id, const char *reason, struct promotion *ret)
{
	struct promotion p;

	TRY(promotion_get(c, id, &p));
	TRY(check_reason(c, reason));
	return decide(c, &p, "rejected", reason, ret);
}

err promotion_end(struct ctx *c, int64_t id, const char *reason, struct promotion *ret)
{
	struct promotion p;
	int64_t changed = 0;

	TRY(promotion_get(c, id, &p));
	TRY(check_reason(c, reason));
	TRY(store_exec(c, c->store, Q_PROMOTION_END,
		       PARAMS(P_INT(id), P_INT(c->now_ms), P_STR(c->actor.name), P_STR(reason)), &changed));
	if (!changed)
		FAIL(c, ERR_CONFLICT, "这个活动没有进行，或者已经停止");
	return promotion_get(c, id, ret);
}
