/* What binds the recipient itself: its list of items and its papers. */
#include "policy/gate_internal.h"
#include <string.h>

const char *paper_kind_word(enum paper_kind k)
{
	static const char *const words[PAPER_KINDS] = {"agreement", "undertaking", "admission"};

	return words[k];
}

bool paper_needed(const struct release *r, const struct recipient *to, enum paper_kind k)
{
	return r->papers_needed[k] & gate_bit(to->number);
}

bool paper_missing(const struct release *r, const uint64_t papers[static PAPER_KINDS],
		   const struct recipient *to, enum paper_kind *ret)
{
	for (int k = 0; k < PAPER_KINDS; k++)
		if (r->papers_needed[k] & ~papers[k] & gate_bit(to->number)) {
			*ret = (enum paper_kind)k;
			return true;
		}
	return false;
}

const char *paper_clause(const struct release *r, enum paper_kind k)
{
	return r->rule_clauses[RULE_PAPER + (int)k];
}

/* Whoever receives is bound first: nothing goes to a recipient without its papers, whatever the person agreed
 * to (NT-2.1.0.e, TJ-1.1.22.c, TJ-1.1.22.d). */
enum gate_rule gate_recipient_rule(const struct release *r, const struct facts *f,
				   const struct gate_request *q)
{
	enum paper_kind missing;

	if (q->action != GATE_SHARE || !q->recipient)
		return RULE_ALLOWED;
	if (!q->ground && (r->limited & gate_bit(q->recipient->number)) &&
	    !itemset_within(&q->items, &r->partner_may[q->recipient->number]))
		return RULE_PARTNER;
	if (paper_missing(r, f->papers, q->recipient, &missing))
		return (enum gate_rule)(RULE_PAPER + (int)missing);
	return RULE_ALLOWED;
}

/* What the person typed into a third party's own form is given to that party by the typing itself
 * (TJ-2.1.5.b); what is sensitive is asked for all the same. */
struct itemset gate_volunteered(const struct release *r, const struct facts *f, const struct gate_request *q)
{
	struct itemset given = {0};
	bool theirs = q->service->recipient && q->service->recipient == q->recipient &&
		      strcmp(q->service->provider_kind, "third_party") == 0;

	if (r->volunteered && theirs && !f->minor)
		for (size_t i = 0; i < sizeof given.bit / sizeof *given.bit; i++)
			given.bit[i] = q->items.bit[i] & q->volunteered.bit[i] & ~r->sensitive.bit[i];
	return given;
}
