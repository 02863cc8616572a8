/* Uses of a ground in the place of consent (policy: exceptions).
 *
 * A privacy_officer opens a use: ground, context, person, items, recipient, evidence, scope. Where the ground
 * needs a second officer it waits for another account; then it is carried out, through gate, vault and
 * connector like everything else (TJ-1.3.0, TJ-2.4.0, NT-2.4.0). What the city's list does not hold is
 * refused and entered. Each use is an entry that the person sees, with ground, officers and evidence; under a
 * ground with a duty of secrecy two officers may set a date until which the person is not told (ledger.h,
 * "deferred entries"), and renew it before it ends. */
#pragma once

#include "account/account.h"
#include "jobs/jobs.h"
#include "ops/staff.h"

enum {
	EXCEPTION_TEXT_MIN = 4,
	EXCEPTION_TEXT_MAX = 400,
	EXCEPTION_VALUES_MAX = 16,
	EXCEPTION_SCOPE_DAYS_MAX = 366,
};

struct exception_value {
	const struct item *item;
	struct slice value; /* normal form */
};

/* What is done to whom, on which ground. Texts live in the arena. */
struct exception_use {
	int64_t id, subject_id, created_at_ms, decided_at_ms;
	const char *state; /* waiting acting done failed rejected; of a publication: publications.h; of a lock
			      that was lifted: lifted; where a guardian is asked: ward_uses.h */
	const char *outcome; /* sent not_sent unknown, or "" */
	int64_t officer_id, second_id;
	int64_t deferred_until_ms; /* 0: the person is told at once; past: was told then */
	int64_t renewal_until_ms, renewal_by;
	/* sealed; all NULL when the person was erased */
	const char *ground, *context, *service, *recipient;
	const char *officer_name, *second_name;
	const char *scope; /* in words: area, matter */
	int64_t scope_until_ms;
	int64_t case_id; /* of the person: found by it, or the application */
	struct itemset items;
	const char *evidence[NEED_COUNT];
	struct exception_value
		values[EXCEPTION_VALUES_MAX]; /* collect: until carried out; publish: as it stands */
	size_t value_count;
	const char *organ; /* context keep: which organ queries what the law keeps */
	unsigned acts;	   /* context access: what is closed to the person, bit per lock_act (locks.h) */
	/* context publish: what for, what was done about the event, and what the person was asked and
	 * answered */
	const char *purpose, *measures, *text;
	int64_t agreed_at_ms, published_at_ms;
	/* of a minor, where the city lists bases (TJ-6.3.a): the one that was named, what was written down
	 * for it, and, where it is the guardian's word, who was asked (ward_uses.h) */
	const char *minor_ground, *minor_evidence[NEED_COUNT];
	int64_t guardian_id, guardian_agreed_at_ms;
};

/* Who it is about: by a case, or by name with document number or phone number as registered. */
struct exception_person {
	bool everybody;		/* context access alone */
	int64_t certificate_id; /* context keep alone: of the ended account */
	int64_t case_id;	/* 0: by name and number */
	struct person_named named;
};

/* Opens a use; carries it out at once where no second officer is needed. deferral_days 0: told at once.
 * ERR_REFUSED not_declared for a ground that the city does not list there; ERR_INVALID with field errors for
 * evidence that is missing; ERR_NOT_FOUND when nobody is registered so. */
err exception_open(struct ctx *c, const struct staff *s, const struct exception_person *who,
		   struct exception_use *use, int deferral_days);
/* The second officer, another account: agrees and carries out, or rejects. ERR_CONFLICT when it does not
 * wait, or for the officer who opened it. */
err exception_decide(struct ctx *c, const struct staff *s, int64_t use_id, bool agrees,
		     struct exception_use *ret);

/* Context keep, after the second officer's yes and until the scope ends: what the law keeps of an ended
 * account, of the items of the use, value by value, then the record of what was done with them. Each answer
 * is an entry with organ, document and officers (TJ-4.2.1.f). ERR_CONFLICT: not agreed to; ERR_GONE: the time
 * is over. */
err exception_answer(struct ctx *c, const struct staff *s, int64_t use_id, handed_fn value, usage_fn record,
		     void *arg);

/* Hex of the text that the person or the guardian is asked. */
const char *exception_text_hash(struct ctx *c, const struct exception_use *u);

/* Context access: opens again what the use closed, before its end. ERR_CONFLICT: nothing is closed by it. */
err exception_lift(struct ctx *c, const struct staff *s, int64_t use_id, struct exception_use *ret);
/* The values that an other use was started for (context use: law or supervision demands it; TJ-1.2.3.b), once
 * it is done and until its scope ends: one entry each time. ERR_CONFLICT for any other use. */
err exception_use_read(struct ctx *c, const struct staff *s, int64_t use_id, struct released *ret);

err exception_find(struct ctx *c, const struct staff *s, int64_t use_id, struct exception_use *ret);
typedef err (*exception_fn)(struct ctx *c, const struct exception_use *u, void *arg);
/* Newest first, below id `before` (0: from the newest); all of them, or publications only. */
err exception_list(struct ctx *c, const struct staff *s, bool publications, int64_t before, int limit,
		   exception_fn fn, void *arg);

/* A later date, `days` from now (at most exception.deferral_max_days): asked by one officer, in force when
 * another agrees before the deferral ends. */
err exception_renewal_ask(struct ctx *c, const struct staff *s, int64_t use_id, int days);
err exception_renewal_agree(struct ctx *c, const struct staff *s, int64_t use_id);
/* Tells the person now. */
err exception_tell(struct ctx *c, const struct staff *s, int64_t use_id);

/* What was sealed about a person's uses goes with the record of processing. A job: kind "exception_uses_end",
 * for account_on_record_end. */
err exception_uses_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
/* At the end of a deferral. A job: kind "exception_tell". */
err exception_tell_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
/* Some minutes after a use began: what a crash left "acting" is ended. A publication is put up, or the person
 * asked; of anything else nobody knows whether it was done: failed, outcome unknown. A job: kind
 * "exception_finish". */
err exception_finish_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
/* Inside a transaction that makes a use "acting": the job above. */
err exception_finish_rows(struct ctx *c, struct tx *tx, const struct exception_use *u);
