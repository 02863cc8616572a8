/* Separate consents: for one service, one recipient, named items, and exactly the text that was shown. */
#include "consent/consent.h"
#include "base/id.h"
#include "consent/consent_store.h"
#include "consent/guardian.h"

enum { TEXT_MAX = 64 * 1024 };

const char *keys_of_itemset(struct ctx *c, const struct itemset *set)
{
	struct buf b __attribute__((cleanup(buf_release)));

	buf_init(&b, 64 * 1024);
	for (unsigned i = 0; i < release_item_count(c->release); i++) {
		if (itemset_has(set, i))
			buf_printf(&b, "%s%s", b.size ? " " : "", release_item_at(c->release, i)->key);
	}
	return arena_copy(c->arena, buf_slice(&b));
}

static bool may_receive(const struct service *s, const struct recipient *r)
{
	return s->recipient == r || (s->category->recipients >> r->number & 1);
}

static struct itemset either(const struct itemset *a, const struct itemset *b)
{
	struct itemset all = *a;

	for (size_t i = 0; i < sizeof(all.bit) / sizeof(all.bit[0]); i++)
		all.bit[i] |= b->bit[i];
	return all;
}

/* A minor agrees to nothing before the guardian did; of a child below minor.strict_age every single consent
 * is the guardian's (PIPL 31; TJ-6.2.a, NT-5.1.a). */
static err check_age_to_agree(struct ctx *c, int64_t subject_id)
{
	bool own = c->actor.kind == ACTOR_PERSON && c->actor.id == subject_id;
	struct facts f;
	struct head h;

	if (!subject_id)
		return OK;
	TRY(facts_load(c, subject_id, &f, &h));
	if ((f.minor && !f.guardian_agreed) || (f.child && own))
		return refuse_minor(c);
	return OK;
}

/* A promotion, a cooperation with a partner: there is no consent to all of them at large. */
static bool for_one_matter(const struct release *r, const struct service *s)
{
	const char *campaign = city_text(r, "campaign.service"), *indirect = city_text(r, "indirect.service");

	return (campaign && strcmp(campaign, s->key) == 0) || (indirect && strcmp(indirect, s->key) == 0);
}

/* Nobody can agree to more than is declared (TJ-0.1.b). One consent may cover both taking and sharing; the
 * gate keeps each to what is declared for it. */
static err check_offer(struct ctx *c, const struct consent_offer *o)
{
	const struct service *s = o->service;
	struct itemset category = either(&s->category->collect, &s->category->share);
	struct itemset service = either(&s->items, &s->shared);

	if (itemset_empty(&o->items))
		return fail_field(c, "items", "至少选择一项");
	if (for_one_matter(c->release, s) != (o->about != NULL))
		return refuse(c, "not_declared",
			      s->category->share_clause ? s->category->share_clause : s->clause,
			      "这项同意只能在所涉及的活动或者合作的页面上逐项给出");
	if (o->recipient && !may_receive(s, o->recipient))
		return refuse(c, "not_declared", s->clause, "隐私政策没有声明向该单位提供");
	if (!itemset_within(&o->items, &category) || !itemset_within(&o->items, &service))
		return refuse(c, "not_declared", s->clause, "隐私政策没有声明该服务处理这些信息");
	return OK;
}

struct giving {
	struct owner owner;
	struct consent_row row;
	struct slice text;
};

static err give_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct giving *g = arg;

	TRY(consent_db_text_put(c, tx, g->row.text_hash, g->text));
	return consent_db_consent_add(c, tx, g->owner, &g->row);
}

static err give_person(struct ctx *c, const struct consent_offer *o, struct giving *g)
{
	struct head head;
	struct entry entry = {.action = ENTRY_CONSENT,
			      .service = o->service->key,
			      .purpose = o->service->purpose ? o->service->purpose->key : NULL,
			      .recipient = o->recipient ? o->recipient->key : NULL,
			      .items = o->items,
			      .basis = "consent",
			      .decision = "allowed",
			      .clause = o->service->clause,
			      .ref_id = g->row.id};

	TRY(ledger_head(c, c->store, g->owner.subject_id, &head));
	return ledger_write(c, &head, &entry, LEDGER_RAISE_EPOCH | LEDGER_ANY_EPOCH, give_rows, g, NULL);
}

err consent_offer_text(struct ctx *c, const struct consent_offer *o, struct buf *ret,
		       char ret_hash[static 65])
{
	uint8_t hash[HASH_SIZE];
	size_t from = ret->size;

	TRY(consent_text(c, c->release, o->service, &o->items, o->recipient, ret, ret_hash));
	if (!o->about)
		return OK;
	buf_add_text(ret, o->about);
	if (ret->failed)
		FAIL(c, ERR_TOO_LARGE, "同意书的内容过长");
	hash_sha256((struct slice){ret->data + from, ret->size - from}, hash);
	hex_encode(hash, sizeof hash, ret_hash);
	return OK;
}

err consent_give(struct ctx *c, int64_t subject_id, const struct consent_offer *offer, int64_t *ret_id)
{
	BUF_SCOPED text = {0};
	char hash[65], terms[65];

	buf_init(&text, TEXT_MAX);
	TRY(check_offer(c, offer));
	TRY(check_age_to_agree(c, subject_id));
	TRY(consent_offer_text(c, offer, &text, hash));
	if (!slice_is(offer->text_hash, hash))
		return fail_field(c, "text_hash", "同意书内容已更新，请重新阅读");

	consent_terms(c, c->release, offer->service, offer->recipient, terms);
	struct giving g = {{subject_id, c->installation_id},
			   {.id = id_new(c->now_ms),
			    .service = offer->service->key,
			    .recipient = offer->recipient ? offer->recipient->key : "",
			    .items = keys_of_itemset(c, &offer->items),
			    .text_hash = hash,
			    .version = release_version(c->release),
			    .terms = terms,
			    .given_at_ms = c->now_ms,
			    .about_id = offer->about_id,
			    .until_ms = offer->until_ms},
			   buf_slice(&text)};
	if (subject_id)
		TRY(give_person(c, offer, &g));
	else
		TRY(store_write(c, c->store, give_rows, &g));
	*ret_id = g.row.id;
	return OK;
}

err consent_list(struct ctx *c, int64_t subject_id, consent_fn fn, void *arg)
{
	struct list list;

	TRY(consent_db_consents(c, NULL, (struct owner){subject_id, c->installation_id}, false, &list));
	const struct consent_row *rows = list.rows;
	for (size_t i = 0; i < list.count; i++) {
		struct consent k = {.id = rows[i].id,
				    .given_at_ms = rows[i].given_at_ms,
				    .withdrawn_at_ms = rows[i].withdrawn_at_ms,
				    .until_ms = rows[i].until_ms,
				    .service_key = rows[i].service,
				    .recipient_key = *rows[i].recipient ? rows[i].recipient : NULL,
				    .text_hash = rows[i].text_hash,
				    .version = rows[i].version,
				    .renewal_needed =
					    !rows[i].withdrawn_at_ms && !consent_terms_stand(c, &rows[i]),
				    .items = itemset_of_keys(c->release, rows[i].items)};
		TRY(fn(c, &k, arg));
	}
	return OK;
}

err consent_text_by_hash(struct ctx *c, struct slice text_hash, struct buf *ret)
{
	size_t before = ret->size;

	TRY(consent_db_text_get(c, text_hash, ret));
	if (ret->size == before)
		FAIL(c, ERR_NOT_FOUND, "没有这份同意书");
	return OK;
}
