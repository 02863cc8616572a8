/* What the city's source of risk warnings says: a list that is fetched, compared here, and never asked about
 * anyone. It names hashes; what is kept of it is a keyed hash of those. */
#include "connectors/connectors.h"
#include "identity/login/risk.h"
#include "vault/keys.h"
#include <jansson.h>

enum { FEED_MAX = 1 << 20, HEX_SIZE = 2 * HASH_SIZE + 1, FETCH_EVERY_MS = 3600 * 1000 };

static void key_of(struct ctx *c, const char *kind, const char *sha256, uint8_t ret[static HASH_SIZE])
{
	keys_hash(c->keys, "risk_flag", slice_of(arena_printf(c->arena, "%s|%s", kind, sha256)), ret);
}

static err found_row(struct ctx *c, const struct row *r, void *arg)
{
	(void)c, (void)r;
	*(bool *)arg = true;
	return OK;
}

err risk_flagged(struct ctx *c, const char *kind, struct slice value, bool *ret)
{
	uint8_t hash[HASH_SIZE];
	char hex[HEX_SIZE];
	bool found = false;

	hash_sha256(value, hash);
	hex_encode(hash, HASH_SIZE, hex);
	key_of(c, kind, hex, hash);
	TRY(store_rows(c, c->store, Q_RISK_FLAG_GET,
		       PARAMS(P_INT(hash[0]), P_BLOB(hash, HASH_SIZE), P_INT(c->now_ms)), found_row, &found));
	*ret = found;
	return OK;
}

err risk_flags_any(struct ctx *c, const char *kind, bool *ret)
{
	bool found = false;

	TRY(store_rows(c, c->store, Q_RISK_FLAG_ANY, PARAMS(P_STR(kind), P_INT(c->now_ms)), found_row,
		       &found));
	*ret = found;
	return OK;
}

struct flags {
	json_t *list;
	int64_t seen_ms;
};

static err put_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct flags *f = arg;
	uint8_t hash[HASH_SIZE];
	size_t i;
	json_t *flag;

	json_array_foreach(f->list, i, flag)
	{
		const char *kind = json_string_value(json_object_get(flag, "kind")),
			   *sha256 = json_string_value(json_object_get(flag, "sha256"));
		int64_t until_ms = json_integer_value(json_object_get(flag, "until_ms"));
		if (!kind || !sha256 || strlen(sha256) != HEX_SIZE - 1 || until_ms <= c->now_ms)
			continue;
		key_of(c, kind, sha256, hash);
		TRY(tx_exec(c, tx, Q_RISK_FLAG_PUT,
			    PARAMS(P_INT(hash[0]), P_BLOB(hash, HASH_SIZE), P_STR(kind), P_INT(f->seen_ms),
				   P_INT(until_ms)),
			    NULL));
	}
	/* what the list names no more holds no more */
	return tx_exec(c, tx, Q_RISK_FLAG_SWEEP, PARAMS(P_INT(f->seen_ms)), NULL);
}

static void drop(json_t **j)
{
	json_decref(*j);
}

err risk_feed_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	const char *source = city_text(c->release, "risk.feed");
	BUF_SCOPED answer = {0};
	int status = 0;

	(void)j;
	*ret_again_at_ms = c->now_ms + FETCH_EVERY_MS;
	if (!source || !connector_known(c->connectors, source))
		return OK;
	buf_init(&answer, FEED_MAX);
	err e = connector_get(c, source, "/flags", &status, &answer);
	if (e.code == ERR_AUTHORITY || (!failed(e) && status >= 300)) {
		failure_clear(c); /* the last list holds until its dates */
		return OK;
	}
	TRY(e);
	__attribute__((cleanup(drop))) json_t *doc =
		json_loadb(answer.data, answer.size, JSON_REJECT_DUPLICATES, NULL);
	struct flags f = {json_object_get(doc, "items"), c->now_ms};
	return json_is_array(f.list) ? store_write(c, c->store, put_rows, &f) : OK;
}
