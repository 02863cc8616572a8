/* tongban processing CITY: what a city does with personal data and has to assess before it is switched on;
 * what the assessments among its files leave out. */
#include "cli/cli.h"
#include "policy/city_releases.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct printing {
	const char *kind; /* or NULL: all */
	bool missing, json;
	size_t lacking;
};

static void print_json(const struct processing *p, enum assessed stands)
{
	json_t *doc =
		json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s}", "key", p->key, "kind", processing_word(p->kind),
			  "where", p->where, "what", p->what, "law", p->law, "stands", assessed_word(stands));
	char *text = json_dumps(doc, JSON_COMPACT);

	puts(text ? text : "{}");
	free(text);
	json_decref(doc);
}

static err print(struct ctx *c, const struct processing *p, enum assessed stands, void *arg)
{
	struct printing *k = arg;

	(void)c;
	if (k->kind && strcmp(k->kind, processing_word(p->kind)) != 0)
		return OK;
	k->lacking += stands != ASSESSED_ALLOWED;
	if (k->missing && stands == ASSESSED_ALLOWED)
		return OK;
	if (k->json)
		print_json(p, stands);
	else
		puts(p->key);
	return OK;
}

int cli_processing(int argc, char **argv)
{
	static const char usage[] = "processing CITY [--kind KIND] [--missing] [--cities DIR]";
	struct cli_option options[] = {
		{"cities", false, "directory of the cities' files", "cities"},
		{"kind", false, "collect, use, send or store: only these", NULL},
		{"missing", true, "only what stands in no assessment that allows it", NULL},
		{0}};
	const char *words[1] = {NULL};
	BUF_SCOPED complaints = {0};
	bool json;

	if (!cli_parse(argc, argv, options, usage, words, 1, &json))
		return CLI_USAGE;
	if (!words[0]) {
		fprintf(stderr, "usage: tongban %s\n", usage);
		return CLI_USAGE;
	}
	struct printing k = {cli_value(options, "kind"), cli_value(options, "missing") != NULL, json, 0};
	struct ctx c = {.arena = arena_new(256 << 20)};
	buf_init(&complaints, 1 << 20);
	err e = city_processings(&c, cli_value(options, "cities"), words[0], &complaints, print, &k);
	int code = k.lacking ? CLI_FINDINGS : CLI_OK;
	if (failed(e)) {
		fputs(complaints.size ? complaints.data : "", stderr);
		code = cli_failed(&c, words[0]);
	}
	arena_free(c.arena);
	return code;
}
