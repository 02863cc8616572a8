/* tongban connectors: the allow list of hosts, for a sandbox: one entry per declared recipient, and the SMS
 * gateway. */
#include "cli/cli.h"
#include "connectors/scanner.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static bool read_line(const char *path, char *ret, int size)
{
	FILE *f = fopen(path, "re");

	if (!f)
		return false;
	bool ok = fgets(ret, size, f) != NULL;
	fclose(f);
	if (ok)
		ret[strcspn(ret, "\r\n")] = '\0';
	return ok;
}

static void add(json_t *authorities, const char *id, const char *sandbox, const char *key)
{
	char url[400];

	snprintf(url, sizeof url, "%s/authorities/%s", sandbox, id);
	json_object_set_new(authorities, id, json_pack("{s:s, s:s}", "url", url, "public_key", key));
}

static int write_list(struct cli *k, const char *sandbox, const char *key, const char *scanner)
{
	json_t *authorities = json_object();
	char path[700], beside[720];

	add(authorities, "sms", sandbox, key);
	for (unsigned i = 0; i < release_recipient_count(k->release); i++)
		add(authorities, release_recipient_at(k->release, i)->key, sandbox, key);
	if (city_text(k->release, "risk.feed"))
		add(authorities, city_text(k->release, "risk.feed"), sandbox, key);
	json_t *doc = json_pack("{s:o, s:s}", "authorities", authorities, "key_id", "tongban");
	if (scanner)
		json_object_set_new(doc, "scanner", json_string(scanner));
	snprintf(path, sizeof path, "%s/connectors.json", k->data);
	snprintf(beside, sizeof beside, "%s.new", path);
	bool ok = json_dump_file(doc, beside, JSON_INDENT(2)) == 0 && rename(beside, path) == 0;
	size_t count = json_object_size(authorities);
	json_decref(doc);
	if (!ok) {
		fprintf(stderr, "tongban: cannot write %s\n", path);
		return CLI_UNAVAILABLE;
	}
	printf("%s: %zu authorities\n", path, count);
	return CLI_OK;
}

int cli_connectors(int argc, char **argv)
{
	struct cli_option options[] = {
		CLI_DATA_OPTIONS,
		{"sandbox", false, "address of the sandbox, http://127.0.0.1:8090", NULL},
		{"key", false, "file with the sandbox's public key", NULL},
		{"scanner", false, "socket of clamd: /run/clamav/clamd.ctl, or 127.0.0.1:3310", NULL},
		{0},
	};
	struct cli k;
	char key[128];
	bool json;

	if (!cli_parse(argc, argv, options,
		       "connectors --data DIR --sandbox URL --key FILE [--scanner SOCKET]", NULL, 0, &json))
		return CLI_USAGE;
	const char *sandbox = cli_value(options, "sandbox"), *file = cli_value(options, "key"),
		   *scanner = cli_value(options, "scanner");
	if (!sandbox || !file || !read_line(file, key, sizeof key)) {
		fprintf(stderr, "tongban: connectors needs --sandbox URL and --key FILE that can be read\n");
		return CLI_USAGE;
	}
	if (scanner && !scanner_address_ok(scanner)) {
		fprintf(stderr, "tongban: --scanner is the path of a socket, or 127.0.0.1:PORT\n");
		return CLI_USAGE;
	}
	int code = cli_open(&k, cli_value(options, "data"), cli_value(options, "cities"),
			    CLI_STORE | CLI_RELEASE);
	if (code == CLI_OK)
		code = write_list(&k, sandbox, key, scanner);
	cli_close(&k);
	return code;
}
