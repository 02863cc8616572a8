/* Masked forms: enough to recognise one's own value, too little for anyone else. A value too short to hide
 * part of is hidden whole; so is one with a mask that this program does not know. */
#include "policy/model.h"
#include "policy/utf8.h"

static const char hidden[] = "******";

/* The first `head` and last `tail` bytes of ASCII text, stars between, one for each byte. */
static const char *ends(struct ctx *c, struct slice v, size_t head, size_t tail)
{
	if (v.n <= head + tail)
		return hidden;
	char *out = arena_copy(c->arena, v);
	memset(out + head, '*', v.n - head - tail);
	return out;
}

static bool is_ascii(struct slice v)
{
	for (size_t i = 0; i < v.n; i++)
		if ((unsigned char)v.p[i] >= 0x80)
			return false;
	return true;
}

static const char *mask_phone(struct ctx *c, struct slice v)
{
	return is_ascii(v) ? ends(c, v, 3, 4) : hidden;
}

static const char *mask_id(struct ctx *c, struct slice v)
{
	if (!is_ascii(v))
		return hidden;
	return v.n >= 12 ? ends(c, v, 4, 4) : ends(c, v, 1, 2);
}

/* 王*, 欧阳**: the first character stays, each other one becomes a star. */
static const char *mask_name(struct ctx *c, struct slice v)
{
	size_t at = 0;
	BUF_SCOPED out = {0};

	if (v.n == 0)
		return hidden;
	buf_init(&out, 1024);
	(void)utf8_next(v, &at);
	buf_add(&out, v.p, at);
	if (at == v.n)
		return hidden;
	while (at < v.n) {
		(void)utf8_next(v, &at);
		buf_add(&out, "*", 1);
	}
	return arena_copy(c->arena, buf_slice(&out));
}

/* z***@x.cn: always three stars, so that the length tells nothing. */
static const char *mask_email(struct ctx *c, struct slice v)
{
	const char *at = v.n ? memchr(v.p, '@', v.n) : NULL;

	if (!at || at == v.p || !is_ascii(v))
		return hidden;
	return arena_printf(c->arena, "%c***%.*s", v.p[0], (int)(v.n - (size_t)(at - v.p)), at);
}

static const char *mask_tail4(struct ctx *c, struct slice v)
{
	return is_ascii(v) && v.n > 4 ? arena_printf(c->arena, "****%.*s", 4, v.p + v.n - 4) : hidden;
}

static const char *mask_text(struct ctx *c, struct slice v)
{
	size_t at = 0;

	for (int i = 0; i < 2 && at < v.n; i++)
		(void)utf8_next(v, &at);
	return at < v.n ? arena_printf(c->arena, "%.*s****", (int)at, v.p) : hidden;
}

const char *item_masked(struct ctx *c, const struct item *it, struct slice value)
{
	static const struct {
		const char *name;
		const char *(*fn)(struct ctx *c, struct slice v);
	} masks[] = {{"phone", mask_phone}, {"id", mask_id},	   {"name", mask_name},
		     {"email", mask_email}, {"tail4", mask_tail4}, {"text", mask_text}};

	if (strcmp(it->mask, "none") == 0)
		return arena_copy(c->arena, value);
	for (size_t i = 0; slice_is_utf8(value) && i < sizeof masks / sizeof *masks; i++)
		if (strcmp(masks[i].name, it->mask) == 0)
			return masks[i].fn(c, value);
	return hidden;
}
