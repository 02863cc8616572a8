/* Signed requests of partners: each is numbered by its sender and counts once, so that one that was recorded
 * on its way cannot be sent again. */
#pragma once

#include "policy/policy.h"
#include "store/store.h"

/* Takes the number of a request of the partner. ERR_INVALID for what is no number (8 to 64 letters, digits,
 * dashes); ERR_CONFLICT when it came before. */
err partner_call_once(struct ctx *c, const struct recipient *partner, struct slice request);
