#include "authority.h"

#include "signed.h"
#include <time.h>

static const struct {
	const char *method, *authority, *path; /* authority NULL: any */
	authority_operation *run;
} operations[] = {
	{"POST", "sms", "messages", message_send},
	{"POST", "mail", "messages", message_accept},
	{"POST", "push", "messages", message_accept},
	{"POST", "population", "guardianship", population_guardianship},
	{"POST", NULL, "number", number_tell},
	{"POST", NULL, "verify", identity_verify},
	{"POST", NULL, "triage", hotline_triage},
	{"POST", NULL, "query", registry_query},
	{"POST", NULL, "disclosures", disclosure_receive},
	{"POST", NULL, "promotions", promotion_receive},
	{"POST", NULL, "cases", case_receive},
	{"GET", NULL, "cases/", case_show},
	{"GET", NULL, "flags", flags_show},
};

static authority_operation *find_operation(const struct http_request *q, const char *authority,
					   const char *path)
{
	for (size_t i = 0; i < sizeof operations / sizeof *operations; i++) {
		bool get = strcmp(operations[i].method, "GET") == 0;
		bool same = get ? strncmp(path, operations[i].path, strlen(operations[i].path)) == 0
				: strcmp(path, operations[i].path) == 0;
		if (same && slice_is(q->method, operations[i].method) &&
		    (!operations[i].authority || strcmp(operations[i].authority, authority) == 0))
			return operations[i].run;
	}
	return NULL;
}

const char *member_text(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* ---- what an authority got, and what it answered ---- */

static void note_received(struct operation *o, const struct http_request *q, const char *key, bool executed)
{
	json_t *authority = world_authority(o->world, o->authority),
	       *list = json_object_get(authority, "received");

	json_array_append_new(list,
			      json_pack("{sI so ss ss ss? sb si sO?}", "n", (json_int_t)world_next(o->world),
					"at", json_instant(o->now_ms), "method",
					arena_copy(q->arena, q->method), "path", o->path, "idempotency_key",
					key, "executed", executed, "times", 1, "body", o->body));
	keep_newest(list, RECEIVED_KEPT);
	if (executed)
		json_object_set_new(
			authority, "executed",
			json_integer(json_integer_value(json_object_get(authority, "executed")) + 1));
}

/* A repeated request counts with the one it repeats. */
static void note_repeated(struct operation *o, const char *key)
{
	json_t *list = json_object_get(world_authority(o->world, o->authority), "received");

	for (size_t i = json_array_size(list); i > 0; i--) {
		json_t *entry = json_array_get(list, i - 1);
		const char *other = member_text(entry, "idempotency_key");
		if (!other || strcmp(other, key) != 0 || strcmp(member_text(entry, "path"), o->path) != 0)
			continue;
		json_object_set_new(entry, "times",
				    json_integer(json_integer_value(json_object_get(entry, "times")) + 1));
		o->world->dirty = true;
		return;
	}
}

static const char *body_hash(const struct http_request *q)
{
	uint8_t hash[HASH_SIZE];
	char *text = arena_alloc(q->arena, 2 * HASH_SIZE + 1);

	hash_sha256(q->body, hash);
	hex_encode(hash, sizeof hash, text);
	return text;
}

/* The stored answer of a request that came before; 422 when its body was another one. */
static int replay(struct operation *o, const struct http_request *q, const char *name, const char *key,
		  json_t **ret)
{
	json_t *answer =
		json_object_get(json_object_get(world_authority(o->world, o->authority), "answers"), name);

	if (!answer)
		return 0;
	note_repeated(o, key);
	if (strcmp(member_text(answer, "hash"), body_hash(q)) != 0) {
		*ret = json_pack("{ss}", "error", "idempotency key was used with another body");
		return 422;
	}
	*ret = json_incref(json_object_get(answer, "body"));
	return (int)json_integer_value(json_object_get(answer, "status"));
}

static void store_answer(struct operation *o, const struct http_request *q, const char *name, int status,
			 json_t *body)
{
	json_t *answers = json_object_get(world_authority(o->world, o->authority), "answers");

	if (json_object_size(answers) >= ANSWERS_KEPT)
		json_object_clear(answers);
	json_object_set_new(answers, name,
			    json_pack("{ss si sO}", "hash", body_hash(q), "status", status, "body", body));
}

/* Runs it once for each idempotency key. */
static int execute(struct operation *o, const struct http_request *q, authority_operation *run, json_t **ret)
{
	struct slice given = http_header(q, "Idempotency-Key");
	const char *key = given.p ? arena_copy(q->arena, given) : NULL;
	const char *name = key ? arena_printf(q->arena, "%s %s", o->path, key) : NULL;
	int status = name ? replay(o, q, name, key, ret) : 0;

	if (status)
		return status;
	bool get = slice_is(q->method, "GET");
	if (!get)
		note_received(o, q, key, true);
	status = run(o, ret);
	if (name && !get)
		store_answer(o, q, name, status, *ret);
	return status;
}

/* ---- modes ---- */

struct mode {
	char name[16];
	int64_t delay_ms;
};

static struct mode mode_of(struct world *w, const char *authority)
{
	struct mode m = {0};

	pthread_mutex_lock(&w->lock);
	json_t *a = world_authority(w, authority);
	strncpy(m.name, member_text(a, "mode"), sizeof m.name - 1);
	m.delay_ms = json_integer_value(json_object_get(a, "delay_ms"));
	pthread_mutex_unlock(&w->lock);
	return m;
}

static void wait_ms(int64_t ms)
{
	if (ms > 0)
		nanosleep(&(struct timespec){.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000}, NULL);
}

/* A broken authority: the bytes arrived, nothing was done. */
static void answer_down(struct operation *o, const struct http_request *q, struct http_response *a)
{
	pthread_mutex_lock(&o->world->lock);
	if (!slice_is(q->method, "GET"))
		note_received(o, q, NULL, false);
	pthread_mutex_unlock(&o->world->lock);
	reply(a, 503, json_pack("{ss}", "error", "out of service"));
}

/* Well-formed, signed, and nonsense. */
static json_t *nonsense(void)
{
	return json_pack("{ss s[i] sn}", "match", "perhaps", "items", 42, "state");
}

static void answer(struct operation *o, const struct http_request *q, struct http_response *a,
		   authority_operation *run)
{
	struct mode mode = mode_of(o->world, o->authority);
	bool down = strcmp(mode.name, "down") == 0, slow = strcmp(mode.name, "slow") == 0;
	json_t *body = NULL;

	wait_ms(slow && mode.delay_ms == 0 ? 30000 : mode.delay_ms);
	if (down) {
		answer_down(o, q, a);
		return;
	}
	pthread_mutex_lock(&o->world->lock);
	o->now_ms = world_now_ms(o->world);
	int status = execute(o, q, run, &body);
	if (strcmp(mode.name, "wrong") == 0) {
		json_decref(body);
		body = nonsense();
	}
	reply(a, status, body); /* under the lock: a stored answer shares this body */
	pthread_mutex_unlock(&o->world->lock);
	answer_sign(o->world, q, a, strcmp(mode.name, "forged") == 0);
}

void authority_handle(void *user, const struct http_request *q, struct http_response *a, void *route_user)
{
	struct world *w = user;
	struct operation o = {.world = w,
			      .authority = param_text(q, 0),
			      .path = param_text(q, 1),
			      .now_ms = world_now_ms(w)};
	bool get = slice_is(q->method, "GET");

	(void)route_user;
	if (!request_is_signed(w, q)) {
		reply_problem(a, 401, "the signature is missing or wrong");
		return;
	}
	authority_operation *run = find_operation(q, o.authority, o.path);
	o.body = get ? NULL : body_object(q);
	if (!run)
		reply_problem(a, 404, "no such operation of this authority");
	else if (!get && !o.body)
		reply_problem(a, 400, "the body is not one JSON object");
	else
		answer(&o, q, a, run);
	if (o.body) {
		pthread_mutex_lock(&w->lock);
		json_decref(o.body);
		pthread_mutex_unlock(&w->lock);
	}
}
