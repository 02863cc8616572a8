/* Releases in a store: seeding, drafts, the one in force, pages of old versions, and acceptances of an older
 * one. */
#include "policy/city_releases.h"
#include "policy/gate.h"
#include "policy/policy_test_support.h"
#include "policy/releases.h"
#include "store/store.h"
#include <setjmp.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

enum { DAY_MS = 24 * 60 * 60 * 1000 };

struct fixture {
	struct test_city city;
	struct ctx *c;
	struct releases *all;
	int64_t first_ms; /* when version 1 takes effect */
};

static int set_up(void **state)
{
	static struct fixture x;
	char url[128];

	x = (struct fixture){0};
	test_city_load(&x.city, NULL, NULL);
	x.c = &x.city.c;
	x.first_ms = release_effective_ms(x.city.release);
	x.c->now_ms = x.first_ms + DAY_MS;
	snprintf(url, sizeof url, "sqlite:%s/store.db", x.city.dir);
	if (failed(store_open(x.c, url, "city", &x.c->store)))
		fail_msg("%s", x.c->failure.detail);
	*state = &x;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *x = *state;

	releases_close(x->all);
	store_close(x->c->store);
	test_city_release(&x->city);
	return 0;
}

static err add_line(struct ctx *c, const struct processing *p, enum assessed stands, void *arg)
{
	(void)c, (void)stands;
	buf_add_text(arg, p->key);
	buf_add_text(arg, "\n");
	return OK;
}

/* NT-3.3.2.g: what the files would do is assessed in them. */
static void assess(struct fixture *x)
{
	BUF_SCOPED lines = {0};

	buf_init(&lines, 1 << 20);
	if (failed(city_processings(x->c, x->city.dir, "testing", &x->city.complaints, add_line, &lines)))
		fail_msg("%s", x->c->failure.detail);
	test_city_write(&x->city, "testing/processings.txt", lines.data);
	test_city_write(&x->city, "testing/assessments.yaml",
			"assessments:\n"
			"  - document: 评字1号\n"
			"    covers: processings.txt\n"
			"    lawful: 依法办理\n"
			"    impact: 影响有限\n"
			"    protection: 加密保存\n"
			"    risk: low\n"
			"    allowed: true\n"
			"    on: 2025-12-01\n"
			"    officer: 甲\n"
			"    second: 乙\n");
}

static err publish(struct fixture *x, int64_t number, int64_t effective_ms)
{
	struct assessment_file file;

	TRY(assessment_file_read(x->c, x->city.dir, "testing", &x->city.complaints, &file));
	return releases_publish(x->c, number, "审核人", effective_ms, &file);
}

static int64_t seed(struct fixture *x)
{
	int64_t drafts = -1;

	buf_clear(&x->city.complaints);
	assess(x);
	buf_clear(&x->city.complaints);
	if (failed(releases_seed(x->c, x->city.dir, "testing", &x->city.complaints, &drafts)))
		fail_msg("%s%s", buf_slice(&x->city.complaints).p, x->c->failure.detail);
	return drafts;
}

static void open_all(struct fixture *x)
{
	if (failed(releases_open(x->c, &x->all)))
		fail_msg("%s", x->c->failure.detail);
}

/* Version 2 takes effect ten days after version 1; `from` becomes `to` in it. */
static void write_second(struct fixture *x, const char *from, const char *to)
{
	char text[16 * 1024], *at;

	snprintf(text, sizeof text, "%s", test_city_text("policy", from, to));
	at = strstr(text, "version: \"1\"");
	at[10] = '2';
	at = strstr(text, "effective: 2026-01-01");
	at[19] = '1';
	test_city_write(&x->city, "testing/policy/2.yaml", text);
}

static void assert_in_force(struct fixture *x, int64_t at_ms, const char *version, unsigned number)
{
	const struct release *r = releases_at(x->all, at_ms);

	assert_string_equal(release_version(r), version);
	assert_int_equal(release_number(r), number);
	release_drop(r);
}

static void an_empty_store_is_seeded_once(void **state)
{
	struct fixture *x = *state;

	assert_int_equal(seed(x), 0);
	assert_int_equal(seed(x), 0);
	open_all(x);
	assert_in_force(x, x->c->now_ms, "1", 1);
	const struct release *r = releases_at(x->all, x->c->now_ms);
	assert_string_equal(release_hash(r), release_hash(x->city.release));
	release_drop(r);
}

static void assert_unassessed(struct fixture *x, err e, const char *key)
{
	assert_int_equal(e.code, ERR_CONFLICT);
	for (size_t i = 0; i < x->c->failure.field_count; i++)
		if (strcmp(x->c->failure.fields[i].field, key) == 0)
			return;
	fail_msg("%s is not named: %s", key, x->c->failure.detail);
}

/* NT-3.3.2.g: neither the first release nor a later one starts with a processing that stands in no
 * assessment. */
static void what_is_not_assessed_is_not_switched_on(void **state)
{
	struct fixture *x = *state;
	static const char field[] = "fields: [{item: real_name}]";
	struct releases *all = NULL;

	assert_unassessed(x, releases_seed(x->c, x->city.dir, "testing", &x->city.complaints, NULL),
			  "collect/category/social/id_number");
	failure_clear(x->c);
	assert_int_equal(releases_open(x->c, &all).code, ERR_NOT_FOUND);
	seed(x);
	open_all(x);
	write_second(x, "days: 30", "days: 31");
	test_city_write(&x->city, "testing/services/all.yaml",
			test_city_text("services", field, "fields: [{item: real_name}, {item: id_number}]"));
	assert_int_equal(releases_seed(x->c, x->city.dir, "testing", &x->city.complaints, NULL).code, ERR_OK);
	failure_clear(x->c);
	assert_unassessed(x, publish(x, 3, 0), "collect/service/phone_line/id_number");
	assess(x);
	failure_clear(x->c);
	assert_int_equal(publish(x, 3, 0).code, ERR_OK);
}

static void a_store_without_release_cannot_be_served(void **state)
{
	struct fixture *x = *state;
	struct releases *all = NULL;

	assert_int_equal(releases_open(x->c, &all).code, ERR_NOT_FOUND);
	assert_null(all);
}

static void versions_take_effect_at_their_times(void **state)
{
	struct fixture *x = *state;

	write_second(x, "days: 30", "days: 31");
	seed(x);
	open_all(x);
	assert_in_force(x, x->first_ms - 1, "1", 1);
	assert_in_force(x, x->first_ms + 10 * (int64_t)DAY_MS - 1, "1", 1);
	assert_in_force(x, x->first_ms + 10 * (int64_t)DAY_MS, "2", 2);
}

/* A changed file does nothing until somebody publishes it. */
static void a_later_version_waits_as_a_draft_until_it_is_published(void **state)
{
	struct fixture *x = *state;
	int64_t later = x->first_ms + 20 * (int64_t)DAY_MS;

	seed(x);
	open_all(x);
	write_second(x, "days: 30", "days: 31");
	assert_int_equal(seed(x), 1);
	assert_int_equal(releases_refresh(x->c, x->all).code, ERR_OK);
	assert_in_force(x, later, "1", 1);
	assert_int_equal(publish(x, 2, 0).code, ERR_OK);
	assert_int_equal(releases_refresh(x->c, x->all).code, ERR_OK);
	assert_in_force(x, x->c->now_ms, "1", 1);
	assert_in_force(x, later, "2", 2);
	assert_int_equal(publish(x, 2, 0).code, ERR_CONFLICT);
	assert_int_equal(publish(x, 9, 0).code, ERR_NOT_FOUND);
}

/* TJ-0.2.d: nothing binds before it could be read. */
static void a_release_never_takes_effect_before_it_is_published(void **state)
{
	struct fixture *x = *state;

	seed(x);
	open_all(x);
	write_second(x, "days: 30", "days: 31");
	seed(x);
	x->c->now_ms = x->first_ms + 30 * (int64_t)DAY_MS;
	assert_int_equal(publish(x, 2, x->first_ms).code, ERR_OK);
	assert_int_equal(releases_refresh(x->c, x->all).code, ERR_OK);
	assert_in_force(x, x->c->now_ms - 1, "1", 1);
	assert_in_force(x, x->c->now_ms, "2", 2);
}

static void a_request_keeps_the_release_that_it_began_with(void **state)
{
	struct fixture *x = *state;

	seed(x);
	open_all(x);
	const struct release *held = releases_at(x->all, x->c->now_ms);
	releases_close(x->all);
	x->all = NULL;
	assert_string_equal(release_version(held), "1");
	release_drop(held);
}

static void the_page_of_an_old_version_stays_as_it_was(void **state)
{
	struct fixture *x = *state;
	struct release_page page;

	write_second(x, "**证件号码**等信息", "**证件号码**");
	seed(x);
	assert_int_equal(releases_page(x->c, "1", &page).code, ERR_OK);
	assert_non_null(strstr(page.html.p, "<strong>证件号码</strong>等信息"));
	assert_int_equal(page.number, 1);
	assert_int_equal(page.effective_ms, x->first_ms);
	assert_string_equal(page.hash, release_hash(x->city.release));
	assert_int_equal(releases_page(x->c, "2", &page).code, ERR_OK);
	assert_null(strstr(page.html.p, "<strong>证件号码</strong>等信息"));
	assert_int_equal(releases_page(x->c, "3", &page).code, ERR_NOT_FOUND);
}

static void a_document_changed_in_the_store_is_refused(void **state)
{
	struct fixture *x = *state;
	char path[128], url[136];
	sqlite3 *db;

	seed(x);
	store_close(x->c->store);
	snprintf(path, sizeof path, "%s/store.db", x->city.dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db,
				      "UPDATE policy_release SET document = replace(document, '\"days\":30', "
				      "'\"days\":31')",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_changes(db), 1);
	sqlite3_close(db);
	snprintf(url, sizeof url, "sqlite:%s", path);
	assert_int_equal(store_open(x->c, url, "city", &x->c->store).code, ERR_OK);
	assert_int_equal(releases_open(x->c, &x->all).code, ERR_STORE);
}

/* What a person asks who accepted version `accepted` while version 2 is in force. */
static const char *ask(struct fixture *x, unsigned accepted, const char *item)
{
	const struct release *r = releases_at(x->all, x->first_ms + 20 * (int64_t)DAY_MS);
	const struct service *s = release_service(r, "phone_line");
	struct facts f = {.subject_id = 1,
			  .phone_bound = true,
			  .accepted_release = accepted,
			  .acceptance = ACCEPT_EXPRESS};
	struct gate_request q = {
		.action = GATE_READ, .service = s, .purpose = s->purpose, .now_ms = 5, .staff = true};
	const char *clause;

	itemset_add(&q.items, release_item(r, item)->number);
	const char *reason = gate_check(r, &f, &q, &clause);
	release_drop(r);
	return reason;
}

/* TJ-0.2.d, NT-6.1.c: who agreed to the older version keeps what both versions allow, and is asked for the
 * rest. */
static void an_older_acceptance_counts_where_both_versions_allow(void **state)
{
	struct fixture *x = *state;
	static const char field[] = "fields: [{item: real_name}]";

	seed(x);
	write_second(x, "days: 30", "days: 31");
	test_city_write(
		&x->city, "testing/services/all.yaml",
		test_city_text("services", field, "fields: [{item: real_name}, {item: mobile_phone}]"));
	seed(x);
	assert_int_equal(publish(x, 3, 0).code, ERR_OK);
	open_all(x);
	assert_null(ask(x, 3, "real_name"));
	assert_null(ask(x, 3, "mobile_phone"));
	assert_null(ask(x, 1, "real_name"));
	assert_string_equal(ask(x, 1, "mobile_phone"), "consent_required");
	assert_string_equal(ask(x, 2, "real_name"), "consent_required");
}

#define RELEASE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		RELEASE_TEST(an_empty_store_is_seeded_once),
		RELEASE_TEST(what_is_not_assessed_is_not_switched_on),
		RELEASE_TEST(a_store_without_release_cannot_be_served),
		RELEASE_TEST(versions_take_effect_at_their_times),
		RELEASE_TEST(a_later_version_waits_as_a_draft_until_it_is_published),
		RELEASE_TEST(a_release_never_takes_effect_before_it_is_published),
		RELEASE_TEST(a_request_keeps_the_release_that_it_began_with),
		RELEASE_TEST(the_page_of_an_old_version_stays_as_it_was),
		RELEASE_TEST(a_document_changed_in_the_store_is_refused),
		RELEASE_TEST(an_older_acceptance_counts_where_both_versions_allow),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
