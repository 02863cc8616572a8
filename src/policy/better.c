#include "policy/better.h"
#include "policy/model.h"

/* Lists of city.yaml by what more of them means for people. */
static const char *const offers[] = {"cancel.scopes",	"withdraw.ways", "delete.channel",
				     "update.channels", "gate.rights",	 NULL};
static const char *const grounds[] = {"refusal.statutory", "refusal.discretion",      "refusal.limits",
				      "exception.collect", "exception.share.grounds", NULL};
static const char *const deadlines[] = {"reply.days", "delete.days", NULL};

static const struct release *agreed(const struct release *r, unsigned accepted)
{
	for (size_t i = 0; i < r->earlier_count; i++)
		if (r->earlier[i].number == accepted)
			return r->earlier[i].release;
	return NULL;
}

const char *release_version_agreed(const struct release *r, unsigned accepted)
{
	const struct release *old = agreed(r, accepted);

	return release_version(old ? old : r);
}

bool better_still_serves(const struct release *r, unsigned accepted, const char *service)
{
	const struct service *s = release_service(r, service);

	for (size_t i = 0; s && i < r->earlier_count; i++) {
		const struct gate_bounds *now = r->bounds[s->number].by,
					 *then = r->earlier[i].bounds[s->number].by;
		if (r->earlier[i].number != accepted)
			continue;
		bool same = then->present && (then->purposes >> s->purpose->number & 1) &&
			    (!s->recipient || (then->recipients >> s->recipient->number & 1));
		for (int action = 0; action < GATE_ACTIONS; action++)
			same = same && itemset_within(&now[action].may, &then[action].may);
		return same;
	}
	return false;
}

/* 0 is no end of its own. */
static int shorter(int a, int b)
{
	if (a == 0 || b == 0)
		return a ? a : b;
	return a < b ? a : b;
}

int better_category_days(const struct release *r, unsigned accepted, const struct category *k)
{
	const struct release *old = agreed(r, accepted);
	const struct category *then = old ? release_category(old, k->key) : NULL;

	return then ? shorter(then->retention_days, k->retention_days) : k->retention_days;
}

int better_kept_days(const struct release *r, unsigned accepted, const struct retention *k)
{
	const struct release *old = agreed(r, accepted);
	const struct retention *then = old ? release_retention(old, k->key) : NULL;

	return then && then->days < k->days ? then->days : k->days;
}

int64_t better_deadline(const struct release *r, unsigned accepted, const char *key, int64_t otherwise)
{
	const struct release *old = agreed(r, accepted);
	int64_t now = city_int(r, key, otherwise), then = old ? city_int(old, key, otherwise) : now;

	return then < now ? then : now;
}

static size_t add_values(const char **list, size_t count, const struct release *from, const char *key,
			 const struct release *other, bool both)
{
	size_t n = 0;
	const char *const *values = city_list(from, key, &n);

	for (size_t i = 0; i < n; i++)
		if (city_list_has(other, key, values[i]) == both)
			list[count++] = values[i];
	return count;
}

static const char **room_for(struct ctx *c, const struct release *a, const struct release *b, const char *key)
{
	size_t n = 0, m = 0;

	city_list(a, key, &n);
	city_list(b, key, &m);
	return ARENA_ARRAY(c->arena, const char *, n + m + 1);
}

const char *const *better_offers(struct ctx *c, const struct release *r, unsigned accepted, const char *key,
				 size_t *ret_count)
{
	const struct release *old = agreed(r, accepted);

	if (!old)
		return city_list(r, key, ret_count);
	const char **list = room_for(c, r, old, key);
	size_t count = add_values(list, 0, r, key, r, true);
	*ret_count = add_values(list, count, old, key, r, false);
	return list;
}

const char *const *better_grounds(struct ctx *c, const struct release *r, unsigned accepted, const char *key,
				  size_t *ret_count)
{
	const struct release *old = agreed(r, accepted);

	if (!old)
		return city_list(r, key, ret_count);
	const char **list = room_for(c, r, old, key);
	*ret_count = add_values(list, 0, r, key, old, true);
	return list;
}

bool better_exception(const struct release *r, unsigned accepted, const struct exception *e,
		      enum exception_context where)
{
	const struct release *old = agreed(r, accepted);
	const struct exception *then = old ? release_exception(old, e->key) : NULL;

	return exception_holds(e, where) && (!old || (then && exception_holds(then, where)));
}

/* ---- does a revision take something away? ---- */

static bool lacks_any(const struct release *has, const struct release *other, const char *const *keys)
{
	for (; *keys; keys++) {
		size_t n = 0;
		const char *const *values = city_list(has, *keys, &n);
		for (size_t i = 0; i < n; i++)
			if (!city_list_has(other, *keys, values[i]))
				return true;
	}
	return false;
}

static bool keeps_longer(const struct release *before, const struct release *after)
{
	for (unsigned i = 0; i < before->categories.count; i++) {
		const struct category *a = before->categories.rows[i], *b = release_category(after, a->key);
		if (b && shorter(a->retention_days, b->retention_days) != b->retention_days)
			return true;
	}
	for (unsigned i = 0; i < after->retentions.count; i++) {
		const struct retention *b = after->retentions.rows[i], *a = release_retention(before, b->key);
		if (!a || b->days > a->days)
			return true;
	}
	return false;
}

static bool answers_later(const struct release *before, const struct release *after)
{
	for (const char *const *key = deadlines; *key; key++) {
		int64_t a = city_int(before, *key, INT64_MAX);
		if (city_int(after, *key, INT64_MAX) > a)
			return true;
	}
	return false;
}

/* A new ground, a wider one, or one that asks for less. */
static bool excepts_more(const struct release *before, const struct release *after)
{
	for (unsigned i = 0; i < after->exceptions.count; i++) {
		const struct exception *b = after->exceptions.rows[i], *a = release_exception(before, b->key);
		if (!a || (b->contexts & ~a->contexts) || (a->needs & ~b->needs) ||
		    (b->secrecy && !a->secrecy))
			return true;
	}
	return false;
}

bool release_reduces(const struct release *before, const struct release *after)
{
	return lacks_any(before, after, offers) || lacks_any(after, before, grounds) ||
	       keeps_longer(before, after) || answers_later(before, after) || excepts_more(before, after);
}
