/* What changed between two published versions, in sentences for citizens (NT-6.2: a notice states the
 * concrete changes). */
#include "api/api.h"
#include "api/changes.h"
#include "policy/passages.h"
#include "policy/review.h"

static void put_kind(struct json *j, const struct release *r, enum policy_major major)
{
	json_put_text(j, "kind", policy_major_key(major));
	json_put_text(j, "name", policy_major_name(major));
	json_put_text(j, "clause", policy_major_listed(r, major));
}

static void put_majors(struct json *j, const struct release *r, const struct policy_change *first)
{
	bool seen[MAJOR_COUNT] = {false};

	for (const struct policy_change *k = first; k; k = k->next)
		seen[k->major] = true;
	json_key(j, "major");
	json_open(j, '[');
	for (int major = MAJOR_NONE + 1; major < MAJOR_COUNT; major++) {
		if (!seen[major])
			continue;
		json_open(j, '{');
		put_kind(j, r, (enum policy_major)major);
		json_close(j, '}');
	}
	json_close(j, ']');
}

void api_put_changes(struct json *j, const struct release *after, const struct policy_change *first)
{
	put_majors(j, after, first);
	json_key(j, "changes");
	json_open(j, '[');
	for (const struct policy_change *k = first; k; k = k->next) {
		json_open(j, '{');
		json_put_text(j, "text", k->text);
		put_kind(j, after, k->major);
		json_put_bool(j, "major", k->major != MAJOR_NONE);
		json_close(j, '}');
	}
	json_close(j, ']');
}

void api_put_passages(struct ctx *c, struct json *j, const struct release *before,
		      const struct release *after)
{
	json_key(j, "passages");
	json_open(j, '[');
	for (const struct passage *p = policy_passages(c, before, after); p; p = p->next) {
		json_open(j, '{');
		json_put_text(j, "chapter", p->chapter);
		json_put_text(j, "before", p->before);
		json_put_text(j, "after", p->after);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static err no_version(struct ctx *c)
{
	FAIL(c, ERR_NOT_FOUND, "没有这个版本的隐私政策");
}

/* Without ?since= the version that was published before; the first of all changed nothing. */
static err find_since(struct api_call *k, const struct release *after, const struct release **ret)
{
	struct releases *all = api_options(k->api)->releases;
	struct slice since = http_query(k->q, "since");

	if (since.p) {
		*ret = releases_version(all, arena_copy(k->c->arena, since));
		return *ret ? OK : no_version(k->c);
	}
	*ret = releases_before(all, release_number(after));
	if (!*ret)
		*ret = release_hold(after);
	return OK;
}

static err put_between(struct api_call *k, const struct release *after)
{
	const struct release *before = NULL;

	TRY(find_since(k, after, &before));
	struct policy_change *first = NULL;
	struct review r = {0};
	err e = review_changes(k->c, before, after, &first);
	if (!failed(e))
		e = review_get(k->c, release_number(after), &r);
	if (!failed(e)) {
		json_open(&k->out, '{');
		json_put_text(&k->out, "version", release_version(after));
		json_put_text(&k->out, "since", release_version(before));
		json_put_text(&k->out, "summary", r.summary);
		api_put_changes(&k->out, after, first);
		api_put_passages(k->c, &k->out, before, after);
		json_close(&k->out, '}');
	}
	release_drop(before);
	return e;
}

static err changes_get(struct api_call *k)
{
	struct releases *all = api_options(k->api)->releases;
	const struct release *after =
		all ? releases_version(all, arena_copy(k->c->arena, k->q->params[0])) : NULL;

	if (!after)
		return no_version(k->c);
	err e = put_between(k, after);
	release_drop(after);
	return e;
}

const struct api_route api_policy_changes_routes[] = {
	{"GET", "/api/v1/policy/{version}/changes", changes_get, API_GUEST, 0, "policy_changes",
	 "某一版本与较早版本相比的变更，逐条说明",
	 .answer = "{version: text, since: text, summary?: text, " CHANGES_SHAPE ", " PASSAGES_SHAPE "}",
	 .query = "since"},
	{0},
};
