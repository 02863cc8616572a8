/* The files of a city as somebody uploaded them: what is not among them is taken from a release that is
 * there. */
#include "crypto/crypto.h"
#include "policy/load.h"
#include "policy/upload.h"
#include <stdio.h>
#include <stdlib.h>

enum { TREES_MAX = SERVICE_FILES_MAX + 5 };

struct upload {
	struct ctx *c;
	const struct release *base;
	struct complaints complaints;
	struct yaml_tree trees[TREES_MAX];
	size_t tree_count;
	struct source from;
	bool items, city, policy, agreement, services; /* seen among the files */
};

static void upload_release(struct upload *u)
{
	for (size_t i = 0; i < u->tree_count; i++)
		yaml_tree_release(&u->trees[i]);
}

static struct yaml_tree *tree_add(struct upload *u, const char *name, struct slice text)
{
	struct yaml_tree *t = &u->trees[u->tree_count];

	if (u->tree_count == TREES_MAX) {
		file_complain(u->complaints, name, 1, "too many files; upload one policy and its services");
		return NULL;
	}
	if (!yaml_tree_read(t, name, text, u->complaints))
		return NULL;
	u->tree_count++;
	return t;
}

/* "cities/tianjin/city.yaml" and "tianjin/city.yaml" are "city.yaml". */
static const char *inner_path(const struct upload *u, const char *path)
{
	const char *city = release_city(u->base);
	size_t n = strlen(city);

	if (strncmp(path, "cities/", 7) == 0)
		path += 7;
	return strncmp(path, city, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

static bool is_below(const char *path, const char *folder)
{
	size_t n = strlen(folder), all = strlen(path);

	return strncmp(path, folder, n) == 0 && !strchr(path + n, '/') && all > n + 5 &&
	       strcmp(path + all - 5, ".yaml") == 0;
}

static void take_root(struct upload *u, const char *path, struct slice text, bool *seen, struct node *ret)
{
	if (*seen) {
		file_complain(u->complaints, path, 1, "a second file of this kind; upload one");
		return;
	}
	*seen = true;
	struct yaml_tree *t = tree_add(u, path, text);
	if (t)
		*ret = yaml_tree_root(t);
}

static void take_services(struct upload *u, const char *path, struct slice text)
{
	struct yaml_tree *t = tree_add(u, path, text);

	if (!u->services)
		u->from.service_lists = 0;
	u->services = true;
	if (t && u->from.service_lists < SERVICE_FILES_MAX)
		u->from.services[u->from.service_lists++] = load_list_of(t, "services");
}

static void take(struct upload *u, const struct city_file *f)
{
	const char *path = inner_path(u, f->path), *name = arena_copy(u->c->arena, slice_of(path));
	struct node items = {0}, agreement = {0};

	if (strcmp(path, "city.yaml") == 0) {
		take_root(u, name, f->text, &u->city, &u->from.city);
	} else if (strcmp(path, "agreement.yaml") == 0 || strcmp(path, "common/agreement.yaml") == 0) {
		take_root(u, name, f->text, &u->agreement, &agreement);
		if (node_there(agreement))
			u->from.agreement = load_list_of(agreement.tree, "chapters");
	} else if (is_below(path, "policy/")) {
		take_root(u, name, f->text, &u->policy, &u->from.policy);
	} else if (is_below(path, "services/")) {
		take_services(u, name, f->text);
	} else if (strcmp(path, "common/items.yaml") == 0) {
		take_root(u, name, f->text, &u->items, &items);
		if (node_there(items))
			u->from.items = load_list_of(items.tree, "items");
	} else {
		file_complain(u->complaints, name, 1,
			      "unknown file; city.yaml, agreement.yaml, policy/<version>.yaml, "
			      "services/*.yaml and common/items.yaml are read");
	}
}

/* Files are taken in the order of their names, as from a folder. */
static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct city_file *)a)->path, ((const struct city_file *)b)->path);
}

static bool take_base(struct upload *u)
{
	struct yaml_tree *t = tree_add(u, "release", release_document(u->base));

	if (!t)
		return false;
	struct node root = yaml_tree_root(t);
	u->from = (struct source){.items = node_get(root, "items"),
				  .city = node_get(root, "city"),
				  .policy = node_get(root, "policy"),
				  .agreement = node_get(root, "agreement"),
				  .services = {node_get(root, "services")},
				  .service_lists = 1};
	return true;
}

static err refused(struct ctx *c)
{
	FAIL(c, ERR_INVALID, "上传的文件有误，请按提示逐行修改");
}

err release_upload(struct ctx *c, const struct release *base, const char *cities, struct city_file *files,
		   size_t count, struct buf *ret_complaints, struct release **ret)
{
	struct schema_reader in = {0};
	__attribute__((cleanup(upload_release))) struct upload u = {
		.c = c, .base = base, .complaints = {ret_complaints, COMPLAINT_CHINESE}};
	size_t before = ret_complaints->size;

	if (!take_base(&u))
		return refused(c);
	qsort(files, count, sizeof *files, by_path);
	for (size_t i = 0; i < count; i++)
		take(&u, &files[i]);
	if (ret_complaints->size > before)
		return refused(c);
	if (cities)
		load_known_clauses(c, cities, &in);
	struct release *r = load_release(&u.from, in, ret_complaints, before);
	if (!r)
		return refused(c);
	if (strcmp(r->city, release_city(base)) != 0) {
		file_complain(u.complaints, "city.yaml", 1,
			      "'key' is '%s'; write key: %s, the city of this server", r->city,
			      release_city(base));
		release_drop(r);
		return refused(c);
	}
	*ret = r;
	return OK;
}
