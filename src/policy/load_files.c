/* The files of a city: which ones there are, and which policy of several. */
#include "policy/load.h"
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct files {
	struct yaml_tree items, city, policy, agreement;
	struct yaml_tree services[SERVICE_FILES_MAX];
	size_t service_count;
};

static void files_release(struct files *f)
{
	yaml_tree_release(&f->items);
	yaml_tree_release(&f->city);
	yaml_tree_release(&f->policy);
	yaml_tree_release(&f->agreement);
	for (size_t i = 0; i < f->service_count; i++)
		yaml_tree_release(&f->services[i]);
}

static void file_close(FILE **f)
{
	if (*f)
		fclose(*f);
}

bool file_text(const char *path, struct buf *ret)
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

/* Who keeps the files of a city reads them in English, with the command line. */
static struct complaints in_english(struct buf *lines)
{
	return (struct complaints){lines, COMPLAINT_ENGLISH};
}

/* Reads dir/name into a tree that is called name in complaints. */
static bool tree_from_file(struct ctx *c, const char *dir, const char *name, struct buf *complaints,
			   struct yaml_tree *ret)
{
	BUF_SCOPED text;
	const char *path = arena_printf(c->arena, "%s/%s", dir, name);

	buf_init(&text, YAML_SIZE_MAX);
	if (!file_text(path, &text)) {
		file_complain(in_english(complaints), name, 1,
			      "cannot be read: %s; write it as cities/README.md says", strerror(errno));
		return false;
	}
	return yaml_tree_read(ret, arena_copy(c->arena, slice_of(name)), buf_slice(&text),
			      in_english(complaints));
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
		file_complain(in_english(complaints), folder, 1,
			      "no policy; write %s/<version>.yaml as cities/README.md says", folder);
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

void load_known_clauses(struct ctx *c, const char *dir, struct schema_reader *ret)
{
	BUF_SCOPED text = {0};
	size_t lines = 1;

	buf_init(&text, YAML_SIZE_MAX);
	if (!file_text(arena_printf(c->arena, "%s/common/clauses.txt", dir), &text) || text.size == 0)
		return;
	char *rest = (char *)arena_copy(c->arena, buf_slice(&text));
	for (const char *p = rest; *p; p++)
		lines += *p == '\n';
	const char **ids = ARENA_ARRAY(c->arena, const char *, lines);
	for (char *line; (line = strsep(&rest, "\n"));)
		if (*line && *line != '#')
			ids[ret->clause_count++] = line;
	qsort(ids, ret->clause_count, sizeof *ids, by_name);
	ret->clauses = ids;
}

/* The city's own agreement, or the one that all cities share; true without either. */
static bool agreement_read(struct ctx *c, const char *dir, const char *city, struct buf *complaints,
			   struct yaml_tree *ret)
{
	const char *const names[] = {arena_printf(c->arena, "%s/agreement.yaml", city),
				     "common/agreement.yaml"};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (access(arena_printf(c->arena, "%s/%s", dir, names[i]), F_OK) == 0)
			return tree_from_file(c, dir, names[i], complaints, ret);
	return true;
}

static bool files_read(struct ctx *c, const char *dir, const char *city, const char *version,
		       struct buf *complaints, struct files *f)
{
	const char *names[SERVICE_FILES_MAX];
	const char *folder = arena_printf(c->arena, "%s/services", city);
	bool good = tree_from_file(c, dir, "common/items.yaml", complaints, &f->items);

	good &= tree_from_file(c, dir, arena_printf(c->arena, "%s/city.yaml", city), complaints, &f->city);
	good &= policy_from_files(c, dir, city, version, complaints, &f->policy);
	good &= agreement_read(c, dir, city, complaints, &f->agreement);
	f->service_count = yaml_names(c, arena_printf(c->arena, "%s/%s", dir, folder), names);
	for (size_t i = 0; i < f->service_count; i++)
		good &= tree_from_file(c, dir, arena_printf(c->arena, "%s/%s", folder, names[i]), complaints,
				       &f->services[i]);
	return good;
}

struct node load_list_of(struct yaml_tree *t, const char *key)
{
	struct node root = yaml_tree_root(t), list = node_get(root, key);
	struct slice name = {key, strlen(key)};

	bool few = node_check_keys(root);
	for (size_t i = 0; few && i < node_size(root); i++) {
		struct node k = node_is_map(root) ? node_key_at(root, i) : root;
		if (!node_is_scalar(k) || !slice_eq(node_text(k), name))
			node_complain(k, "only '%s' may stand at the top of this file; remove the rest", key);
	}
	if (!node_is_list(list))
		node_complain(root, "the file has no list '%s'; write '%s:' and one '- ' for each", key, key);
	return list;
}

static struct source source_of(struct files *f)
{
	struct source s = {
		.items = load_list_of(&f->items, "items"),
		.city = yaml_tree_root(&f->city),
		.policy = yaml_tree_root(&f->policy),
		.service_lists = f->service_count,
	};

	if (f->agreement.open)
		s.agreement = load_list_of(&f->agreement, "chapters");
	for (size_t i = 0; i < f->service_count; i++)
		s.services[i] = load_list_of(&f->services[i], "services");
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
	struct schema_reader in = {0};
	load_known_clauses(c, dir, &in);
	struct release *r = load_release(&from, in, ret_complaints, before);
	if (!r)
		FAIL(c, ERR_INVALID, "城市数据有误，请按提示逐行修改");
	if (strcmp(r->city, city) != 0) {
		file_complain(in_english(ret_complaints), arena_printf(c->arena, "%s/city.yaml", city), 1,
			      "'key' is '%s'; write key: %s, the folder's name", r->city, city);
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
