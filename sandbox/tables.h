/* Values that are tables. */
#pragma once

#include "people.h"
#include <jansson.h>

json_t *table_social_security(const struct people *p, const struct person *x, int64_t now_ms);
json_t *table_housing_fund(const struct people *p, const struct person *x, int64_t now_ms);
json_t *table_family(const struct people *p, const struct person *x, int64_t now_ms);
json_t *table_bills(const struct people *p, const struct person *x, int64_t now_ms);
json_t *table_payments(const struct people *p, const struct person *x, int64_t now_ms);
json_t *table_violations(const struct people *p, const struct person *x, int64_t now_ms);
json_t *table_appointments(const struct people *p, const struct person *x, int64_t now_ms);
json_t *table_services(const struct people *p, const struct person *x, int64_t now_ms);
