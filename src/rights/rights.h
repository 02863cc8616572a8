/* Requests of people about their data: filed by the person, answered by an officer within the city's days.
 *
 * States: proof_needed (identity is not verified, nothing is decided and no day runs; TJ-4.5.b, NT-4.7.b) →
 * open → done, or refused on a ground of the city's list (TJ-4.5.0, NT-4.7.0); a ground that needs a second
 * officer waits in second. Filing, each look of an officer in clear, and each answer are entries of the
 * person. What is asked and answered is sealed under the account's key and ends with it. */
#pragma once

#include "account/account.h"

enum {
	RIGHTS_CONTACT_MAX = 200,
	RIGHTS_RECEIVED_DAYS_MAX = 366,
	RIGHTS_TEXT_MIN = 4,
	RIGHTS_TEXT_MAX = 1000,
	RIGHTS_CONSENTS_MAX = 16,
};
/* How long after the answer the copy can be fetched. */
#define RIGHTS_COPY_MS (INT64_C(30) * 24 * 3600 * 1000)

struct rights_request {
	int64_t id, subject_id;
	const char *kind, *state, *number;
	int64_t verified_at_ms, due_at_ms, answered_at_ms; /* 0: not yet */
	/* sealed; NULL when the account ended */
	const char *text, *written; /* what is asked; the written proof that was demanded, or NULL */
	bool proof_asked;	    /* an officer asked for written proof (proof.mode: on_request) */
	struct itemset items;	    /* that it is about; delete: empty is whatever services hold */
	const char *value;	    /* correct: of the one item, in normal form */
	int64_t consents[RIGHTS_CONSENTS_MAX];
	size_t consent_count;
	const char *answer;	     /* in the words of the officer */
	const char *ground, *reason; /* refused: key of the exception, and why */
	const char *evidence[NEED_COUNT];
	const char *officer, *second; /* names */
	int64_t officer_id;	      /* who proposed a refusal */
	/* how it came: online, letter or phone (NT-7.0); of a letter or call the start of the day of receipt,
	 * how to reach its sender, how an officer made sure who that is, and whether that is nobody who has
	 * an account: subject_id is then the request's own */
	const char *way;
	int64_t received_at_ms;
	const char *contact, *identity_check;
	bool stranger;
};

/* ---- the person ---- */
/* Whether a word is a kind of request; its name for people. */
const char *rights_kind_name(const char *kind);
const char *rights_state_name(const char *state);
/* Takes kind, text, items, value and consents of *r, and fills the rest. With a valid second check the
 * identity is verified and the days run; else it waits for proof. ERR_INVALID with field errors. */
err rights_file(struct ctx *c, int64_t subject_id, struct rights_request *r);
/* Proves the identity now: needs a second check, and written proof where an officer asked for it (TJ-4.5.a).
 * ERR_CONFLICT when nothing is to be proven. */
err rights_prove(struct ctx *c, int64_t subject_id, int64_t request_id, const char *written,
		 struct rights_request *ret);
/* ERR_NOT_FOUND for another person's. */
err rights_get(struct ctx *c, int64_t subject_id, int64_t request_id, struct rights_request *ret);
/* The copy of a granted request of kind "copy", a page of HTML: what is in use, read now, with an entry for
 * each record. ERR_CONFLICT: it is not granted; ERR_GONE: too long ago; ERR_REFUSED: second_check_required.
 */
err rights_copy(struct ctx *c, int64_t subject_id, int64_t request_id, struct buf *ret);
typedef err (*rights_fn)(struct ctx *c, const struct rights_request *r, void *arg);
/* Newest first, below id `before` (0: from the newest). */
err rights_list(struct ctx *c, int64_t subject_id, int64_t before, int limit, rights_fn fn, void *arg);

/* The end of the last day on which an answer of that kind is in time: the city's days and calendar, the
 * better ones of the version that the person agreed to (TJ-9.d, NT-7.4, NT-4.3.b). */
int64_t rights_due(const struct release *r, unsigned accepted, const char *kind, int64_t verified_at_ms);
/* A day on which the city works: Monday to Friday without calendar.holidays, and calendar.workdays. */
bool rights_working_day(const struct release *r, struct date d);

/* ---- the officer, who is c->actor ---- */
/* Whether a word is a way of the city (feedback.ways); its name for people. */
const char *rights_way_name(const char *way);
/* Where people find a way of the city: the screen, the numbers, the address. */
const char *rights_way_place(struct ctx *c, const char *way);
/* An opinion or complaint that came by letter or call (TJ-9.b, NT-7.2, NT-7.3): takes way, kind, text,
 * received_at_ms, contact, identity_check and subject_id of *r, 0 for a sender without an account, and fills
 * the rest. The days run from the day of receipt. ERR_REFUSED not_declared: not a way of the city;
 * ERR_INVALID with field errors. */
err rights_record(struct ctx *c, struct rights_request *r);
enum rights_part { RIGHTS_DUE, RIGHTS_PROOF, RIGHTS_ANSWERED };
/* At most `limit`, behind request `after` (0: from the start). RIGHTS_DUE: the nearest day first;
 * RIGHTS_ANSWERED: the newest first. */
err rights_queue(struct ctx *c, enum rights_part part, int64_t after, int limit, rights_fn fn, void *arg);
/* ERR_NOT_FOUND. The words go out masked only; see rights_reveal. */
err rights_find(struct ctx *c, int64_t request_id, struct rights_request *ret);
/* One entry of the person with the reason, before the words are handed out. */
err rights_reveal(struct ctx *c, int64_t request_id, const char *reason, struct rights_request *ret);
/* Asks for written proof, where the city may (proof.mode: on_request); the days stop. */
err rights_ask_proof(struct ctx *c, int64_t request_id, struct rights_request *ret);
/* Carries out what is asked (correction, deletion, withdrawal), and tells the person. ERR_CONFLICT unless
 * open: identity comes first. */
err rights_fulfil(struct ctx *c, int64_t request_id, const char *answer, struct rights_request *ret);
/* Refuses on a ground. ERR_REFUSED not_declared: not on the city's list, with an entry; ERR_INVALID: reason
 * or evidence is missing. */
err rights_refuse(struct ctx *c, int64_t request_id, const char *ground, const char *reason,
		  const char *const evidence[static NEED_COUNT], struct rights_request *ret);
/* Another officer agrees to the proposed refusal, or sends it back. */
err rights_second(struct ctx *c, int64_t request_id, bool agrees, struct rights_request *ret);
/* Whether the city lists it for refusing requests: "statutory", "discretion" or "limit"; NULL: it does not.
 */
const char *rights_ground_sort(const struct release *r, const struct exception *e);

struct rights_counts {
	int64_t waiting, overdue, answered, late;
};
err rights_count(struct ctx *c, struct rights_counts *ret);

/* Kinds "rights_end" (the account ended), "rights_expire" (the answer is older than its category keeps; of a
 * sender without an account all keys end with it) and
 * "rights_overdue" (the last day has passed without an answer: the person reads it). */
extern const struct job_kind rights_job_kinds[3];
