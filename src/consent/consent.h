/* Consents, policy acceptances, sensor permissions, and the facts that the gate decides on.
 *
 * Before a person exists, an installation may hold an acceptance, permissions and the consents that
 * registering needs; registration and login take them over (consent_adopt). Each change about a person is a
 * ledger entry and raises the epoch. */
#pragma once

#include "base/json.h"
#include "ledger/ledger.h"
#include "policy/gate.h"

/* Loads facts and head in one consistent read; consents live in the arena. subject_id 0: the facts of the
 * installation alone. The session's second check is read from c->session_id. */
err facts_load(struct ctx *c, int64_t subject_id, struct facts *ret, struct head *ret_head);

/* For an act that rests on one consent: no other counts, so that the gate refuses the rest. False when that
 * one does not stand; 0: none. */
bool facts_keep_consent(struct ctx *c, struct facts *f, int64_t consent_id);

/* At most `limit` people above number `after`, in order; those who left are passed over. For rounds through
 * everybody, in jobs. */
err people_after(struct ctx *c, int64_t after, int limit, int64_t *ret_ids, size_t *ret_count);
/* What may be counted of a person without opening anything. */
struct person_counted {
	int64_t since_ms;
	bool minor;
	int realname_level;
};
err facts_counted(struct ctx *c, int64_t subject_id, struct person_counted *ret);
/* Inside the transaction that creates a person (account_register). */
err facts_person_new(struct ctx *c, struct tx *tx, int64_t subject_id, bool minor);
/* Row functions for ledger_write: to be run with LEDGER_RAISE_EPOCH. */
struct facts_change {
	int64_t subject_id;
	int realname_level; /* -1: leave */
	int phone_bound;    /* -1: leave */
	int status;	    /* enum person_status, -1: leave */
};
err facts_change_rows(struct ctx *c, struct tx *tx, void *facts_change);
/* Cancellation: withdraws every consent at one time (TJ-4.2.1.a), forgets second checks, sets
 * PERSON_CANCELLED. Inside the transaction. */
err facts_end_rows(struct ctx *c, struct tx *tx, int64_t subject_id);
/* What proves an ended person's agreements ends with the record of processing: every consent and acceptance.
 */
err facts_record_end_rows(struct ctx *c, struct tx *tx, int64_t subject_id);
/* The session proved the person again: valid until until_ms. Inside a transaction. */
err second_check_rows(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t session_id, int64_t until_ms);

/* ---- installations
 * ------------------------------------------------------------------------------------------------ */
enum { TOKEN_SIZE = 48 }; /* text of a bearer token, NUL included */
/* Makes an installation; nothing but its token's hash, platform and time is stored. */
err installation_new(struct ctx *c, const char *platform, char ret_token[static TOKEN_SIZE], int64_t *ret_id);
/* ERR_LOGIN when the token is nobody's. */
err installation_find(struct ctx *c, struct slice token, int64_t *ret_id, const char **ret_platform);

/* ERR_NOT_FOUND: no such installation. */
err installation_platform(struct ctx *c, int64_t id, const char **ret_platform);

/* Uninstalling: the token opens nothing any more, the permissions are off. Where the city counts uninstalling
 * as a withdrawal (withdraw.ways), all that was agreed to on this installation is withdrawn as well, also the
 * person's acceptances that were given on it (TJ-4.2.1.c). subject_id 0: nobody is logged in. */
err installation_goodbye(struct ctx *c, int64_t subject_id);
/* OK when the installation has accepted the version in force; else ERR_REFUSED, consent_required with next
 * accept_policy (TJ-0.2.b). */
err installation_accepted(struct ctx *c);
/* The same for those who have an account already: an earlier version that was agreed to will do, too, while
 * the handling of accounts is what it was then. Whoever has not agreed to the newest one is served where both
 * allow (DESIGN §4), and must be able to log in for it. */
err installation_agreed(struct ctx *c);

/* ---- acceptances of the policy
 * ---------------------------------------------------------------------------------------- */
/* The reading token of a version, bound to the installation; given out when the policy text is
 * fetched.  An acceptance where the city demands reading (policy.reading: true) needs it, not younger than
 * policy.reading_min_seconds. */
err acceptance_reading_token(struct ctx *c, const struct release *r, char ret[static TOKEN_SIZE]);
/* Express acceptance for the installation, and for the person when logged in, of the release in force or of
 * one that is announced: the latter counts from its day. Records the four operations collect, use, store,
 * provide (TJ-0.2.c). ERR_REFUSED (reading_required): no valid reading token (NT-0.4.b). */
err acceptance_give(struct ctx *c, int64_t subject_id, const struct release *r, struct slice reading_token);
/* The weaker kind: the person goes on using the app after the notice of the release in force was shown at
 * shown_at_ms, which the record keeps as evidence beside its own time (TJ-0.2.e, TJ-7.2.d). Whether the city
 * lets it count is the caller's question (notify/notices.h). */
err acceptance_continue(struct ctx *c, int64_t subject_id, int64_t shown_at_ms);
struct acceptance {
	int64_t id, at_ms, withdrawn_at_ms; /* 0: stands */
	const char *version, *kind, *release_hash;
	int64_t release_number;
};
typedef err (*acceptance_fn)(struct ctx *c, const struct acceptance *a, void *arg);
err acceptance_list(struct ctx *c, int64_t subject_id, acceptance_fn fn, void *arg);

/* ---- separate consents
 * -------------------------------------------------------------------------------------------- */
struct consent_offer {
	const struct service *service;
	const struct recipient *recipient; /* NULL: taking only */
	struct itemset items;
	struct slice text_hash; /* hex of the text that was shown */
	/* For one matter only (a promotion): what the text says of it, its id, and when the consent ends with
	 * it. */
	const char *about; /* NULL: for the service, until withdrawn */
	int64_t about_id, until_ms;
};
/* Exactly the text that consent_give wants agreed to, and its hash. */
err consent_offer_text(struct ctx *c, const struct consent_offer *offer, struct buf *ret,
		       char ret_hash[static 65]);
/* ERR_INVALID when text_hash is not the hash of today's text for exactly this offer. subject_id 0: for the
 * installation. The service of campaign.service is agreed to for one matter only, and by a person
 * (NT-2.1.12.a). */
err consent_give(struct ctx *c, int64_t subject_id, const struct consent_offer *offer, int64_t *ret_id);
struct consent {
	int64_t id, given_at_ms, withdrawn_at_ms, until_ms;
	const char *service_key, *recipient_key, *text_hash, *version;
	struct itemset items;
	bool renewal_needed; /* a later release changed its terms: it holds no more until it is given again */
};
typedef err (*consent_fn)(struct ctx *c, const struct consent *k, void *arg);
err consent_list(struct ctx *c, int64_t subject_id, consent_fn fn, void *arg);
/* ---- between holders (a transfer) ---- */
/* Acceptances that stand and all consents of a person, with the texts that were shown, into an open JSON
 * object. */
err consent_hand_over(struct ctx *c, int64_t subject_id, struct json *j);
/* What came from another holder, texts in the arena. */
struct arrived_acceptance {
	const char *version, *release_hash, *kind;
	int64_t read_at_ms, at_ms;
};
struct arrived_consent {
	const char *service, *recipient, *items, *text_hash, *text, *version, *terms;
	int64_t given_at_ms, withdrawn_at_ms;
};
struct arrival {
	int64_t subject_id;
	bool bound; /* the new holder keeps to what was agreed to; else all is still to be asked (NT-2.2.3.c)
		     */
	const struct arrived_acceptance *acceptances;
	const struct arrived_consent *consents;
	size_t acceptance_count, consent_count;
};
/* Row function: stores them unchanged. An acceptance of a release that is not the one in force here is none.
 */
err consent_arrive_rows(struct ctx *c, struct tx *tx, void *arrival);

/* The text that was shown, by its hash. */
err consent_text_by_hash(struct ctx *c, struct slice text_hash, struct buf *ret);
/* Inside the transaction that creates a person: all that the installation agreed to becomes the person's. */
err consent_adopt(struct ctx *c, struct tx *tx, int64_t installation_id, int64_t subject_id);
/* Login takes over the acceptance of the policy alone, unless the person withdrew one since it was given: a
 * separate consent that a guest gave on a device is not the consent of whoever logs in there. */
err acceptance_adopt(struct ctx *c, int64_t installation_id, int64_t subject_id);

/* ---- taking back (withdrawal.c)
 * ---------------------------------------------------------------------------------------------- */
enum { WITHDRAW_IDS_MAX = 100, WITHDRAW_INSTALLATIONS_MAX = 50 };
/* What is to be taken back: named separate consents; the acceptance of the policy in all its versions; or all
 * (both, and the permissions of the installations). data: with all, whatever services hold in use is deleted.
 */
struct withdraw_request {
	bool all, policy, data;
	const int64_t *ids;
	size_t id_count;
	const int64_t
		*installations; /* whose acceptances, and with `all` permissions, go too; c's own always */
	size_t installation_count;
};
struct kept_part { /* what stays, why and until when */
	const char *name, *rule;
	int64_t until_ms; /* 0: no day can be named yet */
};
struct withdrawal {
	bool policy;
	const struct consent *consents; /* those that end */
	size_t consent_count;
	struct itemset deletes;	 /* items deleted at once */
	size_t from_count;	 /* services that lose them */
	int64_t closed_until_ms; /* of what is closed to deleting (locks.h) and kept so long; 0: nothing */
	const struct kept_part *keeps;
	size_t keep_count;
};
/* What would happen. ERR_NOT_FOUND: one of the consents is not there, or withdrawn already. */
err withdrawal_preview(struct ctx *c, int64_t subject_id, const struct withdraw_request *w,
		       struct withdrawal *ret);
/* The same, done: in one transaction, at one time, with one entry. Decisions made on the facts before fail as
 * stale, so that it holds for what is under way too (TJ-4.2.3.a, NT-4.4.b). */
err withdrawal_run(struct ctx *c, int64_t subject_id, const struct withdraw_request *w,
		   struct withdrawal *ret);

/* One separate consent. */
err consent_withdraw(struct ctx *c, int64_t subject_id, int64_t consent_id);

/* Where a city keeps how much was used, without whose (withdraw.data: anonymise). */
struct anonymous_use {
	const char *service, *month; /* "2026-11" */
	int64_t uses, until_ms;
};
typedef err (*anonymous_use_fn)(struct ctx *c, const struct anonymous_use *u, void *arg);
err anonymous_use_list(struct ctx *c, anonymous_use_fn fn, void *arg);

/* ---- sensor permissions of the installation
 * ------------------------------------------------------------------------------ */
/* function NULL: for every function that declares it; switched off, what was given for single functions goes
 * too. ERR_REFUSED not_declared: the function does not use it. */
err permission_set(struct ctx *c, int64_t subject_id, const struct permission *p,
		   const struct service *function, bool granted);
/* What a platform does not have is never asked there, and no function reads by it (NT-1.2.1.2.b). */
bool permission_on_platform(const struct permission *p, const char *platform);
struct function_state {
	const struct service *function;
	bool granted;
	int64_t changed_at_ms;
};
struct permission_state {
	const struct permission *permission;
	bool granted;
	int64_t changed_at_ms;		  /* 0: never asked */
	struct function_state *functions; /* what was answered for one function each */
	size_t function_count;
};
typedef err (*permission_fn)(struct ctx *c, const struct permission_state *p, void *arg);
err permission_list(struct ctx *c, int64_t installation_id, permission_fn fn, void *arg);
