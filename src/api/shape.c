/* Shapes: parsing them, checking a body, and the JSON Schema for the OpenAPI document. */
#include "api/shape.h"
#include <ctype.h>
#include <stdlib.h>

/* ---- parsing
 * ----------------------------------------------------------------------------------------------------- */

static void *must_alloc(void *p, size_t size)
{
	p = realloc(p, size);
	if (!p)
		abort();
	return p;
}

static void must(bool parsed)
{
	if (!parsed)
		abort();
}

static void skip_space(const char **at)
{
	while (**at && isspace((unsigned char)**at))
		(*at)++;
}

static bool take(const char **at, char ch)
{
	skip_space(at);
	if (**at != ch)
		return false;
	(*at)++;
	return true;
}

static char *take_word(const char **at, const char *also)
{
	skip_space(at);
	const char *start = *at;
	while (**at && (isalnum((unsigned char)**at) || **at == '_' || strchr(also, **at)))
		(*at)++;
	must(*at > start);
	char *word = strndup(start, (size_t)(*at - start));
	if (!word)
		abort();
	return word;
}

static struct shape *parse(const char **at);

static void parse_member(const char **at, struct shape *s)
{
	if (take(at, '*')) {
		must(take(at, ':'));
		s->others = parse(at);
		return;
	}
	struct shape_member m = {.name = take_word(at, "")};
	m.optional = take(at, '?');
	must(take(at, ':'));
	m.shape = parse(at);
	s->members = must_alloc(s->members, (s->member_count + 1) * sizeof(m));
	s->members[s->member_count++] = m;
}

static void parse_object(const char **at, struct shape *s)
{
	s->kind = SHAPE_OBJECT;
	while (!take(at, '}')) {
		parse_member(at, s);
		(void)take(at, ',');
	}
}

static void parse_word(const char **at, struct shape *s)
{
	static const struct {
		const char *word;
		enum shape_kind kind;
	} words[] = {{"text", SHAPE_TEXT}, {"int", SHAPE_INTEGER}, {"bool", SHAPE_BOOL},
		     {"id", SHAPE_ID},	   {"time", SHAPE_TIME},   {"any", SHAPE_ANY}};
	char *word = take_word(at, "|");

	s->kind = SHAPE_WORDS;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(word, words[i].word) == 0)
			s->kind = words[i].kind;
	}
	if (s->kind == SHAPE_WORDS)
		s->words = word;
	else
		free(word);
}

static struct shape *parse(const char **at)
{
	struct shape *s = must_alloc(NULL, sizeof(*s));

	*s = (struct shape){0};
	if (take(at, '{')) {
		parse_object(at, s);
	} else if (take(at, '[')) {
		s->kind = SHAPE_ARRAY;
		s->element = parse(at);
		must(take(at, ']'));
	} else {
		parse_word(at, s);
	}
	return s;
}

struct shape *shape_new(const char *text)
{
	struct shape *s = parse(&text);

	skip_space(&text);
	must(*text == '\0');
	return s;
}

void shape_free(struct shape *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->member_count; i++) {
		free((void *)(uintptr_t)s->members[i].name);
		shape_free(s->members[i].shape);
	}
	free(s->members);
	free((void *)(uintptr_t)s->words);
	shape_free(s->element);
	shape_free(s->others);
	free(s);
}

/* ---- checking a body
 * ------------------------------------------------------------------------------------------------ */

static bool is_word(const char *words, struct slice value)
{
	for (const char *at = words; *at;) {
		size_t n = strcspn(at, "|");
		if (slice_eq((struct slice){at, n}, value))
			return true;
		at += n + (at[n] == '|');
	}
	return false;
}

static struct slice text_of(const json_t *value)
{
	return (struct slice){json_string_value(value), json_string_length(value)};
}

static void check(struct ctx *c, const struct shape *s, const json_t *value, const char *name, int depth);

static void complain(struct ctx *c, const char *name, const char *message)
{
	/* The caller asks the failure whether anything was complained about. */
	err e = fail_field(c, *name ? name : "body", message);
	(void)e.code;
}

static const struct shape *member_shape(const struct shape *s, const char *key)
{
	for (size_t i = 0; i < s->member_count; i++) {
		if (strcmp(s->members[i].name, key) == 0)
			return s->members[i].shape;
	}
	return s->others;
}

static const char *path(struct ctx *c, const char *name, const char *key)
{
	return *name ? arena_printf(c->arena, "%s.%s", name, key) : key;
}

static void check_object(struct ctx *c, const struct shape *s, const json_t *value, const char *name,
			 int depth)
{
	const char *key;
	json_t *member;

	json_object_foreach((json_t *)(uintptr_t)value, key, member)
	{
		const struct shape *shape = member_shape(s, key);
		if (!shape)
			complain(c, path(c, name, key), "没有这一项，请去掉");
		else
			check(c, shape, member, path(c, name, key), depth + 1);
	}
	for (size_t i = 0; i < s->member_count; i++) {
		if (!s->members[i].optional && !json_object_get(value, s->members[i].name))
			complain(c, path(c, name, s->members[i].name), "必须填写");
	}
}

static void check_array(struct ctx *c, const struct shape *s, const json_t *value, const char *name,
			int depth)
{
	for (size_t i = 0; i < json_array_size(value); i++)
		check(c, s->element, json_array_get(value, i), arena_printf(c->arena, "%s.%zu", name, i),
		      depth + 1);
}

static void check_text(struct ctx *c, const struct shape *s, const json_t *value, const char *name)
{
	int64_t id = 0;

	if (s->kind == SHAPE_WORDS && !is_word(s->words, text_of(value)))
		complain(c, name, "不是可选的值");
	if (s->kind == SHAPE_ID && (!slice_int(text_of(value), &id) || id < 0))
		complain(c, name, "不是有效的编号");
	if (!slice_is_utf8(text_of(value)))
		complain(c, name, "含有无效的字符");
}

static void check(struct ctx *c, const struct shape *s, const json_t *value, const char *name, int depth)
{
	static const char *const expected[] = {
		[SHAPE_TEXT] = "应为文字",  [SHAPE_INTEGER] = "应为整数", [SHAPE_BOOL] = "应为是或否",
		[SHAPE_ID] = "应为编号",    [SHAPE_TIME] = "应为时间",	  [SHAPE_WORDS] = "应为文字",
		[SHAPE_ARRAY] = "应为列表", [SHAPE_OBJECT] = "应为对象",  [SHAPE_ANY] = "",
	};
	static const json_type types[] = {
		[SHAPE_TEXT] = JSON_STRING, [SHAPE_INTEGER] = JSON_INTEGER, [SHAPE_BOOL] = JSON_TRUE,
		[SHAPE_ID] = JSON_STRING,   [SHAPE_TIME] = JSON_STRING,	    [SHAPE_WORDS] = JSON_STRING,
		[SHAPE_ARRAY] = JSON_ARRAY, [SHAPE_OBJECT] = JSON_OBJECT,
	};

	if (s->kind == SHAPE_ANY || depth > 16)
		return;
	bool fits = s->kind == SHAPE_BOOL ? json_is_boolean(value) : json_typeof(value) == types[s->kind];
	if (!fits)
		complain(c, name, expected[s->kind]);
	else if (s->kind == SHAPE_OBJECT)
		check_object(c, s, value, name, depth);
	else if (s->kind == SHAPE_ARRAY)
		check_array(c, s, value, name, depth);
	else if (json_is_string(value))
		check_text(c, s, value, name);
}

err shape_check(struct ctx *c, const struct shape *s, const json_t *value)
{
	check(c, s, value, "", 0);
	if (c->failure.field_count)
		FAIL(c, ERR_INVALID, "提交的内容有误，请按提示改正");
	return OK;
}

/* ---- JSON Schema
 * ---------------------------------------------------------------------------------------------------------
 */

static void schema_object(const struct shape *s, struct json *j)
{
	json_put_text(j, "type", "object");
	json_key(j, "properties");
	json_open(j, '{');
	for (size_t i = 0; i < s->member_count; i++) {
		json_key(j, s->members[i].name);
		shape_schema(s->members[i].shape, j);
	}
	json_close(j, '}');
	json_key(j, "required");
	json_open(j, '[');
	for (size_t i = 0; i < s->member_count; i++) {
		if (!s->members[i].optional)
			json_text(j, s->members[i].name);
	}
	json_close(j, ']');
	json_key(j, "additionalProperties");
	if (s->others)
		shape_schema(s->others, j);
	else
		json_bool(j, false);
}

static void schema_words(const char *words, struct json *j)
{
	json_put_text(j, "type", "string");
	json_key(j, "enum");
	json_open(j, '[');
	while (*words) {
		size_t n = strcspn(words, "|");
		json_slice(j, (struct slice){words, n});
		words += n + (words[n] == '|');
	}
	json_close(j, ']');
}

void shape_schema(const struct shape *s, struct json *j)
{
	static const char *const types[] = {
		[SHAPE_TEXT] = "string", [SHAPE_INTEGER] = "integer", [SHAPE_BOOL] = "boolean",
		[SHAPE_ID] = "string",	 [SHAPE_TIME] = "string",
	};

	json_open(j, '{');
	if (s->kind == SHAPE_OBJECT) {
		schema_object(s, j);
	} else if (s->kind == SHAPE_WORDS) {
		schema_words(s->words, j);
	} else if (s->kind == SHAPE_ARRAY) {
		json_put_text(j, "type", "array");
		json_key(j, "items");
		shape_schema(s->element, j);
	} else if (s->kind != SHAPE_ANY) {
		json_put_text(j, "type", types[s->kind]);
		if (s->kind == SHAPE_TIME)
			json_put_text(j, "format", "date-time");
		if (s->kind == SHAPE_ID)
			json_put_text(j, "pattern", "^[0-9]{1,19}$");
	}
	json_close(j, '}');
}
