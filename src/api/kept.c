/* What the app remembers for a person: search history, favourites, and services that fit what was used. */
#include "services/kept.h"
#include "api/api.h"
#include "api/cards.h"
#include "consent/papers.h"
#include "consent/preferences.h"
#include "services/catalogue.h"

enum { RELATED_MAX = 4, FREQUENT_MAX = 4 };

static err open_list(struct api_call *k, enum kept_kind kind, struct kept **ret, size_t *ret_count,
		     bool *ret_on)
{
	TRY(kept_on(k->c, k->subject_id, kind, ret_on));
	TRY(kept_list(k->c, k->subject_id, kind, ret, ret_count));
	json_open(&k->out, '{');
	json_put_bool(&k->out, "on", *ret_on);
	return OK;
}

/* ---- search history ---- */

static err history_get(struct api_call *k)
{
	struct kept *list = NULL;
	size_t count = 0;
	bool on = false;

	TRY(open_list(k, KEPT_SEARCH, &list, &count, &on));
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	for (size_t i = 0; i < count; i++) {
		json_open(&k->out, '{');
		json_put_text(&k->out, "keyword", list[i].value);
		json_put_time(&k->out, "at", list[i].at_ms);
		json_close(&k->out, '}');
	}
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

static err history_add(struct api_call *k)
{
	return kept_add(k->c, k->subject_id, KEPT_SEARCH, api_text(k, "keyword"));
}

static err history_clear(struct api_call *k)
{
	return kept_forget(k->c, k->subject_id, KEPT_SEARCH, (struct slice){0});
}

/* ---- services by their keys ---- */

static void put_service(struct json *j, const struct service *s)
{
	json_open(j, '{');
	api_put_card(j, s);
	json_close(j, '}');
}

/* A service that the catalogue no longer has is left out. */
static void put_services(struct api_call *k, const char *member, const struct kept *list, size_t count)
{
	json_key(&k->out, member);
	json_open(&k->out, '[');
	for (size_t i = 0; i < count; i++) {
		const struct service *s = release_service(k->c->release, list[i].value);
		if (s && s->shape != SHAPE_INTERNAL)
			put_service(&k->out, s);
	}
	json_close(&k->out, ']');
}

static err favorites_get(struct api_call *k)
{
	struct kept *list = NULL;
	size_t count = 0;
	bool on = false;

	TRY(open_list(k, KEPT_FAVORITE, &list, &count, &on));
	put_services(k, "items", list, count);
	json_close(&k->out, '}');
	return OK;
}

static err param_service(struct api_call *k, struct slice *ret)
{
	const struct service *s = release_service(k->c->release, arena_copy(k->c->arena, k->q->params[0]));

	if (!s || s->shape == SHAPE_INTERNAL)
		FAIL(k->c, ERR_NOT_FOUND, "没有找到这项服务");
	*ret = slice_of(s->key);
	return OK;
}

static err favorite_put(struct api_call *k)
{
	struct kept *list = NULL;
	struct slice key;
	size_t count = 0;

	TRY(param_service(k, &key));
	TRY(kept_list(k->c, k->subject_id, KEPT_FAVORITE, &list, &count));
	for (size_t i = 0; i < count; i++)
		if (slice_is(key, list[i].value))
			return OK;
	return kept_add(k->c, k->subject_id, KEPT_FAVORITE, key);
}

static err favorite_delete(struct api_call *k)
{
	struct slice key;

	TRY(param_service(k, &key));
	return kept_forget(k->c, k->subject_id, KEPT_FAVORITE, key);
}

/* ---- what fits what was used (TJ-1.1.26.2, TJ-1.2.1.5) ---- */

static int most_first(const void *a, const void *b)
{
	const struct kept *x = a, *y = b;

	if (x->times != y->times)
		return y->times - x->times;
	return x->record_id < y->record_id ? 1 : -1;
}

static bool was_used(const struct kept *list, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i].value, key) == 0)
			return true;
	return false;
}

/* Services of the kinds that were used, not used themselves. */
static err put_related(struct api_call *k, const struct kept *list, size_t count)
{
	const struct release *r = k->c->release;
	uint64_t papers[PAPER_KINDS];
	int written = 0;

	TRY(papers_load(k->c, papers));
	json_key(&k->out, "related");
	json_open(&k->out, '[');
	for (size_t i = 0; i < count; i++) {
		const struct service *used = release_service(r, list[i].value);
		for (unsigned n = 0; used && n < release_service_count(r) && written < RELATED_MAX; n++) {
			const struct service *s = release_service_at(r, n);
			if (s->category != used->category || s->shape == SHAPE_INTERNAL ||
			    !service_is_open(k->c, s, papers) || was_used(list, count, s->key))
				continue;
			put_service(&k->out, s);
			written++;
		}
	}
	json_close(&k->out, ']');
	return OK;
}

static err recommendations_get(struct api_call *k)
{
	struct kept *list = NULL;
	bool on = false, analysis = false;
	size_t count = 0;

	TRY(kept_on(k->c, k->subject_id, KEPT_VISITED, &on));
	TRY(cookie_allowed(k->c, "analysis", &analysis));
	on = on && analysis;
	if (on)
		TRY(kept_list(k->c, k->subject_id, KEPT_VISITED, &list, &count));
	if (count)
		qsort(list, count, sizeof *list, most_first);
	json_open(&k->out, '{');
	json_put_bool(&k->out, "on", on);
	put_services(k, "frequent", list, count < FREQUENT_MAX ? count : FREQUENT_MAX);
	TRY(put_related(k, list, count));
	json_close(&k->out, '}');
	return OK;
}

#define SERVICES "[{" CARD_SHAPE "}]"

const struct api_route api_kept_routes[] = {
	{"GET", "/api/v1/me/search-history", history_get, API_SESSION, 0, "search_history_list", "搜索历史",
	 .answer = "{on: bool, items: [{keyword: text, at: time}]}"},
	{"PUT", "/api/v1/me/search-history", history_add, API_SESSION, 0, "search_history_add",
	 "记下一个搜索词", .body = "{keyword: text}", .status = 204,
	 .takes = "search_and_mine personal_settings"},
	{"DELETE", "/api/v1/me/search-history", history_clear, API_SESSION, 0, "search_history_clear",
	 "清空搜索历史", .status = 204},
	{"GET", "/api/v1/me/favorites", favorites_get, API_SESSION, 0, "favorite_list", "我的收藏",
	 .answer = "{on: bool, items: " SERVICES "}"},
	{"PUT", "/api/v1/me/favorites/{key}", favorite_put, API_SESSION, 0, "favorite_put", "收藏一项服务",
	 .status = 204, .takes = "search_and_mine personal_settings"},
	{"DELETE", "/api/v1/me/favorites/{key}", favorite_delete, API_SESSION, 0, "favorite_delete",
	 "取消收藏", .status = 204},
	{"GET", "/api/v1/me/recommendations", recommendations_get, API_SESSION, 0, "recommendation_list",
	 "为本人推荐的服务", .answer = "{on: bool, frequent: " SERVICES ", related: " SERVICES "}"},
	{0},
};
