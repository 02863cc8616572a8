/* Every category of both cities against the register's lists (tests/data/category_items.tsv), item by item:
 * what the list names passes once consents, permissions and level are there; everything else of the
 * vocabulary is refused.
 *
 * Shows TJ-1.1.6.a, TJ-1.1.7.a, TJ-1.1.8.a, TJ-1.1.9.a, TJ-1.1.10.a, TJ-1.1.11.a, TJ-1.1.12.a, TJ-1.1.13.a,
 * TJ-1.1.14.a, TJ-1.1.15.a, TJ-1.1.16.a, TJ-1.1.17.a, TJ-1.1.18.a, TJ-1.1.19.a, TJ-1.1.20.a, TJ-1.1.21.a,
 * TJ-1.1.22.b, TJ-1.1.6.c, TJ-1.1.7.c, TJ-1.1.8.c, TJ-1.1.9.c, TJ-1.1.10.c, TJ-1.1.11.c, TJ-1.1.12.c,
 * TJ-1.1.13.c, TJ-1.1.14.c, TJ-1.1.15.c, TJ-1.1.16.c, TJ-1.1.17.c, TJ-1.1.18.c, TJ-1.1.19.c, TJ-1.1.20.c,
 * NT-2.1.1.0.a, NT-2.1.2.0.a, NT-2.1.3.0.a, NT-2.1.4.0.a, NT-2.1.5.0.a, NT-2.1.6.0.a, NT-2.1.7.0.a,
 * NT-2.1.8.0.a, NT-2.1.9.0.a, NT-2.1.10.0.a, NT-2.1.11.0.a, NT-1.2.1.3.a, NT-2.1.1.0.b, NT-2.1.2.0.b,
 * NT-2.1.3.0.b, NT-2.1.4.0.b, NT-2.1.5.0.b, NT-2.1.6.0.b, NT-2.1.7.0.b, NT-2.1.8.0.b, NT-2.1.9.0.b,
 * NT-2.1.10.0.b, NT-2.1.11.0.b */
#include "crypto/crypto.h"
#include "policy/gate.h"
#include "policy/policy_test_support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct city {
	const char *name;
	struct release *release;
};

static struct ctx context;
static struct city cities[] = {{"tianjin", NULL}, {"nantong", NULL}};

static struct release *load(const char *city)
{
	struct release *r = NULL;
	BUF_SCOPED complaints;

	buf_init(&complaints, 1024 * 1024);
	if (failed(release_load(&context, test_cities(TB_SOURCE_DIR), city, &complaints, &r)))
		fail_msg("%s", buf_slice(&complaints).p);
	return r;
}

static int set_up(void **state)
{
	(void)state;
	crypto_init();
	context = (struct ctx){.arena = arena_new(64 * 1024 * 1024)};
	for (size_t i = 0; i < 2; i++)
		cities[i].release = load(cities[i].name);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++)
		release_drop(cities[i].release);
	arena_free(context.arena);
	return 0;
}

/* One line of the register. */
struct line {
	const struct release *release;
	const struct category *category;
	struct itemset lists[2]; /* by GATE_COLLECT, GATE_SHARE */
	char clause[32];
};

static struct itemset items_of(const struct release *r, char *words)
{
	struct itemset set = {0};

	for (char *word; (word = strsep(&words, " "));) {
		const struct item *it = release_item(r, word);
		if (!it)
			fail_msg("item %s is not in the vocabulary", word);
		itemset_add(&set, it->number);
	}
	return set;
}

static void read_line(char *text, struct line *ret)
{
	char *rest = text, *city = strsep(&rest, "\t"), *category = strsep(&rest, "\t");
	char *collect = strsep(&rest, "\t"), *share = strsep(&rest, "\t");

	ret->release = cities[strcmp(city, "nantong") == 0].release;
	ret->category = release_category(ret->release, category);
	if (!ret->category)
		fail_msg("%s has no category %s", city, category);
	ret->lists[0] = items_of(ret->release, collect);
	ret->lists[1] = items_of(ret->release, share);
	snprintf(ret->clause, sizeof ret->clause, "%s", strsep(&rest, "\t\n"));
}

typedef void (*line_fn)(const struct line *l);

static void each_line(line_fn fn)
{
	FILE *f = fopen(TB_SOURCE_DIR "/tests/data/category_items.tsv", "r");
	char text[2048];
	int lines = 0;

	assert_non_null(f);
	while (fgets(text, sizeof text, f)) {
		struct line l;
		if (*text == '#')
			continue;
		read_line(text, &l);
		fn(&l);
		lines++;
	}
	fclose(f);
	assert_int_equal(lines, 29);
}

/* Asks for one item with everything there that could be asked for. */
static const char *ask(const struct release *r, const struct service *s, enum gate_action action,
		       unsigned item)
{
	struct consent_fact consent = {.consent_id = 1, .service = s, .recipient = s->recipient};
	struct facts f = {.subject_id = 1,
			  .phone_bound = true,
			  .realname_level = 2,
			  .second_check_until_ms = 10,
			  .accepted_release = release_number(r),
			  .acceptance = ACCEPT_EXPRESS,
			  .permissions = UINT32_MAX,
			  .consents = &consent,
			  .consent_count = 1};
	struct gate_request q = {.action = action,
				 .service = s,
				 .purpose = s->purpose,
				 .recipient = s->recipient,
				 .now_ms = 5};
	const char *clause;

	memset(&consent.items, 0xFF, sizeof consent.items);
	itemset_add(&q.items, item);
	if (release_item_at(r, item)->permissions && action == GATE_COLLECT)
		q.sensed = q.items;
	return gate_check(r, &f, &q, &clause);
}

/* True when some service of the category may do it; what refuses must be that it is not declared. */
static bool any_service_may(const struct line *l, enum gate_action action, unsigned item)
{
	bool may = false;

	for (unsigned i = 0; i < release_service_count(l->release); i++) {
		const struct service *s = release_service_at(l->release, i);
		if (s->category != l->category)
			continue;
		const char *refused = ask(l->release, s, action, item);
		if (refused)
			assert_string_equal(refused, "not_declared");
		may |= refused == NULL;
	}
	return may;
}

static void check_list(const struct line *l, enum gate_action action, const struct itemset *list)
{
	for (unsigned i = 0; i < release_item_count(l->release); i++)
		if (any_service_may(l, action, i) && !itemset_has(list, i))
			fail_msg("%s: %s may %s %s, which is outside the list", l->clause, l->category->key,
				 action == GATE_COLLECT ? "take" : "share",
				 release_item_at(l->release, i)->key);
}

static void nothing_outside_collects(const struct line *l)
{
	check_list(l, GATE_COLLECT, &l->lists[0]);
}

static void nothing_outside_leaves(const struct line *l)
{
	check_list(l, GATE_SHARE, &l->lists[1]);
}

static void everything_listed_is_declared(const struct line *l)
{
	const struct itemset *declared[] = {&l->category->collect, &l->category->share};

	for (int k = 0; k < 2; k++)
		for (unsigned i = 0; i < release_item_count(l->release); i++)
			if (itemset_has(&l->lists[k], i) != itemset_has(declared[k], i))
				fail_msg("%s: %s and %s differ in %s", l->clause, l->category->key,
					 k ? "share" : "collect", release_item_at(l->release, i)->key);
}

/* What a service of the category asks for passes. */
static void every_field_passes(const struct line *l)
{
	for (unsigned i = 0; i < release_service_count(l->release); i++) {
		const struct service *s = release_service_at(l->release, i);
		for (size_t k = 0; s->category == l->category && k < s->field_count; k++)
			if (ask(l->release, s, GATE_COLLECT, s->fields[k].item->number))
				fail_msg("%s: %s cannot take its own field %s", l->clause, s->key,
					 s->fields[k].item->key);
	}
}

static void has_a_service_with_fields(const struct line *l)
{
	size_t fields = 0;

	for (unsigned i = 0; i < release_service_count(l->release); i++)
		if (release_service_at(l->release, i)->category == l->category)
			fields += release_service_at(l->release, i)->field_count;
	if (fields == 0)
		fail_msg("%s: no service of %s takes anything", l->clause, l->category->key);
}

static void no_item_outside_a_categorys_list_is_taken(void **state)
{
	(void)state;
	each_line(nothing_outside_collects);
}

static void no_item_outside_a_categorys_list_leaves(void **state)
{
	(void)state;
	each_line(nothing_outside_leaves);
}

static void each_category_declares_exactly_its_list(void **state)
{
	(void)state;
	each_line(everything_listed_is_declared);
}

static void every_field_of_every_service_passes_once_all_is_given(void **state)
{
	(void)state;
	each_line(has_a_service_with_fields);
	each_line(every_field_passes);
}

/* A stored document makes the same release again. */
static void a_stored_document_makes_the_same_release(void **state)
{
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct release *again = NULL;
		BUF_SCOPED complaints;
		buf_init(&complaints, 65536);
		assert_int_equal(
			release_parse(&context, release_document(cities[i].release), 9, &complaints, &again)
				.code,
			ERR_OK);
		assert_string_equal(release_hash(again), release_hash(cities[i].release));
		assert_int_equal(release_number(again), 9);
		release_drop(again);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_item_outside_a_categorys_list_is_taken),
		cmocka_unit_test(no_item_outside_a_categorys_list_leaves),
		cmocka_unit_test(each_category_declares_exactly_its_list),
		cmocka_unit_test(every_field_of_every_service_passes_once_all_is_given),
		cmocka_unit_test(a_stored_document_makes_the_same_release),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
