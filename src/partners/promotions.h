/* Joint promotions with a partner: coupons to take, draws (setting campaign.enabled; NT-2.1.12).
 *
 * A policy_officer draws one up: a partner of the policy with its papers, the list of the kinds of data that
 * the partner gets (some of campaign.data), first and last day. A privacy_officer agrees; without the list
 * neither is possible (NT-2.1.12.c). People read the list before they join; joining is a consent of its own
 * for this partner and this promotion, which ends with it. Then, and only then, the data of the list goes to
 * the partner, who may ask for it again for the purpose of the promotion until its end (NT-2.1.12.a,
 * NT-2.1.12.b). A city that declares no service for it (campaign.service) has none of this: ERR_NOT_FOUND. */
#pragma once

#include "consent/consent.h"
#include "jobs/jobs.h"

enum { PROMOTION_TITLE_MAX = 40, PROMOTION_TEXT_MAX = 1000, PROMOTION_OPTIONS_MAX = 8 };

struct promotion {
	int64_t id;
	const char *state; /* waiting rejected ended; agreed ones by today's date: coming running over */
	const char *title, *text, *kind; /* kind: key of campaign.kinds */
	const char *partner;		 /* key of a recipient */
	const char *data;		 /* keys of campaign.data, between spaces */
	const char *options;		 /* what may be chosen, one a line; "" when nothing is */
	int64_t from_ms, until_ms;	 /* until: the midnight after the last day */
	int64_t officer_id, created_at_ms, decided_at_ms, ended_at_ms;
	const char *officer, *second, *ended_by, *reason;
};

/* The service that promotions are held under. ERR_NOT_FOUND: this city holds none. */
err promotion_service(struct ctx *c, const struct service **ret);
/* Walks a list between spaces; NULL at the end. */
const char *promotion_next_key(struct ctx *c, const char **at);
/* The name of a kind (of "campaign.kinds") or of a kind of data ("campaign.data"). */
const char *promotion_word(const struct ctx *c, const char *setting, const char *key);

/* ---- officers ---- */

/* By c->actor, as waiting; sets id and state. ERR_INVALID with a field each. */
err promotion_draw_up(struct ctx *c, struct promotion *p);
/* By another officer than who drew it up. ERR_INVALID when it would not be accepted any more; ERR_REFUSED
 * when the partner's papers do not stand. */
err promotion_agree(struct ctx *c, int64_t id, struct promotion *ret);
err promotion_reject(struct ctx *c, int64_t id, const char *reason, struct promotion *ret);
/* At once, before its last day. */
err promotion_end(struct ctx *c, int64_t id, const char *reason, struct promotion *ret);
typedef err (*promotion_fn)(struct ctx *c, const struct promotion *p, void *arg);
/* Newest first, below `before` (0: from the newest), at most limit. */
err promotion_list(struct ctx *c, int64_t before, int limit, promotion_fn fn, void *arg);

/* ---- people ---- */

/* What people may see: agreed to, also when it is over. As promotion_list. */
err promotion_list_shown(struct ctx *c, int64_t before, int limit, promotion_fn fn, void *arg);
/* One of them; ERR_NOT_FOUND for another. */
err promotion_shown(struct ctx *c, int64_t id, struct promotion *ret);
/* What joining agrees to, word by word. */
err promotion_text(struct ctx *c, const struct promotion *p, struct buf *ret, char ret_hash[static 65]);

struct promotion_entry {
	int64_t promotion_id, entry_id, consent_id, joined_at_ms;
	const char *state; /* sending sent stopped; left when the consent was withdrawn, over after the end */
};
/* choice: one of the options, or empty where there are none. Agrees, keeps the data of the list, and sends it
 * by a job. ERR_INVALID for another text; ERR_CONFLICT when it is not running, or joined already. */
err promotion_join(struct ctx *c, int64_t subject_id, int64_t id, struct slice text_hash, struct slice choice,
		   struct promotion_entry *ret);
/* entry_id 0: never joined. */
err promotion_entry_of(struct ctx *c, int64_t subject_id, const struct promotion *p,
		       struct promotion_entry *ret);
/* What went to the partner, and what the partner answered (empty: nothing yet), read for the person. */
struct promotion_outcome {
	const char *sent, *result;
};
err promotion_outcome(struct ctx *c, int64_t subject_id, const struct promotion_entry *e,
		      struct promotion_outcome *ret);

/* ---- the partner ---- */

/* The partner asks for the data of an entry again. fn is told the values after the entry of the use is
 * durable. ERR_NOT_FOUND for another partner's entry; ERR_REFUSED, entered for the person, for another
 * purpose, after the end, or after leaving. */
struct promotion_use {
	const struct recipient *partner;
	int64_t entry_id;
	const char *purpose; /* key */
};
typedef void (*promotion_value_fn)(const char *item, struct slice value, void *arg);
err promotion_use(struct ctx *c, const struct promotion_use *u, promotion_value_fn fn, void *arg);

/* Jobs: "promotion_send" (ref_id is the entry), "promotions_end" (of a person, for account_on_end). */
err promotion_send_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
err promotions_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);

/* Inside src/partners. */
err promotion_get(struct ctx *c, int64_t id, struct promotion *ret);
