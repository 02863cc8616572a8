/* Finding and making people. */
#include "account/account.h"
#include "account/account_store.h"
#include "base/id.h"

err account_lookup(struct ctx *c, const char *kind, struct slice normal, int64_t *ret_subject_id)
{
	uint8_t blind[HASH_SIZE];
	int64_t subject_id = 0;

	err e = keys_blind(c, c->keys, kind, normal, false, blind);
	if (e.code == ERR_NOT_FOUND) {
		failure_clear(c);
		crypto_random(blind, sizeof(blind)); /* the same search, for nobody */
	} else if (failed(e)) {
		return e;
	}
	TRY(account_db_find(c, kind, blind, &subject_id));
	*ret_subject_id = subject_id;
	return OK;
}

static err taken(struct ctx *c, const char *kind)
{
	static const struct {
		const char *kind, *field, *message;
	} texts[] = {
		{"username", "username", "这个用户名已被使用，请换一个"},
		{"phone", "mobile_phone", "该手机号码已注册，请直接登录"},
		{"id_number", "id_number", "该证件号码已注册，请直接登录"},
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (strcmp(kind, texts[i].kind) == 0) {
			err e = fail_field(c, texts[i].field, texts[i].message);
			(void)e.code;
			FAIL(c, ERR_CONFLICT, "%s", texts[i].message);
		}
	}
	FAIL(c, ERR_CONFLICT, "已被使用");
}

/* ---- reserving
 * ------------------------------------------------------------------------------------------------------ */

struct opening {
	int64_t subject_id;
	const struct identifier *identifiers;
	size_t count;
	bool new_person, minor;
	const char *taken; /* kind that someone else holds */
};

static err reserve_rows(struct ctx *c, struct tx *tx, struct opening *o)
{
	int64_t changed = 0;

	o->taken = NULL;
	for (size_t i = 0; i < o->count; i++) {
		TRY(account_db_reserve(c, tx, o->subject_id, &o->identifiers[i], &changed));
		if (changed == 0) {
			o->taken = o->identifiers[i].kind;
			FAIL(c, ERR_CONFLICT, "taken");
		}
	}
	return OK;
}

static err open_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct opening *o = arg;

	TRY(reserve_rows(c, tx, o));
	if (!o->new_person)
		return OK;
	TRY(ledger_person_new(c, tx, o->subject_id));
	TRY(facts_person_new(c, tx, o->subject_id, o->minor));
	TRY(account_db_insert(c, tx, o->subject_id));
	for (size_t i = 0; i < o->count; i++)
		TRY(account_db_note(c, tx, o->subject_id, &o->identifiers[i]));
	TRY(consent_adopt(c, tx, c->installation_id, o->subject_id));
	return job_add(c, tx, "registration_sweep", o->subject_id, 0, c->now_ms + RESERVATION_MS, NULL);
}

static err make_blinds(struct ctx *c, struct identifier *identifiers, size_t count)
{
	for (size_t i = 0; i < count; i++)
		TRY(keys_blind(c, c->keys, identifiers[i].kind, identifiers[i].normal, true,
			       identifiers[i].blind));
	return OK;
}

/* A cancellation may have ended the identifier's key between hashing and reserving: what was reserved then
 * could never be found again. */
static err check_blinds(struct ctx *c, const struct identifier *identifiers, size_t count)
{
	uint8_t now[HASH_SIZE];

	for (size_t i = 0; i < count; i++) {
		TRY(keys_blind(c, c->keys, identifiers[i].kind, identifiers[i].normal, true, now));
		if (!crypto_equal(now, identifiers[i].blind, HASH_SIZE))
			FAIL(c, ERR_CONFLICT, "请重新提交");
	}
	return OK;
}

static err reserve(struct ctx *c, struct identifier *identifiers, struct opening *o)
{
	TRY(make_blinds(c, identifiers, o->count));
	err e = store_write(c, c->store, open_rows, o);
	if (e.code == ERR_CONFLICT && o->taken)
		return taken(c, o->taken);
	TRY(e);
	return check_blinds(c, identifiers, o->count);
}

err account_open(struct ctx *c, struct identifier *identifiers, size_t count, bool minor,
		 int64_t *ret_subject_id)
{
	struct opening o = {.subject_id = id_new(c->now_ms),
			    .identifiers = identifiers,
			    .count = count,
			    .new_person = true,
			    .minor = minor};

	TRY(reserve(c, identifiers, &o));
	*ret_subject_id = o.subject_id;
	return OK;
}

err identifier_reserve(struct ctx *c, int64_t subject_id, struct identifier *id)
{
	struct opening o = {.subject_id = subject_id, .identifiers = id, .count = 1};

	return reserve(c, id, &o);
}

/* ---- confirming
 * ------------------------------------------------------------------------------------------------------ */

err account_confirm_rows(struct ctx *c, struct tx *tx, void *confirmation)
{
	const struct confirmation *k = confirmation;
	struct facts_change change = {k->subject_id, k->realname_level, k->phone_bound ? 1 : -1, -1};

	for (size_t i = 0; i < k->count; i++)
		TRY(account_db_confirm(c, tx, k->subject_id, &k->identifiers[i]));
	if (k->password)
		TRY(account_db_credential_add(c, tx, k->subject_id, k->password));
	TRY(account_db_activate(c, tx, k->subject_id));
	return facts_change_rows(c, tx, &change);
}

/* ---- giving up
 * -------------------------------------------------------------------------------------------------------- */

err identifier_unreserve(struct ctx *c, int64_t subject_id, const struct identifier *id)
{
	return account_db_unreserve(c, subject_id, id);
}

static err abandon_rows(struct ctx *c, struct tx *tx, void *arg)
{
	int64_t changed = 0;

	return account_db_end_begin(c, tx, *(int64_t *)arg, true, &changed);
}

err account_abandon(struct ctx *c, int64_t subject_id)
{
	static const char *const scopes[] = {"account", "identity", "audit"};
	const char *state;

	TRY(account_db_state(c, subject_id, &state));
	if (strcmp(state, "active") == 0 || strcmp(state, "cancelled") == 0)
		return OK;
	if (strcmp(state, "pending") == 0)
		TRY(store_write(c, c->store, abandon_rows, &subject_id));
	TRY(vault_end(c, subject_id, scopes, sizeof(scopes) / sizeof(scopes[0])));
	return account_finish_end(c, subject_id);
}

/* ---- everybody
 * -------------------------------------------------------------------------------------------------------- */

struct walk {
	int64_t *ids;
	size_t count;
};

static err walk_row(struct ctx *c, const struct row *row, void *arg)
{
	struct walk *w = arg;

	(void)c;
	w->ids[w->count++] = row_int(row, 0);
	return OK;
}

err account_walk(struct ctx *c, int64_t after, int limit, int64_t *ret_ids, size_t *ret_count)
{
	struct walk w = {.ids = ret_ids};

	TRY(store_rows(c, c->store, Q_ACCOUNT_WALK, PARAMS(P_INT(after), P_INT(limit)), walk_row, &w));
	*ret_count = w.count;
	return OK;
}
