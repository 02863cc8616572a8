/* Between reading releases in the console and changing them. */
#pragma once

#include "api/api.h"
#include "api/changes.h"
#include "policy/review.h"

/* ERR_REFUSED unless the caller is an officer for the policy; readers: those who assess, and auditors, too.
 */
err releases_officer(struct api_call *k);
err releases_reader(struct api_call *k);
/* The {number} of the path. */
err releases_number(struct api_call *k, unsigned *ret);
/* The members that tell what changes from one release to another, whom it asks again, and what it leaves. */
err releases_put_between(struct api_call *k, const struct release *before, const struct release *after);

#define BETWEEN_SHAPE                                                                                        \
	"against: int, against_version: text, reduces_rights: bool, " CHANGES_SHAPE ", " PASSAGES_SHAPE      \
	", asked_again: [{service: text, name: text, why: text}], findings: [text]"
