/* The changes between two releases, as public pages and the console answer them. */
#pragma once

#include "base/json.h"
#include "policy/diff.h"

/* Writes the members "major" (the kinds that occur) and "changes" (sentence by sentence). */
void api_put_changes(struct json *j, const struct release *after, const struct policy_change *first);

#define CHANGES_SHAPE                                                                                        \
	"major: [{kind: text, name: text, clause?: text}], "                                                 \
	"changes: [{text: text, kind: text, name: text, clause?: text, major: bool}]"
