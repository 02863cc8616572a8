/* The inbox of a person. */
#include "notify/notice_store.h"

static struct message message_of(struct ctx *c, const struct row *r)
{
	return (struct message){.id = row_int(r, 0),
				.kind = row_copy(c, r, 1),
				.ref_id = row_int(r, 2),
				.at_ms = row_int(r, 3),
				.read_at_ms = row_int(r, 4)};
}

struct messages {
	struct message *rows;
	size_t count, limit;
};

static err message_row(struct ctx *c, const struct row *r, void *arg)
{
	struct messages *m = arg;

	if (m->count < m->limit)
		m->rows[m->count++] = message_of(c, r);
	return OK;
}

err message_list(struct ctx *c, int64_t subject_id, int64_t before, int limit, message_fn fn, void *arg)
{
	struct messages m = {ARENA_ARRAY(c->arena, struct message, (size_t)limit + 1), 0, (size_t)limit};

	TRY(store_rows(c, c->store, Q_MESSAGE_LIST,
		       PARAMS(P_INT(subject_id), P_INT(before ? before : INT64_MAX), P_INT(limit)),
		       message_row, &m));
	for (size_t i = 0; i < m.count; i++) /* the caller may query for each */
		TRY(fn(c, &m.rows[i], arg));
	return OK;
}

err message_get(struct ctx *c, int64_t subject_id, int64_t message_id, struct message *ret)
{
	struct message found = {0};
	struct messages m = {&found, 0, 1};

	TRY(store_rows(c, c->store, Q_MESSAGE_GET, PARAMS(P_INT(subject_id), P_INT(message_id)), message_row,
		       &m));
	if (m.count == 0)
		FAIL(c, ERR_NOT_FOUND, "没有这条消息");
	*ret = found;
	return OK;
}

err message_open(struct ctx *c, int64_t subject_id, int64_t message_id)
{
	struct message m;

	TRY(message_get(c, subject_id, message_id, &m));
	return store_exec(c, c->store, Q_MESSAGE_READ,
			  PARAMS(P_INT(subject_id), P_INT(message_id), P_INT(c->now_ms)), NULL);
}

static err unread_row(struct ctx *c, const struct row *r, void *arg)
{
	(void)c;
	*(struct unread *)arg = (struct unread){row_int(r, 0), row_int(r, 1)};
	return OK;
}

err message_unread(struct ctx *c, int64_t subject_id, struct unread *ret)
{
	*ret = (struct unread){0};
	return store_rows(c, c->store, Q_MESSAGE_UNREAD, PARAMS(P_INT(subject_id)), unread_row, ret);
}

struct deliveries {
	delivery_fn fn;
	void *arg;
};

static err delivery_row(struct ctx *c, const struct row *r, void *arg)
{
	const struct deliveries *d = arg;

	return d->fn(c, row_copy(c, r, 0), row_copy(c, r, 1), row_int(r, 2), d->arg);
}

err message_deliveries(struct ctx *c, int64_t subject_id, int64_t message_id, delivery_fn fn, void *arg)
{
	struct deliveries d = {fn, arg};

	return store_rows(c, c->store, Q_NOTICE_DELIVERY_LIST, PARAMS(P_INT(subject_id), P_INT(message_id)),
			  delivery_row, &d);
}

static err end_rows(struct ctx *c, struct tx *tx, void *arg)
{
	static const enum query queries[] = {Q_MESSAGE_CLEAR, Q_NOTICE_DELIVERY_CLEAR, Q_NOTICE_SHOWN_CLEAR,
					     Q_SUBSCRIPTION_CLEAR, Q_PUSH_TARGET_CLEAR};

	for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
		TRY(tx_exec(c, tx, queries[i], PARAMS(P_INT(*(int64_t *)arg)), NULL));
	return OK;
}

err messages_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	int64_t subject_id = j->subject_id;

	(void)ret_again_at_ms;
	return store_write(c, c->store, end_rows, &subject_id);
}
