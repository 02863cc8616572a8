/* Deadlines of connections: a wheel of slots that turns one slot a tick. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum { WHEEL_SLOTS = 256 };

struct deadline {
	struct deadline *previous, *next;
	uint64_t due;	 /* tick; 0 before it was ever armed */
	uint64_t linked; /* the tick whose slot it sits in; 0: in none */
};

struct wheel {
	struct deadline *slots[WHEEL_SLOTS];
	uint64_t tick;
	unsigned tick_ms;
};

/* A deadline in ms from now, rounded up to a tick. Moving it later is cheap: it stays where it is until its
 * slot comes. */
void deadline_arm(struct wheel *w, struct deadline *d, unsigned ms);
void deadline_cancel(struct wheel *w, struct deadline *d);

/* One tick further; calls expired for each deadline that is due, which may arm that one again and touch no
 * other. */
void wheel_turn(struct wheel *w, void (*expired)(struct deadline *d));
