/* Finding a person by the words that an officer has before them: a name with a number. */
#include "account/account.h"
#include "vault/vault.h"

static err found_by(struct ctx *c, const char *kind, const char *item, struct slice value,
		    int64_t *ret_subject_id)
{
	struct slice normal;

	if (!value.n)
		return OK;
	TRY(item_normal(c, release_item(c->release, item), value, &normal));
	return account_lookup(c, kind, normal, ret_subject_id);
}

static err nobody(struct ctx *c)
{
	FAIL(c, ERR_NOT_FOUND, "没有找到这样的用户，请核对姓名和证件号码，或者手机号码");
}

err account_named(struct ctx *c, const struct person_named *who, int64_t *ret_subject_id)
{
	struct slice real_name;
	bool same = false;
	int64_t subject_id = 0;

	TRY(item_normal(c, release_item(c->release, "real_name"), who->real_name, &real_name));
	if (!who->id_number.n && !who->mobile_phone.n)
		return fail_field(c, "id_number", "请填写证件号码或者手机号码");
	TRY(found_by(c, "id_number", "id_number", who->id_number, &subject_id));
	if (!subject_id)
		TRY(found_by(c, "phone", "mobile_phone", who->mobile_phone, &subject_id));
	if (!subject_id)
		return nobody(c);
	err e = vault_profile_is(c, subject_id, "real_name", real_name, &same);
	if (e.code == ERR_NOT_FOUND || (!failed(e) && !same)) {
		failure_clear(c);
		return nobody(c);
	}
	TRY(e);
	*ret_subject_id = subject_id;
	return OK;
}
