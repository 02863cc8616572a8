/* A test clock follows the sandbox's: polled ten times a second, and told there when no job is due. */
#pragma once

#include "base/clock.h"
#include <stdbool.h>

struct follower;

/* settled answers whether no job is due and none runs; called from the follower's thread. */
struct follower *follower_start(struct clock *clock, const char *sandbox_url, bool (*settled)(void *),
				void *user);
void follower_stop(struct follower *f);
