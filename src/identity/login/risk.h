/* The risk of a login (TJ-1.2.1.4.a, TJ-1.2.1.4.b, NT-1.3.b): what is unusual about it, in points of the
 * city's own (risk.*), and what follows: a second proof of another kind than the first, and a message to the
 * person with time, place and a way to block. Only where something is unusual, or a source of warnings has
 * something to compare with, is personal data joined, by a permit for the purpose "safety" and with an entry.
 */
#pragma once

#include "account/devices.h"
#include "identity/identity_store.h"
#include "jobs/jobs.h"

enum { RISK_REASONS_MAX = 4 };
struct risk {
	struct own_device device;
	uint8_t place[HASH_SIZE];
	const char *reasons[RISK_REASONS_MAX]; /* "new_device", "new_place", "failures", "flagged" */
	size_t reason_count;
	int64_t points;
};
const char *risk_reason_name(const char *reason);

err risk_flags_any(struct ctx *c, const char *kind, bool *ret);

/* What an unusual login leaves: sealed values in the vault, a row, a message and a short message. Once an
 * hour for each device. */
err alert_raise(struct ctx *c, int64_t subject_id, const char *platform, const char *address,
		const struct risk *r);
/* Inside the transaction that starts a session after all. */
err alert_pass_rows(struct ctx *c, struct tx *tx, int64_t subject_id);
