/* The guardian's decision: yes, no, and not any more. */
#include "services/wards_inside.h"

enum { OFFERS_MAX = 8 };

/* ---- what is agreed to ---- */

static struct itemset either(const struct itemset *a, const struct itemset *b)
{
	struct itemset all = *a;

	for (size_t i = 0; i < sizeof(all.bit) / sizeof(all.bit[0]); i++)
		all.bit[i] |= b->bit[i];
	return all;
}

static void add_offer(struct consent_offer *offers, size_t *n, const struct service *s,
		      const struct recipient *to)
{
	if (!s || *n == OFFERS_MAX)
		return;
	offers[(*n)++] =
		(struct consent_offer){.service = s, .recipient = to, .items = either(&s->items, &s->shared)};
}

/* The account itself: registering and proving the name. Every other service asks for its own consent, of a
 * child below minor.strict_age from the guardian (PIPL 31). */
static size_t account_offers(struct ctx *c, struct consent_offer offers[static OFFERS_MAX])
{
	size_t n = 0, count = 0;
	const char *const *methods = city_list(c->release, "realname.methods", &count);
	const struct service *account = release_service(c->release, "account");

	add_offer(offers, &n, account, account ? account->recipient : NULL);
	for (size_t i = 0; i < count; i++) {
		const struct service *s =
			release_service(c->release, arena_printf(c->arena, "realname_%s", methods[i]));
		add_offer(offers, &n, s, s ? s->recipient : NULL);
	}
	return n;
}

static void put_offer(struct ctx *c, struct buf *out, const struct consent_offer *o)
{
	bool first = true;

	buf_printf(out, "　“%s”：", o->service->name);
	for (unsigned i = 0; i < release_item_count(c->release); i++) {
		const struct item *it = release_item_at(c->release, i);
		if (!itemset_has(&o->items, i))
			continue;
		buf_printf(out, "%s%s", first ? "" : "、", it->name);
		first = false;
	}
	if (o->recipient)
		buf_printf(out, "；为核验身份提供给%s（%s）", o->recipient->name, o->recipient->contact);
	buf_add_text(out, "。\n");
}

err ward_text(struct ctx *c, const struct ward *w, struct buf *ret, char ret_hash[static 65])
{
	const struct release *r = c->release;
	struct consent_offer offers[OFFERS_MAX];
	size_t n = account_offers(c, offers), from = ret->size;
	uint8_t hash[HASH_SIZE];

	buf_printf(ret, "%s　监护人同意书\n\n", city_text(r, "name"));
	buf_printf(ret, "个人信息处理者：%s。适用的隐私政策版本：%s。\n\n", city_text(r, "controller"),
		   release_version(r));
	buf_add_text(ret, "一、隐私政策中关于未成年人的内容\n");
	release_chapter_text(r, "minor", ret);
	buf_add_text(
		ret,
		"\n二、您同意之后，为孩子的账号收集和使用下列信息（未成年人的信息全部按敏感信息保护）\n");
	for (size_t i = 0; i < n; i++)
		put_offer(c, ret, &offers[i]);
	buf_printf(ret, "\n三、各项服务\n　%s\n",
		   ward_is_strict(c, w) ? "孩子不满十四周岁：每一项要用到个人信息的服务，都须由您另行阅读该服"
					  "务的同意书并单独同意。"
					: "孩子使用要用到敏感信息的服务时，还须就该项服务单独同意。");
	buf_add_text(ret, "\n四、您可以不同意，也可以随时撤回\n　不同意或者撤回的，孩子的账号停止收集和办理，"
			  "查看本人信息等权利不受影响。撤回不影响撤回之前处理的效力。\n");
	if (ret->failed)
		FAIL(c, ERR_TOO_LARGE, "同意书的内容过长");
	hash_sha256((struct slice){ret->data + from, ret->size - from}, hash);
	hex_encode(hash, sizeof(hash), ret_hash);
	return OK;
}

/* ---- yes ---- */

err ward_confirmed_again(struct ctx *c, int64_t guardian_id)
{
	struct facts f;
	struct head h;

	TRY(facts_load(c, guardian_id, &f, &h));
	if (f.minor)
		return refuse_minor(c);
	if (f.second_check_until_ms > c->now_ms)
		return OK;
	err e = refuse(c, "second_check_required", city_text(c->release, "gate.clause.second_check"),
		       "作出监护人同意前请再次验证本人身份");
	refuse_next(c, "confirm_again", NULL);
	return e;
}

static err seal_birth(struct ctx *c, const struct ward *w, struct slice *ret)
{
	struct date birth;

	if (!w->child.person)
		return OK;
	if (!minors_birth(slice_of(w->details.number), &birth))
		FAIL(c, ERR_INTERNAL, "a ward without a date of birth");
	return guardian_seal_birth(c, w->child.id, birth, ret);
}

err ward_agree(struct ctx *c, int64_t guardian_id, int64_t ward_id, struct slice text_hash, struct ward *ret)
{
	struct consent_offer offers[OFFERS_MAX];
	struct ward w;
	struct guardian_agreement g = {.ward = &w, .offers = offers};
	struct entry e = ward_child_entry(c, ENTRY_CONSENT, NULL);
	BUF_SCOPED text = {0};
	char hash[65];

	TRY(ward_get(c, guardian_id, ward_id, &w));
	if (strcmp(w.kind, "consent") != 0 || strcmp(w.state, "confirmed") != 0)
		FAIL(c, ERR_CONFLICT, "这项监护事项现在不能作出同意");
	buf_init(&text, WARD_TEXT_MAX);
	TRY(ward_text(c, &w, &text, hash));
	if (!slice_is(text_hash, hash))
		return fail_field(c, "text_hash", "同意书内容已更新，请重新阅读");
	TRY(ward_confirmed_again(c, guardian_id));
	TRY(seal_birth(c, &w, &g.birth));
	g.offer_count = account_offers(c, offers);
	g.text = buf_slice(&text);
	g.text_hash = hash;
	e.ref_id = w.id;
	e.note =
		arena_printf(c->arena, "监护人（%s）已阅读隐私政策 %s 并同意，监护关系已核实",
			     w.details.relation ? w.details.relation : "监护人", release_version(c->release));
	TRY(minors_write(c, w.child, &e, minors_agree_rows, &g));
	TRY(ward_note(c, &w, ENTRY_CONSENT, "作为监护人同意孩子使用", NULL, NULL));
	return ward_get(c, guardian_id, ward_id, ret);
}

/* ---- no, and not any more ---- */

static err end_agreement(struct ctx *c, struct ward *w, const char *to, const char *child_note,
			 const char *own_note)
{
	struct guardian_ending ending = {.ward = w, .to = to, .task = to};
	struct entry e = ward_child_entry(c, ENTRY_WITHDRAW, child_note);

	e.ref_id = w->id;
	TRY(minors_write(c, w->child, &e, minors_end_rows, &ending));
	TRY(ward_note(c, w, ENTRY_WITHDRAW, own_note, NULL, NULL));
	return ward_get(c, w->guardian_id, w->id, w);
}

err ward_decline(struct ctx *c, int64_t guardian_id, int64_t ward_id, struct ward *ret)
{
	struct ward w;

	TRY(ward_get(c, guardian_id, ward_id, &w));
	if (strcmp(w.kind, "consent") != 0 || strcmp(w.state, "confirmed") != 0)
		FAIL(c, ERR_CONFLICT, "这项监护事项现在不能作出决定");
	TRY(end_agreement(c, &w, "declined", "监护人不同意：账号停止收集和办理", "作为监护人不同意孩子使用"));
	*ret = w;
	return OK;
}

struct withdrawing {
	int64_t child_id;
};

static err withdraw_one(struct ctx *c, const struct consent *k, void *arg)
{
	const struct withdrawing *w = arg;

	if (k->withdrawn_at_ms)
		return OK;
	err e = consent_withdraw(c, w->child_id, k->id);
	if (e.code != ERR_NOT_FOUND)
		return e;
	failure_clear(c);
	return OK;
}

err ward_withdraw(struct ctx *c, int64_t guardian_id, int64_t ward_id, struct ward *ret)
{
	struct ward w;

	TRY(ward_agreed(c, guardian_id, ward_id, &w));
	struct withdrawing all = {w.child.id};
	if (w.child.person) /* each with the data that was typed on it */
		TRY(consent_list(c, w.child.id, withdraw_one, &all));
	TRY(end_agreement(c, &w, "withdrawn", "监护人撤回同意：账号停止收集和办理，为查询填写的信息已删除",
			  "作为监护人撤回同意"));
	*ret = w;
	return OK;
}

/* ---- services of a small child ---- */

err ward_agreed(struct ctx *c, int64_t guardian_id, int64_t ward_id, struct ward *ret)
{
	struct ward w;

	TRY(ward_get(c, guardian_id, ward_id, &w));
	const char *state = ward_state(c, &w);
	if (strcmp(state, "grown") == 0)
		FAIL(c, ERR_GONE, "孩子已经成年，监护人的同意不再适用");
	if (strcmp(state, "agreed") != 0)
		FAIL(c, ERR_CONFLICT, "这项监护事项没有生效的同意");
	*ret = w;
	return OK;
}

err ward_consent(struct ctx *c, int64_t guardian_id, int64_t ward_id, const struct consent_offer *offer,
		 int64_t *ret_id)
{
	struct ward w;

	TRY(ward_agreed(c, guardian_id, ward_id, &w));
	if (!w.child.person)
		FAIL(c, ERR_CONFLICT, "孩子还没有注册账号");
	TRY(consent_give(c, w.child.id, offer, ret_id));
	return ward_note(c, &w, ENTRY_CONSENT,
			 arena_printf(c->arena, "作为监护人同意孩子使用“%s”", offer->service->name), NULL,
			 NULL);
}
