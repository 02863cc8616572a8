/* The staff member who calls a route of API_STAFF. */
#pragma once

#include "account/account.h"
#include "api/api.h"
#include "ops/staff.h"

/* Lives as long as the call. */
struct staff *api_staff_of(const struct api_call *k);
/* ERR_REFUSED unless the caller has one of the roles (role2 may be NULL). */
err api_staff_must_be(struct api_call *k, const char *role, const char *role2);
/* A text member without the blanks around it; "" when it is missing. */
const char *api_office_text(const struct api_call *k, const char *name);
/* The texts of a list member with `between` between them, so that it stands in none of them. ERR_INVALID for
 * an empty text, one with `between` in it, or very many. */
err api_office_words(struct api_call *k, const char *name, char between, const char **ret);
/* A day of the body (2026-01-31) as its midnight in Asia/Shanghai. */
err api_office_day(struct api_call *k, const char *name, int64_t *ret_ms);
/* A text member of a part of the body; empty when it is missing. */
struct slice api_text_in(const json_t *object, const char *key);
/* The part "person" of the body: whom an officer names. */
struct person_named api_office_person(const struct api_call *k);
