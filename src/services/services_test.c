#include "base/clock.h"
#include "base/id.h"
#include "services/cases.h"
#include "services/catalogue.h"
#include "services/image.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static struct ctx *ctx_make(void)
{
	static struct ctx c;

	c = (struct ctx){.arena = arena_new(1 << 24)};
	return &c;
}

static void ctx_done(struct ctx *c)
{
	arena_free(c->arena);
}

static const struct category money = {.key = "housing", .name = "住房保障"};
static const struct service fund = {
	.key = "housing_fund_query",
	.name = "公积金查询",
	.summary = "查询本人的缴存记录",
	.pinyin = "gongjijinchaxun",
	.initials = "gjjcx",
	.keywords = "住房公积金 贷款",
	.category = &money,
};

static void initials_pinyin_and_chinese_find_a_service(void **state)
{
	(void)state;
	assert_true(catalogue_score(&fund, SLICE("gjj")) > 0);
	assert_true(catalogue_score(&fund, SLICE("gongji")) > 0);
	assert_true(catalogue_score(&fund, SLICE("公积")) > catalogue_score(&fund, SLICE("贷款")));
	assert_true(catalogue_score(&fund, SLICE("贷款")) > catalogue_score(&fund, SLICE("缴存")));
	assert_int_equal(catalogue_score(&fund, SLICE("hunyin")), 0);
}

static void case_numbers_start_with_the_day_and_differ(void **state)
{
	char a[CASE_NUMBER_SIZE], b[CASE_NUMBER_SIZE];
	(void)state;

	case_number(INT64_C(190000000000000001), INT64_C(1795270000000), a);
	case_number(INT64_C(190000000000000002), INT64_C(1795270000000), b);
	assert_memory_equal(a, "261121-", 7);
	assert_string_not_equal(a, b);
	assert_int_equal(strlen(a), 17);
}

static void a_case_number_tells_its_id(void **state)
{
	const int64_t now_ms = INT64_C(1795270000000), day_ms = INT64_C(86400000);
	char number[CASE_NUMBER_SIZE];

	(void)state;
	for (int64_t later = 0; later < 40; later++) {
		int64_t at = now_ms + later * (day_ms + 1234567), id = id_new(at);
		case_number(id, at, number);
		assert_int_equal(case_number_id(slice_of(number)), id);
	}
	/* an id of just before midnight, a case of just after */
	int64_t midnight = date_start_ms(date_of(now_ms + 50 * day_ms)), id = id_new(midnight - 1);
	case_number(id, midnight + 1, number);
	assert_int_equal(case_number_id(slice_of(number)), id);
	assert_int_equal(case_number_id(SLICE("")), 0);
	assert_int_equal(case_number_id(SLICE("261121-000000000")), 0);
	assert_int_equal(case_number_id(SLICE("261141-0000000000")), 0);
	assert_int_equal(case_number_id(SLICE("261121-000000000I")), 0);
}

/* A JPEG of two segments that matter, with place and comment between them. */
static size_t jpeg_with_place(uint8_t *p)
{
	static const uint8_t parts[] = {
		0xff, 0xd8, 0xff, 0xe0, 0,    16,   'J',  'F', 'I', 'F', 0,    1,    1,	   0,	 0,
		1,    0,    1,	  0,	0,    0xff, 0xe1, 0,   42,  'E', 'x',  'i',  'f',  0,	 0,
		'I',  'I',  42,	  0,	8,    0,    0,	  0,   1,   0,	 0x12, 1,    3,	   0,	 1,
		0,    0,    0,	  6,	0,    0,    0,	  'G', 'P', 'S', '3',  '9',  '.',  '1',	 0,
		0,    0,    0,	  0,	0xff, 0xfe, 0,	  8,   'T', 'i', 'a',  'n',  'j',  'n',	 0xff,
		0xdb, 0,    4,	  1,	2,    0xff, 0xda, 0,   4,   1,	 2,    0x11, 0xff, 0x00, 0x22,
		0xff, 0xd0, 0x33, 0xff, 0xd9, 'G',  'P',  'S', ' ', 'a', 'f',  't',  'e',  'r'};

	memcpy(p, parts, sizeof parts);
	return sizeof parts;
}

static void a_jpeg_loses_place_comment_and_trailer_but_not_its_orientation(void **state)
{
	struct ctx *c = ctx_make();
	uint8_t picture[256];
	BUF_SCOPED out = {0};
	(void)state;

	size_t n = jpeg_with_place(picture);
	buf_init(&out, 4096);
	assert_int_equal(image_strip(c, "image/jpeg", slice_bytes(picture, n), &out).code, ERR_OK);
	assert_null(memmem(out.data, out.size, "GPS", 3));
	assert_null(memmem(out.data, out.size, "Tianj", 5));
	assert_non_null(memmem(out.data, out.size, "JFIF", 4));
	const uint8_t *exif = memmem(out.data, out.size, "MM\0*", 4);
	assert_non_null(exif);
	assert_int_equal(exif[19], 6); /* turned by 90 degrees, as before */
	assert_non_null(memmem(out.data, out.size, "\x11\xff\0\x22\xff\xd0\x33\xff\xd9", 9));
	assert_memory_equal(out.data + out.size - 2, "\xff\xd9", 2);
	ctx_done(c);
}

static void a_cut_jpeg_is_refused_at_every_length(void **state)
{
	uint8_t picture[256];
	(void)state;

	size_t n = jpeg_with_place(picture) - 9; /* without the trailer */
	for (size_t cut = 0; cut < n; cut++) {
		struct ctx *c = ctx_make();
		BUF_SCOPED out = {0};
		buf_init(&out, 4096);
		assert_int_equal(image_strip(c, "image/jpeg", slice_bytes(picture, cut), &out).code,
				 ERR_INVALID);
		ctx_done(c);
	}
}

static size_t png_chunk(uint8_t *p, const char *type, const char *data)
{
	size_t n = strlen(data);

	memcpy(p, (uint8_t[]){0, 0, 0, (uint8_t)n}, 4);
	memcpy(p + 4, type, 4);
	memcpy(p + 8, data, n);
	memset(p + 8 + n, 'c', 4);
	return n + 12;
}

static void a_png_loses_its_texts_and_time(void **state)
{
	struct ctx *c = ctx_make();
	uint8_t picture[256];
	size_t n = 8;
	BUF_SCOPED out = {0};
	(void)state;

	memcpy(picture, "\x89PNG\r\n\x1a\n", 8);
	n += png_chunk(picture + n, "IHDR", "header-of-13b");
	n += png_chunk(picture + n, "eXIf", "place");
	n += png_chunk(picture + n, "tEXt", "comment");
	n += png_chunk(picture + n, "gAMA", "gama");
	n += png_chunk(picture + n, "IDAT", "pixels");
	n += png_chunk(picture + n, "IEND", "");
	buf_init(&out, 4096);
	assert_int_equal(image_strip(c, "image/png", slice_bytes(picture, n), &out).code, ERR_OK);
	assert_null(memmem(out.data, out.size, "place", 5));
	assert_null(memmem(out.data, out.size, "comment", 7));
	assert_non_null(memmem(out.data, out.size, "gama", 4));
	assert_non_null(memmem(out.data, out.size, "pixels", 6));
	ctx_done(c);
}

static void a_script_named_picture_is_refused(void **state)
{
	struct ctx *c = ctx_make();
	BUF_SCOPED out = {0};
	(void)state;

	buf_init(&out, 4096);
	assert_int_equal(image_strip(c, "image/jpeg", SLICE("<script>alert(1)</script>"), &out).code,
			 ERR_INVALID);
	assert_int_equal(image_strip(c, "image/svg+xml", SLICE("<svg/>"), &out).code, ERR_INVALID);
	assert_int_equal(out.size, 0);
	ctx_done(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(initials_pinyin_and_chinese_find_a_service),
		cmocka_unit_test(case_numbers_start_with_the_day_and_differ),
		cmocka_unit_test(a_case_number_tells_its_id),
		cmocka_unit_test(a_jpeg_loses_place_comment_and_trailer_but_not_its_orientation),
		cmocka_unit_test(a_cut_jpeg_is_refused_at_every_length),
		cmocka_unit_test(a_png_loses_its_texts_and_time),
		cmocka_unit_test(a_script_named_picture_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
