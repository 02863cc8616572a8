/* What the files of wards share; inside the module only. */
#pragma once

#include "services/wards.h"

#define WARD_SERVICE "guardian_consent"
#define WARD_SCOPE "service:guardian"

const struct service *ward_service(struct ctx *c);
/* The entry for the list of the child. */
struct entry ward_child_entry(struct ctx *c, enum entry_action action, const char *note);

struct relation {
	bool known, related; /* known false: the register could not be asked */
	const char *name;    /* 父亲, 母亲, 监护人 */
};
/* Takes what was typed (record: the ward), and asks the register. */
err relation_check(struct ctx *c, int64_t guardian_id, int64_t ward_id, struct slice name,
		   struct slice number, struct relation *ret);

/* Carries a confirmed report out. */
err ward_report_run(struct ctx *c, struct ward *w);
/* The account that a report is about; 0: none. */
err ward_report_target(struct ctx *c, const struct ward *w, int64_t *ret_subject_id);
/* Holds the account back while a report is looked at, or takes that back. */
err ward_report_block(struct ctx *c, const struct ward *w, bool blocked);
