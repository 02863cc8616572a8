/* The canonical entry: compact JSON, every member present and in this order, no optional whitespace, UTF-8,
 * escapes only for the quote, the backslash and control characters. data = SHA-256(salt || canonical entry).
 */
#include "base/id.h"
#include "base/json.h"
#include "ledger/internal.h"

#include <assert.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>

static const char *const action_texts[] = {
	[ENTRY_COLLECT] = "collect",   [ENTRY_READ] = "read",	  [ENTRY_SHARE] = "share",
	[ENTRY_SENT] = "sent",	       [ENTRY_REFUSE] = "refuse", [ENTRY_CONSENT] = "consent",
	[ENTRY_WITHDRAW] = "withdraw", [ENTRY_CHANGE] = "change", [ENTRY_LOGIN] = "login",
	[ENTRY_DELETE] = "delete",
};

static const char *const actor_texts[] = {
	[ACTOR_NOBODY] = "nobody",
	[ACTOR_PERSON] = "person",
	[ACTOR_STAFF] = "staff",
	[ACTOR_SYSTEM] = "system",
};

const char *entry_action_text(enum entry_action a)
{
	return action_texts[a];
}

/* The writer knows its members beforehand: names go out as they stand here, comma and colon included. Written
 * with json_put_…, a third of an entry's time went into names. */
#define NAME(out, literal) buf_add((out), literal, sizeof literal - 1)

static void text_value(struct buf *out, const char *text)
{
	struct json j = json_to(out);

	json_text(&j, text);
}

static void int_value(struct buf *out, int64_t value)
{
	char digits[20], *p = digits + sizeof digits;

	assert(value >= 0);
	do
		*--p = (char)('0' + value % 10);
	while ((value /= 10) > 0);
	buf_add(out, p, (size_t)(digits + sizeof digits - p));
}

static void id_value(struct buf *out, int64_t id)
{
	NAME(out, "\"");
	int_value(out, id);
	NAME(out, "\"");
}

#define TEXT(out, name, text) (NAME((out), name), text_value((out), (text)))
#define INT(out, name, value) (NAME((out), name), int_value((out), (value)))
#define ID(out, name, id) (NAME((out), name), id_value((out), (id)))

/* Item keys in the order of the release's vocabulary. */
static void items_value(struct buf *out, const struct release *r, const struct itemset *items)
{
	struct json j = json_to(out);

	json_open(&j, '[');
	for (unsigned word = 0; word < ITEMS_MAX / 64; word++)
		for (uint64_t bits = items->bit[word]; bits; bits &= bits - 1) {
			unsigned number = word * 64 + (unsigned)__builtin_ctzll(bits);
			json_text(&j, release_item_at(r, number)->key);
		}
	json_close(&j, ']');
}

static void write_canonical(struct ctx *c, const struct prepared *p, const struct entry *e, struct buf *out)
{
	char at[TIME_TEXT_SIZE];

	TEXT(out, "{\"v\":1,\"log\":", ledger_origin(c->ledger));
	ID(out, ",\"subject\":", p->subject_id);
	INT(out, ",\"n\":", p->n);
	TEXT(out, ",\"at\":", time_text(p->at_ms, at));
	TEXT(out, ",\"actor\":{\"kind\":", actor_texts[c->actor.kind]);
	ID(out, ",\"id\":", c->actor.id);
	TEXT(out, ",\"role\":", c->actor.role);
	TEXT(out, ",\"name\":", c->actor.name);
	TEXT(out, ",\"department\":", c->actor.department);
	TEXT(out, "},\"action\":", action_texts[e->action]);
	TEXT(out, ",\"service\":", e->service);
	TEXT(out, ",\"purpose\":", e->purpose);
	TEXT(out, ",\"recipient\":", e->recipient);
	NAME(out, ",\"items\":");
	items_value(out, c->release, &e->items);
	TEXT(out, ",\"basis\":", e->basis);
	TEXT(out, ",\"decision\":", e->decision);
	TEXT(out, ",\"clause\":", e->clause);
	TEXT(out, ",\"note\":", e->note);
	ID(out, ",\"ref\":", e->ref_id);
	TEXT(out, ",\"policy\":", e->policy ? e->policy : c->release ? release_version(c->release) : NULL);
	if (e->discloses) {
		char data[HASH_SIZE * 2];
		base64_encode(e->discloses, HASH_SIZE, data);
		TEXT(out, ",\"deferred\":", data);
	}
	NAME(out, "}");
}

void entry_data(const uint8_t salt[static SALT_SIZE], struct slice text, uint8_t ret[static HASH_SIZE])
{
	hash_sha256_parts((struct slice[]){slice_bytes(salt, SALT_SIZE), text}, 2, ret);
}

void entry_chain(const uint8_t before[static HASH_SIZE], const uint8_t data[static HASH_SIZE],
		 uint8_t ret[static HASH_SIZE])
{
	hash_sha256_parts((struct slice[]){slice_bytes(before, HASH_SIZE), slice_bytes(data, HASH_SIZE)}, 2,
			  ret);
}

enum { AAD_SIZE = 80 };

static struct slice seal_place(const char *table, int64_t subject_id, int64_t n, char text[static AAD_SIZE])
{
	int size = snprintf(text, AAD_SIZE, "%s/%" PRId64 "/%" PRId64, table, subject_id, n);

	return (struct slice){text, (size_t)size};
}

/* A first entry makes the person's audit key. */
static err audit_key(struct ctx *c, int64_t subject_id, uint8_t ret[static KEY_SIZE])
{
	const struct ledger_means *m = &c->ledger->means;
	err e = m->key_get(c, c->keys, subject_id, AUDIT_SCOPE, ret);

	if (e.code != ERR_NOT_FOUND)
		return e;
	return m->key_make(c, c->keys, subject_id, AUDIT_SCOPE, ret);
}

static void wipe_key(uint8_t (*key)[KEY_SIZE])
{
	crypto_wipe(key, sizeof *key);
}
#define KEY_SCOPED(name) __attribute__((cleanup(wipe_key))) uint8_t name[KEY_SIZE]

#define ORDINARY "ledger_entry"
#define DEFERRED "ledger_deferred"

static err seal_entry(struct ctx *c, struct prepared *p, const char *table, int64_t subject_id,
		      struct slice plain)
{
	enum suite suite = c->ledger->means.suite;
	uint8_t sealed[SEALED_PLAIN_MAX + 128];
	char place[AAD_SIZE];
	KEY_SCOPED(key);

	TRY(audit_key(c, subject_id, key));
	TRY(seal(c, suite, key, seal_place(table, subject_id, p->n, place), plain, sealed));
	buf_init(&p->sealed, sizeof sealed);
	buf_add(&p->sealed, sealed, seal_size(suite, plain.n));
	if (p->sealed.failed)
		FAIL(c, ERR_INTERNAL, "内存不足");
	return OK;
}

/* `named` says which person and number the text names. */
static err prepare(struct ctx *c, const struct head *h, const struct prepared *named, const char *table,
		   const struct entry *e, struct prepared *ret)
{
	struct prepared p = {.subject_id = h->subject_id, .n = h->n + 1, .at_ms = c->now_ms};
	BUF_SCOPED plain;
	uint8_t salt[SALT_SIZE];

	p.entry_id = id_new(c->now_ms);
	crypto_random(salt, sizeof salt);
	buf_init(&plain, SEALED_PLAIN_MAX);
	buf_add(&plain, salt, sizeof salt);
	write_canonical(c, named, e, &plain);
	if (plain.failed)
		FAIL(c, ERR_TOO_LARGE, "使用记录的内容过长");
	hash_sha256(buf_slice(&plain), p.data); /* salt || entry, as they lie */
	entry_chain(h->hash, p.data, p.head);
	TRY(seal_entry(c, &p, table, named->subject_id, buf_slice(&plain)));
	*ret = p;
	return OK;
}

err entry_prepare(struct ctx *c, const struct head *h, const struct entry *e, struct prepared *ret)
{
	struct prepared named = {.subject_id = h->subject_id, .n = h->n + 1, .at_ms = c->now_ms};

	return prepare(c, h, &named, ORDINARY, e, ret);
}

err entry_prepare_deferred(struct ctx *c, const struct head *reg, int64_t subject_id, const struct entry *e,
			   struct prepared *ret)
{
	struct prepared named = {.subject_id = subject_id, .n = 0, .at_ms = c->now_ms};

	return prepare(c, reg, &named, DEFERRED, e, ret);
}

static err open_at(struct ctx *c, const char *table, int64_t subject_id, int64_t n, struct slice data,
		   struct slice sealed, struct opened *ret)
{
	struct opened o;
	char place[AAD_SIZE];
	size_t size = 0;
	KEY_SCOPED(key);

	if (data.n != HASH_SIZE || sealed.n > SEALED_PLAIN_MAX + 128)
		FAIL(c, ERR_CRYPTO, "使用记录已损坏");
	TRY(c->ledger->means.key_get(c, c->keys, subject_id, AUDIT_SCOPE, key));
	uint8_t *plain = arena_alloc(c->arena, sealed.n + 1);
	TRY(unseal(c, key, seal_place(table, subject_id, n, place), sealed, plain, &size));
	if (size < SALT_SIZE)
		FAIL(c, ERR_CRYPTO, "使用记录已损坏");
	plain[size] = '\0';
	memcpy(o.salt, plain, SALT_SIZE);
	o.text = slice_bytes(plain + SALT_SIZE, size - SALT_SIZE);
	entry_data(o.salt, o.text, o.data);
	if (memcmp(o.data, data.p, HASH_SIZE) != 0)
		FAIL(c, ERR_CRYPTO, "使用记录与其摘要不符");
	*ret = o;
	return OK;
}

err entry_open(struct ctx *c, int64_t subject_id, int64_t n, struct slice data, struct slice sealed,
	       struct opened *ret)
{
	return open_at(c, ORDINARY, subject_id, n, data, sealed, ret);
}

err entry_open_deferred(struct ctx *c, int64_t subject_id, int64_t deferred_n, struct slice data,
			struct slice sealed, struct opened *ret)
{
	return open_at(c, DEFERRED, subject_id, deferred_n, data, sealed, ret);
}

/* ---- reading -------------------------------------------------------------------------------- */

static void free_json(json_t **j)
{
	json_decref(*j);
}
#define JSON_SCOPED __attribute__((cleanup(free_json))) json_t

static const char *text_of(struct ctx *c, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text ? arena_copy(c->arena, slice_of(text)) : NULL;
}

static int64_t id_of(const json_t *object, const char *key)
{
	int64_t id = 0;
	const char *text = json_string_value(json_object_get(object, key));

	return text && slice_int(slice_of(text), &id) ? id : 0;
}

int64_t entry_time(struct slice text)
{
	struct date d;
	int64_t hour, minute, second, ms;

	if (text.n != 29 || !date_parse((struct slice){text.p, 10}, &d) ||
	    !slice_int((struct slice){text.p + 11, 2}, &hour) ||
	    !slice_int((struct slice){text.p + 14, 2}, &minute) ||
	    !slice_int((struct slice){text.p + 17, 2}, &second) ||
	    !slice_int((struct slice){text.p + 20, 3}, &ms))
		return 0;
	return date_start_ms(d) + ((hour * 60 + minute) * 60 + second) * 1000 + ms;
}

static void read_items(struct ctx *c, const json_t *items, struct usage *u)
{
	const char **keys = ARENA_ARRAY(c->arena, const char *, json_array_size(items) + 1);

	for (size_t i = 0; i < json_array_size(items); i++) {
		const char *key = json_string_value(json_array_get(items, i));
		if (key)
			keys[u->item_count++] = arena_copy(c->arena, slice_of(key));
	}
	u->items = keys;
}

err entry_parse(struct ctx *c, struct slice text, struct usage *ret)
{
	JSON_SCOPED *root = json_loadb(text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
	const json_t *actor = json_object_get(root, "actor");

	if (!json_is_object(root) || !json_is_object(actor))
		FAIL(c, ERR_INTERNAL, "使用记录的格式无法识别");
	struct usage u = {
		.n = json_integer_value(json_object_get(root, "n")),
		.subject_id = id_of(root, "subject"),
		.at_ms = entry_time(slice_of(json_string_value(json_object_get(root, "at")))),
		.actor_id = id_of(actor, "id"),
		.actor_kind = text_of(c, actor, "kind"),
		.actor_name = text_of(c, actor, "name"),
		.actor_role = text_of(c, actor, "role"),
		.actor_department = text_of(c, actor, "department"),
		.action = text_of(c, root, "action"),
		.service = text_of(c, root, "service"),
		.purpose = text_of(c, root, "purpose"),
		.recipient = text_of(c, root, "recipient"),
		.basis = text_of(c, root, "basis"),
		.decision = text_of(c, root, "decision"),
		.clause = text_of(c, root, "clause"),
		.note = text_of(c, root, "note"),
		.policy_version = text_of(c, root, "policy"),
		.ref_id = id_of(root, "ref"),
		.deferred = text_of(c, root, "deferred"),
	};
	read_items(c, json_object_get(root, "items"), &u);
	*ret = u;
	return OK;
}
