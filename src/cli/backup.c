/* tongban backup: one file with the store and the sealed attachments, never with keys. */
#include "vault/backup.h"
#include "cli/cli.h"
#include <inttypes.h>
#include <stdio.h>

/* A backup of PostgreSQL is pg_dump's business; what matters is that it leaves the keys out. */
static int postgresql(const struct cli *k)
{
	fprintf(stderr,
		"tongban: this city is on PostgreSQL; take its backup with\n"
		"  pg_dump -Fc -T data_key -T identifier_key -T named_secret -f FILE URL\n"
		"and copy %s/blobs. After pg_restore run\n"
		"  tongban restore --apply-tombstones --data %s\n"
		"before the server starts.\n",
		k->data, k->data);
	return CLI_USAGE;
}

static int write_backup(struct cli *k, const char *to, bool json)
{
	struct backup_info info;
	char at[TIME_TEXT_SIZE];
	err e = backup_write(&k->ctx, k->data, k->city, to, &info);

	if (failed(e))
		return cli_failed(&k->ctx, "backup");
	printf(json ? "{\"file\":\"%s\",\"city\":\"%s\",\"made_at\":\"%s\",\"files\":%" PRId64
		      ",\"size_bytes\":%" PRId64 "}\n"
		    : "%s: backup of %s, %s, %" PRId64 " files, %" PRId64 " bytes\n",
	       to, info.city, time_text(info.made_at_ms, at), info.files, info.size_bytes);
	return CLI_OK;
}

int cli_backup(int argc, char **argv)
{
	struct cli_option options[] = {
		CLI_DATA_OPTIONS,
		{"to", false, "the file to write; it must not exist", NULL},
		{0},
	};
	struct cli k;
	bool json;

	if (!cli_parse(argc, argv, options, "backup --data DIR --to FILE", NULL, 0, &json))
		return CLI_USAGE;
	if (!cli_value(options, "data") || !cli_value(options, "to")) {
		fprintf(stderr, "usage: tongban backup --data DIR --to FILE\n");
		return CLI_USAGE;
	}
	int code = cli_open(&k, cli_value(options, "data"), cli_value(options, "cities"), 0);
	if (code == CLI_OK)
		code = strncmp(k.store_url, "sqlite:", 7) == 0
			       ? write_backup(&k, cli_value(options, "to"), json)
			       : postgresql(&k);
	cli_close(&k);
	return code;
}
