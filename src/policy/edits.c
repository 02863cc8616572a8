/* Editing a release place by place, for officers who do not write YAML. */
#include "policy/load.h"
#include "policy/upload.h"
#include <stdio.h>
#include <stdlib.h>

enum { PLACE_MAX = 200, ROWS_MAX = 400 };

enum place_kind {
	PLACE_SAME, /* of the kind that it was */
	PLACE_TEXT,
	PLACE_FLAG,
	PLACE_NAMES, /* a list of keys, which may be empty */
	PLACE_ROWS,  /* a whole register, with rows added or removed */
};

/* What may be edited: # stands for the number of a row, * for anything. */
struct place {
	const char *pattern;
	enum place_kind kind;
	bool optional; /* may be missing: null takes it away */
};

static const struct place places[] = {
	{"policy.version", PLACE_SAME, false},
	{"policy.updated", PLACE_SAME, false},
	{"policy.effective", PLACE_SAME, false},
	{"policy.chapters.#.title", PLACE_SAME, false},
	{"policy.chapters.#.sections.#.title", PLACE_SAME, false},
	{"policy.chapters.#.sections.#.paragraphs", PLACE_SAME, false},
	{"agreement.#.title", PLACE_SAME, false},
	{"agreement.#.sections.#.title", PLACE_SAME, false},
	{"agreement.#.sections.#.paragraphs", PLACE_SAME, false},
	{"policy.purposes", PLACE_ROWS, false},
	{"policy.purposes.#.name", PLACE_TEXT, false},
	{"policy.recipients", PLACE_ROWS, false},
	{"policy.recipients.#.name", PLACE_TEXT, false},
	{"policy.recipients.#.kind", PLACE_TEXT, false},
	{"policy.recipients.#.region", PLACE_TEXT, false},
	{"policy.recipients.#.contact", PLACE_TEXT, false},
	{"policy.recipients.#.basis", PLACE_TEXT, false},
	{"policy.recipients.#.items", PLACE_NAMES, true},
	{"policy.recipients.#.agreement_url", PLACE_TEXT, true},
	{"policy.recipients.#.policy_url", PLACE_TEXT, true},
	{"policy.permissions.#.name", PLACE_TEXT, false},
	{"policy.permissions.#.why", PLACE_TEXT, false},
	{"policy.permissions.#.items", PLACE_NAMES, true},
	{"policy.categories.#.name", PLACE_TEXT, false},
	{"policy.categories.#.collect.items", PLACE_NAMES, false},
	{"policy.categories.#.share.items", PLACE_NAMES, false},
	{"policy.categories.#.purposes", PLACE_NAMES, false},
	{"policy.categories.#.recipients", PLACE_NAMES, true},
	{"policy.categories.#.permissions", PLACE_NAMES, true},
	{"policy.categories.#.retention.days", PLACE_SAME, false},
	{"policy.categories.#.retention.rule", PLACE_SAME, false},
	{"policy.legal_retention.#.name", PLACE_TEXT, false},
	{"policy.legal_retention.#.days", PLACE_SAME, false},
	{"policy.legal_retention.#.rule", PLACE_SAME, false},
	{"policy.sdks", PLACE_ROWS, false},
	{"policy.sdks.#.name", PLACE_TEXT, false},
	{"policy.sdks.#.vendor", PLACE_TEXT, false},
	{"policy.sdks.#.reason", PLACE_TEXT, true},
	{"policy.sdks.#.recipient", PLACE_TEXT, true},
	{"policy.sdks.#.trigger", PLACE_TEXT, false},
	{"policy.sdks.#.function", PLACE_TEXT, false},
	{"policy.sdks.#.items", PLACE_NAMES, false},
	{"policy.sdks.#.permissions", PLACE_NAMES, false},
	{"policy.sdks.#.condition", PLACE_TEXT, true},
	{"policy.sdks.#.policy_url", PLACE_TEXT, true},
	{"policy.sdks.#.refusing", PLACE_TEXT, true},
	{"policy.sdks.#.consent", PLACE_FLAG, true},
	{"policy.sdks.#.login", PLACE_FLAG, true},
	{"policy.sdk_reasons", PLACE_ROWS, false},
	{"policy.sdk_reasons.#.name", PLACE_TEXT, false},
	{"policy.sdk_reasons.#.triggers", PLACE_NAMES, false},
	{"policy.exceptions", PLACE_ROWS, false},
	{"policy.exceptions.#.ground", PLACE_TEXT, false},
	{"policy.exceptions.#.contexts", PLACE_NAMES, false},
	{"policy.exceptions.#.needs", PLACE_NAMES, false},
	{"policy.exceptions.#.secrecy", PLACE_FLAG, true},
	{"policy.cookies", PLACE_ROWS, false},
	{"policy.cookies.#.name", PLACE_TEXT, false},
	{"policy.cookies.#.use", PLACE_TEXT, false},
	{"policy.cookies.#.effect", PLACE_TEXT, true},
	{"policy.cookies.#.refusable", PLACE_FLAG, true},
	{"policy.definitions", PLACE_ROWS, false},
	{"policy.definitions.#.term", PLACE_TEXT, false},
	{"policy.definitions.#.meaning", PLACE_TEXT, false},
	{"policy.duties.#.name", PLACE_TEXT, false},
	{"policy.duties.#.evidence", PLACE_TEXT, false},
	{"policy.duties.#.every_days", PLACE_SAME, false},
	{"services.#.name", PLACE_TEXT, false},
	{"services.#.summary", PLACE_TEXT, true},
	{"services.#.guide", PLACE_TEXT, true},
	{"services.#.shared", PLACE_NAMES, true},
	{"services.#.result", PLACE_NAMES, true},
	{"services.#.fields.#.label", PLACE_TEXT, true},
	{"services.#.fields.#.hint", PLACE_TEXT, true},
	{"city.*", PLACE_SAME, false},
};

/* Which rules refuse, which city it is and how it looks are not for this form. */
static const char *const kept[] = {"city.key", "city.clauses.", "city.gate.", "city.theme."};

static bool is_number(const char *text, size_t n)
{
	return n > 0 && n <= 4 && strspn(text, "0123456789") >= n;
}

static bool fits(const char *pattern, const char *at)
{
	for (;;) {
		size_t p = strcspn(pattern, "."), a = strcspn(at, ".");
		if (p == 1 && *pattern == '*')
			return a > 0;
		bool same =
			p == 1 && *pattern == '#' ? is_number(at, a) : p == a && memcmp(pattern, at, a) == 0;
		if (!same || (pattern[p] == 0) != (at[a] == 0))
			return false;
		if (pattern[p] == 0)
			return true;
		pattern += p + 1;
		at += a + 1;
	}
}

static const struct place *place_of(const char *at)
{
	for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
		if (strncmp(at, kept[i], strlen(kept[i])) == 0)
			return NULL;
	for (size_t i = 0; i < sizeof places / sizeof *places; i++)
		if (fits(places[i].pattern, at))
			return &places[i];
	return NULL;
}

/* ---- the tree ---- */

static json_t *child(json_t *parent, const char *name)
{
	if (json_is_array(parent) && is_number(name, strlen(name)))
		return json_array_get(parent, (size_t)atoi(name));
	return json_object_get(parent, name);
}

/* The parent of a place; ret_last is the name of the place in it. */
static json_t *parent_of(json_t *root, char *at, const char **ret_last)
{
	json_t *here = root;
	char *rest = at, *name = strsep(&rest, ".");

	for (; rest; name = strsep(&rest, "."))
		here = child(here, name);
	*ret_last = name;
	return here;
}

static bool same_kind(const json_t *before, const json_t *after)
{
	if (json_is_boolean(before))
		return json_is_boolean(after);
	return json_typeof(before) == json_typeof(after);
}

static bool has_letters(const char *text)
{
	return text[strspn(text, " \t\r\n")] != '\0';
}

static const char *wrong_same(const json_t *before, const json_t *after)
{
	size_t i;
	json_t *row;

	if (!same_kind(before, after))
		return json_is_string(before)	 ? "这里须填写文字"
		       : json_is_integer(before) ? "这里须填写整数"
		       : json_is_boolean(before) ? "这里须填写是或者否"
						 : "这里须填写若干段文字";
	if (json_is_string(after) && !has_letters(json_string_value(after)))
		return "内容不能为空";
	if (json_is_integer(after) && (json_integer_value(after) < 0 || json_integer_value(after) > 36500))
		return "须为 0 至 36500 的整数";
	json_array_foreach((json_t *)(uintptr_t)after, i,
			   row) if (!json_is_string(row) ||
				    !has_letters(json_string_value(row))) return "每一段都须有文字";
	return NULL;
}

static const char *wrong_names(const json_t *after)
{
	size_t i;
	json_t *row;

	if (!json_is_array(after) || json_array_size(after) > ROWS_MAX)
		return "这里须从名单中选择";
	json_array_foreach((json_t *)(uintptr_t)after, i,
			   row) if (!json_is_string(row)) return "这里须从名单中选择";
	return NULL;
}

static const json_t *row_of(const json_t *rows, const char *key)
{
	size_t i;
	json_t *row;

	json_array_foreach((json_t *)(uintptr_t)rows, i, row)
	{
		const char *own = json_string_value(json_object_get(row, "key"));
		if (own && key && strcmp(own, key) == 0)
			return row;
	}
	return NULL;
}

/* By its key the program and other rules find a row, by its clause the text of the policy: both stay. What a
 * row holds otherwise, the loader checks. */
static const char *wrong_rows(const json_t *before, const json_t *after)
{
	size_t i;
	json_t *row;

	if (!json_is_array(after) || json_array_size(after) > ROWS_MAX)
		return "这里须为若干行";
	json_array_foreach((json_t *)(uintptr_t)after, i, row)
	{
		const json_t *old = row_of(before, json_string_value(json_object_get(row, "key")));
		if (!json_is_object(row))
			return "每一行都须写明各项内容";
		if (old && !json_equal(json_object_get(old, "clause"), json_object_get(row, "clause")))
			return "已有各行依据的条款不能在这里修改";
	}
	return NULL;
}

static const char *wrong_value(const struct place *p, const json_t *before, const json_t *after)
{
	if (json_is_null(after))
		return p->optional ? NULL : "内容不能为空";
	switch (p->kind) {
	case PLACE_SAME: /* a setting is a short list, paragraphs may be many */
		return strcmp(p->pattern, "city.*") == 0 && json_array_size(after) > ROWS_MAX
			       ? "这里最多填写 400 项"
			       : wrong_same(before, after);
	case PLACE_TEXT:
		return json_is_string(after) && has_letters(json_string_value(after)) ? NULL : "内容不能为空";
	case PLACE_FLAG:
		return json_is_boolean(after) ? NULL : "这里须填写是或者否";
	case PLACE_NAMES:
		return wrong_names(after);
	case PLACE_ROWS:
		return wrong_rows(before, after);
	}
	return NULL;
}

/* A value of its own may be changed alone; of a list of rows only the place of the whole list says so. */
static bool there(const struct place *p, const json_t *parent, const json_t *before)
{
	if (!before)
		return p->optional && json_is_object(parent);
	if (p->kind != PLACE_SAME)
		return true;
	return !json_is_object(before) &&
	       !(json_is_array(before) && json_is_object(json_array_get(before, 0)));
}

/* The loader would say it too, but in the words of a file. */
static const char *wrong_date(const char *at, const json_t *after)
{
	struct date d;

	if (strcmp(at, "policy.updated") != 0 && strcmp(at, "policy.effective") != 0)
		return NULL;
	return date_parse(slice_of(json_string_value(after)), &d) && json_string_length(after) == 10
		       ? NULL
		       : "没有这一天，请写成 2026-01-31 的样子";
}

static const char *apply(json_t *root, const struct release_edit *e)
{
	char at[PLACE_MAX];
	const char *last;

	const struct place *p = strlen(e->at) < sizeof at ? place_of(e->at) : NULL;
	if (!p)
		return "这一项不能在这里修改";
	snprintf(at, sizeof at, "%s", e->at);
	json_t *parent = parent_of(root, at, &last), *before = child(parent, last);
	if (!there(p, parent, before))
		return "没有这一项";
	const char *why = wrong_value(p, before, e->value);
	if (!why)
		why = wrong_date(e->at, e->value);
	if (why)
		return why;
	if (json_is_null(e->value)) {
		(void)json_object_del(parent, last);
		return NULL;
	}
	json_t *value = json_deep_copy(e->value);
	int failed_set = json_is_array(parent) ? json_array_set_new(parent, (size_t)atoi(last), value)
					       : json_object_set_new(parent, last, value);
	return failed_set ? "这一项不能在这里修改" : NULL;
}

/* Of several paragraphs the one that is empty. */
static const char *place_told(struct ctx *c, const struct release_edit *e)
{
	for (size_t i = 0; i < json_array_size(e->value); i++) {
		const char *text = json_string_value(json_array_get(e->value, i));
		if (text && !has_letters(text))
			return arena_printf(c->arena, "%s.%zu", e->at, i);
	}
	return e->at;
}

/* ---- what the loader says ---- */

/* "policy.recipients.3.items: what; what to write" as the error of that place. The last line may be cut. */
static void tell_complaints(struct ctx *c, const char *lines)
{
	for (const char *at = lines; *at;) {
		size_t n = strcspn(at, "\n");
		const char *what = memmem(at, n, ": ", 2);
		if (what)
			(void)fail_field(
				c, arena_copy(c->arena, (struct slice){at, (size_t)(what - at)}),
				arena_copy(c->arena, (struct slice){what + 2, (size_t)(at + n - what - 2)}))
				.code;
		at += n + (at[n] == '\n');
	}
}

static void drop(json_t **doc)
{
	json_decref(*doc);
}

static int put_text(const char *part, size_t size, void *out)
{
	buf_add(out, part, size);
	return 0;
}

err release_reparsed(struct ctx *c, json_t *root, struct release **ret)
{
	BUF_SCOPED text = {0};
	BUF_SCOPED complaints = {0};

	buf_init(&text, YAML_SIZE_MAX);
	buf_init(&complaints, 256 * 1024);
	if (json_dump_callback(root, put_text, &text, JSON_INDENT(1) | JSON_SORT_KEYS) || text.failed)
		FAIL(c, ERR_INVALID, "修改后的政策过长，或者含有不能保存的字符");
	err e = release_parse_for(c, buf_slice(&text), (struct complaints){&complaints, COMPLAINT_PLACES},
				  ret);
	if (failed(e) && complaints.size) {
		tell_complaints(c, complaints.data);
		FAIL(c, ERR_INVALID, "修改后的政策不能使用，请按提示修改");
	}
	return e;
}

err release_edited(struct ctx *c, const struct release *base, const struct release_edit *edits, size_t count,
		   struct release **ret)
{
	struct slice document = release_document(base);
	json_error_t where;
	__attribute__((cleanup(drop))) json_t *root = json_loadb(document.p, document.n, 0, &where);
	bool good = root != NULL;

	for (size_t i = 0; root && i < count; i++) {
		const char *why = apply(root, &edits[i]);
		if (why)
			(void)fail_field(c, place_told(c, &edits[i]), why).code;
		good &= !why;
	}
	if (!good)
		FAIL(c, ERR_INVALID, "有的修改不能保存，请按提示修改");
	return release_reparsed(c, root, ret);
}
