/* tongban backup: one file with the store and the sealed attachments, never with keys. */
#include "vault/backup.h"
#include "cli/cli.h"
#include "ops/security.h"
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A backup of PostgreSQL is pg_dump's business; what matters is that it leaves the keys out. */
static int postgresql(const struct cli *k)
{
	fprintf(stderr,
		"tongban: this city is on PostgreSQL; take its backup with\n"
		"  pg_dump -Fc -T data_key -T identifier_key -T named_secret -T row_end -f FILE URL\n"
		"and copy %s/blobs. After pg_restore run\n"
		"  tongban restore --apply-tombstones --data %s\n"
		"before the server starts. After each dump run\n"
		"  tongban backup --taken --data %s\n"
		"so that the self-check knows of it.\n",
		k->data, k->data, k->data);
	return CLI_USAGE;
}

static int note(struct cli *k)
{
	return failed(backup_noted(&k->ctx)) ? cli_failed(&k->ctx, "backup") : CLI_OK;
}

static int write_backup(struct cli *k, const char *to, bool json)
{
	struct backup_info info;
	char at[TIME_TEXT_SIZE];
	err e = backup_write(&k->ctx, k->data, k->city, to, &info);

	if (!failed(e))
		e = backup_noted(&k->ctx);
	if (failed(e))
		return cli_failed(&k->ctx, "backup");
	printf(json ? "{\"file\":\"%s\",\"city\":\"%s\",\"made_at\":\"%s\",\"files\":%" PRId64
		      ",\"size_bytes\":%" PRId64 "}\n"
		    : "%s: backup of %s, %s, %" PRId64 " files, %" PRId64 " bytes\n",
	       to, info.city, time_text(info.made_at_ms, at), info.files, info.size_bytes);
	return CLI_OK;
}

/* ---- the run before ---- */

/* DIR/backup.last names the file of the newest run. */
static void last_path(const struct cli *k, char ret[static PATH_MAX])
{
	snprintf(ret, PATH_MAX, "%s/backup.last", k->data);
}

static bool last_read(const struct cli *k, char ret[static PATH_MAX])
{
	char path[PATH_MAX];

	last_path(k, path);
	FILE *f = fopen(path, "r");
	bool found = f && fgets(ret, PATH_MAX, f) && *ret;
	if (f)
		fclose(f);
	return found && access(ret, F_OK) == 0;
}

static bool last_write(const struct cli *k, const char *to)
{
	char path[PATH_MAX], whole[PATH_MAX];

	last_path(k, path);
	FILE *f = realpath(to, whole) ? fopen(path, "w") : NULL;
	bool ok = f && fputs(whole, f) >= 0;
	return f ? fclose(f) == 0 && ok : false;
}

/* Only what says of itself that it is a backup of this city is removed, and only when the new one is durable.
 */
static int replace(struct cli *k, const char *old)
{
	struct backup_info info;

	if (failed(backup_read(&k->ctx, old, &info)) || strcmp(info.city, k->city) != 0) {
		fprintf(stderr, "tongban: %s is no backup of this city and was left alone\n", old);
		return CLI_FINDINGS;
	}
	if (unlink(old) == 0)
		return CLI_OK;
	fprintf(stderr, "tongban: cannot remove %s: %s\n", old, strerror(errno));
	return CLI_UNAVAILABLE;
}

/* NT-4.3.c: where deleted items may stay in a backup only until the next run, the run before does not stay.
 */
static int retire(struct cli *k, const char *to, const char *old)
{
	const char *rule = city_text(k->release, "retention.backup");
	char last[PATH_MAX];
	bool stays = last_read(k, last);
	int code = old ? replace(k, old) : CLI_OK;

	if (code == CLI_OK && stays && access(last, F_OK) == 0 && rule &&
	    strcmp(rule, "until_next_run") == 0) {
		fprintf(stderr,
			"tongban: %s holds what was deleted since, and this city lets it stay only until the "
			"next "
			"run: remove it, or name it with --replaces\n",
			last);
		code = CLI_FINDINGS;
	}
	return last_write(k, to) ? code : CLI_UNAVAILABLE;
}

int cli_backup(int argc, char **argv)
{
	struct cli_option options[] = {
		CLI_DATA_OPTIONS,
		{"to", false, "the file to write; it must not exist", NULL},
		{"replaces", false, "an earlier backup, removed when the new one is durable", NULL},
		{"taken", true, "note that pg_dump wrote one just now", NULL},
		{0},
	};
	struct cli k;
	bool json;

	if (!cli_parse(argc, argv, options, "backup --data DIR --to FILE [--replaces OLD]", NULL, 0, &json))
		return CLI_USAGE;
	bool taken = cli_value(options, "taken");
	if (!cli_value(options, "data") || (!cli_value(options, "to") == !taken)) {
		fprintf(stderr, "usage: tongban backup --data DIR (--to FILE [--replaces OLD] | --taken)\n");
		return CLI_USAGE;
	}
	int code = cli_open(&k, cli_value(options, "data"), cli_value(options, "cities"),
			    CLI_STORE | CLI_RELEASE);
	bool sqlite = code == CLI_OK && !taken && strncmp(k.store_url, "sqlite:", 7) == 0;
	if (code == CLI_OK && taken)
		code = note(&k);
	else if (code == CLI_OK)
		code = sqlite ? write_backup(&k, cli_value(options, "to"), json) : postgresql(&k);
	if (sqlite && code == CLI_OK)
		code = retire(&k, cli_value(options, "to"), cli_value(options, "replaces"));
	cli_close(&k);
	return code;
}
