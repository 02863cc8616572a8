/* Days of answers by the calendars that ship. */
#include "rights/rights.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct fixture {
	struct ctx c;
	struct buf complaints;
};

static const struct release *load(struct fixture *x, const char *city)
{
	struct release *r = NULL;

	x->c = (struct ctx){.arena = arena_new(16 << 20)};
	buf_init(&x->complaints, 1 << 20);
	assert_false(failed(release_load(&x->c, TB_SOURCE_DIR "/cities", city, &x->complaints, &r)));
	return r;
}

static void drop(struct fixture *x, const struct release *r)
{
	release_drop(r);
	buf_release(&x->complaints);
	arena_free(x->c.arena);
}

static void assert_due(const struct release *r, const char *kind, struct date from, struct date last)
{
	int64_t verified = date_start_ms(from) + INT64_C(15) * 3600 * 1000;
	int64_t due = rights_due(r, release_number(r), kind, verified);

	assert_true(due == date_start_ms(date_add_days(last, 1)) - 1);
}

/* TJ-9.d */
static void a_reply_skips_weekends_and_holidays_and_counts_days_worked_instead(void **state)
{
	struct fixture x;
	const struct release *r = load(&x, "tianjin");

	(void)state;
	assert_due(r, "copy", (struct date){2026, 11, 20}, (struct date){2026, 12, 11});
	/* a Friday before the New Year holiday */
	assert_due(r, "copy", (struct date){2026, 12, 25}, (struct date){2027, 1, 18});
	/* over the National Day, with two Saturdays and Sundays worked */
	assert_due(r, "delete", (struct date){2026, 9, 18}, (struct date){2026, 10, 15});
	assert_true(rights_working_day(r, (struct date){2026, 10, 10}));
	assert_false(rights_working_day(r, (struct date){2026, 10, 11}));
	drop(&x, r);
}

/* NT-7.4, NT-4.3.b */
static void a_calendar_counts_every_day_and_a_deletion_working_days(void **state)
{
	struct fixture x;
	const struct release *r = load(&x, "nantong");

	(void)state;
	assert_due(r, "complaint", (struct date){2026, 11, 20}, (struct date){2026, 12, 5});
	assert_due(r, "complaint", (struct date){2026, 12, 25}, (struct date){2027, 1, 9});
	assert_due(r, "delete", (struct date){2026, 12, 25}, (struct date){2027, 1, 18});
	drop(&x, r);
}

int main(void)
{
	crypto_init();
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reply_skips_weekends_and_holidays_and_counts_days_worked_instead),
		cmocka_unit_test(a_calendar_counts_every_day_and_a_deletion_working_days),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
