/* tongban check: everything the loader and its checks find in the files of one city, or of all. */
#include "cli/cli.h"
#include <dirent.h>
#include <stdio.h>
#include <sys/stat.h>

static int check_city(struct ctx *c, const char *cities, const char *city, bool json)
{
	struct release *r = NULL;
	BUF_SCOPED complaints = {0};

	buf_init(&complaints, 4 << 20);
	failure_clear(c);
	if (failed(release_load(c, cities, city, &complaints, &r))) {
		fputs(complaints.size ? complaints.data : c->failure.detail, stdout);
		return CLI_FINDINGS;
	}
	printf(json ? "{\"city\":\"%s\",\"version\":\"%s\",\"hash\":\"%s\",\"items\":%u,\"categories\":%u,"
		      "\"services\":%u}\n"
		    : "%s: version %s, %.16s…, %u items, %u categories, %u services: clean\n",
	       city, release_version(r), release_hash(r), release_item_count(r), release_category_count(r),
	       release_service_count(r));
	release_drop(r);
	return CLI_OK;
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
		if (e->d_name[0] != '.' && stat(path, &st) == 0 &&
		    check_city(c, cities, e->d_name, json) != CLI_OK)
			code = CLI_FINDINGS;
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
