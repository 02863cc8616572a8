/* The paragraphs of the policy and of the user agreement that a form rests on (NT-3.3.1.b). */
#pragma once

#include "base/json.h"
#include "policy/policy.h"

/* Writes the list `paragraphs` of a service's own form. */
void api_put_paragraphs(struct json *j, const struct service *s);

#define PARAGRAPH_SHAPE "{policy: {name: text, url: text}, agreement: {name: text, url: text}}"
