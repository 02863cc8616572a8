/* Between reading and changing reviews. */
#pragma once

#include "policy/review.h"
#include "store/store.h"

#define STATE_DRAFT "draft"
#define STATE_SUBMITTED "submitted"
#define STATE_APPROVED "approved"
#define STATE_PUBLISHED "published"
#define STATE_REJECTED "rejected"
#define STATE_WITHDRAWN "withdrawn"
#define STATE_REPLACED "replaced"

enum { REVIEW_LINE_MAX = 64 };
/* The number and the drafts that it was made of, newest first, up to a published release, which has a history
 * of its own. */
err review_line(struct ctx *c, unsigned number, unsigned ret[REVIEW_LINE_MAX], size_t *ret_count);
/* Adds a step of c->actor. */
err review_note(struct ctx *c, struct tx *tx, unsigned number, const char *action, const char *note);
err review_head(struct ctx *c, unsigned *ret);
/* ERR_CONFLICT, with who did what and when; never OK. */
err review_overtaken(struct ctx *c, unsigned number);
/* Whether an assessment of high risk counts between two releases (NT-6.2.6). */
err review_high_risk(struct ctx *c, unsigned before, unsigned after, bool *ret);
