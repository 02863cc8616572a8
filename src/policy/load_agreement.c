/* The user agreement: chapters as those of the policy. A text common to all cities names a fact of the city
 * by its setting, {contact.address}; a paragraph whose fact the city has not set is left out. */
#include "policy/load.h"
#include "policy/settings.h"

enum { FILLED_MAX = 16384 };

/* Texts of a list are joined as people read them. False when the city has not set it. */
static bool put_fact(const struct release *r, const char *key, struct buf *out)
{
	const struct setting *s = setting_find(r, key);

	if (!s || (!s->text && s->count == 0))
		return false;
	if (s->text)
		buf_add_text(out, s->text);
	for (size_t i = 0; !s->text && i < s->count; i++) {
		buf_add_text(out, i ? "、" : "");
		buf_add_text(out, s->list[i]);
	}
	return true;
}

/* NULL when the paragraph is not for this city. */
static const char *filled(struct loader *l, struct node at, const char *text)
{
	BUF_SCOPED out = {0};
	bool whole = true;

	buf_init(&out, FILLED_MAX);
	for (const char *open; (open = strchr(text, '{')); text = strchr(open, '}') + 1) {
		size_t n = strcspn(open, "}");
		if (!open[n]) {
			node_complain(at, "a fact of the city is not closed; write {name}");
			break;
		}
		const char *key = arena_copy(l->in.arena, (struct slice){open + 1, n - 1});
		if (!setting_known(key))
			node_complain(at,
				      "unknown setting '%s' in the text; write one of those in "
				      "cities/README.md",
				      key);
		buf_add(&out, text, (size_t)(open - text));
		whole &= put_fact(l->r, key, &out);
	}
	buf_add_text(&out, text);
	if (out.failed)
		node_complain(at, "a paragraph has more than %d bytes; make two of it", (int)FILLED_MAX);
	return whole ? arena_copy(l->in.arena, buf_slice(&out)) : NULL;
}

static struct section filled_section(struct loader *l, const struct section *s, struct node at)
{
	struct node list = node_get(at, "paragraphs");
	struct section out = *s;

	out.paragraphs =
		(struct paragraph_list){ARENA_ARRAY(l->in.arena, const char *, s->paragraphs.count + 1), 0};
	for (size_t i = 0; i < s->paragraphs.count; i++) {
		const char *text = filled(l, node_at(list, i), s->paragraphs.texts[i]);
		if (text)
			out.paragraphs.texts[out.paragraphs.count++] = text;
	}
	return out;
}

static struct chapter filled_chapter(struct loader *l, const struct chapter *k, struct node sections)
{
	struct chapter out = *k;

	out.sections = ARENA_ARRAY(l->in.arena, struct section, k->section_count + 1);
	for (size_t i = 0; i < k->section_count; i++)
		out.sections[i] = filled_section(l, &k->sections[i], node_at(sections, i));
	return out;
}

void load_agreement(struct loader *l, struct node list)
{
	size_t before = l->complaints->size;
	struct chapters *written = &l->r->agreement_written, *all = &l->r->agreement;

	if (!node_there(list))
		return;
	load_chapters(l, list, "the user agreement", written);
	all->rows = ARENA_ARRAY(l->in.arena, struct chapter, written->count + 1);
	/* a chapter that was refused is missing, and the rest has other places then */
	for (size_t i = 0; i < written->count && !load_spoiled(l, before); i++)
		all->rows[all->count++] =
			filled_chapter(l, &written->rows[i], node_get(node_at(list, i), "sections"));
}
