/* tongban restore: yesterday's data under today's keys. What ended in between stays ended. */
#include "account/account.h"
#include "base/id.h"
#include "cli/cli.h"
#include "vault/backup.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Rows of other modules go the way they go at a cancellation: by the jobs that the server runs when it
 * starts. */
static err person_ended(struct ctx *c, int64_t subject_id, const char *scope, void *arg)
{
	(void)arg;
	return strcmp(scope, "account") == 0 ? account_restored_ended(c, subject_id) : OK;
}

static int told(const char *what, const struct tombstones_applied *a, bool json)
{
	printf(json ? "{\"restored\":\"%s\",\"ended_scopes\":%" PRId64 ",\"deleted_values\":%" PRId64 "}\n"
		    : "%s: restored; %" PRId64 " scopes had ended since, and %" PRId64
		      " single values or attachments had been deleted; they were removed\n",
	       what, a->scopes, a->values);
	return CLI_OK;
}

static int restore_file(struct cli *k, const char *from, bool json)
{
	struct restore_result result;

	if (strncmp(k->store_url, "sqlite:", 7) != 0) {
		fprintf(stderr, "tongban: this city is on PostgreSQL; use pg_restore, then "
				"`tongban restore --apply-tombstones --data DIR`\n");
		return CLI_USAGE;
	}
	if (failed(backup_restore(&k->ctx, from, k->data, person_ended, NULL, &result)))
		return cli_failed(&k->ctx, "restore");
	/* Broken off before this, the log stands behind its mark and is not signed: do it again. */
	if (failed(cli_log_next_generation(&k->ctx)))
		return cli_failed(&k->ctx, "ledger");
	return told(from, &result.applied, json);
}

static int apply_tombstones(struct cli *k, bool json)
{
	struct tombstones_applied applied = {0};
	bool put_back = false;

	if (failed(vault_apply_tombstones(&k->ctx, person_ended, NULL, &applied)))
		return cli_failed(&k->ctx, "tombstones");
	err e = ledger_put_back(&k->ctx, k->ctx.ledger, &put_back);
	if (!failed(e) && put_back)
		e = cli_log_next_generation(&k->ctx);
	if (failed(e))
		return cli_failed(&k->ctx, "ledger");
	return told(k->data, &applied, json);
}

/* A new machine has the keys and the backup, and no configuration yet. */
static int restore_config(const char *from, const char *data)
{
	struct ctx c = {.arena = arena_new(16 << 20)};
	err e = backup_restore_config(&c, from, data);
	int code = failed(e) ? cli_failed(&c, "restore") : CLI_OK;

	arena_free(c.arena);
	return code;
}

int cli_restore(int argc, char **argv)
{
	struct cli_option options[] = {
		CLI_DATA_OPTIONS,
		{"from", false, "the backup", NULL},
		{"apply-tombstones", true, "only remove what has ended, from the store as it stands", NULL},
		{0},
	};
	struct cli k;
	bool json;

	if (!cli_parse(argc, argv, options, "restore --from FILE --data DIR", NULL, 0, &json))
		return CLI_USAGE;
	const char *data = cli_value(options, "data"), *from = cli_value(options, "from");
	bool only = cli_value(options, "apply-tombstones") != NULL;
	if (!data || !from == !only) {
		fprintf(stderr, "usage: tongban restore (--from FILE | --apply-tombstones) --data DIR\n");
		return CLI_USAGE;
	}
	int code = from ? restore_config(from, data) : CLI_OK;
	if (code != CLI_OK)
		return code;
	code = cli_open(&k, data, cli_value(options, "cities"),
			CLI_KEYS | CLI_RELEASE | (only ? CLI_STORE | CLI_LEDGER : 0));
	if (code == CLI_OK)
		code = only ? apply_tombstones(&k, json) : restore_file(&k, from, json);
	cli_close(&k);
	return code;
}
