/* The list of all route tables, for the router and the OpenAPI document. */
#pragma once

#include "api/api.h"

/* Ends with NULL; each table ends with {0}. */
extern const struct api_route *const api_route_tables[];
