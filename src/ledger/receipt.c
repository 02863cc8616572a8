/* What a person can take away and check elsewhere: the signed head, receipts, promises; and the public log.
 *
 * Signed texts (Ed25519 by the log's key; no checkpoint begins like these, since an origin holds no space):
 *
 *	tongban personal head v1        tongban promise v1
 *	<origin>                        <origin>
 *	<subject>                       <data, base64>
 *	<n>                             <by, RFC 3339 with +08:00>
 *	<hash, base64>
 *	<at, RFC 3339 with +08:00>
 *
 * each line ended by a newline. */
#include "base/json.h"
#include "ledger/internal.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

enum {
	HASH_TEXT = 4 * ((HASH_SIZE + 2) / 3) + 1,
	SIGNATURE_TEXT = 4 * ((SIGNATURE_SIZE + 2) / 3) + 1,
	TEXT_MAX = 1024,
	RECEIPT_MAX = 64 * 1024,
};

static void put_base64(struct json *j, const char *key, const void *p, size_t n)
{
	char text[SIGNATURE_TEXT];

	base64_encode(p, n, text);
	json_put_text(j, key, text);
}

static void put_signature(struct json *j, const struct ledger *l, struct slice text)
{
	uint8_t signature[SIGNATURE_SIZE];

	sign(l->means.secret_key, text, signature);
	put_base64(j, "signature", signature, sizeof signature);
}

static err full_unless(struct ctx *c, const struct buf *b)
{
	if (b->failed)
		FAIL(c, ERR_TOO_LARGE, "内容过长");
	return OK;
}

/* ---- the signed head ------------------------------------------------------------------------ */

static void head_text(const char *origin, const struct head *h, int64_t at_ms, struct buf *ret)
{
	char hash[HASH_TEXT], at[TIME_TEXT_SIZE];

	base64_encode(h->hash, HASH_SIZE, hash);
	buf_printf(ret, "tongban personal head v1\n%s\n%" PRId64 "\n%" PRId64 "\n%s\n%s\n", origin,
		   h->subject_id, h->n, hash, time_text(at_ms, at));
}

err ledger_signed_head(struct ctx *c, int64_t subject_id, struct buf *ret)
{
	const struct ledger *l = c->ledger;
	struct head h;
	BUF_SCOPED text;

	buf_init(&text, TEXT_MAX);
	TRY(ledger_head(c, c->store, subject_id, &h));
	head_text(l->key.name, &h, c->now_ms, &text);
	TRY(full_unless(c, &text));
	struct json j = json_to(ret);
	json_open(&j, '{');
	json_put_id(&j, "subject", subject_id);
	json_put_int(&j, "n", h.n);
	put_base64(&j, "hash", h.hash, HASH_SIZE);
	json_put_time(&j, "at", c->now_ms);
	json_put_text(&j, "origin", l->key.name);
	put_signature(&j, l, buf_slice(&text));
	put_base64(&j, "public_key", l->key.public_key, SIGN_PUBLIC_SIZE);
	json_close(&j, '}');
	return full_unless(c, ret);
}

/* ---- receipts ------------------------------------------------------------------------------- */

/* What a receipt is made of, read in one consistent view. */
struct receipt_parts {
	int64_t subject_id, n;
	struct slice data, sealed; /* in the arena */
	bool found;
	int64_t leaf_index; /* -1: not in the tree */
	struct checkpoint tree;
	struct slice note; /* of a signed tree that has the leaf; n = 0: none yet */
	struct merkle_proof proof;
};

/* A receipt's own entry, and the deferred one that it tells. */
struct receipt_read {
	struct receipt_parts own, deferred; /* deferred.found: there is one; its n is of the register */
};

static err read_entry(struct ctx *c, const struct row *row, void *arg)
{
	struct receipt_parts *p = arg;

	if (row_int(row, 0) != p->n)
		return OK;
	p->found = true;
	p->data = arena_slice(c->arena, row_blob(row, 1));
	p->sealed = arena_slice(c->arena, row_blob(row, 3));
	return OK;
}

static err read_leaf(struct ctx *, const struct row *row, void *arg)
{
	struct receipt_parts *p = arg;

	p->leaf_index = row_int(row, 0);
	return OK;
}

struct newest_note {
	int64_t size; /* -1: none */
	struct slice note;
};

static err read_note(struct ctx *c, const struct row *row, void *arg)
{
	struct newest_note *n = arg;

	n->size = row_int(row, 0);
	n->note = arena_slice(c->arena, row_text(row, 1));
	return OK;
}

/* The newest checkpoint, opened: one that was changed in the store is not given out. */
static err newest_checkpoint(struct ctx *c, struct tx *tx, struct newest_note *ret,
			     struct checkpoint *ret_tree)
{
	ret->size = -1;
	TRY(tx_rows(c, tx, Q_LEDGER_CHECKPOINT_NEWEST, PARAMS(P_INT(c->ledger->means.generation)), read_note,
		    ret));
	if (ret->size >= 0 &&
	    (!checkpoint_open(&c->ledger->key, ret->note, ret_tree) || ret_tree->size != (uint64_t)ret->size))
		FAIL(c, ERR_STORE, "公开日志的检查点已损坏，请运行 ledger verify");
	return OK;
}

static err prove(struct ctx *c, struct tx *tx, struct receipt_parts *p)
{
	struct tree_reader reader = {.c = c, .tx = tx};
	struct newest_note newest;

	TRY(newest_checkpoint(c, tx, &newest, &p->tree));
	if (newest.size <= p->leaf_index)
		return OK;
	TRY(merkle_inclusion(tree_node, &reader, (uint64_t)p->leaf_index, p->tree.size, &p->proof));
	struct merkle_hash leaf = merkle_leaf(p->data);
	if (!merkle_check_inclusion((uint64_t)p->leaf_index, p->tree.size, &leaf, p->proof.hash,
				    p->proof.count, &p->tree.root))
		FAIL(c, ERR_STORE, "公开日志与使用记录不符，请运行 ledger verify");
	p->note = newest.note;
	return OK;
}

static err read_own(struct ctx *c, struct tx *tx, struct receipt_parts *p)
{
	TRY(tx_rows(c, tx, Q_LEDGER_USAGE, PARAMS(P_INT(p->subject_id), P_INT(p->n + 1), P_INT(1)),
		    read_entry, p));
	if (!p->found)
		FAIL(c, ERR_NOT_FOUND, "没有这一条使用记录");
	TRY(tx_rows(c, tx, Q_LEDGER_LEAF_OF, PARAMS(P_INT(p->subject_id), P_INT(p->n)), read_leaf, p));
	return p->leaf_index >= 0 ? prove(c, tx, p) : OK;
}

/* Sealed for the person, numbered by the register. */
static err read_deferred(struct ctx *c, const struct row *row, void *arg)
{
	struct receipt_parts *p = arg;

	p->found = true;
	p->n = row_int(row, 0);
	p->sealed = arena_slice(c->arena, row_blob(row, 2));
	return OK;
}

static err read_parts(struct ctx *c, struct tx *tx, void *arg)
{
	struct receipt_read *r = arg;
	struct receipt_parts *d = &r->deferred, reg = {.subject_id = LEDGER_REGISTER, .leaf_index = -1};

	TRY(read_own(c, tx, &r->own));
	TRY(tx_rows(c, tx, Q_LEDGER_DEFERRED_OF, PARAMS(P_INT(r->own.subject_id), P_INT(r->own.n)),
		    read_deferred, d));
	if (!d->found)
		return OK;
	reg.n = d->n;
	TRY(read_own(c, tx, &reg));
	reg.sealed = d->sealed;
	*d = reg;
	return OK;
}

static void promise_text(const char *origin, struct slice data, int64_t by_ms, struct buf *ret)
{
	char data_text[HASH_TEXT], by[TIME_TEXT_SIZE];

	base64_encode(data.p, data.n, data_text);
	buf_printf(ret, "tongban promise v1\n%s\n%s\n%s\n", origin, data_text, time_text(by_ms, by));
}

/* A promise is kept on record, so that `ledger verify` can hold the log to it. */
static err put_promise(struct ctx *c, struct json *j, const struct receipt_parts *p)
{
	int64_t by_ms = c->now_ms + PROMISE_MS;
	BUF_SCOPED text;

	buf_init(&text, TEXT_MAX);
	TRY(store_exec(c, c->store, Q_LEDGER_PROMISE_ADD,
		       PARAMS(P_INT(p->subject_id), P_INT(p->n), P_BLOB(p->data.p, p->data.n), P_INT(by_ms)),
		       NULL));
	buf_init(&text, TEXT_MAX);
	promise_text(c->ledger->key.name, p->data, by_ms, &text);
	json_key(j, "promise");
	json_open(j, '{');
	json_put_time(j, "by", by_ms);
	put_signature(j, c->ledger, buf_slice(&text));
	json_close(j, '}');
	return full_unless(c, &text);
}

static err put_proof(struct ctx *c, struct json *j, const struct receipt_parts *p)
{
	BUF_SCOPED text;

	buf_init(&text, RECEIPT_MAX);
	proof_text((uint64_t)p->leaf_index, &p->proof, p->note, &text);
	json_put_slice(j, "proof", buf_slice(&text));
	json_put_text(j, "promise", NULL);
	return full_unless(c, &text);
}

/* The deferred entry was in the tree long before it was told; without a signed tree there is no proof to
 * give. */
static err put_deferred(struct ctx *c, struct json *j, int64_t subject_id, const struct receipt_parts *d)
{
	struct opened o;
	BUF_SCOPED text;

	buf_init(&text, RECEIPT_MAX);
	TRY(entry_open_deferred(c, subject_id, d->n, d->data, d->sealed, &o));
	json_key(j, "deferred");
	json_open(j, '{');
	json_put_slice(j, "entry", o.text);
	put_base64(j, "salt", o.salt, SALT_SIZE);
	put_base64(j, "data", o.data, HASH_SIZE);
	if (d->note.n) {
		proof_text((uint64_t)d->leaf_index, &d->proof, d->note, &text);
		json_put_int(j, "leaf_index", d->leaf_index);
		json_put_slice(j, "proof", buf_slice(&text));
	} else {
		json_put_text(j, "leaf_index", NULL);
		json_put_text(j, "proof", NULL);
	}
	json_close(j, '}');
	return full_unless(c, &text);
}

err ledger_receipt(struct ctx *c, int64_t subject_id, int64_t n, struct buf *ret)
{
	struct receipt_read r = {.own = {.subject_id = subject_id, .n = n, .leaf_index = -1}};
	struct receipt_parts p;
	struct opened o;

	if (n < 1 || n == INT64_MAX)
		FAIL(c, ERR_NOT_FOUND, "没有这一条使用记录");
	TRY(store_read(c, c->store, read_parts, &r));
	p = r.own;
	TRY(entry_open(c, subject_id, n, p.data, p.sealed, &o));

	struct json j = json_to(ret);
	json_open(&j, '{');
	json_put_int(&j, "v", 1);
	json_put_text(&j, "origin", c->ledger->key.name);
	put_base64(&j, "public_key", c->ledger->key.public_key, SIGN_PUBLIC_SIZE);
	json_put_id(&j, "subject", subject_id);
	json_put_int(&j, "n", n);
	json_put_slice(&j, "entry", o.text);
	put_base64(&j, "salt", o.salt, SALT_SIZE);
	put_base64(&j, "data", o.data, HASH_SIZE);
	if (p.note.n) {
		json_put_int(&j, "leaf_index", p.leaf_index);
		TRY(put_proof(c, &j, &p));
	} else {
		json_put_text(&j, "leaf_index", NULL);
		json_put_text(&j, "proof", NULL);
		TRY(put_promise(c, &j, &p));
	}
	if (r.deferred.found)
		TRY(put_deferred(c, &j, subject_id, &r.deferred));
	json_close(&j, '}');
	return full_unless(c, ret);
}

/* ---- checking a receipt, as an outsider ----------------------------------------------------- */

static void free_json(json_t **j)
{
	json_decref(*j);
}

static struct slice member(const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	return json_is_string(value) ? (struct slice){json_string_value(value), json_string_length(value)}
				     : SLICE("");
}

/* Decodes a base64 member of exactly `size` bytes. */
static bool member_bytes(const json_t *object, const char *key, size_t size, uint8_t *ret)
{
	struct slice text = member(object, key);
	uint8_t bytes[SIGNATURE_TEXT];
	size_t n = 0;

	if (text.n == 0 || text.n >= sizeof bytes || !base64_decode(text, bytes, &n) || n != size)
		return false;
	memcpy(ret, bytes, size);
	return true;
}

/* `object` has leaf_index and proof, for the leaf over data. */
static bool proof_holds(const struct note_key *k, const json_t *object, const uint8_t data[static HASH_SIZE],
			int64_t *ret_leaf_index)
{
	struct merkle_proof proof;
	struct checkpoint tree;
	struct slice note;
	uint64_t index;

	if (!proof_parse(member(object, "proof"), &index, &proof, &note) || !checkpoint_open(k, note, &tree))
		return false;
	const json_t *leaf_index = json_object_get(object, "leaf_index");
	if (!json_is_integer(leaf_index) || json_integer_value(leaf_index) != (json_int_t)index)
		return false;
	struct merkle_hash leaf = merkle_leaf(slice_bytes(data, HASH_SIZE));
	*ret_leaf_index = (int64_t)index;
	return merkle_check_inclusion(index, tree.size, &leaf, proof.hash, proof.count, &tree.root);
}

/* The deferred entry is the one that the entry names, is about the same person, and was in the log. */
static bool deferred_holds(struct ctx *c, const struct note_key *k, const json_t *root, const char *named,
			   struct receipt_facts *f)
{
	const json_t *deferred = json_object_get(root, "deferred");
	uint8_t salt[SALT_SIZE], data[HASH_SIZE], stated[HASH_SIZE];
	struct slice text = member(deferred, "entry");
	struct usage u;

	if (!named)
		return deferred == NULL;
	if (!member_bytes(deferred, "salt", SALT_SIZE, salt) ||
	    !member_bytes(deferred, "data", HASH_SIZE, stated) || !slice_is(member(deferred, "data"), named))
		return false;
	entry_data(salt, text, data);
	if (memcmp(data, stated, HASH_SIZE) != 0 || failed(entry_parse(c, text, &u)) ||
	    u.subject_id != f->subject_id || u.n != 0)
		return false;
	if (json_is_null(json_object_get(deferred, "proof")))
		return json_is_null(json_object_get(deferred, "leaf_index"));
	return proof_holds(k, deferred, data, &f->deferred_leaf_index);
}

static bool promise_holds(const struct note_key *k, const json_t *promise, struct receipt_facts *f)
{
	uint8_t signature[SIGNATURE_SIZE];
	char data[HASH_TEXT];
	struct slice by = member(promise, "by");
	BUF_SCOPED text;

	buf_init(&text, TEXT_MAX);
	if (!member_bytes(promise, "signature", SIGNATURE_SIZE, signature) || memchr(by.p, '\n', by.n))
		return false;
	base64_encode(f->data, HASH_SIZE, data);
	buf_printf(&text, "tongban promise v1\n%s\n%s\n%.*s\n", k->name, data, (int)by.n, by.p);
	f->leaf_index = -1;
	f->promised_by_ms = entry_time(by);
	return !text.failed && f->promised_by_ms != 0 &&
	       sign_verify(k->public_key, buf_slice(&text), signature);
}

/* Either a promise, or a leaf with its proof; the members of the other are there, and null. */
static bool evidence_holds(const struct note_key *k, const json_t *root, struct receipt_facts *f)
{
	const json_t *promise = json_object_get(root, "promise");

	if (json_is_null(promise))
		return proof_holds(k, root, f->data, &f->leaf_index);
	return json_is_null(json_object_get(root, "leaf_index")) &&
	       json_is_null(json_object_get(root, "proof")) && promise_holds(k, promise, f);
}

/* The entry must be the one that was hashed, and must name the person and number that the receipt names. */
static bool entry_holds(struct ctx *c, const json_t *root, struct receipt_facts *f, const char **ret_deferred)
{
	uint8_t salt[SALT_SIZE], data[HASH_SIZE];
	struct slice text = member(root, "entry");
	struct usage u;

	if (!member_bytes(root, "salt", SALT_SIZE, salt) || !member_bytes(root, "data", HASH_SIZE, f->data))
		return false;
	entry_data(salt, text, data);
	if (memcmp(data, f->data, HASH_SIZE) != 0 || failed(entry_parse(c, text, &u)))
		return false;
	if (!slice_int(member(root, "subject"), &f->subject_id) || u.subject_id != f->subject_id)
		return false;
	f->n = json_integer_value(json_object_get(root, "n"));
	f->entry = arena_copy(c->arena, text);
	*ret_deferred = u.deferred;
	return f->n > 0 && u.n == f->n;
}

err ledger_receipt_check(struct ctx *c, const char *origin, const uint8_t public_key[static SIGN_PUBLIC_SIZE],
			 struct slice receipt, struct receipt_facts *ret)
{
	__attribute__((cleanup(free_json))) json_t *root =
		json_loadb(receipt.p, receipt.n, JSON_REJECT_DUPLICATES, NULL);
	struct receipt_facts f = {.leaf_index = -1, .deferred_leaf_index = -1};
	const char *deferred = NULL;
	struct note_key key;

	if (!json_is_object(root))
		FAIL(c, ERR_INVALID, "凭证不是有效的 JSON 文件");
	if (!note_key_init(&key, origin, public_key) || !slice_is(member(root, "origin"), origin))
		FAIL(c, ERR_INVALID, "凭证不属于本日志");
	if (!entry_holds(c, root, &f, &deferred))
		FAIL(c, ERR_INVALID, "凭证中的记录与其摘要不符");
	if (!evidence_holds(&key, root, &f) || !deferred_holds(c, &key, root, deferred, &f))
		FAIL(c, ERR_INVALID, "凭证的签名或证明不成立");
	*ret = f;
	return OK;
}

/* ---- the public log ------------------------------------------------------------------------- */

static err read_checkpoint(struct ctx *c, struct tx *tx, void *arg)
{
	struct checkpoint tree;

	return newest_checkpoint(c, tx, arg, &tree);
}

err ledger_checkpoint(struct ctx *c, struct buf *ret)
{
	struct newest_note newest;

	TRY(store_read(c, c->store, read_checkpoint, &newest));
	if (newest.size < 0)
		FAIL(c, ERR_NOT_FOUND, "公开日志还没有检查点");
	buf_add_slice(ret, newest.note);
	return full_unless(c, ret);
}

struct tile_request {
	struct tile_id tile;
	struct merkle_hash hash[TILE_WIDTH];
	unsigned width; /* as far as it is filled and signed */
};

/* Nothing beyond the signed tree is shown. */
static err read_tile(struct ctx *c, struct tx *tx, void *arg)
{
	struct tile_request *r = arg;
	struct newest_note newest;
	struct checkpoint tree;

	TRY(newest_checkpoint(c, tx, &newest, &tree));
	unsigned signed_width = newest.size < 0 ? 0 : tile_width_at(r->tile.level, r->tile.index, tree.size);
	TRY(tree_tile(c, tx, r->tile.level, r->tile.index, r->hash, &r->width));
	if (r->width > signed_width)
		r->width = signed_width;
	return OK;
}

static void add_bundle(const struct merkle_hash *data, unsigned width, struct buf *ret)
{
	static const char length[2] = {0, HASH_SIZE}; /* big-endian */

	for (unsigned i = 0; i < width; i++) {
		buf_add(ret, length, sizeof length);
		buf_add(ret, data[i].b, HASH_SIZE);
	}
}

err ledger_tile(struct ctx *c, const char *path, struct buf *ret)
{
	struct tile_request r = {.width = 0};

	if (!tile_parse(path, &r.tile) || r.tile.level >= TILE_LEVELS)
		FAIL(c, ERR_NOT_FOUND, "没有这个分块");
	TRY(store_read(c, c->store, read_tile, &r));
	if (r.width < r.tile.width)
		FAIL(c, ERR_NOT_FOUND, "没有这个分块");
	if (r.tile.level == TILE_ENTRIES)
		add_bundle(r.hash, r.tile.width, ret);
	else
		buf_add(ret, r.hash, r.tile.width * sizeof *r.hash);
	return full_unless(c, ret);
}
