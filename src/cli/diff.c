/* tongban diff CITY A B: what changed between two versions of a policy, in words for people. */
#include "policy/diff.h"
#include "cli/cli.h"
#include "policy/passages.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static void print_json(const struct policy_change *change)
{
	json_t *doc = json_pack("{s:s?, s:s, s:s}", "major", policy_major_clause(change->major), "major_name",
				policy_major_name(change->major), "text", change->text);
	char *text = json_dumps(doc, JSON_COMPACT);

	puts(text ? text : "{}");
	free(text);
	json_decref(doc);
}

static void print_text(const struct policy_change *first)
{
	int count = 0, major = 0;

	for (const struct policy_change *k = first; k; k = k->next) {
		const char *clause = policy_major_clause(k->major);
		printf("%s\n    %s%s%s%s\n", k->text, policy_major_name(k->major), clause ? "（" : "",
		       clause ? clause : "", clause ? "）" : "");
		count++;
		major += k->major != MAJOR_NONE;
	}
	printf("共 %d 处变更，其中重大变更 %d 处。\n", count, major);
}

static void print_passage(const struct passage *p, bool json)
{
	if (!json) {
		printf("%s\n", p->chapter);
		if (p->before)
			printf("    原文：%s\n", p->before);
		printf("    %s%s\n", p->after ? "现为：" : "已删去", p->after ? p->after : "");
		return;
	}
	json_t *doc =
		json_pack("{s:s, s:s?, s:s?}", "chapter", p->chapter, "before", p->before, "after", p->after);
	char *text = json_dumps(doc, JSON_COMPACT);
	puts(text ? text : "{}");
	free(text);
	json_decref(doc);
}

static err load(struct ctx *c, const char *cities, const char *city, const char *version,
		struct release **ret)
{
	BUF_SCOPED complaints = {0};

	buf_init(&complaints, 1 << 20);
	err e = release_load_version(c, cities, city, version, &complaints, ret);
	if (failed(e) && complaints.size)
		fputs(complaints.data, stderr);
	return e;
}

static int diff(struct ctx *c, const char *cities, const char *const words[static 3], bool json)
{
	struct release *before = NULL, *after = NULL;

	if (failed(load(c, cities, words[0], words[1], &before)))
		return cli_failed(c, words[1]);
	if (failed(load(c, cities, words[0], words[2], &after))) {
		release_drop(before);
		return cli_failed(c, words[2]);
	}
	const struct policy_change *first = policy_diff(c, before, after);
	if (json)
		for (const struct policy_change *k = first; k; k = k->next)
			print_json(k);
	else if (first)
		print_text(first);
	else
		printf("两个版本的规则相同。\n");
	for (const struct passage *p = policy_passages(c, before, after); p; p = p->next)
		print_passage(p, json);
	release_drop(before);
	release_drop(after);
	return first ? CLI_FINDINGS : CLI_OK;
}

int cli_diff(int argc, char **argv)
{
	static const char usage[] = "diff CITY VERSION-A VERSION-B [--cities DIR]";
	struct cli_option options[] = {{"cities", false, "directory of the cities' files", "cities"}, {0}};
	const char *words[3] = {NULL};
	bool json;

	if (!cli_parse(argc, argv, options, usage, words, 3, &json))
		return CLI_USAGE;
	if (!words[2]) {
		fprintf(stderr, "usage: tongban %s\n", usage);
		return CLI_USAGE;
	}
	struct ctx c = {.arena = arena_new(256 << 20)};
	int code = diff(&c, cli_value(options, "cities"), words, json);
	arena_free(c.arena);
	return code;
}
