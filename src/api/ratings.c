/* Ratings of services: one's own, and those that people chose to make public. */
#include "services/ratings.h"
#include "api/api.h"

static err put_rating(struct ctx *c, const struct rating *r, void *arg)
{
	struct json *j = &((struct api_call *)arg)->out;
	const struct service *s = release_service(c->release, r->service);

	json_open(j, '{');
	json_put_id(j, "id", r->id);
	json_put_text(j, "service", r->service);
	json_put_text(j, "service_name", s ? s->name : r->service);
	json_put_int(j, "stars", r->stars);
	json_put_text(j, "text", r->text);
	json_put_text(j, "shown", rating_shown_word(r->shown));
	json_put_time(j, "at", r->at_ms);
	json_close(j, '}');
	return OK;
}

static err own_get(struct api_call *k)
{
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	TRY(rating_own(k->c, k->subject_id, put_rating, k));
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

static err own_put(struct api_call *k)
{
	json_int_t stars = json_integer_value(json_object_get(k->body, "stars"));

	return rating_give(k->c, k->subject_id, k->q->params[0],
			   stars < 0 || stars > RATING_STARS_MAX ? 0 : (int)stars, api_text(k, "text"));
}

static err own_delete(struct api_call *k)
{
	return rating_delete(k->c, k->subject_id, k->q->params[0]);
}

static err shown_put(struct api_call *k)
{
	struct slice word = api_text(k, "shown");
	enum rating_shown shown = RATING_USERNAME; /* the shape lets these words in, and no others */

	while (shown > RATING_NOT_SHOWN && !slice_is(word, rating_shown_word(shown)))
		shown--;
	return rating_show(k->c, k->subject_id, k->q->params[0], shown);
}

/* ---- for everybody ---- */

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err put_public(struct ctx *c, const struct rating *r, void *arg)
{
	struct listing *l = arg;
	struct json *j = &l->k->out;

	(void)c;
	if (!api_page_row(&l->page, r->id))
		return OK;
	json_open(j, '{');
	json_put_id(j, "id", r->id);
	json_put_int(j, "stars", r->stars);
	json_put_text(j, "text", r->text);
	json_put_text(j, "name", r->name);
	json_put_time(j, "at", r->at_ms);
	json_close(j, '}');
	return OK;
}

static err public_get(struct api_call *k)
{
	struct listing l = {.k = k};

	TRY(api_page_open(k, &l.page));
	TRY(rating_public(k->c, k->q->params[0], l.page.before, l.page.limit + 1, put_public, &l));
	api_page_close(k, &l.page);
	return OK;
}

#define ONE "{id: id, service: text, service_name: text, stars: int, text?: text, shown: text, at: time}"
#define ME "/api/v1/me/ratings"

const struct api_route api_rating_routes[] = {
	{"GET", "/api/v1/services/{key}/ratings", public_get, API_GUEST, 0, "rating_list",
	 "对一项服务的评价：只有评价人选择公开的",
	 .answer = "{items: [{id: id, stars: int, text?: text, name?: text, at: time}], next?: text}",
	 .query = "cursor limit"},
	{"GET", ME, own_get, API_SESSION, 0, "rating_own_list", "我的评价", .answer = "{items: [" ONE "]}"},
	{"PUT", ME "/{key}", own_put, API_SESSION, 0, "rating_put", "评价一项服务；改过的评价不公开",
	 .body = "{stars: int, text?: text}", .status = 204, .takes = "service_rating"},
	{"DELETE", ME "/{key}", own_delete, API_SESSION, 0, "rating_delete", "删除评价", .status = 204},
	{"PUT", ME "/{key}/shown", shown_put, API_SESSION, 0, "rating_shown_put",
	 "公开评价并选择署名，或者不再公开", .body = "{shown: none|anonymous|name|username}", .status = 204},
	{0},
};
