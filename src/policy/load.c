/* Reads the files of a city, or a stored document, and makes the release. */
#include "policy/load.h"
#include "crypto/crypto.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- helpers of the parts
 * ------------------------------------------------------------------------------------- */

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

/* ---- the whole
 * ------------------------------------------------------------------------------------------------- */

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

/* Reads all parts; NULL when anything was complained about since `before`. */
static struct release *release_make(const struct source *from, struct schema_reader in,
				    struct buf *complaints, size_t before)
{
	struct release *r = model_new();

	in.arena = r->arena;
	struct loader l = {.r = r, .in = in, .complaints = complaints};
	load_items(&l, from->items);
	load_policy(&l, from->policy);
	load_services(&l, from);
	load_city(&l, from->city);
	if (load_spoiled(&l, before)) {
		release_drop(r);
		return NULL;
	}
	model_freeze(r);
	document_keep(r, from);
	return r;
}

/* ---- files
 * ------------------------------------------------------------------------------------------------------ */

struct files {
	struct yaml_tree items, city, policy;
	struct yaml_tree services[SERVICE_FILES_MAX];
	size_t service_count;
	struct buf clauses;	 /* text of common/clauses.txt */
	const char **clause_ids; /* points into it */
	size_t clause_count;
};

static void files_release(struct files *f)
{
	yaml_tree_release(&f->items);
	yaml_tree_release(&f->city);
	yaml_tree_release(&f->policy);
	for (size_t i = 0; i < f->service_count; i++)
		yaml_tree_release(&f->services[i]);
	buf_release(&f->clauses);
	free(f->clause_ids);
}

static void file_close(FILE **f)
{
	if (*f)
		fclose(*f);
}

static bool file_read(const char *path, struct buf *ret)
{
	__attribute__((cleanup(file_close))) FILE *f = fopen(path, "rb");
	char part[8192];
	size_t n;

	if (!f)
		return false;
	while ((n = fread(part, 1, sizeof part, f)) > 0)
		buf_add(ret, part, n);
	return !ferror(f) && !ret->failed;
}

/* Reads dir/name into a tree that is called name in complaints. */
static bool tree_from_file(struct ctx *c, const char *dir, const char *name, struct buf *complaints,
			   struct yaml_tree *ret)
{
	BUF_SCOPED text;
	const char *path = arena_printf(c->arena, "%s/%s", dir, name);

	buf_init(&text, YAML_SIZE_MAX);
	if (!file_read(path, &text)) {
		buf_printf(complaints, "%s:1: cannot be read: %s; write it as cities/README.md says\n", name,
			   strerror(errno));
		return false;
	}
	return yaml_tree_read(ret, arena_copy(c->arena, slice_of(name)), buf_slice(&text), complaints);
}

static void dir_close(DIR **d)
{
	if (*d)
		closedir(*d);
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names of the *.yaml files of a folder, sorted. */
static size_t yaml_names(struct ctx *c, const char *path, const char *names[static SERVICE_FILES_MAX])
{
	__attribute__((cleanup(dir_close))) DIR *d = opendir(path);
	size_t count = 0;

	for (struct dirent *e = d ? readdir(d) : NULL; e && count < SERVICE_FILES_MAX; e = readdir(d)) {
		size_t n = strlen(e->d_name);
		if (e->d_name[0] != '.' && n > 5 && strcmp(e->d_name + n - 5, ".yaml") == 0)
			names[count++] = arena_copy(c->arena, slice_of(e->d_name));
	}
	qsort(names, count, sizeof *names, by_name);
	return count;
}

static int64_t effective_of(struct yaml_tree *t)
{
	struct node at = node_get(yaml_tree_root(t), "effective");
	struct date d;

	return node_is_scalar(at) && date_parse(node_text(at), &d) ? date_start_ms(d) : 0;
}

/* Of two policies, the better one at now: the newest that is in force, else the one that comes first. */
static bool policy_is_better(int64_t candidate_ms, int64_t best_ms, int64_t now_ms)
{
	bool candidate_in_force = candidate_ms <= now_ms, best_in_force = best_ms <= now_ms;

	if (candidate_in_force != best_in_force)
		return candidate_in_force;
	return candidate_in_force ? candidate_ms > best_ms : candidate_ms < best_ms;
}

/* version NULL: the one in force at c->now_ms (0: the newest). */
static bool policy_from_files(struct ctx *c, const char *dir, const char *city, const char *version,
			      struct buf *complaints, struct yaml_tree *ret)
{
	const char *names[SERVICE_FILES_MAX];
	const char *folder = arena_printf(c->arena, "%s/policy", city);
	int64_t now_ms = c->now_ms ? c->now_ms : INT64_MAX;

	if (version)
		return tree_from_file(c, dir, arena_printf(c->arena, "%s/%s.yaml", folder, version),
				      complaints, ret);
	size_t count = yaml_names(c, arena_printf(c->arena, "%s/%s", dir, folder), names);
	if (count == 0)
		buf_printf(complaints, "%s:1: no policy; write %s/<version>.yaml as cities/README.md says\n",
			   folder, folder);
	for (size_t i = 0; i < count; i++) {
		struct yaml_tree t;
		if (!tree_from_file(c, dir, arena_printf(c->arena, "%s/%s", folder, names[i]), complaints,
				    &t)) {
			yaml_tree_release(&t);
			continue;
		}
		bool better = !ret->open || policy_is_better(effective_of(&t), effective_of(ret), now_ms);
		yaml_tree_release(better ? ret : &t);
		if (better)
			*ret = t;
	}
	return ret->open;
}

static void clauses_from_file(struct ctx *c, const char *dir, struct files *f)
{
	size_t lines = 1;

	buf_init(&f->clauses, YAML_SIZE_MAX);
	if (!file_read(arena_printf(c->arena, "%s/common/clauses.txt", dir), &f->clauses) ||
	    f->clauses.size == 0)
		return;
	for (size_t i = 0; i < f->clauses.size; i++)
		lines += f->clauses.data[i] == '\n';
	f->clause_ids = calloc(lines, sizeof *f->clause_ids);
	if (!f->clause_ids)
		abort();
	char *rest = f->clauses.data;
	for (char *line; (line = strsep(&rest, "\n"));)
		if (*line && *line != '#')
			f->clause_ids[f->clause_count++] = line;
	qsort(f->clause_ids, f->clause_count, sizeof *f->clause_ids, by_name);
}

static bool files_read(struct ctx *c, const char *dir, const char *city, const char *version,
		       struct buf *complaints, struct files *f)
{
	const char *names[SERVICE_FILES_MAX];
	const char *folder = arena_printf(c->arena, "%s/services", city);
	bool good = tree_from_file(c, dir, "common/items.yaml", complaints, &f->items);

	good &= tree_from_file(c, dir, arena_printf(c->arena, "%s/city.yaml", city), complaints, &f->city);
	good &= policy_from_files(c, dir, city, version, complaints, &f->policy);
	clauses_from_file(c, dir, f);
	f->service_count = yaml_names(c, arena_printf(c->arena, "%s/%s", dir, folder), names);
	for (size_t i = 0; i < f->service_count; i++)
		good &= tree_from_file(c, dir, arena_printf(c->arena, "%s/%s", folder, names[i]), complaints,
				       &f->services[i]);
	return good;
}

/* The list under the only key of a file. */
static struct node list_of(struct yaml_tree *t, const char *key)
{
	struct node root = yaml_tree_root(t), list = node_get(root, key);

	node_check_keys(root);
	for (size_t i = 0; i < node_size(root); i++) {
		struct node k = node_is_map(root) ? node_key_at(root, i) : root;
		if (!node_is_scalar(k) || !slice_is(node_text(k), key))
			node_complain(k, "only '%s' may stand at the top of this file; remove the rest", key);
	}
	if (!node_is_list(list))
		node_complain(root, "the file has no list '%s'; write '%s:' and one '- ' for each", key, key);
	return list;
}

static struct source source_of(struct files *f)
{
	struct source s = {
		.items = list_of(&f->items, "items"),
		.city = yaml_tree_root(&f->city),
		.policy = yaml_tree_root(&f->policy),
		.service_lists = f->service_count,
	};

	for (size_t i = 0; i < f->service_count; i++)
		s.services[i] = list_of(&f->services[i], "services");
	return s;
}

static bool is_city_name(const char *city)
{
	for (const char *p = city; *p; p++)
		if (!((*p >= 'a' && *p <= 'z') || (*p >= '0' && *p <= '9') || *p == '_'))
			return false;
	return *city != '\0';
}

err release_load_version(struct ctx *c, const char *dir, const char *city, const char *version,
			 struct buf *ret_complaints, struct release **ret)
{
	__attribute__((cleanup(files_release))) struct files f = {0};
	size_t before = ret_complaints->size;

	if (!is_city_name(city))
		FAIL(c, ERR_INVALID, "城市名称只能由小写字母、数字和下划线组成");
	if (!files_read(c, dir, city, version, ret_complaints, &f))
		FAIL(c, ERR_INVALID, "城市数据无法读取，请按提示逐行修改");
	struct source from = source_of(&f);
	if (ret_complaints->size > before)
		FAIL(c, ERR_INVALID, "城市数据有误，请按提示逐行修改");
	struct release *r = release_make(
		&from, (struct schema_reader){.clauses = f.clause_ids, .clause_count = f.clause_count},
		ret_complaints, before);
	if (!r)
		FAIL(c, ERR_INVALID, "城市数据有误，请按提示逐行修改");
	if (strcmp(r->city, city) != 0) {
		buf_printf(ret_complaints,
			   "%s/city.yaml:1: 'key' is '%s'; write key: %s, the folder's name\n", city, r->city,
			   city);
		release_drop(r);
		FAIL(c, ERR_INVALID, "城市数据有误，请按提示逐行修改");
	}
	*ret = r;
	return OK;
}

err release_load(struct ctx *c, const char *dir, const char *city, struct buf *ret_complaints,
		 struct release **ret)
{
	return release_load_version(c, dir, city, NULL, ret_complaints, ret);
}

err release_parse(struct ctx *c, struct slice document, unsigned number, struct buf *ret_complaints,
		  struct release **ret)
{
	__attribute__((cleanup(yaml_tree_release))) struct yaml_tree t = {0};
	size_t before = ret_complaints->size;

	if (!yaml_tree_read(&t, "document", document, ret_complaints))
		FAIL(c, ERR_INVALID, "已发布的政策文档无法读取");
	struct node root = yaml_tree_root(&t);
	struct source from = {
		.items = node_get(root, "items"),
		.city = node_get(root, "city"),
		.policy = node_get(root, "policy"),
		.services = {node_get(root, "services")},
		.service_lists = 1,
	};
	struct release *r = release_make(&from, (struct schema_reader){0}, ret_complaints, before);
	if (!r)
		FAIL(c, ERR_INVALID, "已发布的政策文档有误");
	r->number = number;
	*ret = r;
	return OK;
}

err release_versions(struct ctx *c, const char *dir, const char *city, const char *const **ret,
		     size_t *ret_count)
{
	const char **names = ARENA_ARRAY(c->arena, const char *, SERVICE_FILES_MAX);

	if (!is_city_name(city))
		FAIL(c, ERR_INVALID, "城市名称只能由小写字母、数字和下划线组成");
	size_t count = yaml_names(c, arena_printf(c->arena, "%s/%s/policy", dir, city), names);
	for (size_t i = 0; i < count; i++)
		names[i] = arena_copy(c->arena, (struct slice){names[i], strlen(names[i]) - 5});
	*ret = names;
	*ret_count = count;
	return OK;
}
