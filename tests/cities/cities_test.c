/* The cities as they ship: they load, each category takes and shares exactly what its clause lists, and the
 * gate refuses the item that the register's test adds. The clauses stand beside the categories in
 * tests/data/categories.tsv. */
#include "crypto/crypto.h"
#include "policy/city_releases.h"
#include "policy/gate.h"
#include "policy/sdk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { FIELDS = 5, LINE_MAX_BYTES = 1024, PARTS_MAX = 16 };

struct city {
	const char *key;
	struct ctx c;
	const struct release *release;
};

static struct city cities[] = {{.key = "tianjin"}, {.key = "nantong"}};
enum { CITIES = sizeof cities / sizeof *cities };

static int load_cities(void **state)
{
	const char *dir = getenv("TB_CITIES"); /* a loosened copy, from tools/clauses --mutate */

	(void)state;
	crypto_init();
	for (int i = 0; i < CITIES; i++) {
		BUF_SCOPED complaints;
		struct release *r = NULL;

		buf_init(&complaints, 1 << 20);
		cities[i].c.arena = arena_new(1 << 26);
		err e = release_load(&cities[i].c, dir ? dir : TB_ROOT "/cities", cities[i].key, &complaints,
				     &r);
		if (e.code != ERR_OK || complaints.size) {
			fprintf(stderr, "%.*s\n", (int)complaints.size, complaints.data);
			return -1;
		}
		cities[i].release = r;
	}
	return 0;
}

static int drop_cities(void **state)
{
	(void)state;
	for (int i = 0; i < CITIES; i++) {
		release_drop(cities[i].release);
		arena_free(cities[i].c.arena);
	}
	return 0;
}

static struct city *city_of(const char *key)
{
	for (int i = 0; i < CITIES; i++)
		if (strcmp(cities[i].key, key) == 0)
			return &cities[i];
	fail_msg("categories.tsv names an unknown city: %s", key);
	return NULL;
}

/* ---- the categories of the register
 * ----------------------------------------------------------------------------------- */

struct declared {
	const struct release *r;
	const struct category *k;
	struct itemset items;
	const struct item *outside;
	const char *clauses;
};

static size_t cut(char *text, char at, char **parts, size_t max)
{
	size_t n = 0;

	for (char *p = text; p && n < max; n++) {
		parts[n] = p;
		p = strchr(p, at);
		if (p)
			*p++ = '\0';
	}
	return n;
}

static void read_row(char *line, struct declared *ret)
{
	char *field[FIELDS], *item[PARTS_MAX];

	line[strcspn(line, "\n")] = '\0';
	assert_int_equal(cut(line, '\t', field, FIELDS), FIELDS);
	*ret = (struct declared){.r = city_of(field[0])->release, .clauses = field[4]};
	ret->k = release_category(ret->r, field[1]);
	if (!ret->k)
		fail_msg("%s has no category %s", field[0], field[1]);
	size_t n = cut(field[2], ',', item, PARTS_MAX);
	for (size_t i = 0; i < n; i++) {
		assert_non_null(release_item(ret->r, item[i]));
		itemset_add(&ret->items, release_item(ret->r, item[i])->number);
	}
	ret->outside = release_item(ret->r, field[3]);
	assert_non_null(ret->outside);
}

static void each_category(void (*fn)(const struct declared *d))
{
	FILE *file = fopen(TB_ROOT "/tests/data/categories.tsv", "r");
	char line[LINE_MAX_BYTES];
	int rows = 0;

	assert_non_null(file);
	assert_non_null(fgets(line, sizeof line, file));
	while (fgets(line, sizeof line, file)) {
		struct declared d;
		read_row(line, &d);
		fn(&d);
		rows++;
	}
	fclose(file);
	assert_int_equal(rows, 17 + 11);
}

static const struct service *service_in(const struct declared *d, unsigned number)
{
	const struct service *s = release_service_at(d->r, number);

	return s->category == d->k && s->shape == SHAPE_QUERY ? s : NULL;
}

static void takes_its_list(const struct declared *d)
{
	assert_memory_equal(&d->k->collect, &d->items, sizeof d->items);
	assert_memory_equal(&d->k->share, &d->items, sizeof d->items);
}

static void a_category_takes_and_shares_exactly_its_list(void **state)
{
	(void)state;
	each_category(takes_its_list);
}

static void join(struct itemset *all, const struct itemset *more)
{
	for (size_t i = 0; i < sizeof all->bit / sizeof *all->bit; i++)
		all->bit[i] |= more->bit[i];
}

/* A third party may get at most its eight items; nobody needs all of them (TJ-1.1.22.b). */
static void uses_its_list(const struct declared *d)
{
	struct itemset used = {{0}};
	int queries = 0;

	for (unsigned i = 0; i < release_service_count(d->r); i++) {
		const struct service *s = service_in(d, i);
		if (!s)
			continue;
		queries++;
		assert_non_null(s->recipient);
		assert_true(itemset_within(&s->shared, &d->items));
		join(&used, &s->items);
		join(&used, &s->shared);
		join(&used, &s->result);
	}
	assert_true(queries > 0);
	if (strcmp(d->k->key, "third_party") != 0)
		assert_true(itemset_within(&d->items, &used));
}

static void every_category_has_queries_that_use_its_list(void **state)
{
	(void)state;
	each_category(uses_its_list);
}

/* ---- the gate
 * ------------------------------------------------------------------------------------------------------------
 */

/* Someone who may do everything that is declared: what is refused then is refused for want of a declaration
 * or a consent. */
static struct facts able(const struct release *r)
{
	return (struct facts){
		.subject_id = 1,
		.phone_bound = true,
		.realname_level = 2,
		.second_check_until_ms = INT64_MAX,
		.accepted_release = release_number(r),
		.acceptance = ACCEPT_EXPRESS,
		.permissions = UINT32_MAX,
		.papers = {UINT64_MAX, UINT64_MAX, UINT64_MAX},
	};
}

static const char *refusal(const struct declared *d, const struct facts *f, const struct service *s,
			   enum gate_action action, struct itemset items)
{
	const char *clause = NULL;
	struct gate_request q = {
		.action = action, .service = s, .purpose = s->purpose, .items = items, .now_ms = 1};

	q.recipient = action == GATE_SHARE ? s->recipient : NULL;
	const char *reason = gate_check(d->r, f, &q, &clause);
	if (reason)
		assert_non_null(clause); /* a refusal names its clause */
	return reason;
}

static void gate_keeps_the_list(const struct declared *d)
{
	for (unsigned i = 0; i < release_service_count(d->r); i++) {
		const struct service *s = service_in(d, i);
		if (!s)
			continue;
		struct facts f = able(d->r);
		struct consent_fact given[] = {{1, s, NULL, s->items, 0}, {2, s, s->recipient, s->shared, 0}};
		struct itemset more = s->items;

		assert_string_equal(refusal(d, &f, s, GATE_SHARE, s->shared), "consent_required");
		f.consents = given;
		f.consent_count = 2;
		assert_null(refusal(d, &f, s, GATE_COLLECT, s->items));
		assert_null(refusal(d, &f, s, GATE_SHARE, s->shared));
		itemset_add(&more, d->outside->number);
		assert_string_equal(refusal(d, &f, s, GATE_COLLECT, more), "not_declared");
		more = s->shared;
		itemset_add(&more, d->outside->number);
		assert_string_equal(refusal(d, &f, s, GATE_SHARE, more), "not_declared");
	}
}

/* The clauses ….a and ….0.a of the categories; see categories.tsv. */
static void the_gate_takes_what_is_listed_and_refuses_one_item_more(void **state)
{
	(void)state;
	each_category(gate_keeps_the_list);
}

/* TJ-2.1.4.a: a stored release whose provider's list got shorter shares no item beyond it, and a recipient
 * without its papers gets nothing: TJ-1.1.22.c, TJ-1.1.22.d. */
static void a_provider_gets_its_list_and_needs_its_papers(void **state)
{
	static const char listed[] = "\"items\":[\"mobile_phone\",\"location\"]";
	struct city *city = city_of("tianjin");
	BUF_SCOPED complaints = {0}, text = {0};
	struct slice document = release_document(city->release);
	struct release *r = NULL;
	const char *clause = NULL;

	(void)state;
	buf_init(&complaints, 1 << 20);
	buf_init(&text, 8 << 20);
	for (const char *p = document.p, *end = p + document.n; p < end; p++)
		if ((size_t)(end - p) >= sizeof listed - 1 && memcmp(p, listed, sizeof listed - 1) == 0) {
			buf_add_text(&text, "\"items\":[\"mobile_phone\"]");
			p += sizeof listed - 2;
		} else
			buf_add(&text, p, 1);
	if (release_parse(&city->c, buf_slice(&text), 2, &complaints, &r).code != ERR_OK)
		fail_msg("%s", buf_slice(&complaints).p);
	const struct service *s = release_service(r, "metro_trip_query");
	struct facts f = able(r);
	struct consent_fact given = {1, s, s->recipient, s->shared, 0};
	struct gate_request q = {.action = GATE_SHARE,
				 .service = s,
				 .purpose = s->purpose,
				 .recipient = s->recipient,
				 .items = s->shared,
				 .now_ms = 1};
	f.consents = &given;
	f.consent_count = 1;
	assert_string_equal(gate_check(r, &f, &q, &clause), "not_declared");
	assert_string_equal(clause, "TJ-2.1.4.a");
	q.items = (struct itemset){0};
	itemset_add(&q.items, release_item(r, "mobile_phone")->number);
	itemset_add(&q.items, release_item(r, "id_number")->number);
	assert_null(gate_check(r, &f, &q, &clause));
	f.papers[PAPER_ADMISSION] = 0;
	assert_string_equal(gate_check(r, &f, &q, &clause), "not_declared");
	assert_string_equal(clause, "TJ-1.1.22.c");
	f.papers[PAPER_UNDERTAKING] = 0;
	assert_string_equal(gate_check(r, &f, &q, &clause), "not_declared");
	assert_string_equal(clause, "TJ-1.1.22.d");
	release_drop(r);
}

/* ---- what else the policies promise
 * ------------------------------------------------------------------------------------------- */

static void every_service_that_the_policy_of_nantong_names_is_offered(void **state)
{
	static const char *const named[] = {
		"社保查询",	"公积金查询", "在线申报",	  "代办帮办",	   "电子社保卡",
		"个人参保信息", "苏康码",     "三超证申请",	  "手机充值",	   "燃气费",
		"水费",		"电费",	      "财政非税缴费",	  "一键召车",	   "出行订票",
		"自助移车",	"婚姻登记",   "重名查询",	  "劳动者港湾",	   "尊老金申请",
		"学历信息查询", "给市长写信", "给委办局领导写信", "12345诉求提交", "畅游南通",
		"景区门票",	"不动产查询",
	};
	const struct release *r = city_of("nantong")->release;

	(void)state;
	for (size_t i = 0; i < sizeof named / sizeof *named; i++) {
		bool offered = false;
		for (unsigned k = 0; k < release_service_count(r); k++) {
			const struct service *s = release_service_at(r, k);
			offered |= strcmp(s->name, named[i]) == 0 && s->shape != SHAPE_INTERNAL;
		}
		if (!offered)
			fail_msg("%s is not offered", named[i]);
	}
}

static void every_service_is_found_by_the_initials_of_its_name(void **state)
{
	(void)state;
	for (int i = 0; i < CITIES; i++) {
		for (unsigned k = 0; k < release_service_count(cities[i].release); k++) {
			const struct service *s = release_service_at(cities[i].release, k);
			assert_non_null(s->pinyin);
			assert_non_null(s->initials);
			assert_int_equal(strspn(s->pinyin, "abcdefghijklmnopqrstuvwxyz0123456789"),
					 strlen(s->pinyin));
			assert_true(strlen(s->initials) <= strlen(s->pinyin));
			assert_int_equal(s->initials[0], s->pinyin[0]);
		}
	}
}

/* An open page says something by itself and takes nothing from anybody. */
static void visitors_find_open_pages_that_ask_for_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < CITIES; i++) {
		int open = 0;
		for (unsigned k = 0; k < release_service_count(cities[i].release); k++) {
			const struct service *s = release_service_at(cities[i].release, k);
			if (s->shape != SHAPE_INFO)
				continue;
			open++;
			assert_int_equal(s->level, LEVEL_OPEN);
			assert_int_equal(s->field_count, 0);
			assert_null(s->recipient);
			assert_true(s->guide && strlen(s->guide) > 60);
		}
		assert_true(open >= 3);
	}
}

static void the_five_kinds_of_sensitive_data_hold_the_sensitive_items(void **state)
{
	/* NT-A.7.2, NT-A.7.3: each item of these kinds; of property, identity and network identity the
	 * register names single exceptions, such as a plate number. */
	const struct release *r = cities[0].release;

	(void)state;
	assert_int_equal(release_item_count(r), 165);
	for (unsigned i = 0; i < release_item_count(r); i++) {
		const struct item *it = release_item_at(r, i);
		if (strcmp(it->kind, "health") == 0 || strcmp(it->kind, "biometric") == 0)
			assert_true(it->sensitive);
	}
	assert_true(release_item(r, "bank_card_number")->sensitive);
	assert_true(release_item(r, "resident_id_number")->sensitive);
	assert_true(release_item(r, "username")->sensitive);
	assert_false(release_item(r, "plate_number")->sensitive);
}

static int count_of(struct slice text, const char *what)
{
	size_t n = strlen(what);
	int count = 0;

	for (size_t i = 0; i + n <= text.n; i++)
		count += memcmp(text.p + i, what, n) == 0;
	return count;
}

static void the_policy_page_has_the_chapters_of_the_city(void **state)
{
	static const int chapters[CITIES] = {10, 7}; /* TJ-0.3, NT-0.5 */

	(void)state;
	for (int i = 0; i < CITIES; i++) {
		BUF_SCOPED page;
		buf_init(&page, 1 << 22);
		assert_int_equal(policy_html(&cities[i].c, cities[i].release, &page).code, ERR_OK);
		struct slice text = buf_slice(&page);
		assert_int_equal(count_of(text, "<h2 id="), chapters[i]);
		assert_int_equal(count_of(text, "<li><a href=\"#"), chapters[i]);
		assert_int_equal(count_of(text, "**"), 0);
	}
}

static int exceptions_of(const struct release *r, enum exception_context where)
{
	int count = 0;

	for (unsigned i = 0; i < release_exception_count(r); i++)
		count += exception_holds(release_exception_at(r, i), where);
	return count;
}

static void the_registers_are_those_of_the_policy(void **state)
{
	const struct release *tj = cities[0].release, *nt = cities[1].release;

	(void)state;
	assert_int_equal(release_sdk_count(tj), 12); /* TJ-1.1.25.0 */
	assert_int_equal(release_sdk_count(nt), 21);
	assert_int_equal(exceptions_of(tj, EXCEPTION_COLLECT), 9);	      /* TJ-1.3.0 */
	assert_int_equal(exceptions_of(nt, EXCEPTION_COLLECT), 0);	      /* none is listed */
	assert_int_equal(exceptions_of(tj, EXCEPTION_REFUSE_REQUEST), 4 + 7); /* TJ-4.5.c to TJ-4.5.7 */
	assert_int_equal(exceptions_of(nt, EXCEPTION_REFUSE_REQUEST), 5 + 2); /* NT-4.7.0, two examples */
	assert_int_equal(release_definition_count(tj), 0);
	assert_int_equal(release_definition_count(nt), 10); /* NT-A.1, NT-A.2, NT-A.3 … NT-A.10 */
	for (unsigned i = 0; i < release_exception_count(tj); i++)
		assert_true(release_exception_at(tj, i)->needs != 0);
}

/* NT-1.5.0.a: the test city's check must fail on a way to phones that no SDK stands for; see load_register.c
 */
static void messages_reach_phones_by_registered_sdks(void **state)
{
	const struct release *tj = cities[0].release, *nt = cities[1].release;
	const struct recipient *to = release_service(nt, "push_message")->recipient;
	int ways = 0;

	(void)state;
	assert_int_equal(release_sdk_reason_count(tj), 0); /* its text tells when each is called, not why */
	assert_int_equal(release_sdk_reason_count(nt), 6);
	for (unsigned i = 0; i < release_sdk_count(nt); i++) {
		const struct sdk *s = release_sdk_at(nt, i);
		assert_non_null(s->reason);
		assert_int_equal(sdk_brings_push(s, to), strcmp(s->reason->key, "push") == 0);
		ways += sdk_brings_push(s, to);
	}
	assert_int_equal(ways, 3);
}

/* NT-1.4.b: each part has an id of its own; what is not listed for a use, the whole as well, is refused */
static void a_use_names_a_listed_part(void **state)
{
	const struct release *nt = cities[1].release;
	const struct purpose *whole = release_purpose(nt, "operate");
	const struct facts f = {.subject_id = 1,
				.acceptance = ACCEPT_EXPRESS,
				.accepted_release = release_number(nt),
				.phone_bound = true};
	struct gate_request q = {.action = GATE_READ,
				 .service = release_service(nt, "complaint_handling"),
				 .masked = true,
				 .staff = true};
	int parts = 0;

	(void)state;
	assert_true(whole->parted);
	itemset_add(&q.items, release_item(nt, "real_name")->number);
	for (unsigned i = 0; i < release_purpose_count(nt); i++) {
		const char *clause;
		q.purpose = release_purpose_at(nt, i);
		parts += q.purpose->within == whole;
		assert_true(!q.purpose->within || q.purpose->within == whole);
		const char *reason = gate_check(nt, &f, &q, &clause);
		if (q.purpose == q.service->purpose)
			assert_null(reason);
		else
			assert_string_equal(reason, "not_declared");
	}
	assert_int_equal(parts, 8);
	assert_ptr_equal(q.service->purpose->within, whole);
	for (unsigned i = 0; i < release_purpose_count(cities[0].release); i++)
		assert_null(release_purpose_at(cities[0].release, i)->within);
}

static void an_sdk_gets_exactly_what_the_policy_lists(void **state)
{
	const struct release *nt = cities[1].release;
	const struct sdk *x5 = release_sdk(nt, "tencent_x5"), *wechat = release_sdk(nt, "wechat_share");

	(void)state;
	/* NT-1.5.9 */
	assert_string_equal(x5->platforms, "android");
	assert_true(itemset_has(&x5->items, release_item(nt, "imei")->number));
	assert_false(itemset_has(&x5->items, release_item(nt, "mac")->number));
	/* NT-1.5.7 */
	assert_true(itemset_empty(&wechat->items));
	assert_int_equal(wechat->permissions, 0);
}

/* ---- colours
 * ----------------------------------------------------------------------------------------------------------------------
 */

/* WCAG 2.1, relative luminance, with the square instead of the power 2.4: a little lighter than the real one,
 * so that the contrast of white text comes out a little lower. It needs no mathematics library. */
static double luminance(const char *colour)
{
	static const double weight[] = {0.2126, 0.7152, 0.0722};
	double sum = 0;

	assert_int_equal(strlen(colour), 7);
	for (int i = 0; i < 3; i++) {
		char digits[3] = {colour[1 + 2 * i], colour[2 + 2 * i], 0};
		double part = (double)strtol(digits, NULL, 16) / 255;
		sum += weight[i] * part * part;
	}
	return sum;
}

static void white_text_can_be_read_on_the_colours_of_a_city(void **state)
{
	(void)state;
	for (int i = 0; i < CITIES; i++) {
		const char *primary = city_text(cities[i].release, "theme.primary");
		const char *accent = city_text(cities[i].release, "theme.accent");
		assert_true(1.05 / (luminance(primary) + 0.05) >= 4.5);
		assert_true(1.05 / (luminance(accent) + 0.05) >= 4.0);
		assert_string_not_equal(primary, city_text(cities[1 - i].release, "theme.primary"));
	}
}

static err tell_missing(struct ctx *c, const struct processing *p, enum assessed stands, void *arg)
{
	(void)c;
	if (stands == ASSESSED_ALLOWED)
		return OK;
	fprintf(stderr, "not assessed: %s\n", p->key);
	++*(int *)arg;
	return OK;
}

/* NT-3.3.2.g: a new processing among the files of a city stands in one of its assessments; tools/processings
 * CITY writes the lists anew. Loosened copies are not asked. */
static void what_the_files_do_is_assessed(void **state)
{
	(void)state;
	for (int i = 0; i < CITIES; i++) {
		BUF_SCOPED complaints = {0};
		int missing = 0;

		buf_init(&complaints, 1 << 20);
		assert_int_equal(city_processings(&cities[i].c, TB_ROOT "/cities", cities[i].key, &complaints,
						  tell_missing, &missing)
					 .code,
				 ERR_OK);
		assert_int_equal(missing, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_files_do_is_assessed),
		cmocka_unit_test(a_category_takes_and_shares_exactly_its_list),
		cmocka_unit_test(every_category_has_queries_that_use_its_list),
		cmocka_unit_test(the_gate_takes_what_is_listed_and_refuses_one_item_more),
		cmocka_unit_test(a_provider_gets_its_list_and_needs_its_papers),
		cmocka_unit_test(every_service_that_the_policy_of_nantong_names_is_offered),
		cmocka_unit_test(every_service_is_found_by_the_initials_of_its_name),
		cmocka_unit_test(visitors_find_open_pages_that_ask_for_nothing),
		cmocka_unit_test(the_five_kinds_of_sensitive_data_hold_the_sensitive_items),
		cmocka_unit_test(the_policy_page_has_the_chapters_of_the_city),
		cmocka_unit_test(the_registers_are_those_of_the_policy),
		cmocka_unit_test(messages_reach_phones_by_registered_sdks),
		cmocka_unit_test(a_use_names_a_listed_part),
		cmocka_unit_test(an_sdk_gets_exactly_what_the_policy_lists),
		cmocka_unit_test(white_text_can_be_read_on_the_colours_of_a_city),
	};
	return cmocka_run_group_tests(tests, load_cities, drop_cities);
}
