/* The rows and files of sealed blobs, for the vault's own use. */
#pragma once

#include "vault/vault.h"

err blobs_scopes(struct ctx *c, int64_t subject_id,
		 err (*fn)(struct ctx *c, const struct scope_held *s, void *arg), void *arg);
/* Removes files, then rows, of these scopes. */
err blobs_end(struct ctx *c, int64_t subject_id, const char *const *scopes, size_t count);
/* The same for what is past its end date. */
err blobs_expire(struct ctx *c, int64_t subject_id, int64_t *ret_deleted);
/* The same, after a restore, for blobs that are on the list of deletions; adds how many. */
err blobs_end_deleted(struct ctx *c, int64_t subject_id, int64_t *ended);
