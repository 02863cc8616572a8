/* A request about personal data, as the person and the officers see it. */
#pragma once

#include "api/api.h"
#include "rights/rights.h"

#define API_REQUEST                                                                                          \
	"id: id, number: text, kind: text, kind_name: text, state: proof_needed|open|second|done|refused, "  \
	"state_name: text, verified_at?: time, due_at?: time, answered_at?: time, overdue: bool, "           \
	"proof_asked: bool, way: online|phone|letter, way_name: text, received_at?: time, items: [{key: "    \
	"text, name: text}], answer?: text, ground?: text, ground_sort?: "                                   \
	"text, clause?: text, reason?: text"

/* The members of API_REQUEST, in an open object. */
void api_put_request(struct json *j, struct ctx *c, const struct rights_request *r);
bool api_request_overdue(const struct ctx *c, const struct rights_request *r);
