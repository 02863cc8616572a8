/* What the transport authority knows: the city's railway stations and bus stops, at their places (open data).
 */
#pragma once

#include <jansson.h>

/* A table of them; with a position ("lat,lon;gps") the nearest first and with the distance, else by district.
 */
json_t *stations_table(const char *service, const char *position);
