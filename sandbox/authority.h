/* The authorities: what a city's server may call, each under /authorities/{id}. Which there are is the city's
 * data: any id plays any part, and whom a centre may dispatch to comes with its request. Only "sms" is fixed,
 * as it is in the server. Requests must be signed by a known server, answers are signed; modes make an
 * authority slow, silent or wrong. */
#pragma once

#include "world.h"

handler authority_handle;

/* One operation of an authority: body is the request (NULL on GET). Returns the answer's status and body;
 * called with the lock held. */
struct operation {
	struct world *world;
	const char *authority, *path;
	json_t *body;
	int64_t now_ms;
};
typedef int authority_operation(struct operation *o, json_t **ret);

authority_operation message_send;	     /* sms: POST messages */
authority_operation message_accept;	     /* mail, push: POST messages */
authority_operation identity_verify;	     /* population, banks: POST verify */
authority_operation registry_query;	     /* any register: POST query */
authority_operation hotline_triage;	     /* a centre that dispatches: POST triage */
authority_operation case_receive;	     /* a department: POST cases */
authority_operation case_show;		     /* a department: GET cases/<ref> */
authority_operation population_guardianship; /* population: POST guardianship */
/* the number gateway of a carrier: POST number, for the one-time token that a phone got (POST /control/sims)
 */
authority_operation number_tell;
/* who warns of risks: GET flags, the list that PUT /control/flags set */
authority_operation flags_show;
/* any: POST disclosures, what an officer of the city sends on a ground */
authority_operation disclosure_receive;
/* a partner: POST promotions, somebody joined; answers with a coupon or the result of a draw */
authority_operation promotion_receive;

/* The text of a member, or NULL. */
const char *member_text(const json_t *object, const char *key);
