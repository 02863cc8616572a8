/* One-time codes: bound to number, purpose and installation; stored as keyed hashes (TJ-1.1.1.f). */
#include "crypto/crypto.h"
#include "identity/identity_store.h"
#include "notify/notify.h"
#include <stdio.h>

enum { HOUR_MS = 3600 * 1000, CODE_SIZE = 7 };

static const struct {
	const char *purpose, *text;
} purposes[] = {
	{"register", "注册"},	      {"login", "登录"}, {"bind", "绑定手机号码"}, {"reset", "重置密码"},
	{"second_check", "身份验证"},
};

static const char *purpose_text(const char *purpose)
{
	for (size_t i = 0; i < sizeof(purposes) / sizeof(purposes[0]); i++) {
		if (strcmp(purposes[i].purpose, purpose) == 0)
			return purposes[i].text;
	}
	return NULL;
}

/* Codes are sent only for what the city offers. */
static bool is_offered(const struct ctx *c, const char *purpose)
{
	if (strcmp(purpose, "register") == 0)
		return city_list_has(c->release, "register.fields", "sms_code");
	if (strcmp(purpose, "login") == 0)
		return city_list_has(c->release, "login.methods", "sms");
	return true;
}

static void hash_row(struct ctx *c, struct slice phone, const char *purpose, struct slice code,
		     struct sms_code_row *ret)
{
	const char *bound = arena_printf(c->arena, "%lld|%s|%.*s|%.*s", (long long)c->installation_id,
					 purpose, (int)phone.n, phone.p, (int)code.n, code.p);

	/* a row for each installation: nobody uses up another's tries, or replaces the code */
	const char *row =
		arena_printf(c->arena, "%lld|%.*s", (long long)c->installation_id, (int)phone.n, phone.p);

	ret->purpose = purpose;
	keys_hash(c->keys, "sms_phone", slice_of(row), ret->phone_hash);
	keys_hash(c->keys, "sms_code", slice_of(bound), ret->code_hash);
}

static void make_code(char ret[static CODE_SIZE])
{
	uint32_t n;

	do {
		crypto_random(&n, sizeof(n));
	} while (n >= 4294000000u); /* the largest multiple of a million that fits: no value is likelier */
	snprintf(ret, CODE_SIZE, "%06u", n % 1000000u);
}

static err check_limits(struct ctx *c, struct slice phone, const char *address)
{
	const char *installation = arena_printf(c->arena, "%lld", (long long)c->installation_id);

	TRY(throttle(c, "sms_address", slice_of(address), city_int(c->release, "sms.per_address_hour", 300),
		     HOUR_MS));
	TRY(throttle(c, "sms_installation", slice_of(installation),
		     city_int(c->release, "sms.per_installation_hour", 20), HOUR_MS));
	return throttle(c, "sms_phone", phone, city_int(c->release, "sms.per_phone_hour", 10), HOUR_MS);
}

/* The service of the release that hands numbers to the gateway. */
static const struct service *sending_service(const struct release *r, const struct recipient *gateway)
{
	for (unsigned i = 0; gateway && i < release_service_count(r); i++) {
		const struct service *s = release_service_at(r, i);
		if (s->recipient == gateway)
			return s;
	}
	return NULL;
}

/* Handing a number to the gateway is a share like any other. subject_id 0: decided on what the installation
 * agreed to. */
err sms_share_entry(struct ctx *c, int64_t subject_id, struct entry *ret_entry, struct head *ret_head)
{
	const struct recipient *gateway = release_recipient(c->release, "sms");
	const struct service *s = sending_service(c->release, gateway);
	const struct item *phone = release_item(c->release, "mobile_phone");
	struct permit *permit = NULL;
	struct itemset items = {0};
	struct facts facts;
	struct head head;

	if (!s || !phone)
		return refuse(c, "not_declared", city_text(c->release, "gate.clause.share"),
			      "未声明短信发送服务");
	itemset_add(&items, phone->number);
	TRY(facts_load(c, 0, &facts, &head));
	TRY(typed_permit(c, &facts, GATE_SHARE, s, gateway, items, &permit));
	*ret_entry = (struct entry){.action = ENTRY_SHARE,
				    .service = s->key,
				    .purpose = s->purpose->key,
				    .recipient = gateway->key,
				    .items = items,
				    .basis = permit_basis(permit),
				    .decision = "allowed",
				    .clause = permit_clause(permit)};
	if (subject_id)
		TRY(ledger_head(c, c->store, subject_id, ret_head));
	return OK;
}

err sms_draft_rows(struct ctx *c, struct tx *tx, void *draft)
{
	return sms_rows(c, tx, draft);
}

struct sending {
	struct sms_code_row row;
	struct sms_draft draft;
	bool real; /* false: nobody to send to; the same row is written with a code that nobody knows */
	bool too_soon;
};

static err send_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct sending *s = arg;
	int64_t changed = 0;

	TRY(identity_db_code_put(c, tx, &s->row, &changed));
	s->too_soon = changed == 0;
	if (s->too_soon)
		FAIL(c, ERR_LIMIT, "验证码发送过于频繁，请稍后再试");
	return s->real ? sms_rows(c, tx, &s->draft) : OK;
}

/* Whom the code is for: registering and binding, whoever holds the number; else only the person who has it.
 */
static err addressee(struct ctx *c, int64_t subject_id, struct slice phone, const char *purpose,
		     bool *ret_real, int64_t *ret_about)
{
	bool open = strcmp(purpose, "register") == 0 || strcmp(purpose, "bind") == 0;
	int64_t holder = 0;

	TRY(account_lookup(c, "phone", phone, &holder));
	*ret_about = open ? subject_id : holder;
	if (open)
		*ret_real = true;
	else if (strcmp(purpose, "second_check") == 0)
		*ret_real = holder != 0 && holder == subject_id;
	else
		*ret_real = holder != 0;
	if (!*ret_real)
		*ret_about = 0;
	return OK;
}

static err prepare(struct ctx *c, struct slice phone, const char *purpose, struct sending *s)
{
	char code[CODE_SIZE];

	make_code(code);
	hash_row(c, phone, purpose, slice_of(code), &s->row);
	s->row.expires_at_ms = c->now_ms + SMS_CODE_LIFE_MS;
	const char *text = arena_printf(c->arena, "【%s】验证码%s，用于%s，5分钟内有效。请勿告知他人。",
					city_text(c->release, "name"), code, purpose_text(purpose));
	err e = sms_prepare(c, phone, slice_of(text), s->row.expires_at_ms, &s->draft);
	if (!s->real)
		crypto_random(s->row.code_hash, HASH_SIZE);
	crypto_wipe(code, sizeof(code));
	return e;
}

err sms_code_send(struct ctx *c, int64_t subject_id, struct slice phone, const char *purpose,
		  const char *address)
{
	struct sending s = {0};
	struct entry entry;
	struct head head = {0};
	struct slice normal;
	int64_t about = 0;

	if (!purpose_text(purpose) || !is_offered(c, purpose))
		return fail_field(c, "purpose", "不提供这种验证码");
	TRY(item_read(c, "mobile_phone", phone, &normal));
	/* TJ-0.2.b; who is new agrees to the version in force */
	TRY(strcmp(purpose, "register") == 0 ? installation_accepted(c) : installation_agreed(c));
	TRY(check_limits(c, normal, address));
	TRY(addressee(c, subject_id, normal, purpose, &s.real, &about));
	TRY(sms_share_entry(c, about, &entry, &head));
	TRY(prepare(c, normal, purpose, &s));
	err e = about ? ledger_write(c, &head, &entry, LEDGER_ANY_EPOCH, send_rows, &s, NULL)
		      : store_write(c, c->store, send_rows, &s);
	if (s.too_soon)
		c->failure.retry_after_s = SMS_RESEND_MS / 1000;
	return e;
}

err sms_code_take(struct ctx *c, struct slice phone, const char *purpose, struct slice code)
{
	struct sms_code_row row;
	bool right = false;

	hash_row(c, phone, purpose, code, &row);
	TRY(identity_db_code_take(c, &row, &right));
	if (!right)
		return fail_field(c, "sms_code", "验证码不正确或已失效，请重新获取");
	return OK;
}
