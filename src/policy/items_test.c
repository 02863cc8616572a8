/* Validators, normal forms and masks. All people are invented: area codes 1299 and 3299 exist nowhere. */
#include "policy/policy.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static struct ctx context;

static int set_up(void **state)
{
	(void)state;
	context = (struct ctx){.arena = arena_new(4 * 1024 * 1024)};
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_free(context.arena);
	return 0;
}

/* The normal form, or NULL when the value is refused with a message that does not repeat it. */
static const char *normal(const char *validator, const char *value)
{
	struct item it = {.key = "field", .name = "内容", .validator = validator, .mask = "all"};
	struct slice ret = {0};

	failure_clear(&context);
	if (!failed(item_normal(&context, &it, slice_of(value), &ret)))
		return arena_copy(context.arena, ret);
	assert_int_equal(context.failure.code, ERR_INVALID);
	assert_int_equal(context.failure.field_count, 1);
	assert_string_equal(context.failure.fields[0].field, "field");
	assert_true(strlen(context.failure.fields[0].message) > 0);
	if (strlen(value) > 3)
		assert_null(strstr(context.failure.fields[0].message, value));
	return NULL;
}

static void assert_normal(const char *validator, const char *value, const char *expected)
{
	const char *got = normal(validator, value);

	assert_non_null(got);
	assert_string_equal(got, expected);
}

static void assert_masked(const char *mask, const char *value, const char *expected)
{
	struct item it = {.key = "field", .validator = "text", .mask = mask};

	assert_string_equal(item_masked(&context, &it, slice_of(value)), expected);
}

static void a_phone_is_eleven_digits_from_one(void **state)
{
	(void)state;
	assert_normal("phone", "12900000012", "12900000012");
	assert_normal("phone", " 129 0000-0012 ", "12900000012");
	assert_normal("phone", "+86 12900000012", "12900000012");
	assert_null(normal("phone", "1290000001"));
	assert_null(normal("phone", "129000000123"));
	assert_null(normal("phone", "22900000012"));
	assert_null(normal("phone", "1290000001a"));
	assert_null(normal("phone", ""));
}

/* TJ-1.1.1.d, NT-1.2.1.1.b: a number with a wrong check digit or date cannot be anyone's. */
static void a_resident_number_needs_its_check_digit_and_a_real_date(void **state)
{
	struct date birth;
	bool female;

	(void)state;
	assert_normal("resident_id", "129901199001010019", "129901199001010019");
	assert_null(normal("resident_id", "129901199001010018"));
	assert_null(normal("resident_id", "129901199002300018"));
	assert_null(normal("resident_id", "12990119900101001"));
	assert_true(resident_id_parse(SLICE("129901199001010019"), &birth, &female));
	assert_int_equal(birth.year, 1990);
	assert_false(female);
}

/* Whatever the digits, exactly one of the eleven check characters fits. */
static void exactly_one_check_character_fits(void **state)
{
	char number[19] = "32990119850615002";
	struct date birth;
	bool female;
	int fitting = 0;

	(void)state;
	for (const char *last = "0123456789X"; *last; last++) {
		number[17] = *last;
		fitting += resident_id_parse((struct slice){number, 18}, &birth, &female);
	}
	assert_int_equal(fitting, 1);
	assert_true(female);
}

static void the_last_x_of_a_resident_number_becomes_capital(void **state)
{
	char number[19];
	struct date birth;
	bool female, found = false;

	(void)state;
	for (int i = 0; i < 1000 && !found; i++) {
		snprintf(number, sizeof number, "12990119900101%03dX", i);
		found = resident_id_parse((struct slice){number, 18}, &birth, &female);
	}
	assert_true(found);
	char small[19];
	memcpy(small, number, sizeof small);
	small[17] = 'x';
	assert_normal("resident_id", small, number);
}

static void a_document_number_is_a_resident_number_or_another(void **state)
{
	(void)state;
	assert_normal("id_number", "e12345678", "E12345678");
	assert_normal("id_number", "129901199001010019", "129901199001010019");
	assert_null(normal("id_number", "129901199001010018"));
	assert_null(normal("id_number", "E123"));
	assert_null(normal("id_number", "E1234567890123456789012"));
	assert_null(normal("id_number", "E1234/678"));
}

static void a_name_is_han_characters_dots_and_letters(void **state)
{
	(void)state;
	assert_normal("name", "王小明", "王小明");
	assert_normal("name", " 阿依古丽•买买提 ", "阿依古丽·买买提");
	assert_normal("name", "John Smith", "John Smith");
	assert_normal("name", "𠮷田", "𠮷田");
	assert_null(normal("name", "王"));
	assert_null(normal("name", "王小明1"));
	assert_null(normal("name", "<b>王</b>"));
}

static void an_email_is_kept_with_a_small_domain(void **state)
{
	(void)state;
	assert_normal("email", "Zhang.San@EXAMPLE.cn", "Zhang.San@example.cn");
	assert_null(normal("email", "zhang.example.cn"));
	assert_null(normal("email", "zhang@"));
	assert_null(normal("email", "@example.com"));
	assert_null(normal("email", "zhang@example"));
	assert_null(normal("email", "zh..ang@example.cn"));
	assert_null(normal("email", "zhang@exa mple.cn"));
	assert_null(normal("email", "zhang@example.cn\r\nBcc: x@y.cn"));
}

static void a_username_starts_with_a_letter(void **state)
{
	(void)state;
	assert_normal("username", "zhang_3", "zhang_3");
	assert_null(normal("username", "abc"));
	assert_null(normal("username", "3zhang"));
	assert_null(normal("username", "zhang-3"));
	assert_null(normal("username", "abcdefghijabcdefghijabcdefghijk"));
}

/* TJ-5.6.b: the refusal names the rule that failed. */
static void a_weak_password_is_refused_with_its_rule(void **state)
{
	(void)state;
	assert_normal("password", "Abcdef12", "Abcdef12");
	assert_normal("password", " abc DEF ", " abc DEF ");
	assert_null(normal("password", "Abc12"));
	assert_non_null(strstr(context.failure.fields[0].message, "8 至 64"));
	assert_null(normal("password", "abcdefgh1"));
	assert_non_null(strstr(context.failure.fields[0].message, "三类"));
}

static void other_forms_are_checked(void **state)
{
	(void)state;
	assert_normal("sms_code", "123 456", "123456");
	assert_null(normal("sms_code", "12345"));
	assert_normal("date", "20260131", "2026-01-31");
	assert_normal("date", "长期", "长期");
	assert_null(normal("date", "2026-02-29"));
	assert_normal("id_type", "passport", "passport");
	assert_null(normal("id_type", "driver"));
	assert_normal("gender", "女", "女");
	assert_null(normal("gender", "x"));
	assert_normal("location", "39.084, 117.2", "39.084,117.2");
	assert_normal("location", "-90,180", "-90,180");
	assert_null(normal("location", "91,0"));
	assert_null(normal("location", "39.084"));
	assert_null(normal("location", "a,b"));
	assert_normal("bank_card", "4111 1111 1111 1111", "4111111111111111");
	assert_null(normal("bank_card", "4111111111111112"));
	assert_normal("uscc", "91350100m000100y43", "91350100M000100Y43");
	assert_null(normal("uscc", "91350100M000100Y44"));
	assert_normal("image", "123", "123");
	assert_null(normal("image", "../etc"));
	assert_normal("short_text", "津A12345", "津A12345");
	assert_null(normal("short_text", "a\x01"
					 "b"));
	assert_null(normal("text", "\xff\xfe"));
}

static void a_text_is_bounded_by_characters_not_bytes(void **state)
{
	char text[601] = "";

	(void)state;
	for (int i = 0; i < 200; i++)
		strcat(text, "字");
	assert_normal("short_text", text, text);
	text[0] = '\0';
	char longer[700] = "";
	for (int i = 0; i < 201; i++)
		strcat(longer, "字");
	assert_null(normal("short_text", longer));
}

/* NT-A.7.1, TJ-4.1.1.a: what is shown until the second check. */
static void masks_show_enough_to_recognise(void **state)
{
	(void)state;
	assert_masked("phone", "12900000012", "129****0012");
	assert_masked("id", "129901199001010019", "1299**********0019");
	assert_masked("id", "E12345678", "E******78");
	assert_masked("name", "王小明", "王**");
	assert_masked("name", "欧阳", "欧*");
	assert_masked("email", "zhang@x.cn", "z***@x.cn");
	assert_masked("all", "anything", "******");
	assert_masked("tail4", "4111111111111111", "****1111");
	assert_masked("none", "男", "男");
	assert_masked("text", "路灯坏了三天", "路灯****");
}

static void a_value_too_short_to_hide_is_hidden_whole(void **state)
{
	(void)state;
	assert_masked("phone", "1234567", "******");
	assert_masked("id", "E12", "******");
	assert_masked("name", "王", "******");
	assert_masked("email", "@x", "******");
	assert_masked("email", "王@x.cn", "******");
	assert_masked("tail4", "1234", "******");
	assert_masked("text", "路灯", "******");
	assert_masked("name", "", "******");
	assert_masked("unheard-of", "abc", "******");
	assert_masked("name", "\xff\xfe", "******");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_phone_is_eleven_digits_from_one),
		cmocka_unit_test(a_resident_number_needs_its_check_digit_and_a_real_date),
		cmocka_unit_test(exactly_one_check_character_fits),
		cmocka_unit_test(the_last_x_of_a_resident_number_becomes_capital),
		cmocka_unit_test(a_document_number_is_a_resident_number_or_another),
		cmocka_unit_test(a_name_is_han_characters_dots_and_letters),
		cmocka_unit_test(an_email_is_kept_with_a_small_domain),
		cmocka_unit_test(a_username_starts_with_a_letter),
		cmocka_unit_test(a_weak_password_is_refused_with_its_rule),
		cmocka_unit_test(other_forms_are_checked),
		cmocka_unit_test(a_text_is_bounded_by_characters_not_bytes),
		cmocka_unit_test(masks_show_enough_to_recognise),
		cmocka_unit_test(a_value_too_short_to_hide_is_hidden_whole),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
