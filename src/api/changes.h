/* The changes between two releases, as public pages and the console answer them. */
#pragma once

#include "base/json.h"
#include "policy/diff.h"

/* Writes the members "major" (the kinds that occur) and "changes" (one sentence each). */
void api_put_changes(struct json *j, const struct release *after, const struct policy_change *first);
/* Writes "passages": which sentences of the text changed, before and after. */
void api_put_passages(struct ctx *c, struct json *j, const struct release *before,
		      const struct release *after);

#define CHANGES_SHAPE                                                                                        \
	"major: [{kind: text, name: text, clause?: text}], "                                                 \
	"changes: [{text: text, kind: text, name: text, clause?: text, major: bool}]"

#define PASSAGES_SHAPE "passages: [{chapter: text, before?: text, after?: text}]"
