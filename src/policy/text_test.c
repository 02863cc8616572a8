/* The policy page and the text of a consent, made from the same release that the gate decides by. */
#include "crypto/crypto.h"
#include "policy/policy_test_support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct fixture {
	struct test_city city;
	struct buf text;
	char hash[65];
};

static int set_up(void **state)
{
	static struct fixture x;

	test_city_load(&x.city, NULL, NULL);
	assert_non_null(x.city.release);
	buf_init(&x.text, 1024 * 1024);
	*state = &x;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *x = *state;

	buf_release(&x->text);
	test_city_release(&x->city);
	return 0;
}

static void make_page(struct fixture *x)
{
	assert_int_equal(policy_html(&x->city.c, x->city.release, &x->text).code, ERR_OK);
}

static void assert_says(struct fixture *x, const char *part)
{
	if (!strstr(x->text.data, part))
		fail_msg("'%s' does not stand in:\n%s", part, x->text.data);
}

/* TJ-0.1.a: product, controller and version stand on the page; NT-0.1, NT-0.2: and the two dates. */
static void the_page_names_product_controller_version_and_dates(void **state)
{
	struct fixture *x = *state;

	make_page(x);
	assert_says(x, "<h1>试办隐私政策</h1>");
	assert_says(x, "<dt>个人信息处理者</dt><dd>试验市数据中心</dd>");
	assert_says(x, "<dt>版本</dt><dd>1</dd>");
	assert_says(x, "<dt>更新日期</dt><dd>2025-12-20</dd>");
	assert_says(x, "<dt>生效日期</dt><dd>2026-01-01</dd>");
}

static void the_index_leads_to_every_chapter_in_its_order(void **state)
{
	struct fixture *x = *state;

	make_page(x);
	assert_says(x, "<a href=\"#collect\">一、收集</a>");
	assert_says(x, "<h2 id=\"collect\">一、收集</h2>");
	assert_says(x, "<a href=\"#share\">二、提供</a>");
	assert_true(strstr(x->text.data, "<h2 id=\"collect\">") < strstr(x->text.data, "<h2 id=\"share\">"));
}

/* NT-0.4.a */
static void marked_passages_are_strong_and_markup_is_escaped(void **state)
{
	struct fixture *x = *state;

	make_page(x);
	assert_says(x, "我们&lt;只&gt;收集<strong>证件号码</strong>等信息");
}

/* TJ-0.2.a */
static void hotlines_are_links_to_call(void **state)
{
	struct fixture *x = *state;

	make_page(x);
	assert_says(x, "可致电 <a href=\"tel:022-12345\">022-12345</a>。");
}

/* NT-2.1.0.f, TJ-1.1.6.a: the tables are the rules. */
static void the_tables_show_what_the_gate_allows(void **state)
{
	struct fixture *x = *state;

	make_page(x);
	assert_says(x, "<th scope=\"row\">社保医保</th>");
	assert_says(x, "<td "
		       "data-label=\"收集的信息\">姓名、<strong>证件号码</"
		       "strong>、手机号码、<strong>位置信息</strong></td>");
	assert_says(x, "<td data-label=\"提供的信息\">姓名、<strong>证件号码</strong>、手机号码</td>");
	assert_says(x, "受理中心、城建局、短信公司");
	assert_says(x, "自停止使用之日起（30 日）");
	assert_says(x, "<strong>依法留存：</strong>依法自交易完成之日起（1825 日）");
	assert_says(x, "<td data-label=\"涉及的信息\"><strong>位置信息</strong></td>");
}

/* NT-0.4.b: the reading page finds its end by this element, and needs no script for anything. */
static void the_page_ends_with_its_mark_and_has_no_script(void **state)
{
	struct fixture *x = *state;

	make_page(x);
	const char *end = strstr(x->text.data, "<p id=\"policy-end\">");
	assert_non_null(end);
	assert_non_null(strstr(end, "</html>\n"));
	assert_null(strstr(end, "<section"));
	assert_null(strstr(x->text.data, "<script"));
	assert_null(strstr(x->text.data, "http://"));
	assert_null(strstr(x->text.data, "https://"));
}

/* NT-3.3.1.b: what a form links to stands on both pages. */
static void both_pages_have_a_row_to_link_to_for_every_use_of_data(void **state)
{
	struct fixture *x = *state;
	static const char *const ids[] = {
		"id=\"category-social\"",	 "id=\"category-rights\"",  "id=\"service-insurance\"",
		"id=\"service-my_information\"", "id=\"recipient-centre\"", "id=\"permission-perm_location\"",
	};

	for (int agreement = 0; agreement < 2; agreement++) {
		buf_clear(&x->text);
		assert_int_equal(
			(agreement ? agreement_html : policy_html)(&x->city.c, x->city.release, &x->text)
				.code,
			ERR_OK);
		for (size_t i = 0; i < sizeof ids / sizeof *ids; i++) {
			assert_says(x, ids[i]);
			assert_null(strstr(strstr(x->text.data, ids[i]) + 1, ids[i]));
		}
		assert_says(x, "<td data-label=\"使用目的\">查询本人信息");
	}
}

static const char agreement[] = "chapters:\n"
				"  - key: parties\n"
				"    title: 一、双方\n"
				"    sections:\n"
				"      - paragraphs: [\"与{controller}订立，电话{contact.hotlines}\", "
				"\"地址：{contact.complaints}\"]\n"
				"      - table: offers\n";

/* Loads the small city again, with an agreement of its own or the shared one. */
static struct release *with_agreement(struct fixture *x, const char *path, const char *text)
{
	struct release *r = NULL;

	buf_clear(&x->city.complaints);
	test_city_write(&x->city, path, text);
	(void)release_load(&x->city.c, x->city.dir, "testing", &x->city.complaints, &r).code;
	return r;
}

/* NT-3.3.1.b: a text of all cities, with this one's facts; what it has no fact for is left out. */
static void the_agreement_is_filled_in_with_the_facts_of_the_city(void **state)
{
	struct fixture *x = *state;
	struct release *r = with_agreement(x, "common/agreement.yaml", agreement);

	assert_non_null(r);
	assert_true(release_has_agreement(r));
	assert_int_equal(agreement_html(&x->city.c, r, &x->text).code, ERR_OK);
	assert_says(x, "<h1>试办用户服务协议</h1>");
	assert_says(x, "<h2 id=\"parties\">一、双方</h2>");
	assert_says(x, "<p>与试验市数据中心订立，电话<a href=\"tel:022-12345\">022-12345</a>");
	assert_null(strstr(x->text.data, "地址：{"));
	assert_null(strstr(x->text.data, "<p>地址：</p>"));
	assert_says(x, "<tr id=\"service-insurance\">");
	release_drop(r);
}

/* NT-3.3.1.b: the version and its hash are of both texts; the stored document gives both again. */
static void the_hash_of_a_release_is_of_its_agreement_too(void **state)
{
	struct fixture *x = *state;
	struct release *again = NULL, *r = with_agreement(x, "testing/agreement.yaml", agreement);

	assert_non_null(r);
	assert_string_not_equal(release_hash(r), release_hash(x->city.release));
	assert_int_equal(release_parse(&x->city.c, release_document(r), 7, &x->city.complaints, &again).code,
			 ERR_OK);
	assert_string_equal(release_hash(again), release_hash(r));
	assert_true(release_has_agreement(again));
	release_drop(again);
	assert_int_equal(
		release_parse(&x->city.c, release_document(x->city.release), 7, &x->city.complaints, &again)
			.code,
		ERR_OK);
	assert_false(release_has_agreement(again));
	release_drop(again);
	release_drop(r);
}

static void a_fact_that_no_city_can_have_is_refused_with_its_place(void **state)
{
	struct fixture *x = *state;

	assert_null(with_agreement(x, "testing/agreement.yaml",
				   "chapters:\n  - key: parties\n    title: 一、双方\n    sections:\n"
				   "      - paragraphs: [\"与{controler}订立\"]\n"));
	assert_string_equal(buf_slice(&x->city.complaints).p,
			    "testing/agreement.yaml:5: unknown setting 'controler' in the text; write one of "
			    "those in cities/README.md\n");
}

static void a_page_that_does_not_fit_is_refused(void **state)
{
	struct fixture *x = *state;
	BUF_SCOPED small;

	buf_init(&small, 100);
	assert_int_equal(policy_html(&x->city.c, x->city.release, &small).code, ERR_TOO_LARGE);
}

static void make_consent(struct fixture *x, const char *recipient)
{
	const struct release *r = x->city.release;
	const struct service *s = release_service(r, "insurance");
	struct itemset items = consent_offer_items(r, s);

	buf_clear(&x->text);
	assert_int_equal(
		consent_text(&x->city.c, r, s, &items, release_recipient(r, recipient), &x->text, x->hash)
			.code,
		ERR_OK);
}

/* TJ-2.1.1, NT-2.1.0.b, NT-A.7: items with the sensitive ones marked, purpose, recipient and contact, effect,
 * withdrawal. */
static void a_consent_names_items_purpose_recipient_effect_and_withdrawal(void **state)
{
	struct fixture *x = *state;

	make_consent(x, "centre");
	assert_says(x, "试验市数据中心");
	assert_says(x, "处理目的：查询本人信息");
	assert_says(x, "收集和使用：姓名、证件号码【敏感】、手机号码、位置信息【敏感】。");
	assert_says(x, "提供给接收方：姓名、证件号码【敏感】、手机号码。");
	assert_says(x, "接收方：受理中心（联系方式：022-12345）");
	assert_says(x, "下列单位之一办理：城建局（022-1）");
	assert_says(x, "不同意仅导致无法使用“社会保险查询”");
	assert_says(x, "随时在“我的信息”中撤回同意");
}

static void the_hash_is_of_the_text_and_changes_with_it(void **state)
{
	struct fixture *x = *state;
	uint8_t hash[HASH_SIZE];
	char hex[65], first[65];

	make_consent(x, "centre");
	hash_sha256(buf_slice(&x->text), hash);
	hex_encode(hash, sizeof hash, hex);
	assert_string_equal(x->hash, hex);
	memcpy(first, x->hash, sizeof first);
	make_consent(x, "centre");
	assert_string_equal(x->hash, first);
	make_consent(x, "other");
	assert_string_not_equal(x->hash, first);
}

static void a_service_without_anything_to_agree_to_offers_nothing(void **state)
{
	struct fixture *x = *state;
	struct itemset none =
		consent_offer_items(x->city.release, release_service(x->city.release, "plates"));

	assert_true(itemset_empty(&none));
}

#define TEXT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEXT_TEST(the_page_names_product_controller_version_and_dates),
		TEXT_TEST(the_index_leads_to_every_chapter_in_its_order),
		TEXT_TEST(marked_passages_are_strong_and_markup_is_escaped),
		TEXT_TEST(hotlines_are_links_to_call),
		TEXT_TEST(the_tables_show_what_the_gate_allows),
		TEXT_TEST(the_page_ends_with_its_mark_and_has_no_script),
		TEXT_TEST(both_pages_have_a_row_to_link_to_for_every_use_of_data),
		TEXT_TEST(the_agreement_is_filled_in_with_the_facts_of_the_city),
		TEXT_TEST(the_hash_of_a_release_is_of_its_agreement_too),
		TEXT_TEST(a_fact_that_no_city_can_have_is_refused_with_its_place),
		TEXT_TEST(a_page_that_does_not_fit_is_refused),
		TEXT_TEST(a_consent_names_items_purpose_recipient_effect_and_withdrawal),
		TEXT_TEST(the_hash_is_of_the_text_and_changes_with_it),
		TEXT_TEST(a_service_without_anything_to_agree_to_offers_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
