/* News for people: new versions of the policy, what an officer announces, progress of one's own matters.
 *
 * A message is a row of the inbox that says what it is about; its text comes from there, so that nothing
 * about a person stands in it. Messages to everybody go out in rounds, batch by batch. What leaves the app
 * (short message, mail, push) is a job for each message and way: the number, address or token is released by
 * the gate with an entry, once. */
#pragma once

#include "jobs/jobs.h"
#include "policy/policy.h"
#include "policy/releases.h"

/* Tells everybody about each release that was published since, with what it changes (TJ-0.2.d, NT-6.1.b).
 * However many servers call it, each release is announced once. The first release of all is no news. */
err notices_announce(struct ctx *c, struct releases *all);

/* ---- the notice of a version, as the app shows it ---- */
struct policy_notice {
	int64_t release_number, message_id, effective_at_ms, announced_at_ms;
	const char *version;
	bool major,
		reduces; /* reduces: takes a right away, so that only an express act accepts it (TJ-7.1.b) */
	const char *changes; /* lines: kind, tab, 1 when major, tab, sentence */
};
/* The version that waits for the caller's agreement: the newest one in force, else the next one announced;
 * `changes` are all since the version that was agreed to. *ret_any false: none, or nothing was agreed to yet.
 */
err notice_pending(struct ctx *c, int64_t subject_id, struct policy_notice *ret, bool *ret_any);
/* The notice was on the person's screen. ERR_CONFLICT when that version waits for nothing. */
err notice_was_shown(struct ctx *c, int64_t subject_id, const char *version);
/* Whether going on would count for this notice: the city lets it (setting consent.continue), it is in force,
 * and it takes no right away. */
bool notice_may_continue(const struct ctx *c, const struct policy_notice *n);
/* Going on using the app after the notice (TJ-0.2.e, TJ-7.2.d). ERR_CONFLICT: it was not shown before, or is
 * not in force; ERR_REFUSED: the city does not count it, or it takes a right away. */
err notice_continue(struct ctx *c, int64_t subject_id, const char *version);
err notice_by_number(struct ctx *c, int64_t release_number, struct policy_notice *ret);

/* ---- announcements ---- */
struct announcement {
	int64_t id, at_ms;
	const char *title, *body, *by;
	bool promotional, mandatory; /* mandatory: reaches those, too, who unsubscribed; never promotional */
};
/* ERR_INVALID for one that is both promotional and mandatory (TJ-8.2.b), and for a mandatory one where the
 * city lets people unsubscribe from everything. */
err announcement_publish(struct ctx *c, const struct announcement *a, int64_t *ret_id);
typedef err (*announcement_fn)(struct ctx *c, const struct announcement *a, void *arg);
err announcement_list(struct ctx *c, int64_t before, int limit, announcement_fn fn, void *arg);
err announcement_get(struct ctx *c, int64_t id, struct announcement *ret);

/* ---- notices with words of their own ---- */
struct notice_text {
	const char *title, *brief, *body; /* brief: for short messages and pushes */
};
/* Kept under the id of what it tells; the first words stay. */
err notice_text_put(struct ctx *c, int64_t id, const struct notice_text *t);
/* ERR_NOT_FOUND. */
err notice_text_get(struct ctx *c, int64_t id, struct notice_text *ret);
/* What it told does not hold any more: its title says so in the inbox. */
err notice_text_retract(struct ctx *c, int64_t id);
/* Whether the person gave a number, an address or a push token that this kind of message goes to. */
err notice_reaches(struct ctx *c, int64_t subject_id, const char *kind, bool *ret);

/* ---- the inbox ---- */
struct message {
	int64_t id, ref_id, at_ms, read_at_ms; /* read_at_ms 0: not opened yet */
	const char *kind;		       /* "policy": release number; "announcement"; "case": case id;
					 "incident", "end", "transfer": id of its notice_text;
					 "publication", "ward_use": use of a ground; "login": an unusual login */
};
typedef err (*message_fn)(struct ctx *c, const struct message *m, void *arg);
/* Newest first, below id `before` (0: from the newest). */
err message_list(struct ctx *c, int64_t subject_id, int64_t before, int limit, message_fn fn, void *arg);
/* ERR_NOT_FOUND for another person's. */
err message_get(struct ctx *c, int64_t subject_id, int64_t message_id, struct message *ret);
err message_open(struct ctx *c, int64_t subject_id, int64_t message_id);
struct unread {
	int64_t all, policy;
};
err message_unread(struct ctx *c, int64_t subject_id, struct unread *ret);
/* Inside the transaction of the act: a message, and the job that sends it by the city's ways. Once for each
 * (person, message). */
err message_rows(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t message_id, const char *kind,
		 int64_t ref_id);
/* By which ways it went out, for the person. */
typedef err (*delivery_fn)(struct ctx *c, const char *channel, const char *state, int64_t at_ms, void *arg);
err message_deliveries(struct ctx *c, int64_t subject_id, int64_t message_id, delivery_fn fn, void *arg);

/* ---- what people do not want to get ---- */
struct topic {
	const char *key, *name;
	bool by_default;
	bool subscribed, optional; /* of one person */
};
typedef err (*topic_fn)(struct ctx *c, const struct topic *t, void *arg);
err subscription_list(struct ctx *c, int64_t subject_id, topic_fn fn, void *arg);
/* ERR_NOT_FOUND: no such topic; ERR_REFUSED: the city does not let it be unsubscribed (TJ-8.2.b). */
err subscription_set(struct ctx *c, int64_t subject_id, const char *topic, bool subscribed);

/* ---- push ---- */
/* Stores the device's push token sealed; needs the permission and is gone with the session. sdk: by which one
 * of the register messages reach the device (sdk_push_allowed); NULL where the city has none for that. */
err push_register(struct ctx *c, int64_t subject_id, const char *platform, const char *sdk,
		  struct slice token);
err push_forget(struct ctx *c, int64_t subject_id);
/* Inside the transaction that ends sessions: of one, or with 0 of all but `except`. The tokens go with them.
 */
err push_session_end_rows(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t session_id,
			  int64_t except);
