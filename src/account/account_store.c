/* The only place that uses the queries of account.sql. */
#include "account/account_store.h"
#include "account/ended.h"
#include "notify/notices.h"

static void blob(const struct row *r, int column, void *ret, size_t size)
{
	struct slice s = row_blob(r, column);

	if (s.n == size)
		memcpy(ret, s.p, size);
	else
		memset(ret, 0, size);
}

/* ---- identifiers
 * -------------------------------------------------------------------------------------------------- */

err account_db_reserve(struct ctx *c, struct tx *tx, int64_t subject_id, const struct identifier *id,
		       int64_t *ret_changed)
{
	return tx_exec(c, tx, Q_IDENTIFIER_RESERVE,
		       PARAMS(P_BLOB(id->blind, HASH_SIZE), P_STR(id->kind), P_INT(subject_id),
			      P_INT(c->now_ms), P_INT(c->now_ms - RESERVATION_MS)),
		       ret_changed);
}

/* What a registration reserved, so that the sweep finds it. */
err account_db_note(struct ctx *c, struct tx *tx, int64_t subject_id, const struct identifier *id)
{
	return tx_exec(c, tx, Q_ACCOUNT_IDENTIFIER_PUT,
		       PARAMS(P_INT(subject_id), P_STR(id->kind), P_BLOB(id->blind, HASH_SIZE)), NULL);
}

err account_db_unreserve(struct ctx *c, int64_t subject_id, const struct identifier *id)
{
	return store_exec(c, c->store, Q_IDENTIFIER_UNRESERVE,
			  PARAMS(P_BLOB(id->blind, HASH_SIZE), P_STR(id->kind), P_INT(subject_id)), NULL);
}

err account_db_confirm(struct ctx *c, struct tx *tx, int64_t subject_id, const struct identifier *id)
{
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_IDENTIFIER_CONFIRM,
		    PARAMS(P_BLOB(id->blind, HASH_SIZE), P_STR(id->kind), P_INT(subject_id)), &changed));
	if (changed == 0)
		FAIL(c, ERR_CONFLICT, "注册已超时，请重新提交");
	return account_db_note(c, tx, subject_id, id);
}

err account_db_hold(struct ctx *c, struct tx *tx, int64_t subject_id, const struct identifier_ending *e)
{
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_IDENTIFIER_HOLD,
		    PARAMS(P_BLOB(e->blind, HASH_SIZE), P_STR(e->kind), P_INT(subject_id), P_INT(INT64_MAX)),
		    &changed));
	if (changed == 0) /* another request was quicker: two new values must not both stand */
		FAIL(c, ERR_CONFLICT, "这项登录信息刚刚变更过，请刷新后重试");
	return OK;
}

err account_db_identifier_ending_put(struct ctx *c, struct tx *tx, int64_t subject_id,
				     const struct identifier_ending *e)
{
	return tx_exec(
		c, tx, Q_IDENTIFIER_ENDING_PUT,
		PARAMS(P_INT(subject_id), P_INT(e->id), P_STR(e->kind), P_BLOB(e->sealed.p, e->sealed.n)),
		NULL);
}

struct endings {
	struct identifier_ending *rows;
	size_t count, max;
};

static err identifier_ending_row(struct ctx *c, const struct row *r, void *arg)
{
	struct endings *l = arg;

	if (l->count < l->max)
		l->rows[l->count++] =
			(struct identifier_ending){.id = row_int(r, 0),
						   .kind = row_copy(c, r, 1),
						   .sealed = arena_slice(c->arena, row_blob(r, 2))};
	return OK;
}

err account_db_identifier_endings(struct ctx *c, int64_t subject_id, struct identifier_ending *ret,
				  size_t max, size_t *ret_count)
{
	struct endings l = {ret, 0, max};

	TRY(store_rows(c, c->store, Q_IDENTIFIER_ENDING_LIST, PARAMS(P_INT(subject_id)),
		       identifier_ending_row, &l));
	*ret_count = l.count;
	return OK;
}

err account_db_identifier_ending_done(struct ctx *c, struct tx *tx, int64_t subject_id,
				      const struct identifier_ending *e)
{
	TRY(tx_exec(c, tx, Q_IDENTIFIER_UNRESERVE,
		    PARAMS(P_BLOB(e->blind, HASH_SIZE), P_STR(e->kind), P_INT(subject_id)), NULL));
	return tx_exec(c, tx, Q_IDENTIFIER_ENDING_DELETE, PARAMS(P_INT(subject_id), P_INT(e->id)), NULL);
}

struct found {
	int64_t subject_id;
	bool confirmed;
};

static err found_row(struct ctx *c, const struct row *r, void *arg)
{
	(void)c;
	*(struct found *)arg = (struct found){row_int(r, 0), row_int(r, 1) == 1};
	return OK;
}

err account_db_find(struct ctx *c, const char *kind, const uint8_t blind[static HASH_SIZE],
		    int64_t *ret_subject_id)
{
	struct found f = {0};

	TRY(store_rows(c, c->store, Q_IDENTIFIER_FIND, PARAMS(P_BLOB(blind, HASH_SIZE), P_STR(kind)),
		       found_row, &f));
	*ret_subject_id = f.confirmed ? f.subject_id : 0;
	return OK;
}

struct identifier_rows {
	struct identifier_row *rows;
	size_t count;
};

static err identifier_row(struct ctx *c, const struct row *r, void *arg)
{
	struct identifier_rows *l = arg;

	if (l->count == IDENTIFIERS_MAX)
		return OK;
	l->rows[l->count].kind = row_copy(c, r, 0);
	blob(r, 1, l->rows[l->count].blind, HASH_SIZE);
	l->count++;
	return OK;
}

err account_db_identifiers(struct ctx *c, struct tx *tx, int64_t subject_id, struct identifier_row *ret,
			   size_t *ret_count)
{
	struct identifier_rows l = {ret, 0};

	if (tx)
		TRY(tx_rows(c, tx, Q_ACCOUNT_IDENTIFIER_LIST, PARAMS(P_INT(subject_id)), identifier_row, &l));
	else
		TRY(store_rows(c, c->store, Q_ACCOUNT_IDENTIFIER_LIST, PARAMS(P_INT(subject_id)),
			       identifier_row, &l));
	*ret_count = l.count;
	return OK;
}

err account_db_forget(struct ctx *c, struct tx *tx, int64_t subject_id, const struct identifier_row *rows,
		      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		TRY(tx_exec(c, tx, Q_IDENTIFIER_DELETE,
			    PARAMS(P_BLOB(rows[i].blind, HASH_SIZE), P_STR(rows[i].kind), P_INT(subject_id)),
			    NULL));
	}
	TRY(tx_exec(c, tx, Q_ACCOUNT_IDENTIFIER_CLEAR, PARAMS(P_INT(subject_id)), NULL));
	return tx_exec(c, tx, Q_CREDENTIAL_DELETE, PARAMS(P_INT(subject_id)), NULL);
}

/* ---- the account
 * --------------------------------------------------------------------------------------------------- */

err account_db_insert(struct ctx *c, struct tx *tx, int64_t subject_id)
{
	return tx_exec(c, tx, Q_ACCOUNT_INSERT, PARAMS(P_INT(subject_id), P_INT(c->now_ms)), NULL);
}

err account_db_activate(struct ctx *c, struct tx *tx, int64_t subject_id)
{
	return tx_exec(c, tx, Q_ACCOUNT_ACTIVATE, PARAMS(P_INT(subject_id)), NULL);
}

static err state_row(struct ctx *c, const struct row *r, void *arg)
{
	*(const char **)arg = row_copy(c, r, 0);
	return OK;
}

err account_db_state(struct ctx *c, int64_t subject_id, const char **ret_state)
{
	*ret_state = "";
	return store_rows(c, c->store, Q_ACCOUNT_GET, PARAMS(P_INT(subject_id)), state_row, ret_state);
}

err account_db_end_begin(struct ctx *c, struct tx *tx, int64_t subject_id, bool pending, int64_t *ret_changed)
{
	return tx_exec(c, tx, pending ? Q_ACCOUNT_ABANDON : Q_ACCOUNT_END_BEGIN,
		       PARAMS(P_INT(subject_id), P_INT(c->now_ms)), ret_changed);
}

err account_db_end_finish(struct ctx *c, struct tx *tx, int64_t subject_id)
{
	return tx_exec(c, tx, Q_ACCOUNT_END_FINISH, PARAMS(P_INT(subject_id)), NULL);
}

err account_db_cancellation(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t certificate_id,
			    const char *scope)
{
	return tx_exec(c, tx, Q_CANCELLATION_INSERT,
		       PARAMS(P_INT(subject_id), P_INT(certificate_id), P_STR(scope), P_INT(c->now_ms)),
		       NULL);
}

err account_db_ended_put(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t certificate_id,
			 int64_t until_ms)
{
	return tx_exec(c, tx, Q_ENDED_ACCOUNT_INSERT,
		       PARAMS(P_INT(certificate_id), P_INT(subject_id), P_INT(until_ms)), NULL);
}

struct ended {
	int64_t subject_id, until_ms;
};

static err ended_row(struct ctx *c, const struct row *r, void *arg)
{
	(void)c;
	*(struct ended *)arg = (struct ended){row_int(r, 0), row_int(r, 1)};
	return OK;
}

err account_ended_find(struct ctx *c, int64_t certificate_id, int64_t *ret_subject_id)
{
	struct ended e = {0};

	TRY(store_rows(c, c->store, Q_ENDED_ACCOUNT_FIND, PARAMS(P_INT(certificate_id)), ended_row, &e));
	if (!e.subject_id)
		FAIL(c, ERR_NOT_FOUND, "没有这个注销凭证编号，请核对");
	if (e.until_ms <= c->now_ms)
		FAIL(c, ERR_GONE, "依法留存的期限已过，不再有可以查询的信息");
	*ret_subject_id = e.subject_id;
	return OK;
}

/* ---- credentials
 * --------------------------------------------------------------------------------------------------- */

/* ERR_CONFLICT when there is one already. */
err account_db_credential_add(struct ctx *c, struct tx *tx, int64_t subject_id,
			      const struct sealed_password *p)
{
	return tx_exec(c, tx, Q_CREDENTIAL_INSERT,
		       PARAMS(P_INT(subject_id), P_BLOB(p->bytes, p->size), P_INT(c->now_ms)), NULL);
}

err account_db_credential_put(struct ctx *c, struct tx *tx, int64_t subject_id,
			      const struct sealed_password *p)
{
	return tx_exec(c, tx, Q_CREDENTIAL_PUT,
		       PARAMS(P_INT(subject_id), P_BLOB(p->bytes, p->size), P_INT(c->now_ms)), NULL);
}

struct credential {
	struct sealed_password *password;
	struct password_state *state;
};

static err credential_row(struct ctx *c, const struct row *r, void *arg)
{
	struct credential *k = arg;
	struct slice sealed = row_blob(r, 0);

	if (sealed.n > SEALED_PASSWORD_MAX)
		FAIL(c, ERR_CRYPTO, "credential too long");
	memcpy(k->password->bytes, sealed.p, sealed.n);
	k->password->size = sealed.n;
	*k->state = (struct password_state){true, row_int(r, 1), row_int(r, 2)};
	return OK;
}

err account_db_credential(struct ctx *c, int64_t subject_id, struct sealed_password *ret,
			  struct password_state *ret_state)
{
	struct credential k = {ret, ret_state};

	ret->size = 0;
	*ret_state = (struct password_state){0};
	return store_rows(c, c->store, Q_CREDENTIAL_GET, PARAMS(P_INT(subject_id)), credential_row, &k);
}

/* ---- sessions
 * ------------------------------------------------------------------------------------------------------- */

err account_db_session_put(struct ctx *c, struct tx *tx, const struct session *s,
			   const uint8_t hash[static HASH_SIZE])
{
	return tx_exec(c, tx, Q_SESSION_INSERT,
		       PARAMS(P_INT(s->subject_id), P_INT(s->id), P_BLOB(hash, HASH_SIZE),
			      P_INT(s->installation_id), P_STR(s->platform), P_INT(s->created_at_ms),
			      P_INT(s->ends_at_ms), P_STR(s->origin)),
		       NULL);
}

struct session_found {
	struct session *session;
	uint8_t *hash;
	int64_t id;
};

static err session_row(struct ctx *c, const struct row *r, void *arg)
{
	struct session_found *f = arg;

	blob(r, 0, f->hash, HASH_SIZE);
	f->session->id = f->id;
	f->session->installation_id = row_int(r, 1);
	f->session->platform = row_copy(c, r, 2);
	f->session->last_seen_at_ms = row_int(r, 3);
	f->session->ends_at_ms = row_int(r, 4);
	return OK;
}

err account_db_session(struct ctx *c, int64_t subject_id, int64_t session_id, struct session *ret,
		       uint8_t ret_hash[static HASH_SIZE])
{
	struct session_found f = {ret, ret_hash, session_id};

	memset(ret_hash, 0, HASH_SIZE);
	*ret = (struct session){.subject_id = subject_id};
	return store_rows(c, c->store, Q_SESSION_GET, PARAMS(P_INT(subject_id), P_INT(session_id)),
			  session_row, &f);
}

err account_db_session_touch(struct ctx *c, int64_t subject_id, int64_t session_id)
{
	return store_exec(c, c->store, Q_SESSION_TOUCH,
			  PARAMS(P_INT(subject_id), P_INT(session_id), P_INT(c->now_ms)), NULL);
}

struct session_listing {
	session_fn fn;
	void *arg;
};

static err listed_row(struct ctx *c, const struct row *r, void *arg)
{
	const struct session_listing *l = arg;
	struct session s = {.id = row_int(r, 0),
			    .platform = row_copy(c, r, 1),
			    .created_at_ms = row_int(r, 2),
			    .last_seen_at_ms = row_int(r, 3),
			    .ends_at_ms = row_int(r, 4),
			    .installation_id = row_int(r, 5),
			    .origin = row_copy(c, r, 6)};

	return l->fn(c, &s, l->arg);
}

err account_db_sessions(struct ctx *c, int64_t subject_id, session_fn fn, void *arg)
{
	struct session_listing l = {fn, arg};

	return store_rows(c, c->store, Q_SESSION_LIST, PARAMS(P_INT(subject_id)), listed_row, &l);
}

err account_db_session_delete(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t session_id,
			      int64_t *ret_changed)
{
	return tx_exec(c, tx, Q_SESSION_DELETE, PARAMS(P_INT(subject_id), P_INT(session_id)), ret_changed);
}

err account_db_sessions_end(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t except_session_id)
{
	TRY(push_session_end_rows(c, tx, subject_id, 0, except_session_id));
	return tx_exec(c, tx, Q_SESSION_DELETE_OTHERS, PARAMS(P_INT(subject_id), P_INT(except_session_id)),
		       NULL);
}

enum { SESSIONS_AT_ONCE = 32 };

struct on_device {
	int64_t installation_id, ids[SESSIONS_AT_ONCE];
	size_t count;
};

static err session_on_row(struct ctx *c, const struct row *r, void *arg)
{
	struct on_device *d = arg;

	(void)c;
	if (row_int(r, 5) == d->installation_id && d->count < SESSIONS_AT_ONCE)
		d->ids[d->count++] = row_int(r, 0);
	return OK;
}

err account_db_sessions_end_on(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t installation_id)
{
	struct on_device d = {.installation_id = installation_id};

	do {
		d.count = 0;
		TRY(tx_rows(c, tx, Q_SESSION_LIST, PARAMS(P_INT(subject_id)), session_on_row, &d));
		for (size_t i = 0; i < d.count; i++) {
			TRY(tx_exec(c, tx, Q_SESSION_DELETE, PARAMS(P_INT(subject_id), P_INT(d.ids[i])),
				    NULL));
			TRY(push_session_end_rows(c, tx, subject_id, d.ids[i], 0));
		}
	} while (d.count == SESSIONS_AT_ONCE);
	return OK;
}

enum { SWEPT_MAX = 64 };

struct expired {
	int64_t sessions[SWEPT_MAX];
	size_t count;
};

static err expired_row(struct ctx *c, const struct row *r, void *arg)
{
	struct expired *e = arg;

	(void)c;
	if (e->count < SWEPT_MAX)
		e->sessions[e->count++] = row_int(r, 0);
	return OK;
}

/* A session that merely expired ends as one that was logged out: no push goes to its device any more. */
err account_db_sessions_sweep(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t idle_since_ms)
{
	struct expired e = {0};

	TRY(tx_rows(c, tx, Q_SESSION_EXPIRED,
		    PARAMS(P_INT(subject_id), P_INT(c->now_ms), P_INT(idle_since_ms), P_INT(SWEPT_MAX)),
		    expired_row, &e));
	for (size_t i = 0; i < e.count; i++) {
		int64_t changed = 0;
		TRY(account_db_session_delete(c, tx, subject_id, e.sessions[i], &changed));
		TRY(push_session_end_rows(c, tx, subject_id, e.sessions[i], 0));
	}
	return OK;
}

/* ---- identifiers whose keys are still to end
 * ----------------------------------------------------------------------------- */

err account_db_ending_put(struct ctx *c, struct tx *tx, int64_t subject_id, struct slice sealed)
{
	return tx_exec(c, tx, Q_ENDING_IDENTIFIERS_PUT, PARAMS(P_INT(subject_id), P_BLOB(sealed.p, sealed.n)),
		       NULL);
}

static err ending_row(struct ctx *c, const struct row *r, void *arg)
{
	struct slice sealed = row_blob(r, 0);

	*(struct slice *)arg = arena_slice(c->arena, sealed);
	return OK;
}

err account_db_ending(struct ctx *c, int64_t subject_id, struct slice *ret_sealed)
{
	*ret_sealed = (struct slice){0};
	return store_rows(c, c->store, Q_ENDING_IDENTIFIERS_GET, PARAMS(P_INT(subject_id)), ending_row,
			  ret_sealed);
}

err account_db_ending_forget(struct ctx *c, struct tx *tx, int64_t subject_id)
{
	return tx_exec(c, tx, Q_ENDING_IDENTIFIERS_DELETE, PARAMS(P_INT(subject_id)), NULL);
}
