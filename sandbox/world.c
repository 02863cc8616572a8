#include "world.h"

#include <stdio.h>
#include <stdlib.h>

enum { YEAR_BEFORE = 2026 }; /* of worlds that did not note it yet */

/* {"offset_ms": n, "year": n, "sequence": n,
 *  "sms": [{id, to, text, ref, at, at_ms}],
 *  "cases": {ref: {department, number, received_ms, reply_after_ms, follow_up_after_ms}},
 *  "authorities": {id: {mode, delay_ms, executed, received: [...], answers: {key: {hash, status, body}}}}} */
static json_t *empty_state(void)
{
	return json_pack("{sI sI s[] s{} s{}}", "offset_ms", (json_int_t)0, "sequence", (json_int_t)0, "sms",
			 "cases", "authorities");
}

static int64_t wall_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

int64_t world_now_ms(const struct world *w)
{
	return wall_ms() + w->offset_ms;
}

struct world *world_open(const char *dir, uint64_t seed)
{
	struct world *w = calloc(1, sizeof *w);
	pthread_condattr_t attributes;

	if (!w)
		abort();
	pthread_mutex_init(&w->lock, NULL);
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_cond_init(&w->changed, &attributes);
	pthread_condattr_destroy(&attributes);
	snprintf(w->path, sizeof w->path, "%s/sandbox.json", dir);
	w->state = json_load_file(w->path, JSON_REJECT_DUPLICATES, NULL);
	bool fresh = !json_is_object(json_object_get(w->state, "authorities"));
	if (fresh) {
		json_decref(w->state);
		w->state = empty_state();
	}
	w->offset_ms = json_integer_value(json_object_get(w->state, "offset_ms"));
	w->year =
		fresh ? date_of(wall_ms()).year : (int)json_integer_value(json_object_get(w->state, "year"));
	w->dirty = fresh;
	w->people = people_new(seed, w->year ? w->year : YEAR_BEFORE);
	return w;
}

/* The copy is made under the lock, the slow write is not; a crash leaves the old file or the new one. */
void world_save(struct world *w)
{
	char temporary[sizeof w->path + 8];

	pthread_mutex_lock(&w->lock);
	bool dirty = w->dirty;
	w->dirty = false;
	json_object_set_new(w->state, "offset_ms", json_integer(w->offset_ms));
	json_object_set_new(w->state, "year", json_integer(w->year));
	char *text = dirty ? json_dumps(w->state, JSON_COMPACT) : NULL;
	pthread_mutex_unlock(&w->lock);
	if (!text)
		return;
	snprintf(temporary, sizeof temporary, "%s.new", w->path);
	FILE *f = fopen(temporary, "w");
	bool written = f && fputs(text, f) >= 0;
	if (f && fclose(f) == 0 && written)
		rename(temporary, w->path);
	free(text);
}

void world_close(struct world *w)
{
	world_save(w);
	json_decref(w->state);
	people_free(w->people);
	crypto_wipe(w->secret_key, sizeof w->secret_key);
	pthread_cond_destroy(&w->changed);
	pthread_mutex_destroy(&w->lock);
	free(w);
}

json_t *world_authority(struct world *w, const char *id)
{
	json_t *all = json_object_get(w->state, "authorities"), *one = json_object_get(all, id);

	if (one)
		return one;
	one = json_pack("{ss sI sI s[] s{}}", "mode", "ok", "delay_ms", (json_int_t)0, "executed",
			(json_int_t)0, "received", "answers");
	json_object_set_new(all, id, one);
	return one;
}

json_t *world_sms(struct world *w)
{
	return json_object_get(w->state, "sms");
}

json_t *world_cases(struct world *w)
{
	return json_object_get(w->state, "cases");
}

int64_t world_next(struct world *w)
{
	int64_t n = json_integer_value(json_object_get(w->state, "sequence")) + 1;

	json_object_set_new(w->state, "sequence", json_integer(n));
	w->dirty = true;
	return n;
}

/* The clock stays: it only ever goes forward for those who follow it. */
void world_reset(struct world *w)
{
	json_decref(w->state);
	w->state = empty_state();
	w->dirty = true;
}

void keep_newest(json_t *array, size_t count)
{
	while (json_array_size(array) > count)
		json_array_remove(array, 0);
}

void reply(struct http_response *a, int status, json_t *body)
{
	char *text = json_dumps(body, JSON_COMPACT);

	a->status = status;
	buf_clear(&a->body);
	if (text)
		buf_add_text(&a->body, text);
	free(text);
	json_decref(body);
}

void reply_problem(struct http_response *a, int status, const char *detail)
{
	a->content_type = "application/problem+json";
	reply(a, status, json_pack("{ss si ss}", "type", "about:blank", "status", status, "detail", detail));
}

json_t *json_instant(int64_t at_ms)
{
	char text[TIME_TEXT_SIZE];
	return json_string(time_text(at_ms, text));
}

json_t *body_object(const struct http_request *q)
{
	json_t *body = json_loadb(q->body.p, q->body.n, JSON_REJECT_DUPLICATES, NULL);

	if (json_is_object(body))
		return body;
	json_decref(body);
	return NULL;
}

const char *query_text(const struct http_request *q, const char *name)
{
	struct slice value = http_query(q, name);
	return value.p ? arena_copy(q->arena, value) : NULL;
}

const char *param_text(const struct http_request *q, int index)
{
	return arena_copy(q->arena, q->params[index]);
}
