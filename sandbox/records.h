/* What the registers hold about a synthetic person: a value for every data item that a service may ask for.
 */
#pragma once

#include "people.h"
#include <jansson.h>

/* New reference: a string, or a table {columns: [{key, name}], rows: [[text]]}; NULL when no register has
 * that item. now_ms decides which months a table of payments shows. */
json_t *record_value(const struct people *p, const struct person *x, const char *item, int64_t now_ms);

/* For queries that name nobody (weather, the nearest office). */
json_t *record_public(const char *item, const char *authority);

/* Items that a register compares with what it holds. Free text, places, pictures and phone numbers are not
 * among them: people move, and change phones; `numbers` counts those in, for who keeps them. */
bool record_is_compared(const char *item, bool numbers);

/* Whether a given value is the person's; spaces and the case of letters do not count. */
bool record_matches(const struct people *p, const struct person *x, const char *item, const char *value,
		    int64_t now_ms);

/* Everything about a person, for tests and the demo page. */
json_t *record_all(const struct people *p, const struct person *x, int64_t now_ms);
bool person_is_minor(const struct person *x, int64_t now_ms);
