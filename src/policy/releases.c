#include "policy/releases.h"
#include "policy/city_releases.h"
#include "policy/model.h"
#include "policy/review_internal.h"
#include <pthread.h>
#include <stdlib.h>

enum { RELEASES_MAX = 256, PAGE_MAX = 4 * 1024 * 1024 };

struct releases {
	pthread_mutex_t lock;
	struct release *rows[RELEASES_MAX]; /* published, by number */
	int64_t effective_ms[RELEASES_MAX];
	size_t count;
};

/* ---- seeding ---- */

struct found {
	bool there;
	int64_t number, published_ms, effective_ms;
};

static err found_row(struct ctx *c, const struct row *row, void *arg)
{
	struct found *f = arg;

	(void)c;
	*f = (struct found){true, row_int(row, 0), row_int(row, 2), row_int(row, 3)};
	return OK;
}

struct seeding {
	const struct release *release;
	const struct assessment_file *file; /* what was assessed beforehand, and what had to be */
	struct processing_list fresh;
	struct slice page;
	bool publish;
	bool added; /* it was not there before */
};

/* Without a review: the first releases of a store, or on a machine for development. */
static err publish_row(struct ctx *c, struct tx *tx, int64_t number, const char *by, int64_t effective_ms,
		       int64_t *ret_changed)
{
	TRY(tx_exec(c, tx, Q_POLICY_RELEASE_PUBLISH,
		    PARAMS(P_INT(number), P_INT(c->now_ms), P_STR(by), P_INT(effective_ms)), ret_changed));
	if (*ret_changed == 0)
		return OK;
	TRY(tx_exec(c, tx, Q_POLICY_REVIEW_PUBLISHED, PARAMS(P_INT(number)), NULL));
	TRY(tx_exec(c, tx, Q_POLICY_HEAD_RAISE, PARAMS(P_INT(number)), NULL));
	return tx_exec(
		c, tx, Q_POLICY_STEP_INSERT,
		PARAMS(P_INT(number), P_STR("published"), P_INT(0), P_STR(by), P_NULL(), P_INT(c->now_ms)),
		NULL);
}

static err seed_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct seeding *s = arg;
	const struct release *r = s->release;
	struct found f = {0};
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_POLICY_RELEASE_INSERT,
		    PARAMS(P_STR(r->version), P_STR(r->hash), P_TEXT(r->document), P_TEXT(s->page),
			   P_INT(c->now_ms), P_INT(r->effective_ms)),
		    &changed));
	s->added = changed > 0;
	if (!s->added)
		return OK;
	TRY(tx_rows(c, tx, Q_POLICY_RELEASE_BY_HASH, PARAMS(P_STR(r->hash)), found_row, &f));
	TRY(tx_exec(c, tx, Q_POLICY_REVIEW_INSERT, PARAMS(P_INT(f.number), P_STR("draft"), P_NULL()), NULL));
	TRY(tx_exec(c, tx, Q_POLICY_STEP_INSERT,
		    PARAMS(P_INT(f.number), P_STR("drafted"), P_INT(0), P_STR("城市数据文件"), P_NULL(),
			   P_INT(c->now_ms)),
		    NULL));
	if (!s->publish)
		return OK;
	TRY(assessment_file_put(c, tx, s->file, r->hash, f.number, &s->fresh));
	return publish_row(c, tx, f.number, "城市数据文件", r->effective_ms, &changed);
}

/* NT-3.3.2.g: nothing runs unassessed, the first release either. */
static err demand_by_file(struct ctx *c, const struct assessment_file *file,
			  const struct processing_list *fresh)
{
	enum assessed *states = ARENA_ARRAY(c->arena, enum assessed, fresh->count + 1);

	assessment_file_states(c->arena, file, fresh, states);
	return assessment_demand(c, fresh, states);
}

static err seed_one(struct ctx *c, struct seeding s, bool *ret_added)
{
	const struct release *r = s.release;
	BUF_SCOPED page = {0};

	buf_init(&page, PAGE_MAX);
	TRY(policy_html(c, r, &page));
	s.page = buf_slice(&page);
	/* Another server may take the same number at the same moment. */
	err e = store_write(c, c->store, seed_rows, &s);
	for (int again = 0; e.code == ERR_CONFLICT && again < 5; again++)
		e = store_write(c, c->store, seed_rows, &s);
	*ret_added = s.added;
	return e;
}

static err count_row(struct ctx *c, const struct release_line *l, void *arg)
{
	(void)c;
	*(int64_t *)arg += l->published_ms != 0;
	return OK;
}

err releases_seed(struct ctx *c, const char *dir, const char *city, struct buf *ret_complaints,
		  int64_t *ret_drafts)
{
	__attribute__((cleanup(city_releases_drop))) struct city_releases all = {0};
	int64_t published = 0, drafts = 0;
	struct assessment_file file;

	TRY(city_releases_load(c, dir, city, ret_complaints, &all));
	TRY(releases_list(c, count_row, &published));
	TRY(assessment_file_read(c, dir, city, ret_complaints, &file));
	for (size_t i = 0; i < all.count; i++) {
		struct seeding s = {.release = all.rows[i], .file = &file, .publish = published == 0};
		bool added = false;
		if (s.publish) {
			s.fresh = processing_new(c->arena, i ? all.rows[i - 1] : NULL, all.rows[i]);
			TRY(demand_by_file(c, &file, &s.fresh));
		}
		TRY(seed_one(c, s, &added));
		drafts += added && published > 0;
	}
	if (ret_drafts)
		*ret_drafts = drafts;
	return OK;
}

/* ---- publishing ---- */

struct numbered {
	int64_t number;
	struct release_line line;
};

static err numbered_row(struct ctx *c, const struct release_line *l, void *arg)
{
	struct numbered *n = arg;

	(void)c;
	if (l->number == n->number)
		n->line = *l;
	return OK;
}

struct unreviewed {
	int64_t number, effective_ms, changed;
	const char *by, *hash;
	const struct assessment_file *file;
	struct processing_list fresh;
};

static err unreviewed_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct unreviewed *u = arg;

	TRY(publish_row(c, tx, u->number, u->by, u->effective_ms, &u->changed));
	return u->changed ? assessment_file_put(c, tx, u->file, u->hash, u->number, &u->fresh) : OK;
}

/* What two officers agreed on in the console counts as well as what the city's files say. */
static err demand_either(struct ctx *c, const struct release *r, struct unreviewed *u)
{
	enum assessed *agreed = ARENA_ARRAY(c->arena, enum assessed, u->fresh.count + 1),
		      *filed = ARENA_ARRAY(c->arena, enum assessed, u->fresh.count + 1);

	TRY(assessment_states(c, NULL, r, &u->fresh, agreed));
	assessment_file_states(c->arena, u->file, &u->fresh, filed);
	for (size_t i = 0; i < u->fresh.count; i++)
		if (agreed[i] == ASSESSED_NOT)
			agreed[i] = filed[i];
	return assessment_demand(c, &u->fresh, agreed);
}

static err check_unreviewed(struct ctx *c, struct unreviewed *u)
{
	struct release *before = NULL, *after = NULL;
	unsigned head = 0;

	TRY(review_head(c, &head));
	TRY(review_release(c, (unsigned)u->number, &after));
	err e = head ? review_release(c, head, &before) : OK;
	if (!failed(e)) {
		u->hash = arena_copy(c->arena, slice_of(after->hash));
		u->fresh = processing_new(c->arena, before, after);
		e = demand_either(c, after, u);
	}
	release_drop(after);
	if (before)
		release_drop(before);
	return e;
}

err releases_publish(struct ctx *c, int64_t number, const char *by, int64_t effective_ms,
		     const struct assessment_file *file)
{
	struct numbered n = {.number = number};

	TRY(releases_list(c, numbered_row, &n));
	if (n.line.number == 0)
		FAIL(c, ERR_NOT_FOUND, "没有编号为 %lld 的政策版本", (long long)number);
	int64_t from_ms = effective_ms ? effective_ms : n.line.effective_ms;
	if (from_ms < c->now_ms) /* nobody could have known it before */
		from_ms = c->now_ms;
	struct unreviewed u = {.number = number, .effective_ms = from_ms, .by = by, .file = file};
	TRY(check_unreviewed(c, &u));
	TRY(store_write(c, c->store, unreviewed_rows, &u));
	if (u.changed == 0)
		FAIL(c, ERR_CONFLICT, "该政策版本已经发布，或者在它之后的版本已经发布");
	return OK;
}

/* ---- what a server knows ---- */

/* Rows are parsed after the query, not within it. */
struct stored {
	struct slice document;
	const char *hash;
	int64_t number, effective_ms;
};
struct stored_list {
	struct stored rows[RELEASES_MAX];
	size_t count;
};

static err stored_row(struct ctx *c, const struct row *row, void *arg)
{
	struct stored_list *l = arg;

	if (l->count == RELEASES_MAX)
		FAIL(c, ERR_LIMIT, "政策版本过多");
	l->rows[l->count++] = (struct stored){arena_slice(c->arena, row_text(row, 1)), row_copy(c, row, 2),
					      row_int(row, 0), row_int(row, 3)};
	return OK;
}

/* A document that was tampered with in the store is not what was published. */
static err parse_stored(struct ctx *c, const struct stored *s, struct release **ret)
{
	struct release *r = NULL;
	BUF_SCOPED complaints = {0};

	buf_init(&complaints, 256 * 1024);
	TRY(release_parse(c, s->document, (unsigned)s->number, &complaints, &r));
	if (strcmp(r->hash, s->hash) != 0) {
		release_drop(r);
		FAIL(c, ERR_STORE, "存储中的政策版本 %lld 与其校验值不符", (long long)s->number);
	}
	r->effective_ms = s->effective_ms;
	*ret = r;
	return OK;
}

static int64_t newest_number(struct releases *all)
{
	pthread_mutex_lock(&all->lock);
	int64_t number = all->count ? all->rows[all->count - 1]->number : 0;
	pthread_mutex_unlock(&all->lock);
	return number;
}

/* Only a release that nobody else sees yet is linked to the older ones. */
static void add(struct releases *all, struct release *r, int64_t effective_ms)
{
	pthread_mutex_lock(&all->lock);
	bool fresh = all->count < RELEASES_MAX &&
		     (all->count == 0 || all->rows[all->count - 1]->number < r->number);
	for (size_t i = 0; fresh && i < all->count; i++)
		model_earlier(r, all->rows[i]);
	if (fresh) {
		all->rows[all->count] = r;
		all->effective_ms[all->count++] = effective_ms;
	}
	pthread_mutex_unlock(&all->lock);
	if (!fresh)
		release_drop(r);
}

err releases_refresh(struct ctx *c, struct releases *all)
{
	struct stored_list *found = ARENA_NEW(c->arena, struct stored_list);

	TRY(store_rows(c, c->store, Q_POLICY_RELEASE_PUBLISHED, PARAMS(P_INT(newest_number(all))), stored_row,
		       found));
	for (size_t i = 0; i < found->count; i++) {
		struct release *r = NULL;
		TRY(parse_stored(c, &found->rows[i], &r));
		add(all, r, found->rows[i].effective_ms);
	}
	return OK;
}

err releases_open(struct ctx *c, struct releases **ret)
{
	struct releases *all = calloc(1, sizeof *all);

	if (!all)
		abort();
	pthread_mutex_init(&all->lock, NULL);
	err e = releases_refresh(c, all);
	if (!failed(e) && all->count == 0)
		e = fail(c, ERR_NOT_FOUND, "还没有已发布的政策版本");
	if (failed(e)) {
		releases_close(all);
		return e;
	}
	*ret = all;
	return OK;
}

void releases_close(struct releases *all)
{
	if (!all)
		return;
	for (size_t i = 0; i < all->count; i++)
		release_drop(all->rows[i]);
	pthread_mutex_destroy(&all->lock);
	free(all);
}

/* The one that took effect last; of two on the same day the later number. Before all of them, the one that
 * comes first. */
const struct release *releases_at(struct releases *all, int64_t now_ms)
{
	pthread_mutex_lock(&all->lock);
	size_t best = 0;
	for (size_t i = 1; i < all->count; i++) {
		bool in_force = all->effective_ms[i] <= now_ms,
		     best_in_force = all->effective_ms[best] <= now_ms;
		if (in_force ? !best_in_force || all->effective_ms[i] >= all->effective_ms[best]
			     : !best_in_force && all->effective_ms[i] < all->effective_ms[best])
			best = i;
	}
	const struct release *r = release_hold(all->rows[best]);
	pthread_mutex_unlock(&all->lock);
	return r;
}

const struct release *releases_version(struct releases *all, const char *version)
{
	const struct release *r = NULL;

	pthread_mutex_lock(&all->lock);
	for (size_t i = all->count; i > 0 && !r; i--)
		if (strcmp(all->rows[i - 1]->version, version) == 0)
			r = release_hold(all->rows[i - 1]);
	pthread_mutex_unlock(&all->lock);
	return r;
}

const struct release *releases_before(struct releases *all, unsigned number)
{
	const struct release *r = NULL;

	pthread_mutex_lock(&all->lock);
	for (size_t i = all->count; i > 0 && !r; i--)
		if (all->rows[i - 1]->number < number)
			r = release_hold(all->rows[i - 1]);
	pthread_mutex_unlock(&all->lock);
	return r;
}

const struct release *releases_next(struct releases *all, unsigned number)
{
	const struct release *r = NULL;

	pthread_mutex_lock(&all->lock);
	for (size_t i = 0; i < all->count && !r; i++)
		if (all->rows[i]->number > number)
			r = release_hold(all->rows[i]);
	pthread_mutex_unlock(&all->lock);
	return r;
}

/* ---- reading ---- */

struct page_query {
	struct release_page *page;
	bool found;
};

static err page_row(struct ctx *c, const struct row *row, void *arg)
{
	struct page_query *q = arg;

	q->found = true;
	*q->page = (struct release_page){arena_slice(c->arena, row_text(row, 0)), row_copy(c, row, 1),
					 (unsigned)row_int(row, 2), row_int(row, 3), row_int(row, 4)};
	return OK;
}

err releases_page(struct ctx *c, const char *version, struct release_page *ret)
{
	struct release_page page;
	struct page_query q = {.page = &page};

	TRY(store_rows(c, c->store, Q_POLICY_RELEASE_PAGE, PARAMS(P_STR(version)), page_row, &q));
	if (!q.found)
		FAIL(c, ERR_NOT_FOUND, "没有这个版本的隐私政策");
	*ret = page;
	return OK;
}

struct listing {
	release_line_fn fn;
	void *arg;
};

static err list_row(struct ctx *c, const struct row *row, void *arg)
{
	struct listing *l = arg;
	struct release_line line = {
		.number = (unsigned)row_int(row, 0),
		.version = row_copy(c, row, 1),
		.hash = row_copy(c, row, 2),
		.created_ms = row_int(row, 3),
		.published_ms = row_int(row, 4),
		.effective_ms = row_int(row, 5),
		.by = row_copy_or_null(c, row, 6),
	};

	return l->fn(c, &line, l->arg);
}

err releases_list(struct ctx *c, release_line_fn fn, void *arg)
{
	struct listing l = {fn, arg};

	return store_rows(c, c->store, Q_POLICY_RELEASE_LIST, NO_PARAMS, list_row, &l);
}
