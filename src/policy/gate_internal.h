/* Between the decision (gate.c) and what is made of it (permit.c). */
#pragma once

#include "policy/model.h"

struct verdict {
	enum gate_rule rule;
	struct itemset missing; /* items without a consent */
	int64_t consent_id;	/* the first consent that was used */
	uint32_t needs;		/* RULE_EVIDENCE: what was not given */
};

struct verdict gate_judge(const struct release *r, const struct facts *f, const struct gate_request *q);
const char *gate_reason(enum gate_rule rule);
const char *gate_clause(const struct release *r, const struct gate_request *q, enum gate_rule rule);
struct itemset gate_sensed(const struct release *r, const struct gate_request *q);
uint32_t gate_sources(const struct gate_request *q);
uint32_t gate_usable(const struct release *r, const struct facts *f, const struct gate_request *q);
const char *gate_action_clause(const struct gate_request *q);

/* ---- ground.c: without consent, on a ground of the city's list ---- */
struct verdict ground_judge(const struct release *r, const struct facts *f, const struct gate_request *q);
/* ERR_INVALID with a field error for each need. */
err ground_evidence_missing(struct ctx *c, const struct exception *e, uint32_t needs);

/* ---- gate.c, for ground.c ---- */
bool gate_belongs(const struct release *r, const struct gate_request *q);
bool gate_bounds_allow(const struct gate_bounds *b, const struct gate_request *q);
/* Takes out of needed what a live consent covers; the id is of the first that covers anything. */
void gate_take_consents(const struct facts *f, const struct gate_request *q, struct itemset *needed,
			int64_t *ret_consent_id);
bool gate_abroad(const struct release *r, const struct gate_request *q);
/* The rules that a person's own consent must pass. */
struct verdict gate_judge_consent(const struct release *r, const struct facts *f,
				  const struct gate_request *q);
