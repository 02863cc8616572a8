/* The package: each person through gate, vault and ledger, sealed part by part; then its hash into each
 * record. */
#include "account/account.h"
#include "base/json.h"
#include "crypto/cms.h"
#include "ops/telling.h"
#include "ops/transfer_store.h"

enum { BATCH = 20, TRIES = 4, PART_MAX = 32 << 20, SEALED_MAX = 48 << 20, VALUE_MAX = 1 << 20 };

/* ---- one person ---- */

/* One attempt: the person as of now, and the request about that person. */
struct handing {
	const struct transfer *t;
	struct facts f;
	struct head h;
	struct recipient successor;
	struct gate_ground ground;
	struct gate_request q;
};

/* Whoever takes over is known by the case, not by a release. */
static const struct recipient *receiver_of(struct ctx *c, struct handing *a)
{
	if (*a->t->recipient)
		return release_recipient(c->release, a->t->recipient);
	a->successor = recipient_successor(a->t->receiver, a->t->region);
	return &a->successor;
}

/* What is there of the ground's needs. Not to be bound and to ask everybody anew stands in the place of an
 * undertaking where the city allows that (NT-2.2.3.b, NT-2.2.3.c): the package says so. */
static uint32_t given(const struct ctx *c, const struct transfer *t, bool told)
{
	uint32_t bits =
		1U << NEED_DOCUMENT | 1U << NEED_OFFICER | 1U << NEED_SECOND_OFFICER | 1U << NEED_CONSENT;

	bits |= told ? 1U << NEED_NOTICE : 0;
	bits |= *t->scope && t->scope_until_ms ? 1U << NEED_SCOPE : 0;
	bits |= t->bound || !transfer_needs(c, t, NEED_UNDERTAKING) ? 1U << NEED_UNDERTAKING : 0;
	return bits;
}

static err add_held(struct ctx *c, const struct held *h, void *arg)
{
	(void)c;
	itemset_add(arg, h->item->number);
	return OK;
}

static err prepare(struct ctx *c, const struct transfer *t, int64_t subject_id, struct handing *a)
{
	const struct service *s = release_service(c->release, city_text(c->release, "exception.service"));
	const struct exception *e = release_exception(c->release, t->ground);
	bool told = false;

	*a = (struct handing){.t = t};
	TRY(was_told(c, subject_id, t->id, &told));
	TRY(facts_load(c, subject_id, &a->f, &a->h));
	TRY(vault_held(c, subject_id, add_held, &a->q.items));
	const struct recipient *to = receiver_of(c, a);
	a->ground = (struct gate_ground){
		.exception = e,
		.where = EXCEPTION_TRANSFER,
		.given = given(c, t, told),
		.scope_items = a->q.items,
		.scope_recipient = to,
		.scope_until_ms = t->scope_until_ms,
		.use_id = t->id,
		.note = arena_printf(c->arena, "移转给%s；情形：%s；依据：%s；提出：%s；复核：%s",
				     t->receiver, e ? e->ground : "关联方", t->document, t->opened_by,
				     t->decided_by),
	};
	a->q.action = GATE_SHARE;
	a->q.service = s;
	a->q.purpose = s ? s->purpose : NULL;
	a->q.recipient = to;
	a->q.staff = true;
	a->q.now_ms = c->now_ms;
	return OK;
}

static err put_value(struct ctx *c, const struct held *h, struct slice value, void *arg)
{
	struct json *j = arg;

	json_open(j, '{');
	json_put_text(j, "item", h->item->key);
	json_put_id(j, "record", h->record_id);
	json_put_text(j, "service", h->service);
	json_put_text(j, "scope", h->scope);
	json_put_text(j, "origin", h->origin);
	json_put_text(j, "basis", h->basis);
	json_put_text(j, "rule", h->rule);
	json_put_int(j, "collected_at_ms", h->collected_at_ms);
	json_put_int(j, "ends_at_ms", h->ends_at_ms);
	if (!slice_is_utf8(value) || value.n > VALUE_MAX)
		FAIL(c, ERR_INTERNAL, "%s 的内容不是文字", h->item->key);
	json_put_slice(j, "value", value);
	json_close(j, '}');
	return OK;
}

/* By which of the values the person is found here. */
static err put_identifiers(struct ctx *c, int64_t subject_id, const char *kind, struct slice value,
			   struct json *j)
{
	int64_t found = 0;

	TRY(account_lookup(c, kind, value, &found));
	if (found != subject_id)
		return OK;
	json_open(j, '{');
	json_put_text(j, "kind", kind);
	json_put_slice(j, "value", value);
	json_close(j, '}');
	return OK;
}

struct writing {
	struct json *j, *identifiers;
	int64_t subject_id;
};

static err put_handed(struct ctx *c, const struct held *h, struct slice value, void *arg)
{
	static const char *const kinds[][2] = {
		{"username", "username"}, {"mobile_phone", "phone"}, {"id_number", "id_number"}};
	struct writing *w = arg;

	for (size_t i = 0; !h->rule && h->record_id == 0 && i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(h->item->key, kinds[i][0]) == 0)
			TRY(put_identifiers(c, w->subject_id, kinds[i][1], value, w->identifiers));
	return put_value(c, h, value, w->j);
}

static err put_person(struct ctx *c, struct handing *a, struct permit *permit, struct json *j)
{
	BUF_SCOPED found = {0};
	struct json identifiers;
	struct writing w = {j, &identifiers, a->f.subject_id};

	buf_init(&found, 4096);
	identifiers = json_to(&found);
	json_open(j, '{');
	json_put_int(j, "realname_level", a->f.realname_level);
	json_put_bool(j, "phone_bound", a->f.phone_bound);
	TRY(consent_hand_over(c, a->f.subject_id, j));
	json_key(j, "items");
	json_open(j, '[');
	json_open(&identifiers, '[');
	err e = vault_hand_over(c, permit, &a->h, put_handed, &w);
	json_close(&identifiers, ']');
	json_close(j, ']');
	if (!failed(e) && !found.failed) {
		json_key(j, "identifiers");
		json_raw(j, buf_slice(&found));
	}
	json_close(j, '}');
	crypto_wipe(found.data, found.size);
	return e;
}

/* Left out: whom the gate does not let go (no consent, not told), and minors, whose guardians decide. */
static err pack_once(struct ctx *c, const struct transfer *t, int64_t subject_id, struct json *j,
		     bool *ret_packed)
{
	struct permit *permit = NULL;
	struct handing a;

	*ret_packed = false;
	TRY(prepare(c, t, subject_id, &a));
	a.q.ground = &a.ground;
	if (!a.q.service)
		FAIL(c, ERR_INTERNAL, "the city names no exception.service");
	if (a.f.minor)
		return OK;
	err e = gate_decide(c, c->release, &a.f, &a.q, &permit);
	if (e.code == ERR_REFUSED || e.code == ERR_INVALID) {
		failure_clear(c);
		return OK;
	}
	TRY(e);
	TRY(put_person(c, &a, permit, j));
	*ret_packed = true;
	return OK;
}

/* A person is written apart first, so that an attempt on old facts leaves nothing behind. */
static err pack_person(struct ctx *c, const struct transfer *t, int64_t subject_id, struct json *j,
		       bool *ret_packed)
{
	err e = {ERR_STALE};

	for (int i = 0; i < TRIES && e.code == ERR_STALE; i++) {
		BUF_SCOPED one = {0};
		buf_init(&one, PART_MAX);
		struct json apart = json_to(&one);
		failure_clear(c);
		e = pack_once(c, t, subject_id, &apart, ret_packed);
		if (!failed(e) && one.failed)
			e = fail(c, ERR_TOO_LARGE, "一个人的信息过多");
		if (!failed(e) && *ret_packed)
			json_raw(j, buf_slice(&one));
		crypto_wipe(one.data, one.size);
	}
	return e;
}

/* ---- one part ---- */

struct part {
	const struct transfer *t;
	int64_t ids[BATCH];
	size_t packed;
	int64_t after, left_out;
	const char *sealed;
};

static void put_head(struct ctx *c, const struct transfer *t, struct json *j)
{
	json_open(j, '{');
	json_put_int(j, "tongban_transfer", 1);
	json_put_id(j, "transfer", t->id);
	json_put_int(j, "part", t->parts + 1);
	json_put_text(j, "city", release_city(c->release));
	json_put_text(j, "from", city_text(c->release, "controller"));
	json_put_text(j, "ground", t->ground);
	json_put_text(j, "document", t->document);
	json_put_text(j, "receiver", t->receiver);
	json_put_bool(j, "bound", t->bound || transfer_needs(c, t, NEED_UNDERTAKING) || !*t->ground);
}

static err seal_part(struct ctx *c, struct buf *plain, struct part *p)
{
	BUF_SCOPED sealed = {0};

	buf_init(&sealed, SEALED_MAX);
	if (plain->failed)
		FAIL(c, ERR_TOO_LARGE, "加密包的一部分过大");
	TRY(cms_seal(c, slice_of(p->t->certificate), buf_slice(plain), &sealed));
	if (sealed.failed)
		FAIL(c, ERR_TOO_LARGE, "加密包的一部分过大");
	p->sealed = arena_copy(c->arena, buf_slice(&sealed));
	return OK;
}

static err put_people(struct ctx *c, const int64_t *ids, size_t count, struct json *j, struct part *p)
{
	json_key(j, "people");
	json_open(j, '[');
	for (size_t i = 0; i < count; i++) {
		bool packed = false;
		if (ids[i] > p->t->upto)
			break;
		TRY(pack_person(c, p->t, ids[i], j, &packed));
		p->after = ids[i];
		if (packed)
			p->ids[p->packed++] = ids[i];
		else
			p->left_out++;
	}
	json_close(j, ']');
	return OK;
}

static err make_part(struct ctx *c, const int64_t *ids, size_t count, struct part *p)
{
	BUF_SCOPED plain = {0};

	buf_init(&plain, PART_MAX);
	struct json j = json_to(&plain);
	put_head(c, p->t, &j);
	err e = put_people(c, ids, count, &j, p);
	bool last = count < BATCH || ids[count - 1] > p->t->upto;
	json_put_bool(&j, "last", last);
	json_close(&j, '}');
	if (!failed(e))
		e = seal_part(c, &plain, p);
	crypto_wipe(plain.data, plain.size);
	return e;
}

static err part_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct part *p = arg;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_TRANSFER_PACKED,
		    PARAMS(P_INT(p->t->id), P_INT(p->after), P_INT(p->packed), P_INT(p->left_out),
			   P_INT(p->t->walk_after)),
		    &changed));
	if (!changed)
		FAIL(c, ERR_STALE, "案卷已经变化");
	for (size_t i = 0; i < p->packed; i++)
		TRY(tx_exec(c, tx, Q_TRANSFER_PERSON_PUT,
			    PARAMS(P_INT(p->ids[i]), P_INT(p->t->id), P_INT(p->t->parts + 1)), NULL));
	return tx_exec(c, tx, Q_TRANSFER_PART_PUT,
		       PARAMS(P_INT(p->t->id), P_INT(p->t->parts + 1), P_BLOB(p->sealed, strlen(p->sealed))),
		       NULL);
}

/* ---- the whole ---- */

static err each_part(struct ctx *c, const struct transfer *t, transfer_part_fn fn, void *arg)
{
	for (int64_t i = 0; i < t->parts; i++)
		TRY(transfer_db_part(c, t->id, i + 1, fn, arg));
	return OK;
}

static err hash_part(struct ctx *c, struct slice sealed, void *arg)
{
	(void)c;
	digest_add(arg, sealed);
	return OK;
}

static err hash_package(struct ctx *c, const struct transfer *t, char ret_hex[static 2 * HASH_SIZE + 1])
{
	DIGEST_SCOPED d = {0};
	uint8_t hash[HASH_SIZE];

	digest_begin(&d);
	TRY(each_part(c, t, hash_part, &d));
	digest_end(&d, hash);
	hex_encode(hash, HASH_SIZE, ret_hex);
	return OK;
}

static err finish(struct ctx *c, int64_t id)
{
	char hex[2 * HASH_SIZE + 1];
	struct transfer t;

	TRY(transfer_get(c, id, &t));
	TRY(hash_package(c, &t, hex));
	return store_exec(c, c->store, Q_TRANSFER_HASHED, PARAMS(P_INT(id), P_STR(hex), P_INT(t.walk_after)),
			  NULL);
}

static err pack(struct ctx *c, const struct transfer *t)
{
	struct part p = {.t = t, .after = t->walk_after};
	int64_t ids[BATCH];
	size_t count = 0;

	TRY(account_walk(c, t->walk_after, BATCH, ids, &count));
	TRY(make_part(c, ids, count, &p));
	TRY(store_write(c, c->store, part_rows, &p));
	return count < BATCH || ids[count - 1] > t->upto ? finish(c, t->id) : OK;
}

/* ---- the hash into each record ---- */

struct entering {
	int64_t subject_id, transfer_id;
};

static err entering_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct entering *e = arg;

	return tx_exec(c, tx, Q_TRANSFER_PERSON_ENTERED,
		       PARAMS(P_INT(e->subject_id), P_INT(e->transfer_id), P_INT(c->now_ms)), NULL);
}

static err enter_person(struct ctx *c, const struct transfer *t, int64_t subject_id)
{
	const struct exception *x = release_exception(c->release, t->ground);
	struct entry entry = {.action = ENTRY_SENT,
			      .service = city_text(c->release, "exception.service"),
			      .recipient = *t->recipient ? t->recipient : t->receiver,
			      .basis = x ? arena_printf(c->arena, "exception:%s", x->key) : "affiliate",
			      .decision = "sent",
			      .clause = x ? x->clause : city_text(c->release, "transfer.clause"),
			      .note = arena_printf(c->arena, "为%s加密封装，加密包 SHA-256：%s", t->receiver,
						   t->package_hash),
			      .ref_id = t->id};
	bool waits = false;
	struct head h;

	TRY(transfer_db_person(c, subject_id, t->id, &waits));
	if (!waits)
		return OK;
	TRY(ledger_head(c, c->store, subject_id, &h));
	return ledger_write(c, &h, &entry, LEDGER_ANY_EPOCH, entering_rows,
			    &(struct entering){subject_id, t->id}, NULL);
}

static err enter(struct ctx *c, const struct transfer *t)
{
	int64_t ids[BATCH], after = t->walk_after;
	size_t count = 0;

	TRY(account_walk(c, t->walk_after, BATCH, ids, &count));
	for (size_t i = 0; i < count && ids[i] <= t->upto; i++) {
		TRY(enter_person(c, t, ids[i]));
		after = ids[i];
	}
	TRY(store_exec(c, c->store, Q_TRANSFER_ENTERED,
		       PARAMS(P_INT(t->id), P_INT(after), P_INT(t->walk_after)), NULL));
	if (count == BATCH && ids[count - 1] <= t->upto)
		return OK;
	return store_exec(c, c->store, Q_TRANSFER_MOVED, PARAMS(P_INT(t->id), P_INT(c->now_ms)), NULL);
}

err transfer_move_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct transfer t;

	TRY(transfer_get(c, j->ref_id, &t));
	if (strcmp(t.state, "moving") != 0)
		return OK;
	TRY(*t.package_hash ? enter(c, &t) : pack(c, &t));
	*ret_again_at_ms = c->now_ms;
	return OK;
}

err transfer_package(struct ctx *c, int64_t id, transfer_part_fn fn, void *arg)
{
	struct transfer t;

	TRY(transfer_get(c, id, &t));
	if (!t.moved_at_ms)
		FAIL(c, ERR_CONFLICT, "加密包还没有封装完毕，或者还没有记入每个人的记录");
	return each_part(c, &t, fn, arg);
}
