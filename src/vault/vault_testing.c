#include "vault/vault_testing.h"

static err person_rows(struct ctx *c, struct tx *tx, void *arg)
{
	return ledger_person_new(c, tx, *(int64_t *)arg);
}

static void load_release(struct city_test *t)
{
	BUF_SCOPED complaints;
	struct ctx *c = t->c;

	buf_init(&complaints, 1 << 20);
	assert_ok(release_load(c, TB_SOURCE_DIR "/cities", "tianjin", &complaints, &t->release));
	c->release = t->release;
}

void city_open_ledger(struct city_test *t)
{
	struct ctx *c = t->c;
	struct ledger_means means = {.key_get = keys_get,
				     .key_make = keys_make,
				     .suite = keys_suite(c->keys),
				     .clock = t->clock,
				     .test_clock = true};

	assert_ok(keys_ledger_signer(c, c->keys, means.public_key, means.secret_key));
	assert_ok(ledger_open(c, "tongban/vault", &means, &c->ledger));
}

void city_open(struct city_test *t)
{
	struct ctx *c = t->c;
	char dir[96], url[256];

	snprintf(dir, sizeof dir, "%s/keys", t->place.dir);
	assert_ok(store_open(c, place_url(&t->place, "city", url), "city", &c->store));
	place_url(&t->place, "keys", url);
	assert_ok(keys_open(c, dir, test_server() ? url : NULL, SUITE_INTL, true, &c->keys));
	city_open_ledger(t);
	snprintf(dir, sizeof dir, "%s/blobs", t->place.dir);
	vault_blob_dir(dir);
}

void city_close(struct city_test *t)
{
	ledger_close(t->c->ledger);
	keys_close(t->c->keys);
	store_close(t->c->store);
}

struct city_test *city_new(void)
{
	struct city_test *t = calloc(1, sizeof *t);
	int64_t persons[] = {LI, WANG};

	t->place = place_new();
	t->c = test_ctx_new();
	t->clock = clock_new_test();
	clock_advance_to(t->clock, t->c->now_ms);
	load_release(t);
	city_open(t);
	for (size_t i = 0; i < 2; i++) {
		struct ctx *c = t->c;
		assert_ok(store_write(c, c->store, person_rows, &persons[i]));
	}
	return t;
}

void city_free(struct city_test *t)
{
	city_close(t);
	release_drop(t->release);
	clock_free(t->clock);
	test_ctx_free(t->c);
	place_free(&t->place);
	free(t);
}

int city_setup(void **state)
{
	*state = city_new();
	return 0;
}

int city_teardown(void **state)
{
	city_free(*state);
	return 0;
}

struct head head_of(struct city_test *t, int64_t subject_id)
{
	struct ctx *c = t->c;
	struct head h;

	assert_ok(ledger_head(c, c->store, subject_id, &h));
	return h;
}

static struct itemset set_of(struct city_test *t, const char *const *items)
{
	struct itemset set = {0};

	for (; *items; items++)
		itemset_add(&set, release_item(t->release, *items)->number);
	return set;
}

static struct permit *decide(struct city_test *t, int64_t subject_id, enum gate_action action,
			     const char *service, const char *const *items, bool masked)
{
	const struct service *s = release_service(t->release, service);
	struct ctx *c = t->c;
	struct permit *permit = NULL;

	assert_non_null(s);
	struct consent_fact consents[] = {{1, s, NULL, set_of(t, items), 0},
					  {2, s, s->recipient, set_of(t, items), 0}};
	struct facts f = {.subject_id = subject_id,
			  .epoch = head_of(t, subject_id).epoch,
			  .phone_bound = true,
			  .realname_level = 2,
			  .second_check_until_ms = c->now_ms + 1000,
			  .accepted_release = release_number(t->release),
			  .acceptance = ACCEPT_EXPRESS,
			  .consents = consents,
			  .consent_count = 2};
	struct gate_request q = {.action = action,
				 .service = s,
				 .purpose = s->purpose,
				 .recipient = action == GATE_SHARE ? s->recipient : NULL,
				 .items = set_of(t, items),
				 .masked = masked,
				 .now_ms = c->now_ms};
	assert_ok(gate_decide(c, t->release, &f, &q, &permit));
	return permit;
}

struct permit *permit_for(struct city_test *t, int64_t subject_id, enum gate_action action,
			  const char *service, const char *const *items)
{
	return decide(t, subject_id, action, service, items, false);
}

struct permit *permit_masked_for(struct city_test *t, int64_t subject_id, const char *service,
				 const char *const *items)
{
	return decide(t, subject_id, GATE_READ, service, items, true);
}

struct vault_value value_of(struct city_test *t, const char *item, const char *text)
{
	return (struct vault_value){release_item(t->release, item), slice_of(text), "typed", 0};
}

void give(struct city_test *t, int64_t subject_id, int64_t record_id, const char *scope,
	  const char *const *pairs)
{
	struct vault_value values[8];
	const char *items[9] = {NULL};
	struct ctx *c = t->c;
	struct head h = head_of(t, subject_id);
	size_t n = 0;

	for (; pairs[0]; pairs += 2, n++) {
		values[n] = value_of(t, pairs[0], pairs[1]);
		items[n] = pairs[0];
		items[n + 1] = NULL;
	}
	struct permit *p = permit_for(t, subject_id, GATE_COLLECT,
				      record_id ? "social_insurance_query" : "account", items);
	assert_ok(vault_collect(c, p, &h, record_id, scope, values, n, NULL, NULL));
}

const char *read_item(struct city_test *t, int64_t subject_id, int64_t record_id, const char *item)
{
	struct ctx *c = t->c;
	struct head h = head_of(t, subject_id);
	RELEASED_SCOPED r = {0};

	assert_ok(vault_release(c, permit_for(t, subject_id, GATE_READ, "my_information", LIST(item)), &h,
				record_id, NULL, &r));
	const struct vault_value *v = released_get(&r, item);
	return v ? arena_copy(c->arena, v->value) : NULL;
}

static err keep_usage(struct ctx *c, const struct usage *u, void *arg)
{
	(void)c;
	*(struct usage *)arg = *u;
	return OK;
}

struct usage last_entry(struct city_test *t, int64_t subject_id)
{
	struct usage u = {0};
	struct ctx *c = t->c;

	assert_ok(ledger_usage(c, subject_id, 0, 1, keep_usage, &u));
	return u;
}

const char *const city_profile[] = {"real_name",   "李小满",	    "mobile_phone",
				    "12912345678", "id_number",	    "129901199001010012",
				    "id_type",	   "resident_card", NULL};

err delete_name(struct city_test *t, int64_t subject_id)
{
	struct itemset set = {0};
	struct head h = head_of(t, subject_id);
	struct vault_deletion d = {subject_id, 0, &set};
	struct entry e = {.action = ENTRY_DELETE, .decision = "allowed"};

	itemset_add(&set, release_item(t->release, "real_name")->number);
	e.items = set;
	return ledger_write(t->c, &h, &e, 0, vault_delete_rows, &d, NULL);
}

err see_held(struct ctx *c, const struct held *h, void *arg)
{
	struct seen *s = arg;

	(void)c;
	s->count++;
	s->last = *h;
	if (h->masked)
		snprintf(s->masked, sizeof s->masked, "%s", h->masked);
	return OK;
}
