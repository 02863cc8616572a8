/* What the screens of people and of officers tell alike. */
#pragma once

#include "base/json.h"
#include "partners/promotions.h"

/* The lines as a member "options" of the open object. */
void api_put_options(struct json *j, const char *options);
