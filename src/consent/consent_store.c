/* The only place that uses the queries of consent.sql. */
#include "consent/consent_store.h"
#include "base/id.h"
#include "consent/sdk_calls.h"

static void *list_add(struct ctx *c, struct list *l, size_t size)
{
	if (l->count == l->capacity) {
		size_t capacity = l->capacity ? l->capacity * 2 : 8;
		void *rows = arena_alloc(c->arena, capacity * size);
		if (l->count)
			memcpy(rows, l->rows, l->count * size);
		l->rows = rows;
		l->capacity = capacity;
	}
	return (char *)l->rows + size * l->count++;
}

/* Within a transaction, or as a read of its own. */
static err rows(struct ctx *c, struct tx *tx, enum query q, const struct param *params, size_t count,
		row_fn fn, void *arg)
{
	return tx ? tx_rows(c, tx, q, params, count, fn, arg)
		  : store_rows(c, c->store, q, params, count, fn, arg);
}

/* ---- installations
 * ------------------------------------------------------------------------------------------------- */

err consent_db_installation_add(struct ctx *c, int64_t id, const uint8_t hash[static HASH_SIZE],
				const char *platform)
{
	return store_exec(c, c->store, Q_INSTALLATION_INSERT,
			  PARAMS(P_INT(id), P_BLOB(hash, HASH_SIZE), P_STR(platform), P_INT(c->now_ms)),
			  NULL);
}

struct installation_found {
	uint8_t *hash;
	const char **platform;
};

static err installation_row(struct ctx *c, const struct row *r, void *arg)
{
	struct installation_found *f = arg;
	struct slice hash = row_blob(r, 0);

	if (hash.n == HASH_SIZE)
		memcpy(f->hash, hash.p, HASH_SIZE);
	*f->platform = row_copy(c, r, 1);
	return OK;
}

err consent_db_installation_get(struct ctx *c, int64_t id, uint8_t ret_hash[static HASH_SIZE],
				const char **ret_platform)
{
	struct installation_found f = {ret_hash, ret_platform};

	memset(ret_hash, 0, HASH_SIZE);
	return store_rows(c, c->store, Q_INSTALLATION_GET, PARAMS(P_INT(id)), installation_row, &f);
}

/* ---- acceptances
 * ----------------------------------------------------------------------------------------------------- */

static err installation_acceptance_row(struct ctx *c, const struct row *r, void *arg)
{
	struct acceptance_row *a = list_add(c, arg, sizeof(*a));

	*a = (struct acceptance_row){.version = row_copy(c, r, 0),
				     .release_number = row_int(r, 1),
				     .release_hash = row_copy(c, r, 2),
				     .read_at_ms = row_int(r, 3),
				     .at_ms = row_int(r, 4),
				     .kind = "express",
				     .whole = row_int(r, 5) == 4,
				     .withdrawn_at_ms = row_int(r, 6)};
	return OK;
}

static err person_acceptance_row(struct ctx *c, const struct row *r, void *arg)
{
	struct acceptance_row *a = list_add(c, arg, sizeof(*a));

	*a = (struct acceptance_row){.id = row_int(r, 0),
				     .version = row_copy(c, r, 1),
				     .release_number = row_int(r, 2),
				     .release_hash = row_copy(c, r, 3),
				     .kind = row_copy(c, r, 4),
				     .at_ms = row_int(r, 5),
				     .whole = row_int(r, 6) == 4,
				     .withdrawn_at_ms = row_int(r, 7)};
	return OK;
}

err consent_db_acceptances(struct ctx *c, struct tx *tx, struct owner o, struct list *ret)
{
	*ret = (struct list){0};
	if (o.subject_id)
		return rows(c, tx, Q_ACCEPTANCE_ALL, PARAMS(P_INT(o.subject_id)), person_acceptance_row, ret);
	return rows(c, tx, Q_INSTALLATION_ACCEPTANCE_LIST, PARAMS(P_INT(o.installation_id)),
		    installation_acceptance_row, ret);
}

err consent_db_acceptance_add(struct ctx *c, struct tx *tx, struct owner o, const struct acceptance_row *a)
{
	if (o.subject_id)
		return tx_exec(c, tx, Q_ACCEPTANCE_INSERT,
			       PARAMS(P_INT(o.subject_id), P_INT(a->id), P_STR(a->version),
				      P_INT(a->release_number), P_STR(a->release_hash), P_STR(a->kind),
				      P_INT(o.installation_id), P_INT(a->read_at_ms), P_INT(a->at_ms)),
			       NULL);
	return tx_exec(c, tx, Q_INSTALLATION_ACCEPT,
		       PARAMS(P_INT(o.installation_id), P_STR(a->version), P_INT(a->release_number),
			      P_STR(a->release_hash), P_INT(a->read_at_ms), P_INT(a->at_ms)),
		       NULL);
}

/* ---- consents
 * ----------------------------------------------------------------------------------------------------------
 */

static struct consent_row *add_consent(struct ctx *c, const struct row *r, struct list *l)
{
	struct consent_row *k = list_add(c, l, sizeof(*k));

	*k = (struct consent_row){.id = row_int(r, 0),
				  .service = row_copy(c, r, 1),
				  .recipient = row_copy(c, r, 2),
				  .items = row_copy(c, r, 3),
				  .text_hash = row_copy(c, r, 4),
				  .version = row_copy(c, r, 5),
				  .given_at_ms = row_int(r, 6),
				  .withdrawn_at_ms = row_int(r, 7),
				  .terms = row_copy(c, r, 8)};
	return k;
}

static err installation_consent_row(struct ctx *c, const struct row *r, void *arg)
{
	(void)add_consent(c, r, arg);
	return OK;
}

static err person_consent_row(struct ctx *c, const struct row *r, void *arg)
{
	struct consent_row *k = add_consent(c, r, arg);

	k->about_id = row_int(r, 9);
	k->until_ms = row_int(r, 10);
	return OK;
}

err consent_db_consents(struct ctx *c, struct tx *tx, struct owner o, bool live_only, struct list *ret)
{
	*ret = (struct list){0};
	if (o.subject_id)
		return rows(c, tx, live_only ? Q_CONSENT_LIVE : Q_CONSENT_ALL, PARAMS(P_INT(o.subject_id)),
			    person_consent_row, ret);
	return rows(c, tx, Q_INSTALLATION_CONSENT_LIST, PARAMS(P_INT(o.installation_id)),
		    installation_consent_row, ret);
}

static err installation_consent_add(struct ctx *c, struct tx *tx, int64_t id, const struct consent_row *k)
{
	TRY(tx_exec(
		c, tx, Q_INSTALLATION_CONSENT_SUPERSEDE,
		PARAMS(P_INT(id), P_STR(k->service), P_STR(k->recipient), P_STR(k->items), P_INT(c->now_ms)),
		NULL));
	return tx_exec(c, tx, Q_INSTALLATION_CONSENT_INSERT,
		       PARAMS(P_INT(id), P_INT(k->id), P_STR(k->service), P_STR(k->recipient),
			      P_STR(k->items), P_STR(k->text_hash), P_STR(k->version), P_INT(k->given_at_ms),
			      P_STR(k->terms)),
		       NULL);
}

/* What is given again takes the place of the earlier one, of the same matter only. */
err consent_db_consent_add(struct ctx *c, struct tx *tx, struct owner o, const struct consent_row *k)
{
	if (!o.subject_id)
		return installation_consent_add(c, tx, o.installation_id, k);
	TRY(tx_exec(c, tx, Q_CONSENT_SUPERSEDE,
		    PARAMS(P_INT(o.subject_id), P_STR(k->service), P_STR(k->recipient), P_STR(k->items),
			   P_INT(c->now_ms), P_INT(k->about_id)),
		    NULL));
	return tx_exec(c, tx, Q_CONSENT_INSERT,
		       PARAMS(P_INT(o.subject_id), P_INT(k->id), P_STR(k->service), P_STR(k->recipient),
			      P_STR(k->items), P_STR(k->text_hash), P_STR(k->version), P_INT(k->given_at_ms),
			      P_STR(k->terms), P_INT(k->about_id), P_INT(k->until_ms)),
		       NULL);
}

err consent_db_consent_withdraw(struct ctx *c, struct tx *tx, struct owner o, int64_t consent_id,
				int64_t *ret_changed)
{
	bool person = o.subject_id != 0;

	return tx_exec(
		c, tx, person ? Q_CONSENT_WITHDRAW_ONE : Q_INSTALLATION_CONSENT_WITHDRAW,
		PARAMS(P_INT(person ? o.subject_id : o.installation_id), P_INT(consent_id), P_INT(c->now_ms)),
		ret_changed);
}

err consent_db_consents_withdraw(struct ctx *c, struct tx *tx, struct owner o)
{
	bool person = o.subject_id != 0;

	return tx_exec(c, tx, person ? Q_CONSENT_WITHDRAW_EVERY : Q_INSTALLATION_CONSENT_WITHDRAW_EVERY,
		       PARAMS(P_INT(person ? o.subject_id : o.installation_id), P_INT(c->now_ms)), NULL);
}

err consent_db_acceptances_withdraw(struct ctx *c, struct tx *tx, struct owner o)
{
	bool person = o.subject_id != 0;

	return tx_exec(c, tx, person ? Q_ACCEPTANCE_WITHDRAW_EVERY : Q_INSTALLATION_ACCEPTANCE_WITHDRAW,
		       PARAMS(P_INT(person ? o.subject_id : o.installation_id), P_INT(c->now_ms)), NULL);
}

err consent_db_acceptances_of(struct ctx *c, struct tx *tx, struct owner o)
{
	return tx_exec(c, tx, Q_ACCEPTANCE_WITHDRAW_INSTALLATION,
		       PARAMS(P_INT(o.subject_id), P_INT(o.installation_id), P_INT(c->now_ms)), NULL);
}

err consent_db_installation_end(struct ctx *c, struct tx *tx, int64_t installation_id)
{
	return tx_exec(c, tx, Q_INSTALLATION_END, PARAMS(P_INT(installation_id), P_INT(c->now_ms)), NULL);
}

/* What ran out goes with the next that comes in, and is never listed before. */
err consent_db_anonymous_add(struct ctx *c, struct tx *tx, const struct anonymous_use *u)
{
	TRY(tx_exec(c, tx, Q_ANONYMOUS_USE_EXPIRE, PARAMS(P_INT(c->now_ms)), NULL));
	return tx_exec(c, tx, Q_ANONYMOUS_USE_ADD,
		       PARAMS(P_STR(u->service), P_STR(u->month), P_INT(u->uses), P_INT(u->until_ms)), NULL);
}

struct anonymous_listing {
	anonymous_use_fn fn;
	void *arg;
};

static err anonymous_row(struct ctx *c, const struct row *r, void *arg)
{
	const struct anonymous_listing *l = arg;
	struct anonymous_use u = {row_copy(c, r, 0), row_copy(c, r, 1), row_int(r, 2), row_int(r, 3)};

	return l->fn(c, &u, l->arg);
}

err anonymous_use_list(struct ctx *c, anonymous_use_fn fn, void *arg)
{
	struct anonymous_listing l = {fn, arg};

	return store_rows(c, c->store, Q_ANONYMOUS_USE_LIST, PARAMS(P_INT(c->now_ms)), anonymous_row, &l);
}

err consent_db_consents_moved(struct ctx *c, struct tx *tx, int64_t installation_id)
{
	return tx_exec(c, tx, Q_INSTALLATION_CONSENT_CLEAR, PARAMS(P_INT(installation_id)), NULL);
}

err consent_db_text_put(struct ctx *c, struct tx *tx, const char *hash, struct slice body)
{
	return tx_exec(c, tx, Q_CONSENT_TEXT_PUT, PARAMS(P_STR(hash), P_TEXT(body), P_INT(c->now_ms)), NULL);
}

static err text_row(struct ctx *c, const struct row *r, void *arg)
{
	(void)c;
	buf_add_slice(arg, row_text(r, 0));
	return OK;
}

err consent_db_text_get(struct ctx *c, struct slice hash, struct buf *ret)
{
	return store_rows(c, c->store, Q_CONSENT_TEXT_GET, PARAMS(P_TEXT(hash)), text_row, ret);
}

/* ---- permissions
 * ------------------------------------------------------------------------------------------------------- */

static err permission_row(struct ctx *c, const struct row *r, void *arg)
{
	struct permission_row *p = list_add(c, arg, sizeof(*p));

	*p = (struct permission_row){
		.key = row_copy(c, r, 0), .granted = row_int(r, 1) == 1, .changed_at_ms = row_int(r, 2)};
	return OK;
}

static err function_permission_row(struct ctx *c, const struct row *r, void *arg)
{
	struct permission_row *p = list_add(c, arg, sizeof(*p));

	*p = (struct permission_row){row_copy(c, r, 0), row_copy(c, r, 3), row_int(r, 1) == 1, row_int(r, 2)};
	return OK;
}

err consent_db_permissions(struct ctx *c, struct tx *tx, int64_t installation_id, struct list *ret)
{
	*ret = (struct list){0};
	return rows(c, tx, Q_PERMISSION_STATES, PARAMS(P_INT(installation_id)), permission_row, ret);
}

err consent_db_function_permissions(struct ctx *c, struct tx *tx, int64_t installation_id, struct list *ret)
{
	*ret = (struct list){0};
	return rows(c, tx, Q_FUNCTION_PERMISSION_STATES, PARAMS(P_INT(installation_id)),
		    function_permission_row, ret);
}

err consent_db_function_permission_put(struct ctx *c, struct tx *tx, int64_t installation_id, const char *key,
				       const char *service, bool granted)
{
	return tx_exec(
		c, tx, Q_FUNCTION_PERMISSION_PUT,
		PARAMS(P_INT(installation_id), P_STR(key), P_STR(service), P_INT(granted), P_INT(c->now_ms)),
		NULL);
}

err consent_db_function_permissions_off(struct ctx *c, struct tx *tx, int64_t installation_id,
					const char *key)
{
	return tx_exec(c, tx, Q_FUNCTION_PERMISSION_WITHDRAW,
		       PARAMS(P_INT(installation_id), P_STR(key), P_INT(c->now_ms)), NULL);
}

err consent_db_permission_put(struct ctx *c, struct tx *tx, int64_t installation_id, const char *key,
			      bool granted)
{
	return tx_exec(c, tx, Q_PERMISSION_PUT,
		       PARAMS(P_INT(installation_id), P_STR(key), P_INT(granted), P_INT(c->now_ms)), NULL);
}

err consent_db_permissions_off(struct ctx *c, struct tx *tx, int64_t installation_id)
{
	TRY(tx_exec(c, tx, Q_FUNCTION_PERMISSION_WITHDRAW_ALL,
		    PARAMS(P_INT(installation_id), P_INT(c->now_ms)), NULL));
	return tx_exec(c, tx, Q_PERMISSION_WITHDRAW_ALL, PARAMS(P_INT(installation_id), P_INT(c->now_ms)),
		       NULL);
}

/* ---- the person
 * -----------------------------------------------------------------------------------------------------------
 */

static err person_row(struct ctx *c, const struct row *r, void *arg)
{
	struct facts *f = arg;

	(void)c;
	f->status = (enum person_status)row_int(r, 0);
	f->minor = row_int(r, 1) == 1;
	f->guardian_agreed = row_int(r, 2) == 1;
	f->phone_bound = row_int(r, 3) == 1;
	f->realname_level = (int)row_int(r, 4);
	return OK;
}

err consent_db_person(struct ctx *c, struct tx *tx, int64_t subject_id, struct facts *ret)
{
	ret->status = PERSON_CANCELLED; /* no row: nobody to process anything about */
	return rows(c, tx, Q_PERSON_FACTS_GET, PARAMS(P_INT(subject_id)), person_row, ret);
}

err facts_person_new(struct ctx *c, struct tx *tx, int64_t subject_id, bool minor)
{
	return tx_exec(c, tx, Q_PERSON_FACTS_INSERT,
		       PARAMS(P_INT(subject_id), P_INT(minor), P_INT(c->now_ms)), NULL);
}

err facts_change_rows(struct ctx *c, struct tx *tx, void *facts_change)
{
	const struct facts_change *f = facts_change;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_PERSON_FACTS_CHANGE,
		    PARAMS(P_INT(f->subject_id), P_INT(f->realname_level), P_INT(f->phone_bound),
			   P_INT(f->status)),
		    &changed));
	if (changed == 0)
		FAIL(c, ERR_GONE, "账号已注销");
	return OK;
}

err facts_end_rows(struct ctx *c, struct tx *tx, int64_t subject_id)
{
	struct facts_change ended = {subject_id, 0, 0, PERSON_CANCELLED};

	TRY(consent_db_consents_withdraw(c, tx, (struct owner){subject_id, 0}));
	TRY(consent_db_acceptances_withdraw(c, tx, (struct owner){subject_id, 0}));
	TRY(tx_exec(c, tx, Q_SECOND_CHECK_END, PARAMS(P_INT(subject_id)), NULL));
	TRY(sdk_end_rows(c, tx, subject_id));
	TRY(tx_exec(c, tx, Q_PREFERENCE_END, PARAMS(P_INT(subject_id)), NULL));
	return facts_change_rows(c, tx, &ended);
}

err facts_record_end_rows(struct ctx *c, struct tx *tx, int64_t subject_id)
{
	TRY(tx_exec(c, tx, Q_CONSENT_END, PARAMS(P_INT(subject_id)), NULL));
	return tx_exec(c, tx, Q_ACCEPTANCE_END, PARAMS(P_INT(subject_id)), NULL);
}

static err until_row(struct ctx *c, const struct row *r, void *arg)
{
	(void)c;
	*(int64_t *)arg = row_int(r, 0);
	return OK;
}

err consent_db_second_check(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t session_id,
			    int64_t *ret_until_ms)
{
	*ret_until_ms = 0;
	return rows(c, tx, Q_SECOND_CHECK_GET, PARAMS(P_INT(subject_id), P_INT(session_id)), until_row,
		    ret_until_ms);
}

err second_check_rows(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t session_id, int64_t until_ms)
{
	return tx_exec(c, tx, Q_SECOND_CHECK_PUT,
		       PARAMS(P_INT(subject_id), P_INT(session_id), P_INT(until_ms)), NULL);
}

struct page {
	int64_t *ids;
	size_t count, limit;
};

static err page_row(struct ctx *c, const struct row *r, void *arg)
{
	struct page *p = arg;

	(void)c;
	if (p->count < p->limit)
		p->ids[p->count++] = row_int(r, 0);
	return OK;
}

err people_after(struct ctx *c, int64_t after, int limit, int64_t *ret_ids, size_t *ret_count)
{
	struct page p = {ret_ids, 0, (size_t)limit};

	TRY(store_rows(c, c->store, Q_PERSON_FACTS_PAGE, PARAMS(P_INT(after), P_INT(limit)), page_row, &p));
	*ret_count = p.count;
	return OK;
}

static err counted_row(struct ctx *c, const struct row *r, void *arg)
{
	(void)c;
	*(struct person_counted *)arg =
		(struct person_counted){row_int(r, 0), row_int(r, 1) == 1, (int)row_int(r, 2)};
	return OK;
}

err facts_counted(struct ctx *c, int64_t subject_id, struct person_counted *ret)
{
	*ret = (struct person_counted){0};
	return store_rows(c, c->store, Q_PERSON_FACTS_COUNTED, PARAMS(P_INT(subject_id)), counted_row, ret);
}
