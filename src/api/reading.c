/* What handlers read from a request, and lists. */
#include "api/api.h"

struct slice api_text(const struct api_call *k, const char *name)
{
	const json_t *value = json_object_get(k->body, name);

	if (!json_is_string(value))
		return (struct slice){0};
	return (struct slice){json_string_value(value), json_string_length(value)};
}

const char *api_string(const struct api_call *k, const char *name)
{
	struct slice s = api_text(k, name);

	return s.p ? arena_copy(k->c->arena, s) : NULL;
}

err api_param_id(struct api_call *k, unsigned index, int64_t *ret)
{
	int64_t id = 0;

	if (!slice_int(k->q->params[index], &id) || id <= 0)
		FAIL(k->c, ERR_NOT_FOUND, "没有找到");
	*ret = id;
	return OK;
}

err api_items(struct api_call *k, const char *name, struct itemset *ret)
{
	const json_t *list = json_object_get(k->body, name);
	struct itemset set = {0};

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *key = json_string_value(json_array_get(list, i));
		const struct item *item = key ? release_item(k->c->release, key) : NULL;
		if (!item)
			return fail_field(k->c, name, "含有未声明的信息项");
		itemset_add(&set, item->number);
	}
	*ret = set;
	return OK;
}

err api_facts(struct api_call *k, struct facts *ret, struct head *ret_head)
{
	return facts_load(k->c, k->subject_id, ret, ret_head);
}

/* ---- lists
 * -------------------------------------------------------------------------------------------------------------
 */

err api_page_open(struct api_call *k, struct api_page *p)
{
	struct slice cursor = http_query(k->q, "cursor"), limit = http_query(k->q, "limit");
	int64_t n = API_PAGE_DEFAULT;

	*p = (struct api_page){0};
	if (cursor.p && (!slice_int(cursor, &p->before) || p->before < 0))
		return fail_field(k->c, "cursor", "不是有效的翻页位置");
	if (limit.p && (!slice_int(limit, &n) || n < 1 || n > API_PAGE_MAX))
		return fail_field(k->c, "limit", "应为 1 至 100");
	p->limit = (int)n;
	json_open(&k->out, '{');
	json_key(&k->out, "items");
	json_open(&k->out, '[');
	return OK;
}

bool api_page_row(struct api_page *p, int64_t cursor)
{
	if (p->count == p->limit) {
		p->more = true;
		return false;
	}
	p->count++;
	p->last = cursor;
	return true;
}

void api_page_next(struct api_call *k, struct api_page *p)
{
	json_close(&k->out, ']');
	json_key(&k->out, "next");
	if (p->more)
		json_id(&k->out, p->last);
	else
		json_none(&k->out);
}

void api_page_close(struct api_call *k, struct api_page *p)
{
	api_page_next(k, p);
	json_close(&k->out, '}');
}

void api_put_named(struct json *j, const char *member, const char *key, const char *name)
{
	json_key(j, member);
	json_named(j, key, name);
}
