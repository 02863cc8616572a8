/* What guardians said of a child ends with the child's account, with the day of age, and when an officer has
 * done with it: name, number, papers. What stays is that there was something, and how it ended. */
#include "services/wards_inside.h"

static err forget_paper(struct ctx *c, const struct attachment *a, void *arg)
{
	const struct ward *w = arg;

	return attachment_forget(c, w->guardian_id, a->id);
}

struct forgetting {
	const struct ward *ward;
	struct slice details;
	struct itemset items;
};

static err forget_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct forgetting *f = arg;
	struct vault_deletion deletion = {f->ward->guardian_id, f->ward->id, &f->items};

	TRY(vault_delete_rows(c, tx, &deletion));
	TRY(attachment_forget_rows(c, tx, f->ward->guardian_id, f->ward->id));
	return ward_details_rows(c, tx, f->ward, f->details);
}

static void add_item(struct ctx *c, struct itemset *items, const char *key)
{
	const struct item *item = release_item(c->release, key);

	if (item)
		itemset_add(items, item->number);
}

/* The papers first: until the names are gone a crash is found by them. */
err ward_forget(struct ctx *c, int64_t guardian_id, int64_t ward_id)
{
	struct ward w;
	struct forgetting f = {.ward = &w};

	err e = ward_get(c, guardian_id, ward_id, &w);
	if (e.code == ERR_NOT_FOUND) {
		failure_clear(c);
		return OK;
	}
	TRY(e);
	if (!w.details.name && !w.details.number)
		return OK; /* it is done, or the guardian's account ended as well */
	TRY(attachment_of_case(c, guardian_id, ward_id, forget_paper, &w));
	struct ward_details left = {.relation = w.details.relation, .related = w.details.related};
	TRY(ward_seal(c, guardian_id, ward_id, &left, &f.details));
	add_item(c, &f.items, "ward_name");
	add_item(c, &f.items, "ward_id_number");
	return ward_note(c, &w, ENTRY_DELETE, "孩子的姓名、身份证号码和证明材料不再需要，已删除", forget_rows,
			 &f);
}

/* A guardian who was still at it sees that it is over. A report goes on by itself: it may be what ended the
 * account. */
static err child_left(struct ctx *c, int64_t guardian_id, int64_t ward_id, void *arg)
{
	struct ward w;
	struct ward_step over = {.ward = &w, .to = "ended", .task_done = true};

	(void)arg;
	err e = ward_get(c, guardian_id, ward_id, &w);
	if (e.code == ERR_NOT_FOUND) {
		failure_clear(c);
		return OK;
	}
	TRY(e);
	if (strcmp(w.kind, "consent") == 0 &&
	    (strcmp(w.state, "proof_needed") == 0 || strcmp(w.state, "reviewing") == 0 ||
	     strcmp(w.state, "confirmed") == 0 || strcmp(w.state, "refused") == 0))
		TRY(store_write(c, c->store, ward_step_rows, &over));
	return ward_forget(c, guardian_id, ward_id);
}

static err references_rows(struct ctx *c, struct tx *tx, void *arg)
{
	return wards_about_end_rows(c, tx, *(const int64_t *)arg);
}

static err job_wards_end(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	int64_t child_id = j->subject_id;

	(void)ret_again_at_ms;
	TRY(wards_about(c, child_id, child_left, NULL));
	return store_write(c, c->store, references_rows, &child_id);
}

static err job_forget(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	(void)ret_again_at_ms;
	return ward_forget(c, j->subject_id, j->ref_id);
}

static err job_codes(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	(void)j;
	(void)ret_again_at_ms;
	return guardian_codes_expire(c);
}

const struct job_kind ward_job_kinds[3] = {
	{"guardian_codes_expire", job_codes},
	{"ward_forget", job_forget},
	{"wards_end", job_wards_end},
};
