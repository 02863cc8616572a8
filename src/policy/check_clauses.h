/* Each clause of the city carried: common/clauses.tsv against a release (DESIGN §5). */
#pragma once

#include "policy/policy.h"

/* A line of the register of clauses, as it stands there. */
struct clause_row {
	const char *id, *area, *kind, *carrier;
	int line;
};
/* The rows of one city: those whose id starts with the setting clauses.prefix, and "-". No file or no such
 * setting: none. In the arena. */
void clause_rows(struct ctx *c, const struct release *r, const char *dir, struct clause_row **ret,
		 size_t *ret_count);

/* False where a carrier that lies in the release (setting:, policy:, service:, item:) is not there. Carriers
 * in the code are proved by tools/clauses. */
bool clause_carrier_there(const struct release *r, const char *carrier);

/* Writes a line for each clause that nothing carries: "common/clauses.tsv:LINE: what; what to write". */
void check_clauses(struct ctx *c, const struct release *r, const char *dir, struct buf *lines);
