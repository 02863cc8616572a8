/* Each kind of wrong input brings a complaint that names file, line, what is wrong and what to write: the
 * shape of the files, and words that nobody knows. */
#include "policy/policy_test_support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

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
	assert_complaint("city", "key: testing\n", "key: testing\nkey: testing\n",
			 "testing/city.yaml:2: 'key' stands twice (first on line 1); keep one of them\n");
}

static void an_anchor_is_refused(void **state)
{
	(void)state;
	assert_complaint("city", "name: 试办", "name: &n 试办",
			 "testing/city.yaml:2: anchors are refused; remove the '&' and its name\n");
}

static void an_alias_is_refused(void **state)
{
	(void)state;
	assert_complaint("city", "name: 试办", "name: *n",
			 "testing/city.yaml:2: aliases are refused; write the value out here\n");
}

static void a_tag_is_refused(void **state)
{
	(void)state;
	assert_complaint("city", "name: 试办", "name: !x 试办",
			 "testing/city.yaml:2: tags are refused; remove the '!' and its name\n");
}

static void a_second_document_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"city", "consent:", "---\nconsent:",
		"testing/city.yaml:7: a second document in one file is refused; write one file for each\n");
}

static void text_that_is_no_yaml_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"policy", "updated: 2025-12-20", "updated: [2025",
		"testing/policy/1.yaml:4: not YAML: did not find expected ',' or ']'; mend the quotes, "
		"indentation or brackets here\n");
}

static void an_unknown_key_of_an_item_is_refused_with_the_nearest_one(void **state)
{
	(void)state;
	assert_complaint(
		"items", "validator: name", "validater: name",
		"common/items.yaml:2: unknown key 'validater' in an item; did you mean 'validator'?\n");
}

static void an_unknown_key_of_a_purpose_lists_what_may_stand(void **state)
{
	(void)state;
	assert_complaint("policy", "name: 查询本人信息,", "name: 查询本人信息, goal: x,",
			 "testing/policy/1.yaml:5: unknown key 'goal' in a purpose; write one of: key, name, "
			 "clause, commercial, within\n");
}

static void an_unknown_item_is_refused_with_the_nearest_one(void **state)
{
	(void)state;
	assert_complaint(
		"policy", "items: [real_name, id_number, mobile_phone, location]",
		"items: [real_nam, id_number, mobile_phone, location]",
		"testing/policy/1.yaml:21: unknown item 'real_nam'; write 'real_name', or declare it in "
		"common/items.yaml\n");
}

static void an_unknown_purpose_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"policy", "purposes: [query, notify]", "purposes: [query, advertise]",
		"testing/policy/1.yaml:23: unknown purpose 'advertise'; declare it in purposes of this "
		"policy, or remove it here\n");
}

static void an_unknown_recipient_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"services", "recipient: centre", "recipient: nobody",
		"testing/services/all.yaml:15: unknown recipient 'nobody'; declare it in recipients of the "
		"policy, or remove it here\n");
}

static void an_unknown_category_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"services", "category: driving", "category: weather",
		"testing/services/all.yaml:19: unknown category 'weather'; declare it in categories of the "
		"policy, or remove it here\n");
}

static void an_unknown_permission_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"policy", "permissions: [perm_location]", "permissions: [perm_locations]",
		"testing/policy/1.yaml:25: unknown permission 'perm_locations'; write 'perm_location', or "
		"declare it in permissions of this policy\n");
}

static void an_unknown_word_is_refused_with_the_words_that_fit(void **state)
{
	(void)state;
	assert_complaint(
		"services", "shape: query", "shape: question",
		"testing/services/all.yaml:5: 'shape' is 'question'; write one of: info, query, case, "
		"internal\n");
}

static void an_unknown_clause_form_is_refused(void **state)
{
	(void)state;
	assert_complaint("policy", "clause: TJ-1.1.8.a", "clause: see above",
			 "testing/policy/1.yaml:30: 'clause' must name one clause; write its id, such as "
			 "TJ-1.1.6.a\n");
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
		cmocka_unit_test(every_fault_is_named_in_one_run),
		cmocka_unit_test(a_missing_folder_is_named),
		cmocka_unit_test(a_city_name_never_leaves_its_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
