/* Registration: what the city demands, agreed to beforehand, checked, and kept by one winner (TJ-1.1.1.a,
 * NT-1.1.a). */
#include "identity/identity_store.h"
#include "identity/prefill.h"

enum { HOUR_MS = 3600 * 1000, PER_ADDRESS = 300 };

struct registration {
	const struct service *service;
	const struct recipient *authority; /* NULL: nothing is compared */
	struct typed_values form;
	struct permit *share;
	const char *sent;
	struct identifier identifiers[IDENTIFIERS_MAX];
	size_t identifier_count;
	int64_t subject_id;
	struct prefilled phone; /* where the number came from */
	bool minor;		/* whose guardian agreed */
};

static struct itemset both(const struct itemset *a, const struct itemset *b)
{
	struct itemset common = *a;

	for (size_t i = 0; i < sizeof(common.bit) / sizeof(common.bit[0]); i++)
		common.bit[i] &= b->bit[i];
	return common;
}

static err account_service(struct ctx *c, const struct service **ret)
{
	*ret = release_service(c->release, "account");
	if (!*ret)
		FAIL(c, ERR_INTERNAL, "the release has no service account");
	return OK;
}

/* Decided on what the installation agreed to: there is no person yet. */
static err ask_gate(struct ctx *c, struct registration *r)
{
	struct permit *collect = NULL;
	struct facts facts;
	struct head head;

	TRY(facts_load(c, 0, &facts, &head));
	facts.minor = facts.guardian_agreed = r->minor;
	TRY(typed_permit(c, &facts, GATE_COLLECT, r->service, NULL, r->form.items, &collect));
	if (!city_flag(c->release, "register.verify"))
		return OK;
	r->authority = release_recipient(c->release, city_text(c->release, "register.authority"));
	return typed_permit(c, &facts, GATE_SHARE, r->service, r->authority,
			    both(&r->form.items, &r->service->shared), &r->share);
}

static bool has_code(const struct registration *r)
{
	return typed_get(&r->form, "sms_code").p != NULL;
}

/* By what the person will be found. A number that no code has confirmed finds nobody. */
static void collect_identifiers(const struct ctx *c, struct registration *r)
{
	static const struct {
		const char *item, *kind, *login_name;
	} kinds[] = {{"username", "username", "username"},
		     {"mobile_phone", "phone", "mobile_phone"},
		     {"id_number", "id_number", "resident_id_number"}};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct slice value = typed_get(&r->form, kinds[i].item);
		if (!value.p || !city_list_has(c->release, "login.names", kinds[i].login_name))
			continue;
		if (strcmp(kinds[i].kind, "phone") == 0 && !has_code(r))
			continue;
		r->identifiers[r->identifier_count++] =
			(struct identifier){.kind = kinds[i].kind, .normal = value};
	}
}

/* ---- keeping
 * ----------------------------------------------------------------------------------------------------------
 */

/* The person's list begins with what was agreed to before there was a person. */
static err write_agreed(struct ctx *c, struct head *h)
{
	struct entry entry = {.action = ENTRY_CONSENT,
			      .service = "account",
			      .basis = "acceptance",
			      .decision = "allowed",
			      .clause = city_text(c->release, "gate.clause.accept"),
			      .note = arena_printf(c->arena,
						   "注册前在本设备上同意隐私政策 %s 和注册所需的单独同意",
						   release_version(c->release))};

	return ledger_write(c, h, &entry, 0, NULL, NULL, NULL);
}

static err write_share(struct ctx *c, struct registration *r, struct head *h)
{
	struct entry entry;

	if (!r->share)
		return OK;
	entry = share_entry(r->share);
	entry.note = "注册时核验身份";
	TRY(ledger_write(c, h, &entry, 0, NULL, NULL, NULL));
	entry.action = ENTRY_SENT;
	entry.decision = r->sent;
	return ledger_write(c, h, &entry, 0, NULL, NULL, NULL);
}

static err collect_part(struct ctx *c, struct registration *r, const struct facts *f, struct head *h,
			bool identity, tx_fn also, void *arg)
{
	struct vault_value values[FORM_ITEMS_MAX];
	struct permit *permit = NULL;
	struct itemset items;
	size_t n = typed_part(&r->form, identity, values, &items);

	if (n == 0)
		return OK;
	TRY(typed_permit(c, f, GATE_COLLECT, r->service, NULL, items, &permit));
	return vault_collect(c, permit, h, 0, identity ? "identity" : "account", values, n, also, arg);
}

/* The guardian agreed for the installation before there was a person: now the guardian's row is this child's,
 * and the child's list says whose agreement it began with (TJ-6.2.a). */
static err adopt_guardian(struct ctx *c, struct registration *r, struct facts *f, struct head *h)
{
	struct ward w;
	struct guardian_adoption a = {.ward = &w, .subject_id = r->subject_id};
	struct entry entry = {.action = ENTRY_CONSENT,
			      .service = "guardian_consent",
			      .basis = "guardian",
			      .decision = "allowed",
			      .clause = city_text(c->release, "gate.clause.guardian")};
	struct date birth;

	TRY(ward_of_child(c, (struct child){c->installation_id, false}, &w));
	if (!minors_birth(typed_number(&r->form), &birth))
		FAIL(c, ERR_INTERNAL, "a minor without a date of birth");
	TRY(guardian_seal_birth(c, r->subject_id, birth, &a.birth));
	entry.ref_id = w.id;
	entry.note = arena_printf(c->arena, "注册前监护人（%s）已阅读隐私政策 %s 并同意，监护关系已核实",
				  w.details.relation ? w.details.relation : "监护人", w.version);
	TRY(ledger_write(c, h, &entry, LEDGER_RAISE_EPOCH, minors_adopt_rows, &a, NULL));
	return facts_load(c, r->subject_id, f, h);
}

static err keep(struct ctx *c, struct registration *r)
{
	static const char *const scopes[] = {"account", "identity", "audit"};
	struct slice password = typed_get(&r->form, "password");
	struct confirmation confirmation = {
		.subject_id = r->subject_id,
		.identifiers = r->identifiers,
		.count = r->identifier_count,
		.phone_bound = has_code(r),
		.realname_level = r->share ? (int)city_int(c->release, "realname.level.number", 1) : -1};
	uint8_t made[3][KEY_SIZE];
	struct sealed_password sealed;
	struct facts facts;
	struct head head;

	TRY(keys_make_many(c, c->keys, r->subject_id, scopes, 3, made)); /* one wait for the disk */
	crypto_wipe(made, sizeof(made));
	if (password.p) {
		TRY(password_seal(c, r->subject_id, password, &sealed));
		confirmation.password = &sealed;
	}
	TRY(facts_load(c, r->subject_id, &facts, &head));
	TRY(write_agreed(c, &head));
	if (r->minor)
		TRY(adopt_guardian(c, r, &facts, &head));
	TRY(write_share(c, r, &head));
	TRY(prefill_write(c, &head, &r->phone));
	TRY(collect_part(c, r, &facts, &head, true, NULL, NULL));
	return collect_part(c, r, &facts, &head, false, account_confirm_rows, &confirmation);
}

/* A document that does not fit the register and one that has an account are answered alike: whoever tries out
 * other people's documents learns nothing. What a number that a code has confirmed may hear is another
 * matter. */
static err not_admitted(struct ctx *c, err e, bool opening)
{
	static const char *const message = "与登记信息不一致，或者已经注册过";
	struct failure *f = &c->failure;
	const char *first = f->field_count ? f->fields[0].field : "";

	if (e.code != ERR_CONFLICT || (opening && strcmp(first, "id_number") != 0))
		return e;
	f->field_count = 0; /* which field differs would tell as well */
	(void)fail_field(c, "id_number", message);
	FAIL(c, ERR_CONFLICT,
	     "未能完成注册：所填身份信息与人口登记不一致，或者该证件已经注册过。请核对后重试；注册过的，请直"
	     "接登录或找回密码");
}

err register_person(struct ctx *c, const struct typed *typed, size_t count, const char *address,
		    int64_t *ret_subject_id)
{
	struct registration r = {0};
	size_t key_count = 0;
	const char *const *keys = city_list(c->release, "register.fields", &key_count);

	TRY(installation_accepted(c));
	TRY(throttle(c, "register_address", slice_of(address),
		     city_int(c->release, "register.per_address_hour", PER_ADDRESS), HOUR_MS));
	TRY(account_service(c, &r.service));
	TRY(typed_read(c, keys, key_count, key_count, typed, count, &r.form));
	TRY(prefill_find(c, "register", typed_get(&r.form, "mobile_phone"), &r.phone));
	typed_origin(&r.form, "mobile_phone", r.phone.origin);
	TRY(check_age(c, (struct child){c->installation_id, false}, &r.form, &r.minor));
	TRY(ask_gate(c, &r));
	if (has_code(&r))
		TRY(sms_code_take(c, typed_get(&r.form, "mobile_phone"), "register",
				  typed_get(&r.form, "sms_code")));
	if (r.share)
		TRY(not_admitted(c, compare_identity(c, r.share, &r.form, r.minor, &r.sent), false));
	collect_identifiers(c, &r);
	TRY(not_admitted(c, account_open(c, r.identifiers, r.identifier_count, r.minor, &r.subject_id),
			 true));
	err e = keep(c, &r);
	if (failed(e)) {
		struct failure failure = c->failure;
		err undone = account_abandon(c, r.subject_id); /* else the sweep does it */
		(void)undone.code;
		c->failure = failure;
		return e;
	}
	*ret_subject_id = r.subject_id;
	return OK;
}

/* ---- the following step
 * --------------------------------------------------------------------------------------------------- */

static err credentials_keep(struct ctx *c, const struct service *s, int64_t subject_id,
			    struct identifier *name, struct slice password)
{
	const struct item *item = release_item(c->release, "username");
	struct vault_value value = {item, name->normal, "typed", 0};
	struct confirmation confirmation = {
		.subject_id = subject_id, .identifiers = name, .count = 1, .realname_level = -1};
	struct sealed_password sealed;
	struct itemset items = {0};
	struct permit *permit = NULL;
	struct facts facts;
	struct head head;

	TRY(password_seal(c, subject_id, password, &sealed));
	confirmation.password = &sealed;
	itemset_add(&items, item->number);
	TRY(facts_load(c, subject_id, &facts, &head));
	TRY(typed_permit(c, &facts, GATE_COLLECT, s, NULL, items, &permit));
	err e = vault_collect(c, permit, &head, 0, "account", &value, 1, account_confirm_rows, &confirmation);
	if (e.code == ERR_CONFLICT)
		FAIL(c, ERR_CONFLICT, "用户名和密码已经设置");
	return e;
}

err credentials_set(struct ctx *c, int64_t subject_id, struct slice username, struct slice password)
{
	struct identifier name = {.kind = "username"};
	struct password_state state;
	const struct service *s;
	struct slice secret;

	TRY(account_service(c, &s));
	TRY(item_read(c, "username", username, &name.normal));
	TRY(item_read(c, "password", password, &secret));
	if (slice_eq(name.normal, secret))
		return fail_field(c, "password", "密码不能与用户名相同");
	TRY(password_state_get(c, subject_id, &state));
	if (state.set || !city_list_has(c->release, "register.follow", "username"))
		FAIL(c, ERR_CONFLICT, "用户名和密码已经设置");
	TRY(identifier_reserve(c, subject_id, &name));
	err e = credentials_keep(c, s, subject_id, &name, secret);
	if (failed(e)) {
		struct failure failure = c->failure;
		err undone = identifier_unreserve(c, subject_id, &name);
		(void)undone.code;
		c->failure = failure;
	}
	return e;
}

err register_next(struct ctx *c, int64_t subject_id, const char **ret_action)
{
	struct password_state state;
	struct facts facts;
	struct head head;

	TRY(facts_load(c, subject_id, &facts, &head));
	TRY(password_state_get(c, subject_id, &state));
	*ret_action = NULL;
	if (!state.set && city_list_has(c->release, "register.follow", "username"))
		*ret_action = "set_credentials";
	else if (!facts.phone_bound && city_list_has(c->release, "register.follow", "sms_code"))
		*ret_action = "bind_phone";
	return OK;
}
