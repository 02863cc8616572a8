/* A service as lists show it. */
#pragma once

#include "base/json.h"
#include "policy/policy.h"

/* Writes the members of CARD_SHAPE. */
void api_put_card(struct json *j, const struct service *s);

#define CARD_SHAPE                                                                                           \
	"key: text, name: text, summary?: text, category: text, category_name: text, shape: "                \
	"info|query|case, "                                                                                  \
	"level: open|login|phone|realname, provider: text, provider_kind: own|third_party, icon?: text"
