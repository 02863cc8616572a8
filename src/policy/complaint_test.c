/* Officers read every complaint of the loader in Chinese: the sources are walked for what they say in
 * English. */
#include "policy/complaint.h"
#include "policy/load.h"
#include "policy/policy_test_support.h"
#include "policy/upload.h"
#include <ctype.h>
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- walking the sources ---- */

/* What stands in these files is no complaint. */
static const char *const silent[] = {"{s:s, s:s, s:s}", "%s %s: ", "%s/agreements.yaml has faults",
				     "%s/agreements.yaml cannot be read"};

/* Passes over one comment, literal of a character, or include; NULL when none stands at p. */
static const char *passed_over(const char *p)
{
	if (strncmp(p, "/*", 2) == 0)
		return strstr(p, "*/") + 2;
	if (strncmp(p, "#include", 8) == 0)
		return strchr(p, '\n');
	if (*p == '\'')
		return p + (p[1] == '\\' ? 4 : 3);
	return NULL;
}

/* Reads a literal of text, and those that follow it, with the escapes that these files use. */
static const char *literal(const char *p, struct buf *ret)
{
	buf_clear(ret);
	while (*p == '"') {
		for (p++; *p != '"'; p++) {
			if (*p == '\\')
				p++;
			buf_add(ret, p[-1] == '\\' && *p == 'n' ? "\n" : p, 1);
		}
		p++;
		p += strspn(p, " \t\n");
	}
	return p;
}

/* Two words of small letters beside each other, or a conversion between words: prose, no key and no path. */
static bool is_prose(const char *t)
{
	for (const char *p = strchr(t, ' '); p; p = strchr(p + 1, ' '))
		if (p > t && (islower((unsigned char)p[-1]) || strchr("'%;:,", p[-1])) &&
		    (islower((unsigned char)p[1]) || strchr("'%[", p[1])))
			return strpbrk(t, "abcdefghijklmnopqrstuvwxyz");
	return false;
}

/* "since: 2026-01-31" and "kinds: [property, health]" are what to write itself. */
static bool is_sample(const char *t)
{
	size_t key = strspn(t, "abcdefghijklmnopqrstuvwxyz_");

	if (strncmp(t + key, ": ", 2) != 0)
		return false;
	const char *value = t + key + 2;
	return *value == '[' ? strchr(value, ']') && !strpbrk(value, "….") && strchr(value, ']')[1] == '\0'
			     : isdigit((unsigned char)*value) && !strchr(value, ' ');
}

static bool is_silent(const char *t)
{
	for (size_t i = 0; i < sizeof silent / sizeof *silent; i++)
		if (strcmp(silent[i], t) == 0)
			return true;
	return false;
}

static int walk(const char *path, int *ret_found)
{
	BUF_SCOPED source = {0};
	BUF_SCOPED text = {0};
	int missing = 0;

	buf_init(&source, 1 << 20);
	buf_init(&text, 4096);
	assert_true(file_text(path, &source));
	for (const char *p = source.data; *p;) {
		const char *next = passed_over(p);
		if (!next && *p == '"') {
			next = literal(p, &text);
			if (is_prose(text.data ? text.data : "") && !is_sample(text.data) &&
			    !is_silent(text.data)) {
				++*ret_found;
				if (!complaint_chinese(text.data)) {
					print_error("%s: no Chinese of: %s\n", path, text.data);
					missing++;
				}
			}
		}
		p = next ? next : p + 1;
	}
	return missing;
}

static void every_complaint_has_its_chinese(void **state)
{
	static const char *const sources[] = {"policy/load*.c",	      "policy/schema.c",
					      "policy/settings.c",    "policy/voids.c",
					      "policy/sensitivity.c", "policy/yaml_tree.c",
					      "policy/check.c",	      "policy/check_clauses.c",
					      "policy/assess_file.c", "partners/papers_file.c"};
	int missing = 0, found = 0;

	(void)state;
	for (size_t i = 0; i < sizeof sources / sizeof *sources; i++) {
		char pattern[400];
		glob_t files;
		snprintf(pattern, sizeof pattern, "%s/src/%s", TB_SOURCE_DIR, sources[i]);
		assert_int_equal(glob(pattern, 0, NULL, &files), 0);
		for (size_t k = 0; k < files.gl_pathc; k++)
			if (!strstr(files.gl_pathv[k], "_test.c"))
				missing += walk(files.gl_pathv[k], &found);
		globfree(&files);
	}
	assert_int_equal(missing, 0);
	assert_true(found > 200);
}

/* ---- what an officer reads ---- */

static void upload(struct test_city *t, const char *path, const char *text, const char *complaint)
{
	struct city_file file = {path, slice_of(text)};
	struct release *r = NULL;

	buf_clear(&t->complaints);
	assert_int_equal(release_upload(&t->c, t->release, t->dir, &file, 1, &t->complaints, &r).code,
			 ERR_INVALID);
	if (!strstr(t->complaints.data, complaint))
		fail_msg("'%s' is not in: %s", complaint, t->complaints.data);
	for (const char *line = t->complaints.data; *line; line = strchr(line, '\n') + 1) {
		const char *end = strchr(line, '\n'), *parts = strstr(line, "；");
		assert_true(parts && parts < end); /* what is wrong; what to write */
	}
}

static void an_upload_is_refused_in_chinese_with_file_and_line(void **state)
{
	struct test_city t;

	(void)state;
	test_city_load(&t, NULL, NULL);
	assert_non_null(t.release);
	upload(&t, "run.sh", "x", "run.sh:1: 这个文件不在读取范围内；请上传 city.yaml");
	upload(&t, "policy/2.yaml", "version: [1]\nversions: 2\n",
	       "policy/2.yaml:2: 隐私政策里没有“versions”这个键；请改为“version”\n");
	upload(&t, "city.yaml", "key: testing\n  name: x\n",
	       "city.yaml:2: 这里不符合 YAML 的格式；请检查引号");
	upload(&t, "services/a.yaml", "services:\n  - {key: a, name: 甲, category: b}\n",
	       "services/a.yaml:2: 服务缺少“shape”；请写 shape: info、query、case 或者 internal\n");
	test_city_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_complaint_has_its_chinese),
		cmocka_unit_test(an_upload_is_refused_in_chinese_with_file_and_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
