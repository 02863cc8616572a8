#include "services/attachments.h"
#include "account/watch.h"
#include "base/id.h"
#include "connectors/scanner.h"
#include "jobs/jobs.h"
#include "services/image.h"
#include "services/sensors.h"
#include "services/stopped.h"
#include <stdio.h>

static const int64_t waiting_life_ms = INT64_C(24) * 3600 * 1000;

struct insert {
	int64_t subject_id;
	const struct attachment *a;
};

static err insert_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct insert *insert = arg;
	const struct attachment *a = insert->a;

	TRY(tx_exec(c, tx, Q_ATTACHMENT_INSERT,
		    PARAMS(P_INT(insert->subject_id), P_INT(a->id), P_STR(a->service), P_STR(a->content_type),
			   P_INT(a->size_bytes), P_INT(a->created_at_ms)),
		    NULL));
	return job_add(c, tx, "attachment_sweep", insert->subject_id, a->id,
		       a->created_at_ms + waiting_life_ms, NULL);
}

static const char *scope_of(struct ctx *c, const struct service *s)
{
	return arena_printf(c->arena, "service:%s", s->category->key);
}

/* Camera and album each have a permission of their own, and one does not stand in for the other. */
static err may_take(struct ctx *c, const struct service *s, const struct permission *by,
		    const struct facts *f, struct head *h, struct permit **ret)
{
	struct gate_request q = {.action = GATE_COLLECT,
				 .service = s,
				 .purpose = s->purpose,
				 .permission = by,
				 .now_ms = c->now_ms};

	itemset_add(&q.items, release_item(c->release, "album_image")->number);
	return form_decide(c, f, h, &q, ret);
}

/* The blob is written first: a crash in between leaves an unreadable orphan file, never a row without its
 * picture. */
static err store_picture(struct ctx *c, int64_t subject_id, const struct service *s, struct permit *permit,
			 struct head *h, struct slice picture, struct attachment *a)
{
	struct vault_value value = {release_item(c->release, "album_image"),
				    slice_of(arena_printf(c->arena, "%lld", (long long)a->id)), "sensor", 0};
	struct insert insert = {subject_id, a};

	TRY(vault_blob_put(c, subject_id, scope_of(c, s), a->id, picture));
	return vault_collect(c, permit, h, a->id, scope_of(c, s), &value, 1, insert_rows, &insert);
}

/* The person reads of it in the own list, officers among the events of security; of the file nothing is kept.
 */
static err refuse_malware(struct ctx *c, struct head *h, const char *peer)
{
	struct entry e = {.action = ENTRY_REFUSE,
			  .service = "account_safety",
			  .purpose = "safety",
			  .basis = "own_request",
			  .decision = "not_declared",
			  .clause = city_text(c->release, "guard.clause"),
			  .note = "上传的文件中有病毒，未予受理，未作保存"};

	watch_note(c, &(struct watch_event){"virus", "virus_file", "not_stored", peer});
	TRY(ledger_write(c, h, &e, LEDGER_ANY_EPOCH, NULL, NULL, NULL));
	return fail_field(c, "file", "文件中有病毒或者其他恶意代码，未予受理，未作保存；请检查您的设备");
}

/* What was uploaded is scanned, not what is left of it: also what the picture would lose. */
static err must_be_harmless(struct ctx *c, struct head *h, const struct upload *u)
{
	bool malware = false;

	if (!scanner_known(c->connectors))
		return OK;
	TRY(scanner_finds(c, u->bytes, &malware));
	return malware ? refuse_malware(c, h, u->peer) : OK;
}

err attachment_add(struct ctx *c, int64_t subject_id, const struct upload *u, struct attachment *ret)
{
	const struct service *s = release_service(c->release, arena_copy(c->arena, u->service));
	const struct permission *by = NULL;
	struct permit *permit = NULL;
	struct facts f;
	struct head h;
	BUF_SCOPED picture = {0};

	if (!s || s->attachments_max == 0)
		FAIL(c, ERR_NOT_FOUND, "这项服务不接收图片");
	if (u->bytes.n > ATTACHMENT_MAX)
		FAIL(c, ERR_TOO_LARGE, "图片超过 8 MB，请压缩后重试");
	TRY(service_must_stand(c, s));
	TRY(facts_load(c, subject_id, &f, &h));
	TRY(sensor_source(c, u->source, u->platform, &by));
	TRY(may_take(c, s, by, &f, &h, &permit));
	TRY(must_be_harmless(c, &h, u));
	buf_init(&picture, ATTACHMENT_MAX + 64);
	TRY(image_strip(c, u->content_type, u->bytes, &picture));

	struct attachment a = {.id = id_new(c->now_ms),
			       .size_bytes = (int64_t)picture.size,
			       .created_at_ms = c->now_ms,
			       .content_type = u->content_type,
			       .service = s->key};
	err e = store_picture(c, subject_id, s, permit, &h, buf_slice(&picture), &a);
	crypto_wipe(picture.data, picture.size);
	TRY(e);
	*ret = a;
	return OK;
}

static struct attachment attachment_of_row(struct ctx *c, const struct row *row)
{
	return (struct attachment){
		.id = row_int(row, 0),
		.case_id = row_int(row, 1),
		.size_bytes = row_int(row, 2),
		.created_at_ms = row_int(row, 3),
		.content_type = row_copy(c, row, 4),
		.service = row_copy(c, row, 5),
	};
}

static err keep_row(struct ctx *c, const struct row *row, void *arg)
{
	*(struct attachment *)arg = attachment_of_row(c, row);
	return OK;
}

err attachment_find(struct ctx *c, int64_t subject_id, int64_t id, struct attachment *ret)
{
	struct attachment a = {0};

	TRY(store_rows(c, c->store, Q_ATTACHMENT_FIND, PARAMS(P_INT(subject_id), P_INT(id)), keep_row, &a));
	if (!a.id)
		FAIL(c, ERR_NOT_FOUND, "没有找到这个附件");
	*ret = a;
	return OK;
}

err attachment_read(struct ctx *c, int64_t subject_id, const struct attachment *a, struct secret *ret)
{
	const struct service *s = release_service(c->release, a->service);

	if (!s)
		FAIL(c, ERR_GONE, "这项服务已经停止");
	return vault_blob_get(c, subject_id, scope_of(c, s), a->id, ret);
}

struct each {
	attachment_fn fn;
	void *arg;
};

static err each_row(struct ctx *c, const struct row *row, void *arg)
{
	struct each *each = arg;
	struct attachment a = attachment_of_row(c, row);

	return each->fn(c, &a, each->arg);
}

err attachment_of_case(struct ctx *c, int64_t subject_id, int64_t case_id, attachment_fn fn, void *arg)
{
	struct each each = {fn, arg};

	return store_rows(c, c->store, Q_ATTACHMENT_OF_CASE, PARAMS(P_INT(subject_id), P_INT(case_id)),
			  each_row, &each);
}

err attachment_take(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t id, int64_t case_id)
{
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_ATTACHMENT_TAKE, PARAMS(P_INT(subject_id), P_INT(id), P_INT(case_id)),
		    &changed));
	if (changed == 0)
		FAIL(c, ERR_CONFLICT, "有附件不存在或已用于其他事项，请重新上传");
	return OK;
}

err attachment_forget(struct ctx *c, int64_t subject_id, int64_t id)
{
	static const char *const keys[] = {"album_image", "geotag"}; /* its place goes with it */
	struct itemset picture = {{0}};
	struct vault_deletion deletion = {subject_id, id, &picture};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		const struct item *it = release_item(c->release, keys[i]);
		if (it)
			itemset_add(&picture, it->number);
	}
	TRY(store_write(c, c->store, vault_delete_rows, &deletion));
	err e = vault_blob_delete(c, subject_id, id);
	if (e.code != ERR_NOT_FOUND)
		return e;
	failure_clear(c);
	return OK;
}

err attachment_forget_rows(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t case_id)
{
	return tx_exec(c, tx, Q_ATTACHMENT_DELETE_CASE, PARAMS(P_INT(subject_id), P_INT(case_id)), NULL);
}

/* The row goes first, so that no case can take a picture that is being deleted. A run that was cut off in
 * between finds no row, and deletes the picture all the same. */
err attachment_sweep(struct ctx *c, int64_t subject_id, int64_t id)
{
	struct attachment a;

	TRY(store_exec(c, c->store, Q_ATTACHMENT_DELETE_WAITING, PARAMS(P_INT(subject_id), P_INT(id)), NULL));
	err e = attachment_find(c, subject_id, id, &a);
	if (e.code != ERR_NOT_FOUND)
		return e;
	failure_clear(c);
	return attachment_forget(c, subject_id, id);
}

err attachment_sweep_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	*ret_again_at_ms = 0;
	return attachment_sweep(c, j->subject_id, j->ref_id);
}
