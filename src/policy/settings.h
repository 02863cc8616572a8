/* The settings that a city may have: each dotted key with the kind of its value. One that does not stand
 * here, or has another kind of value, is refused with its place and what to write; so that a slip of the pen
 * never leaves a rule silently off. */
#pragma once

#include "policy/schema.h"

bool setting_known(const char *key);

/* Complains about the value at `at` of the setting `key`, whose name stands at `name`. */
void setting_check(const struct schema_reader *in, struct node name, struct node at, const char *key);
