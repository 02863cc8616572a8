#include "base/arena.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/ctx.h"
#include "base/id.h"
#include "base/json.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void buf_stops_at_its_limit_and_stays_failed(void **state)
{
	BUF_SCOPED b = {0};
	(void)state;

	buf_init(&b, 4);
	buf_add(&b, "abcd", 4);
	assert_false(b.failed);
	buf_add(&b, "e", 1);
	assert_true(b.failed);
	buf_add(&b, "", 0);
	assert_true(b.failed);
	assert_string_equal(b.data, "abcd");
}

static void buf_printf_writes_text_longer_than_its_stack_buffer(void **state)
{
	BUF_SCOPED b = {0};
	char long_text[2000];
	(void)state;

	memset(long_text, 'x', sizeof long_text - 1);
	long_text[sizeof long_text - 1] = '\0';
	buf_init(&b, 4096);
	buf_printf(&b, "<%s>", long_text);
	assert_false(b.failed);
	assert_int_equal(b.size, sizeof long_text + 1);
	assert_int_equal(b.data[b.size - 1], '>');
}

static void json_escapes_quotes_controls_and_broken_utf8(void **state)
{
	BUF_SCOPED b = {0};
	(void)state;

	buf_init(&b, 1024);
	struct json j = json_to(&b);
	json_open(&j, '{');
	json_put_text(&j, "a", "\"\\\n\x01中");
	json_put_slice(&j, "b", slice_bytes("x\xff", 2));
	json_put_id(&j, "id", 42);
	json_put_time(&j, "none", 0);
	json_close(&j, '}');
	assert_string_equal(
		b.data,
		"{\"a\":\"\\\"\\\\\\n\\u0001中\",\"b\":\"x\xef\xbf\xbd\",\"id\":\"42\",\"none\":null}");
}

static void slice_int_refuses_overflow_and_junk(void **state)
{
	int64_t v = 7;
	(void)state;

	assert_true(slice_int(SLICE("9223372036854775807"), &v));
	assert_true(v == INT64_MAX);
	assert_true(slice_int(SLICE("-9223372036854775808"), &v));
	assert_true(v == INT64_MIN);
	v = 7;
	assert_false(slice_int(SLICE("9223372036854775808"), &v));
	assert_false(slice_int(SLICE(""), &v));
	assert_false(slice_int(SLICE("-"), &v));
	assert_false(slice_int(SLICE("1 "), &v));
	assert_true(v == 7);
}

static void utf8_refuses_overlong_surrogate_and_nul(void **state)
{
	(void)state;
	assert_true(slice_is_utf8(SLICE("津心办 𠮷")));
	assert_false(slice_is_utf8(SLICE("\xc0\xaf")));
	assert_false(slice_is_utf8(SLICE("\xed\xa0\x80")));
	assert_false(slice_is_utf8(slice_bytes("a\0b", 3)));
	assert_int_equal(slice_chars(SLICE("津心办a")), 4);
}

static void dates_are_those_of_shanghai(void **state)
{
	char text[TIME_TEXT_SIZE];
	struct date d;
	(void)state;

	/* 2024-02-28T16:30:00Z is already the 29th in Shanghai */
	assert_string_equal(time_text(INT64_C(1709137800000), text), "2024-02-29T00:30:00.000+08:00");
	assert_true(date_parse(SLICE("2024-02-29"), &d));
	assert_int_equal(date_start_ms(d), INT64_C(1709136000000));
	assert_int_equal(date_weekday(d), 4);
	assert_false(date_parse(SLICE("2023-02-29"), &d));
	assert_false(date_parse(SLICE("2023-13-01"), &d));
}

static void age_counts_completed_years(void **state)
{
	(void)state;
	assert_int_equal(age_at((struct date){2008, 11, 21}, (struct date){2026, 11, 20}), 17);
	assert_int_equal(age_at((struct date){2008, 11, 21}, (struct date){2026, 11, 21}), 18);
	assert_int_equal(age_at((struct date){2008, 2, 29}, (struct date){2026, 2, 28}), 17);
}

static void ids_grow_even_when_the_clock_is_set_back(void **state)
{
	(void)state;
	id_init(3);
	int64_t last = id_new(INT64_C(1800000000000));
	for (int i = 0; i < 5000; i++) {
		int64_t id = id_new(INT64_C(1799999999000));
		assert_true(id > last);
		last = id;
	}
}

static void test_clock_moves_forward_only(void **state)
{
	struct clock *k = clock_new_test(), *real = clock_new();
	(void)state;

	int64_t now = clock_now_ms(k);
	assert_true(clock_advance_to(k, now + 86400000));
	assert_true(clock_now_ms(k) >= now + 86400000);
	assert_false(clock_advance_to(k, now));
	assert_false(clock_advance_to(real, now + 86400000));
	clock_free(k);
	clock_free(real);
}

static void arena_hands_out_zeroed_memory_after_clear(void **state)
{
	struct arena *a = arena_new(1 << 20);
	(void)state;

	char *p = arena_alloc(a, 100);
	memset(p, 'x', 100);
	arena_clear(a);
	p = arena_alloc(a, 100);
	for (int i = 0; i < 100; i++)
		assert_int_equal(p[i], 0);
	assert_string_equal(arena_printf(a, "%d-%s", 7, "ab"), "7-ab");
	arena_free(a);
}

/* The limit is that of one round, however many there are. */
static void arena_gives_back_what_came_after_a_mark(void **state)
{
	struct arena *a = arena_new(1 << 20);

	(void)state;
	const char *before = arena_printf(a, "before");
	struct arena_mark m = arena_mark(a);
	for (int i = 0; i < 100; i++) {
		char *p = arena_alloc(a, 1 << 18);
		p[0] = p[(1 << 18) - 1] = 'x';
		assert_int_equal(*(char *)arena_alloc(a, 8), 0);
		arena_rewind(a, m);
	}
	assert_string_equal(before, "before");
	assert_string_equal(arena_printf(a, "after"), "after");
	arena_free(a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buf_stops_at_its_limit_and_stays_failed),
		cmocka_unit_test(buf_printf_writes_text_longer_than_its_stack_buffer),
		cmocka_unit_test(json_escapes_quotes_controls_and_broken_utf8),
		cmocka_unit_test(slice_int_refuses_overflow_and_junk),
		cmocka_unit_test(utf8_refuses_overlong_surrogate_and_nul),
		cmocka_unit_test(dates_are_those_of_shanghai),
		cmocka_unit_test(age_counts_completed_years),
		cmocka_unit_test(ids_grow_even_when_the_clock_is_set_back),
		cmocka_unit_test(test_clock_moves_forward_only),
		cmocka_unit_test(arena_hands_out_zeroed_memory_after_clear),
		cmocka_unit_test(arena_gives_back_what_came_after_a_mark),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
