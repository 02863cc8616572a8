/* Which paragraphs of the two texts say what a form's data are for, and how far they are used (NT-3.3.1.b).
 * The route that takes the form names the services under which it takes items (api_route.takes), the rows of
 * both pages carry the names of the same services, so a client invents neither. */
#include "api/paragraphs.h"
#include "api/routes.h"
#include <stdio.h>

enum { WORDS_MAX = 256, ROWS_SEEN_MAX = 16 };

/* One row of both pages: "category-account". */
struct paragraph {
	const char *kind, *key;
	const char *policy_name, *agreement_name; /* what stands at its head */
};

static void put_place(struct json *j, const char *name, const char *path, const struct paragraph *p,
		      const char *title)
{
	char url[160];

	snprintf(url, sizeof url, "%s#%s-%s", path, p->kind, p->key);
	json_key(j, name);
	json_open(j, '{');
	json_put_text(j, "name", title);
	json_put_text(j, "url", url);
	json_close(j, '}');
}

static void put_paragraph(struct json *j, const struct paragraph *p)
{
	json_open(j, '{');
	put_place(j, "policy", "/policy", p, p->policy_name);
	put_place(j, "agreement", "/agreement", p, p->agreement_name);
	json_close(j, '}');
}

static struct paragraph of_category(const struct category *k)
{
	return (struct paragraph){"category", k->key, k->name, k->name};
}

/* What is in no catalogue has no row of its own. */
static struct paragraph of_service(const struct service *s)
{
	return s->shape == SHAPE_INTERNAL ? of_category(s->category)
					  : (struct paragraph){"service", s->key, s->category->name, s->name};
}

void api_put_paragraphs(struct json *j, const struct service *s)
{
	struct paragraph p = of_service(s);

	json_key(j, "paragraphs");
	json_open(j, '[');
	put_paragraph(j, &p);
	json_close(j, ']');
}

/* ---- of a form ---- */

struct paragraphs {
	struct paragraph rows[ROWS_SEEN_MAX];
	size_t count;
};

static void add(struct paragraphs *all, struct paragraph p)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->rows[i].kind, p.kind) == 0 && strcmp(all->rows[i].key, p.key) == 0)
			return;
	if (all->count < ROWS_SEEN_MAX)
		all->rows[all->count++] = p;
}

/* A service or a category; what another city has is left out. */
static void add_word(struct paragraphs *all, const struct release *r, const char *word)
{
	const struct service *s = release_service(r, word);
	const struct category *k = release_category(r, word);

	if (s)
		add(all, of_service(s));
	else if (k)
		add(all, of_category(k));
}

/* Of its alternatives a city has some; where it has none, the form belongs to the account. */
static void add_form(struct paragraphs *all, const struct release *r, const char *takes)
{
	char words[WORDS_MAX];
	size_t before = all->count;

	snprintf(words, sizeof words, "%s", takes);
	for (char *rest = words, *word; (word = strsep(&rest, " "));)
		add_word(all, r, word);
	if (all->count == before && strcmp(takes, API_TAKES_NAMED) != 0)
		add_word(all, r, "account");
}

static const struct api_route *route_named(struct slice operation)
{
	for (size_t i = 0; api_route_tables[i]; i++)
		for (const struct api_route *r = api_route_tables[i]; r->method; r++)
			if (r->takes && slice_is(operation, r->operation))
				return r;
	return NULL;
}

static err add_named(struct api_call *k, struct paragraphs *all)
{
	const struct release *r = k->c->release;
	struct slice service = http_query(k->q, "service"), permission = http_query(k->q, "permission");

	if (service.n) {
		const struct service *s = release_service(r, arena_copy(k->c->arena, service));
		if (!s)
			FAIL(k->c, ERR_NOT_FOUND, "没有找到这项服务");
		add(all, of_service(s));
	}
	if (permission.n) {
		const struct permission *p = release_permission(r, arena_copy(k->c->arena, permission));
		if (!p)
			FAIL(k->c, ERR_NOT_FOUND, "没有找到这项系统权限");
		add(all, (struct paragraph){"permission", p->key, p->name, p->name});
	}
	return OK;
}

static err paragraphs_get(struct api_call *k)
{
	struct slice form = http_query(k->q, "form");
	struct paragraphs all = {0};

	TRY(add_named(k, &all));
	if (form.n) {
		const struct api_route *r = route_named(form);
		if (!r)
			FAIL(k->c, ERR_NOT_FOUND, "没有这个表单");
		add_form(&all, k->c->release, r->takes);
	}
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	for (size_t i = 0; i < all.count; i++)
		put_paragraph(&k->out, &all.rows[i]);
	json_close(&k->out, ']');
	json_key(&k->out, "next");
	json_none(&k->out);
	json_close(&k->out, '}');
	return OK;
}

const struct api_route api_paragraph_routes[] = {
	{"GET", "/api/v1/paragraphs", paragraphs_get, API_ANYONE, 0, "paragraph_list",
	 "一个表单所依据的隐私政策和用户服务协议的段落",
	 .answer = "{items: [" PARAGRAPH_SHAPE "], next?: text}", .query = "form service permission"},
	{0},
};
