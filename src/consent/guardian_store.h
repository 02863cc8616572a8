/* The rows of guardian.sql; inside the module only. */
#pragma once

#include "consent/guardian.h"

/* ret->id 0 when there is none that is good. */
err guardian_db_code_get(struct ctx *c, const uint8_t hash[static HASH_SIZE], struct child *ret);
/* For facts_load: the sealed date of birth, empty when none is known. */
err guardian_db_birth(struct ctx *c, struct tx *tx, int64_t subject_id, struct slice *ret);

/* guardian.c */
err guardian_facts(struct ctx *c, struct slice sealed_birth, struct facts *f, int64_t *ret_of_age_ms);
err guardian_open_details(struct ctx *c, int64_t guardian_id, int64_t ward_id, struct slice sealed,
			  struct ward_details *ret);
