/* The product's own migrations and queries fit both backends: every query is prepared at start. */
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail

static void open_twice(const char *url, const char *set)
{
	struct ctx c = {.now_ms = 1790000000000};

	for (int i = 0; i < 2; i++) {
		struct store *s = NULL;
		err e = store_open(&c, url, set, &s);
		if (failed(e))
			print_error("%s: %s\n", set, c.failure.detail);
		assert_false(failed(e));
		store_close(s);
	}
}

static void the_product_fits_sqlite(void **)
{
	static const char *const sets[] = {"city", "keys"};
	char dir[] = "/tmp/tongban-product-XXXXXX", url[80], command[80];

	assert_non_null(mkdtemp(dir));
	for (size_t i = 0; i < 2; i++) {
		snprintf(url, sizeof url, "sqlite:%s/%s.db", dir, sets[i]);
		open_twice(url, sets[i]);
	}
	snprintf(command, sizeof command, "rm -r %s", dir);
	assert_int_equal(system(command), 0);
}

static void the_product_fits_postgresql(void **)
{
	const char *url = getenv("TB_TEST_POSTGRES");

	if (!url)
		skip();
	open_twice(url, "city");
	open_twice(url, "keys");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_product_fits_sqlite),
		cmocka_unit_test(the_product_fits_postgresql),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
