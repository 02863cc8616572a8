#include "connectors/internal.h"

enum { FAILURES_MAX = 5, OPEN_MS = 5000, OPEN_MAX_MS = 60000, DOUBLINGS_MAX = 4 };

bool breaker_allows(struct breaker *b, int64_t now_ms)
{
	if (b->failures < FAILURES_MAX)
		return true;
	if (now_ms < b->open_until_ms || b->on_trial)
		return false;
	b->on_trial = true;
	return true;
}

void breaker_tell(struct breaker *b, int64_t now_ms, bool success)
{
	b->on_trial = false;
	if (success) {
		b->failures = 0;
		return;
	}
	if (++b->failures < FAILURES_MAX)
		return;
	int doublings = b->failures - FAILURES_MAX;
	int64_t pause = (int64_t)OPEN_MS << (doublings < DOUBLINGS_MAX ? doublings : DOUBLINGS_MAX);
	b->open_until_ms = now_ms + (pause < OPEN_MAX_MS ? pause : OPEN_MAX_MS);
}
