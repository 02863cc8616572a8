/* Idempotency-Key: the same request again gets the same answer; another one under the same key is refused.
 *
 * The scope is the caller's token. What is stored are keyed hashes, and the answer sealed under a key derived
 * from that token: the row opens for the caller alone, and for nobody once the token is gone. Answers with
 * personal data are therefore no payload in the store. */
#include "api/server.h"
#include "vault/keys.h"

enum {
	KEY_MAX = 200,
	ANSWER_MAX = 256 * 1024,
	LIFE_MS = 24 * 3600 * 1000,
	HEAD_BYTES = 2,	      /* the length of the header lines, before them and the body */
	STUCK_MS = 60 * 1000, /* a claim older than this belongs to a server that died */
};

struct stored {
	uint8_t request[HASH_SIZE];
	int status;
	struct slice sealed; /* in the arena */
};

struct claim {
	struct api_call *k;
	struct idempotency *i;
	struct stored found;
	bool claimed;
};

static err stored_row(struct ctx *c, const struct row *r, void *arg)
{
	struct stored *s = arg;
	struct slice request = row_blob(r, 0);

	if (request.n == HASH_SIZE)
		memcpy(s->request, request.p, HASH_SIZE);
	s->status = (int)row_int(r, 1);
	s->sealed = arena_slice(c->arena, row_blob(r, 2));
	return OK;
}

static err claim_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct claim *m = arg;
	struct idempotency *i = m->i;
	struct param bucket = P_INT(i->scope[0]), scope = P_BLOB(i->scope, HASH_SIZE),
		     key = P_BLOB(i->key, HASH_SIZE);
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_IDEMPOTENCY_SWEEP, PARAMS(bucket, P_INT(c->now_ms - LIFE_MS)), NULL));
	TRY(tx_exec(c, tx, Q_IDEMPOTENCY_CLAIM,
		    PARAMS(bucket, scope, key, P_BLOB(i->request, HASH_SIZE), P_BLOB("", 0), P_INT(c->now_ms),
			   P_INT(c->now_ms - LIFE_MS), P_INT(c->now_ms - STUCK_MS)),
		    &changed));
	m->claimed = changed == 1;
	if (m->claimed)
		return OK;
	return tx_rows(c, tx, Q_IDEMPOTENCY_GET, PARAMS(bucket, scope, key), stored_row, &m->found);
}

static void make_hashes(struct api_call *k, struct slice key, struct idempotency *i)
{
	const char *text = arena_printf(k->c->arena, "%s|%.*s", k->route->operation, (int)key.n, key.p);
	BUF_SCOPED request = {0};

	buf_init(&request, k->q->body.n + k->q->path.n + k->q->query.n + 16);
	buf_add_slice(&request, k->q->path);
	buf_add_text(&request, "?");
	buf_add_slice(&request, k->q->query);
	buf_add_text(&request, "\n");
	buf_add_slice(&request, k->q->body);
	keys_hash(k->c->keys, "idempotency_scope", k->token, i->scope);
	keys_hash(k->c->keys, "idempotency_key", slice_of(text), i->key);
	keys_hash(k->c->keys, "idempotency_request", buf_slice(&request), i->request);
	keys_hash(k->c->keys, "idempotency_seal", k->token, i->seal);
	if (request.data)
		crypto_wipe(request.data, request.size);
}

static err replay(struct api_call *k, const struct idempotency *i, const struct stored *s)
{
	size_t n = 0;

	if (!crypto_equal(s->request, i->request, HASH_SIZE))
		FAIL(k->c, ERR_MISMATCH, "该幂等键已用于内容不同的请求");
	if (s->status == 0) {
		k->c->failure.retry_after_s = 1;
		FAIL(k->c, ERR_CONFLICT, "同一请求正在处理");
	}
	uint8_t *plain = arena_alloc(k->c->arena, s->sealed.n + 1);
	TRY(unseal(k->c, i->seal, SLICE("idempotency"), s->sealed, plain, &n));
	size_t head = n < HEAD_BYTES ? n : HEAD_BYTES + (size_t)plain[0] * 256 + plain[1];
	if (n < HEAD_BYTES || head > n)
		FAIL(k->c, ERR_CRYPTO, "stored answer cut short");
	buf_add(&k->a->headers, plain + HEAD_BYTES, head - HEAD_BYTES);
	buf_add(&k->a->body, plain + head, n - head);
	crypto_wipe(plain, n);
	k->a->status = s->status;
	http_set_header(k->a, "Idempotent-Replayed", "true");
	return OK;
}

err idempotency_begin(struct api_call *k, struct idempotency *ret, bool *ret_replayed)
{
	struct slice key = http_header(k->q, "Idempotency-Key");
	struct claim m = {.k = k, .i = ret};

	*ret_replayed = false;
	if (!(k->route->flags & API_CREATES) || !key.n || !k->token.n)
		return OK;
	if (key.n > KEY_MAX)
		return fail_field(k->c, "Idempotency-Key", "不超过 200 个字符");
	make_hashes(k, key, ret);
	TRY(store_write(k->c, k->c->store, claim_rows, &m));
	if (m.claimed) {
		ret->active = true;
		return OK;
	}
	TRY(replay(k, ret, &m.found));
	*ret_replayed = true;
	return OK;
}

static bool fits(const struct api_call *k)
{
	return k->a->body.size <= ANSWER_MAX && k->a->headers.size < 0xffff;
}

static err seal_answer(struct api_call *k, const struct idempotency *i, struct slice *ret)
{
	enum suite suite = keys_suite(k->c->keys);
	struct slice headers = buf_slice(&k->a->headers);
	BUF_SCOPED plain = {0};

	buf_init(&plain, HEAD_BYTES + headers.n + k->a->body.size);
	buf_add(&plain, (uint8_t[]){(uint8_t)(headers.n >> 8), (uint8_t)headers.n}, HEAD_BYTES);
	buf_add_slice(&plain, headers); /* a cookie is part of the answer */
	buf_add_slice(&plain, buf_slice(&k->a->body));
	size_t size = seal_size(suite, plain.size);
	uint8_t *sealed = arena_alloc(k->c->arena, size);
	err e = seal(k->c, suite, i->seal, SLICE("idempotency"), buf_slice(&plain), sealed);
	crypto_wipe(plain.data, plain.size);
	TRY(e);
	*ret = slice_bytes(sealed, size);
	return OK;
}

err api_keep_answer(struct api_call *k)
{
	struct idempotency *i = k->idempotency;

	return i->active && fits(k) ? seal_answer(k, i, &i->kept) : OK;
}

err api_kept_answer(struct ctx *c, struct tx *tx, void *call)
{
	const struct api_call *k = call;
	const struct idempotency *i = k->idempotency;

	if (!i->kept.n)
		return OK;
	return tx_exec(c, tx, Q_IDEMPOTENCY_DONE,
		       PARAMS(P_INT(i->scope[0]), P_BLOB(i->scope, HASH_SIZE), P_BLOB(i->key, HASH_SIZE),
			      P_INT(k->status), P_BLOB(i->kept.p, i->kept.n)),
		       NULL);
}

static err keep(struct api_call *k, struct idempotency *i)
{
	TRY(seal_answer(k, i, &i->kept));
	return store_write(k->c, k->c->store, api_kept_answer, k);
}

static err forget(struct api_call *k, const struct idempotency *i)
{
	return store_exec(k->c, k->c->store, Q_IDEMPOTENCY_FORGET,
			  PARAMS(P_INT(i->scope[0]), P_BLOB(i->scope, HASH_SIZE), P_BLOB(i->key, HASH_SIZE)),
			  NULL);
}

/* The answer stands already: what fails here costs a repeated request its replay, nothing else. */
void idempotency_end(struct api_call *k, struct idempotency *i, bool success)
{
	if (!i->active)
		return;
	if (success && i->kept.n)
		return; /* with the handler's last write */
	err e = success && fits(k) ? keep(k, i) : forget(k, i);
	(void)e.code;
}
