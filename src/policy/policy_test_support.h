/* For the tests of this module: cities written into a temporary folder, and the complaints they bring. */
#pragma once

#include "policy/policy.h"

struct test_city {
	char dir[64];
	struct ctx c;
	struct buf complaints;
	struct release *release; /* NULL when refused */
};

/* Writes the small valid city "testing", with `part` ("items", "city", "policy" or "services", or NULL)
 * replaced by text, and loads it. */
void test_city_load(struct test_city *t, const char *part, const char *text);
/* The same with several parts replaced. */
void test_city_load_all(struct test_city *t, const char *const *names, const char *const *texts,
			size_t count);
/* The cities that ship, or those of TB_CITIES where that is set: tools/clauses --mutate loosens a copy. */
const char *test_cities(const char *source_dir);
/* Adds or replaces one file below the city's folders, e.g. "testing/policy/2.yaml". */
void test_city_write(struct test_city *t, const char *path, const char *text);
/* The valid text of a part with the first occurrence of `from` replaced by `to`; in a static buffer. */
const char *test_city_text(const char *part, const char *from, const char *to);
void test_city_release(struct test_city *t);
/* One line of the part is replaced; the only complaint must be exactly this one. */
void assert_complaint(const char *part, const char *from, const char *to, const char *complaint);
