#include "consent/people_testing.h"
#include "base/id.h"
#include "consent/papers.h"
#include <pthread.h>

static void open_stores(struct people *p, struct ctx *c)
{
	struct ledger_means means = {
		.key_get = keys_get, .key_make = keys_make, .clock = p->clock, .test_clock = true};
	char dir[96], url[256];

	snprintf(dir, sizeof(dir), "%s/keys", p->place.dir);
	assert_ok(store_open(c, place_url(&p->place, "city", url), "city", &c->store));
	place_url(&p->place, "keys", url);
	assert_ok(keys_open(c, dir, test_server() ? url : NULL, SUITE_INTL, true, &c->keys));
	means.suite = keys_suite(c->keys);
	assert_ok(keys_ledger_signer(c, c->keys, means.public_key, means.secret_key));
	assert_ok(ledger_open(c, "tongban/people", &means, &c->ledger));
	snprintf(dir, sizeof(dir), "%s/blobs", p->place.dir);
	vault_blob_dir(dir);
}

void installation_for(struct ctx *c)
{
	char token[TOKEN_SIZE];

	assert_ok(installation_new(c, "web", token, &c->installation_id));
}

void agree_for(struct ctx *c, int64_t subject_id)
{
	char token[TOKEN_SIZE];

	assert_ok(acceptance_reading_token(c, c->release, token));
	c->now_ms += (city_int(c->release, "policy.reading_min_seconds", 0) + 1) * 1000;
	assert_ok(acceptance_give(c, subject_id, c->release, slice_of(token)));
}

int64_t consent_for(struct ctx *c, int64_t subject_id, const char *service)
{
	struct consent_offer offer = {.service = release_service(c->release, service)};
	BUF_SCOPED text;
	char hash[65];
	int64_t id = 0;

	offer.recipient = offer.service->recipient;
	offer.items = consent_offer_items(c->release, offer.service);
	buf_init(&text, 64 * 1024);
	assert_ok(consent_text(c, c->release, offer.service, &offer.items, offer.recipient, &text, hash));
	offer.text_hash = slice_of(hash);
	assert_ok(consent_give(c, subject_id, &offer, &id));
	return id;
}

static err paper_row(struct ctx *c, struct tx *tx, void *arg)
{
	int64_t id = 0;

	(void)arg;
	for (unsigned i = 0; i < release_recipient_count(c->release); i++)
		for (int k = 0; k < PAPER_KINDS; k++) {
			const struct recipient *to = release_recipient_at(c->release, i);
			const char *items = "";
			for (unsigned n = 0; n < release_item_count(c->release); n++)
				if (itemset_has(release_asked(c->release, to), n))
					items = arena_printf(c->arena, "%s %s", items,
							     release_item_at(c->release, n)->key);
			TRY(tx_exec(c, tx, Q_PAPER_INSERT,
				    PARAMS(P_INT(++id), P_STR(to->key),
					   P_STR(paper_kind_word((enum paper_kind)k)), P_STR("1"), P_STR(""),
					   P_STR(items), P_STR("[]"), P_INT(0), P_INT(INT64_MAX),
					   P_STR("standing"), P_INT(0), P_STR(""), P_INT(0), P_STR(""),
					   P_INT(0), P_INT(0)),
				    NULL));
		}
	return OK;
}

/* Every recipient has what the city demands. */
static void all_have_signed(struct ctx *c)
{
	assert_ok(store_write(c, c->store, paper_row, NULL));
}

struct people *people_new(const char *city)
{
	struct people *p = calloc(1, sizeof(*p));
	BUF_SCOPED complaints;

	crypto_init();
	id_init(0);
	buf_init(&complaints, 1 << 20);
	p->place = place_new();
	p->c = test_ctx_new();
	p->clock = clock_new_test();
	clock_advance_to(p->clock, p->c->now_ms);
	assert_int_equal(0, release_load(p->c, TB_SOURCE_DIR "/cities", city, &complaints, &p->release).code);
	p->c->release = p->release;
	open_stores(p, p->c);
	all_have_signed(p->c);
	installation_for(p->c);
	agree_for(p->c, 0);
	return p;
}

struct ctx *people_ctx(struct people *p)
{
	struct ctx *c = test_ctx_new();

	c->now_ms = p->c->now_ms;
	c->store = p->c->store;
	c->keys = p->c->keys;
	c->ledger = p->c->ledger;
	c->release = p->release;
	installation_for(c);
	agree_for(c, 0);
	return c;
}

void people_ctx_free(struct ctx *c)
{
	test_ctx_free(c);
}

void people_free(struct people *p)
{
	ledger_close(p->c->ledger);
	keys_close(p->c->keys);
	store_close(p->c->store);
	release_drop(p->release);
	clock_free(p->clock);
	test_ctx_free(p->c);
	place_free(&p->place);
	free(p);
}

int people_teardown(void **state)
{
	people_free(*state);
	return 0;
}

struct runner {
	struct ctx *c;
	void *arg;
	race_fn fn;
	err outcome;
	pthread_barrier_t *start;
};

static void *run(void *arg)
{
	struct runner *r = arg;

	pthread_barrier_wait(r->start);
	r->outcome = r->fn(r->c, r->arg);
	return NULL;
}

void race(struct ctx *a, void *arg_a, struct ctx *b, void *arg_b, race_fn fn, err ret[static 2])
{
	pthread_barrier_t start;
	pthread_t threads[2];
	struct runner runners[2] = {{a, arg_a, fn, OK, &start}, {b, arg_b, fn, OK, &start}};

	pthread_barrier_init(&start, NULL, 2);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run, &runners[i]), 0);
	for (int i = 0; i < 2; i++) {
		pthread_join(threads[i], NULL);
		ret[i] = runners[i].outcome;
	}
	pthread_barrier_destroy(&start);
}
