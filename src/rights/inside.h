/* Between the files of rights. */
#pragma once

#include "rights/rights.h"

#define RIGHTS_SERVICE "feedback_request"

/* The entry of a step, in the name of c->actor. */
struct entry rights_entry(struct ctx *c, const struct rights_request *r, enum entry_action action,
			  const char *note);
/* Seals r and moves it from state `from` with the entry; `also` (may be NULL) runs in the transaction. tell:
 * a message for the person. from NULL: it is new. */
struct rights_step {
	struct rights_request *r;
	const char *from;
	bool tell;
	tx_fn also;
	void *arg;
};
err rights_step(struct ctx *c, const struct entry *e, const struct rights_step *step);
/* ERR_REFUSED second_check_required, unless the session proved the person again. */
err rights_check_again(struct ctx *c, const struct facts *f);
err rights_check_text(struct ctx *c, const char *field, const char *text);
