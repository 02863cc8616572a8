#include "http/deadline.h"

#include <stddef.h>

void deadline_cancel(struct wheel *w, struct deadline *d)
{
	if (d->linked == 0)
		return;
	if (d->previous)
		d->previous->next = d->next;
	else
		w->slots[d->linked % WHEEL_SLOTS] = d->next;
	if (d->next)
		d->next->previous = d->previous;
	d->linked = 0;
}

static void link_at_due(struct wheel *w, struct deadline *d)
{
	struct deadline **slot = &w->slots[d->due % WHEEL_SLOTS];

	d->linked = d->due;
	d->previous = NULL;
	d->next = *slot;
	if (*slot)
		(*slot)->previous = d;
	*slot = d;
}

void deadline_arm(struct wheel *w, struct deadline *d, unsigned ms)
{
	d->due = w->tick + 1 + (ms + w->tick_ms - 1) / w->tick_ms;
	if (d->linked != 0 && d->linked <= d->due)
		return;
	deadline_cancel(w, d);
	link_at_due(w, d);
}

/* The slot is taken off as a whole first: what expired() arms anew may land in the same slot. */
void wheel_turn(struct wheel *w, void (*expired)(struct deadline *d))
{
	w->tick++;
	struct deadline **slot = &w->slots[w->tick % WHEEL_SLOTS];
	struct deadline *due = NULL;

	for (struct deadline *d = *slot, *next; d; d = next) {
		next = d->next;
		if (d->due > w->tick && d->due % WHEEL_SLOTS == w->tick % WHEEL_SLOTS)
			continue; /* a whole turn later */
		deadline_cancel(w, d);
		if (d->due > w->tick) {
			link_at_due(w, d);
			continue;
		}
		d->next = due;
		due = d;
	}
	while (due) {
		struct deadline *d = due;
		due = d->next;
		expired(d);
	}
}
