/* Short messages. The text waits sealed in a row of its own; a job hands it to the gateway, the authority
 * "sms", and deletes the row. */
#pragma once

#include "jobs/jobs.h"
#include "vault/keys.h"

enum { SMS_SEALED_MAX = 1024 };

struct sms_draft {
	int64_t id, expires_at_ms;
	int64_t day; /* whose key seals it */
	uint8_t sealed[SMS_SEALED_MAX];
	size_t size;
};

/* Seals number and text; nothing is stored yet. After expires_at_ms it is not sent any more. */
err sms_prepare(struct ctx *c, struct slice phone, struct slice text, int64_t expires_at_ms,
		struct sms_draft *ret);
/* Inside the transaction of the act that wants it sent. */
err sms_rows(struct ctx *c, struct tx *tx, const struct sms_draft *draft);

/* Job kinds "sms_send", "sms_day_end", and those of notices.h. */
extern const struct job_kind notify_job_kinds[6];
