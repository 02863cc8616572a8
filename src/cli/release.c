/* tongban release list | draft | publish: the versions of the policy that the store knows. */
#include "cli/cli.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

struct printing {
	bool json;
};

static const char *or_dash(const char *text)
{
	return text ? text : "-";
}

static void print_json(const struct release_line *l, const char *published, const char *effective)
{
	json_t *doc = json_pack("{s:I, s:s, s:s, s:s?, s:s, s:s?}", "number", (json_int_t)l->number,
				"version", l->version, "hash", l->hash, "published_at", published,
				"effective_at", effective, "published_by", l->by);
	char *text = json_dumps(doc, JSON_COMPACT);

	puts(text ? text : "{}");
	free(text);
	json_decref(doc);
}

static err print_line(struct ctx *c, const struct release_line *l, void *arg)
{
	const struct printing *p = arg;
	char published[TIME_TEXT_SIZE], effective[TIME_TEXT_SIZE];
	const char *at = l->published_ms ? time_text(l->published_ms, published) : NULL;

	(void)c;
	time_text(l->effective_ms, effective);
	if (p->json)
		print_json(l, at, effective);
	else
		printf("%4u  %-12s %.12s…  %-29s  from %s  %s\n", l->number, l->version, l->hash,
		       at ? at : "draft", effective, or_dash(l->by));
	return OK;
}

static int list(struct cli *k, bool json)
{
	struct printing p = {.json = json};

	return failed(releases_list(&k->ctx, print_line, &p)) ? cli_failed(&k->ctx, "release list") : CLI_OK;
}

static int draft(struct cli *k, bool json)
{
	int64_t drafts = 0;
	int code = cli_seed(k, &drafts);

	if (code == CLI_OK)
		printf(json ? "{\"drafts\":%" PRId64 "}\n" : "%" PRId64 " new drafts\n", drafts);
	return code;
}

static int publish(struct cli *k, const char *number, const struct cli_option *o, bool json)
{
	const char *at = cli_value(o, "at"), *by = cli_value(o, "by");
	struct date date;
	char *end;

	long long n = number ? strtoll(number, &end, 10) : 0;
	if (n <= 0 || *end || !by) {
		fprintf(stderr, "usage: tongban release publish NUMBER --by NAME [--at DATE] --data DIR\n");
		return CLI_USAGE;
	}
	if (at && !date_parse(slice_of(at), &date)) {
		fprintf(stderr, "tongban: --at takes a date such as 2026-11-21\n");
		return CLI_USAGE;
	}
	if (failed(releases_publish(&k->ctx, n, by, at ? date_start_ms(date) : 0)))
		return cli_failed(&k->ctx, "release publish");
	printf(json ? "{\"published\":%lld}\n" : "release %lld is published\n", n);
	return CLI_OK;
}

int cli_release(int argc, char **argv)
{
	struct cli_option options[] = {
		CLI_DATA_OPTIONS,
		{"by", false, "publish: who decided, as people read it", NULL},
		{"at", false, "publish: day from which it binds (default: the day that it names)", NULL},
		{0},
	};
	const char *words[2] = {NULL, NULL};
	struct cli k;
	bool json;

	if (!cli_parse(argc, argv, options, "release list|draft|publish NUMBER --data DIR [options]", words,
		       2, &json))
		return CLI_USAGE;
	const char *what = words[0] ? words[0] : "";
	bool is_list = strcmp(what, "list") == 0, is_draft = strcmp(what, "draft") == 0;
	if (!is_list && !is_draft && strcmp(what, "publish") != 0) {
		fprintf(stderr, "usage: tongban release list|draft|publish NUMBER --data DIR [options]\n");
		return CLI_USAGE;
	}
	int code = cli_open(&k, cli_value(options, "data"), cli_value(options, "cities"),
			    CLI_STORE | CLI_RELEASE);
	if (code == CLI_OK)
		code = is_list	  ? list(&k, json)
		       : is_draft ? draft(&k, json)
				  : publish(&k, words[1], options, json);
	cli_close(&k);
	return code;
}
