/* The canonical document: what was loaded, as JSON that does not depend on files, order of keys, quotes or
 * comments. */
#include "base/json.h"
#include "policy/load.h"
#include <stdlib.h>

struct pair {
	struct slice key;
	struct node value;
};

static int by_key(const void *a, const void *b)
{
	struct slice x = ((const struct pair *)a)->key, y = ((const struct pair *)b)->key;
	int order = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);

	return order ? order : (x.n > y.n) - (x.n < y.n);
}

static void put_node(struct json *j, struct node at);

static void put_map(struct json *j, struct node map)
{
	size_t count = 0, size = node_size(map);
	struct pair *pairs = calloc(size + 1, sizeof *pairs);

	if (!pairs)
		abort();
	for (size_t i = 0; i < size; i++)
		if (node_there(node_value_at(map, i)))
			pairs[count++] = (struct pair){node_text(node_key_at(map, i)), node_value_at(map, i)};
	qsort(pairs, count, sizeof *pairs, by_key);
	json_open(j, '{');
	for (size_t i = 0; i < count; i++) {
		BUF_SCOPED key;
		buf_init(&key, 4096);
		buf_add_slice(&key, pairs[i].key);
		json_key(j, buf_slice(&key).p);
		put_node(j, pairs[i].value);
	}
	json_close(j, '}');
	free(pairs);
}

/* Digits without a leading zero stay a number; "0012" or a date is text. */
static bool is_number(struct slice text, int64_t *ret)
{
	if (text.n == 0 || text.n > 15 || (text.p[0] == '0' && text.n > 1))
		return false;
	for (size_t i = 0; i < text.n; i++)
		if (text.p[i] < '0' || text.p[i] > '9')
			return false;
	return slice_int(text, ret);
}

static void put_scalar(struct json *j, struct node at)
{
	struct slice text = node_text(at);
	int64_t n;

	if (node_is_plain(at) && (slice_is(text, "true") || slice_is(text, "false")))
		json_bool(j, slice_is(text, "true"));
	else if (node_is_plain(at) && is_number(text, &n))
		json_int(j, n);
	else
		json_slice(j, text);
}

static void put_node(struct json *j, struct node at)
{
	if (node_is_map(at)) {
		put_map(j, at);
	} else if (node_is_list(at)) {
		json_open(j, '[');
		for (size_t i = 0; i < node_size(at); i++)
			put_node(j, node_at(at, i));
		json_close(j, ']');
	} else {
		put_scalar(j, at);
	}
}

void canonical_document(const struct source *from, struct buf *ret)
{
	struct json j = json_to(ret);

	json_open(&j, '{');
	if (node_there(from->agreement)) {
		json_key(&j, "agreement");
		put_node(&j, from->agreement);
	}
	json_key(&j, "city");
	put_node(&j, from->city);
	json_key(&j, "items");
	put_node(&j, from->items);
	json_key(&j, "policy");
	put_node(&j, from->policy);
	json_key(&j, "services");
	json_open(&j, '[');
	for (size_t i = 0; i < from->service_lists; i++)
		for (size_t k = 0; k < node_size(from->services[i]); k++)
			put_node(&j, node_at(from->services[i], k));
	json_close(&j, ']');
	json_close(&j, '}');
}
