/* Words that names and addresses of synthetic people are put together from. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum city { CITY_TIANJIN, CITY_NANTONG, CITY_COUNT };

/* A stream of random numbers that is the same for the same seed on every machine (splitmix64). */
struct dice {
	uint64_t state;
};
uint64_t dice_roll(struct dice *d);
/* From 0 to n - 1. */
unsigned dice_below(struct dice *d, unsigned n);
/* The stream of one property of one person: changing one property leaves the others as they are. */
struct dice dice_for(uint64_t seed, unsigned person, const char *property);

const char *city_key(enum city c);
const char *city_name(enum city c);
/* First four digits of the area codes: none of them was ever assigned. */
const char *city_area_prefix(enum city c);

const char *surname_of(struct dice *d);
/* One or two characters, into ret. */
void given_name_of(struct dice *d, bool female, char ret[static 16]);
const char *district_of(enum city c, struct dice *d);
const char *street_of(struct dice *d);
const char *ethnicity_of(struct dice *d);
const char *occupation_of(struct dice *d);
const char *school_of(struct dice *d);
