/* Services that the city ended, and the end of the whole app: from their day on nothing is taken and nothing
 * is sent (TJ-5.4.b, NT-3.3.6.b). */
#pragma once

#include "policy/policy.h"

/* ERR_GONE from the day on which the service, or the app, ended. */
err service_must_stand(struct ctx *c, const struct service *s);
/* Whether the whole app ended by now. What is known may be a second old. */
err app_has_ended(struct ctx *c, bool *ret);
