#include "policy/passages.h"
#include "policy/model.h"
#include <stdlib.h>

/* Beyond it two texts have so little in common that only the whole can be shown. */
enum { TABLE_MAX = 1000 * 1000 };

struct sentences {
	const char **texts;
	size_t count;
};

struct writer {
	struct ctx *c;
	const char *chapter;
	struct passage **next;
};

/* How many bytes the sentence at p has, with the mark that ends it and what closes behind that. */
static size_t sentence_length(const char *p)
{
	static const char *const ends[] = {"。", "！", "？"}, *const closing[] = {"”", "）", "**"};
	size_t n = 0;
	bool ended = false;

	while (p[n] && !ended) {
		for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
			ended |= strncmp(p + n, ends[i], strlen(ends[i])) == 0;
		n += ended ? strlen(ends[0]) : 1;
	}
	for (size_t i = 0; p[n] && i < sizeof closing / sizeof *closing; i++)
		if (strncmp(p + n, closing[i], strlen(closing[i])) == 0)
			n += strlen(closing[i]);
	return n;
}

static const char *unmarked(struct ctx *c, struct slice text)
{
	char *copy = (char *)arena_copy(c->arena, text), *to = copy;

	for (const char *from = copy; *from;) {
		if (strncmp(from, "**", 2) == 0)
			from += 2;
		else
			*to++ = *from++;
	}
	*to = '\0';
	return copy;
}

/* At most: the mark that ends a sentence has three bytes, and the last of a paragraph may lack one. */
static size_t most_sentences(const struct chapter *k)
{
	size_t n = 0;

	for (size_t i = 0; k && i < k->section_count; i++)
		for (size_t p = 0; p < k->sections[i].paragraphs.count; p++)
			n += strlen(k->sections[i].paragraphs.texts[p]) / 3 + 1;
	return n;
}

static void add_paragraph(struct ctx *c, struct sentences *s, const char *text)
{
	while (*text) {
		size_t n = sentence_length(text);
		const char *one = unmarked(c, (struct slice){text, n});
		if (*one)
			s->texts[s->count++] = one;
		text += n;
	}
}

static struct sentences sentences_of(struct ctx *c, const struct chapter *k)
{
	struct sentences s = {ARENA_ARRAY(c->arena, const char *, most_sentences(k) + 1), 0};

	for (size_t i = 0; k && i < k->section_count; i++)
		for (size_t p = 0; p < k->sections[i].paragraphs.count; p++)
			add_paragraph(c, &s, k->sections[i].paragraphs.texts[p]);
	return s;
}

static const char *joined(struct ctx *c, const char *const *texts, size_t count)
{
	size_t size = 0;

	for (size_t i = 0; i < count; i++)
		size += strlen(texts[i]);
	char *all = count ? arena_alloc(c->arena, size + 1) : NULL, *at = all;
	for (size_t i = 0; i < count; i++)
		at = stpcpy(at, texts[i]);
	return all;
}

static void write_passage(struct writer *w, const char *const *before, size_t removed,
			  const char *const *after, size_t added)
{
	if (removed == 0 && added == 0)
		return;
	struct passage *p = ARENA_NEW(w->c->arena, struct passage);
	*p = (struct passage){.chapter = w->chapter,
			      .before = joined(w->c, before, removed),
			      .after = joined(w->c, after, added)};
	*w->next = p;
	w->next = &p->next;
}

/* How many sentences a[i…] and b[k…] have in common, in their order: at [i * (b.count + 1) + k]. */
static uint16_t *common_lengths(const struct sentences *a, const struct sentences *b)
{
	size_t width = b->count + 1;
	uint16_t *table = calloc((a->count + 1) * width, sizeof *table);

	if (!table)
		abort();
	for (size_t i = a->count; i-- > 0;)
		for (size_t k = b->count; k-- > 0;) {
			uint16_t below = table[(i + 1) * width + k], right = table[i * width + k + 1];
			table[i * width + k] = strcmp(a->texts[i], b->texts[k]) == 0
						       ? (uint16_t)(table[(i + 1) * width + k + 1] + 1)
					       : below > right ? below
							       : right;
		}
	return table;
}

static void compare(struct writer *w, const struct sentences *a, const struct sentences *b)
{
	size_t i = 0, k = 0, from_i = 0, from_k = 0, width = b->count + 1;

	if ((a->count + 1) * width > TABLE_MAX) {
		write_passage(w, a->texts, a->count, b->texts, b->count);
		return;
	}
	uint16_t *table = common_lengths(a, b);
	while (i < a->count && k < b->count) {
		if (strcmp(a->texts[i], b->texts[k]) == 0) {
			write_passage(w, a->texts + from_i, i - from_i, b->texts + from_k, k - from_k);
			from_i = ++i;
			from_k = ++k;
		} else if (table[(i + 1) * width + k] >= table[i * width + k + 1]) {
			i++;
		} else {
			k++;
		}
	}
	write_passage(w, a->texts + from_i, a->count - from_i, b->texts + from_k, b->count - from_k);
	free(table);
}

static const struct chapter *chapter_of(const struct chapters *all, const char *key)
{
	for (size_t i = 0; i < all->count; i++)
		if (strcmp(all->rows[i].key, key) == 0)
			return &all->rows[i];
	return NULL;
}

static void compare_chapters(struct writer *w, const char *where, const struct chapter *a,
			     const struct chapter *b)
{
	struct sentences sa = sentences_of(w->c, a), sb = sentences_of(w->c, b);

	w->chapter = arena_printf(w->c->arena, "%s%s", where, b ? b->title : a->title);
	compare(w, &sa, &sb);
}

static void compare_texts(struct writer *w, const char *where, const struct chapters *before,
			  const struct chapters *after)
{
	for (size_t i = 0; i < after->count; i++)
		compare_chapters(w, where, chapter_of(before, after->rows[i].key), &after->rows[i]);
	for (size_t i = 0; i < before->count; i++)
		if (!chapter_of(after, before->rows[i].key))
			compare_chapters(w, where, &before->rows[i], NULL);
}

struct passage *policy_passages(struct ctx *c, const struct release *before, const struct release *after)
{
	struct passage *first = NULL;
	struct writer w = {.c = c, .next = &first};

	compare_texts(&w, "", &(struct chapters){before->chapters, before->chapter_count},
		      &(struct chapters){after->chapters, after->chapter_count});
	compare_texts(&w, "用户服务协议 ", &before->agreement, &after->agreement);
	return first;
}
