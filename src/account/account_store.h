/* The rows of the account module; inside the module only. */
#pragma once

#include "account/account.h"

enum { RESERVATION_MS = 10 * 60 * 1000 };

/* *ret_changed 0: taken by someone else. */
err account_db_reserve(struct ctx *c, struct tx *tx, int64_t subject_id, const struct identifier *id,
		       int64_t *ret_changed);
err account_db_note(struct ctx *c, struct tx *tx, int64_t subject_id, const struct identifier *id);
err account_db_unreserve(struct ctx *c, int64_t subject_id, const struct identifier *id);
err account_db_hold(struct ctx *c, struct tx *tx, int64_t subject_id, const struct identifier_ending *e);
err account_db_identifier_ending_put(struct ctx *c, struct tx *tx, int64_t subject_id,
				     const struct identifier_ending *e);
/* At most `max`, the oldest first; sealed in the arena. */
err account_db_identifier_endings(struct ctx *c, int64_t subject_id, struct identifier_ending *ret,
				  size_t max, size_t *ret_count);
/* The value is free, and the row goes. */
err account_db_identifier_ending_done(struct ctx *c, struct tx *tx, int64_t subject_id,
				      const struct identifier_ending *e);
err account_db_confirm(struct ctx *c, struct tx *tx, int64_t subject_id, const struct identifier *id);
err account_db_find(struct ctx *c, const char *kind, const uint8_t blind[static HASH_SIZE],
		    int64_t *ret_subject_id);
err account_db_insert(struct ctx *c, struct tx *tx, int64_t subject_id);
err account_db_activate(struct ctx *c, struct tx *tx, int64_t subject_id);
/* "" when there is no such account. */
err account_db_state(struct ctx *c, int64_t subject_id, const char **ret_state);

struct identifier_row {
	const char *kind;
	uint8_t blind[HASH_SIZE];
};
/* ret has room for IDENTIFIERS_MAX. tx NULL: a read of its own. */
err account_db_identifiers(struct ctx *c, struct tx *tx, int64_t subject_id, struct identifier_row *ret,
			   size_t *ret_count);
err account_db_forget(struct ctx *c, struct tx *tx, int64_t subject_id, const struct identifier_row *rows,
		      size_t count);

err account_db_credential_add(struct ctx *c, struct tx *tx, int64_t subject_id,
			      const struct sealed_password *p);
err account_db_credential_put(struct ctx *c, struct tx *tx, int64_t subject_id,
			      const struct sealed_password *p);
err account_db_credential(struct ctx *c, int64_t subject_id, struct sealed_password *ret,
			  struct password_state *ret_state);

err account_db_session_put(struct ctx *c, struct tx *tx, const struct session *s,
			   const uint8_t hash[static HASH_SIZE]);
/* ret->id 0 when there is none. */
err account_db_session(struct ctx *c, int64_t subject_id, int64_t session_id, struct session *ret,
		       uint8_t ret_hash[static HASH_SIZE]);
err account_db_session_touch(struct ctx *c, int64_t subject_id, int64_t session_id);
err account_db_sessions(struct ctx *c, int64_t subject_id, session_fn fn, void *arg);
err account_db_session_delete(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t session_id,
			      int64_t *ret_changed);
err account_db_sessions_end(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t except_session_id);
/* Those of one installation. */
err account_db_sessions_end_on(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t installation_id);
err account_db_sessions_sweep(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t idle_since_ms);

/* *ret_changed 0: it was not in the state that this starts from. */
err account_db_end_begin(struct ctx *c, struct tx *tx, int64_t subject_id, bool pending,
			 int64_t *ret_changed);
err account_db_end_finish(struct ctx *c, struct tx *tx, int64_t subject_id);
err account_db_cancellation(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t certificate_id,
			    const char *scope);

/* until_ms: the last end of what is kept. */
err account_db_ended_put(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t certificate_id,
			 int64_t until_ms);

/* The identifiers' keys that are still to end (ending_identifiers.h); n 0 when there is nothing. */
err account_db_ending_put(struct ctx *c, struct tx *tx, int64_t subject_id, struct slice sealed);
err account_db_ending(struct ctx *c, int64_t subject_id, struct slice *ret_sealed);
err account_db_ending_forget(struct ctx *c, struct tx *tx, int64_t subject_id);

/* The last part of an end, after the keys are gone: identifiers, credential, sessions, other modules' rows.
 */
err account_finish_end(struct ctx *c, int64_t subject_id);
