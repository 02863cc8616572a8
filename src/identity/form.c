/* Flat forms: exactly the items that the city asks for, in their normal form. */
#include "identity/identity_store.h"

static bool asked_for(const char *const *keys, size_t count, const char *item)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(keys[i], item) == 0)
			return true;
	}
	return false;
}

static const struct typed *find(const struct typed *typed, size_t count, const char *item)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(typed[i].item, item) == 0)
			return &typed[i];
	}
	return NULL;
}

static void note(struct ctx *c, const char *field, const char *message)
{
	err e = fail_field(c, field, message);
	(void)e.code; /* told together at the end */
}

static err read_one(struct ctx *c, const char *key, bool required, const struct typed *t,
		    struct typed_values *f)
{
	const struct item *item = release_item(c->release, key);
	struct slice normal;

	if (!item || f->count == FORM_ITEMS_MAX)
		FAIL(c, ERR_INTERNAL, "register.fields names an unknown item");
	if (!t || t->value.n == 0) {
		if (required)
			note(c, key, "必须填写");
		return OK;
	}
	if (failed(item_normal(c, item, t->value, &normal)))
		return OK; /* its field error is noted */
	f->values[f->count++] = (struct vault_value){item, normal, "typed", 0};
	itemset_add(&f->items, item->number);
	return OK;
}

/* The document's own rules: an id_number of a resident card is checked as one. */
static void check_document(struct ctx *c, const struct typed_values *f)
{
	struct slice type = typed_get(f, "id_type"), number = typed_get(f, "id_number");
	const struct item *resident = release_item(c->release, "resident_id_number");
	struct slice normal;

	if (!type.p || !number.p || !slice_is(type, "resident_card") || !resident)
		return;
	size_t before = c->failure.field_count;
	if (failed(item_normal(c, resident, number, &normal))) {
		c->failure.field_count = before;
		note(c, "id_number", "身份证号码不正确，请核对");
	}
}

static void check_expiry(struct ctx *c, const struct typed_values *f)
{
	struct slice expiry = typed_get(f, "id_expiry");
	struct date until;

	if (expiry.p && date_parse(expiry, &until) && date_compare(until, date_of(c->now_ms)) < 0)
		note(c, "id_expiry", "证件已过有效期，请先换领");
}

static void check_password(struct ctx *c, const struct typed_values *f)
{
	struct slice password = typed_get(f, "password"), username = typed_get(f, "username");

	if (password.p && username.p && slice_eq(password, username))
		note(c, "password", "密码不能与用户名相同");
}

err typed_read(struct ctx *c, const char *const *keys, size_t key_count, size_t required,
	       const struct typed *typed, size_t count, struct typed_values *ret)
{
	struct typed_values f = {0};

	for (size_t i = 0; i < count; i++) {
		if (!asked_for(keys, key_count, typed[i].item))
			note(c, typed[i].item, "没有要求提供这一项，请去掉");
	}
	for (size_t i = 0; i < key_count; i++)
		TRY(read_one(c, keys[i], i < required, find(typed, count, keys[i]), &f));
	check_document(c, &f);
	check_expiry(c, &f);
	check_password(c, &f);
	if (c->failure.field_count)
		FAIL(c, ERR_INVALID, "填写的内容有误，请按提示改正");
	*ret = f;
	return OK;
}

struct slice typed_get(const struct typed_values *f, const char *item)
{
	for (size_t i = 0; i < f->count; i++) {
		if (strcmp(f->values[i].item->key, item) == 0)
			return f->values[i].value;
	}
	return (struct slice){0};
}

void typed_origin(struct typed_values *f, const char *item, const char *origin)
{
	for (size_t i = 0; i < f->count; i++)
		if (strcmp(f->values[i].item->key, item) == 0)
			f->values[i].origin = origin;
}

static bool is_held(const struct item *item)
{
	return strcmp(item->key, "sms_code") != 0 && strcmp(item->key, "password") != 0;
}

static bool is_identity(const struct item *item)
{
	return strcmp(item->kind, "identity") == 0 || strcmp(item->kind, "property") == 0 ||
	       strcmp(item->key, "real_name") == 0 || strcmp(item->key, "bank_reserved_mobile") == 0;
}

size_t typed_part(const struct typed_values *f, bool identity, struct vault_value *ret,
		  struct itemset *ret_items)
{
	size_t n = 0;

	*ret_items = (struct itemset){0};
	for (size_t i = 0; i < f->count; i++) {
		const struct item *item = f->values[i].item;
		if (!is_held(item) || is_identity(item) != identity)
			continue;
		ret[n++] = f->values[i];
		itemset_add(ret_items, item->number);
	}
	return n;
}

err item_read(struct ctx *c, const char *item, struct slice value, struct slice *ret)
{
	const struct item *it = release_item(c->release, item);

	if (!it)
		FAIL(c, ERR_INTERNAL, "unknown item");
	if (!value.n)
		return fail_field(c, item, "必须填写");
	return item_normal(c, it, value, ret);
}

err typed_permit(struct ctx *c, const struct facts *f, enum gate_action action, const struct service *s,
		 const struct recipient *to, struct itemset items, struct permit **ret)
{
	struct gate_request q = {.action = action,
				 .service = s,
				 .purpose = s->purpose,
				 .recipient = to,
				 .items = items,
				 .now_ms = c->now_ms};

	return gate_decide(c, c->release, f, &q, ret);
}

err own_phone(struct ctx *c, int64_t subject_id, const char *why, struct slice *ret)
{
	const struct service *s = release_service(c->release, "my_information");
	const struct item *item = release_item(c->release, "mobile_phone");
	RELEASED_SCOPED values = {0};
	struct permit *permit = NULL;
	struct itemset items = {0};
	struct facts facts;
	struct head head;

	if (!s || !item)
		FAIL(c, ERR_INTERNAL, "the release has no service my_information");
	itemset_add(&items, item->number);
	TRY(facts_load(c, subject_id, &facts, &head));
	TRY(typed_permit(c, &facts, GATE_READ, s, NULL, items, &permit));
	TRY(vault_release(c, permit, &head, 0, why, &values));
	const struct vault_value *v = released_get(&values, "mobile_phone");
	if (!v)
		FAIL(c, ERR_CONFLICT, "尚未填写手机号码");
	*ret = arena_slice(c->arena, v->value);
	return OK;
}
