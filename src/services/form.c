#include "services/form.h"
#include "consent/papers.h"
#include "services/stopped.h"
#include <stdio.h>

err form_service(struct ctx *c, struct slice key, enum service_shape shape, const struct service **ret)
{
	const struct service *s = release_service(c->release, arena_copy(c->arena, key));

	if (!s || s->shape != shape)
		FAIL(c, ERR_NOT_FOUND, "没有找到这项服务，请返回服务目录重新选择");
	TRY(service_must_stand(c, s));
	*ret = s;
	return OK;
}

static const struct service_field *field_of(const struct service *s, const struct item *it)
{
	for (size_t i = 0; i < s->field_count; i++)
		if (s->fields[i].item == it)
			return &s->fields[i];
	return NULL;
}

static void collect_request(struct ctx *c, const struct service *s, struct gate_request *ret)
{
	*ret = (struct gate_request){
		.action = GATE_COLLECT, .service = s, .purpose = s->purpose, .now_ms = c->now_ms};
}

/* Names what is outside the declaration, never its value. */
static err not_declared(struct ctx *c, const struct service *s, struct head *h,
			const struct form_field *fields, size_t count)
{
	struct gate_request q;
	bool outside = false;

	collect_request(c, s, &q);
	for (size_t i = 0; i < count; i++) {
		const char *key = arena_copy(c->arena, fields[i].item);
		const struct item *it = release_item(c->release, key);
		if (it && field_of(s, it))
			continue;
		outside = true;
		if (it)
			itemset_add(&q.items, it->number);
		(void)fail_field(c, key, "本服务没有声明需要这项信息，请不要提供");
	}
	if (!outside)
		return OK;
	err e = refuse(c, "not_declared", s->category->collect_clause,
		       "“%s”没有声明需要所提交的部分信息，未作保存，也未向外提供", s->name);
	form_refused(c, h, &q);
	return e;
}

/* Functions that take a position only when it says how it was obtained, and only by the ways of the city
 * (TJ-1.1.24.2.1.a). */
static err check_way(struct ctx *c, const struct service *s, const struct item *it, struct slice normal)
{
	const char *mark = memchr(normal.p, ';', normal.n);

	if (strcmp(it->key, "location") != 0 ||
	    !city_list_has(c->release, "location.method_services", s->key))
		return OK;
	const char *way =
		mark ? arena_copy(c->arena, slice_bytes(mark + 1, normal.n - (size_t)(mark - normal.p) - 1))
		     : "";
	if (city_list_has(c->release, "location.methods", way))
		return OK;
	return fail_field(c, it->key, "只接收手机通过GPS或WiFi取得的位置");
}

static err read_value(struct ctx *c, const struct service *s, const struct form_field *field,
		      struct form *ret)
{
	const struct item *it = release_item(c->release, arena_copy(c->arena, field->item));
	struct slice normal;

	if (itemset_has(&ret->given, it->number))
		return fail_field(c, it->key, "这项信息重复提交");
	if (field->value.n == 0) {
		if (field_of(s, it)->required)
			return fail_field(c, it->key, "请填写这项信息");
		return OK;
	}
	TRY(item_normal(c, it, field->value, &normal));
	TRY(check_way(c, s, it, normal));
	itemset_add(&ret->given, it->number);
	bool sensed = field_of(s, it)->sensed;
	if (sensed)
		itemset_add(&ret->sensed, it->number);
	ret->values[ret->count++] = (struct vault_value){it, normal, sensed ? "sensor" : "typed", 0};
	return OK;
}

static err note_profile_item(struct ctx *c, const struct held *held, void *arg)
{
	(void)c;
	if (held->record_id == 0)
		itemset_add(arg, held->item->number);
	return OK;
}

/* Who a person is comes from what was verified, never from what is typed: else anybody could ask for
 * anybody's records. The two numbers are one document's (vault.h takes either for the other). */
static bool says_who(const struct item *it)
{
	static const char *const keys[] = {"real_name", "id_number", "resident_id_number"};

	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
		if (strcmp(it->key, keys[i]) == 0)
			return true;
	return false;
}

static bool profile_has(struct ctx *c, const struct itemset *profile, const struct item *it)
{
	const char *other = strcmp(it->key, "id_number") == 0		 ? "resident_id_number"
			    : strcmp(it->key, "resident_id_number") == 0 ? "id_number"
									 : NULL;
	const struct item *twin = other ? release_item(c->release, other) : NULL;

	return itemset_has(profile, it->number) || (twin && itemset_has(profile, twin->number));
}

/* Typed all the same: the same value is taken from the profile, another one stops the matter (TJ-1.1.6.c). */
static err same_as_verified(struct ctx *c, int64_t subject_id, const struct item *it, struct form *ret)
{
	bool same = false;
	size_t at = 0;

	while (ret->values[at].item != it)
		at++;
	TRY(vault_profile_is(c, subject_id, it->key, ret->values[at].value, &same));
	if (!same) {
		(void)fail_field(c, it->key, "与已核实的信息不一致");
		c->failure.reason = "conflict";
		FAIL(c, ERR_CONFLICT, "提交的信息与您已核实的信息不一致，未能办理；只能办理本人的事项");
	}
	memmove(&ret->values[at], &ret->values[at + 1], (ret->count - at - 1) * sizeof *ret->values);
	ret->count--;
	ret->given.bit[it->number / 64] &= ~(UINT64_C(1) << (it->number % 64));
	itemset_add(&ret->filled, it->number);
	return OK;
}

/* Prefilled fields come from the verified profile and cannot be typed over: what was verified is what is
 * sent. */
static err fill_from_profile(struct ctx *c, const struct service *s, int64_t subject_id, struct form *ret)
{
	struct itemset profile = {0};

	if (subject_id)
		TRY(vault_held(c, subject_id, note_profile_item, &profile));
	for (size_t i = 0; i < s->field_count; i++) {
		const struct service_field *f = &s->fields[i];
		bool given = itemset_has(&ret->given, f->item->number);
		bool proven = says_who(f->item) && s->level == LEVEL_REALNAME;
		bool held = (f->prefill || proven) && profile_has(c, &profile, f->item);
		if (given && held)
			TRY(same_as_verified(c, subject_id, f->item, ret));
		else if (given && proven)
			(void)fail_field(c, f->item->key, "这项信息取自已核实的资料，不能另填");
		else if (!given && held)
			itemset_add(&ret->filled, f->item->number);
		else if (!given && f->required)
			(void)fail_field(c, f->item->key, "请填写这项信息");
	}
	return c->failure.field_count ? (err){ERR_INVALID} : OK;
}

err form_read(struct ctx *c, const struct service *s, struct head *h, const struct form_field *fields,
	      size_t count, struct form *ret)
{
	*ret = (struct form){.service = s, .values = ARENA_ARRAY(c->arena, struct vault_value, count + 1)};

	TRY(not_declared(c, s, h, fields, count));
	bool bad = false;
	for (size_t i = 0; i < count; i++)
		bad |= failed(read_value(c, s, &fields[i], ret));
	err e = fill_from_profile(c, s, h->subject_id, ret);
	if (bad)
		return fail(c, ERR_INVALID, "请检查填写的内容");
	return e;
}

static void write_refused(struct ctx *c, struct head *h, const struct gate_request *q, const char *version)
{
	struct failure kept = c->failure;

	if (h->subject_id == 0)
		return;
	struct entry e = {
		.action = ENTRY_REFUSE,
		.service = q->service->key,
		.purpose = q->purpose ? q->purpose->key : NULL,
		.recipient = q->recipient ? q->recipient->key : NULL,
		.items = q->items,
		.decision = kept.reason ? kept.reason : "refused",
		.clause = kept.clause,
		.note = papers_note(c),
		.policy = version,
	};
	/* A refusal stands even when its entry cannot be written: nothing was read or sent. */
	(void)!failed(ledger_write(c, h, &e, LEDGER_ANY_EPOCH, NULL, NULL, NULL));
	c->failure = kept;
}

void form_refused(struct ctx *c, struct head *h, const struct gate_request *q)
{
	write_refused(c, h, q, NULL);
}

err form_undeclared(struct ctx *c, int64_t subject_id, const char *item, const char *text)
{
	const char *clause = city_text(c->release, "use.clause");
	const struct item *it = release_item(c->release, item);
	err e = refuse(c, "not_declared", clause ? clause : "", "%s", text);
	struct failure kept = c->failure;
	struct entry entry = {.action = ENTRY_REFUSE, .decision = "not_declared", .clause = kept.clause};
	struct head h;

	if (it)
		itemset_add(&entry.items, it->number);
	if (subject_id && !failed(ledger_head(c, c->store, subject_id, &h)))
		(void)!failed(ledger_write(c, &h, &entry, LEDGER_ANY_EPOCH, NULL, NULL, NULL));
	c->failure = kept;
	return e;
}

err form_closed(struct ctx *c, int64_t subject_id, const struct itemset *items, enum lock_act act)
{
	err e = lock_check(c, subject_id, items, act);
	struct failure kept = c->failure;
	struct entry entry = {.action = ENTRY_REFUSE,
			      .service = "my_information",
			      .items = *items,
			      .basis = "own_request",
			      .decision = "locked",
			      .clause = kept.clause};
	struct head h;

	if (e.code == ERR_REFUSED && !failed(ledger_head(c, c->store, subject_id, &h)))
		(void)!failed(ledger_write(c, &h, &entry, LEDGER_ANY_EPOCH, NULL, NULL, NULL));
	c->failure = kept;
	return e;
}

/* What the person is shown of the own data. */
static bool shows_person(const struct gate_request *q)
{
	return q->action == GATE_READ && q->masked && !q->staff && !q->ground;
}

err form_decide(struct ctx *c, const struct facts *f, struct head *h, const struct gate_request *q,
		struct permit **ret)
{
	err e = gate_decide(c, c->release, f, q, ret);

	if (e.code == ERR_REFUSED)
		write_refused(c, h, q, gate_version(c->release, f, q));
	TRY(e);
	return shows_person(q) && f->subject_id ? form_closed(c, f->subject_id, &q->items, LOCK_VIEW) : OK;
}

err form_incomplete(struct ctx *c, const struct facts *f, struct head *h, const struct service *s, err e)
{
	struct failure incomplete = c->failure;
	struct gate_request q;
	struct permit *unused = NULL;

	if (e.code != ERR_INVALID)
		return e;
	collect_request(c, s, &q); /* of nothing yet: acceptance, level and guardian */
	failure_clear(c);
	err refused = form_decide(c, f, h, &q, &unused);
	if (failed(refused))
		return refused;
	c->failure = incomplete;
	return e;
}

struct entry form_sent_entry(const struct form_outcome *o)
{
	return (struct entry){
		.action = ENTRY_SENT,
		.service = o->service->key,
		.purpose = o->service->purpose->key,
		.recipient = o->recipient->key,
		.items = *o->items,
		.basis = "consent",
		.decision = o->decision,
		.clause = o->service->category->share_clause,
		.policy = o->policy,
		.ref_id = o->ref_id,
	};
}

err form_sent(struct ctx *c, struct head *h, const struct form_outcome *o, tx_fn rows, void *arg)
{
	struct entry e = form_sent_entry(o);

	return ledger_write(c, h, &e, LEDGER_ANY_EPOCH, rows, arg, NULL);
}
