/* Accounts: the identifiers that find a person, credentials, sessions, and the end.
 *
 * Registering goes in three steps, so that two people can never hold one identifier and a crash leaves
 * nothing usable: reserve the identifiers and make the person (account_open), store what was given (vault),
 * confirm (account_confirm_rows, in the transaction of the last collect). A registration that stops half way
 * is swept by the job "registration_sweep". */
#pragma once

#include "consent/consent.h"
#include "jobs/jobs.h"
#include "vault/vault.h"

/* ---- identifiers
 * ------------------------------------------------------------------------------------------------ */
struct identifier {
	const char *kind;	  /* "username", "phone", "id_number" */
	struct slice normal;	  /* normal form of the value */
	uint8_t blind[HASH_SIZE]; /* filled by account_open and identifier_reserve */
};
enum { IDENTIFIERS_MAX = 4 };

/* The person with the confirmed identifier, after equal work whether there is one or not. *ret 0: nobody. */
err account_lookup(struct ctx *c, const char *kind, struct slice normal, int64_t *ret_subject_id);
/* By name as registered, with document number or, without one, phone number: a slip of one digit opens no
 * stranger. ERR_NOT_FOUND; ERR_INVALID with field errors. */
struct person_named {
	struct slice real_name, id_number, mobile_phone; /* as typed */
};
err account_named(struct ctx *c, const struct person_named *who, int64_t *ret_subject_id);

/* Reserves the identifiers and makes the person, in one transaction; takes over what the installation agreed
 * to. ERR_CONFLICT with a field error when one is taken. */
err account_open(struct ctx *c, struct identifier *identifiers, size_t count, bool minor,
		 int64_t *ret_subject_id);
/* Reserves one more identifier for a person who exists already (set user name, bind phone). */
err identifier_reserve(struct ctx *c, int64_t subject_id, struct identifier *id);

/* Gives a reservation back that was not confirmed. */
err identifier_unreserve(struct ctx *c, int64_t subject_id, const struct identifier *id);

/* An identifier that is replaced by another (identifier_ending.c). Sealed before; inside the transaction it
 * stops finding the person (ERR_CONFLICT: it did not any more); run after it, or by the job
 * "identifier_ending", ends the keys and makes the values free for others. */
struct identifier_ending {
	int64_t id;
	const char *kind;
	uint8_t blind[HASH_SIZE];
	struct slice sealed;
};
err identifier_ending_seal(struct ctx *c, int64_t subject_id, const char *kind, struct slice normal,
			   struct identifier_ending *ret);
err identifier_ending_rows(struct ctx *c, struct tx *tx, int64_t subject_id,
			   const struct identifier_ending *ending);
err identifier_endings_run(struct ctx *c, int64_t subject_id);

/* Undoes a registration that did not finish: nothing of it stays readable. No effect on a live account. */
err account_abandon(struct ctx *c, int64_t subject_id);

/* Inside the transaction that stores what was given: the identifiers and the account become live. */
struct confirmation {
	int64_t subject_id;
	const struct identifier *identifiers;
	size_t count;
	const struct sealed_password *password; /* NULL: none is set */
	bool phone_bound;
	int realname_level; /* -1: leave */
};
err account_confirm_rows(struct ctx *c, struct tx *tx, void *confirmation);

/* ---- passwords: the hash stays sealed under the account's key
 * ------------------------------------------------------ */
enum { SEALED_PASSWORD_MAX = 256 };
struct sealed_password {
	uint8_t bytes[SEALED_PASSWORD_MAX];
	size_t size;
};
/* Hashes (slow) and seals. */
err password_seal(struct ctx *c, int64_t subject_id, struct slice password, struct sealed_password *ret);
/* subject_id 0, or without a password: does the same work and answers false. */
err password_check(struct ctx *c, int64_t subject_id, struct slice password, bool *ret_right);
/* Replaces the password, ends the other sessions (all when there is none), writes an entry. */
err password_replace(struct ctx *c, int64_t subject_id, const struct sealed_password *password,
		     const char *note);
struct password_state {
	bool set;
	int64_t set_at_ms, changed_at_ms; /* 0: never */
};
err password_state_get(struct ctx *c, int64_t subject_id, struct password_state *ret);

/* ---- sessions
 * ---------------------------------------------------------------------------------------------------- */
struct session {
	int64_t id, subject_id, installation_id, created_at_ms, last_seen_at_ms, ends_at_ms;
	const char *platform;
	const char *origin; /* of what it was opened by: "typed", "fetched"; from session_list */
};
/* Starts a session on c->installation_id and takes over what the installation agreed to; writes an entry.
 * method: "password", "sms", "registration"; "password_fetched", "sms_fetched" where the number was fetched
 * on the person's authorisation (TJ-1.1.2.l). `also` (may be NULL) runs in the same transaction. */
err session_start(struct ctx *c, int64_t subject_id, const char *method, const char *platform, tx_fn also,
		  void *arg, char ret_token[static TOKEN_SIZE], struct session *ret);
/* ERR_LOGIN when the token is nobody's, too old or ended. Marks it as seen (at most once a minute). */
err session_find(struct ctx *c, struct slice token, struct session *ret);
typedef err (*session_fn)(struct ctx *c, const struct session *s, void *arg);
/* Ends every session of the person that is idle too long or too old. */
err sessions_sweep(struct ctx *c, int64_t subject_id);
err session_list(struct ctx *c, int64_t subject_id, session_fn fn, void *arg);
/* ERR_NOT_FOUND when the person has no such session. */
err session_end(struct ctx *c, int64_t subject_id, int64_t session_id);

/* ---- the end
 * ---------------------------------------------------------------------------------------------------------
 */
struct ending { /* one line of the preview and of the certificate */
	const char *scope, *name;
	const char *rule; /* of what is kept; NULL: it ends */
	int64_t until_ms; /* of what is kept */
};
struct cancellation {
	const char *scope;
	const struct ending *ends, *keeps;
	size_t end_count, keep_count;
	char token[TOKEN_SIZE]; /* of a preview: proves that the page was shown (TJ-4.3.e) */
};
/* ERR_INVALID when the city offers no such scope. */
err cancellation_preview(struct ctx *c, int64_t subject_id, const char *scope, struct cancellation *ret);
/* Ends the account at once: second check and preview demanded. The certificate is JSON. It cannot be undone
 * (TJ-4.3.f). */
err cancellation_run(struct ctx *c, int64_t subject_id, const char *scope, struct slice preview_token,
		     struct buf *ret_certificate);

/* Something of the person is kept to that day and no longer: its job, before it is put away. 0: nothing. */
err account_keeps_until(struct ctx *c, int64_t subject_id, int64_t until_ms);

/* The end that a rule demands, not the person: data of a minor that was taken without a guardian's consent
 * (TJ-6.3.b, NT-5.2.a). The person reads the note beside the entry. The same certificate. */
err account_end_by_rule(struct ctx *c, int64_t subject_id, const char *clause, const char *note,
			struct buf *ret_certificate);

/* The next living accounts after a person (0: from the first), at most `limit`. For jobs that must reach
 * everybody. */
err account_walk(struct ctx *c, int64_t after, int limit, int64_t *ret_ids, size_t *ret_count);

/* After a restore, for a person whose account ended since the backup was made: nobody can log in from then
 * on, and the job "cancellation_finish" removes the rest when the server runs. */
err account_restored_ended(struct ctx *c, int64_t subject_id);

/* Modules whose clear rows about a person end with the account name a job here, once at start: it runs after
 * the keys are gone. */
void account_on_end(const char *job_kind);
/* The same for rows that the record of processing needs: with its end, by the city's retention rule. */
void account_on_record_end(const char *job_kind);

/* Job kinds "registration_sweep", "cancellation_finish", "audit_end", "retention_end", "identifier_ending",
 * "sessions_sweep". */
extern const struct job_kind account_job_kinds[6];
