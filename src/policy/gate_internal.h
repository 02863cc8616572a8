/* Between the decision (gate.c) and what is made of it (permit.c). */
#pragma once

#include "policy/model.h"

struct verdict {
	enum gate_rule rule;
	struct itemset missing; /* items without a consent */
	int64_t consent_id;	/* the first consent that was used */
};

struct verdict gate_judge(const struct release *r, const struct facts *f, const struct gate_request *q);
const char *gate_reason(enum gate_rule rule);
const char *gate_clause(const struct release *r, const struct gate_request *q, enum gate_rule rule);
const char *gate_action_clause(const struct gate_request *q);
