/* Publications of personal information: the public page, and what a person is asked about it. */
#include "ops/publications.h"
#include "api/api.h"

static void put_common(struct api_call *k, const struct exception_use *u)
{
	struct json *j = &k->out;
	const struct exception *e = release_exception(k->c->release, u->ground);

	json_put_id(j, "id", u->id);
	json_put_text(j, "purpose", u->purpose);
	json_put_text(j, "ground_name", e ? e->ground : NULL);
	json_put_text(j, "clause", e ? e->clause : NULL);
	json_put_text(j, "document", u->evidence[NEED_DOCUMENT]);
	json_put_text(j, "event", u->evidence[NEED_EVENT]);
	json_put_text(j, "measures", u->measures);
	json_put_time(j, "published_at", u->published_at_ms);
	json_put_time(j, "until", u->scope_until_ms);
}

static void put_values(struct json *j, const struct exception_use *u)
{
	json_key(j, "values");
	json_open(j, '[');
	for (size_t i = 0; i < u->value_count; i++) {
		json_open(j, '{');
		json_put_text(j, "name", u->values[i].item->name);
		json_put_slice(j, "value", u->values[i].value);
		json_close(j, '}');
	}
	json_close(j, ']');
}

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err list_public(struct ctx *c, const struct exception_use *u, void *arg)
{
	struct listing *l = arg;

	(void)c;
	if (!api_page_row(&l->page, u->id))
		return OK;
	json_open(&l->k->out, '{');
	put_common(l->k, u);
	put_values(&l->k->out, u);
	json_close(&l->k->out, '}');
	return OK;
}

static err public_get(struct api_call *k)
{
	struct listing l = {.k = k};

	TRY(api_page_open(k, &l.page));
	TRY(publication_list(k->c, l.page.before, l.page.limit + 1, list_public, &l));
	api_page_close(k, &l.page);
	return OK;
}

/* ---- one's own ---- */

static void put_own(struct api_call *k, const struct exception_use *u)
{
	struct json *j = &k->out;
	const struct release *r = k->c->release;

	json_open(j, '{');
	put_common(k, u);
	json_put_text(j, "state", u->state);
	json_put_bool(j, "can_agree", strcmp(u->state, "asked") == 0);
	json_put_bool(j, "can_withdraw", publication_may_withdraw(u));
	json_key(j, "items");
	json_open(j, '[');
	for (unsigned i = 0; i < release_item_count(r); i++) {
		const struct item *it = release_item_at(r, i);
		if (!itemset_has(&u->items, i))
			continue;
		json_open(j, '{');
		json_put_text(j, "key", it->key);
		json_put_text(j, "name", it->name);
		json_put_bool(j, "sensitive", it->sensitive);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_put_text(j, "text", u->text);
	json_put_text(j, "text_hash", u->text ? exception_text_hash(k->c, u) : NULL);
	json_put_time(j, "agreed_at", u->agreed_at_ms);
	json_close(j, '}');
}

static err list_own(struct ctx *c, const struct exception_use *u, void *arg)
{
	struct listing *l = arg;

	(void)c;
	if (u->ground && api_page_row(&l->page, u->id))
		put_own(l->k, u);
	return OK;
}

static err own_list(struct api_call *k)
{
	struct listing l = {.k = k};

	TRY(api_page_open(k, &l.page));
	TRY(publication_own(k->c, k->subject_id, l.page.before, l.page.limit + 1, list_own, &l));
	api_page_close(k, &l.page);
	return OK;
}

static err own_get(struct api_call *k)
{
	struct exception_use u;
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(publication_own_get(k->c, k->subject_id, id, &u));
	put_own(k, &u);
	return OK;
}

static err agreement_post(struct api_call *k)
{
	struct exception_use u;
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(publication_agree(k->c, k->subject_id, id, api_text(k, "text_hash"), &u));
	put_own(k, &u);
	return OK;
}

static err withdrawal_post(struct api_call *k)
{
	struct exception_use u;
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(publication_withdraw(k->c, k->subject_id, id, &u));
	put_own(k, &u);
	return OK;
}

/* ---- the officer ---- */

static err take_off_post(struct api_call *k)
{
	struct staff s = {.id = k->c->actor.id, .name = k->c->actor.name, .role = k->c->actor.role};
	struct exception_use u;
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(publication_take_off(k->c, &s, id, &u));
	json_open(&k->out, '{');
	json_put_id(&k->out, "id", u.id);
	json_put_text(&k->out, "state", u.state);
	json_close(&k->out, '}');
	return OK;
}

#define COMMON                                                                                               \
	"id: id, purpose: text, ground_name?: text, clause?: text, document?: text, event?: text, "          \
	"measures?: text, published_at?: time, until?: time"
#define OWN                                                                                                  \
	"{" COMMON ", state: text, can_agree: bool, can_withdraw: bool, items: [{key: text, name: text, "    \
	"sensitive: bool}], text?: text, text_hash?: text, agreed_at?: time}"
#define ME "/api/v1/me/publications"

const struct api_route api_publication_routes[] = {
	{"GET", "/api/v1/publications", public_get, API_GUEST, 0, "publication_list",
	 "公示：依本人同意或者法定情形公开的个人信息",
	 .answer = "{items: [{" COMMON ", values: [{name: text, value: text}]}], next?: text}",
	 .query = "cursor limit"},
	{"GET", ME, own_list, API_SESSION, 0, "publication_own_list", "征求我同意公开的，和已经公开的",
	 .answer = "{items: [" OWN "], next?: text}", .query = "cursor limit"},
	{"GET", ME "/{id}", own_get, API_SESSION, 0, "publication_own_get", "一件公开", .answer = OWN},
	{"POST", ME "/{id}/agreement", agreement_post, API_SESSION, 0, "publication_agree",
	 "明确同意公开，随即公开", .body = "{text_hash: text}", .answer = OWN},
	{"POST", ME "/{id}/withdrawal", withdrawal_post, API_SESSION, 0, "publication_withdraw",
	 "不同意公开，或者撤回同意并撤下", .body = "{}", .answer = OWN},
	{"POST", "/api/v1/staff/exceptions/{id}/removal", take_off_post, API_STAFF, 0, "publication_take_off",
	 "把已公开的撤下", .body = "{}", .answer = "{id: id, state: text}"},
	{0},
};
