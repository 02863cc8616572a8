/* Comparing what was typed with a body allowed by law (TJ-1.1.1.d, TJ-1.1.5.d, NT-1.2.1.2.g). */
#include "base/json.h"
#include "connectors/connectors.h"
#include "identity/identity_store.h"
#include <jansson.h>

enum { REQUEST_MAX = 64 * 1024, ANSWER_MAX = 64 * 1024 };

struct entry share_entry(const struct permit *share)
{
	const struct recipient *to = permit_recipient(share);

	return (struct entry){.action = ENTRY_SHARE,
			      .service = permit_service(share)->key,
			      .purpose = permit_purpose(share)->key,
			      .recipient = to->key,
			      .items = *permit_items(share),
			      .basis = permit_basis(share),
			      .decision = "allowed",
			      .clause = permit_clause(share),
			      .policy = permit_version(share),
			      .ref_id = permit_consent_id(share)};
}

static void write_request(const struct itemset *items, const struct typed_values *f, struct buf *ret)
{
	struct json j = json_to(ret);

	json_open(&j, '{');
	for (size_t i = 0; i < f->count; i++) {
		if (itemset_has(items, f->values[i].item->number))
			json_put_slice(&j, f->values[i].item->key, f->values[i].value);
	}
	json_close(&j, '}');
}

static err mismatch(struct ctx *c, const json_t *answer, const struct recipient *to)
{
	const json_t *list = json_object_get(answer, "mismatch");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *key = json_string_value(json_array_get(list, i));
		const struct item *item = key ? release_item(c->release, key) : NULL;
		if (item) {
			err e = fail_field(c, item->key, "与登记信息不一致");
			(void)e.code;
		}
	}
	FAIL(c, ERR_CONFLICT, "身份核验未通过：所填信息与%s登记的信息不一致", to->name);
}

static void drop(json_t **j)
{
	json_decref(*j);
}

/* A minor whom the body does not verify under its own risk control goes without what needs the verified name,
 * and without nothing else (TJ-6.4). */
static err cautious(struct ctx *c, const struct permit *share)
{
	const char *clause = city_text(c->release, "minor.verify_clause");

	return refuse(
		c, "realname_required", clause ? clause : permit_service(share)->clause,
		"%s出于风险控制，没有通过未成年人的这次实名核验。须实名的服务暂时不能办理，其他服务不受影响；"
		"可以稍后再试，或者由监护人拨打服务热线咨询",
		permit_recipient(share)->name);
}

static bool is_cautious(const json_t *answer)
{
	const char *reason = json_string_value(json_object_get(answer, "reason"));

	return reason && strcmp(reason, "risk_control") == 0;
}

/* A body that checks identity may know of a minor what the number does not tell. */
static err read_answer(struct ctx *c, const struct permit *share, bool guarded, int status, struct slice body)
{
	const struct recipient *to = permit_recipient(share);
	__attribute__((cleanup(drop))) json_t *answer =
		json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL);
	const json_t *match = json_object_get(answer, "match");

	if (status != 200 || !json_is_boolean(match))
		FAIL(c, ERR_AUTHORITY, "%s返回的结果无法识别，请稍后再试", to->name);
	if (!json_is_true(match) && guarded && is_cautious(answer))
		return cautious(c, share);
	if (!json_is_true(match))
		return mismatch(c, answer, to);
	return json_is_true(json_object_get(answer, "minor")) && !guarded ? refuse_minor(c) : OK;
}

err compare_identity(struct ctx *c, struct permit *share, const struct typed_values *f, bool guarded,
		     const char **ret_sent)
{
	const struct recipient *to = permit_recipient(share);
	const char *sent = "not_sent";
	BUF_SCOPED request, answer;
	int status = 0;

	buf_init(&request, REQUEST_MAX);
	buf_init(&answer, ANSWER_MAX);
	*ret_sent = sent;
	if (!permit_take(share, c))
		FAIL(c, ERR_INTERNAL, "the permit was used before");
	write_request(permit_items(share), f, &request);
	err e = connector_post(c, to->key, "/verify", buf_slice(&request), NULL, &status, &answer, &sent);
	crypto_wipe(request.data, request.size);
	*ret_sent = sent;
	TRY(e);
	return read_answer(c, share, guarded, status, buf_slice(&answer));
}

struct slice typed_number(const struct typed_values *f)
{
	struct slice number = typed_get(f, "resident_id_number"), type = typed_get(f, "id_type");

	if (!number.p && (!type.p || slice_is(type, "resident_card")))
		number = typed_get(f, "id_number");
	return number;
}

err check_age(struct ctx *c, struct child caller, const struct typed_values *f, bool *ret_minor)
{
	struct slice number = typed_number(f);
	struct date birth;
	bool agreed = false;

	*ret_minor = false;
	if (!minors_birth(number, &birth) || c->now_ms >= of_age_at_ms(c, birth))
		return OK;
	TRY(guardian_agreed_for(c, caller, number, &agreed));
	if (!agreed)
		return refuse_minor(c);
	*ret_minor = true;
	return OK;
}
