#include "cli/cli.h"
#include "crypto/crypto.h"
#include <curl/curl.h>
#include <jansson.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>

struct command {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
};

static const struct command commands[] = {
	{"init", cli_init, "make a data directory for one city"},
	{"serve", cli_serve, "run the server"},
	{"check", cli_check, "check the files of a city"},
	{"explain", cli_explain, "show what carries a clause, and which tests name it"},
	{"diff", cli_diff, "compare two versions of a policy"},
	{"processing", cli_processing, "list what a city does with data and has to assess first"},
	{"render", cli_render, "write the policy of a city as HTML or PDF"},
	{"connectors", cli_connectors, "write connectors.json for a sandbox"},
	{"staff", cli_staff, "add or list staff"},
	{"selfcheck", cli_selfcheck,
	 "check the controls that the city lists; findings when one did not pass"},
	{"duties", cli_duties, "list the organisation's duties; findings when one is overdue"},
	{"ledger", cli_ledger, "verify the ledger, print its checkpoint"},
	{"backup", cli_backup, "write a backup"},
	{"restore", cli_restore, "restore a backup; ended data stays ended"},
	{"keys", cli_keys, "state of the key store"},
	{"release", cli_release, "list, take up and publish versions of the policy"},
	{"transfer", cli_transfer, "hand out a package for another holder, open it, take it in"},
	{"openapi", cli_openapi, "print the OpenAPI document"},
};

static int help(FILE *out)
{
	fprintf(out, "tongban COMMAND [options]     tongban COMMAND --help\n\n");
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		fprintf(out, "  %-12s %s\n", commands[i].name, commands[i].help);
	fprintf(out, "\nExit codes: 0 ok, 1 findings, 2 usage, 3 unavailable.\n");
	return out == stdout ? CLI_OK : CLI_USAGE;
}

/* What is parsed holds passwords and numbers: jansson's memory is wiped when it is given back. It is malloc's
 * own, so that what json_dumps returned may be freed as its manual says. */
static void wiping_free(void *at)
{
	if (at)
		crypto_wipe(at, malloc_usable_size(at));
	free(at);
}

int main(int argc, char **argv)
{
	if (argc < 2)
		return help(stderr);
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)
		return help(stdout);
	signal(SIGPIPE, SIG_IGN);
	/* memory holds keys and people's data: it is never written to a core file */
	setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
	crypto_init();
	/* all that changes the whole process, before any thread runs */
	curl_global_init(CURL_GLOBAL_DEFAULT);
	json_set_alloc_funcs(malloc, wiping_free);
	json_object_seed(0);
	for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	fprintf(stderr, "tongban: no command \"%s\"\n\n", argv[1]);
	return help(stderr);
}
