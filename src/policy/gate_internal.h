/* Between the decision (gate.c) and what is made of it (permit.c). */
#pragma once

#include "policy/model.h"

/* What a decision found beside the rule that it ended with. */
struct verdict {
	struct itemset missing; /* items without a consent */
	int64_t consent_id;	/* the first consent that was used */
	uint32_t needs;		/* RULE_EVIDENCE, RULE_MINOR_EVIDENCE: what was not given */
};

/* The first rule that refuses, or RULE_ALLOWED. */
enum gate_rule gate_judge(const struct release *r, const struct facts *f, const struct gate_request *q,
			  struct verdict *ret);
const char *gate_reason(enum gate_rule rule);
const char *gate_clause(const struct release *r, const struct gate_request *q, enum gate_rule rule);
/* The clause that declares what the action may do at most. */
const char *gate_action_clause(const struct release *r, const struct gate_request *q);
uint32_t gate_sources(const struct gate_request *q);
uint32_t gate_usable(const struct release *r, const struct facts *f, const struct gate_request *q);
/* voids.c: the void clause that a request would have rested on, or NULL. */
const char *void_clause(const struct release *r, const struct gate_request *q);

/* ---- ground.c: without consent, on a ground of the city's list ---- */
enum gate_rule ground_judge(const struct release *r, const struct facts *f, const struct gate_request *q,
			    struct verdict *v);
/* ERR_INVALID with a field error for each need; the names of the fields start with `within`. */
err ground_evidence_missing(struct ctx *c, const struct exception *e, const char *within, uint32_t needs);

/* ---- gate.c, for ground.c ---- */
/* What the recipient itself must be bound by, whatever the person agreed to (recipient.c). */
enum gate_rule gate_recipient_rule(const struct release *r, const struct facts *f,
				   const struct gate_request *q);
/* Those of the items that go to a third party because the person typed them into its form. */
struct itemset gate_volunteered(const struct release *r, const struct facts *f, const struct gate_request *q);
/* Whether live consents cover all items; the id is of the first that covers any. */
bool gate_consented(const struct facts *f, const struct gate_request *q, int64_t *ret_consent_id);

/* ---- small questions that every decision asks ---- */

static inline uint64_t gate_bit(unsigned number)
{
	return UINT64_C(1) << (number % 64);
}

/* Pointers of another release must never be decided on: its numbers mean something else. */
static inline bool gate_row_stands(const struct table *t, const void *row, unsigned number)
{
	return number < t->count && t->rows[number] == row;
}

static inline bool gate_service_belongs(const struct release *r, const struct service *s)
{
	return s && gate_row_stands(&r->services, s, s->number);
}

static inline bool gate_belongs(const struct release *r, const struct gate_request *q)
{
	const struct purpose *p = q->purpose;
	const struct permission *by = q->permission;
	const struct recipient *to = q->recipient;

	return gate_service_belongs(r, q->service) && p && gate_row_stands(&r->purposes, p, p->number) &&
	       (!to || gate_row_stands(&r->recipients, to, to->number)) &&
	       (!by || gate_row_stands(&r->permissions, by, by->number));
}

/* Of this release, or of an earlier one in the numbers of this. */
static inline const struct gate_bounds *gate_bounds_of(const struct service_bounds *by_service,
						       const struct gate_request *q)
{
	return &by_service[q->service->number].by[q->action];
}

static inline bool gate_bounds_allow(const struct gate_bounds *b, const struct gate_request *q)
{
	return b->present && itemset_within(&q->items, &b->may) &&
	       (b->purposes & gate_bit(q->purpose->number)) &&
	       (q->action != GATE_SHARE ||
		(q->recipient && (b->recipients & gate_bit(q->recipient->number))));
}

static inline bool gate_abroad(const struct release *r, const struct gate_request *q)
{
	return q->recipient && (r->abroad & gate_bit(q->recipient->number));
}

/* What of the request a sensor delivers. The source is decided by the item, not by the client: an item that a
 * permission guards has no other, so that nobody can call it typed (TJ-1.1.24.2.0, NT-1.2.2.3.e). */
static inline struct itemset gate_sensed(const struct release *r, const struct gate_request *q)
{
	const struct itemset *guarded = &r->guarded[q->action];
	struct itemset sensed;

	for (size_t i = 0; i < sizeof sensed.bit / sizeof *sensed.bit; i++)
		sensed.bit[i] = ((q->items.bit[i] & guarded->bit[i]) | q->sensed.bit[i]) & ~q->taken.bit[i];
	return sensed;
}
