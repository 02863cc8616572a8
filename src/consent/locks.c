#include "consent/locks.h"

#define KEY_SCOPE "audit"

const char *const lock_act_words[LOCK_ACTS] = {"view", "change", "delete"};
const char *const lock_act_names[LOCK_ACTS] = {"查看", "更改", "删除"};

/* ---- sealed words ---------------------------------------------------------------------------------------
 */

static struct slice aad_of(struct ctx *c, int64_t subject_id, int64_t use_id, const char *part)
{
	return slice_of(arena_printf(c->arena, "item_lock/%lld/%lld/%s", (long long)subject_id,
				     (long long)use_id, part));
}

err locks_seal(struct ctx *c, struct lock_order *o)
{
	TRY(keys_seal(c, c->keys, o->subject_id, KEY_SCOPE, aad_of(c, o->subject_id, o->use_id, "cause"),
		      slice_of(o->cause), &o->sealed_cause));
	o->sealed_officers = SLICE("");
	if (!o->officers)
		return OK;
	return keys_seal(c, c->keys, o->subject_id, KEY_SCOPE,
			 aad_of(c, o->subject_id, o->use_id, "officers"), slice_of(o->officers),
			 &o->sealed_officers);
}

static err open_words(struct ctx *c, int64_t subject_id, int64_t use_id, const char *part,
		      struct slice sealed, const char **ret)
{
	struct slice plain;

	*ret = NULL;
	if (!sealed.n)
		return OK;
	TRY(keys_unseal(c, c->keys, subject_id, KEY_SCOPE, aad_of(c, subject_id, use_id, part), sealed,
			&plain));
	*ret = arena_copy(c->arena, plain);
	return OK;
}

/* ---- reading --------------------------------------------------------------------------------------------
 */

struct sealed_lock {
	struct item_lock lock;
	struct slice cause, officers;
};

struct reading {
	struct sealed_lock *rows;
	size_t count, room;
	bool everybody;
};

static void make_room(struct ctx *c, struct reading *r)
{
	struct sealed_lock *more = ARENA_ARRAY(c->arena, struct sealed_lock, r->room * 2 + 16);

	if (r->count)
		memcpy(more, r->rows, r->count * sizeof *more);
	r->rows = more;
	r->room = r->room * 2 + 16;
}

static err keep_row(struct ctx *c, const struct row *row, void *arg)
{
	struct reading *r = arg;
	struct item_lock l = {.use_id = row_int(row, 0),
			      .item = release_item(c->release, row_copy(c, row, 1)),
			      .acts = (unsigned)row_int(row, 2),
			      .ground = release_exception(c->release, row_copy(c, row, 3)),
			      .set_at_ms = row_int(row, 4),
			      .until_ms = row_int(row, 5),
			      .everybody = r->everybody};

	if (!l.item || !l.ground || !exception_holds(l.ground, EXCEPTION_ACCESS))
		return OK;
	if (r->count == r->room)
		make_room(c, r);
	r->rows[r->count++] = (struct sealed_lock){l, arena_slice(c->arena, row_blob(row, 6)),
						   arena_slice(c->arena, row_blob(row, 7))};
	return OK;
}

static err read_of(struct ctx *c, int64_t subject_id, struct reading *r)
{
	return store_rows(c, c->store, Q_LOCK_LIST, PARAMS(P_INT(subject_id), P_INT(c->now_ms)), keep_row, r);
}

static err take(struct ctx *c, int64_t subject_id, const struct sealed_lock *from, struct locks *l)
{
	struct item_lock *to = &l->list[l->count++];
	int64_t owner = from->lock.everybody ? 0 : subject_id;

	*to = from->lock;
	TRY(open_words(c, owner, to->use_id, "cause", from->cause, &to->cause));
	TRY(open_words(c, owner, to->use_id, "officers", from->officers, &to->officers));
	for (int i = 0; i < LOCK_ACTS; i++)
		if (to->acts >> i & 1)
			itemset_add(&l->closed[i], to->item->number);
	return OK;
}

err locks_load(struct ctx *c, int64_t subject_id, struct locks *ret)
{
	struct reading r = {0};
	struct locks l = {0};

	TRY(read_of(c, subject_id, &r));
	r.everybody = true;
	TRY(read_of(c, 0, &r));
	l.list = ARENA_ARRAY(c->arena, struct item_lock, r.count + 1);
	for (size_t i = 0; i < r.count; i++)
		TRY(take(c, subject_id, &r.rows[i], &l));
	*ret = l;
	return OK;
}

const struct item_lock *lock_of(const struct locks *l, const struct item *it, enum lock_act act)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->list[i].item == it && (l->list[i].acts >> act & 1))
			return &l->list[i];
	return NULL;
}

/* TJ-4.4.f, NT-4.1.a: exactly this act, on exactly this item, and why. */
err locks_refuse(struct ctx *c, const struct locks *l, const struct itemset *items, enum lock_act act)
{
	for (size_t i = 0; i < l->count; i++) {
		const struct item_lock *k = &l->list[i];
		if (!itemset_has(items, k->item->number) || !(k->acts >> act & 1))
			continue;
		struct date d = date_of(k->until_ms);
		return refuse(c, "locked", k->ground->clause, "“%s”在%d年%d月%d日之前不能%s：%s",
			      k->item->name, d.year, d.month, d.day, lock_act_names[act], k->cause);
	}
	return OK;
}

err lock_check(struct ctx *c, int64_t subject_id, const struct itemset *items, enum lock_act act)
{
	struct locks l;

	TRY(locks_load(c, subject_id, &l));
	return locks_refuse(c, &l, items, act);
}

/* ---- kept in spite of a deletion ------------------------------------------------------------------------
 */

struct keeping {
	const struct locks *locks;
	lock_goes_fn goes;
	void *arg;
	struct kept_value {
		int64_t record_id;
		const struct item_lock *lock;
	} * values;
	size_t count, room;
};

static err note_value(struct ctx *c, const struct held *h, void *arg)
{
	struct keeping *k = arg;
	const struct item_lock *l = h->rule ? NULL : lock_of(k->locks, h->item, LOCK_DELETE);

	if (!l || (k->goes && !k->goes(h, k->arg)))
		return OK;
	if (k->count == k->room)
		FAIL(c, ERR_TOO_LARGE, "信息过多，请分几次办理");
	k->values[k->count++] = (struct kept_value){h->record_id, l};
	return OK;
}

err locks_keep(struct ctx *c, int64_t subject_id, const struct locks *l, lock_goes_fn goes, void *arg)
{
	struct keeping k = {.locks = l, .goes = goes, .arg = arg, .room = 512};

	if (itemset_empty(&l->closed[LOCK_DELETE]))
		return OK;
	k.values = ARENA_ARRAY(c->arena, struct kept_value, k.room);
	TRY(vault_held(c, subject_id, note_value, &k));
	for (size_t i = 0; i < k.count; i++) {
		struct itemset one = {0};
		itemset_add(&one, k.values[i].lock->item->number);
		TRY(vault_reseal(c, subject_id, k.values[i].record_id, &one, LOCK_SCOPE,
				 k.values[i].lock->ground->ground, k.values[i].lock->until_ms));
	}
	return OK;
}

/* ---- setting and lifting --------------------------------------------------------------------------------
 */

static err count_row(struct ctx *c, const struct row *row, void *arg)
{
	(void)c;
	*(int64_t *)arg = row_int(row, 0);
	return OK;
}

err locks_must_have_room(struct ctx *c, int64_t subject_id, const struct itemset *items)
{
	int64_t count = 0;

	TRY(store_rows(c, c->store, Q_LOCK_COUNT, PARAMS(P_INT(subject_id), P_INT(c->now_ms)), count_row,
		       &count));
	for (unsigned i = 0; i < release_item_count(c->release); i++)
		count += itemset_has(items, i);
	if (count > LOCK_ITEMS_MAX)
		FAIL(c, ERR_CONFLICT, "封闭的项目过多，请先解除不再需要的");
	return OK;
}

err locks_put_rows(struct ctx *c, struct tx *tx, const struct lock_order *o)
{
	for (unsigned i = 0; i < release_item_count(c->release); i++)
		if (itemset_has(&o->items, i))
			TRY(tx_exec(c, tx, Q_LOCK_PUT,
				    PARAMS(P_INT(o->subject_id), P_INT(o->use_id),
					   P_STR(release_item_at(c->release, i)->key), P_INT(o->acts),
					   P_STR(o->ground), P_INT(c->now_ms), P_INT(o->until_ms),
					   P_BLOB(o->sealed_cause.p, o->sealed_cause.n),
					   P_BLOB(o->sealed_officers.p, o->sealed_officers.n)),
				    NULL));
	return OK;
}

err locks_lift_rows(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t use_id)
{
	return tx_exec(c, tx, Q_LOCK_LIFT, PARAMS(P_INT(subject_id), P_INT(use_id)), NULL);
}

err locks_end(struct ctx *c, int64_t subject_id)
{
	return store_exec(c, c->store, Q_LOCKS_END, PARAMS(P_INT(subject_id)), NULL);
}
