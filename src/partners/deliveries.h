/* Data of a person that a partner delivers (setting indirect.*; NT-1.2.3).
 *
 * A city lists its cooperations (indirect.cooperation): the partner, which of the four acts receive, use,
 * combine and analyse the business needs, and with which other sources the data may be combined. What is not
 * listed is refused (NT-1.2.3.b). A person lets one cooperation deliver by a consent of its own and is told a
 * number for the partner; a delivery brings that number and the partner's own reference to the person's grant
 * there, else it is refused (NT-1.2.3.a). What came has origin "partner", stands in the person's data and
 * list of uses, and goes when the person says so. A city without indirect.service has none of this. */
#pragma once

#include "consent/consent.h"
#include "jobs/jobs.h"

enum { DELIVERIES_SHOWN = 20, DELIVERY_TEXT_MAX = 2000 };

struct cooperation {
	const char *key, *name;
	const struct recipient *partner;
};
/* ERR_NOT_FOUND: this city has no such cooperation. */
err cooperation_find(struct ctx *c, const char *key, struct cooperation *ret);
typedef err (*cooperation_fn)(struct ctx *c, const struct cooperation *k, void *arg);
err cooperation_list(struct ctx *c, cooperation_fn fn, void *arg);
/* act: receive, use, combine, analyse. ERR_REFUSED when the cooperation does not need it. */
err cooperation_must_allow(struct ctx *c, const struct cooperation *k, const char *act);
/* with: what else the data is put together with; ERR_REFUSED when it is outside of the cooperation. */
err cooperation_must_combine(struct ctx *c, const struct cooperation *k, const char *with);

/* ---- the person ---- */

struct delivery {
	int64_t id, at_ms;
};
struct partner_grant {
	int64_t grant_id, consent_id; /* 0: not let */
	bool stands;		      /* its consent does */
	struct delivery deliveries[DELIVERIES_SHOWN];
	size_t delivery_count; /* all of them, also those that are not shown */
};
err partner_grant_of(struct ctx *c, int64_t subject_id, const struct cooperation *k,
		     struct partner_grant *ret);
/* Whether anything that came is still in use: neither deleted, nor past its period, nor taken back. */
err partner_data_in_use(struct ctx *c, int64_t subject_id, const struct cooperation *k, bool *ret);
/* What letting agrees to. */
err partner_grant_text(struct ctx *c, const struct cooperation *k, struct buf *ret, char ret_hash[static 65]);
err partner_grant_give(struct ctx *c, int64_t subject_id, const struct cooperation *k,
		       struct slice text_hash);
/* Takes the consent back and deletes what was delivered. */
err partner_grant_end(struct ctx *c, int64_t subject_id, const struct cooperation *k);

/* ---- the partner ---- */

struct delivering {
	const struct cooperation *cooperation;
	int64_t grant_id;	/* 0: none was given */
	struct slice reference; /* to the person's grant at the partner */
	struct slice text;	/* what is delivered, in words */
};
/* ERR_REFUSED without both references, without the act "receive", or without the person's consent. */
err delivery_take(struct ctx *c, const struct delivering *d, int64_t *ret_id);

/* Jobs: "deliveries_end" (of a person, for account_on_end). */
err deliveries_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
