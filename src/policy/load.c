/* Makes a release of its parts: what the parts share, and the order in which they are read. */
#include "policy/load.h"
#include "crypto/crypto.h"
#include <stdlib.h>

/* ---- helpers of the parts ---- */

bool load_row(struct loader *l, const struct table *t, struct node map, const struct schema *s, void *form)
{
	if (schema_read(&l->in, map, s, form))
		return true;
	struct node key = node_get(map, s->fields[0].key);
	if (node_is_scalar(key)) {
		struct refused *row = ARENA_NEW(l->in.arena, struct refused);
		*row = (struct refused){t, arena_slice(l->in.arena, node_text(key)), l->refused};
		l->refused = row;
	}
	return false;
}

static bool was_refused(const struct loader *l, const struct table *t, struct slice key)
{
	for (const struct refused *row = l->refused; row; row = row->next)
		if (row->table == t && slice_eq(row->key, key))
			return true;
	return false;
}

bool load_spoiled(const struct loader *l, size_t complaints_before)
{
	return l->complaints->failed || l->complaints->size > complaints_before;
}

bool load_add(struct loader *l, struct table *t, struct node map, const char *noun, const char *key,
	      void *row, unsigned *row_number)
{
	(void)l;
	if (model_find(t, key)) {
		node_complain(node_get(map, "key"),
			      "%s '%s' stands twice; give this one another key, or remove it", noun, key);
		return false;
	}
	model_add(t, row, row_number);
	return true;
}

static const char *nearest_key(struct slice key, const struct table *t)
{
	const char *best[1] = {NULL};
	const char *names[ITEMS_MAX];
	unsigned count = t->count < ITEMS_MAX ? t->count : ITEMS_MAX;

	for (unsigned i = 0; i < count; i++)
		names[i] = row_key(t->rows[i]);
	best[0] = schema_nearest(key, names, count);
	return best[0];
}

void *load_reference(struct loader *l, const struct table *t, struct node at, const char *noun,
		     const char *where)
{
	if (!node_is_scalar(at)) {
		node_complain(at, "a %s must be named by its key; write one that %s declares", noun, where);
		return NULL;
	}
	struct slice text = node_text(at);
	void *row = model_find(t, arena_copy(l->in.arena, text));
	if (row || was_refused(l, t, text))
		return row;
	const char *near = nearest_key(text, t);
	if (near)
		node_complain(at, "unknown %s '%.*s'; write '%s', or declare it in %s", noun, (int)text.n,
			      text.p, near, where);
	else
		node_complain(at, "unknown %s '%.*s'; declare it in %s, or remove it here", noun, (int)text.n,
			      text.p, where);
	return NULL;
}

void load_each(struct loader *l, struct node list, element_fn fn, void *arg)
{
	if (node_is_list(list) && node_size(list) > NODE_ROWS_MAX) { /* rows are compared with each other */
		node_complain(list, "more than %d rows stand here; split or shorten the list", NODE_ROWS_MAX);
		return;
	}
	for (size_t i = 0; node_is_list(list) && i < node_size(list); i++)
		fn(l, node_at(list, i), arg);
}

struct itemset load_itemset(struct loader *l, struct node at, const char *what, bool all_allowed)
{
	struct itemset set = {0};

	if (!node_there(at))
		return set;
	if (all_allowed && node_is_scalar(at) && slice_is(node_text(at), "all")) {
		for (unsigned i = 0; i < l->r->items.count; i++)
			itemset_add(&set, i);
		return set;
	}
	if (!node_is_list(at)) {
		node_complain(at, "'%s' must be a list of items; write %s: [real_name, …]", what, what);
		return set;
	}
	for (size_t i = 0; i < node_size(at); i++) {
		const struct item *it =
			load_reference(l, &l->r->items, node_at(at, i), "item", "common/items.yaml");
		if (it && itemset_has(&set, it->number))
			node_complain(node_at(at, i), "item '%s' stands twice in '%s'; keep one", it->key,
				      what);
		if (it)
			itemset_add(&set, it->number);
	}
	return set;
}

const char **load_texts(struct loader *l, struct node list, const char *what, size_t *ret_count)
{
	const char **texts = ARENA_ARRAY(l->in.arena, const char *, node_size(list) + 1);
	size_t count = 0;

	for (size_t i = 0; i < node_size(list); i++) {
		const char *text = schema_text(&l->in, node_at(list, i), what);
		if (text)
			texts[count++] = text;
	}
	*ret_count = count;
	return texts;
}

uint64_t load_bits(struct loader *l, const struct table *t, struct node at, const char *noun,
		   const char *where)
{
	uint64_t bits = 0;

	for (size_t i = 0; node_is_list(at) && i < node_size(at); i++) {
		void *row = load_reference(l, t, node_at(at, i), noun, where);
		if (row)
			bits |= UINT64_C(1) << *(unsigned *)row % 64;
	}
	return bits;
}

/* ---- the whole ---- */

static void document_keep(struct release *r, const struct source *from)
{
	BUF_SCOPED document;
	uint8_t hash[HASH_SIZE];

	buf_init(&document, YAML_SIZE_MAX);
	canonical_document(from, &document);
	if (document.failed)
		abort(); /* the source was bounded by the same limit */
	r->document = arena_slice(r->arena, buf_slice(&document));
	hash_sha256(r->document, hash);
	hex_encode(hash, sizeof hash, r->hash);
}

struct release *load_release(const struct source *from, struct schema_reader in, struct buf *complaints,
			     size_t before)
{
	struct release *r = model_new();

	in.arena = r->arena;
	struct loader l = {.r = r, .in = in, .complaints = complaints};
	load_items(&l, from->items);
	load_policy(&l, from->policy);
	load_services(&l, from);
	load_registers(&l, from->policy);
	load_city(&l, from->city);
	load_agreement(&l, from->agreement);
	load_voids(&l, from->policy);
	check_chapters(&l, from->policy);
	check_overlaps(&l, from->policy);
	if (!load_spoiled(&l, before)) /* what was refused is missing in a register */
		check_agreements(&l, from->city);
	if (!from->stored) {
		check_parties(&l, from->policy);
		check_tables(&(struct chapters){r->chapters, r->chapter_count},
			     node_get(from->policy, "chapters"));
		check_tables(&r->agreement, from->agreement);
	}
	if (load_spoiled(&l, before)) {
		release_drop(r);
		return NULL;
	}
	model_freeze(r);
	document_keep(r, from);
	return r;
}

err release_parse_for(struct ctx *c, struct slice document, struct complaints to, struct release **ret)
{
	__attribute__((cleanup(yaml_tree_release))) struct yaml_tree t = {0};
	size_t before = to.lines->size;

	if (!yaml_tree_read(&t, "document", document, to))
		FAIL(c, ERR_INVALID, "已发布的政策文档无法读取");
	struct node root = yaml_tree_root(&t);
	struct source from = {
		.items = node_get(root, "items"),
		.city = node_get(root, "city"),
		.policy = node_get(root, "policy"),
		.agreement = node_get(root, "agreement"),
		.services = {node_get(root, "services")},
		.service_lists = 1,
		.stored = true,
	};
	struct release *r = load_release(&from, (struct schema_reader){0}, to.lines, before);
	if (!r)
		FAIL(c, ERR_INVALID, "已发布的政策文档有误");
	*ret = r;
	return OK;
}

err release_parse(struct ctx *c, struct slice document, unsigned number, struct buf *ret_complaints,
		  struct release **ret)
{
	TRY(release_parse_for(c, document, (struct complaints){ret_complaints, COMPLAINT_ENGLISH}, ret));
	(*ret)->number = number;
	return OK;
}
