/* Foreign code in a client: each call is asked for before anything is handed over, and stands in the person's
 * list. Of who is not logged in only the number of calls is kept. */
#pragma once

#include "consent/consent.h"
#include "policy/sdk.h"

struct sdk_call {
	const char *sdk, *trigger, *service, *state, *platform; /* service and state may be NULL */
	const char *reason;	  /* what it is called for, where the city gives reasons; else NULL */
	const char *const *items; /* keys of items, or "item.part" */
	size_t item_count;
};
/* ERR_REFUSED (sdk_decide) where the register, the person or the phone does not allow it: with an entry, or a
 * number. On success ret_n is the number of the entry, 0 for guests. ERR_STALE: decide again. */
err sdk_call(struct ctx *c, int64_t subject_id, const struct sdk_call *call, int64_t *ret_call_id,
	     int64_t *ret_n);

/* ERR_REFUSED unless messages may go to the person's phone by this SDK, handed to `to`: a registered one that
 * is there for messages (NT-1.5.0.a), and that the person did not refuse. platform: of a phone that wants
 * them from now on, which is then decided as a call; NULL when one is sent. A city without reasons has no
 * such SDK, and takes NULL or "" alone. */
struct push_way {
	const char *sdk, *platform;
	const struct recipient *to;
};
err sdk_push_allowed(struct ctx *c, int64_t subject_id, const struct facts *f, const struct push_way *way);

/* What was said about an SDK, for the person or else for the installation. ERR_CONFLICT when it cannot be
 * refused: it runs only when it is picked. */
err sdk_choose(struct ctx *c, int64_t subject_id, const struct sdk *s, bool allowed);

struct sdk_state {
	const struct sdk *sdk;
	enum sdk_choice choice;
	int64_t changed_at_ms, last_call_ms, calls; /* 0: never; calls only of persons */
};
typedef err (*sdk_state_fn)(struct ctx *c, const struct sdk_state *s, void *arg);
/* All of the register. */
err sdk_states(struct ctx *c, int64_t subject_id, sdk_state_fn fn, void *arg);

/* A person leaves: what was said, and when calls were made. Inside the transaction. */
err sdk_end_rows(struct ctx *c, struct tx *tx, int64_t subject_id);
/* Inside the transaction of a withdrawal of everything: no SDK is allowed any more; a refusal stands. */
err sdk_withdraw_rows(struct ctx *c, struct tx *tx, int64_t subject_id);
