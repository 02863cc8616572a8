/* Which identifiers' keys end with an account; inside the module only. */
#pragma once

#include "account/account.h"

/* Before the end is decided: the slots of the identifiers' keys, sealed under the account's key (in the
 * arena). An entry tells the person that name and numbers were read for it. */
err ending_identifiers_find(struct ctx *c, const struct facts *f, struct head *h, struct slice *ret_sealed);
/* Ends the keys that were written down by account_db_ending_put. Doing it again changes nothing. Before the
 * account's own key. */
err ending_identifiers_end(struct ctx *c, int64_t subject_id);
