/* tongban init: a new data directory. */
#include "base/id.h"
#include "cli/cli.h"
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static bool make_dir(const char *path, mode_t mode)
{
	if (mkdir(path, mode) == 0 || errno == EEXIST)
		return true;
	fprintf(stderr, "tongban: %s: %s\n", path, strerror(errno));
	return false;
}

/* Written beside and renamed, so that a data directory is either there or not. */
static bool write_file(const char *path, const char *text, mode_t mode)
{
	char beside[700];

	snprintf(beside, sizeof beside, "%s.new", path);
	int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);
	size_t n = strlen(text);
	bool ok = fd >= 0 && write(fd, text, n) == (ssize_t)n && fsync(fd) == 0;
	if (fd >= 0)
		ok &= close(fd) == 0;
	if (!ok || rename(beside, path) != 0) {
		fprintf(stderr, "tongban: %s: %s\n", path, strerror(errno));
		return false;
	}
	return true;
}

/* The key that signs our requests to authorities; they get its public half. */
static int make_signer(struct cli *k)
{
	uint8_t public_key[SIGN_PUBLIC_SIZE], secret_key[SIGN_SECRET_SIZE];
	char text[80], path[700];

	sign_keypair(public_key, secret_key);
	err e = keys_secret_put(&k->ctx, k->ctx.keys, "connector_signer",
				slice_bytes(secret_key, sizeof secret_key));
	crypto_wipe(secret_key, sizeof secret_key);
	if (failed(e))
		return cli_failed(&k->ctx, "key store");
	base64_encode(public_key, sizeof public_key, text);
	strcat(text, "\n");
	snprintf(path, sizeof path, "%s/connector.pub", k->data);
	return write_file(path, text, 0644) ? CLI_OK : CLI_UNAVAILABLE;
}

static int make_keys(struct cli *k)
{
	char dir[600];
	bool own_store = strncmp(k->store_url, "sqlite:", 7) != 0;

	snprintf(dir, sizeof dir, "%s/keys", k->data);
	if (failed(keys_open(&k->ctx, dir, own_store ? k->store_url : NULL, k->suite, true, &k->ctx.keys)))
		return cli_failed(&k->ctx, "key store");
	return make_signer(k);
}

static bool write_config(const struct cli *k, const char *store)
{
	char path[700];

	snprintf(path, sizeof path, "%s/config.json", k->data);
	json_t *doc = json_pack("{s:s, s:s?, s:b, s:s}", "city", k->city, "store", store, "test_clock",
				k->test_clock, "suite", k->suite == SUITE_GM ? "gm" : "intl");
	char *text = json_dumps(doc, JSON_INDENT(2));
	bool ok = text && write_file(path, text, 0600);
	free(text);
	json_decref(doc);
	return ok;
}

static int prepare(struct cli *k, const struct cli_option *o)
{
	const char *store = cli_value(o, "store"), *suite = cli_value(o, "suite");
	char path[700];

	snprintf(k->data, sizeof k->data, "%s", cli_value(o, "data"));
	snprintf(k->city, sizeof k->city, "%s", cli_value(o, "city"));
	snprintf(k->cities, sizeof k->cities, "%s", cli_value(o, "cities"));
	if (store)
		snprintf(k->store_url, sizeof k->store_url, "%s", store);
	else
		snprintf(k->store_url, sizeof k->store_url, "sqlite:%s/tongban.db", k->data);
	k->suite = strcmp(suite, "gm") == 0 ? SUITE_GM : SUITE_INTL;
	k->test_clock = cli_value(o, "test-clock") != NULL;
	snprintf(path, sizeof path, "%s/config.json", k->data);
	if (access(path, F_OK) == 0) {
		fprintf(stderr, "tongban: %s is a data directory already\n", k->data);
		return CLI_USAGE;
	}
	id_init(0);
	k->clock = clock_new();
	k->ctx.arena = arena_new(256 << 20);
	k->ctx.now_ms = clock_now_ms(k->clock);
	return CLI_OK;
}

static int make_all(struct cli *k, const char *store)
{
	static const char *const dirs[] = {"", "/keys", "/blobs"};
	char path[700];
	int code;

	/* a city that cannot be loaded leaves no directory behind */
	if ((code = cli_load_files(k)))
		return code;
	for (size_t i = 0; i < sizeof dirs / sizeof *dirs; i++) {
		snprintf(path, sizeof path, "%s%s", k->data, dirs[i]);
		if (!make_dir(path, 0700))
			return CLI_UNAVAILABLE;
	}
	if (failed(store_open(&k->ctx, k->store_url, "city", &k->ctx.store)))
		return cli_failed(&k->ctx, "store");
	if ((code = cli_seed(k, NULL)) || (code = cli_import_papers(k)) || (code = make_keys(k)))
		return code;
	return write_config(k, store) ? CLI_OK : CLI_UNAVAILABLE;
}

int cli_init(int argc, char **argv)
{
	struct cli_option options[] = {
		CLI_DATA_OPTIONS,
		{"city", false, "which city below --cities", NULL},
		{"store", false, "postgresql://… (default: SQLite in the directory)", NULL},
		{"suite", false, "intl or gm", "intl"},
		{"test-clock", true, "for tests: the clock may be moved forward, and the ledger says so",
		 NULL},
		{0},
	};
	struct cli k = {0};
	bool json;

	if (!cli_parse(argc, argv, options, "init --data DIR --city NAME [options]", NULL, 0, &json))
		return CLI_USAGE;
	if (!cli_value(options, "data") || !cli_value(options, "city")) {
		fprintf(stderr, "tongban: init needs --data DIR and --city NAME\n");
		return CLI_USAGE;
	}
	int code = prepare(&k, options);
	if (code == CLI_OK)
		code = make_all(&k, cli_value(options, "store"));
	if (code == CLI_OK)
		printf(json ? "{\"data\":\"%s\",\"city\":\"%s\"}\n" : "%s: a data directory for %s\n", k.data,
		       k.city);
	cli_close(&k);
	return code;
}
