/* What tongban check says. */
#include "policy/check.h"
#include "policy/policy_test_support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

struct fixture {
	struct test_city city;
	struct buf out;
	int64_t findings;
};

static void check(struct fixture *x, const char *part, const char *text, bool json)
{
	test_city_load(&x->city, part, text);
	buf_init(&x->out, 1024 * 1024);
	assert_int_equal(policy_check(&x->city.c, x->city.dir, "testing", json, &x->out, &x->findings).code,
			 ERR_OK);
}

static void end(struct fixture *x)
{
	buf_release(&x->out);
	test_city_release(&x->city);
}

static bool says(const struct fixture *x, const char *text)
{
	return strstr(buf_slice(&x->out).p, text) != NULL;
}

static void a_wrong_file_is_a_finding_with_its_place(void **state)
{
	struct fixture x;

	(void)state;
	check(&x, "services", test_city_text("services", "recipient: centre", "recipient: nobody"), true);
	assert_int_equal(x.findings, 1);
	assert_string_equal(
		x.out.data,
		"{\"city\":\"testing\",\"file\":\"testing/services/all.yaml\",\"line\":15,\"text\":"
		"\"unknown recipient 'nobody'; declare it in recipients of the policy, or remove it "
		"here\"}\n");
	end(&x);
}

static void a_service_that_cannot_be_found_by_typing_is_a_finding(void **state)
{
	struct fixture x;

	(void)state;
	check(&x, NULL, NULL, false);
	assert_true(says(
		&x, "testing 1: service 'insurance' cannot be found by typing; write pinyin and initials\n"));
	assert_false(says(&x, "my_information"));
	end(&x);
	check(&x, "services",
	      test_city_text("services", "level: realname",
			     "level: realname\n    pinyin: a\n    initials: a"),
	      false);
	assert_false(says(&x, "'insurance' cannot be found"));
	end(&x);
}

static void a_recipient_that_nothing_uses_is_a_finding(void **state)
{
	struct fixture x;

	(void)state;
	check(&x, NULL, NULL, false);
	assert_true(says(&x, "recipient 'other' belongs to no category"));
	assert_false(says(&x, "recipient 'centre'"));
	end(&x);
}

static void a_gate_rule_without_its_clause_is_a_finding(void **state)
{
	struct fixture x;

	(void)state;
	check(&x, NULL, NULL, false);
	assert_false(says(&x, "without naming a clause"));
	end(&x);
	check(&x, "city", test_city_text("city", "guardian: TJ-6.2.a, ", ""), false);
	assert_true(says(
		&x, "by the rule 'guardian' without naming a clause; write gate: {clause: {guardian: …}}"));
	end(&x);
}

static void a_text_without_the_rules_is_a_finding(void **state)
{
	struct fixture x;

	(void)state;
	check(&x, "policy", test_city_text("policy", "        table: services\n", ""), true);
	assert_true(says(&x, "\"file\":null,\"line\":null,\"text\":\"the text shows no table of services"));
	end(&x);
}

static void check_with_clauses(struct fixture *x, const char *rows)
{
	char text[1000];

	test_city_load(&x->city, "city",
		       test_city_text("city", "name: 试办", "name: 试办\nclauses: {prefix: TJ}"));
	snprintf(text, sizeof text, "id\tarea\tmust_do\ttest\tkind\tcarrier\n%s", rows);
	test_city_write(&x->city, "common/clauses.tsv", text);
	buf_init(&x->out, 1024 * 1024);
	assert_int_equal(policy_check(&x->city.c, x->city.dir, "testing", false, &x->out, &x->findings).code,
			 ERR_OK);
}

static void a_clause_that_nothing_carries_is_a_finding(void **state)
{
	struct fixture x;

	(void)state;
	check_with_clauses(&x, "TJ-1\ta\tm\tt\t\t\n"
			       "NT-1\ta\tm\tt\t\t\n");
	assert_true(says(&x, "common/clauses.tsv:2: nothing carries clause TJ-1; write its carrier"));
	assert_true(says(&x, "clause TJ-1 has the kind ''"));
	assert_false(says(&x, "NT-1")); /* another city's */
	end(&x);
}

static void a_carrier_that_is_not_in_the_release_is_a_finding(void **state)
{
	struct fixture x;

	(void)state;
	check_with_clauses(
		&x, "TJ-1\ta\tm\tt\trule\tpolicy:category/social.share; setting:consent.continue\n"
		    "TJ-2\ta\tm\tt\trule\tpolicy:category/driving.share\n"
		    "TJ-3\ta\tm\tt\tsetting\tdeclared:setting:border.modes\n"
		    "TJ-4\ta\tm\tt\tbehaviour\tservice:insurance; function:gate_decide; item:real_name\n"
		    "TJ-5\ta\tm\tt\trule\tdeclared:policy:chapter/share; policy:duty/none\n");
	assert_false(says(&x, "clause TJ-1 "));
	assert_true(
		says(&x, "clause TJ-2 is carried by 'policy:category/driving.share', which is not there"));
	assert_true(says(&x, "clauses.tsv:4: clause TJ-3 is carried by 'declared:setting:border.modes'"));
	assert_false(says(&x, "clause TJ-4 "));
	assert_true(says(&x, "clause TJ-5 is carried by 'policy:duty/none'"));
	assert_false(says(&x, "chapter/share"));
	end(&x);
}

/* Both cities that ship with the program. */
static void the_shipped_cities_have_no_findings(void **state)
{
	struct fixture x;

	(void)state;
	check(&x, NULL, NULL, false);
	for (int i = 0; i < 2; i++) {
		buf_clear(&x.out);
		assert_int_equal(policy_check(&x.city.c, test_cities(TB_SOURCE_DIR),
					      i ? "nantong" : "tianjin", false, &x.out, &x.findings)
					 .code,
				 ERR_OK);
		if (x.findings)
			fail_msg("%s", x.out.data);
	}
	end(&x);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_file_is_a_finding_with_its_place),
		cmocka_unit_test(a_service_that_cannot_be_found_by_typing_is_a_finding),
		cmocka_unit_test(a_recipient_that_nothing_uses_is_a_finding),
		cmocka_unit_test(a_gate_rule_without_its_clause_is_a_finding),
		cmocka_unit_test(a_text_without_the_rules_is_a_finding),
		cmocka_unit_test(a_clause_that_nothing_carries_is_a_finding),
		cmocka_unit_test(a_carrier_that_is_not_in_the_release_is_a_finding),
		cmocka_unit_test(the_shipped_cities_have_no_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
