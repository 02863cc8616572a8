/* Between the files of transfers. */
#pragma once

#include "ops/transfers.h"

err transfer_db_insert(struct ctx *c, const struct transfer *t);
err transfer_db_part(struct ctx *c, int64_t id, int64_t part, transfer_part_fn fn, void *arg);
/* Whether the person is in the package and has no entry of its hash yet. */
err transfer_db_person(struct ctx *c, int64_t subject_id, int64_t id, bool *ret);
