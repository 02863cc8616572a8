/* The notice of a new version: announced once, shown, and what going on with it means. */
#include "base/id.h"
#include "notify/notice_store.h"
#include "policy/better.h"
#include "policy/review.h"
#include "store/store.h"

enum { CHANGES_MAX = 256 * 1024 };

/* ---- announcing ---- */

struct announcing {
	const struct release *release;
	int64_t message_id;
	bool major, reduces;
	struct buf changes;
};

static err announce_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct announcing *a = arg;
	const struct release *r = a->release;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_POLICY_NOTICE_INSERT,
		    PARAMS(P_INT(release_number(r)), P_INT(a->message_id), P_STR(release_version(r)),
			   P_INT(release_effective_ms(r)), P_INT(c->now_ms), P_INT(a->major),
			   P_INT(a->reduces), P_TEXT(buf_slice(&a->changes))),
		    &changed));
	if (changed == 0)
		return OK; /* another server was faster */
	return notice_round_rows(c, tx, a->message_id, "policy", release_number(r));
}

/* A change is one line of policy_notice.changes, whatever lines and tabs the texts of the policy hold. */
static void put_line(struct buf *out, const char *text)
{
	bool gap = false;

	for (; *text; text++) {
		if ((unsigned char)*text > ' ') {
			buf_add(out, text, 1);
			gap = false;
		} else if (!gap) {
			buf_add_text(out, " ");
			gap = true;
		}
	}
	buf_add_text(out, "\n");
}

/* A change is major where the city lists its kind, and where officers rated it so (NT-6.2.0 to NT-6.2.7). */
static err put_changes(struct ctx *c, const struct release *before, struct announcing *a)
{
	struct policy_change *first = NULL;

	TRY(review_changes(c, before, a->release, &first));
	for (const struct policy_change *k = first; k; k = k->next) {
		bool major = k->rated || policy_major_listed(a->release, k->major) != NULL;
		a->major |= major;
		buf_printf(&a->changes, "%s\t%d\t", policy_major_key(k->major), major);
		put_line(&a->changes, k->text);
	}
	return OK;
}

static err announce(struct ctx *c, const struct release *before, const struct release *r)
{
	struct announcing a = {
		.release = r, .message_id = id_new(c->now_ms), .reduces = release_reduces(before, r)};

	buf_init(&a.changes, CHANGES_MAX);
	err e = put_changes(c, before, &a);
	if (!failed(e))
		e = a.changes.failed ? fail(c, ERR_TOO_LARGE, "变更说明过长")
				     : store_write(c, c->store, announce_rows, &a);
	buf_release(&a.changes);
	return e;
}

static err number_row(struct ctx *c, const struct row *r, void *arg)
{
	(void)c;
	*(unsigned *)arg = (unsigned)row_int(r, 0);
	return OK;
}

err notices_announce(struct ctx *c, struct releases *all)
{
	unsigned last = 0;

	TRY(store_rows(c, c->store, Q_POLICY_NOTICE_NEWEST, NO_PARAMS, number_row, &last));
	for (;;) {
		const struct release *r = releases_next(all, last);
		if (!r)
			return OK;
		const struct release *before = releases_before(all, release_number(r));
		err e = before ? announce(c, before, r) : OK;
		last = release_number(r);
		release_drop(before);
		release_drop(r);
		TRY(e);
	}
}

/* ---- what waits for the person ---- */

static struct policy_notice notice_of(struct ctx *c, const struct row *r)
{
	return (struct policy_notice){.release_number = row_int(r, 0),
				      .message_id = row_int(r, 1),
				      .version = row_copy(c, r, 2),
				      .effective_at_ms = row_int(r, 3),
				      .announced_at_ms = row_int(r, 4),
				      .major = row_int(r, 5) != 0,
				      .reduces = row_int(r, 6) != 0,
				      .changes = row_copy(c, r, 7)};
}

struct pending {
	struct policy_notice now;   /* the newest in force */
	struct policy_notice later; /* the next one announced */
};

/* What came in between counts with the newest: its changes are new to the person as well. */
static void join(struct ctx *c, struct policy_notice *sum, struct policy_notice next)
{
	if (sum->release_number) {
		next.major |= sum->major;
		next.reduces |= sum->reduces;
		next.changes = arena_printf(c->arena, "%s%s", sum->changes, next.changes);
	}
	*sum = next;
}

static err pending_row(struct ctx *c, const struct row *r, void *arg)
{
	struct pending *p = arg;
	struct policy_notice n = notice_of(c, r);

	if (n.effective_at_ms <= c->now_ms)
		join(c, &p->now, n);
	else if (!p->later.release_number)
		p->later = n;
	return OK;
}

static err newest_acceptance(struct ctx *c, const struct acceptance *a, void *arg)
{
	int64_t *number = arg;

	(void)c;
	if (!a->withdrawn_at_ms && a->release_number > *number)
		*number = a->release_number;
	return OK;
}

/* The newest version that person and device both agreed to; an announced one counts, too. */
static err agreed_number(struct ctx *c, int64_t subject_id, int64_t *ret)
{
	int64_t device = 0, person = 0;

	if (c->installation_id)
		TRY(acceptance_list(c, 0, newest_acceptance, &device));
	if (subject_id)
		TRY(acceptance_list(c, subject_id, newest_acceptance, &person));
	*ret = !subject_id ? device : device && device < person ? device : person;
	return OK;
}

err notice_pending(struct ctx *c, int64_t subject_id, struct policy_notice *ret, bool *ret_any)
{
	struct pending p = {0};
	int64_t agreed = 0;

	*ret_any = false;
	TRY(agreed_number(c, subject_id, &agreed));
	if (agreed == 0)
		return OK; /* the first agreement is asked for by itself */
	TRY(store_rows(c, c->store, Q_POLICY_NOTICE_LIST, PARAMS(P_INT(agreed)), pending_row, &p));
	*ret = p.now.release_number ? p.now : p.later;
	*ret_any = ret->release_number != 0;
	return OK;
}

static err only_row(struct ctx *c, const struct row *r, void *arg)
{
	struct policy_notice *n = arg;

	if (!n->release_number)
		*n = notice_of(c, r);
	return OK;
}

err notice_by_number(struct ctx *c, int64_t release_number, struct policy_notice *ret)
{
	struct policy_notice n = {0};

	TRY(store_rows(c, c->store, Q_POLICY_NOTICE_LIST, PARAMS(P_INT(release_number - 1)), only_row, &n));
	if (n.release_number != release_number)
		FAIL(c, ERR_NOT_FOUND, "没有这一版本的更新通知");
	*ret = n;
	return OK;
}

/* ---- shown, and going on ---- */

struct showing {
	int64_t subject_id;
	const struct policy_notice *n;
};

/* Who came after the round gets the message with the screen. */
static err shown_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct showing *s = arg;

	TRY(tx_exec(c, tx, Q_MESSAGE_INSERT,
		    PARAMS(P_INT(s->subject_id), P_INT(s->n->message_id), P_STR("policy"),
			   P_INT(s->n->release_number), P_INT(c->now_ms)),
		    NULL));
	return tx_exec(c, tx, Q_NOTICE_SHOWN_INSERT,
		       PARAMS(P_INT(s->subject_id), P_INT(s->n->release_number), P_INT(c->installation_id),
			      P_INT(c->now_ms)),
		       NULL);
}

static err pending_version(struct ctx *c, int64_t subject_id, const char *version, struct policy_notice *ret)
{
	bool any = false;

	TRY(notice_pending(c, subject_id, ret, &any));
	if (!any || strcmp(ret->version, version) != 0)
		FAIL(c, ERR_CONFLICT, "这一版本没有等待您确认的通知");
	return OK;
}

err notice_was_shown(struct ctx *c, int64_t subject_id, const char *version)
{
	struct policy_notice n;
	struct showing s = {subject_id, &n};

	TRY(pending_version(c, subject_id, version, &n));
	return store_write(c, c->store, shown_rows, &s);
}

bool notice_may_continue(const struct ctx *c, const struct policy_notice *n)
{
	return city_flag(c->release, "consent.continue") && n->effective_at_ms <= c->now_ms && !n->reduces;
}

static err shown_row(struct ctx *c, const struct row *r, void *arg)
{
	(void)c;
	*(int64_t *)arg = row_int(r, 0);
	return OK;
}

/* Where the city does not count it (NT-6.1.c), or a right would go (TJ-7.1.b), only an express act will do.
 */
static err not_by_going_on(struct ctx *c, const struct policy_notice *n)
{
	err e = refuse(c, "consent_required",
		       city_text(c->release, n->reduces ? "gate.clause.reduce" : "gate.clause.renew"), "%s",
		       n->reduces ? "这次更新涉及减少您的权利，须由您明示同意后才对您生效。"
				  : "继续使用不视为同意，请阅读更新后的隐私政策再作选择。");

	refuse_next(c, "accept_policy", arena_printf(c->arena, "\"policy_version\":\"%s\"", n->version));
	return e;
}

err notice_continue(struct ctx *c, int64_t subject_id, const char *version)
{
	struct policy_notice n;
	int64_t shown_at_ms = 0;

	TRY(pending_version(c, subject_id, version, &n));
	if (n.effective_at_ms > c->now_ms)
		FAIL(c, ERR_CONFLICT, "这一版本尚未生效");
	if (!notice_may_continue(c, &n))
		return not_by_going_on(c, &n);
	TRY(store_rows(c, c->store, Q_NOTICE_SHOWN_GET, PARAMS(P_INT(subject_id), P_INT(n.release_number)),
		       shown_row, &shown_at_ms));
	if (shown_at_ms == 0)
		FAIL(c, ERR_CONFLICT, "更新通知还没有向您展示");
	return acceptance_continue(c, subject_id, shown_at_ms);
}
