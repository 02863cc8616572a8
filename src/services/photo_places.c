#include "services/photo_places.h"
#include "account/account.h"
#include "services/exif.h"
#include "services/use_log.h"

enum { TRIES = 4 };

static const struct service *place_service(const struct ctx *c)
{
	return release_service(c->release, "photo_place");
}

static err undeclared(struct ctx *c)
{
	return refuse(c, "not_declared", NULL, "本市不保存照片的地点标记");
}

/* ---- after an upload ---- */

static err keep_once(struct ctx *c, int64_t subject_id, int64_t attachment_id, const char *place)
{
	const struct service *s = place_service(c);
	struct vault_value value = {
		.item = release_item(c->release, "geotag"), .value = slice_of(place), .origin = "photo"};
	struct gate_request q = {
		.action = GATE_COLLECT, .service = s, .purpose = s->purpose, .now_ms = c->now_ms};
	struct permit *permit = NULL;
	struct facts f;
	struct head h;

	itemset_add(&q.items, value.item->number);
	TRY(facts_load(c, subject_id, &f, &h));
	TRY(gate_decide(c, c->release, &f, &q, &permit));
	return vault_collect(c, permit, &h, attachment_id,
			     arena_printf(c->arena, "service:%s", s->category->key), &value, 1, NULL, NULL);
}

static err keep(struct ctx *c, int64_t subject_id, int64_t attachment_id, const char *place, bool *ret_kept)
{
	*ret_kept = false;
	for (int i = 0; place_service(c) && i < TRIES; i++) {
		err e = keep_once(c, subject_id, attachment_id, place);
		*ret_kept = !failed(e);
		if (e.code != ERR_STALE && e.code != ERR_REFUSED)
			return e;
		failure_clear(c);
		if (e.code == ERR_REFUSED)
			return OK;
	}
	return OK;
}

static const char *said(const char *text)
{
	return text[0] ? text : "无";
}

err photo_noted(struct ctx *c, int64_t subject_id, int64_t attachment_id, struct slice picture,
		const char **ret_place)
{
	struct exif x;
	bool kept = false;

	exif_read(picture, &x);
	TRY(use_log_note(c, subject_id, attachment_id, "content_metadata",
			 slice_of(arena_printf(c->arena, "日期：%s；时间：%s；地点：%s", said(x.date),
					       said(x.time), said(x.place)))));
	if (x.place[0])
		TRY(keep(c, subject_id, attachment_id, x.place, &kept));
	*ret_place = !x.place[0] ? "none" : kept ? "kept" : "dropped";
	return OK;
}

err photo_place_allowed(struct ctx *c, int64_t subject_id)
{
	const struct service *s = place_service(c);
	struct permit *unused = NULL;
	struct facts f;
	struct head h;

	if (!s)
		return undeclared(c);
	struct gate_request q = {.action = GATE_COLLECT,
				 .service = s,
				 .purpose = s->purpose,
				 .items = s->items,
				 .now_ms = c->now_ms};
	TRY(facts_load(c, subject_id, &f, &h));
	return gate_decide(c, c->release, &f, &q, &unused);
}

/* ---- who is shown ---- */

err photo_name_person(struct ctx *c, int64_t subject_id, int64_t attachment_id, struct slice phone)
{
	const struct item *it = release_item(c->release, "mobile_phone");
	struct attachment a;
	struct slice normal;
	int64_t shown = 0;

	if (!place_service(c))
		return undeclared(c);
	TRY(attachment_find(c, subject_id, attachment_id, &a));
	TRY(item_normal(c, it, phone, &normal));
	TRY(use_log_note(c, subject_id, 0, "contacted_accounts", normal));
	TRY(account_lookup(c, "phone", normal, &shown));
	if (!shown || shown == subject_id)
		return OK;
	return store_exec(c, c->store, Q_PHOTO_MARK_PUT,
			  PARAMS(P_INT(shown), P_INT(attachment_id), P_INT(subject_id), P_INT(c->now_ms)),
			  NULL);
}

struct mark {
	int64_t attachment_id, from_id, at_ms;
};

struct marks {
	struct mark *list;
	size_t count, capacity;
};

static err keep_mark(struct ctx *c, const struct row *row, void *arg)
{
	struct marks *m = arg;

	if (m->count == m->capacity) {
		size_t more = m->capacity ? m->capacity * 2 : 16;
		struct mark *list = ARENA_ARRAY(c->arena, struct mark, more);
		if (m->count)
			memcpy(list, m->list, m->count * sizeof *list);
		m->list = list;
		m->capacity = more;
	}
	m->list[m->count++] = (struct mark){row_int(row, 0), row_int(row, 1), row_int(row, 2)};
	return OK;
}

struct finding {
	const struct item *item;
	int64_t attachment_id;
	bool found;
};

static err find_tag(struct ctx *c, const struct held *h, void *arg)
{
	struct finding *f = arg;

	(void)c;
	f->found |= h->item == f->item && h->record_id == f->attachment_id && !h->rule;
	return OK;
}

static err has_tag(struct ctx *c, int64_t subject_id, int64_t attachment_id, bool *ret)
{
	struct finding f = {release_item(c->release, "geotag"), attachment_id, false};

	TRY(vault_held(c, subject_id, find_tag, &f));
	*ret = f.found;
	return OK;
}

/* What another's data is read or deleted for stands in that person's list as the system's act: the one who
 * asked is shown on the photo, and is nobody's to know. */
static struct actor stand_aside(struct ctx *c)
{
	struct actor before = c->actor;

	c->actor = (struct actor){.kind = ACTOR_SYSTEM};
	return before;
}

static err take_account(struct ctx *c, const struct held *h, void *arg)
{
	(void)c;
	if (strcmp(h->item->key, "mobile_phone") == 0)
		*(const char **)arg = h->masked;
	return OK;
}

static err tell_account(struct ctx *c, int64_t from_id, const char **ret)
{
	const struct service *s = place_service(c);
	struct gate_request q = {.action = GATE_READ,
				 .service = s,
				 .purpose = s->purpose,
				 .items = s->reads,
				 .masked = true,
				 .now_ms = c->now_ms};
	struct permit *permit = NULL;
	struct facts f;
	struct head h;

	TRY(facts_load(c, from_id, &f, &h));
	TRY(gate_decide(c, c->release, &f, &q, &permit));
	return vault_masked(c, permit, &h, 0, take_account, ret);
}

static err give_mark(struct ctx *c, const struct mark *m, photo_place_fn fn, void *arg)
{
	struct photo_place p = {.attachment_id = m->attachment_id, .at_ms = m->at_ms};
	bool there = false;

	TRY(has_tag(c, m->from_id, m->attachment_id, &there));
	if (!there) /* deleted meanwhile, or its account is gone */
		return OK;
	struct actor before = stand_aside(c);
	err e = tell_account(c, m->from_id, &p.account);
	c->actor = before;
	if (e.code == ERR_REFUSED || e.code == ERR_STALE)
		failure_clear(c);
	else
		TRY(e);
	return fn(c, &p, arg);
}

struct own {
	const struct item *item;
	photo_place_fn fn;
	void *arg;
};

static err give_own(struct ctx *c, const struct held *h, void *arg)
{
	const struct own *o = arg;
	struct photo_place p = {h->record_id, h->collected_at_ms, true, NULL};

	return h->item == o->item && !h->rule ? o->fn(c, &p, o->arg) : OK;
}

err photo_place_list(struct ctx *c, int64_t subject_id, photo_place_fn fn, void *arg)
{
	struct own own = {release_item(c->release, "geotag"), fn, arg};
	struct marks marks = {0};

	if (!place_service(c))
		return OK;
	TRY(vault_held(c, subject_id, give_own, &own));
	TRY(store_rows(c, c->store, Q_PHOTO_MARK_LIST, PARAMS(P_INT(subject_id)), keep_mark, &marks));
	for (size_t i = 0; i < marks.count; i++)
		TRY(give_mark(c, &marks.list[i], fn, arg));
	return OK;
}

/* ---- deleting ---- */

static err delete_tag(struct ctx *c, int64_t from_id, int64_t attachment_id, bool own)
{
	const struct service *s = place_service(c);
	const struct item *log = release_item(c->release, "content_metadata");
	struct entry e = {.action = ENTRY_DELETE,
			  .service = s->key,
			  .purpose = s->purpose->key,
			  .basis = "own_request",
			  .decision = "allowed",
			  .clause = s->clause,
			  .note = own ? NULL : "照片中的人要求删除地点标记",
			  .ref_id = attachment_id};
	struct vault_deletion deletion = {from_id, attachment_id, &e.items};
	struct head h;

	itemset_add(&e.items, release_item(c->release, "geotag")->number);
	if (log)
		itemset_add(&e.items, log->number);
	TRY(form_closed(c, from_id, &e.items, LOCK_DELETE));
	TRY(ledger_head(c, c->store, from_id, &h));
	return ledger_write(c, &h, &e, LEDGER_ANY_EPOCH, vault_delete_rows, &deletion, NULL);
}

err photo_place_delete(struct ctx *c, int64_t subject_id, int64_t attachment_id)
{
	struct marks marks = {0};
	int64_t from_id = 0;
	bool there = false;

	if (!place_service(c))
		return undeclared(c);
	TRY(has_tag(c, subject_id, attachment_id, &there));
	if (there)
		return delete_tag(c, subject_id, attachment_id, true);
	TRY(store_rows(c, c->store, Q_PHOTO_MARK_LIST, PARAMS(P_INT(subject_id)), keep_mark, &marks));
	for (size_t i = 0; i < marks.count; i++)
		if (marks.list[i].attachment_id == attachment_id)
			from_id = marks.list[i].from_id;
	if (from_id)
		TRY(has_tag(c, from_id, attachment_id, &there));
	if (!there)
		FAIL(c, ERR_NOT_FOUND, "没有这条地点标记");
	struct actor before = stand_aside(c);
	err e = delete_tag(c, from_id, attachment_id, false);
	c->actor = before;
	TRY(e);
	return store_exec(c, c->store, Q_PHOTO_MARK_DELETE, PARAMS(P_INT(subject_id), P_INT(attachment_id)),
			  NULL);
}
