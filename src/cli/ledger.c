/* tongban ledger verify | checkpoint | key | receipt: what anybody may check about the proofs. */
#include "base/json.h"
#include "cli/cli.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

enum { FILE_MAX = 1 << 20 };

static bool read_file(const char *path, struct buf *ret)
{
	FILE *f = fopen(path, "re");
	char part[4096];
	size_t n;

	if (!f) {
		fprintf(stderr, "tongban: cannot read %s\n", path);
		return false;
	}
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(ret, part, n);
	fclose(f);
	return !ret->failed;
}

static void print_findings(const struct buf *report, int64_t findings)
{
	BUF_SCOPED out = {0};
	struct json j = json_to(&out);
	const char *line = report->size ? report->data : "";

	buf_init(&out, 32 << 20);
	json_open(&j, '{');
	json_put_int(&j, "findings", findings);
	json_key(&j, "items");
	json_open(&j, '[');
	for (const char *end; (end = strchr(line, '\n')); line = end + 1)
		json_slice(&j, (struct slice){line, (size_t)(end - line)});
	json_close(&j, ']');
	json_close(&j, '}');
	printf("%s\n", out.data);
}

static int verify(struct cli *k, const char *checkpoint_file, bool json)
{
	BUF_SCOPED kept = {0}, report = {0};
	int64_t findings = 0;

	buf_init(&kept, FILE_MAX);
	buf_init(&report, 16 << 20);
	if (checkpoint_file && !read_file(checkpoint_file, &kept))
		return CLI_USAGE;
	if (checkpoint_file && kept.size == 0) { /* would pass for "none given" */
		fprintf(stderr, "tongban: %s is empty\n", checkpoint_file);
		return CLI_USAGE;
	}
	if (failed(ledger_verify(&k->ctx, k->ctx.ledger, buf_slice(&kept), &report, &findings)))
		return cli_failed(&k->ctx, "ledger verify");
	if (json)
		print_findings(&report, findings);
	else
		printf("%s%" PRId64 " findings\n", report.size ? report.data : "", findings);
	return findings ? CLI_FINDINGS : CLI_OK;
}

static int checkpoint(struct cli *k)
{
	BUF_SCOPED note = {0};

	buf_init(&note, FILE_MAX);
	if (failed(ledger_checkpoint(&k->ctx, &note)))
		return cli_failed(&k->ctx, "ledger checkpoint");
	fwrite(note.data, 1, note.size, stdout);
	return CLI_OK;
}

/* The verifier key in the form of signed-note, and alone as `receipt` takes it. */
static int key(struct cli *k, bool json)
{
	BUF_SCOPED text = {0};

	buf_init(&text, FILE_MAX);
	ledger_verifier_key(k->ctx.ledger, &text);
	if (json)
		printf("{\"origin\":\"%s\",\"verifier_key\":\"%s\"}\n", ledger_origin(k->ctx.ledger),
		       text.data);
	else
		printf("%s\n", text.data);
	return CLI_OK;
}

/* Needs no data directory: the receipt, and the log's public key as the verifier knows it. */
static int receipt(const char *file, const char *key_text, const char *origin)
{
	uint8_t key[SIGN_PUBLIC_SIZE + 3];
	size_t key_size = 0;
	struct receipt_facts facts;
	BUF_SCOPED text = {0};
	struct ctx c = {.arena = arena_new(16 << 20)};
	int code = CLI_USAGE;

	buf_init(&text, FILE_MAX);
	if (!file || !key_text || !origin || strlen(key_text) > 44 ||
	    !base64_decode(slice_of(key_text), key, &key_size) || key_size != SIGN_PUBLIC_SIZE)
		fprintf(stderr,
			"usage: tongban ledger receipt --file FILE --origin NAME --public-key BASE64\n");
	else if (read_file(file, &text)) {
		if (failed(ledger_receipt_check(&c, origin, key, buf_slice(&text), &facts))) {
			printf("not valid: %s\n", c.failure.detail);
			code = CLI_FINDINGS;
		} else {
			printf("valid: entry %" PRId64 ", %s\n%s\n", facts.n,
			       facts.leaf_index < 0 ? "promised" : "in the log", facts.entry);
			code = CLI_OK;
		}
	}
	arena_free(c.arena);
	return code;
}

int cli_ledger(int argc, char **argv)
{
	struct cli_option options[] = {
		CLI_DATA_OPTIONS,
		{"checkpoint", false, "a checkpoint kept elsewhere, for verify", NULL},
		{"file", false, "the receipt to check", NULL},
		{"origin", false, "the log's name, for receipt", NULL},
		{"public-key", false, "the log's public key in base64, for receipt", NULL},
		{0},
	};
	const char *words[1];
	struct cli k;
	bool json;

	if (!cli_parse(argc, argv, options, "ledger verify|checkpoint|key|receipt [options]", words, 1,
		       &json))
		return CLI_USAGE;
	if (words[0] && strcmp(words[0], "receipt") == 0)
		return receipt(cli_value(options, "file"), cli_value(options, "public-key"),
			       cli_value(options, "origin"));
	bool wants_verify = words[0] && strcmp(words[0], "verify") == 0;
	bool wants_key = words[0] && strcmp(words[0], "key") == 0;
	if (!wants_verify && !wants_key && (!words[0] || strcmp(words[0], "checkpoint") != 0)) {
		fprintf(stderr, "usage: tongban ledger verify|checkpoint|key|receipt [options]\n");
		return CLI_USAGE;
	}
	int code = cli_open(&k, cli_value(options, "data"), cli_value(options, "cities"),
			    CLI_STORE | CLI_KEYS | CLI_RELEASE | CLI_LEDGER);
	if (code == CLI_OK)
		code = wants_verify ? verify(&k, cli_value(options, "checkpoint"), json)
		       : wants_key  ? key(&k, json)
				    : checkpoint(&k);
	cli_close(&k);
	return code;
}
