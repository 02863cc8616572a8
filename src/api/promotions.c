/* Joint promotions, as people see and join them. */
#include "api/promotions.h"
#include "api/api.h"

enum { TEXT_MAX = 64 * 1024 };

static void put_words(struct api_call *k, const char *member, const char *setting, const char *keys)
{
	struct json *j = &k->out;
	const char *key;

	json_key(j, member);
	json_open(j, '[');
	while ((key = promotion_next_key(k->c, &keys))) {
		json_named(j, key, promotion_word(k->c, setting, key));
	}
	json_close(j, ']');
}

void api_put_options(struct json *j, const char *options)
{
	json_key(j, "options");
	json_open(j, '[');
	while (*options) {
		size_t n = strcspn(options, "\n");
		json_slice(j, slice_bytes(options, n));
		options += n + (options[n] == '\n');
	}
	json_close(j, ']');
}

static void put_common(struct api_call *k, const struct promotion *p)
{
	struct json *j = &k->out;
	const struct recipient *to = release_recipient(k->c->release, p->partner);

	json_put_id(j, "id", p->id);
	json_put_text(j, "state", p->state);
	json_put_text(j, "title", p->title);
	json_put_text(j, "kind_name", promotion_word(k->c, "campaign.kinds", p->kind));
	json_put_text(j, "partner_name", to ? to->name : p->partner);
	json_put_time(j, "from", p->from_ms);
	json_put_time(j, "until", p->until_ms - 1);
	put_words(k, "data", "campaign.data", p->data);
}

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err list_row(struct ctx *c, const struct promotion *p, void *arg)
{
	struct listing *l = arg;

	(void)c;
	if (!api_page_row(&l->page, p->id))
		return OK;
	json_open(&l->k->out, '{');
	put_common(l->k, p);
	json_close(&l->k->out, '}');
	return OK;
}

static err promotions_get(struct api_call *k)
{
	struct listing l = {.k = k};

	TRY(api_page_open(k, &l.page));
	TRY(promotion_list_shown(k->c, l.page.before, l.page.limit + 1, list_row, &l));
	api_page_close(k, &l.page);
	return OK;
}

static err put_promotion(struct api_call *k, const struct promotion *p)
{
	const struct recipient *to = release_recipient(k->c->release, p->partner);
	struct promotion_entry e = {0};
	struct json *j = &k->out;
	BUF_SCOPED text = {0};
	char hash[65];

	buf_init(&text, TEXT_MAX);
	TRY(promotion_text(k->c, p, &text, hash));
	if (k->subject_id)
		TRY(promotion_entry_of(k->c, k->subject_id, p, &e));
	json_open(j, '{');
	put_common(k, p);
	json_put_text(j, "text", p->text);
	api_put_options(j, p->options);
	json_put_text(j, "partner_contact", to ? to->contact : NULL);
	json_put_slice(j, "consent_text", buf_slice(&text));
	json_put_text(j, "text_hash", hash);
	json_put_text(j, "ended_reason", *p->reason ? p->reason : NULL);
	json_put_text(j, "joined", e.entry_id ? e.state : NULL);
	json_put_time(j, "joined_at", e.joined_at_ms);
	if (e.entry_id)
		json_put_id(j, "consent_id", e.consent_id);
	json_close(j, '}');
	return OK;
}

static err promotion_get_one(struct api_call *k)
{
	struct promotion p;
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(promotion_shown(k->c, id, &p));
	return put_promotion(k, &p);
}

static err entry_post(struct api_call *k)
{
	struct promotion_entry e;
	struct promotion p;
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(promotion_join(k->c, k->subject_id, id, api_text(k, "text_hash"), api_text(k, "choice"), &e));
	TRY(promotion_shown(k->c, id, &p));
	return put_promotion(k, &p);
}

static err entry_get(struct api_call *k)
{
	struct promotion_outcome o;
	struct promotion_entry e;
	struct promotion p;
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(promotion_shown(k->c, id, &p));
	TRY(promotion_entry_of(k->c, k->subject_id, &p, &e));
	if (!e.entry_id)
		FAIL(k->c, ERR_NOT_FOUND, "您没有参加这个活动");
	TRY(promotion_outcome(k->c, k->subject_id, &e, &o));
	json_open(&k->out, '{');
	json_put_text(&k->out, "state", e.state);
	json_put_text(&k->out, "data", *o.sent ? o.sent : NULL);
	json_put_text(&k->out, "result", *o.result ? o.result : NULL);
	json_close(&k->out, '}');
	return OK;
}

#define COMMON                                                                                               \
	"id: id, state: coming|running|over|ended, title: text, kind_name?: text, partner_name: text, "      \
	"from: time, until: time, data: [{key: text, name?: text}]"
#define ONE                                                                                                  \
	"{" COMMON ", text: text, options: [text], partner_contact?: text, consent_text: text, "             \
	"text_hash: text, ended_reason?: text, joined?: text, joined_at?: time, consent_id?: id}"

const struct api_route api_promotion_routes[] = {
	{"GET", "/api/v1/promotions", promotions_get, API_GUEST, 0, "promotion_list",
	 "与合作方联合举办的活动，新的在前", .answer = "{items: [{" COMMON "}], next?: text}",
	 .query = "cursor limit"},
	{"GET", "/api/v1/promotions/{id}", promotion_get_one, API_GUEST, 0, "promotion_get",
	 "一个活动：向合作方提供哪几类信息，和参加所同意的全文", .answer = ONE},
	{"POST", "/api/v1/promotions/{id}/entry", entry_post, API_SESSION, API_CREATES, "promotion_join",
	 "明确同意并参加", .body = "{text_hash: text, choice?: text}", .answer = ONE, .status = 201,
	 .takes = "campaign"},
	{"GET", "/api/v1/promotions/{id}/entry", entry_get, API_SESSION, 0, "promotion_entry",
	 "提供给合作方的内容和活动的结果", .answer = "{state: text, data?: text, result?: text}"},
	{0},
};
