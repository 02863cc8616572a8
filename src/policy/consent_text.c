/* The text of one consent, as it is shown, agreed to and hashed. */
#include "crypto/crypto.h"
#include "policy/model.h"
#include <string.h>

struct itemset consent_offer_items(const struct release *r, const struct service *s)
{
	const struct gate_bounds *by = r->bounds[s->number].by;
	struct itemset all = by[GATE_COLLECT].may, taken = all, none = {0};
	bool needed = !itemset_empty(&by[GATE_SHARE].may);

	for (size_t i = 0; i < sizeof all.bit / sizeof *all.bit; i++) {
		all.bit[i] |= by[GATE_SHARE].may.bit[i];
		needed |= (taken.bit[i] & r->sensitive.bit[i]) != 0;
	}
	return needed ? all : none;
}

/* 真实姓名、证件号码【敏感】 */
static void put_items(struct buf *out, const struct release *r, const struct itemset *items)
{
	bool first = true;

	for (unsigned i = 0; i < r->items.count; i++) {
		const struct item *it = r->items.rows[i];
		if (!itemset_has(items, i))
			continue;
		buf_printf(out, "%s%s%s", first ? "" : "、", it->name, it->sensitive ? "【敏感】" : "");
		first = false;
	}
}

static bool any_sensitive(const struct release *r, const struct itemset *items)
{
	for (unsigned i = 0; i < r->items.count; i++)
		if (itemset_has(items, i) && r->sensitive.bit[i / 64] >> (i % 64) & 1)
			return true;
	return false;
}

static struct itemset common(struct itemset a, const struct itemset *b)
{
	for (size_t i = 0; i < sizeof a.bit / sizeof *a.bit; i++)
		a.bit[i] &= b->bit[i];
	return a;
}

/* Those who may receive the items under this consent: the recipient and the bodies that it hands to. */
static void put_recipient(struct buf *out, const struct release *r, const struct recipient *to)
{
	bool first = true;

	buf_printf(out, "三、接收方：%s（联系方式：%s）。提供的依据：%s。", to->name, to->contact, to->basis);
	for (unsigned i = 0; i < r->recipients.count; i++) {
		const struct recipient *member = r->recipients.rows[i];
		if (member->within != to)
			continue;
		buf_printf(out, "%s%s（%s）", first ? "接收方将按职责转交下列单位之一办理：" : "、",
			   member->name, member->contact);
		first = false;
	}
	buf_add_text(out, first ? "\n" : "。\n");
}

static void put_effects(struct buf *out, const struct release *r, const struct service *s, bool sensitive)
{
	const char *where = city_text(r, "screens.my_info");

	if (sensitive)
		buf_add_text(
			out,
			"标注【敏感】的信息一旦泄露或者被非法使用，容易侵害您的人格尊严或者危害人身、财产安全"
			"。"
			"我们仅在实现上述目的所必需的范围内处理，并采取加密存储、访问留痕等保护措施。\n");
	buf_printf(out, "四、保存期限：%s。\n", s->category->retention_rule);
	buf_printf(out,
		   "五、您可以不同意。不同意仅导致无法使用“%s”，不影响您使用其他服务。\n"
		   "六、您可以随时在“%"
		   "s”中撤回同意。撤回后我们停止相应的处理；撤回不影响撤回之前已经进行的处理的效力。\n",
		   s->name, where ? where : "我的信息");
}

err consent_text(struct ctx *c, const struct release *r, const struct service *s, const struct itemset *items,
		 const struct recipient *recipient, struct buf *ret, char ret_hash[static 65])
{
	const struct gate_bounds *by = r->bounds[s->number].by;
	struct itemset taken = common(*items, &by[GATE_COLLECT].may),
		       given = common(*items, &by[GATE_SHARE].may);
	uint8_t hash[HASH_SIZE];
	size_t from = ret->size;

	buf_printf(ret, "%s　%s　个人信息处理单独同意书\n\n", city_text(r, "name"), s->name);
	buf_printf(ret, "个人信息处理者：%s。适用的隐私政策版本：%s。\n", city_text(r, "controller"),
		   r->version);
	buf_printf(ret, "一、处理目的：%s，用于办理“%s”。\n", s->purpose->name, s->name);
	buf_add_text(ret, "二、处理的个人信息：\n");
	if (!itemset_empty(&taken)) {
		buf_add_text(ret, "收集和使用：");
		put_items(ret, r, &taken);
		buf_add_text(ret, "。\n");
	}
	if (recipient) {
		buf_add_text(ret, "提供给接收方：");
		put_items(ret, r, itemset_empty(&given) ? items : &given);
		buf_add_text(ret, "。\n");
		put_recipient(ret, r, recipient);
	} else {
		buf_add_text(ret, "三、接收方：不向他人提供。\n");
	}
	put_effects(ret, r, s, any_sensitive(r, items));
	if (ret->failed)
		FAIL(c, ERR_TOO_LARGE, "同意书的内容过长");
	hash_sha256((struct slice){ret->data + from, ret->size - from}, hash);
	hex_encode(hash, sizeof hash, ret_hash);
	return OK;
}

static const char *recipient_terms(struct ctx *c, const struct release *r, const struct recipient *to)
{
	const char *terms = arena_printf(c->arena, "%s|%s|%s|%s", to->key, to->name, to->kind, to->region);

	for (unsigned i = 0; i < r->recipients.count; i++) {
		const struct recipient *member = r->recipients.rows[i];
		if (member->within == to)
			terms = arena_printf(c->arena, "%s|%s", terms, member->key);
	}
	return terms;
}

void consent_terms(struct ctx *c, const struct release *r, const struct service *s,
		   const struct recipient *recipient, char ret_hash[static 65])
{
	uint8_t hash[HASH_SIZE];
	const char *terms = arena_printf(c->arena, "%s|%s|%s|%s|%d|%s|%s", s->key, s->purpose->key,
					 s->purpose->name, s->category->retention_rule,
					 s->category->retention_days, s->provider ? s->provider : "",
					 recipient ? recipient_terms(c, r, recipient) : "");

	hash_sha256(slice_of(terms), hash);
	hex_encode(hash, sizeof hash, ret_hash);
}

/* "**一句话**" → "一句话" */
static void put_plain(struct buf *out, const char *text)
{
	for (const char *p = text; *p; p++) {
		if (p[0] == '*' && p[1] == '*')
			p++;
		else
			buf_add(out, p, 1);
	}
}

const char *release_chapter_title(const struct release *r, size_t number, const char **ret_key)
{
	if (number >= r->chapter_count)
		return NULL;
	*ret_key = r->chapters[number].key;
	return r->chapters[number].title;
}

void release_chapter_text(const struct release *r, const char *key, struct buf *ret)
{
	for (size_t i = 0; i < r->chapter_count; i++) {
		const struct chapter *chapter = &r->chapters[i];
		if (strcmp(chapter->key, key) != 0)
			continue;
		for (size_t k = 0; k < chapter->section_count; k++) {
			const struct section *section = &chapter->sections[k];
			if (section->title)
				buf_printf(ret, "【%s】\n", section->title);
			for (size_t n = 0; n < section->paragraphs.count; n++) {
				put_plain(ret, section->paragraphs.texts[n]);
				buf_add_text(ret, "\n");
			}
		}
	}
}
