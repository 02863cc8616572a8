/* tongban keys status */
#include "cli/cli.h"
#include <inttypes.h>
#include <stdio.h>

static int status(struct cli *k, bool json)
{
	struct keys_status s;

	if (failed(keys_status(&k->ctx, k->ctx.keys, &s)))
		return cli_failed(&k->ctx, "keys");
	printf(json ? "{\"suite\":\"%s\",\"living\":%" PRId64 ",\"ended\":%" PRId64
		      ",\"identifiers\":%" PRId64 "}\n"
		    : "suite %s: %" PRId64 " data keys, %" PRId64 " ended scopes, %" PRId64
		      " identifier keys\n",
	       s.suite == SUITE_GM ? "gm" : "intl", s.living, s.ended, s.identifiers);
	return CLI_OK;
}

int cli_keys(int argc, char **argv)
{
	struct cli_option options[] = {CLI_DATA_OPTIONS, {0}};
	const char *words[1];
	struct cli k;
	bool json;

	if (!cli_parse(argc, argv, options, "keys status --data DIR", words, 1, &json))
		return CLI_USAGE;
	if (!words[0] || strcmp(words[0], "status") != 0) {
		fprintf(stderr, "usage: tongban keys status --data DIR\n");
		return CLI_USAGE;
	}
	int code = cli_open(&k, cli_value(options, "data"), cli_value(options, "cities"), CLI_KEYS);
	if (code == CLI_OK)
		code = status(&k, json);
	cli_close(&k);
	return code;
}
