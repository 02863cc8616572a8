/* An older release whose acceptance still counts, in the numbers of the newer one (DESIGN §4: allowed only if
 * both allow it). */
#include "policy/model.h"

static struct itemset items_across(const struct release *newer, const struct release *older,
				   const struct itemset *from)
{
	struct itemset set = {0};

	for (unsigned i = 0; i < older->items.count; i++) {
		const struct item *it =
			itemset_has(from, i) ? release_item(newer, row_key(older->items.rows[i])) : NULL;
		if (it)
			itemset_add(&set, it->number);
	}
	return set;
}

static uint64_t purposes_across(const struct release *newer, const struct release *older, uint64_t from)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < older->purposes.count && i < 64; i++) {
		const struct purpose *p =
			from >> i & 1 ? release_purpose(newer, row_key(older->purposes.rows[i])) : NULL;
		if (p)
			bits |= UINT64_C(1) << p->number;
	}
	return bits;
}

static uint64_t recipients_across(const struct release *newer, const struct release *older, uint64_t from)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < older->recipients.count && i < 64; i++) {
		const struct recipient *to =
			from >> i & 1 ? release_recipient(newer, row_key(older->recipients.rows[i])) : NULL;
		if (to)
			bits |= UINT64_C(1) << to->number;
	}
	return bits;
}

static struct service_bounds bounds_across(const struct release *newer, const struct release *older,
					   const struct service *s)
{
	const struct service *then = release_service(older, s->key);

	if (!then)
		return (struct service_bounds){0};
	struct service_bounds b = older->bounds[then->number];
	for (int action = 0; action < GATE_ACTIONS; action++) {
		b.by[action].may = items_across(newer, older, &b.by[action].may);
		b.by[action].purposes = purposes_across(newer, older, b.by[action].purposes);
		b.by[action].recipients = recipients_across(newer, older, b.by[action].recipients);
	}
	return b;
}

void model_earlier(struct release *newer, const struct release *older)
{
	struct earlier *grown = ARENA_ARRAY(newer->arena, struct earlier, newer->earlier_count + 1);
	struct service_bounds *bounds = model_bounds(newer);

	for (unsigned i = 0; i < newer->services.count; i++)
		bounds[i] = bounds_across(newer, older, newer->services.rows[i]);
	if (newer->earlier_count)
		memcpy(grown, newer->earlier, newer->earlier_count * sizeof *grown);
	grown[newer->earlier_count++] = (struct earlier){older->number, release_hold(older), bounds};
	newer->earlier = grown;
}
