/* Decisions per CPU-second of gate_check, on a workload file that other engines answer too
 * (tests/bench/peers). The release is the file's document, or made from the file's services, by the ordinary
 * loader; every answer is compared with the one in the file before anything is timed. Given the folder of the
 * cities and a city, it prints that city's document. */
#include "base/clock.h"
#include "base/json.h"
#include "crypto/crypto.h"
#include "policy/gate.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

enum { PASSES = 2000 };

struct question {
	struct gate_request q;
	const struct facts *f;
	bool allowed;
};

struct workload {
	json_t *file;
	struct release *release;
	struct facts *people;
	struct question *questions;
	size_t count;
};

_Noreturn static void stop(const char *why)
{
	fprintf(stderr, "bench_gate: %s\n", why);
	exit(3);
}

static const char *text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

/* ---- the release
 * ------------------------------------------------------------------------------------------------ */

/* Every item is sensitive, so that each decision needs its consent. */
static void put_items(struct json *j, const json_t *items)
{
	size_t i;
	json_t *item;

	json_key(j, "items");
	json_open(j, '[');
	json_array_foreach(items, i, item)
	{
		json_open(j, '{');
		json_put_text(j, "key", json_string_value(item));
		json_put_text(j, "name", json_string_value(item));
		json_put_text(j, "kind", "basic");
		json_put_bool(j, "sensitive", true);
		json_put_text(j, "validator", "text");
		json_put_text(j, "mask", "all");
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_city(struct json *j)
{
	json_key(j, "city");
	json_raw(j, SLICE("{\"key\":\"bench\",\"name\":\"b\",\"city_name\":\"b\",\"controller\":\"b\","
			  "\"contact\":{\"hotlines\":[\"1\"]}}"));
}

static void put_strings(struct json *j, const char *key, const json_t *list)
{
	size_t i;
	json_t *entry;

	json_key(j, key);
	json_open(j, '[');
	json_array_foreach(list, i, entry) json_text(j, json_string_value(entry));
	json_close(j, ']');
}

/* One category for each service: its items, its one purpose. */
static void put_category(struct json *j, const json_t *service)
{
	json_open(j, '{');
	json_put_text(j, "key", text(service, "key"));
	json_put_text(j, "name", text(service, "key"));
	json_put_text(j, "kind", "service");
	json_key(j, "collect");
	json_open(j, '{');
	put_strings(j, "items", json_object_get(service, "items"));
	json_put_text(j, "clause", "TJ-1.1");
	json_close(j, '}');
	json_key(j, "purposes");
	json_open(j, '[');
	json_text(j, text(service, "purpose"));
	json_close(j, ']');
	json_key(j, "retention");
	json_raw(j, SLICE("{\"rule\":\"r\",\"days\":0}"));
	json_close(j, '}');
}

static void put_policy(struct json *j, const json_t *file)
{
	size_t i;
	json_t *entry;

	json_key(j, "policy");
	json_open(j, '{');
	json_put_text(j, "version", "1");
	json_put_text(j, "effective", "2026-01-01");
	json_put_text(j, "updated", "2026-01-01");
	json_key(j, "purposes");
	json_open(j, '[');
	json_array_foreach(json_object_get(file, "purposes"), i, entry)
	{
		json_open(j, '{');
		json_put_text(j, "key", json_string_value(entry));
		json_put_text(j, "name", json_string_value(entry));
		json_put_text(j, "clause", "TJ-1.1");
		json_close(j, '}');
	}
	json_close(j, ']');
	json_key(j, "recipients");
	json_raw(j, SLICE("[]"));
	json_key(j, "permissions");
	json_raw(j, SLICE("[]"));
	json_key(j, "chapters");
	json_raw(j, SLICE("[{\"key\":\"a\",\"title\":\"a\",\"sections\":[{\"paragraphs\":[\"a\"]}]}]"));
	json_key(j, "categories");
	json_open(j, '[');
	json_array_foreach(json_object_get(file, "services"), i, entry) put_category(j, entry);
	json_close(j, ']');
	json_close(j, '}');
}

static void put_service(struct json *j, const json_t *service)
{
	size_t i;
	json_t *item;

	json_open(j, '{');
	json_put_text(j, "key", text(service, "key"));
	json_put_text(j, "name", text(service, "key"));
	json_put_text(j, "category", text(service, "key"));
	json_put_text(j, "shape", "query");
	json_put_text(j, "level", "login");
	json_put_text(j, "purpose", text(service, "purpose"));
	json_put_text(j, "clause", "TJ-1.1");
	json_key(j, "fields");
	json_open(j, '[');
	json_array_foreach(json_object_get(service, "items"), i, item)
	{
		json_open(j, '{');
		json_put_text(j, "item", json_string_value(item));
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}

static void put_release(struct buf *document, const json_t *file)
{
	struct json j = json_to(document);
	size_t i;
	json_t *service;

	json_open(&j, '{');
	put_city(&j);
	put_items(&j, json_object_get(file, "items"));
	put_policy(&j, file);
	json_key(&j, "services");
	json_open(&j, '[');
	json_array_foreach(json_object_get(file, "services"), i, service) put_service(&j, service);
	json_close(&j, ']');
	json_close(&j, '}');
}

static struct release *make_release(struct ctx *c, const json_t *file)
{
	BUF_SCOPED document = {0}, complaints = {0};
	struct release *r = NULL;

	buf_init(&document, 4 << 20);
	buf_init(&complaints, 1 << 20);
	if (json_object_get(file, "document"))
		buf_add_text(&document, text(file, "document"));
	else
		put_release(&document, file);
	if (failed(release_parse(c, buf_slice(&document), 1, &complaints, &r)))
		stop(buf_slice(&complaints).p);
	return r;
}

static void print_document(struct ctx *c, const char *cities, const char *city)
{
	BUF_SCOPED complaints = {0};
	struct release *r = NULL;

	buf_init(&complaints, 1 << 20);
	if (failed(release_load(c, cities, city, &complaints, &r)))
		stop(buf_slice(&complaints).p);
	struct slice document = release_document(r);
	fwrite(document.p, 1, document.n, stdout);
	release_drop(r);
}

/* ---- people and questions
 * ------------------------------------------------------------------------------------------- */

static struct itemset itemset_from(const struct release *r, const json_t *list)
{
	struct itemset set = {0};
	size_t i;
	json_t *entry;

	json_array_foreach(list, i, entry)
		itemset_add(&set, release_item(r, json_string_value(entry))->number);
	return set;
}

/* By its number, or by its key. */
static const struct service *service_from(const struct release *r, const json_t *named)
{
	return json_is_string(named) ? release_service(r, json_string_value(named))
				     : release_service_at(r, (unsigned)json_integer_value(named));
}

static uint32_t permissions_from(const struct release *r, const json_t *list)
{
	uint32_t bits = 0;
	size_t i;
	json_t *key;

	json_array_foreach(list, i, key) bits |= UINT32_C(1)
						 << release_permission(r, json_string_value(key))->number;
	return bits;
}

/* A withdrawn consent is one that has ended. */
static const struct consent_fact *consents_from(struct ctx *c, const struct release *r, const json_t *list)
{
	struct consent_fact *consents = ARENA_ARRAY(c->arena, struct consent_fact, json_array_size(list) + 1);
	size_t i;
	json_t *k;

	json_array_foreach(list, i, k) consents[i] = (struct consent_fact){
		.consent_id = (int64_t)i + 1,
		.service = service_from(r, json_object_get(k, "service")),
		.recipient = release_recipient(r, text(k, "recipient")),
		.items = itemset_from(r, json_object_get(k, "items")),
		.until_ms = json_is_true(json_object_get(k, "withdrawn"))
				    ? 1
				    : json_integer_value(json_object_get(k, "until")),
	};
	return consents;
}

/* A list of consents, of someone who may do the rest; or an object that says more. */
static void make_person(struct ctx *c, const struct release *r, const json_t *person, struct facts *ret)
{
	const json_t *list = json_is_array(person) ? person : json_object_get(person, "consents");
	bool agreed = json_is_array(person) || json_is_true(json_object_get(person, "agreed"));

	*ret = (struct facts){
		.subject_id = 1,
		.accepted_release = agreed ? 1 : 0,
		.acceptance = agreed ? ACCEPT_EXPRESS : ACCEPT_NONE,
		.phone_bound = json_is_true(json_object_get(person, "phone")),
		.realname_level = json_is_true(json_object_get(person, "realname")) ? 2 : 0,
		.second_check_until_ms =
			json_is_true(json_object_get(person, "second_check")) ? INT64_MAX : 0,
		.papers = {UINT64_MAX, UINT64_MAX, UINT64_MAX}, /* every recipient has signed what it must */
		.permissions = permissions_from(r, json_object_get(person, "permissions")),
		.consents = consents_from(c, r, list),
		.consent_count = json_array_size(list),
	};
}

static enum gate_action action_from(const char *word)
{
	if (strcmp(word, "read") == 0)
		return GATE_READ;
	return strcmp(word, "share") == 0 ? GATE_SHARE : GATE_COLLECT;
}

static void make_questions(struct workload *w)
{
	const json_t *list = json_object_get(w->file, "requests");
	size_t i;
	json_t *q;

	json_array_foreach(list, i, q)
	{
		struct question *to = &w->questions[i];
		to->f = &w->people[json_integer_value(json_object_get(q, "person"))];
		to->q = (struct gate_request){
			.action = action_from(text(q, "action")),
			.service = service_from(w->release, json_object_get(q, "service")),
			.purpose = release_purpose(w->release, text(q, "purpose")),
			.recipient = release_recipient(w->release, text(q, "recipient")),
			.items = itemset_from(w->release, json_object_get(q, "items")),
			.now_ms = json_integer_value(json_object_get(w->file, "now")),
		};
		if (json_object_get(q, "item"))
			itemset_add(&to->q.items, release_item(w->release, text(q, "item"))->number);
		to->allowed = json_is_true(json_array_get(json_object_get(w->file, "answers"), i));
	}
}

static void read_workload(struct ctx *c, const char *path, struct workload *w)
{
	json_error_t where;
	size_t i;
	json_t *person;

	w->file = json_load_file(path, 0, &where);
	if (!w->file)
		stop(where.text);
	w->release = make_release(c, w->file);
	w->people = ARENA_ARRAY(c->arena, struct facts, json_array_size(json_object_get(w->file, "people")));
	json_array_foreach(json_object_get(w->file, "people"), i, person)
		make_person(c, w->release, person, &w->people[i]);
	w->count = json_array_size(json_object_get(w->file, "requests"));
	w->questions = ARENA_ARRAY(c->arena, struct question, w->count);
	make_questions(w);
}

/* ---- measuring
 * -------------------------------------------------------------------------------------------------------- */

static size_t one_pass(const struct workload *w)
{
	const char *clause;
	size_t allowed = 0;

	for (size_t i = 0; i < w->count; i++)
		allowed += gate_check(w->release, w->questions[i].f, &w->questions[i].q, &clause) == NULL;
	return allowed;
}

static size_t compare(const struct workload *w)
{
	const char *clause;
	size_t allowed = 0;

	for (size_t i = 0; i < w->count; i++) {
		bool got = gate_check(w->release, w->questions[i].f, &w->questions[i].q, &clause) == NULL;
		if (got != w->questions[i].allowed)
			stop("an answer is wrong");
		allowed += got;
	}
	return allowed;
}

static double cpu_seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void measure(struct ctx *c, const char *path)
{
	struct workload w = {0};

	read_workload(c, path, &w);
	size_t allowed = compare(&w);
	double before = cpu_seconds();
	for (int i = 0; i < PASSES; i++)
		if (one_pass(&w) != allowed)
			stop("an answer changed");
	double seconds = cpu_seconds() - before;
	printf("{\"name\":\"gate_check\",\"per_cpu_second\":%.0f,\"allowed\":%zu,\"asked\":%zu}\n",
	       PASSES * (double)w.count / seconds, allowed, w.count);
	json_decref(w.file);
	release_drop(w.release);
}

int main(int argc, char **argv)
{
	struct ctx c = {.arena = arena_new((size_t)64 << 20)};

	crypto_init();
	if (argc == 2)
		measure(&c, argv[1]);
	else if (argc == 3)
		print_document(&c, argv[1], argv[2]);
	else
		stop("usage: bench_gate WORKLOAD.json (tests/bench/gate.mjs writes it), or CITIES CITY");
	arena_free(c.arena);
	return 0;
}
