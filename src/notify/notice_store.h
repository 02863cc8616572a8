/* Between the files of notices; inside the module only. */
#pragma once

#include "consent/consent.h"
#include "consent/sdk_calls.h"
#include "notify/notices.h"
#include "vault/vault.h"

enum { TOPICS = 4, NOTICE_TARGETS_MAX = 32 };
extern const struct topic notice_topics[TOPICS];

/* The topic that a message belongs to, and whether it goes out whatever the person wishes. */
err notice_topic(struct ctx *c, const struct message *m, const char **ret_topic, bool *ret_mandatory);
err notice_subscribed(struct ctx *c, int64_t subject_id, const char *topic, bool *ret);
/* Ways beside the app for a kind of message, from the city's settings. */
size_t notice_ways(const struct ctx *c, const char *kind, const char *ret[static 4]);
/* What a short message, a mail or a push says; brief: short enough for a short message. */
err notice_words(struct ctx *c, const struct message *m, bool brief, const char **ret_title,
		 const char **ret_text);
/* An incident, the end of a service or a transfer: its words are a notice_text. */
static inline bool has_own_words(const char *kind)
{
	return strcmp(kind, "incident") == 0 || strcmp(kind, "end") == 0 || strcmp(kind, "transfer") == 0;
}
/* Starts a round through everybody, inside a transaction. */
err notice_round_rows(struct ctx *c, struct tx *tx, int64_t round_id, const char *kind, int64_t ref_id);
/* A refusal about a person is an entry, too. */
void notice_refused(struct ctx *c, struct head *h, const struct gate_request *q);

/* Job handlers. */
err notice_round_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
err notice_deliver_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
err notice_send_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
err messages_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
