#include "base/id.h"
#include <assert.h>
#include <stdatomic.h>

enum { NODE_BITS = 10, SEQUENCE_BITS = 11 };
static const int64_t epoch_2024_ms = INT64_C(1704067200000);

static _Atomic int64_t last_tick; /* milliseconds << SEQUENCE_BITS | sequence */
static unsigned own_node;

void id_init(unsigned node)
{
	assert(node < 1u << NODE_BITS);
	own_node = node;
}

int64_t id_least(int64_t ms)
{
	return ms > epoch_2024_ms ? (ms - epoch_2024_ms) << (NODE_BITS + SEQUENCE_BITS) : 0;
}

/* The tick is the larger of "now" and "one after the last": a clock set back, or more than 2048 ids in a
 * millisecond, borrow from the future instead of repeating. */
int64_t id_new(int64_t now_ms)
{
	int64_t now_tick = (now_ms - epoch_2024_ms) << SEQUENCE_BITS;
	int64_t last = atomic_load(&last_tick), tick;

	assert(now_ms > epoch_2024_ms);
	do {
		tick = now_tick > last ? now_tick : last + 1;
	} while (!atomic_compare_exchange_weak(&last_tick, &last, tick));

	int64_t ms = tick >> SEQUENCE_BITS, sequence = tick & ((1 << SEQUENCE_BITS) - 1);
	return ms << (NODE_BITS + SEQUENCE_BITS) | (int64_t)own_node << SEQUENCE_BITS | sequence;
}
