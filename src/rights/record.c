/* Opinions and complaints that came by letter or call: officers put them into the register of those that
 * people file themselves (TJ-9.b, NT-7.0). */
#include "base/id.h"
#include "rights/inside.h"
#include "services/cases.h"

static const struct {
	const char *key, *name;
} ways[] = {{"online", "应用内提交"}, {"phone", "来电"}, {"letter", "来信"}};

const char *rights_way_name(const char *way)
{
	for (size_t i = 0; way && i < sizeof ways / sizeof *ways; i++)
		if (strcmp(ways[i].key, way) == 0)
			return ways[i].name;
	return NULL;
}

static const char *numbers(struct ctx *c)
{
	size_t count;
	const char *const *list = city_list(c->release, "contact.hotlines", &count);
	const char *all = city_text(c->release, "contact.complaints");

	for (size_t i = 0; !all && i < count; i++)
		all = list[i];
	return all;
}

const char *rights_way_place(struct ctx *c, const char *way)
{
	if (strcmp(way, "phone") == 0)
		return numbers(c);
	return city_text(c->release, strcmp(way, "letter") == 0 ? "contact.address" : "screens.feedback");
}

/* ---- what was recorded ---- */

static err check_way(struct ctx *c, const struct rights_request *r)
{
	const struct service *s = release_service(c->release, RIGHTS_SERVICE);

	if (!rights_way_name(r->way) || strcmp(r->way, "online") == 0)
		return fail_field(c, "way", "请选择来信或者来电");
	if (!s || !city_list_has(c->release, "feedback.ways", r->way))
		return refuse(c, "not_declared", s ? s->clause : NULL, "本市没有公布这种提出意见的途径");
	return OK;
}

static err check_day(struct ctx *c, const struct rights_request *r)
{
	struct date today = date_of(c->now_ms), day = date_of(r->received_at_ms);

	if (date_compare(day, today) > 0 ||
	    date_compare(day, date_add_days(today, -RIGHTS_RECEIVED_DAYS_MAX)) < 0)
		return fail_field(c, "received_on", "收到的日期须在今天或者此前一年之内");
	return OK;
}

static err check_sender(struct ctx *c, const struct rights_request *r)
{
	size_t chars =
		r->contact && slice_is_utf8(slice_of(r->contact)) ? slice_chars(slice_of(r->contact)) : 0;

	if (r->contact && (chars == 0 || chars > RIGHTS_CONTACT_MAX))
		return fail_field(c, "contact", "请填写联系方式，不超过 200 个字");
	if ((r->subject_id != 0) != (r->identity_check != NULL))
		return fail_field(c, r->subject_id ? "identity_check" : "person",
				  "关联到用户账号的，须核对本人身份并写明核对的办法");
	return r->identity_check ? rights_check_text(c, "identity_check", r->identity_check) : OK;
}

static err check(struct ctx *c, const struct rights_request *r)
{
	if (!r->kind || (strcmp(r->kind, "feedback") != 0 && strcmp(r->kind, "complaint") != 0))
		return fail_field(c, "kind", "来信和来电只登记意见、建议和投诉");
	TRY(check_way(c, r));
	TRY(rights_check_text(c, "text", r->text));
	TRY(check_day(c, r));
	return check_sender(c, r);
}

/* ---- the register ---- */

static err stranger_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct rights_request *r = arg;

	return ledger_person_new(c, tx, r->subject_id);
}

static struct entry recorded(struct ctx *c, const struct rights_request *r)
{
	struct entry e = rights_entry(c, r, ENTRY_COLLECT,
				      arena_printf(c->arena, "工作人员登记%s：%s", rights_way_name(r->way),
						   rights_kind_name(r->kind)));
	const char *clause = city_text(c->release, arena_printf(c->arena, "feedback.clause.%s", r->way));
	const struct item *words = release_item(c->release, "feedback_content");

	if (words)
		itemset_add(&e.items, words->number);
	if (clause)
		e.clause = clause;
	return e;
}

err rights_record(struct ctx *c, struct rights_request *r)
{
	unsigned accepted = release_number(c->release);
	char number[CASE_NUMBER_SIZE];
	struct facts f;
	struct head h;

	TRY(check(c, r));
	r->id = id_new(c->now_ms);
	r->stranger = r->subject_id == 0;
	if (r->stranger) {
		r->subject_id = id_new(c->now_ms);
		TRY(store_write(c, c->store, stranger_rows, r));
	} else {
		TRY(facts_load(c, r->subject_id, &f, &h));
		accepted = f.accepted_release;
		r->verified_at_ms = c->now_ms;
	}
	case_number(r->id, c->now_ms, number);
	r->number = arena_copy(c->arena, slice_of(number));
	r->state = "open";
	r->officer = c->actor.name;
	r->due_at_ms = rights_due(c->release, accepted, r->kind, r->received_at_ms);
	struct entry e = recorded(c, r);
	return rights_step(c, &e, &(struct rights_step){.r = r, .tell = true});
}
