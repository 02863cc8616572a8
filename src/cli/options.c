#include "cli/cli.h"
#include <stdio.h>

static void print_usage(FILE *out, const struct cli_option *options, const char *usage)
{
	fprintf(out, "usage: tongban %s\n", usage);
	for (const struct cli_option *o = options; o->name; o++) {
		char left[40];
		snprintf(left, sizeof left, "--%s%s", o->name, o->flag ? "" : " VALUE");
		fprintf(out, "  %-20s %s%s%s%s\n", left, o->help, o->value && !o->flag ? " (" : "",
			o->value && !o->flag ? o->value : "", o->value && !o->flag ? ")" : "");
	}
	fprintf(out, "  %-20s %s\n", "--json", "machine-readable output");
}

static struct cli_option *find(struct cli_option *options, const char *name)
{
	for (struct cli_option *o = options; o->name; o++)
		if (strcmp(o->name, name) == 0)
			return o;
	return NULL;
}

bool cli_parse(int argc, char **argv, struct cli_option *options, const char *usage, const char **ret_words,
	       int words_max, bool *ret_json)
{
	int words = 0;

	*ret_json = false;
	for (int i = 0; i < words_max; i++)
		ret_words[i] = NULL;
	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "--", 2) != 0) {
			if (words == words_max) {
				fprintf(stderr, "tongban: \"%s\" is one word too many\n", argv[i]);
				print_usage(stderr, options, usage);
				return false;
			}
			ret_words[words++] = argv[i];
			continue;
		}
		if (strcmp(argv[i], "--json") == 0) {
			*ret_json = true;
			continue;
		}
		struct cli_option *o = find(options, argv[i] + 2);
		if (!o || (!o->flag && i + 1 == argc)) {
			if (strcmp(argv[i], "--help") != 0)
				fprintf(stderr, "tongban: %s \"%s\"\n",
					o ? "a value is missing after" : "no option", argv[i]);
			print_usage(stderr, options, usage);
			return false;
		}
		o->value = o->flag ? "" : argv[++i];
	}
	return true;
}

const char *cli_value(const struct cli_option *options, const char *name)
{
	for (const struct cli_option *o = options; o->name; o++)
		if (strcmp(o->name, name) == 0)
			return o->value;
	return NULL;
}

int cli_failed(const struct ctx *c, const char *what)
{
	const struct failure *f = &c->failure;

	fprintf(stderr, "tongban: %s: %s\n", what, f->detail[0] ? f->detail : "failed");
	for (size_t i = 0; i < f->field_count; i++)
		fprintf(stderr, "  %s: %s\n", f->fields[i].field, f->fields[i].message);
	return f->code == ERR_INVALID || f->code == ERR_CONFLICT || f->code == ERR_NOT_FOUND
		       ? CLI_USAGE
		       : CLI_UNAVAILABLE;
}
