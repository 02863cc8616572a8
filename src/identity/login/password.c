/* Changing and resetting the password. */
#include "identity/identity_store.h"
#include "identity/prefill.h"

enum { HOUR_MS = 3600 * 1000 };

static err prove_by_password(struct ctx *c, int64_t subject_id, struct slice current)
{
	const char *who = arena_printf(c->arena, "account|%lld", (long long)subject_id);
	bool right = false;

	TRY(guard_begin(c, who));
	TRY(password_check(c, subject_id, current, &right));
	if (!right)
		return fail_field(c, "current_password", "当前密码不正确");
	return guard_clear(c, who);
}

/* The code must have gone to the person's own number: it is looked up, not believed. */
static err prove_by_code(struct ctx *c, int64_t subject_id, struct slice code)
{
	struct slice phone;

	TRY(own_phone(c, subject_id, "重新设置密码", &phone));
	return sms_code_take(c, phone, "second_check", code);
}

static err not_the_name(struct ctx *c, struct slice username, struct slice password)
{
	if (username.n && slice_eq(username, password))
		return fail_field(c, "password", "密码不能与用户名相同");
	return OK;
}

err password_change(struct ctx *c, int64_t subject_id, struct slice password, struct slice current,
		    struct slice sms_code)
{
	struct sealed_password sealed;
	struct slice normal;

	TRY(item_read(c, "password", password, &normal));
	if (current.n)
		TRY(prove_by_password(c, subject_id, current));
	else if (sms_code.n)
		TRY(prove_by_code(c, subject_id, sms_code));
	else
		return fail_field(c, "current_password", "请填写当前密码或短信验证码");
	TRY(password_seal(c, subject_id, normal, &sealed));
	return password_replace(c, subject_id, &sealed, "修改密码，其他设备已退出登录");
}

/* The three items belong together or nothing changes (TJ-1.1.3.b); which of them is wrong is not told. */
err password_reset(struct ctx *c, struct slice username, struct slice phone, struct slice sms_code,
		   struct slice password, const char *address)
{
	struct slice name, number, digits, secret;
	struct sealed_password sealed;
	struct prefilled from;
	int64_t by_name = 0, by_phone = 0;

	TRY(item_read(c, "username", username, &name));
	TRY(item_read(c, "mobile_phone", phone, &number));
	TRY(item_read(c, "sms_code", sms_code, &digits));
	TRY(item_read(c, "password", password, &secret));
	TRY(not_the_name(c, name, secret));
	TRY(installation_agreed(c));
	TRY(throttle(c, "reset_address", slice_of(address), 60, HOUR_MS));
	TRY(account_lookup(c, "username", name, &by_name));
	TRY(account_lookup(c, "phone", number, &by_phone));
	bool right = !failed(sms_code_take(c, number, "reset", digits));
	failure_clear(c);
	int64_t subject_id = right && by_name && by_name == by_phone ? by_name : 0;
	TRY(password_seal(c, subject_id ? subject_id : 0, secret,
			  &sealed)); /* the same slow work for nobody */
	if (!subject_id)
		return fail_field(c, "sms_code", "用户名、手机号码和验证码不匹配");
	TRY(guard_clear(c, arena_printf(c->arena, "account|%lld", (long long)subject_id)));
	TRY(prefill_find(c, "reset", number, &from)); /* TJ-1.1.3.c */
	TRY(prefill_note(c, subject_id, &from));
	c->session_id = 0; /* every session ends */
	return password_replace(c, subject_id, &sealed, "通过短信验证码重置密码，所有设备已退出登录");
}
