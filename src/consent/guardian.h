/* Guardians of minors: what the gate needs to know of them, and the rows of their consent.
 *
 * A child's app shows a code; the guardian enters it in the own account. Nothing about the child is stored
 * before the guardian has agreed to it: the child is known by the installation (or account) of the code, and
 * what the guardian says of the child is the guardian's to give. The truth is the guardian's row (`ward`);
 * the child's side is a pointer to it. States of a ward:
 *
 *   proof_needed → reviewing → confirmed | refused      the register does not know the relation: papers
 *   confirmed → agreed | declined                        the guardian read and decided (TJ-6.2.a, NT-5.1.a)
 *   agreed → withdrawn | grown | ended                   by the guardian, by age, or with an account
 *   reports: confirmed → deleted | not_found             (TJ-6.3.b, NT-5.2.b) */
#pragma once

#include "base/clock.h"
#include "consent/consent.h"

enum { GUARDIAN_CODE_SIZE = 9, GUARDIAN_CODE_LIFE_MS = 24 * 3600 * 1000 };

struct child { /* id: of a person, or of an installation that has none yet */
	int64_t id;
	bool person;
};

/* A code for the caller's own person, or installation; earlier ones stay good until they expire. Made, then
 * stored by the rows. */
struct guardian_code {
	struct child owner;
	uint8_t hash[HASH_SIZE];
	int64_t expires_at_ms;
};
void guardian_code_make(struct ctx *c, struct child owner, char ret_code[static GUARDIAN_CODE_SIZE],
			struct guardian_code *ret);
err guardian_code_rows(struct ctx *c, struct tx *tx, const struct guardian_code *code);
/* Every code whose time is over goes. */
err guardian_codes_expire(struct ctx *c);
/* One answer for codes that are wrong, used or too old: ERR_INVALID with a field error. */
err guardian_code_find(struct ctx *c, struct slice code, struct child *ret);

/* What was said of a child; stands sealed in the row. Texts may be NULL. */
struct ward_details {
	const char *name, *masked, *number; /* of the child */
	const char *relation;		    /* 父亲, 母亲, 监护人; NULL: not known */
	const char *reason;		    /* an officer's, of a refusal or of a report by telephone */
	const char *phone;		    /* where who reported by telephone gets word */
	bool related;			    /* the register says so */
};
struct ward {
	int64_t guardian_id, id, asked_at_ms, changed_at_ms, agreed_at_ms;
	struct child child;
	const char *kind, *state, *text_hash, *version;
	struct ward_details details;
};

/* ERR_NOT_FOUND for another guardian's. */
err ward_get(struct ctx *c, int64_t guardian_id, int64_t ward_id, struct ward *ret);
typedef err (*ward_fn)(struct ctx *c, const struct ward *w, void *arg);
err ward_list(struct ctx *c, int64_t guardian_id, ward_fn fn, void *arg);
/* The ward that a child's side points to; ERR_NOT_FOUND when none does. */
err ward_of_child(struct ctx *c, struct child child, struct ward *ret);

/* Seals what is said of a child under the guardian's account key; for the rows below. */
err ward_seal(struct ctx *c, int64_t guardian_id, int64_t ward_id, const struct ward_details *d,
	      struct slice *ret);

/* ---- rows, inside a transaction */
/* Prepares the row of a new ward; the code that it uses up may be empty. */
struct ward_new;
err ward_seal_new(struct ctx *c, const struct ward *w, struct ward_new *ret, bool point, struct slice code);
struct ward_new {
	const struct ward *ward;
	struct slice sealed;
	struct slice code; /* hash of the one that is used up; p NULL: there was none */
	bool point;	   /* the child's side points to it from now on; ERR_CONFLICT: somebody else agreed */
	int64_t about;	   /* the child of whom something is said (wards_about); 0: nobody is known */
};
err ward_new_rows(struct ctx *c, struct tx *tx, void *ward_new);
/* ERR_CONFLICT when the ward stands elsewhere meanwhile. details.p NULL: stay. */
struct ward_step {
	const struct ward *ward;
	const char *to;
	struct slice details;
	const char *task;   /* kind of task for the officers that arises; NULL: none */
	int64_t officer_id; /* who recorded it, and may not decide it; 0: nobody */
	bool task_done;
};
err ward_step_rows(struct ctx *c, struct tx *tx, void *ward_step);
/* What was said is replaced, whatever the state. */
err ward_details_rows(struct ctx *c, struct tx *tx, const struct ward *w, struct slice details);

/* The rows of guardians in which something is said of a child. */
typedef err (*ward_about_fn)(struct ctx *c, int64_t guardian_id, int64_t ward_id, void *arg);
err wards_about(struct ctx *c, int64_t child_id, ward_about_fn fn, void *arg);
err wards_about_end_rows(struct ctx *c, struct tx *tx, int64_t child_id);

/* ---- the child */
err guardian_seal_birth(struct ctx *c, int64_t subject_id, struct date birth, struct slice *ret);
/* Whether the guardian of this installation or account agreed for exactly the holder of the number. */
err guardian_agreed_for(struct ctx *c, struct child child, struct slice number, bool *ret);

/* A guardian agreed for an account (or installation): state, facts, birth, consents and the day of age.
 * ERR_CONFLICT when another guardian was quicker. */
struct guardian_agreement {
	const struct ward *ward;
	struct slice text, birth; /* birth: sealed; only of a person */
	const char *text_hash;
	const struct consent_offer
		*offers; /* what the agreement itself covers; text_hash is the agreement's */
	size_t offer_count;
};
err guardian_agree_rows(struct ctx *c, struct tx *tx, void *agreement);
/* The installation has become this person; in the registration. */
struct guardian_adoption {
	const struct ward *ward;
	int64_t subject_id;
	struct slice birth;
};
err guardian_adopt_rows(struct ctx *c, struct tx *tx, void *adoption);
/* The consent ends: state `to` ("withdrawn", "grown", "declined", "ended"), the child is a minor without a
 * guardian's agreement from now on, every consent given under it is withdrawn. */
struct guardian_ending {
	const struct ward *ward;
	const char *to;
	const char *task; /* NULL: none arises */
};
err guardian_end_rows(struct ctx *c, struct tx *tx, void *ending);
/* Marks an account as a minor's without a guardian's agreement (NT-5.2.a), clears a mark that was wrong, or
 * takes back the block of a report that did not hold. */
struct minor_mark {
	int64_t subject_id;
	bool minor, agreed;
};
err minor_mark_rows(struct ctx *c, struct tx *tx, void *mark);

/* When somebody born then becomes of age (minor.age), and the start of the day in Asia/Shanghai. */
int64_t of_age_at_ms(const struct ctx *c, struct date birth);
/* When data of a minor without a guardian is deleted: minor.delete_days from now. */
int64_t minor_delete_at_ms(const struct ctx *c);
/* ERR_REFUSED (guardian_required) with the step that leads on. */
err refuse_minor(struct ctx *c);

/* Rows that hang on a person who left. */
err guardian_forget_rows(struct ctx *c, struct tx *tx, int64_t subject_id);

/* ---- tasks of the officers */
struct guardian_task {
	int64_t ward_id, guardian_id, at_ms;
	int64_t officer_id; /* who recorded it; 0: nobody */
	const char *kind, *state;
};
err guardian_task_get(struct ctx *c, int64_t ward_id, struct guardian_task *ret);
typedef err (*guardian_task_fn)(struct ctx *c, const struct guardian_task *t, void *arg);
err guardian_task_list(struct ctx *c, const char *state, int64_t before, int limit, guardian_task_fn fn,
		       void *arg);
