/* Shapes, and the status of each refusal. */
#include "api/problem.h"
#include "api/shape.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#undef fail

static struct ctx *ctx_make(void)
{
	static struct ctx c;

	c = (struct ctx){.arena = arena_new(1 << 24)};
	return &c;
}

/* The field that is complained about first, or NULL when the body fits. */
static const char *complaint(struct ctx *c, const char *shape, const char *body)
{
	struct shape *s = shape_new(shape);
	json_t *value = json_loads(body, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);

	assert_non_null(value);
	failure_clear(c);
	err e = shape_check(c, s, value);
	json_decref(value);
	shape_free(s);
	assert_int_equal(e.code, c->failure.field_count ? ERR_INVALID : ERR_OK);
	return c->failure.field_count ? c->failure.fields[0].field : NULL;
}

static void a_body_has_its_members_and_no_others(void **state)
{
	static const char shape[] = "{platform: web|android|ios, count?: int, deep?: {list: [text]}}";
	struct ctx *c = ctx_make();

	(void)state;
	assert_null(complaint(c, shape, "{\"platform\":\"ios\"}"));
	assert_null(complaint(c, shape, "{\"platform\":\"web\",\"count\":3,\"deep\":{\"list\":[\"a\"]}}"));
	assert_string_equal(complaint(c, shape, "{}"), "platform");
	assert_string_equal(complaint(c, shape, "{\"platform\":\"we\"}"), "platform");
	assert_string_equal(complaint(c, shape, "{\"platform\":\"web|android\"}"), "platform");
	assert_string_equal(complaint(c, shape, "{\"platform\":1}"), "platform");
	assert_string_equal(complaint(c, shape, "{\"platform\":\"web\",\"more\":1}"), "more");
	assert_string_equal(complaint(c, shape, "{\"platform\":\"web\",\"count\":\"3\"}"), "count");
	assert_string_equal(complaint(c, shape, "{\"platform\":\"web\",\"count\":null}"), "count");
	assert_string_equal(complaint(c, shape, "{\"platform\":\"web\",\"deep\":{\"list\":[\"a\",2]}}"),
			    "deep.list.1");
	assert_string_equal(complaint(c, shape, "{\"platform\":\"web\",\"deep\":{}}"), "deep.list");
	assert_string_equal(complaint(c, shape, "[]"), "body");
	arena_free(c->arena);
}

static void open_shapes_take_further_members_of_their_kind(void **state)
{
	struct ctx *c = ctx_make();

	(void)state;
	assert_null(complaint(c, "{*: text}", "{\"anything\":\"goes\"}"));
	assert_string_equal(complaint(c, "{*: text}", "{\"anything\":{}}"), "anything");
	assert_null(complaint(c, "{x: any}", "{\"x\":null}"));
	assert_null(complaint(c, "{x: id}", "{\"x\":\"191340421517934592\"}"));
	assert_string_equal(complaint(c, "{x: id}", "{\"x\":\"12a\"}"), "x");
	assert_string_equal(complaint(c, "{x: id}", "{\"x\":12}"), "x");
	arena_free(c->arena);
}

static void text_in_a_body_holds_no_nul(void **state)
{
	struct ctx *c = ctx_make();
	struct shape *s = shape_new("{x: text}");
	json_t *value = json_loads("{\"x\":\"a\\u0000b\"}", JSON_ALLOW_NUL, NULL);

	(void)state;
	assert_int_equal(shape_check(c, s, value).code, ERR_INVALID);
	json_decref(value);
	shape_free(s);
	arena_free(c->arena);
}

static void a_schema_says_what_the_check_demands(void **state)
{
	struct shape *s = shape_new("{a: text, b?: [int], c: x|y}");
	BUF_SCOPED out = {0};

	(void)state;
	buf_init(&out, 4096);
	struct json j = json_to(&out);
	shape_schema(s, &j);
	assert_string_equal(out.data, "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"string\"},"
				      "\"b\":{\"type\":\"array\",\"items\":{\"type\":\"integer\"}},"
				      "\"c\":{\"type\":\"string\",\"enum\":[\"x\",\"y\"]}},"
				      "\"required\":[\"a\",\"c\"],\"additionalProperties\":false}");
	shape_free(s);
}

/* API.md, "Errors". */
static void each_reason_has_its_status(void **state)
{
	static const struct {
		enum err_code code;
		const char *reason;
		int status;
	} rows[] = {
		{ERR_INVALID, NULL, 400},
		{ERR_LOGIN, NULL, 401},
		{ERR_REFUSED, "consent_required", 403},
		{ERR_REFUSED, "guardian_required", 403},
		{ERR_REFUSED, "not_declared", 403},
		{ERR_REFUSED, "login_required", 401},
		{ERR_REFUSED, "locked", 423},
		{ERR_REFUSED, "gone", 410},
		{ERR_NOT_YOURS, NULL, 403},
		{ERR_NOT_FOUND, NULL, 404},
		{ERR_CONFLICT, NULL, 409},
		{ERR_GONE, NULL, 410},
		{ERR_TOO_LARGE, NULL, 413},
		{ERR_MISMATCH, NULL, 422},
		{ERR_LOCKED, NULL, 423},
		{ERR_LIMIT, NULL, 429},
		{ERR_AUTHORITY, NULL, 502},
		{ERR_OVERLOADED, NULL, 503},
		{ERR_STORE, NULL, 503},
		{ERR_INTERNAL, NULL, 500},
		{ERR_CRYPTO, NULL, 500},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct failure f = {.code = rows[i].code, .reason = rows[i].reason};
		assert_int_equal(problem_status(&f), rows[i].status);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_body_has_its_members_and_no_others),
		cmocka_unit_test(open_shapes_take_further_members_of_their_kind),
		cmocka_unit_test(text_in_a_body_holds_no_nul),
		cmocka_unit_test(a_schema_says_what_the_check_demands),
		cmocka_unit_test(each_reason_has_its_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
