/* Acceptance of the policy, and taking over what an installation agreed to. */
#include "base/id.h"
#include "consent/consent_store.h"
#include "policy/better.h"
#include "vault/keys.h"

/* ---- the reading token: when the text was fetched, by whom, which version; nothing is stored for it
 * -------------------- */

enum {
	STAMP_BYTES = 8,
	MAC_BYTES = 24,
	READING_BYTES = STAMP_BYTES + MAC_BYTES,
	READING_LIFE_MS = 24 * 3600 * 1000
};

static void reading_mac(struct ctx *c, const struct release *r, int64_t read_at_ms,
			uint8_t ret[static HASH_SIZE])
{
	const char *text = arena_printf(c->arena, "%lld|%s|%s|%lld", (long long)c->installation_id,
					release_version(r), release_hash(r), (long long)read_at_ms);

	keys_hash(c->keys, "reading", slice_of(text), ret);
}

err acceptance_reading_token(struct ctx *c, const struct release *r, char ret[static TOKEN_SIZE])
{
	uint8_t bytes[READING_BYTES], mac[HASH_SIZE];

	for (int i = 0; i < STAMP_BYTES; i++)
		bytes[i] = (uint8_t)((uint64_t)c->now_ms >> (56 - 8 * i));
	reading_mac(c, r, c->now_ms, mac);
	memcpy(bytes + STAMP_BYTES, mac, MAC_BYTES);
	base64url_encode(bytes, sizeof(bytes), ret);
	return OK;
}

static bool reading_time(struct ctx *c, const struct release *r, struct slice token, int64_t *ret_read_at_ms)
{
	uint8_t bytes[TOKEN_SIZE], mac[HASH_SIZE];
	size_t n = 0;
	uint64_t at = 0;

	if (token.n >= TOKEN_SIZE || !base64url_decode(token, bytes, &n) || n != READING_BYTES)
		return false;
	for (int i = 0; i < STAMP_BYTES; i++)
		at = at << 8 | bytes[i];
	reading_mac(c, r, (int64_t)at, mac);
	if (!crypto_equal(mac, bytes + STAMP_BYTES, MAC_BYTES))
		return false;
	*ret_read_at_ms = (int64_t)at;
	return true;
}

/* Where the city demands reading, the press counts only after the text was open long enough (NT-0.4.b). */
static err check_reading(struct ctx *c, const struct release *r, struct slice token, int64_t *ret_read_at_ms)
{
	int64_t at = 0, least_ms = city_int(r, "policy.reading_min_seconds", 0) * 1000;

	*ret_read_at_ms = c->now_ms;
	if (!city_flag(r, "policy.reading"))
		return OK;
	if (!token.n || !reading_time(c, r, token, &at) || c->now_ms - at > READING_LIFE_MS ||
	    c->now_ms < at + least_ms) {
		err e = refuse(c, "consent_required", city_text(c->release, "gate.clause.accept"),
			       "请先完整阅读隐私政策，再选择是否同意");
		refuse_next(c, "read_policy", NULL);
		return e;
	}
	*ret_read_at_ms = at;
	return OK;
}

/* ---- giving
 * -------------------------------------------------------------------------------------------------------------
 */

struct giving {
	struct owner owner;
	struct acceptance_row row;
	const char *before, *after; /* of the entry's note, around the version */
};

static err give_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct giving *g = arg;

	return consent_db_acceptance_add(c, tx, g->owner, &g->row);
}

static err give_person(struct ctx *c, struct giving *g)
{
	struct head head;
	struct entry entry = {.action = ENTRY_CONSENT,
			      .basis = "acceptance",
			      .decision = "allowed",
			      .note = arena_printf(c->arena, "%s %s%s", g->before, g->row.version, g->after),
			      .ref_id = g->row.id};

	TRY(ledger_head(c, c->store, g->owner.subject_id, &head));
	return ledger_write(c, &head, &entry, LEDGER_RAISE_EPOCH | LEDGER_ANY_EPOCH, give_rows, g, NULL);
}

static struct giving giving_of(const struct ctx *c, const struct release *r, const char *kind)
{
	return (struct giving){{0, c->installation_id},
			       {.id = id_new(c->now_ms),
				.version = release_version(r),
				.release_hash = release_hash(r),
				.kind = kind,
				.at_ms = c->now_ms,
				.release_number = release_number(r)},
			       NULL,
			       NULL};
}

err acceptance_give(struct ctx *c, int64_t subject_id, const struct release *r, struct slice reading_token)
{
	struct giving g = giving_of(c, r, "express");

	g.before = release_has_agreement(r) ? "同意隐私政策和用户服务协议" : "同意隐私政策";
	g.after = "：收集、使用、存储、对外提供";
	TRY(check_reading(c, r, reading_token, &g.row.read_at_ms));
	if (c->installation_id)
		TRY(store_write(c, c->store, give_rows, &g));
	if (!subject_id)
		return OK;
	g.owner.subject_id = subject_id;
	return give_person(c, &g);
}

err acceptance_continue(struct ctx *c, int64_t subject_id, int64_t shown_at_ms)
{
	struct giving g = giving_of(c, c->release, "continued");
	struct list held;

	TRY(consent_db_acceptances(c, NULL, (struct owner){subject_id, 0}, &held));
	const struct acceptance_row *rows = held.rows;
	bool stands = held.count == 0;
	for (size_t i = 0; i < held.count; i++) {
		if (rows[i].whole && rows[i].release_number >= g.row.release_number)
			return OK; /* that, or more, is said already */
		stands |= !rows[i].withdrawn_at_ms;
	}
	if (!stands)
		return OK; /* who took it back agrees by a press only (TJ-4.2.1.d) */
	g.owner.subject_id = subject_id;
	g.row.read_at_ms = shown_at_ms;
	g.before = release_has_agreement(c->release) ? "通知后继续使用，视为接受隐私政策和用户服务协议"
						     : "通知后继续使用，视为接受隐私政策";
	g.after = "：不含敏感信息、对外提供和系统权限";
	return give_person(c, &g);
}

err acceptance_list(struct ctx *c, int64_t subject_id, acceptance_fn fn, void *arg)
{
	struct list list;

	TRY(consent_db_acceptances(c, NULL, (struct owner){subject_id, c->installation_id}, &list));
	const struct acceptance_row *rows = list.rows;
	for (size_t i = 0; i < list.count; i++) {
		struct acceptance a = {.id = rows[i].id,
				       .at_ms = rows[i].at_ms,
				       .withdrawn_at_ms = rows[i].withdrawn_at_ms,
				       .version = rows[i].version,
				       .kind = rows[i].kind,
				       .release_hash = rows[i].release_hash,
				       .release_number = rows[i].release_number};
		TRY(fn(c, &a, arg));
	}
	return OK;
}

static bool accepted(const struct ctx *c, const struct list *list)
{
	const struct acceptance_row *rows = list->rows;

	for (size_t i = 0; i < list->count; i++) {
		if (rows[i].whole && !rows[i].withdrawn_at_ms &&
		    rows[i].release_number == release_number(c->release))
			return true;
	}
	return false;
}

static bool accepted_before(const struct ctx *c, const struct list *list)
{
	const struct acceptance_row *rows = list->rows;

	for (size_t i = 0; i < list->count; i++)
		if (rows[i].whole &&
		    better_still_serves(c->release, (unsigned)rows[i].release_number, "account"))
			return true;
	return false;
}

static err check_accepted(struct ctx *c, bool earlier)
{
	struct list list;

	TRY(consent_db_acceptances(c, NULL, (struct owner){0, c->installation_id}, &list));
	if (accepted(c, &list) || (earlier && accepted_before(c, &list)))
		return OK;
	err e = refuse(c, "consent_required", city_text(c->release, "gate.clause.accept"),
		       "请先阅读并同意隐私政策");
	refuse_next(c, "accept_policy",
		    arena_printf(c->arena, "\"policy_version\":\"%s\"", release_version(c->release)));
	return e;
}

err installation_accepted(struct ctx *c)
{
	return check_accepted(c, false);
}

err installation_agreed(struct ctx *c)
{
	return check_accepted(c, true);
}

/* ---- taking over
 * ------------------------------------------------------------------------------------------------------------
 */

struct adoption {
	int64_t installation_id, subject_id;
	bool consents_too;
	struct list acceptances, consents, held;
};

/* True when the person has it already, or took one back after it was given. */
static bool passed_over(const struct list *held, const struct acceptance_row *a)
{
	const struct acceptance_row *rows = held->rows;

	for (size_t i = 0; i < held->count; i++) {
		if (rows[i].withdrawn_at_ms >= a->at_ms)
			return true;
		if (!rows[i].withdrawn_at_ms && rows[i].release_number == a->release_number &&
		    strcmp(rows[i].kind, "express") == 0)
			return true;
	}
	return false;
}

static bool to_adopt(const struct adoption *a, const struct acceptance_row *row)
{
	return row->whole && !row->withdrawn_at_ms && !passed_over(&a->held, row);
}

static err adoption_load(struct ctx *c, struct tx *tx, struct adoption *a)
{
	struct owner installation = {0, a->installation_id}, person = {a->subject_id, 0};

	TRY(consent_db_acceptances(c, tx, installation, &a->acceptances));
	TRY(consent_db_acceptances(c, tx, person, &a->held));
	return a->consents_too ? consent_db_consents(c, tx, installation, true, &a->consents) : OK;
}

static err adopt_consents(struct ctx *c, struct tx *tx, const struct adoption *a)
{
	const struct consent_row *consents = a->consents.rows;

	for (size_t i = 0; i < a->consents.count; i++) {
		if (!consents[i].withdrawn_at_ms)
			TRY(consent_db_consent_add(c, tx, (struct owner){a->subject_id, a->installation_id},
						   &consents[i]));
	}
	return consent_db_consents_moved(c, tx, a->installation_id);
}

static err adopt_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct adoption *a = arg;

	TRY(adoption_load(c, tx, a));
	const struct acceptance_row *accepted_rows = a->acceptances.rows;
	for (size_t i = 0; i < a->acceptances.count; i++) {
		struct acceptance_row row = accepted_rows[i];
		row.id = id_new(c->now_ms);
		if (to_adopt(a, &accepted_rows[i]))
			TRY(consent_db_acceptance_add(
				c, tx, (struct owner){a->subject_id, a->installation_id}, &row));
	}
	return a->consents_too ? adopt_consents(c, tx, a) : OK;
}

err consent_adopt(struct ctx *c, struct tx *tx, int64_t installation_id, int64_t subject_id)
{
	struct adoption a = {
		.installation_id = installation_id, .subject_id = subject_id, .consents_too = true};

	return adopt_rows(c, tx, &a);
}

err acceptance_adopt(struct ctx *c, int64_t installation_id, int64_t subject_id)
{
	struct adoption a = {.installation_id = installation_id, .subject_id = subject_id};
	struct entry entry = {.action = ENTRY_CONSENT,
			      .basis = "acceptance",
			      .decision = "allowed",
			      .note = "在本设备上对隐私政策的同意归入本人账号"};
	struct head head;
	bool any = false;

	TRY(adoption_load(c, NULL, &a));
	const struct acceptance_row *rows = a.acceptances.rows;
	for (size_t i = 0; i < a.acceptances.count; i++)
		any |= to_adopt(&a, &rows[i]);
	if (!any)
		return OK;
	TRY(ledger_head(c, c->store, subject_id, &head));
	return ledger_write(c, &head, &entry, LEDGER_RAISE_EPOCH | LEDGER_ANY_EPOCH, adopt_rows, &a, NULL);
}
