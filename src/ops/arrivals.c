#include "ops/arrivals.h"
#include "account/account.h"
#include "crypto/cms.h"
#include <jansson.h>

enum { ITEMS_PER_PERSON_MAX = 4096 };

static const char part_end[] = "-----END CMS-----\n";

/* ---- parts ---- */

struct opened {
	json_t *json;
};
static void opened_free(struct opened *o)
{
	json_decref(o->json);
}
#define OPENED_SCOPED __attribute__((cleanup(opened_free))) struct opened

static err no_package(struct ctx *c)
{
	FAIL(c, ERR_INVALID, "加密包不完整，或者不是转让的加密包");
}

/* The next part of the file, and what is left of it. */
static bool part_take(struct slice *rest, struct slice *ret_part)
{
	const char *end = rest->n ? memmem(rest->p, rest->n, part_end, sizeof part_end - 1) : NULL;

	if (!end)
		return false;
	size_t n = (size_t)(end - rest->p) + sizeof part_end - 1;
	*ret_part = slice_bytes(rest->p, n);
	*rest = slice_bytes(rest->p + n, rest->n - n);
	return true;
}

static err part_open(struct ctx *c, struct slice part, struct slice key, struct opened *ret)
{
	SECRET_SCOPED plain = {0};

	TRY(cms_open(c, key, part, &plain));
	ret->json = json_loadb((const char *)plain.p, plain.n, JSON_REJECT_DUPLICATES, NULL);
	return json_integer_value(json_object_get(ret->json, "tongban_transfer")) == 1 ? OK : no_package(c);
}

static const char *text_of(struct ctx *c, const json_t *o, const char *key)
{
	const char *text = json_string_value(json_object_get(o, key));

	return arena_copy(c->arena, slice_of(text ? text : ""));
}

static int64_t int_of(const json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

static bool flag_of(const json_t *o, const char *key)
{
	return json_is_true(json_object_get(o, key));
}

static err look_at(struct ctx *c, const json_t *part, struct package *p)
{
	if (p->parts == 0) {
		p->transfer = text_of(c, part, "transfer");
		p->city = text_of(c, part, "city");
		p->from = text_of(c, part, "from");
		p->ground = text_of(c, part, "ground");
		p->document = text_of(c, part, "document");
		p->receiver = text_of(c, part, "receiver");
		p->bound = flag_of(part, "bound");
	}
	if (int_of(part, "part") != ++p->parts || strcmp(text_of(c, part, "transfer"), p->transfer) != 0)
		return no_package(c);
	p->people += (int64_t)json_array_size(json_object_get(part, "people"));
	return OK;
}

err package_open(struct ctx *c, struct slice file, struct slice key, struct package *ret)
{
	struct slice rest = file, part;
	struct package p = {0};
	uint8_t hash[HASH_SIZE];
	bool last = false;

	while (!last && part_take(&rest, &part)) {
		OPENED_SCOPED o = {0};
		TRY(part_open(c, part, key, &o));
		TRY(look_at(c, o.json, &p));
		last = flag_of(o.json, "last");
	}
	if (!last || rest.n)
		return no_package(c);
	hash_sha256(file, hash);
	hex_encode(hash, HASH_SIZE, p.sha256);
	*ret = p;
	return OK;
}

/* ---- one person ---- */

struct coming {
	const struct package *package;
	const json_t *person;
	int64_t subject_id;
	struct identifier identifiers[IDENTIFIERS_MAX];
	size_t identifier_count;
	struct arrivals *counts;
};

static err read_identifiers(struct ctx *c, struct coming *p)
{
	const json_t *list = json_object_get(p->person, "identifiers");

	for (size_t i = 0; i < json_array_size(list) && i < IDENTIFIERS_MAX; i++) {
		const json_t *o = json_array_get(list, i);
		p->identifiers[p->identifier_count++] = (struct identifier){
			.kind = text_of(c, o, "kind"), .normal = slice_of(text_of(c, o, "value"))};
	}
	return p->identifier_count ? OK : no_package(c);
}

static void read_acceptances(struct ctx *c, const json_t *list, struct arrival *a)
{
	struct arrived_acceptance *rows =
		ARENA_ARRAY(c->arena, struct arrived_acceptance, json_array_size(list) + 1);

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		rows[a->acceptance_count++] = (struct arrived_acceptance){
			text_of(c, o, "version"), text_of(c, o, "release_hash"), text_of(c, o, "kind"),
			int_of(o, "read_at_ms"), int_of(o, "at_ms")};
	}
	a->acceptances = rows;
}

static void read_consents(struct ctx *c, const json_t *list, struct arrival *a)
{
	struct arrived_consent *rows =
		ARENA_ARRAY(c->arena, struct arrived_consent, json_array_size(list) + 1);

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *o = json_array_get(list, i);
		rows[a->consent_count++] = (struct arrived_consent){
			text_of(c, o, "service"),   text_of(c, o, "recipient"), text_of(c, o, "items"),
			text_of(c, o, "text_hash"), text_of(c, o, "text"),	text_of(c, o, "version"),
			text_of(c, o, "terms"),	    int_of(o, "given_at_ms"),	int_of(o, "withdrawn_at_ms")};
	}
	a->consents = rows;
}

/* ---- items ---- */

static struct gate_ground ground_of(struct ctx *c, const struct package *p, const struct itemset *items)
{
	return (struct gate_ground){
		.exception = release_exception(c->release, p->ground),
		.where = EXCEPTION_TRANSFER,
		.given = UINT32_MAX, /* shown to the holder that handed over; its case is named */
		.scope_items = *items,
		.scope_until_ms = 0,
		.note = arena_printf(c->arena, "自%s承接，转让案卷 %s；依据：%s", p->from, p->transfer,
				     p->document)};
}

static err take_in(struct ctx *c, const struct coming *p, const struct service *s, const struct item *it,
		   const json_t *o, struct slice value)
{
	const char *scope = text_of(c, o, "scope"), *rule = text_of(c, o, "rule");
	int64_t record = 0, ends_at_ms = int_of(o, "ends_at_ms");
	struct vault_value v = {it, value, text_of(c, o, "origin"), ends_at_ms};
	struct itemset items = {0};
	struct permit *permit = NULL;
	struct facts f;
	struct head h;

	if (!slice_int(slice_of(text_of(c, o, "record")), &record))
		return no_package(c);
	itemset_add(&items, it->number);
	struct gate_ground ground = ground_of(c, p->package, &items);
	struct gate_request q = {.action = GATE_COLLECT,
				 .service = s,
				 .purpose = s->purpose,
				 .items = items,
				 .now_ms = c->now_ms,
				 .ground = &ground};
	TRY(facts_load(c, p->subject_id, &f, &h));
	TRY(gate_decide(c, c->release, &f, &q, &permit));
	TRY(vault_collect(c, permit, &h, record, *rule ? "account" : scope, &v, 1, NULL, NULL));
	return *rule ? vault_reseal(c, p->subject_id, record, &items, scope, rule, ends_at_ms) : OK;
}

/* What this city's policy has no place for stays out: no service of that name, no such item, not its own
 * form. */
static err take_item(struct ctx *c, const struct coming *p, const json_t *o)
{
	const struct service *s = release_service(c->release, text_of(c, o, "service"));
	const struct item *it = release_item(c->release, text_of(c, o, "item"));
	const char *value = json_string_value(json_object_get(o, "value"));
	err e = {ERR_REFUSED};

	if (s && it && value)
		e = take_in(c, p, s, it, o, slice_of(value));
	if (e.code == ERR_REFUSED || e.code == ERR_INVALID) {
		failure_clear(c);
		p->counts->unfit++;
		return OK;
	}
	p->counts->items += !failed(e);
	return e;
}

/* What the law keeps comes first: moving it under its own key takes the place in use, which the current value
 * then takes again. */
static err take_items(struct ctx *c, const struct coming *p)
{
	const json_t *list = json_object_get(p->person, "items");

	if (json_array_size(list) > ITEMS_PER_PERSON_MAX)
		return no_package(c);
	for (int kept = 1; kept >= 0; kept--)
		for (size_t i = 0; i < json_array_size(list); i++) {
			const json_t *o = json_array_get(list, i);
			if (json_is_string(json_object_get(o, "rule")) == (kept == 1))
				TRY(take_item(c, p, o));
		}
	return OK;
}

/* ---- the person is there ---- */

struct confirming {
	struct arrival arrival;
	struct confirmation confirmation;
};

static err confirming_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct confirming *k = arg;

	TRY(consent_arrive_rows(c, tx, &k->arrival));
	return account_confirm_rows(c, tx, &k->confirmation);
}

static err confirm(struct ctx *c, const struct coming *p)
{
	struct confirming k = {.arrival = {.subject_id = p->subject_id, .bound = p->package->bound},
			       .confirmation = {.subject_id = p->subject_id,
						.identifiers = p->identifiers,
						.count = p->identifier_count,
						.phone_bound = flag_of(p->person, "phone_bound"),
						.realname_level = (int)int_of(p->person, "realname_level")}};
	struct entry entry = {
		.action = ENTRY_CONSENT,
		.service = "account",
		.basis = arena_printf(c->arena, "exception:%s", p->package->ground),
		.decision = "allowed",
		.clause = city_text(c->release, "transfer.clause"),
		.note = arena_printf(c->arena, "自%s承接，转让案卷 %s：%s", p->package->from,
				     p->package->transfer,
				     p->package->bound ? "同意和保存期限不变" : "各项同意须重新征得")};
	struct head h;

	read_acceptances(c, json_object_get(p->person, "acceptances"), &k.arrival);
	read_consents(c, json_object_get(p->person, "consents"), &k.arrival);
	TRY(ledger_head(c, c->store, p->subject_id, &h));
	return ledger_write(c, &h, &entry, LEDGER_RAISE_EPOCH, confirming_rows, &k, NULL);
}

static err settle_in(struct ctx *c, const struct coming *p)
{
	static const char *const scopes[] = {"account", "identity", "audit"};
	uint8_t made[3][KEY_SIZE];

	TRY(keys_make_many(c, c->keys, p->subject_id, scopes, 3, made));
	crypto_wipe(made, sizeof made);
	TRY(take_items(c, p));
	return confirm(c, p);
}

/* Whoever is registered here already decides alone what stands in the own account. */
static err take_person(struct ctx *c, const struct package *package, const json_t *person,
		       struct arrivals *counts)
{
	struct coming p = {.package = package, .person = person, .counts = counts};

	TRY(read_identifiers(c, &p));
	err e = account_open(c, p.identifiers, p.identifier_count, false, &p.subject_id);
	if (e.code == ERR_CONFLICT) {
		failure_clear(c);
		counts->known++;
		return OK;
	}
	TRY(e);
	e = settle_in(c, &p);
	if (failed(e)) {
		struct failure kept = c->failure;
		err undone = account_abandon(c, p.subject_id); /* else the sweep does it */
		(void)undone.code;
		c->failure = kept;
		return e;
	}
	counts->people++;
	return OK;
}

/* The ground must be one of this city as well, or nothing may be taken in by it. */
static err check_ground(struct ctx *c, const struct package *p)
{
	const struct exception *e = release_exception(c->release, p->ground);

	if (e && exception_holds(e, EXCEPTION_TRANSFER))
		return OK;
	return refuse(c, "not_declared", city_text(c->release, "transfer.clause"),
		      "本市的隐私政策没有列出加密包所依据的情形，不能接收。");
}

err package_import(struct ctx *c, struct slice file, struct slice key, struct arrivals *ret)
{
	struct slice rest = file, part;
	struct arrivals counts = {0};
	struct package p;

	TRY(package_open(c, file, key, &p));
	TRY(check_ground(c, &p));
	while (part_take(&rest, &part)) {
		OPENED_SCOPED o = {0};
		TRY(part_open(c, part, key, &o));
		const json_t *people = json_object_get(o.json, "people");
		for (size_t i = 0; i < json_array_size(people); i++) {
			struct arena_mark m = arena_mark(c->arena);
			TRY(take_person(c, &p, json_array_get(people, i), &counts));
			arena_rewind(c->arena, m);
		}
	}
	*ret = counts;
	return OK;
}
