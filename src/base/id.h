/* 64-bit ids made by the server: 42 bits of milliseconds since 2024, 10 bits of node, 11 bits of sequence.
 * Time-ordered within a node; a wall clock that was set back never reorders them. Positive, never 0. */
#pragma once

#include <stdint.h>

/* Call once at start; node from 0 to 1023, one per running server on a store. */
void id_init(unsigned node);
int64_t id_new(int64_t now_ms);
/* No id made at or after that time is smaller. */
int64_t id_least(int64_t ms);
