#include "services/stopped.h"
#include "store/store.h"
#include <pthread.h>

enum { STOPS_MAX = 64, KEY_MAX = 64, FRESH_MS = 1000 };

struct stop {
	char service[KEY_MAX]; /* "": the whole app */
	int64_t ends_at_ms;
};

/* Every request asks, and ends are planned days ahead: what was read stands for a second. */
static struct {
	pthread_mutex_t lock;
	const struct store *store;
	int64_t read_at_ms;
	struct stop stops[STOPS_MAX];
	size_t count;
} known = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct reading {
	struct stop stops[STOPS_MAX];
	size_t count;
};

static err stop_row(struct ctx *c, const struct row *row, void *arg)
{
	struct reading *r = arg;
	struct slice key = row_text(row, 0);

	(void)c;
	if (r->count == STOPS_MAX || key.n >= KEY_MAX)
		return OK;
	memcpy(r->stops[r->count].service, key.p, key.n);
	r->stops[r->count++].ends_at_ms = row_int(row, 1);
	return OK;
}

static err refresh(struct ctx *c)
{
	struct reading *r = ARENA_NEW(c->arena, struct reading);

	TRY(store_rows(c, c->store, Q_SERVICE_END_STANDING, NO_PARAMS, stop_row, r));
	pthread_mutex_lock(&known.lock);
	memcpy(known.stops, r->stops, sizeof known.stops);
	known.count = r->count;
	known.store = c->store;
	known.read_at_ms = c->now_ms;
	pthread_mutex_unlock(&known.lock);
	return OK;
}

static err has_ended(struct ctx *c, const char *service, bool *ret)
{
	bool fresh, ended = false;

	pthread_mutex_lock(&known.lock);
	fresh = known.store == c->store && c->now_ms - known.read_at_ms < FRESH_MS;
	pthread_mutex_unlock(&known.lock);
	if (!fresh)
		TRY(refresh(c));
	pthread_mutex_lock(&known.lock);
	for (size_t i = 0; i < known.count; i++)
		ended |= strcmp(known.stops[i].service, service) == 0 &&
			 known.stops[i].ends_at_ms <= c->now_ms;
	pthread_mutex_unlock(&known.lock);
	*ret = ended;
	return OK;
}

err app_has_ended(struct ctx *c, bool *ret)
{
	return has_ended(c, "", ret);
}

err service_must_stand(struct ctx *c, const struct service *s)
{
	bool ended = false;

	TRY(has_ended(c, s->key, &ended));
	if (!ended)
		TRY(app_has_ended(c, &ended));
	if (ended)
		FAIL(c, ERR_GONE, "“%s”已经停止服务，不再收集和提供信息；详见公告", s->name);
	return OK;
}
