/* Whose consent a new version does not cover: the smallest set that must be asked again. */
#include "policy/diff.h"
#include "policy/model.h"

static const char *items_added(struct ctx *c, const struct release *before, const struct itemset *had,
			       const struct release *after, const struct itemset *has)
{
	const char *list = NULL;

	for (unsigned i = 0; i < after->items.count; i++) {
		const struct item *it = after->items.rows[i],
				  *then = itemset_has(has, i) ? release_item(before, it->key) : NULL;
		if (itemset_has(has, i) && !(then && itemset_has(had, then->number)))
			list = list ? arena_printf(c->arena, "%s、%s", list, it->name) : it->name;
	}
	return list;
}

/* A consent names its items, and holds while its terms stand (consent_terms). */
static const char *reason_of(struct ctx *c, const struct release *before, const struct release *after,
			     const struct service *s, const struct itemset *offered)
{
	const struct service *then = release_service(before, s->key);
	char terms[65], terms_then[65];

	if (!then)
		return "新的服务";
	struct itemset had = consent_offer_items(before, then);
	const char *more = items_added(c, before, &had, after, offered);
	if (more)
		return arena_printf(c->arena, "增加了信息：%s", more);
	consent_terms(c, before, then, then->recipient, terms_then);
	consent_terms(c, after, s, s->recipient, terms);
	return strcmp(terms, terms_then) ? "目的、提供方、接收方或者保存期限有变化" : NULL;
}

struct policy_asked *policy_ask_again(struct ctx *c, const struct release *before,
				      const struct release *after)
{
	struct policy_asked *first = NULL, **last = &first;

	for (unsigned i = 0; i < after->services.count; i++) {
		const struct service *s = after->services.rows[i];
		struct itemset offered = consent_offer_items(after, s);
		const char *why = itemset_empty(&offered) ? NULL : reason_of(c, before, after, s, &offered);
		if (!why)
			continue;
		*last = ARENA_NEW(c->arena, struct policy_asked);
		**last = (struct policy_asked){s->key, s->name, why, NULL};
		last = &(*last)->next;
	}
	return first;
}
