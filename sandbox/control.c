#include "control.h"

#include "authority.h"
#include "connectors/connectors.h"
#include "records.h"
#include <stdio.h>

/* ---- messages ---- */

void control_sms(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	struct world *w = user;
	const char *phone = query_text(q, "phone");
	json_t *list = json_array();
	int64_t limit = 100;

	(void)route_user;
	slice_int(http_query(q, "limit"), &limit);
	pthread_mutex_lock(&w->lock);
	for (size_t i = json_array_size(world_sms(w)); i > 0 && (int64_t)json_array_size(list) < limit; i--) {
		json_t *one = json_array_get(world_sms(w), i - 1);
		if (!phone || strcmp(member_text(one, "to"), phone) == 0)
			json_array_append(list, one);
	}
	reply(a, 200, json_pack("{so}", "items", list));
	pthread_mutex_unlock(&w->lock);
}

/* ---- people ---- */

struct filter {
	const char *city, *id_type, *number, *phone, *insured, *minor, *married;
	int64_t age_lt, age_gte, limit, skip;
};

static void read_filter(const struct http_request *q, struct filter *f)
{
	*f = (struct filter){
		.city = query_text(q, "city"),
		.id_type = query_text(q, "id_type"),
		.number = query_text(q, "id_number"),
		.phone = query_text(q, "mobile_phone"),
		.insured = query_text(q, "insured"),
		.minor = query_text(q, "minor"),
		.married = query_text(q, "married"),
		.age_lt = INT64_MAX,
		.limit = 20,
	};
	if (!f->id_type && !f->number && !f->phone)
		f->id_type = "resident_card";
	slice_int(http_query(q, "age_lt"), &f->age_lt);
	slice_int(http_query(q, "age_gte"), &f->age_gte);
	slice_int(http_query(q, "limit"), &f->limit);
	slice_int(http_query(q, "skip"), &f->skip);
}

static bool flag_fits(const char *wanted, bool value)
{
	return !wanted || (strcmp(wanted, "true") == 0 || strcmp(wanted, "1") == 0) == value;
}

static bool text_fits(const char *wanted, const char *value)
{
	return !wanted || strcmp(wanted, value) == 0;
}

static bool person_fits(const struct filter *f, const struct person *x, int64_t now_ms)
{
	int age = age_at(x->birth, date_of(now_ms));

	return age < f->age_lt && age >= f->age_gte && text_fits(f->city, city_key(x->city)) &&
	       text_fits(f->id_type, x->id_type) && text_fits(f->number, x->id_number) &&
	       text_fits(f->phone, x->phone) && flag_fits(f->insured, x->insured) &&
	       flag_fits(f->minor, age < 18) && flag_fits(f->married, x->spouse != NOBODY);
}

/* All fields a form may ask for at the top, everything else the registers hold beside them. */
static json_t *person_json(const struct people *p, const struct person *x, int64_t now_ms)
{
	char birth[16];
	json_t *one = record_all(p, x, now_ms);

	snprintf(birth, sizeof birth, "%04d-%02d-%02d", x->birth.year, x->birth.month, x->birth.day);
	json_object_update_new(
		one, json_pack("{si ss ss si sb sb si}", "index", x->index, "city", city_key(x->city),
			       "birth", birth, "age", age_at(x->birth, date_of(now_ms)), "minor",
			       person_is_minor(x, now_ms), "insured", x->insured, "household", x->household));
	if (x->spouse != NOBODY)
		json_object_set_new(one, "spouse_id_number", json_string(p->list[x->spouse].id_number));
	if (x->mother != NOBODY) {
		json_object_set_new(one, "father_id_number", json_string(p->list[x->father].id_number));
		json_object_set_new(one, "mother_id_number", json_string(p->list[x->mother].id_number));
	}
	return one;
}

void control_people(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	struct world *w = user;
	json_t *list = json_array();
	struct filter f;

	(void)route_user;
	read_filter(q, &f);
	pthread_mutex_lock(&w->lock);
	int64_t now_ms = world_now_ms(w);
	pthread_mutex_unlock(&w->lock);
	for (int i = 0; i < w->people->count && (int64_t)json_array_size(list) < f.limit; i++) {
		const struct person *x = &w->people->list[i];
		if (person_fits(&f, x, now_ms) && f.skip-- <= 0)
			json_array_append_new(list, person_json(w->people, x, now_ms));
	}
	reply(a, 200, json_pack("{so}", "items", list));
}

/* ---- authorities ---- */

static json_t *authority_json(const json_t *authority, const char *id)
{
	return json_pack("{ss sO sO sO si}", "id", id, "mode", json_object_get(authority, "mode"), "delay_ms",
			 json_object_get(authority, "delay_ms"), "executed",
			 json_object_get(authority, "executed"), "received",
			 (int)json_array_size(json_object_get(authority, "received")));
}

void control_authority_get(void *user, const struct http_request *q, struct http_response *a,
			   void *route_user)
{
	struct world *w = user;
	const char *id = param_text(q, 0);

	(void)route_user;
	pthread_mutex_lock(&w->lock);
	reply(a, 200, authority_json(world_authority(w, id), id));
	pthread_mutex_unlock(&w->lock);
}

static bool setting_is_valid(const char *key, const json_t *value)
{
	static const char *const modes[] = {"ok", "down", "slow", "wrong", "forged", "cautious"};
	static const char *const durations[] = {"delay_ms", "reply_after_ms", "follow_up_after_ms"};

	if (strcmp(key, "mode") == 0) {
		for (size_t i = 0; json_is_string(value) && i < sizeof modes / sizeof *modes; i++) {
			if (strcmp(json_string_value(value), modes[i]) == 0)
				return true;
		}
		return false;
	}
	for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
		if (strcmp(key, durations[i]) == 0)
			return json_is_integer(value) && json_integer_value(value) >= 0;
	}
	return false;
}

static bool settings_are_valid(json_t *body)
{
	const char *key;
	json_t *value;

	json_object_foreach(body, key, value)
	{
		if (!setting_is_valid(key, value))
			return false;
	}
	return json_object_size(body) > 0;
}

void control_authority_put(void *user, const struct http_request *q, struct http_response *a,
			   void *route_user)
{
	struct world *w = user;
	const char *id = param_text(q, 0);
	json_t *body = body_object(q);

	(void)route_user;
	if (!body || !settings_are_valid(body)) {
		json_decref(body);
		reply_problem(a, 400,
			      "mode (ok, down, slow, wrong, forged, cautious), delay_ms, reply_after_ms, "
			      "follow_up_after_ms");
		return;
	}
	pthread_mutex_lock(&w->lock);
	json_object_update(world_authority(w, id), body);
	w->dirty = true;
	json_decref(body);
	reply(a, 200, authority_json(world_authority(w, id), id));
	pthread_mutex_unlock(&w->lock);
}

/* Newest first. */
void control_received(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	struct world *w = user;
	json_t *list = json_array();
	int64_t limit = 100;

	(void)route_user;
	slice_int(http_query(q, "limit"), &limit);
	pthread_mutex_lock(&w->lock);
	json_t *authority = world_authority(w, param_text(q, 0)),
	       *all = json_object_get(authority, "received");
	for (size_t i = json_array_size(all); i > 0 && (int64_t)json_array_size(list) < limit; i--)
		json_array_append(list, json_array_get(all, i - 1));
	reply(a, 200,
	      json_pack("{sO so}", "executed", json_object_get(authority, "executed"), "items", list));
	pthread_mutex_unlock(&w->lock);
}

/* An authority calls a server: whoever plays it sends the body with these headers. */
void control_signature(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	struct world *w = user;
	struct ctx c = {.arena = q->arena};
	const char *path = query_text(q, "path");
	BUF_SCOPED lines = {.max_size = 4096};

	(void)route_user;
	pthread_mutex_lock(&w->lock);
	c.now_ms = world_now_ms(w);
	pthread_mutex_unlock(&w->lock);
	err e = http_sign(&c, w->secret_key, param_text(q, 0), "POST", path ? path : "", q->body, c.now_ms,
			  &lines);
	if (!path || failed(e) || lines.failed) {
		reply_problem(a, 400, "path and a body are needed");
		return;
	}
	json_t *headers = json_object();
	char *save = NULL;
	for (char *line = strtok_r(lines.data, "\r\n", &save); line; line = strtok_r(NULL, "\r\n", &save)) {
		char *value = strstr(line, ": ");
		if (value) {
			*value = '\0';
			json_object_set_new(headers, line, json_string(value + 2));
		}
	}
	reply(a, 200, json_pack("{so}", "headers", headers));
}

/* {"items": [{kind, sha256, until_ms}]}: what the risk source warns of. */
void control_flags_put(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	struct world *w = user;
	json_t *body = body_object(q), *items = json_object_get(body, "items");

	(void)route_user;
	if (!json_is_array(items)) {
		json_decref(body);
		reply_problem(a, 400, "items: a list of {kind, sha256, until_ms}");
		return;
	}
	pthread_mutex_lock(&w->lock);
	json_object_set(w->state, "flags", items);
	w->dirty = true;
	json_decref(body);
	pthread_mutex_unlock(&w->lock);
	reply(a, 200, json_pack("{sb}", "set", 1));
}

/* {"phone": …}: a phone with this number asked its carrier for a token. */
void control_sims_create(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	struct world *w = user;
	json_t *body = body_object(q), *phone = json_object_get(body, "phone");
	uint8_t random[16];
	char token[2 * sizeof random + 1];

	(void)route_user;
	if (!json_is_string(phone)) {
		json_decref(body);
		reply_problem(a, 400, "phone: the number of the card in the phone");
		return;
	}
	crypto_random(random, sizeof random);
	hex_encode(random, sizeof random, token);
	pthread_mutex_lock(&w->lock);
	json_t *sims = json_object_get(w->state, "sims");
	if (!sims || json_object_size(sims) >= SIMS_KEPT) {
		sims = json_object();
		json_object_set_new(w->state, "sims", sims);
	}
	json_object_set_new(sims, token,
			    json_pack("{sO sI}", "phone", phone, "at_ms", (json_int_t)world_now_ms(w)));
	w->dirty = true;
	json_decref(body);
	pthread_mutex_unlock(&w->lock);
	reply(a, 201, json_pack("{ss}", "number_token", token));
}

void control_reset(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	struct world *w = user;

	(void)q, (void)route_user;
	pthread_mutex_lock(&w->lock);
	world_reset(w);
	pthread_mutex_unlock(&w->lock);
	reply(a, 200, json_pack("{sb}", "reset", 1));
}

void control_health(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	(void)user, (void)q, (void)route_user;
	reply(a, 200, json_pack("{ss}", "status", "ok"));
}
