/* Opening a data directory: config.json says which city and store it is. */
#include "base/id.h"
#include "cli/cli.h"
#include "partners/papers.h"
#include "vault/vault.h"
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

enum { ARENA_SIZE = 256 << 20, TOOL_NODE = 1023 };

static int say(const char *format, const char *a)
{
	fprintf(stderr, "tongban: ");
	fprintf(stderr, format, a);
	fprintf(stderr, "\n");
	return CLI_UNAVAILABLE;
}

static void copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from ? from : "");
}

static int read_config(struct cli *k)
{
	char path[600];
	json_error_t where;

	snprintf(path, sizeof path, "%s/config.json", k->data);
	json_t *doc = json_load_file(path, JSON_REJECT_DUPLICATES, &where);
	if (!doc)
		return say("%s is no data directory: make one with `tongban init --data DIR --city NAME`",
			   k->data);
	const char *city = json_string_value(json_object_get(doc, "city"));
	const char *store = json_string_value(json_object_get(doc, "store"));
	const char *suite = json_string_value(json_object_get(doc, "suite"));
	copy(k->city, sizeof k->city, city);
	if (store)
		copy(k->store_url, sizeof k->store_url, store);
	else
		snprintf(k->store_url, sizeof k->store_url, "sqlite:%s/tongban.db", k->data);
	k->suite = suite && strcmp(suite, "gm") == 0 ? SUITE_GM : SUITE_INTL;
	k->test_clock = json_is_true(json_object_get(doc, "test_clock"));
	json_decref(doc);
	return city ? CLI_OK : say("%s does not name a city", path);
}

static int policy_failed(const struct cli *k, const struct buf *complaints)
{
	fprintf(stderr, "%s", complaints->size ? complaints->data : "");
	return cli_failed(&k->ctx, "policy");
}

int cli_seed(struct cli *k, int64_t *ret_drafts)
{
	BUF_SCOPED complaints = {0};

	buf_init(&complaints, 1 << 20);
	if (failed(releases_seed(&k->ctx, k->cities, k->city, &complaints, ret_drafts)))
		return policy_failed(k, &complaints);
	return CLI_OK;
}

/* Whoever received data before this store kept papers has signed them all the same. */
int cli_import_papers(struct cli *k)
{
	BUF_SCOPED complaints = {0};

	buf_init(&complaints, 1 << 20);
	k->ctx.release = k->release;
	if (failed(papers_import(&k->ctx, k->cities, k->city, &complaints)))
		return policy_failed(k, &complaints);
	return CLI_OK;
}

/* A store knows only what was published. One that was made before releases had a place in it is seeded. */
static int open_releases(struct cli *k)
{
	err e = releases_open(&k->ctx, &k->releases);

	if (e.code == ERR_NOT_FOUND) {
		int code = cli_seed(k, NULL);
		if (code != CLI_OK)
			return code;
		failure_clear(&k->ctx);
		e = releases_open(&k->ctx, &k->releases);
	}
	if (failed(e))
		return cli_failed(&k->ctx, "policy");
	k->release = releases_at(k->releases, k->ctx.now_ms);
	return cli_import_papers(k);
}

/* While the store is being brought back, the files have to do. */
int cli_load_files(struct cli *k)
{
	struct release *r = NULL;
	BUF_SCOPED complaints = {0};

	buf_init(&complaints, 1 << 20);
	if (failed(release_load(&k->ctx, k->cities, k->city, &complaints, &r)))
		return policy_failed(k, &complaints);
	k->release = r;
	return CLI_OK;
}

static int open_release(struct cli *k)
{
	int code = k->ctx.store ? open_releases(k) : cli_load_files(k);

	k->ctx.release = k->release;
	return code;
}

static int open_keys(struct cli *k)
{
	char dir[600];

	snprintf(dir, sizeof dir, "%s/keys", k->data);
	bool own_store = strncmp(k->store_url, "sqlite:", 7) != 0;
	if (failed(keys_open(&k->ctx, dir, own_store ? k->store_url : NULL, k->suite, false, &k->ctx.keys)))
		return cli_failed(&k->ctx, "key store");
	return CLI_OK;
}

static const char generation_name[] = "ledger/generation";

err cli_log_generation(struct ctx *c, int64_t *ret)
{
	SECRET_SCOPED text = {0};
	struct failure before = c->failure;
	err e = keys_secret_get(c, c->keys, generation_name, &text);

	if (e.code == ERR_NOT_FOUND) {
		c->failure = before;
		*ret = 1;
		return OK;
	}
	TRY(e);
	if (!slice_int(slice_bytes(text.p, text.n), ret) || *ret < 1)
		FAIL(c, ERR_CRYPTO, "密钥库中的日志序号已损坏");
	return OK;
}

err cli_log_next_generation(struct ctx *c)
{
	int64_t now = 0;

	TRY(cli_log_generation(c, &now));
	return keys_secret_put(c, c->keys, generation_name,
			       slice_of(arena_printf(c->arena, "%" PRId64, now + 1)));
}

static int open_ledger(struct cli *k)
{
	const char *origin = arena_printf(k->ctx.arena, "tongban/%s", k->city);
	struct ledger_means means = {.key_get = keys_get,
				     .key_make = keys_make,
				     .mark_get = keys_secret_get,
				     .mark_put = keys_secret_put,
				     .suite = keys_suite(k->ctx.keys),
				     .clock = k->clock,
				     .test_clock = k->test_clock};

	err e = cli_log_generation(&k->ctx, &means.generation);
	if (!failed(e))
		e = keys_ledger_signer(&k->ctx, k->ctx.keys, means.public_key, means.secret_key);
	if (!failed(e))
		e = ledger_open(&k->ctx, origin, &means, &k->ctx.ledger);
	crypto_wipe(means.secret_key, sizeof means.secret_key);
	return failed(e) ? cli_failed(&k->ctx, "ledger") : CLI_OK;
}

static int open_connectors(struct cli *k)
{
	char path[600];

	snprintf(path, sizeof path, "%s/connectors.json", k->data);
	return failed(connectors_open(&k->ctx, path, &k->ctx.connectors)) ? cli_failed(&k->ctx, "connectors")
									  : CLI_OK;
}

static void set_blob_dir(const struct cli *k)
{
	char dir[600];

	snprintf(dir, sizeof dir, "%s/blobs", k->data);
	vault_blob_dir(dir);
}

int cli_open(struct cli *k, const char *data, const char *cities, int needs)
{
	int code;

	*k = (struct cli){0};
	if (!data)
		return say("say where the data is: --data %s", "DIR"), CLI_USAGE;
	copy(k->data, sizeof k->data, data);
	copy(k->cities, sizeof k->cities, cities);
	if ((code = read_config(k)))
		return code;
	id_init(TOOL_NODE);
	k->clock = k->test_clock ? clock_new_test() : clock_new();
	k->ctx.arena = arena_new(ARENA_SIZE);
	k->ctx.now_ms = clock_now_ms(k->clock);
	k->ctx.actor = (struct actor){.kind = ACTOR_SYSTEM, .role = "operator"};
	set_blob_dir(k);
	if (needs & CLI_STORE && failed(store_open(&k->ctx, k->store_url, "city", &k->ctx.store)))
		return cli_failed(&k->ctx, "store");
	if (needs & CLI_RELEASE && (code = open_release(k)))
		return code;
	if (needs & CLI_KEYS && (code = open_keys(k)))
		return code;
	if (needs & CLI_LEDGER && (code = open_ledger(k)))
		return code;
	return needs & CLI_CONNECTORS ? open_connectors(k) : CLI_OK;
}

void cli_close(struct cli *k)
{
	if (k->ctx.connectors)
		connectors_close(k->ctx.connectors);
	if (k->ctx.ledger)
		ledger_close(k->ctx.ledger);
	if (k->ctx.keys)
		keys_close(k->ctx.keys);
	if (k->ctx.store)
		store_close(k->ctx.store);
	if (k->release)
		release_drop(k->release);
	releases_close(k->releases);
	arena_free(k->ctx.arena);
	clock_free(k->clock);
	*k = (struct cli){0};
}
