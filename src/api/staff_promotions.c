/* The console: joint promotions. */
#include "api/promotions.h"
#include "api/staff.h"

static void put_keys(struct ctx *c, struct json *j, const char *member, const char *keys)
{
	const char *key;

	json_key(j, member);
	json_open(j, '[');
	while ((key = promotion_next_key(c, &keys)))
		json_text(j, key);
	json_close(j, ']');
}

static err put_promotion(struct ctx *c, const struct promotion *p, struct json *j)
{
	const struct recipient *to = release_recipient(c->release, p->partner);

	json_open(j, '{');
	json_put_id(j, "id", p->id);
	json_put_text(j, "state", p->state);
	json_put_text(j, "title", p->title);
	json_put_text(j, "text", p->text);
	json_put_text(j, "kind", p->kind);
	json_put_text(j, "partner", p->partner);
	json_put_text(j, "partner_name", to ? to->name : p->partner);
	put_keys(c, j, "data", p->data);
	api_put_options(j, p->options);
	json_put_time(j, "from", p->from_ms);
	json_put_time(j, "until", p->until_ms - 1);
	json_put_text(j, "officer", p->officer);
	json_put_text(j, "second", *p->second ? p->second : NULL);
	json_put_bool(j, "mine", p->officer_id == c->actor.id);
	json_put_time(j, "created_at", p->created_at_ms);
	json_put_time(j, "decided_at", p->decided_at_ms);
	json_put_time(j, "ended_at", p->ended_at_ms);
	json_put_text(j, "ended_by", *p->ended_by ? p->ended_by : NULL);
	json_put_text(j, "reason", *p->reason ? p->reason : NULL);
	json_close(j, '}');
	return OK;
}

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err list_row(struct ctx *c, const struct promotion *p, void *arg)
{
	struct listing *l = arg;

	return api_page_row(&l->page, p->id) ? put_promotion(c, p, &l->k->out) : OK;
}

static void put_words(struct json *j, const struct ctx *c, const char *member, const char *setting)
{
	size_t count = 0;
	const char *const *keys = city_list(c->release, setting, &count);

	json_key(j, member);
	json_open(j, '[');
	for (size_t i = 0; i < count; i++) {
		json_named(j, keys[i], promotion_word(c, setting, keys[i]));
	}
	json_close(j, ']');
}

static void put_partners(struct json *j, const struct release *r, const struct service *s)
{
	json_key(j, "partners");
	json_open(j, '[');
	for (unsigned i = 0; i < release_recipient_count(r); i++) {
		const struct recipient *to = release_recipient_at(r, i);
		if (!(s->category->recipients >> to->number & 1))
			continue;
		json_named(j, to->key, to->name);
	}
	json_close(j, ']');
}

static err promotions_get(struct api_call *k)
{
	struct listing l = {.k = k};
	const struct service *s;
	struct json *j = &k->out;

	TRY(promotion_service(k->c, &s));
	TRY(api_page_open(k, &l.page));
	TRY(promotion_list(k->c, l.page.before, l.page.limit + 1, list_row, &l));
	api_page_next(k, &l.page);
	put_words(j, k->c, "kinds", "campaign.kinds");
	put_words(j, k->c, "data", "campaign.data");
	put_partners(j, k->c->release, s);
	json_close(j, '}');
	return OK;
}

static err promotion_post(struct api_call *k)
{
	struct promotion p = {.title = api_office_text(k, "title"),
			      .text = api_office_text(k, "text"),
			      .kind = api_office_text(k, "kind"),
			      .partner = api_office_text(k, "partner")};

	TRY(api_staff_must_be(k, STAFF_POLICY_OFFICER, NULL));
	TRY(api_office_words(k, "data", ' ', &p.data));
	TRY(api_office_words(k, "options", '\n', &p.options));
	TRY(api_office_day(k, "from", &p.from_ms));
	TRY(api_office_day(k, "until", &p.until_ms));
	p.until_ms = date_start_ms(date_add_days(date_of(p.until_ms), 1));
	TRY(promotion_draw_up(k->c, &p));
	return put_promotion(k->c, &p, &k->out);
}

static err agreement_post(struct api_call *k)
{
	struct promotion p;
	int64_t id;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_param_id(k, 0, &id));
	TRY(promotion_agree(k->c, id, &p));
	return put_promotion(k->c, &p, &k->out);
}

static err with_reason(struct api_call *k, const char *role2,
		       err (*fn)(struct ctx *c, int64_t id, const char *reason, struct promotion *ret))
{
	struct promotion p;
	int64_t id;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, role2));
	TRY(api_param_id(k, 0, &id));
	TRY(fn(k->c, id, api_office_text(k, "reason"), &p));
	return put_promotion(k->c, &p, &k->out);
}

static err rejection_post(struct api_call *k)
{
	return with_reason(k, NULL, promotion_reject);
}

static err end_post(struct api_call *k)
{
	return with_reason(k, STAFF_POLICY_OFFICER, promotion_end);
}

static err list_get(struct api_call *k)
{
	static const char *const readers[] = {STAFF_POLICY_OFFICER, STAFF_PRIVACY_OFFICER, STAFF_AUDITOR};

	for (size_t i = 0; i < sizeof readers / sizeof *readers; i++)
		if (strcmp(k->c->actor.role, readers[i]) == 0)
			return promotions_get(k);
	return api_staff_must_be(k, STAFF_POLICY_OFFICER, STAFF_PRIVACY_OFFICER);
}

#define WORD "{key: text, name?: text}"
#define PROMOTION                                                                                            \
	"{id: id, state: waiting|coming|running|over|rejected|ended, title: text, text: text, kind: text, "  \
	"partner: text, partner_name: text, data: [text], options: [text], from: time, until: time, "        \
	"officer: text, second?: text, mine: bool, created_at: time, decided_at?: time, ended_at?: time, "   \
	"ended_by?: text, reason?: text}"
#define PROMOTIONS "/api/v1/staff/promotions"

const struct api_route api_staff_promotion_routes[] = {
	{"GET", PROMOTIONS, list_get, API_STAFF, 0, "staff_promotions",
	 "联合推广活动；可选的方式、合作方和信息种类",
	 .answer = "{kinds: [" WORD "], data: [" WORD "], partners: [" WORD "], items: [" PROMOTION
		   "], next?: text}",
	 .query = "cursor limit"},
	{"POST", PROMOTIONS, promotion_post, API_STAFF, API_CREATES, "staff_promotion_draw_up",
	 "拟定活动，待个人信息保护专员同意",
	 .body = "{title: text, text: text, kind: text, partner: text, data: [text], options?: [text], "
		 "from: text, until: text}",
	 .answer = PROMOTION, .status = 201},
	{"POST", PROMOTIONS "/{id}/agreement", agreement_post, API_STAFF, 0, "staff_promotion_agree",
	 "同意发布", .body = "{}", .answer = PROMOTION},
	{"POST", PROMOTIONS "/{id}/rejection", rejection_post, API_STAFF, 0, "staff_promotion_reject",
	 "不同意发布", .body = "{reason: text}", .answer = PROMOTION},
	{"POST", PROMOTIONS "/{id}/end", end_post, API_STAFF, 0, "staff_promotion_end",
	 "提前结束，即时停止向合作方提供", .body = "{reason: text}", .answer = PROMOTION},
	{0},
};
