/* The catalogue: which services a person can find, in an order that puts the likeliest first.
 *
 * A search word matches Chinese text of name, keywords, category and summary, the full pinyin of the name,
 * and its initials: "gjj" finds 公积金 (公积金 is gong ji jin). */
#pragma once

#include "policy/policy.h"

/* Services of shape internal are never listed, nor those of third parties that are not admitted. query and
 * category may be empty. From position `cursor` of the ordered list, at most limit; *ret_next is the position
 * to go on from, 0 at the end. Services live in the release. */
err catalogue_search(struct ctx *c, struct slice query, struct slice category, int64_t cursor, int limit,
		     const struct service ***ret, size_t *ret_count, int64_t *ret_next);

/* How well a service answers a query: 0 not at all, more is better. */
int catalogue_score(const struct service *s, struct slice query);
