/* Flat bodies whose members are items. */
#pragma once

#include "api/api.h"
#include "identity/identity.h"

enum { TYPED_MAX = 32 };
/* All text members but `transport`. */
err api_typed(struct api_call *k, struct typed ret[static TYPED_MAX], size_t *ret_count);
/* Opens the session of a person who was just identified and writes {id, token?, expires_at} as the members of
 * an open object. */
err api_open_session(struct api_call *k, int64_t subject_id, const char *method, tx_fn also, void *arg);
