/* A changed setting as a sentence for citizens. */
#pragma once

#include "policy/diff.h"
#include "policy/model.h"

/* NULL when both say the same. before or after is NULL where the setting is not there. Words of the program
 * are never shown: a change between two of them is told as a change of what they rule. */
const char *setting_change(struct ctx *c, const struct release *ra, const struct release *rb, const char *key,
			   const struct setting *before, const struct setting *after,
			   enum policy_major *ret_major);
