#include "notify/notify.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "connectors/connectors.h"
#include "notify/notice_store.h"
#include <stdio.h>

enum { DAY_MS = 24 * 3600 * 1000 /* of UTC: only the keys turn with it */, RETRY_MS = 5000 };

/* Messages belong to no person that we may know of yet: they are sealed for subject 0, day by day. */
static void scope_of(int64_t day, char ret[static SCOPE_SIZE])
{
	snprintf(ret, SCOPE_SIZE, "sms:%lld", (long long)day);
}

static const char *aad_of(struct ctx *c, int64_t id)
{
	return arena_printf(c->arena, "sms_message|%lld", (long long)id);
}

err sms_prepare(struct ctx *c, struct slice phone, struct slice text, int64_t expires_at_ms,
		struct sms_draft *ret)
{
	struct sms_draft d = {
		.id = id_new(c->now_ms), .expires_at_ms = expires_at_ms, .day = c->now_ms / DAY_MS};
	enum suite suite = keys_suite(c->keys);
	char plain[SMS_SEALED_MAX], scope[SCOPE_SIZE];
	uint8_t key[KEY_SIZE];

	int n = snprintf(plain, sizeof(plain), "%.*s\n%.*s", (int)phone.n, phone.p, (int)text.n, text.p);
	if (n < 0 || (size_t)n >= sizeof(plain) || seal_size(suite, (size_t)n) > sizeof(d.sealed))
		FAIL(c, ERR_TOO_LARGE, "短信过长");
	scope_of(d.day, scope);
	TRY(keys_make(c, c->keys, 0, scope, key));
	d.size = seal_size(suite, (size_t)n);
	err e = seal(c, suite, key, slice_of(aad_of(c, d.id)), (struct slice){plain, (size_t)n}, d.sealed);
	crypto_wipe(key, sizeof(key));
	crypto_wipe(plain, sizeof(plain));
	TRY(e);
	*ret = d;
	return OK;
}

err sms_rows(struct ctx *c, struct tx *tx, const struct sms_draft *d)
{
	int64_t new_day = 0;

	TRY(tx_exec(c, tx, Q_SMS_MESSAGE_INSERT,
		    PARAMS(P_INT(d->id), P_INT(d->day), P_BLOB(d->sealed, d->size), P_INT(d->expires_at_ms)),
		    NULL));
	TRY(tx_exec(c, tx, Q_SMS_DAY_INSERT, PARAMS(P_INT(d->day)), &new_day));
	if (new_day)
		TRY(job_add(c, tx, "sms_day_end", 0, d->day, (d->day + 2) * DAY_MS, NULL));
	return job_add(c, tx, "sms_send", 0, d->id, c->now_ms, NULL);
}

static err message_row(struct ctx *c, const struct row *r, void *arg)
{
	struct sms_draft *d = arg;
	struct slice sealed = row_blob(r, 1);

	if (sealed.n > sizeof(d->sealed))
		FAIL(c, ERR_CRYPTO, "message too long");
	d->day = row_int(r, 0);
	d->size = sealed.n;
	d->expires_at_ms = row_int(r, 2);
	memcpy(d->sealed, sealed.p, sealed.n);
	return OK;
}

static err open_draft(struct ctx *c, const struct sms_draft *d, char ret[static SMS_SEALED_MAX],
		      size_t *ret_size)
{
	char scope[SCOPE_SIZE];
	uint8_t key[KEY_SIZE];

	scope_of(d->day, scope);
	TRY(keys_get(c, c->keys, 0, scope, key));
	err e = unseal(c, key, slice_of(aad_of(c, d->id)), slice_bytes(d->sealed, d->size), (uint8_t *)ret,
		       ret_size);
	crypto_wipe(key, sizeof(key));
	return e;
}

static err hand_over(struct ctx *c, const struct sms_draft *d, int *ret_status)
{
	BUF_SCOPED request, answer;
	char plain[SMS_SEALED_MAX], key[40];
	const char *outcome = NULL;
	size_t n = 0;

	buf_init(&request, 4096);
	buf_init(&answer, 64 * 1024);
	TRY(open_draft(c, d, plain, &n));
	size_t phone = (size_t)((char *)memchr(plain, '\n', n) - plain);
	struct json j = json_to(&request);
	json_open(&j, '{');
	json_put_slice(&j, "to", (struct slice){plain, phone});
	json_put_slice(&j, "text", (struct slice){plain + phone + 1, n - phone - 1});
	json_put_id(&j, "ref", d->id);
	json_close(&j, '}');
	crypto_wipe(plain, sizeof(plain));
	snprintf(key, sizeof(key), "sms-%lld", (long long)d->id);
	err e = connector_post(c, "sms", "/messages", buf_slice(&request), key, ret_status, &answer,
			       &outcome);
	crypto_wipe(request.data, request.size);
	return e;
}

static err job_send(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct sms_draft d = {.id = j->ref_id};
	int status = 0;

	TRY(store_rows(c, c->store, Q_SMS_MESSAGE_GET, PARAMS(P_INT(d.id)), message_row, &d));
	if (d.size == 0)
		return OK;
	if (c->now_ms < d.expires_at_ms) {
		err e = hand_over(c, &d, &status);
		if (e.code == ERR_AUTHORITY) {
			*ret_again_at_ms = c->now_ms + RETRY_MS;
			return OK;
		}
		TRY(e);
	}
	return store_exec(c, c->store, Q_SMS_MESSAGE_DELETE, PARAMS(P_INT(d.id)), NULL);
}

/* Ends the key of a day that is over. ref_id is the day. */
static err job_day_end(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	char scope[SCOPE_SIZE];
	const char *const scopes[] = {scope};

	(void)ret_again_at_ms;
	scope_of(j->ref_id, scope);
	return keys_end(c, c->keys, 0, scopes, 1);
}

const struct job_kind notify_job_kinds[6] = {
	{"sms_send", job_send},
	{"sms_day_end", job_day_end},
	{"notice_round", notice_round_job},
	{"notice_deliver", notice_deliver_job},
	{"notice_send", notice_send_job},
	{"messages_end", messages_end_job},
};
