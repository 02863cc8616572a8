#include "identity/prefill.h"
#include "base/json.h"
#include "connectors/connectors.h"
#include "identity/identity_store.h"
#include <jansson.h>

enum { FETCHES_AN_HOUR = 20, HOUR_MS = 3600 * 1000, SMALL = 4096 };

static const struct service *declared_service(const struct release *r, const char *source)
{
	if (strcmp(source, "number") == 0)
		return release_service(r, "prefill_number");
	return strcmp(source, "account") == 0 ? release_service(r, "prefill_account") : NULL;
}

static const char *setting_of(const char *source)
{
	return strcmp(source, "number") == 0 ? "prefill.number" : "prefill.account";
}

const struct service *prefill_service(const struct release *r, const char *source)
{
	size_t forms = 0;

	(void)city_list(r, setting_of(source), &forms);
	return forms ? declared_service(r, source) : NULL;
}

static err service_for(struct ctx *c, const char *source, const char *form, const struct service **ret)
{
	const struct service *s = prefill_service(c->release, source);

	if (!s || !city_list_has(c->release, setting_of(source), form))
		return refuse(c, "not_declared", city_text(c->release, "gate.clause.share"),
			      "隐私政策没有声明为这里填入信息的来源，请自己填写");
	*ret = s;
	return OK;
}

/* The tick holds for this fetch alone: without one the gate decides as if none had ever been given, and says
 * what to agree to. */
static err authorise(struct ctx *c, int64_t subject_id, const struct service *s, const struct prefill *p,
		     struct facts *ret_facts, struct head *ret_head, int64_t *ret_consent_id)
{
	struct consent_offer offer = {.service = s,
				      .recipient = s->recipient,
				      .items = consent_offer_items(c->release, s),
				      .text_hash = p->text_hash};
	bool ticked = p->text_hash.n > 0;

	*ret_consent_id = 0;
	if (ticked)
		TRY(consent_give(c, subject_id, &offer, ret_consent_id));
	TRY(facts_load(c, subject_id, ret_facts, ret_head));
	if (!ticked)
		ret_facts->consent_count = 0;
	return OK;
}

/* ---- what was fetched ---- */

static const char *form_text(struct ctx *c, const char *form)
{
	return arena_printf(c->arena, "%lld|%s", (long long)c->installation_id, form);
}

static void hash_value(struct ctx *c, const char *form, struct slice value, uint8_t ret[static HASH_SIZE])
{
	const char *text = arena_printf(c->arena, "%s|%.*s", form_text(c, form), (int)value.n, value.p);

	keys_hash(c->keys, "prefill_value", slice_of(text), ret);
}

static err keep(struct ctx *c, const char *form, const char *source, struct slice value, int64_t consent_id)
{
	struct prefill_row row = {.source = source,
				  .consent_id = consent_id,
				  .version = release_version(c->release),
				  .expires_at_ms = c->now_ms + PREFILL_LIFE_MS};

	keys_hash(c->keys, "prefill_form", slice_of(form_text(c, form)), row.form_hash);
	hash_value(c, form, value, row.value_hash);
	return identity_db_prefill_put(c, &row);
}

/* From the account, or from the recipient that the city's service names. */
static const char *origin_of(struct ctx *c, const char *source)
{
	const struct service *s = declared_service(c->release, source);

	return arena_printf(c->arena, "fetched:%s", s && s->recipient ? s->recipient->key : source);
}

static bool is_from(const struct prefilled *p, const char *source)
{
	return p->source && strcmp(p->source, source) == 0;
}

err prefill_find(struct ctx *c, const char *form, struct slice value, struct prefilled *ret)
{
	struct prefill_row row = {0};
	uint8_t hash[HASH_SIZE];

	*ret = (struct prefilled){.form = form, .origin = "typed"};
	if (!value.n || !c->installation_id)
		return OK;
	keys_hash(c->keys, "prefill_form", slice_of(form_text(c, form)), row.form_hash);
	TRY(identity_db_prefill_get(c, &row));
	hash_value(c, form, value, hash);
	if (!row.source || !crypto_equal(hash, row.value_hash, HASH_SIZE))
		return OK;
	ret->source = row.source;
	ret->origin = origin_of(c, row.source);
	ret->version = row.version;
	ret->consent_id = row.consent_id;
	return OK;
}

/* ---- the number of this phone ---- */

static void drop(json_t **j)
{
	json_decref(*j);
}

static err read_number(struct ctx *c, const struct recipient *from, int status, struct slice body,
		       struct slice *ret)
{
	__attribute__((cleanup(drop))) json_t *answer =
		json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL);
	const json_t *number = json_object_get(answer, "mobile_phone");
	struct slice normal;

	if (status == 404)
		FAIL(c, ERR_INVALID, "没有取到本机号码，请确认已插入手机卡并使用移动网络，或者自己填写");
	if (status != 200 || !json_is_string(number))
		FAIL(c, ERR_AUTHORITY, "%s返回的结果无法识别，请自己填写", from->name);
	if (failed(item_normal(c, release_item(c->release, "mobile_phone"),
			       (struct slice){json_string_value(number), json_string_length(number)},
			       &normal))) {
		failure_clear(c);
		FAIL(c, ERR_AUTHORITY, "%s返回的结果无法识别，请自己填写", from->name);
	}
	*ret = arena_slice(c->arena, normal);
	return OK;
}

static err ask_gateway(struct ctx *c, struct permit *share, struct slice token, struct slice *ret)
{
	const struct recipient *to = permit_recipient(share);
	const char *sent = "not_sent";
	BUF_SCOPED request = {0}, answer = {0};
	int status = 0;

	buf_init(&request, SMALL);
	buf_init(&answer, SMALL);
	if (!permit_take(share, c))
		FAIL(c, ERR_INTERNAL, "the permit was used before");
	struct json j = json_to(&request);
	json_open(&j, '{');
	json_put_slice(&j, "number_token", token);
	json_close(&j, '}');
	TRY(connector_post(c, to->key, "/number", buf_slice(&request), NULL, &status, &answer, &sent));
	err e = read_number(c, to, status, buf_slice(&answer), ret);
	crypto_wipe(answer.data, answer.size);
	return e;
}

err prefill_number(struct ctx *c, const struct prefill *p, struct slice token, struct slice *ret_phone)
{
	const char *installation = arena_printf(c->arena, "%lld", (long long)c->installation_id);
	struct itemset given = {0}, taken = {0};
	struct permit *share = NULL, *collect = NULL;
	const struct service *s = NULL;
	struct slice normal = {0};
	struct facts facts;
	struct head head;
	int64_t consent_id;

	TRY(strcmp(p->form, "register") == 0 ? installation_accepted(c) : installation_agreed(c));
	TRY(service_for(c, "number", p->form, &s));
	if (p->text_hash.n)
		TRY(item_read(c, "number_token", token, &normal));
	TRY(throttle(c, "prefill_installation", slice_of(installation), FETCHES_AN_HOUR, HOUR_MS));
	TRY(authorise(c, 0, s, p, &facts, &head, &consent_id));
	itemset_add(&given, release_item(c->release, "number_token")->number);
	itemset_add(&taken, release_item(c->release, "mobile_phone")->number);
	TRY(typed_permit(c, &facts, GATE_SHARE, s, s->recipient, given, &share));
	TRY(typed_permit(c, &facts, GATE_COLLECT, s, NULL, taken, &collect));
	TRY(ask_gateway(c, share, normal, ret_phone));
	return keep(c, p->form, "number", *ret_phone, consent_id);
}

/* ---- entries, once it is known whose number it was ---- */

struct use {
	uint8_t form_hash[HASH_SIZE];
};

static err use_rows(struct ctx *c, struct tx *tx, void *arg)
{
	return identity_db_prefill_delete(c, tx, ((const struct use *)arg)->form_hash);
}

static const char *purpose_words(const char *form)
{
	static const char *const words[][2] = {
		{"register", "注册"}, {"login", "登录"}, {"reset", "重置密码"}, {"realname", "实名认证"}};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i][0], form) == 0)
			return words[i][1];
	return form;
}

err prefill_write(struct ctx *c, struct head *h, const struct prefilled *p)
{
	const struct service *s = release_service(c->release, "prefill_number");
	const struct item *token = release_item(c->release, "number_token");
	struct use use;

	if (!s || !s->recipient || !token || !is_from(p, "number"))
		return OK;
	struct entry entry = {
		.action = ENTRY_SHARE,
		.service = s->key,
		.purpose = s->purpose->key,
		.recipient = s->recipient->key,
		.basis = "consent",
		.decision = "allowed",
		.clause = s->clause,
		.policy = p->version,
		.ref_id = p->consent_id,
		.note = arena_printf(c->arena, "经本人授权取得本机号码，用于%s", purpose_words(p->form))};
	itemset_add(&entry.items, token->number);
	TRY(ledger_write(c, h, &entry, LEDGER_ANY_EPOCH, NULL, NULL, NULL));
	entry.action = ENTRY_SENT;
	entry.decision = "sent";
	keys_hash(c->keys, "prefill_form", slice_of(form_text(c, p->form)), use.form_hash);
	return ledger_write(c, h, &entry, LEDGER_ANY_EPOCH, use_rows, &use, NULL);
}

err prefill_note(struct ctx *c, int64_t subject_id, const struct prefilled *p)
{
	struct head head;

	if (!is_from(p, "number"))
		return OK;
	TRY(ledger_head(c, c->store, subject_id, &head));
	return prefill_write(c, &head, p);
}

/* ---- what the account holds ---- */

static struct slice person_text(struct ctx *c, int64_t subject_id)
{
	return slice_of(arena_printf(c->arena, "%lld", (long long)subject_id));
}

static err own_permit(struct ctx *c, const struct facts *f, struct itemset items, bool masked,
		      struct permit **ret)
{
	struct gate_request q = {.action = GATE_READ,
				 .masked = masked,
				 .service = release_service(c->release, "my_information"),
				 .items = items,
				 .now_ms = c->now_ms};

	if (!q.service)
		FAIL(c, ERR_INTERNAL, "the release has no service my_information");
	q.purpose = q.service->purpose;
	return gate_decide(c, c->release, f, &q, ret);
}

err prefill_account(struct ctx *c, int64_t subject_id, const struct prefill *p, held_fn fn, void *arg)
{
	struct permit *collect = NULL, *read = NULL;
	const struct service *s = NULL;
	struct facts facts;
	struct head head;
	int64_t consent_id;

	TRY(service_for(c, "account", p->form, &s));
	TRY(authorise(c, subject_id, s, p, &facts, &head, &consent_id));
	TRY(typed_permit(c, &facts, GATE_COLLECT, s, NULL, s->items, &collect));
	TRY(own_permit(c, &facts, s->items, true, &read));
	TRY(vault_masked(c, read, &head, 0, fn, arg));
	return keep(c, p->form, "account", person_text(c, subject_id), consent_id);
}

static bool is_typed(const struct typed *typed, size_t count, const struct item *item)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(typed[i].item, item->key) == 0 && typed[i].value.n > 0)
			return true;
	return false;
}

static struct itemset left_open(const struct service *form, const struct service *from,
				const struct typed *typed, size_t count)
{
	struct itemset open = {0};

	for (size_t i = 0; i < form->field_count; i++) {
		const struct item *item = form->fields[i].item;
		if (!form->fields[i].sensed && itemset_has(&from->items, item->number) &&
		    !is_typed(typed, count, item))
			itemset_add(&open, item->number);
	}
	return open;
}

/* What is released replaces nothing that was typed: those items were left open. */
static void join(struct ctx *c, const struct released *values, const struct typed *typed, size_t count,
		 const struct typed **ret_typed, size_t *ret_count, struct itemset *ret_from)
{
	struct typed *all = ARENA_ARRAY(c->arena, struct typed, count + values->count + 1);
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		if (typed[i].value.n > 0)
			all[n++] = typed[i];
	for (size_t i = 0; i < values->count; i++) {
		const struct vault_value *v = &values->values[i];
		all[n++] = (struct typed){v->item->key, arena_slice(c->arena, v->value)};
		itemset_add(ret_from, v->item->number);
	}
	*ret_typed = all;
	*ret_count = n;
}

err prefill_take(struct ctx *c, int64_t subject_id, const struct service *s, const struct typed *typed,
		 size_t count, const struct typed **ret_typed, size_t *ret_count, struct itemset *ret_from)
{
	const struct service *from = prefill_service(c->release, "account");
	RELEASED_SCOPED values = {0};
	struct permit *read = NULL;
	struct prefilled found;
	struct facts facts;
	struct head head;

	*ret_typed = typed;
	*ret_count = count;
	*ret_from = (struct itemset){0};
	TRY(prefill_find(c, "realname", person_text(c, subject_id), &found));
	if (!from || !is_from(&found, "account"))
		return OK;
	struct itemset open = left_open(s, from, typed, count);
	if (itemset_empty(&open))
		return OK;
	TRY(facts_load(c, subject_id, &facts, &head));
	TRY(own_permit(c, &facts, open, false, &read));
	TRY(vault_release(c, read, &head, 0, "实名认证：按本人授权填入已登记的信息", &values));
	join(c, &values, typed, count, ret_typed, ret_count, ret_from);
	return OK;
}
