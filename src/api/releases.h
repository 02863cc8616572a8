/* Between reading releases in the console and changing them. */
#pragma once

#include "api/api.h"
#include "policy/review.h"

/* ERR_REFUSED unless the caller is an officer for the policy; readers: auditors too. */
err releases_officer(struct api_call *k);
err releases_reader(struct api_call *k);
/* The {number} of the path. */
err releases_number(struct api_call *k, unsigned *ret);
