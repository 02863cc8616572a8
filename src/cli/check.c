/* tongban check: everything the loader and its checks find in the files of one city, or of all. */
#include "policy/check.h"
#include "cli/cli.h"
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

static int check_city(struct ctx *c, const char *cities, const char *city, bool json)
{
	BUF_SCOPED findings = {0};
	int64_t count = 0;

	buf_init(&findings, 4 << 20);
	failure_clear(c);
	if (failed(policy_check(c, cities, city, json, &findings, &count)))
		return cli_failed(c, city);
	fputs(findings.size ? findings.data : "", stdout);
	if (count > 0)
		return CLI_FINDINGS;
	if (!json)
		printf("%s: clean\n", city);
	return CLI_OK;
}

static int worse(int a, int b)
{
	return a > b ? a : b;
}

static int check_all(struct ctx *c, const char *cities, bool json)
{
	DIR *dir = opendir(cities);
	int code = CLI_OK;

	if (!dir) {
		fprintf(stderr, "tongban: cannot read %s\n", cities);
		return CLI_UNAVAILABLE;
	}
	for (struct dirent *e; (e = readdir(dir));) {
		char path[1000];
		struct stat st;
		snprintf(path, sizeof path, "%s/%s/city.yaml", cities, e->d_name);
		if (e->d_name[0] != '.' && stat(path, &st) == 0)
			code = worse(code, check_city(c, cities, e->d_name, json));
	}
	closedir(dir);
	return code;
}

int cli_check(int argc, char **argv)
{
	struct cli_option options[] = {{"cities", false, "directory of the cities' files", "cities"}, {0}};
	const char *words[1];
	bool json;

	if (!cli_parse(argc, argv, options, "check [CITY] [--cities DIR]", words, 1, &json))
		return CLI_USAGE;
	struct ctx c = {.arena = arena_new(256 << 20)};
	int code = words[0] ? check_city(&c, cli_value(options, "cities"), words[0], json)
			    : check_all(&c, cli_value(options, "cities"), json);
	arena_free(c.arena);
	return code;
}
