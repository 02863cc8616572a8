/* Each kind of wrong input brings a complaint that names file, line, what is wrong and what to write. */
#include "policy/policy_test_support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* One line of the part is replaced; the only complaint must be exactly this one. */
static void expect(const char *part, const char *from, const char *to, const char *complaint)
{
	struct test_city t;

	test_city_load(&t, part, test_city_text(part, from, to));
	assert_null(t.release);
	assert_string_equal(buf_slice(&t.complaints).p, complaint);
	test_city_release(&t);
}

static void a_valid_city_is_loaded_without_complaint(void **state)
{
	struct test_city t;

	(void)state;
	test_city_load(&t, NULL, NULL);
	assert_string_equal(buf_slice(&t.complaints).p, "");
	assert_non_null(t.release);
	test_city_release(&t);
}

static void every_fault_is_named_in_one_run(void **state)
{
	struct test_city t;
	size_t lines = 0;

	(void)state;
	test_city_load(&t, "services",
		       test_city_text("services", "purpose: query\n    recipient: centre",
				      "purpose: nothing\n    recipient: nobody"));
	for (size_t i = 0; i < t.complaints.size; i++)
		lines += t.complaints.data[i] == '\n';
	assert_int_equal(lines, 2);
	test_city_release(&t);
}

static void a_missing_folder_is_named(void **state)
{
	struct ctx c = {.arena = arena_new(1 << 20)};
	struct release *r = NULL;
	BUF_SCOPED complaints;

	(void)state;
	buf_init(&complaints, 4096);
	assert_int_equal(release_load(&c, "/nonexistent", "testing", &complaints, &r).code, ERR_INVALID);
	assert_non_null(strstr(complaints.data, "common/items.yaml:1: cannot be read"));
	assert_null(r);
	arena_free(c.arena);
}

static void a_city_name_never_leaves_its_folder(void **state)
{
	struct ctx c = {.arena = arena_new(1 << 20)};
	struct release *r = NULL;
	BUF_SCOPED complaints;

	(void)state;
	buf_init(&complaints, 4096);
	assert_int_equal(release_load(&c, "/tmp", "../etc", &complaints, &r).code, ERR_INVALID);
	arena_free(c.arena);
}

static void a_key_that_stands_twice_is_refused(void **state)
{
	(void)state;
	expect("city", "key: testing\n", "key: testing\nkey: testing\n",
	       "testing/city.yaml:2: 'key' stands twice (first on line 1); keep one of them\n");
}

static void an_anchor_is_refused(void **state)
{
	(void)state;
	expect("city", "name: 试办", "name: &n 试办",
	       "testing/city.yaml:2: anchors are refused; remove the '&' and its name\n");
}

static void an_alias_is_refused(void **state)
{
	(void)state;
	expect("city", "name: 试办", "name: *n",
	       "testing/city.yaml:2: aliases are refused; write the value out here\n");
}

static void a_tag_is_refused(void **state)
{
	(void)state;
	expect("city", "name: 试办", "name: !x 试办",
	       "testing/city.yaml:2: tags are refused; remove the '!' and its name\n");
}

static void a_second_document_is_refused(void **state)
{
	(void)state;
	expect("city", "consent:", "---\nconsent:",
	       "testing/city.yaml:7: a second document in one file is refused; write one file for each\n");
}

static void text_that_is_no_yaml_is_refused(void **state)
{
	(void)state;
	expect("policy", "updated: 2025-12-20", "updated: [2025",
	       "testing/policy/1.yaml:4: not YAML: did not find expected ',' or ']'; mend the quotes, "
	       "indentation or brackets here\n");
}

static void an_unknown_key_of_an_item_is_refused_with_the_nearest_one(void **state)
{
	(void)state;
	expect("items", "validator: name", "validater: name",
	       "common/items.yaml:2: unknown key 'validater' in an item; did you mean 'validator'?\n");
}

static void an_unknown_key_of_a_purpose_lists_what_may_stand(void **state)
{
	(void)state;
	expect("policy", "name: 查询本人信息,", "name: 查询本人信息, goal: x,",
	       "testing/policy/1.yaml:5: unknown key 'goal' in a purpose; write one of: key, name, clause\n");
}

static void an_unknown_item_is_refused_with_the_nearest_one(void **state)
{
	(void)state;
	expect("policy", "items: [real_name, id_number, mobile_phone, location]",
	       "items: [real_nam, id_number, mobile_phone, location]",
	       "testing/policy/1.yaml:21: unknown item 'real_nam'; write 'real_name', or declare it in "
	       "common/items.yaml\n");
}

static void an_unknown_purpose_is_refused(void **state)
{
	(void)state;
	expect("policy", "purposes: [query, notify]", "purposes: [query, advertise]",
	       "testing/policy/1.yaml:23: unknown purpose 'advertise'; declare it in purposes of this "
	       "policy, or remove it here\n");
}

static void an_unknown_recipient_is_refused(void **state)
{
	(void)state;
	expect("services", "recipient: centre", "recipient: nobody",
	       "testing/services/all.yaml:15: unknown recipient 'nobody'; declare it in recipients of the "
	       "policy, or remove it here\n");
}

static void an_unknown_category_is_refused(void **state)
{
	(void)state;
	expect("services", "category: driving", "category: weather",
	       "testing/services/all.yaml:19: unknown category 'weather'; declare it in categories of the "
	       "policy, or remove it here\n");
}

static void an_unknown_permission_is_refused(void **state)
{
	(void)state;
	expect("policy", "permissions: [perm_location]", "permissions: [perm_locations]",
	       "testing/policy/1.yaml:25: unknown permission 'perm_locations'; write 'perm_location', or "
	       "declare it in permissions of this policy\n");
}

static void an_unknown_word_is_refused_with_the_words_that_fit(void **state)
{
	(void)state;
	expect("services", "shape: query", "shape: question",
	       "testing/services/all.yaml:5: 'shape' is 'question'; write one of: info, query, case, "
	       "internal\n");
}

static void an_unknown_clause_form_is_refused(void **state)
{
	(void)state;
	expect("policy", "clause: TJ-1.1.8.a", "clause: see above",
	       "testing/policy/1.yaml:30: 'clause' must name one clause; write its id, such as TJ-1.1.6.a\n");
}

static void a_service_that_asks_for_more_than_its_category_is_refused(void **state) /* TJ-1.1.6.a */
{
	(void)state;
	expect("services", "- {item: mobile_phone}", "- {item: plate_number}",
	       "testing/services/all.yaml:10: service 'insurance' asks for 'plate_number', which category "
	       "'social' may not take (TJ-1.1.6.a); remove the field\n");
}

static void a_service_that_shares_more_than_its_category_is_refused(void **state) /* NT-2.1.0.c, TJ-2.1.1 */
{
	(void)state;
	expect("services", "shared: [real_name, id_number, mobile_phone]", "shared: [real_name, location]",
	       "testing/services/all.yaml:12: service 'insurance' shares 'location', which category 'social' "
	       "does not allow (TJ-1.1.6.c); remove it\n");
}

static void a_service_that_shares_without_a_recipient_is_refused(void **state) /* TJ-2.1.0, NT-2.1.0.b */
{
	(void)state;
	expect("services", "    recipient: centre\n", "",
	       "testing/services/all.yaml:12: service 'insurance' shares without a recipient; write "
	       "recipient: its key\n");
}

static void
a_service_with_a_recipient_outside_its_category_is_refused(void **state) /* TJ-2.1.0, NT-2.1.0.d */
{
	(void)state;
	expect("services", "recipient: centre", "recipient: other",
	       "testing/services/all.yaml:15: category 'social' does not share with 'other'; add it to its "
	       "recipients\n");
}

static void
a_service_with_a_purpose_outside_its_category_is_refused(void **state) /* TJ-1.1.0.a, NT-2.1.0.b */
{
	(void)state;
	expect("services", "purpose: query\n    recipient", "purpose: show\n    recipient",
	       "testing/services/all.yaml:14: category 'social' does not have the purpose 'show'; add it to "
	       "its purposes\n");
}

static void a_category_that_shares_without_a_recipient_is_refused(void **state) /* TJ-2.1.0 */
{
	(void)state;
	expect("policy", "    recipients: [centre, bureau, sms]\n", "",
	       "testing/policy/1.yaml:22: category 'social' shares without a recipient; write recipients: "
	       "[…]\n");
}

static void a_category_without_a_purpose_is_refused(void **state) /* TJ-1.1.0.a */
{
	(void)state;
	expect("policy", "purposes: [query]", "purposes: []",
	       "testing/policy/1.yaml:31: category 'driving' has no purpose; name at least one\n");
}

static void a_retention_without_a_unit_is_refused(void **state)
{
	(void)state;
	expect("policy", "retention: {rule: 自停止使用之日起, days: 30}", "retention: 30",
	       "testing/policy/1.yaml:26: a period needs its unit and its start; write retention: {rule: …, "
	       "days: 30}\n");
}

static void a_retention_without_days_is_refused(void **state)
{
	(void)state;
	expect("policy", "retention: {rule: 自停止使用之日起, days: 30}",
	       "retention: {rule: 自停止使用之日起}",
	       "testing/policy/1.yaml:26: a retention has no 'days'; write days: 30, the period with its "
	       "unit (0: ends with its scope)\n");
}

static void a_retention_with_words_in_days_is_refused(void **state)
{
	(void)state;
	expect("policy", "days: 30", "days: 30 days",
	       "testing/policy/1.yaml:26: 'days' must be a whole number; write digits without unit or "
	       "quotes\n");
}

static void a_category_without_retention_is_refused(void **state)
{
	(void)state;
	expect("policy", "    retention: {rule: 自停止使用之日起, days: 30}\n", "",
	       "testing/policy/1.yaml:18: a category has no 'retention'; write retention: {rule: …, days: "
	       "30}\n");
}

static void a_required_sensor_item_is_refused(void **state) /* TJ-1.1.4.i */
{
	(void)state;
	expect("services", "{item: location}", "{item: location, required: true}",
	       "testing/services/all.yaml:11: 'location' comes from a sensor and cannot be required; write "
	       "required: false\n");
}

static void a_sensed_item_without_permission_is_refused(void **state) /* TJ-1.1.4.g */
{
	(void)state;
	expect("services", "fields: [{item: real_name}]", "fields: [{item: mobile_phone, sensed: true}]",
	       "testing/services/all.yaml:30: 'mobile_phone' comes from a sensor, but category 'social' has "
	       "no permission for it; add one of its permissions there\n");
}

static void a_field_that_stands_twice_is_refused(void **state)
{
	(void)state;
	expect("services", "- {item: location}", "- {item: real_name}",
	       "testing/services/all.yaml:11: service 'insurance' asks for 'real_name' twice; keep one "
	       "field\n");
}

static void a_third_party_service_without_its_name_is_refused(void **state) /* TJ-1.1.22.f */
{
	(void)state;
	expect("services", "level: open", "level: open\n    provider_kind: third_party",
	       "testing/services/all.yaml:17: a third party's service must name it (TJ-1.1.22.f); write "
	       "provider: its name\n");
}

static void an_internal_category_in_the_catalogue_is_refused(void **state)
{
	(void)state;
	expect("services", "shape: internal", "shape: info",
	       "testing/services/all.yaml:36: category 'rights' is internal; write shape: internal\n");
}

static void a_catalogue_category_with_an_internal_service_is_refused(void **state)
{
	(void)state;
	expect("services", "shape: info", "shape: internal",
	       "testing/services/all.yaml:20: category 'driving' is in the catalogue; write shape: info, "
	       "query or case\n");
}

static void reading_everything_in_a_catalogue_category_is_refused(void **state)
{
	(void)state;
	expect("policy", "    collect: {items: [plate_number]",
	       "    read: {items: all, clause: TJ-4.1.1.a}\n    collect: {items: [plate_number]",
	       "testing/policy/1.yaml:30: 'read' is for internal categories; remove it, or write kind: "
	       "internal\n");
}

static void a_biometric_item_that_is_not_sensitive_is_refused(void **state) /* NT-A.7.3 */
{
	(void)state;
	expect("items", "kind: property, sensitive: false", "kind: biometric, sensitive: false",
	       "common/items.yaml:5: item 'plate_number' of kind biometric is sensitive by its kind "
	       "(NT-A.7); write sensitive: true\n");
}

static void a_recipient_without_contact_is_refused(void **state)
{
	(void)state;
	expect("policy", "contact: 022-3, ", "",
	       "testing/policy/1.yaml:13: a recipient has no 'contact'; write contact: how people reach the "
	       "receiver\n");
}

static void a_recipient_abroad_is_refused_where_nothing_goes_abroad(void **state) /* TJ-5.2.b */
{
	(void)state;
	expect("policy", "kind: partner, region: CN", "kind: partner, region: SG",
	       "testing/city.yaml:8: recipient 'other' stands in SG, but border.mode is never; remove the "
	       "recipient\n");
}

static void a_recipient_within_an_unknown_one_is_refused(void **state)
{
	(void)state;
	expect("policy", "within: centre", "within: center",
	       "testing/policy/1.yaml:11: unknown recipient 'center'; write 'centre', or declare it in "
	       "recipients above this one\n");
}

static void a_city_without_controller_is_refused(void **state) /* TJ-0.1.a */
{
	(void)state;
	expect("city", "controller: 试验市数据中心\n", "",
	       "testing/city.yaml:1: the city has no 'controller'; write it, the policy page and every "
	       "receipt show it\n");
}

static void a_setting_that_names_an_unknown_service_is_refused(void **state)
{
	(void)state;
	expect("city", "rights: [my_information]", "rights: [my_informations]",
	       "testing/city.yaml:13: unknown service 'my_informations'; write 'my_information', or declare "
	       "it in services\n");
}

static void an_entry_of_a_list_that_stands_twice_is_refused(void **state)
{
	(void)state;
	expect("city", "{key: me, name: 我的}", "{key: home, name: 我的}",
	       "testing/city.yaml:11: 'home' stands twice in 'tabs'; give this one another key\n");
}

static void a_setting_with_a_dotted_name_is_refused(void **state)
{
	(void)state;
	expect("city", "city_name: 试验市", "city_name: 试验市\nreply.days: 15",
	       "testing/city.yaml:4: 'key' must be a key; write small letters, digits and _, a letter "
	       "first\n");
}

static void an_unknown_setting_is_refused_with_the_nearest(void **state)
{
	(void)state;
	expect("city", "border: {mode: never}", "boarder: {mode: never}",
	       "testing/city.yaml:8: unknown setting 'boarder.mode'; did you mean 'border.mode'?\n");
	expect("city", "border: {mode: never}", "quite: {unheard_of: never}",
	       "testing/city.yaml:8: unknown setting 'quite.unheard_of'; write one of those in "
	       "cities/README.md, "
	       "or leave it out\n");
}

static void a_setting_of_another_kind_is_refused(void **state)
{
	(void)state;
	expect("city", "border: {mode: never}", "border: {mode: always}",
	       "testing/city.yaml:8: 'border.mode' is 'always'; write one of: never, consent\n");
	expect("city", "border: {mode: never}", "reply: {days: soon}",
	       "testing/city.yaml:8: 'reply.days' must be a whole number; write digits without unit or "
	       "quotes\n");
	expect("city", "consent: {continue: true}", "consent: {continue: often}",
	       "testing/city.yaml:7: 'consent.continue' must be true or false; write one of them without "
	       "quotes\n");
	expect("city", "border: {mode: never}", "update: {channels: popup}",
	       "testing/city.yaml:8: 'update.channels' must be a list; write update.channels: [a, b], or "
	       "[]\n");
	expect("city", "border: {mode: never}", "withdraw: {ways: [uninstal]}",
	       "testing/city.yaml:8: 'withdraw.ways' is 'uninstal'; write one of: cancel, delete_all, "
	       "uninstall, "
	       "system_settings, contact, sensor_switches\n");
	expect("city", "border: {mode: never}", "staff: {clause: often}",
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
	expect("policy", "purposes:\n",
	       "sensitive: {kinds: [property], clause: TJ-1.1.6.a, except: [plate_number]}\npurposes:\n",
	       "testing/policy/1.yaml:4: 'except' names no clause that calls these items plain; write "
	       "except_clause: …\n");
	expect("policy", "purposes:\n",
	       "sensitive: {kinds: [property], clause: TJ-1.1.6.a, except: [payment], except_clause: "
	       "TJ-1.1.6.a}\npurposes:\n",
	       "testing/policy/1.yaml:4: item 'payment' is sensitive in every city; remove it from "
	       "'except'\n");
	expect("policy", "purposes:\n",
	       "sensitive: {kinds: [property], clause: TJ-1.1.6.a, except: [real_name], except_clause: "
	       "TJ-1.1.6.a}\npurposes:\n",
	       "testing/policy/1.yaml:4: item 'real_name' is of none of the kinds; remove it from "
	       "'except'\n");
}

static void an_entry_of_a_list_without_key_is_refused(void **state)
{
	(void)state;
	expect("city", "{key: home, name: 首页}", "{name: 首页}",
	       "testing/city.yaml:10: an entry of 'tabs' has no 'key'; write key: …\n");
}

static void a_flag_that_is_no_flag_is_refused(void **state)
{
	(void)state;
	expect("services", "required: true, prefill: true}\n      - {item: id",
	       "required: yes, prefill: true}\n      - {item: id",
	       "testing/services/all.yaml:8: 'required' must be true or false; write one of them without "
	       "quotes\n");
}

static void an_impossible_date_is_refused(void **state)
{
	(void)state;
	expect("policy", "effective: 2026-01-01", "effective: 2026-02-30",
	       "testing/policy/1.yaml:2: 'effective' must be a day that exists; write it as 2026-01-31\n");
}

static void a_marked_passage_that_is_not_closed_is_refused(void **state) /* NT-0.4.a */
{
	(void)state;
	expect("policy", "**证件号码**", "**证件号码",
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
	expect("policy", "我们<只>收集", text,
	       "testing/policy/1.yaml:46: the paragraph has more than 2000 characters; divide it\n");
}

static void a_service_that_stands_twice_is_refused(void **state)
{
	(void)state;
	expect("services", "key: plates", "key: insurance",
	       "testing/services/all.yaml:17: service 'insurance' stands twice; give this one another key, "
	       "or remove it\n");
}

static void an_item_that_stands_twice_in_a_list_is_refused(void **state)
{
	(void)state;
	expect("services", "result: [payment]", "result: [payment, payment]",
	       "testing/services/all.yaml:13: item 'payment' stands twice in 'result'; keep one\n");
}

static void a_key_with_capitals_is_refused(void **state)
{
	(void)state;
	expect("items", "key: payment", "key: Payment",
	       "common/items.yaml:7: 'key' must be a key; write small letters, digits and _, a letter "
	       "first\ntesting/services/all.yaml:13: unknown item 'payment'; declare it in "
	       "common/items.yaml, or remove it here\n");
}

static void an_empty_text_is_refused(void **state)
{
	(void)state;
	expect("services", "name: 车辆信息", "name: \"\"",
	       "testing/services/all.yaml:18: 'name' is empty; write its text, or leave the line out if it "
	       "may be\n");
}

static void an_unknown_platform_is_refused(void **state)
{
	(void)state;
	expect("policy", "platforms: [android, ios]", "platforms: [android, symbian]",
	       "testing/policy/1.yaml:15: unknown platform 'symbian'; write web, android or ios\n");
}

static void a_second_list_in_a_file_is_refused(void **state)
{
	(void)state;
	expect("items", "items:\n", "extra: 1\nitems:\n",
	       "common/items.yaml:1: only 'items' may stand at the top of this file; remove the rest\n");
}

static void a_file_without_its_list_is_refused(void **state)
{
	(void)state;
	expect("items", "items:\n", "things:\n",
	       "common/items.yaml:1: only 'items' may stand at the top of this file; remove the "
	       "rest\ncommon/items.yaml:1: the file has no list 'items'; write 'items:' and one '- ' for "
	       "each\n");
}

static void an_item_without_mask_is_refused(void **state)
{
	(void)state;
	expect("items", ", mask: all}\n  - {key: payment", "}\n  - {key: payment",
	       "common/items.yaml:6: an item has no 'mask'; write mask: all, or another of "
	       "cities/README.md\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_valid_city_is_loaded_without_complaint),
		cmocka_unit_test(a_key_that_stands_twice_is_refused),
		cmocka_unit_test(an_anchor_is_refused),
		cmocka_unit_test(an_alias_is_refused),
		cmocka_unit_test(a_tag_is_refused),
		cmocka_unit_test(a_second_document_is_refused),
		cmocka_unit_test(text_that_is_no_yaml_is_refused),
		cmocka_unit_test(an_unknown_key_of_an_item_is_refused_with_the_nearest_one),
		cmocka_unit_test(an_unknown_key_of_a_purpose_lists_what_may_stand),
		cmocka_unit_test(an_unknown_item_is_refused_with_the_nearest_one),
		cmocka_unit_test(an_unknown_purpose_is_refused),
		cmocka_unit_test(an_unknown_recipient_is_refused),
		cmocka_unit_test(an_unknown_category_is_refused),
		cmocka_unit_test(an_unknown_permission_is_refused),
		cmocka_unit_test(an_unknown_word_is_refused_with_the_words_that_fit),
		cmocka_unit_test(an_unknown_clause_form_is_refused),
		cmocka_unit_test(a_service_that_asks_for_more_than_its_category_is_refused),
		cmocka_unit_test(a_service_that_shares_more_than_its_category_is_refused),
		cmocka_unit_test(a_service_that_shares_without_a_recipient_is_refused),
		cmocka_unit_test(a_service_with_a_recipient_outside_its_category_is_refused),
		cmocka_unit_test(a_service_with_a_purpose_outside_its_category_is_refused),
		cmocka_unit_test(a_category_that_shares_without_a_recipient_is_refused),
		cmocka_unit_test(a_category_without_a_purpose_is_refused),
		cmocka_unit_test(a_retention_without_a_unit_is_refused),
		cmocka_unit_test(a_retention_without_days_is_refused),
		cmocka_unit_test(a_retention_with_words_in_days_is_refused),
		cmocka_unit_test(a_category_without_retention_is_refused),
		cmocka_unit_test(a_required_sensor_item_is_refused),
		cmocka_unit_test(a_sensed_item_without_permission_is_refused),
		cmocka_unit_test(a_field_that_stands_twice_is_refused),
		cmocka_unit_test(a_third_party_service_without_its_name_is_refused),
		cmocka_unit_test(an_internal_category_in_the_catalogue_is_refused),
		cmocka_unit_test(a_catalogue_category_with_an_internal_service_is_refused),
		cmocka_unit_test(reading_everything_in_a_catalogue_category_is_refused),
		cmocka_unit_test(a_biometric_item_that_is_not_sensitive_is_refused),
		cmocka_unit_test(a_recipient_without_contact_is_refused),
		cmocka_unit_test(a_recipient_abroad_is_refused_where_nothing_goes_abroad),
		cmocka_unit_test(a_recipient_within_an_unknown_one_is_refused),
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
		cmocka_unit_test(every_fault_is_named_in_one_run),
		cmocka_unit_test(a_missing_folder_is_named),
		cmocka_unit_test(a_city_name_never_leaves_its_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
