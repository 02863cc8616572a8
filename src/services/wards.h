/* What a guardian does for a child: enters the code, has the relation checked, reads, decides; withdraws;
 * reports what was taken without consent. consent/guardian.h has the states.
 *
 * The relation is confirmed by the population register; where it does not know, or is down, by papers that an
 * officer looks at. Each step is an entry in the guardian's list, and in the child's as soon as there is one.
 */
#pragma once

#include "account/minors.h"
#include "services/attachments.h"

enum { WARD_TEXT_MAX = 128 * 1024 };

struct ward_asking {
	struct slice code; /* of the child's app; a report may come without */
	struct slice name, number;
	bool report;
};
/* ERR_INVALID: the code, or what was typed. ERR_REFUSED: not proven, not agreed to the check, a minor
 * oneself. ERR_CONFLICT: the register knows no such child, or another guardian has agreed. A report that the
 * register confirms is carried out at once, where the city asks for no material (minor.proof). */
err ward_open(struct ctx *c, int64_t guardian_id, const struct ward_asking *asking, struct ward *ret);
/* Papers for the officer (household register, certificate of birth), uploaded before as attachments of the
 * service guardian_consent. */
err ward_add_papers(struct ctx *c, int64_t guardian_id, int64_t ward_id, const int64_t *attachments,
		    size_t count, struct ward *ret);

/* The code that a child's app shows, for the caller's own person or installation. ERR_LIMIT. */
err ward_code(struct ctx *c, struct child owner, char ret_code[static GUARDIAN_CODE_SIZE],
	      int64_t *ret_expires_at_ms);

/* What the guardian reads and agrees to: the chapter on minors, what is taken, who gets it. */
err ward_text(struct ctx *c, const struct ward *w, struct buf *ret, char ret_hash[static 65]);
/* With a second check of the guardian, on exactly the text that was shown (TJ-6.2.a, NT-5.1.a). */
err ward_agree(struct ctx *c, int64_t guardian_id, int64_t ward_id, struct slice text_hash, struct ward *ret);
/* The guardian says no: the account is held back at once, and an officer hears of it (TJ-6.2.b, NT-5.1.b). */
err ward_decline(struct ctx *c, int64_t guardian_id, int64_t ward_id, struct ward *ret);
/* Takes an agreement back; what was typed for queries under it goes at once. */
err ward_withdraw(struct ctx *c, int64_t guardian_id, int64_t ward_id, struct ward *ret);

/* The separate consent for one service of a child below minor.strict_age, which only the guardian gives
 * (PIPL 31). ERR_REFUSED when there is no agreement. */
err ward_consent(struct ctx *c, int64_t guardian_id, int64_t ward_id, const struct consent_offer *offer,
		 int64_t *ret_id);
/* The ward, when its agreement holds today. */
err ward_agreed(struct ctx *c, int64_t guardian_id, int64_t ward_id, struct ward *ret);

/* An entry in the list of the guardian. */
err ward_note(struct ctx *c, const struct ward *w, enum entry_action action, const char *note, tx_fn rows,
	      void *arg);
/* A guardian decides only after a second check: else ERR_REFUSED (second_check_required). */
err ward_confirmed_again(struct ctx *c, int64_t guardian_id);

/* The certificate of what a report deleted: JSON. ERR_NOT_FOUND. */
err ward_certificate(struct ctx *c, int64_t guardian_id, int64_t ward_id, struct buf *ret);

/* "agreed" of a child that is of age today, whether or not the job has run: "grown". */
const char *ward_state(const struct ctx *c, const struct ward *w);
bool ward_is_strict(const struct ctx *c, const struct ward *w);

/* What a guardian said of a child goes: name, number and papers; the state and the relation stay. With the
 * child's account, when the child is of age, when an officer has done with it. */
err ward_forget(struct ctx *c, int64_t guardian_id, int64_t ward_id);

/* Jobs: "guardian_codes_expire", "ward_forget", and "wards_end" (for account_on_end): a child left. */
extern const struct job_kind ward_job_kinds[3];

/* ---- for the officers (ops) ---- */
/* Confirms the relation, or refuses with a reason that the guardian reads. A report that is confirmed is
 * carried out. */
err ward_review(struct ctx *c, const struct ward *w, bool approve, const char *reason);
/* Deletes the account of a child whose guardian said no, or leaves it as it is. */
err ward_follow_up(struct ctx *c, const struct ward *w, bool delete, const char *reason);
/* A guardian's report by telephone: holds the account back at once, and waits for the decision of another
 * officer than the one who recorded it. ERR_NOT_FOUND when no account of a minor has the number. */
struct phone_report {
	struct slice number, phone; /* phone: where the guardian gets word */
	const char *reason;
	int64_t officer_id;
};
err ward_report_by_phone(struct ctx *c, const struct phone_report *report, struct ward *ret);
