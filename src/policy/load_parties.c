/* What third parties and cooperating providers must bring before their services can be published. */
#include "policy/load.h"

static struct node node_of(struct node policy, const struct recipient *to)
{
	struct node list = node_get(policy, "recipients");

	for (size_t i = 0; node_is_list(list) && i < node_size(list); i++) {
		struct node key = node_get(node_at(list, i), "key");
		if (node_is_scalar(key) && slice_is(node_text(key), to->key))
			return node_at(list, i);
	}
	return policy;
}

static bool is_link(const char *text)
{
	return text && strncmp(text, "https://", 8) == 0 && !strpbrk(text, " \"<>\r\n");
}

/* People are pointed to the party's own texts (TJ-2.1.5.c). */
static void check_texts(struct node policy, const struct service *s)
{
	const struct recipient *to = s->recipient;

	if (!is_link(to->agreement_url))
		node_complain(node_of(policy, to),
			      "'%s' offers the third party's service '%s' without its agreement "
			      "(TJ-2.1.5.c); write "
			      "agreement_url: https://…",
			      to->key, s->key);
	if (!is_link(to->policy_url))
		node_complain(
			node_of(policy, to),
			"'%s' offers the third party's service '%s' without its privacy policy (TJ-2.1.5.c); "
			"write policy_url: https://…",
			to->key, s->key);
}

static bool among(const struct loader *l, const char *item)
{
	const struct setting *s = NULL;

	for (size_t i = 0; i < l->r->setting_count && !s; i++)
		if (strcmp(l->r->settings[i].key, "share.partner_items") == 0)
			s = &l->r->settings[i];
	for (size_t i = 0; s && i < s->count; i++)
		if (strcmp(s->list[i], item) == 0)
			return true;
	return false;
}

static bool has_common_items(const struct loader *l)
{
	for (size_t i = 0; i < l->r->setting_count; i++)
		if (strcmp(l->r->settings[i].key, "share.partner_items") == 0)
			return l->r->settings[i].count > 0;
	return false;
}

/* The city's items and those that the provider's product needs, which its own list names (TJ-2.1.4.a). */
static void check_items(struct loader *l, struct node policy, const struct service *s)
{
	const struct recipient *to = s->recipient;

	if (strcmp(to->kind, "partner") != 0 && strcmp(to->kind, "affiliate") != 0)
		return;
	for (unsigned i = 0; i < l->r->items.count; i++) {
		const struct item *it = l->r->items.rows[i];
		if (itemset_has(&s->shared, i) && !itemset_has(&to->items, i) && !among(l, it->key))
			node_complain(node_of(policy, to),
				      "service '%s' shares '%s' with '%s', which is neither among "
				      "share.partner_items "
				      "nor on its own list (TJ-2.1.4.a); remove it there, or write items: "
				      "[%s, …] here",
				      s->key, it->key, to->key, it->key);
	}
}

void check_parties(struct loader *l, struct node policy)
{
	bool lists = has_common_items(l);

	for (unsigned i = 0; i < l->r->services.count; i++) {
		const struct service *s = l->r->services.rows[i];
		if (!s->recipient)
			continue;
		if (strcmp(s->provider_kind, "third_party") == 0)
			check_texts(policy, s);
		if (lists)
			check_items(l, policy, s);
	}
}
