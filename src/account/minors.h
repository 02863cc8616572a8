/* Minors over time: the day on which a child is of age, the day on which data without a guardian's consent
 * goes, and what an account that ends leaves of a guardianship. */
#pragma once

#include "account/account.h"
#include "consent/guardian.h"

/* The rows of consent/guardian.h with the jobs that follow from them. */
err minors_agree_rows(struct ctx *c, struct tx *tx, void *guardian_agreement);
err minors_adopt_rows(struct ctx *c, struct tx *tx, void *guardian_adoption);
err minors_end_rows(struct ctx *c, struct tx *tx, void *guardian_ending);
err minors_mark_rows(struct ctx *c, struct tx *tx, void *minor_mark);

/* The date of birth in a resident id number; false for other documents. */
bool minors_birth(struct slice number, struct date *ret);
/* The clause by which data of a minor without consent goes; never NULL. */
const char *minors_delete_clause(const struct ctx *c);
/* Writes into the child's own list what became of the guardianship, and runs the rows with it. Nothing for an
 * installation that has no person yet but the rows. */
err minors_write(struct ctx *c, struct child child, const struct entry *e, tx_fn rows, void *arg);

/* "guardian_grown", "guardian_missing", "guardian_end" (for account_on_end). */
extern const struct job_kind minor_job_kinds[3];
