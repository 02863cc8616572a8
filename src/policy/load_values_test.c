/* The complaints about settings, lists and single values. */
#include "policy/policy_test_support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void a_city_without_controller_is_refused(void **state) /* TJ-0.1.a */
{
	(void)state;
	assert_complaint(
		"city", "controller: 试验市数据中心\n", "",
		"testing/city.yaml:1: the city has no 'controller'; write it, the policy page and every "
		"receipt show it\n");
}

static void a_setting_that_names_an_unknown_service_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"city", "rights: [my_information]", "rights: [my_informations]",
		"testing/city.yaml:13: unknown service 'my_informations'; write 'my_information', or declare "
		"it in services\n");
}

static void an_entry_of_a_list_that_stands_twice_is_refused(void **state)
{
	(void)state;
	assert_complaint("city", "{key: me, name: 我的}", "{key: home, name: 我的}",
			 "testing/city.yaml:11: 'home' stands twice in 'tabs'; give this one another key\n");
}

static void a_setting_with_a_dotted_name_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"city", "city_name: 试验市", "city_name: 试验市\nreply.days: 15",
		"testing/city.yaml:4: 'key' must be a key; write small letters, digits and _, a letter "
		"first\n");
}

static void an_unknown_setting_is_refused_with_the_nearest(void **state)
{
	(void)state;
	assert_complaint(
		"city", "border: {mode: never}", "boarder: {mode: never}",
		"testing/city.yaml:8: unknown setting 'boarder.mode'; did you mean 'border.mode'?\n");
	assert_complaint("city", "border: {mode: never}", "quite: {unheard_of: never}",
			 "testing/city.yaml:8: unknown setting 'quite.unheard_of'; write one of those in "
			 "cities/README.md, "
			 "or leave it out\n");
}

static void a_setting_of_another_kind_is_refused(void **state)
{
	(void)state;
	assert_complaint("city", "border: {mode: never}", "border: {mode: always}",
			 "testing/city.yaml:8: 'border.mode' is 'always'; write one of: never, consent\n");
	assert_complaint(
		"city", "border: {mode: never}", "reply: {days: soon}",
		"testing/city.yaml:8: 'reply.days' must be a whole number; write digits without unit or "
		"quotes\n");
	assert_complaint(
		"city", "consent: {continue: true}", "consent: {continue: often}",
		"testing/city.yaml:7: 'consent.continue' must be true or false; write one of them without "
		"quotes\n");
	assert_complaint(
		"city", "border: {mode: never}", "update: {channels: popup}",
		"testing/city.yaml:8: 'update.channels' must be a list; write update.channels: [a, b], or "
		"[]\n");
	assert_complaint(
		"city", "border: {mode: never}", "withdraw: {ways: [uninstal]}",
		"testing/city.yaml:8: 'withdraw.ways' is 'uninstal'; write one of: cancel, delete_all, "
		"uninstall, "
		"system_settings, contact, sensor_switches\n");
	assert_complaint("city", "border: {mode: never}", "staff: {clause: often}",
			 "testing/city.yaml:8: 'staff.clause' must name one clause; write its id, such as "
			 "TJ-1.1.6.a\n");
}

/* NT-A.7: what a policy counts as sensitive is so by its kind. */
static void a_kind_that_the_policy_calls_sensitive_marks_its_items(void **state)
{
	struct test_city t;

	(void)state;
	test_city_load(&t, NULL, NULL);
	assert_false(release_item(t.release, "plate_number")->sensitive);
	test_city_release(&t);
	test_city_load(&t, "policy",
		       test_city_text("policy", "purposes:\n",
				      "sensitive: {kinds: [property], clause: TJ-1.1.6.a}\npurposes:\n"));
	assert_non_null(t.release);
	assert_true(release_item(t.release, "plate_number")->sensitive);
	assert_false(release_item(t.release, "mobile_phone")->sensitive);
	test_city_release(&t);
}

static void an_exception_from_a_sensitive_kind_needs_a_clause_and_a_plain_item(void **state)
{
	(void)state;
	assert_complaint(
		"policy", "purposes:\n",
		"sensitive: {kinds: [property], clause: TJ-1.1.6.a, except: [plate_number]}\npurposes:\n",
		"testing/policy/1.yaml:4: 'except' names no clause that calls these items plain; write "
		"except_clause: …\n");
	assert_complaint(
		"policy", "purposes:\n",
		"sensitive: {kinds: [property], clause: TJ-1.1.6.a, except: [payment], except_clause: "
		"TJ-1.1.6.a}\npurposes:\n",
		"testing/policy/1.yaml:4: item 'payment' is sensitive in every city; remove it from "
		"'except'\n");
	assert_complaint(
		"policy", "purposes:\n",
		"sensitive: {kinds: [property], clause: TJ-1.1.6.a, except: [real_name], except_clause: "
		"TJ-1.1.6.a}\npurposes:\n",
		"testing/policy/1.yaml:4: item 'real_name' is of none of the kinds; remove it from "
		"'except'\n");
}

static void an_entry_of_a_list_without_key_is_refused(void **state)
{
	(void)state;
	assert_complaint("city", "{key: home, name: 首页}", "{name: 首页}",
			 "testing/city.yaml:10: an entry of 'tabs' has no 'key'; write key: …\n");
}

static void a_flag_that_is_no_flag_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"services", "required: true, prefill: true}\n      - {item: id",
		"required: yes, prefill: true}\n      - {item: id",
		"testing/services/all.yaml:8: 'required' must be true or false; write one of them without "
		"quotes\n");
}

static void an_impossible_date_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"policy", "effective: 2026-01-01", "effective: 2026-02-30",
		"testing/policy/1.yaml:2: 'effective' must be a day that exists; write it as 2026-01-31\n");
}

static void a_marked_passage_that_is_not_closed_is_refused(void **state) /* NT-0.4.a */
{
	(void)state;
	assert_complaint("policy", "**证件号码**", "**证件号码",
			 "testing/policy/1.yaml:46: a marked passage is not closed; write ** at both ends\n");
}

static void a_paragraph_without_end_is_refused(void **state)
{
	enum { CHARS = 2001, CHAR_SIZE = 3 };
	char text[CHARS * CHAR_SIZE + 1];

	(void)state;
	for (int i = 0; i < CHARS; i++)
		memcpy(text + i * CHAR_SIZE, "文", CHAR_SIZE);
	text[CHARS * CHAR_SIZE] = '\0';
	assert_complaint(
		"policy", "我们<只>收集", text,
		"testing/policy/1.yaml:46: the paragraph has more than 2000 characters; divide it\n");
}

static void a_service_that_stands_twice_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"services", "key: plates", "key: insurance",
		"testing/services/all.yaml:17: service 'insurance' stands twice; give this one another key, "
		"or remove it\n");
}

static void an_item_that_stands_twice_in_a_list_is_refused(void **state)
{
	(void)state;
	assert_complaint("services", "result: [payment]", "result: [payment, payment]",
			 "testing/services/all.yaml:13: item 'payment' stands twice in 'result'; keep one\n");
}

static void a_key_with_capitals_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"items", "key: payment", "key: Payment",
		"common/items.yaml:7: 'key' must be a key; write small letters, digits and _, a letter "
		"first\ntesting/services/all.yaml:13: unknown item 'payment'; declare it in "
		"common/items.yaml, or remove it here\n");
}

static void an_empty_text_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"services", "name: 车辆信息", "name: \"\"",
		"testing/services/all.yaml:18: 'name' is empty; write its text, or leave the line out if it "
		"may be\n");
}

static void an_unknown_platform_is_refused(void **state)
{
	(void)state;
	assert_complaint("policy", "platforms: [android, ios]", "platforms: [android, symbian]",
			 "testing/policy/1.yaml:15: unknown platform 'symbian'; write web, android or ios\n");
}

static void a_second_list_in_a_file_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"items", "items:\n", "extra: 1\nitems:\n",
		"common/items.yaml:1: only 'items' may stand at the top of this file; remove the rest\n");
}

static void a_file_without_its_list_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"items", "items:\n", "things:\n",
		"common/items.yaml:1: only 'items' may stand at the top of this file; remove the "
		"rest\ncommon/items.yaml:1: the file has no list 'items'; write 'items:' and one '- ' for "
		"each\n");
}

static void an_item_without_mask_is_refused(void **state)
{
	(void)state;
	assert_complaint("items", ", mask: all}\n  - {key: payment", "}\n  - {key: payment",
			 "common/items.yaml:6: an item has no 'mask'; write mask: all, or another of "
			 "cities/README.md\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_city_without_controller_is_refused),
		cmocka_unit_test(a_setting_that_names_an_unknown_service_is_refused),
		cmocka_unit_test(an_entry_of_a_list_that_stands_twice_is_refused),
		cmocka_unit_test(a_setting_with_a_dotted_name_is_refused),
		cmocka_unit_test(an_entry_of_a_list_without_key_is_refused),
		cmocka_unit_test(an_unknown_setting_is_refused_with_the_nearest),
		cmocka_unit_test(a_setting_of_another_kind_is_refused),
		cmocka_unit_test(a_kind_that_the_policy_calls_sensitive_marks_its_items),
		cmocka_unit_test(an_exception_from_a_sensitive_kind_needs_a_clause_and_a_plain_item),
		cmocka_unit_test(a_flag_that_is_no_flag_is_refused),
		cmocka_unit_test(an_impossible_date_is_refused),
		cmocka_unit_test(a_marked_passage_that_is_not_closed_is_refused),
		cmocka_unit_test(a_paragraph_without_end_is_refused),
		cmocka_unit_test(a_service_that_stands_twice_is_refused),
		cmocka_unit_test(an_item_that_stands_twice_in_a_list_is_refused),
		cmocka_unit_test(a_key_with_capitals_is_refused),
		cmocka_unit_test(an_empty_text_is_refused),
		cmocka_unit_test(an_unknown_platform_is_refused),
		cmocka_unit_test(a_second_list_in_a_file_is_refused),
		cmocka_unit_test(a_file_without_its_list_is_refused),
		cmocka_unit_test(an_item_without_mask_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
