/* Proving again, within a session, that it is still the same person (NT-1.2.1.2.l, TJ-4.4.a). */
#include "identity/identity_store.h"

struct checked {
	int64_t subject_id, until_ms;
	bool binds; /* another proof than the one that opened the session: the device is the person's own */
};

static err checked_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct checked *k = arg;

	if (k->binds)
		TRY(own_device_bind_rows(c, tx, k->subject_id));
	return second_check_rows(c, tx, k->subject_id, c->session_id, k->until_ms);
}

static err pass(struct ctx *c, int64_t subject_id, const char *method, bool binds, int64_t *ret_until_ms)
{
	struct checked k = {subject_id, c->now_ms + SECOND_CHECK_MS, binds};
	struct entry entry = {.action = ENTRY_LOGIN,
			      .service = "account",
			      .basis = "own_request",
			      .decision = "allowed",
			      .note = method,
			      .ref_id = c->session_id};
	struct head head;

	TRY(ledger_head(c, c->store, subject_id, &head));
	TRY(ledger_write(c, &head, &entry, LEDGER_RAISE_EPOCH | LEDGER_ANY_EPOCH, checked_rows, &k, NULL));
	*ret_until_ms = k.until_ms;
	return OK;
}

static err note_failure(struct ctx *c, int64_t subject_id)
{
	struct entry entry = {.action = ENTRY_REFUSE,
			      .service = "account",
			      .basis = "own_request",
			      .decision = "second_check_required",
			      .clause = city_text(c->release, "gate.clause.second_check"),
			      .note = "二次验证未通过",
			      .ref_id = c->session_id};
	struct head head;

	TRY(ledger_head(c, c->store, subject_id, &head));
	return ledger_write(c, &head, &entry, LEDGER_ANY_EPOCH, NULL, NULL, NULL);
}

static err refused(struct ctx *c, const char *text)
{
	err e = refuse(c, "second_check_required", city_text(c->release, "gate.clause.second_check"), "%s",
		       text);
	refuse_next(c, "confirm_again", NULL);
	return e;
}

err second_check_password(struct ctx *c, int64_t subject_id, struct slice password, int64_t *ret_until_ms)
{
	const char *who = arena_printf(c->arena, "account|%lld", (long long)subject_id);
	bool right = false;

	TRY(guard_begin(c, who));
	TRY(password_check(c, subject_id, password, &right));
	if (!right) {
		TRY(note_failure(c, subject_id));
		return refused(c, "密码不正确，验证未通过");
	}
	struct own_device d;

	TRY(guard_clear(c, who));
	TRY(own_device_get(c, subject_id, NULL, &d));
	return pass(c, subject_id, "二次验证（密码）", strcmp(d.way, "sms") == 0, ret_until_ms);
}

err second_check_sms(struct ctx *c, int64_t subject_id, struct slice phone, struct slice code,
		     int64_t *ret_until_ms)
{
	struct slice number = {0}, digits;
	int64_t holder = 0;

	TRY(item_read(c, "sms_code", code, &digits));
	if (phone.n)
		TRY(item_read(c, "mobile_phone", phone, &number));
	else
		TRY(own_phone(c, subject_id, "二次验证（短信）", &number));
	TRY(account_lookup(c, "phone", number, &holder));
	if (failed(sms_code_take(c, number, "second_check", digits)) || holder != subject_id) {
		failure_clear(c);
		TRY(note_failure(c, subject_id));
		return refused(c, "验证码不正确或已失效，验证未通过");
	}
	return pass(c, subject_id, "二次验证（短信）", true, ret_until_ms);
}
