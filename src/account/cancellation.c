/* Cancellation: the page that must be shown, and the end itself. */
#include "account/account.h"
#include "account/account_store.h"
#include "account/certificate.h"
#include "account/devices.h"
#include "account/ending_identifiers.h"
#include "base/id.h"
#include "policy/better.h"

enum {
	PREVIEW_LIFE_MS = 30 * 60 * 1000,
	STAMP_BYTES = 8,
	MAC_BYTES = 24,
	QUIET_MINUTES = 10, /* after a change of password, unless cancel.quiet_minutes says otherwise */
};

/* ---- the preview: its token is the proof that the page was shown (TJ-4.3.e)
 * ------------------------------------------------ */

static void preview_mac(struct ctx *c, int64_t subject_id, const char *scope, int64_t at_ms,
			uint8_t ret[static HASH_SIZE])
{
	const char *text = arena_printf(c->arena, "%lld|%lld|%s|%lld", (long long)subject_id,
					(long long)c->session_id, scope, (long long)at_ms);

	keys_hash(c->keys, "cancellation", slice_of(text), ret);
}

static void preview_token(struct ctx *c, int64_t subject_id, const char *scope, char ret[static TOKEN_SIZE])
{
	uint8_t bytes[STAMP_BYTES + MAC_BYTES], mac[HASH_SIZE];

	for (int i = 0; i < STAMP_BYTES; i++)
		bytes[i] = (uint8_t)((uint64_t)c->now_ms >> (56 - 8 * i));
	preview_mac(c, subject_id, scope, c->now_ms, mac);
	memcpy(bytes + STAMP_BYTES, mac, MAC_BYTES);
	base64url_encode(bytes, sizeof(bytes), ret);
}

static bool preview_was_shown(struct ctx *c, int64_t subject_id, const char *scope, struct slice token)
{
	uint8_t bytes[TOKEN_SIZE], mac[HASH_SIZE];
	size_t n = 0;
	uint64_t at = 0;

	if (token.n >= TOKEN_SIZE || !base64url_decode(token, bytes, &n) || n != STAMP_BYTES + MAC_BYTES)
		return false;
	for (int i = 0; i < STAMP_BYTES; i++)
		at = at << 8 | bytes[i];
	preview_mac(c, subject_id, scope, (int64_t)at, mac);
	return crypto_equal(mac, bytes + STAMP_BYTES, MAC_BYTES) &&
	       c->now_ms - (int64_t)at <= PREVIEW_LIFE_MS;
}

/* A way to cancel that a revision took away stays open to those who have not agreed to it (TJ-7.1.b). */
static err check_scope(struct ctx *c, int64_t subject_id, const char *scope)
{
	struct facts f;
	struct head h;
	size_t n = 0;

	TRY(facts_load(c, subject_id, &f, &h));
	const char *const *scopes = better_offers(c, c->release, f.accepted_release, "cancel.scopes", &n);
	for (size_t i = 0; scope && i < n; i++)
		if (strcmp(scopes[i], scope) == 0)
			return OK;
	return fail_field(c, "scope", "请选择一种注销方式");
}

err cancellation_preview(struct ctx *c, int64_t subject_id, const char *scope, struct cancellation *ret)
{
	struct plan p;

	TRY(check_scope(c, subject_id, scope));
	TRY(plan_make(c, subject_id, &p));
	*ret = (struct cancellation){.scope = scope,
				     .ends = p.ends,
				     .end_count = p.end_count,
				     .keeps = p.keeps,
				     .keep_count = p.keep_count};
	preview_token(c, subject_id, scope, ret->token);
	return OK;
}

/* ---- the checks before (cancel.checks)
 * ----------------------------------------------------------------------------------------- */

static err check_identity(struct ctx *c, const struct facts *f)
{
	if (f->second_check_until_ms > c->now_ms)
		return OK;
	err e = refuse(c, "second_check_required", city_text(c->release, "gate.clause.second_check"),
		       "注销前请再次验证本人身份");
	refuse_next(c, "confirm_again", NULL);
	return e;
}

/* A password that was just changed may have been changed by someone else (TJ-4.3.c). */
static err check_security_state(struct ctx *c, int64_t subject_id)
{
	int64_t quiet_ms = city_int(c->release, "cancel.quiet_minutes", QUIET_MINUTES) * 60 * 1000;
	struct password_state state;

	if (!city_list_has(c->release, "cancel.checks", "security_state"))
		return OK;
	TRY(password_state_get(c, subject_id, &state));
	if (state.changed_at_ms && c->now_ms < state.changed_at_ms + quiet_ms)
		FAIL(c, ERR_CONFLICT, "刚刚修改过密码，为保护账号安全，请稍后再注销");
	return OK;
}

/* From a device that nothing beyond a login ties to the account, a second proof by the own number is asked,
 * which binds it (TJ-4.3.d). */
static err check_device(struct ctx *c, int64_t subject_id)
{
	struct own_device d;

	if (!city_list_has(c->release, "cancel.checks", "device"))
		return OK;
	TRY(own_device_get(c, subject_id, NULL, &d));
	if (d.bound || !d.any)
		return OK;
	err e = refuse(c, "second_check_required", city_text(c->release, "cancel.device_clause"),
		       "这台设备尚未与您的账号绑定，注销前请用短信验证码再次验证");
	refuse_next(c, "confirm_again", "\"way\":\"sms\"");
	return e;
}

/* ---- the end
 * ---------------------------------------------------------------------------------------------------------------------
 */

struct beginning {
	int64_t subject_id, certificate_id;
	const char *scope;
	int64_t audit_until_ms; /* now: ended with the rest */
	const struct plan *plan;
	struct slice identifiers; /* by which the person is found, sealed (ending_identifiers.h) */
};

static err begin_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct beginning *b = arg;
	int64_t changed = 0;

	TRY(account_db_end_begin(c, tx, b->subject_id, false, &changed));
	if (changed == 0)
		FAIL(c, ERR_GONE, "账号已注销");
	TRY(facts_end_rows(c, tx, b->subject_id));
	TRY(account_db_sessions_end(c, tx, b->subject_id, 0));
	TRY(account_db_cancellation(c, tx, b->subject_id, b->certificate_id, b->scope));
	TRY(account_db_ending_put(c, tx, b->subject_id, b->identifiers));
	TRY(job_add(c, tx, "audit_end", b->subject_id, 0, b->audit_until_ms, NULL));
	int64_t last_ms = 0;
	for (size_t i = 0; i < b->plan->keep_count; i++) {
		int64_t until_ms = b->plan->keeps[i].until_ms;
		last_ms = until_ms > last_ms ? until_ms : last_ms;
		TRY(job_add(c, tx, "retention_end", b->subject_id, 0, until_ms, NULL));
	}
	if (last_ms)
		TRY(account_db_ended_put(c, tx, b->subject_id, b->certificate_id, last_ms));
	return job_add(c, tx, "cancellation_finish", b->subject_id, b->certificate_id, c->now_ms + 60 * 1000,
		       NULL);
}

struct end_order {
	int64_t subject_id;
	const char *scope;
	const struct facts *facts;
	struct head *head;
	struct entry *entry;
};

/* Order: decide and stop everything in one transaction; end the keys; then the rows. A crash after the first
 * is finished by the job. */
static err end_now(struct ctx *c, const struct end_order *o, struct buf *ret_certificate)
{
	struct beginning b = {
		.subject_id = o->subject_id, .certificate_id = id_new(c->now_ms), .scope = o->scope};
	struct plan p;

	o->entry->ref_id = b.certificate_id;
	TRY(plan_make(c, o->subject_id, &p));
	b.plan = &p;
	b.audit_until_ms = audit_kept(c) ? retention_until_ms(c, p.accepted, audit_kept(c)) : c->now_ms;

	TRY(ending_identifiers_find(c, o->facts, o->head, &b.identifiers));
	TRY(ledger_write(c, o->head, o->entry, LEDGER_RAISE_EPOCH, begin_rows, &b, NULL));
	TRY(ending_identifiers_end(c, o->subject_id));
	/* again, now that nothing can be collected any more: a case may have been filed since the first plan
	 */
	TRY(plan_make(c, o->subject_id, &p));
	TRY(plan_carry_out(c, o->subject_id, &p));
	TRY(account_finish_end(c, o->subject_id));
	return certificate_write(c, b.certificate_id, o->scope, &p, ret_certificate);
}

err cancellation_run(struct ctx *c, int64_t subject_id, const char *scope, struct slice token,
		     struct buf *ret_certificate)
{
	struct entry entry = {
		.action = ENTRY_DELETE,
		.service = "account",
		.basis = "own_request",
		.decision = "allowed",
		.note = scope ? city_text(c->release, arena_printf(c->arena, "cancel.names.%s", scope))
			      : NULL};
	struct facts f;
	struct head h;

	TRY(check_scope(c, subject_id, scope));
	if (!preview_was_shown(c, subject_id, scope, token))
		return fail_field(c, "preview_token", "请先阅读注销说明");
	TRY(facts_load(c, subject_id, &f, &h));
	TRY(check_identity(c, &f));
	TRY(check_security_state(c, subject_id));
	TRY(check_device(c, subject_id));
	return end_now(c, &(struct end_order){subject_id, scope, &f, &h, &entry}, ret_certificate);
}

err account_end_by_rule(struct ctx *c, int64_t subject_id, const char *clause, const char *note,
			struct buf *ret_certificate)
{
	struct entry entry = {.action = ENTRY_DELETE,
			      .service = "account",
			      .basis = arena_printf(c->arena, "rule:%s", clause),
			      .decision = "allowed",
			      .clause = clause,
			      .note = note};
	size_t count = 0;
	const char *const *scopes = city_list(c->release, "cancel.scopes", &count);
	struct facts f;
	struct head h;

	if (count == 0)
		FAIL(c, ERR_INTERNAL, "the release has no cancel.scopes");
	TRY(facts_load(c, subject_id, &f, &h));
	f.second_check_until_ms =
		c->now_ms + 1; /* whoever ordered it was checked; the numbers leave nothing here */
	return end_now(c, &(struct end_order){subject_id, scopes[0], &f, &h, &entry}, ret_certificate);
}
