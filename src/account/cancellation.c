/* Cancellation: the page that must be shown, the end itself, and what finishes it. */
#include "account/account.h"
#include "account/account_store.h"
#include "base/id.h"
#include "base/json.h"
#include <stdio.h>

enum {
	PREVIEW_LIFE_MS = 30 * 60 * 1000,
	STAMP_BYTES = 8,
	MAC_BYTES = 24,
	HOOKS_MAX = 8,
	QUIET_MINUTES = 10, /* after a change of password, unless cancel.quiet_minutes says otherwise */
	DAY_MS = 24 * 3600 * 1000,
};

static const char *end_jobs[HOOKS_MAX];
static size_t end_job_count;

void account_on_end(const char *job_kind)
{
	if (end_job_count < HOOKS_MAX)
		end_jobs[end_job_count++] = job_kind;
}

/* ---- what ends and what the law keeps --------------------------------------------------------------------------------- */

enum { PLAN_MAX = 512 };

struct portion { /* the items of one record under one scope */
	const char *scope;
	int64_t record_id;
	struct itemset items;
	int64_t ends_at_ms;
};

struct plan {
	struct portion *portions;
	size_t portion_count;
	struct ending *ends, *keeps;
	size_t end_count, keep_count;
};

static err add_portion(struct ctx *c, const struct held *h, void *arg)
{
	struct plan *p = arg;
	struct portion *at = NULL;

	for (size_t i = 0; i < p->portion_count && !at; i++) {
		if (p->portions[i].record_id == h->record_id && strcmp(p->portions[i].scope, h->scope) == 0)
			at = &p->portions[i];
	}
	if (!at) {
		if (p->portion_count == PLAN_MAX)
			FAIL(c, ERR_TOO_LARGE, "资料过多，请联系人工办理");
		at = &p->portions[p->portion_count++];
		*at = (struct portion){.scope = arena_copy(c->arena, slice_of(h->scope)), .record_id = h->record_id};
	}
	itemset_add(&at->items, h->item->number);
	if (h->ends_at_ms > at->ends_at_ms)
		at->ends_at_ms = h->ends_at_ms;
	return OK;
}

/* The class under which the law keeps what a scope holds, where the city declares it: "service:payment" → payment, a case → the
 * record of how it was handled. */
static const struct retention *retention_of(struct ctx *c, const char *scope)
{
	const char *colon = strchr(scope, ':');

	if (!colon)
		return release_retention(c->release, scope);
	if (strncmp(scope, "service:", 8) == 0 || strncmp(scope, "retention:", 10) == 0)
		return release_retention(c->release, colon + 1);
	return strncmp(scope, "case:", 5) == 0 ? release_retention(c->release, "hotline_record") : NULL;
}

static const char *name_of(struct ctx *c, const char *scope)
{
	if (strcmp(scope, "account") == 0)
		return "账号信息";
	if (strcmp(scope, "identity") == 0)
		return "实名身份信息";
	if (strcmp(scope, "audit") == 0)
		return "个人信息处理记录";
	if (strncmp(scope, "case:", 5) == 0)
		return "办件资料";
	if (strncmp(scope, "service:", 8) == 0) {
		const struct category *category = release_category(c->release, scope + 8);
		if (category)
			return category->name;
	}
	return "其他资料";
}

static bool listed(const struct ending *list, size_t count, const char *scope)
{
	for (size_t i = 0; i < count; i++) {
		if (strcmp(list[i].scope, scope) == 0)
			return true;
	}
	return false;
}

static void add_end(struct ctx *c, struct plan *p, const char *scope)
{
	if (!listed(p->ends, p->end_count, scope))
		p->ends[p->end_count++] = (struct ending){scope, name_of(c, scope), NULL, 0};
}

static void add_keep(struct ctx *c, struct plan *p, const struct retention *r, int64_t until_ms)
{
	const char *scope = arena_printf(c->arena, "retention:%s", r->key);

	if (!listed(p->keeps, p->keep_count, scope))
		p->keeps[p->keep_count++] = (struct ending){scope, r->name, r->rule, until_ms};
}

static int64_t until_of(const struct ctx *c, const struct retention *r)
{
	return c->now_ms + (int64_t)r->days * DAY_MS;
}

/* The record of who used the data is kept where the law keeps it, else it ends with the rest. */
static const struct retention *audit_kept(const struct ctx *c)
{
	return release_retention(c->release, "processing_record");
}

static void plan_portion(struct ctx *c, struct plan *p, const struct portion *at)
{
	const struct retention *kept = retention_of(c, at->scope);

	if (strncmp(at->scope, "retention:", 10) == 0) {
		if (kept)
			add_keep(c, p, kept, at->ends_at_ms);
		return;
	}
	add_end(c, p, at->scope);
	if (kept)
		add_keep(c, p, kept, until_of(c, kept));
}

static err make_plan(struct ctx *c, int64_t subject_id, struct plan *p)
{
	*p = (struct plan){.portions = ARENA_ARRAY(c->arena, struct portion, PLAN_MAX),
			   .ends = ARENA_ARRAY(c->arena, struct ending, PLAN_MAX + 3),
			   .keeps = ARENA_ARRAY(c->arena, struct ending, PLAN_MAX + 1)};
	TRY(vault_held(c, subject_id, add_portion, p));
	add_end(c, p, "account");
	add_end(c, p, "identity");
	for (size_t i = 0; i < p->portion_count; i++)
		plan_portion(c, p, &p->portions[i]);
	if (audit_kept(c))
		add_keep(c, p, audit_kept(c), until_of(c, audit_kept(c)));
	else
		add_end(c, p, "audit");
	return OK;
}

/* ---- the preview: its token is the proof that the page was shown (TJ-4.3.e) ------------------------------------------------ */

static void preview_mac(struct ctx *c, int64_t subject_id, const char *scope, int64_t at_ms,
			uint8_t ret[static HASH_SIZE])
{
	const char *text = arena_printf(c->arena, "%lld|%lld|%s|%lld", (long long)subject_id, (long long)c->session_id,
					scope, (long long)at_ms);

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
	return crypto_equal(mac, bytes + STAMP_BYTES, MAC_BYTES) && c->now_ms - (int64_t)at <= PREVIEW_LIFE_MS;
}

static err check_scope(struct ctx *c, const char *scope)
{
	if (!scope || !city_list_has(c->release, "cancel.scopes", scope))
		return fail_field(c, "scope", "请选择一种注销方式");
	return OK;
}

err cancellation_preview(struct ctx *c, int64_t subject_id, const char *scope, struct cancellation *ret)
{
	struct plan p;

	TRY(check_scope(c, scope));
	TRY(make_plan(c, subject_id, &p));
	*ret = (struct cancellation){.scope = scope, .ends = p.ends, .end_count = p.end_count, .keeps = p.keeps,
				     .keep_count = p.keep_count};
	preview_token(c, subject_id, scope, ret->token);
	return OK;
}

/* ---- the checks before (cancel.checks) ----------------------------------------------------------------------------------------- */

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

/* ---- the end --------------------------------------------------------------------------------------------------------------------- */

struct beginning {
	int64_t subject_id, certificate_id;
	const char *scope;
	int64_t audit_until_ms; /* 0: ended with the rest */
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
	if (b->audit_until_ms)
		TRY(job_add(c, tx, "audit_end", b->subject_id, 0, b->audit_until_ms, NULL));
	return job_add(c, tx, "cancellation_finish", b->subject_id, b->certificate_id, c->now_ms + 60 * 1000, NULL);
}

static const char *const identifier_items[][2] = {
	{"username", "username"}, {"mobile_phone", "phone"}, {"id_number", "id_number"},
};

/* Ends the keys by which the person was found, so that yesterday's backup cannot find the person either. */
static err end_identifiers(struct ctx *c, const struct released *values)
{
	for (size_t i = 0; i < sizeof(identifier_items) / sizeof(identifier_items[0]); i++) {
		const struct vault_value *v = released_get(values, identifier_items[i][0]);
		if (v)
			TRY(keys_blind_end(c, c->keys, identifier_items[i][1], v->value));
	}
	return OK;
}

static err release_identifiers(struct ctx *c, const struct facts *f, struct head *h, struct released *ret)
{
	const struct service *s = release_service(c->release, "my_information");
	struct permit *permit = NULL;

	if (!s)
		FAIL(c, ERR_INTERNAL, "the release has no service my_information");
	struct gate_request q = {.action = GATE_READ, .service = s, .purpose = s->purpose, .now_ms = c->now_ms};
	for (size_t i = 0; i < sizeof(identifier_items) / sizeof(identifier_items[0]); i++) {
		const struct item *item = release_item(c->release, identifier_items[i][0]);
		if (item && (itemset_has(&s->items, item->number) || itemset_has(&s->reads, item->number)))
			itemset_add(&q.items, item->number);
	}
	TRY(gate_decide(c, c->release, f, &q, &permit));
	return vault_release(c, permit, h, 0, "注销账号：终止登录标识", ret);
}

static err keep_by_law(struct ctx *c, int64_t subject_id, const struct plan *p)
{
	for (size_t i = 0; i < p->portion_count; i++) {
		const struct portion *at = &p->portions[i];
		const struct retention *kept = retention_of(c, at->scope);
		if (kept && strncmp(at->scope, "retention:", 10) != 0)
			TRY(vault_reseal(c, subject_id, at->record_id, &at->items,
					 arena_printf(c->arena, "retention:%s", kept->key), kept->rule,
					 until_of(c, kept)));
	}
	return OK;
}

static err end_scopes(struct ctx *c, int64_t subject_id, const struct plan *p)
{
	const char **scopes = ARENA_ARRAY(c->arena, const char *, p->end_count);

	for (size_t i = 0; i < p->end_count; i++)
		scopes[i] = p->ends[i].scope;
	return vault_end(c, subject_id, scopes, p->end_count);
}

static err finish_rows(struct ctx *c, struct tx *tx, void *arg)
{
	int64_t subject_id = *(int64_t *)arg;
	struct identifier_row rows[IDENTIFIERS_MAX];
	size_t count = 0;

	TRY(account_db_identifiers(c, tx, subject_id, rows, &count));
	TRY(account_db_forget(c, tx, subject_id, rows, count));
	TRY(account_db_sessions_end(c, tx, subject_id, 0));
	for (size_t i = 0; i < end_job_count; i++)
		TRY(job_add(c, tx, end_jobs[i], subject_id, 0, c->now_ms, NULL));
	return account_db_end_finish(c, tx, subject_id);
}

err account_finish_end(struct ctx *c, int64_t subject_id)
{
	return store_write(c, c->store, finish_rows, &subject_id);
}

/* ---- the certificate: signed is the document without its last three members ------------------------------------------------------- */

static void write_endings(struct json *j, const char *member, const struct ending *list, size_t count)
{
	json_key(j, member);
	json_open(j, '[');
	for (size_t i = 0; i < count; i++) {
		json_open(j, '{');
		json_put_text(j, "scope", list[i].scope);
		json_put_text(j, "name", list[i].name);
		if (list[i].rule) {
			json_put_text(j, "rule", list[i].rule);
			json_put_time(j, "until", list[i].until_ms);
		}
		json_close(j, '}');
	}
	json_close(j, ']');
}

static err sign_certificate(struct ctx *c, struct buf *ret)
{
	uint8_t public_key[SIGN_PUBLIC_SIZE], secret_key[SIGN_SECRET_SIZE], signature[SIGNATURE_SIZE], hash[HASH_SIZE];
	char text[128];

	TRY(keys_ledger_signer(c, c->keys, public_key, secret_key));
	sign(secret_key, buf_slice(ret), signature);
	crypto_wipe(secret_key, sizeof(secret_key));
	hash_sha256(buf_slice(ret), hash);
	ret->size--; /* the closing brace */
	hex_encode(hash, sizeof(hash), text);
	buf_printf(ret, ",\"hash\":\"%s\"", text);
	base64_encode(signature, sizeof(signature), text);
	buf_printf(ret, ",\"signature\":\"%s\"", text);
	base64_encode(public_key, sizeof(public_key), text);
	buf_printf(ret, ",\"public_key\":\"%s\"}", text);
	return OK;
}

static err write_certificate(struct ctx *c, const struct beginning *b, const struct plan *p, struct buf *ret)
{
	struct json j = json_to(ret);

	json_open(&j, '{');
	json_put_id(&j, "certificate_id", b->certificate_id);
	json_put_text(&j, "scope", b->scope);
	json_put_time(&j, "ended_at", c->now_ms);
	write_endings(&j, "ended", p->ends, p->end_count);
	write_endings(&j, "kept", p->keeps, p->keep_count);
	json_put_time(&j, "backups_until", c->now_ms + city_int(c->release, "retention.backup_days", 30) * DAY_MS);
	json_close(&j, '}');
	return sign_certificate(c, ret);
}

/* Order: decide and stop everything in one transaction; end the keys; then the rows. A crash after the first is finished by the job. */
err cancellation_run(struct ctx *c, int64_t subject_id, const char *scope, struct slice token,
		     struct buf *ret_certificate)
{
	struct beginning b = {.subject_id = subject_id, .certificate_id = id_new(c->now_ms), .scope = scope};
	struct entry entry = {.action = ENTRY_DELETE, .service = "account", .basis = "own_request",
			      .decision = "allowed", .note = scope, .ref_id = b.certificate_id};
	RELEASED_SCOPED identifiers = {0};
	struct facts f;
	struct head h;
	struct plan p;

	TRY(check_scope(c, scope));
	if (!preview_was_shown(c, subject_id, scope, token))
		return fail_field(c, "preview_token", "请先阅读注销说明");
	TRY(facts_load(c, subject_id, &f, &h));
	TRY(check_identity(c, &f));
	TRY(check_security_state(c, subject_id));
	TRY(make_plan(c, subject_id, &p));
	if (audit_kept(c))
		b.audit_until_ms = until_of(c, audit_kept(c));

	TRY(release_identifiers(c, &f, &h, &identifiers));
	TRY(ledger_write(c, &h, &entry, LEDGER_RAISE_EPOCH, begin_rows, &b, NULL));
	TRY(end_identifiers(c, &identifiers));
	TRY(keep_by_law(c, subject_id, &p));
	TRY(end_scopes(c, subject_id, &p));
	TRY(account_finish_end(c, subject_id));
	return write_certificate(c, &b, &p, ret_certificate);
}

/* ---- after a restore: the account ended after the backup was made ------------------------------------------------------------------ */

static err restored_rows(struct ctx *c, struct tx *tx, void *arg)
{
	int64_t subject_id = *(int64_t *)arg, changed = 0;

	TRY(account_db_end_begin(c, tx, subject_id, false, &changed));
	if (changed == 0)
		TRY(account_db_end_begin(c, tx, subject_id, true, &changed));
	if (changed == 0)
		return OK;
	TRY(facts_end_rows(c, tx, subject_id));
	TRY(account_db_sessions_end(c, tx, subject_id, 0));
	if (audit_kept(c))
		TRY(job_add(c, tx, "audit_end", subject_id, 0, until_of(c, audit_kept(c)), NULL));
	return job_add(c, tx, "cancellation_finish", subject_id, 0, c->now_ms, NULL);
}

err account_restored_ended(struct ctx *c, int64_t subject_id)
{
	return store_write(c, c->store, restored_rows, &subject_id);
}

/* ---- jobs ------------------------------------------------------------------------------------------------------------------------------ */

/* Finishes what a crash interrupted; nothing is left to do when it was not. */
static err job_finish(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	const char *state;
	struct plan p;

	(void)ret_again_at_ms;
	TRY(account_db_state(c, j->subject_id, &state));
	if (strcmp(state, "ending") != 0)
		return OK;
	TRY(make_plan(c, j->subject_id, &p));
	TRY(keep_by_law(c, j->subject_id, &p));
	TRY(end_scopes(c, j->subject_id, &p));
	return account_finish_end(c, j->subject_id);
}

static err job_audit_end(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	const char *const scopes[] = {"audit"};

	(void)ret_again_at_ms;
	return vault_end(c, j->subject_id, scopes, 1);
}

/* A registration that never finished leaves nothing (DESIGN 6). */
static err job_registration_sweep(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	(void)ret_again_at_ms;
	return account_abandon(c, j->subject_id);
}

const struct job_kind account_job_kinds[3] = {
	{"registration_sweep", job_registration_sweep},
	{"cancellation_finish", job_finish},
	{"audit_end", job_audit_end},
};
