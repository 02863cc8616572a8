/* Rounds through everybody, and what one message sets off. */
#include "base/id.h"
#include "notify/notice_store.h"

enum { BATCH = 100, AGAIN_SOON_MS = 1 };

err notice_round_rows(struct ctx *c, struct tx *tx, int64_t round_id, const char *kind, int64_t ref_id)
{
	TRY(tx_exec(c, tx, Q_NOTICE_ROUND_INSERT,
		    PARAMS(P_INT(round_id), P_STR(kind), P_INT(ref_id), P_INT(c->now_ms)), NULL));
	return job_add(c, tx, "notice_round", 0, round_id, c->now_ms, NULL);
}

size_t notice_ways(const struct ctx *c, const char *kind, const char *ret[static 4])
{
	static const char *const outside[] = {"push", "email", "sms"};
	const char *setting = strcmp(kind, "policy") == 0     ? "update.channels"
			      : strcmp(kind, "incident") == 0 ? "incident.channels"
			      : strcmp(kind, "request") == 0  ? "contact.channels"
							      : "message.channels";
	size_t n = 0, set = 0;

	(void)city_list(c->release, setting, &set);
	if (set == 0)
		setting = "message.channels";

	for (size_t i = 0; i < sizeof outside / sizeof *outside; i++)
		if (city_list_has(c->release, setting, outside[i]) ||
		    (strcmp(outside[i], "sms") == 0 && city_list_has(c->release, setting, "phone")))
			ret[n++] = outside[i];
	return n;
}

err message_rows(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t message_id, const char *kind,
		 int64_t ref_id)
{
	const char *ways[4];
	int64_t changed = 0;

	TRY(tx_exec(
		c, tx, Q_MESSAGE_INSERT,
		PARAMS(P_INT(subject_id), P_INT(message_id), P_STR(kind), P_INT(ref_id), P_INT(c->now_ms)),
		&changed));
	if (changed == 0 || notice_ways(c, kind, ways) == 0)
		return OK;
	return job_add(c, tx, "notice_deliver", subject_id, message_id, c->now_ms, NULL);
}

/* ---- a round ---- */

struct round {
	const char *kind;
	int64_t id, ref_id, cursor, finished_at_ms;
	bool there;
};

static err round_row(struct ctx *c, const struct row *r, void *arg)
{
	struct round *x = arg;

	x->there = true;
	x->kind = row_copy(c, r, 0);
	x->ref_id = row_int(r, 1);
	x->cursor = row_int(r, 2);
	x->finished_at_ms = row_int(r, 4);
	return OK;
}

struct telling {
	const struct round *round;
	int64_t subject_id;
};

static err tell_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct telling *t = arg;

	return message_rows(c, tx, t->subject_id, t->round->id, t->round->kind, t->round->ref_id);
}

/* A promotion reaches nobody who has not asked for it; an announcement nobody who wants none, but when it
 * must (TJ-8.2.b). The notice of a version always stands in the app (NT-6.1.b). */
static err wanted(struct ctx *c, const struct round *x, int64_t subject_id, const char *topic, bool mandatory,
		  bool *ret)
{
	*ret = true;
	if (mandatory || strcmp(x->kind, "policy") == 0)
		return OK;
	return notice_subscribed(c, subject_id, topic, ret);
}

static err tell(struct ctx *c, const struct round *x, const int64_t *people, size_t count)
{
	struct message m = {.id = x->id, .kind = x->kind, .ref_id = x->ref_id};
	const char *topic = NULL;
	bool mandatory = false, yes = false;

	TRY(notice_topic(c, &m, &topic, &mandatory));
	for (size_t i = 0; i < count; i++) {
		struct telling t = {x, people[i]};
		TRY(wanted(c, x, people[i], topic, mandatory, &yes));
		if (yes)
			TRY(store_write(c, c->store, tell_rows, &t));
	}
	return OK;
}

/* One batch. What a killed server had told already is told no second time: the message is there. */
err notice_round_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct round x = {.id = j->ref_id};
	int64_t people[BATCH];
	size_t count = 0;

	TRY(store_rows(c, c->store, Q_NOTICE_ROUND_GET, PARAMS(P_INT(x.id)), round_row, &x));
	if (!x.there || x.finished_at_ms)
		return OK;
	TRY(people_after(c, x.cursor, BATCH, people, &count));
	TRY(tell(c, &x, people, count));
	bool last = count < BATCH;
	TRY(store_exec(c, c->store, Q_NOTICE_ROUND_ADVANCE,
		       PARAMS(P_INT(x.id), P_INT(count ? people[count - 1] : x.cursor), P_INT((int64_t)count),
			      P_INT(last ? c->now_ms : 0)),
		       NULL));
	if (!last)
		*ret_again_at_ms = c->now_ms + AGAIN_SOON_MS;
	return OK;
}

/* ---- the ways of one message ---- */

struct delivering {
	int64_t subject_id, message_id;
	const char *ways[4];
	size_t way_count;
	int64_t devices[NOTICE_TARGETS_MAX];
	size_t device_count;
};

static err device_row(struct ctx *c, const struct row *r, void *arg)
{
	struct delivering *d = arg;

	(void)c;
	if (d->device_count < NOTICE_TARGETS_MAX)
		d->devices[d->device_count++] = row_int(r, 0);
	return OK;
}

static err delivery_row(struct ctx *c, struct tx *tx, const struct delivering *d, const char *way,
			int64_t device)
{
	int64_t id = id_new(c->now_ms), changed = 0;

	TRY(tx_exec(c, tx, Q_NOTICE_DELIVERY_INSERT,
		    PARAMS(P_INT(d->subject_id), P_INT(id), P_INT(d->message_id), P_STR(way), P_INT(device),
			   P_INT(c->now_ms)),
		    &changed));
	return changed ? job_add(c, tx, "notice_send", d->subject_id, id, c->now_ms, NULL) : OK;
}

static err deliver_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct delivering *d = arg;

	for (size_t i = 0; i < d->way_count; i++) {
		if (strcmp(d->ways[i], "push") != 0)
			TRY(delivery_row(c, tx, d, d->ways[i], 0));
		else
			for (size_t k = 0; k < d->device_count; k++)
				TRY(delivery_row(c, tx, d, "push", d->devices[k]));
	}
	return OK;
}

err notice_deliver_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct delivering d = {.subject_id = j->subject_id, .message_id = j->ref_id};
	struct message m;

	(void)ret_again_at_ms;
	TRY(message_get(c, j->subject_id, j->ref_id, &m));
	d.way_count = notice_ways(c, m.kind, d.ways);
	TRY(store_rows(c, c->store, Q_PUSH_TARGET_LIST, PARAMS(P_INT(j->subject_id)), device_row, &d));
	return store_write(c, c->store, deliver_rows, &d);
}
