/* The console's API: uses of a ground in the place of consent. */
#include "ops/exceptions.h"
#include "api/staff.h"
#include "consent/locks.h"

static struct staff staff_of(const struct api_call *k)
{
	return (struct staff){.id = k->c->actor.id,
			      .name = k->c->actor.name,
			      .role = k->c->actor.role,
			      .department = k->c->actor.department};
}

/* ---- the city's list ---- */

static void put_words(struct json *j, const char *member, uint32_t bits, const char *(*word)(int))
{
	json_key(j, member);
	json_open(j, '[');
	for (int i = 0; i < 32; i++)
		if (bits >> i & 1)
			json_text(j, word(i));
	json_close(j, ']');
}

static const char *context_word(int i)
{
	return exception_context_word((enum exception_context)i);
}

static const char *need_word(int i)
{
	return exception_need_field((enum exception_need)i);
}

static void put_choices(struct json *j, const struct release *r)
{
	json_key(j, "recipients");
	json_open(j, '[');
	for (unsigned i = 0; i < release_recipient_count(r); i++) {
		const struct recipient *to = release_recipient_at(r, i);
		if (strcmp(to->kind, "supplier") != 0)
			json_named(j, to->key, to->name);
	}
	json_close(j, ']');
	json_key(j, "items");
	json_open(j, '[');
	for (unsigned i = 0; i < release_item_count(r); i++)
		json_named(j, release_item_at(r, i)->key, release_item_at(r, i)->name);
	json_close(j, ']');
	json_key(j, "services");
	json_open(j, '[');
	for (unsigned i = 0; i < release_service_count(r); i++) {
		const struct service *s = release_service_at(r, i);
		if (s->recipient && s->shape != SHAPE_INTERNAL)
			json_named(j, s->key, s->name);
	}
	json_close(j, ']');
}

/* What may be closed here, and on which ground (TJ-4.4.f, NT-4.1.a). */
static void put_lock_offer(struct json *j, const struct release *r)
{
	json_put_text(j, "lock_ground", city_text(r, "exception.lock.ground"));
	json_key(j, "lock_acts");
	json_open(j, '[');
	for (int i = 0; i < LOCK_ACTS; i++)
		if (city_list_has(r, "exception.lock.acts", lock_act_words[i]))
			json_named(j, lock_act_words[i], lock_act_names[i]);
	json_close(j, ']');
}

static err grounds_get(struct api_call *k)
{
	const struct release *r = k->c->release;
	struct staff s = staff_of(k);

	TRY(staff_must_be(k->c, &s, STAFF_PRIVACY_OFFICER, NULL));
	json_open(&k->out, '{');
	json_key(&k->out, "grounds");
	json_open(&k->out, '[');
	for (unsigned i = 0; i < release_exception_count(r); i++) {
		const struct exception *e = release_exception_at(r, i);
		json_open(&k->out, '{');
		json_put_text(&k->out, "key", e->key);
		json_put_text(&k->out, "ground", e->ground);
		json_put_text(&k->out, "clause", e->clause);
		put_words(&k->out, "contexts", e->contexts, context_word);
		put_words(&k->out, "needs", e->needs, need_word);
		json_put_bool(&k->out, "secrecy", e->secrecy);
		json_close(&k->out, '}');
	}
	json_close(&k->out, ']');
	put_choices(&k->out, r);
	json_put_int(&k->out, "deferral_max_days", city_int(r, "exception.deferral_max_days", 0));
	json_put_text(&k->out, "kept_ground", city_text(r, "exception.kept.ground"));
	put_lock_offer(&k->out, r);
	json_close(&k->out, '}');
	return OK;
}

/* ---- one use ---- */

static const char *state_name(const char *state)
{
	static const char *const names[][2] = {{"waiting", "待复核"},
					       {"acting", "办理中"},
					       {"done", "已办理"},
					       {"failed", "未办成"},
					       {"rejected", "未获同意"},
					       {"asked", "待本人同意"},
					       {"declined", "本人不同意"},
					       {"published", "已公开"},
					       {"withdrawn", "已撤下"},
					       {"lifted", "已解除"},
					       {"guardian_asked", "待监护人同意"},
					       {"guardian_declined", "监护人不同意"}};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i][0], state) == 0)
			return names[i][1];
	return state;
}

static void put_items(struct json *j, const struct release *r, const struct itemset *items)
{
	json_key(j, "items");
	itemset_json_named(j, r, items);
}

static void put_evidence(struct json *j, const char *const evidence[static NEED_COUNT])
{
	json_key(j, "evidence");
	json_open(j, '{');
	for (int i = 0; i < NEED_COUNT; i++)
		if (evidence[i])
			json_put_text(j, need_word(i), evidence[i]);
	json_close(j, '}');
}

/* On which basis a minor's items are used (TJ-6.3.a). */
static void put_minor(struct json *j, const struct release *r, const struct exception_use *u)
{
	const struct exception *e = u->minor_ground ? release_exception(r, u->minor_ground) : NULL;

	json_key(j, "minor");
	if (!u->minor_ground) {
		json_none(j);
		return;
	}
	json_open(j, '{');
	json_put_text(j, "ground", u->minor_ground);
	json_put_text(j, "ground_name", e ? e->ground : NULL);
	json_put_text(j, "clause", e ? e->clause : NULL);
	put_evidence(j, u->minor_evidence);
	json_put_time(j, "guardian_agreed_at", u->guardian_agreed_at_ms);
	json_close(j, '}');
}

static void put_use(struct api_call *k, const struct exception_use *u)
{
	struct json *j = &k->out;
	const struct release *r = k->c->release;
	const struct exception *e = u->ground ? release_exception(r, u->ground) : NULL;
	const struct recipient *to = u->recipient ? release_recipient(r, u->recipient) : NULL;

	json_open(j, '{');
	json_put_id(j, "id", u->id);
	json_put_text(j, "state", u->state);
	json_put_text(j, "state_name", state_name(u->state));
	json_put_text(j, "outcome", u->outcome);
	json_put_text(j, "ground", u->ground);
	json_put_text(j, "ground_name", e ? e->ground : NULL);
	json_put_text(j, "clause", e ? e->clause : NULL);
	json_put_text(j, "context", u->context);
	json_put_text(j, "recipient_name", to ? to->name : u->recipient);
	put_items(j, r, &u->items);
	put_evidence(j, u->evidence);
	put_minor(j, r, u);
	json_put_text(j, "organ", u->organ);
	json_put_bool(j, "everybody", u->ground && !u->subject_id);
	json_key(j, "acts");
	json_open(j, '[');
	for (int i = 0; i < LOCK_ACTS; i++)
		if (u->acts >> i & 1)
			json_named(j, lock_act_words[i], lock_act_names[i]);
	json_close(j, ']');
	json_put_text(j, "purpose", u->purpose);
	json_put_text(j, "measures", u->measures);
	json_put_text(j, "text", u->text);
	json_put_time(j, "agreed_at", u->agreed_at_ms);
	json_put_time(j, "published_at", u->published_at_ms);
	json_put_text(j, "scope", u->scope);
	json_put_time(j, "scope_until", u->scope_until_ms);
	json_put_text(j, "officer_name", u->officer_name);
	json_put_text(j, "second_name", u->second_name);
	json_put_bool(j, "mine", u->officer_id == k->c->actor.id);
	json_put_time(j, "created_at", u->created_at_ms);
	json_put_time(j, "decided_at", u->decided_at_ms);
	json_put_time(j, "deferred_until", u->deferred_until_ms);
	json_put_bool(j, "told", u->deferred_until_ms <= k->c->now_ms);
	json_put_time(j, "renewal_until", u->renewal_until_ms);
	json_put_bool(j, "renewal_mine", u->renewal_until_ms && u->renewal_by == k->c->actor.id);
	json_close(j, '}');
}

static err use_get(struct api_call *k)
{
	struct exception_use u;
	struct staff s = staff_of(k);
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(exception_find(k->c, &s, id, &u));
	put_use(k, &u);
	return OK;
}

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err list_use(struct ctx *c, const struct exception_use *u, void *arg)
{
	struct listing *l = arg;

	(void)c;
	if (api_page_row(&l->page, u->id))
		put_use(l->k, u);
	return OK;
}

static err uses_get(struct api_call *k)
{
	struct listing l = {.k = k};
	struct staff s = staff_of(k);

	TRY(staff_must_be(k->c, &s, STAFF_PRIVACY_OFFICER, NULL));
	TRY(api_page_open(k, &l.page));
	bool publications = slice_is(http_query(k->q, "kind"), "publication");
	TRY(exception_list(k->c, &s, publications, l.page.before, l.page.limit + 1, list_use, &l));
	api_page_close(k, &l.page);
	return OK;
}

/* ---- opening ---- */

static err read_evidence(struct api_call *k, json_t *given, const char *evidence[static NEED_COUNT])
{
	const char *key;
	json_t *value;

	json_object_foreach(given, key, value)
	{
		int need = 0;
		while (need < NEED_COUNT && strcmp(need_word(need), key) != 0)
			need++;
		if (need == NEED_COUNT || !json_is_string(value))
			return fail_field(k->c, "evidence", "没有这种依据");
		evidence[need] = arena_copy(k->c->arena, slice_of(json_string_value(value)));
	}
	return OK;
}

static err read_values(struct api_call *k, struct exception_use *u)
{
	const char *key;
	json_t *value;

	json_object_foreach(json_object_get(k->body, "values"), key, value)
	{
		const struct item *it = release_item(k->c->release, key);
		struct slice normal;
		if (!it || !json_is_string(value) || u->value_count == EXCEPTION_VALUES_MAX)
			return fail_field(k->c, "values", "没有这项信息");
		TRY(item_normal(k->c, it, slice_bytes(json_string_value(value), json_string_length(value)),
				&normal));
		u->values[u->value_count++] = (struct exception_value){it, normal};
		itemset_add(&u->items, it->number);
	}
	return OK;
}

static err read_until(struct api_call *k, struct exception_use *u)
{
	const char *text = api_string(k, "scope_until");
	struct date d;

	if (!text)
		return OK;
	if (!date_parse(slice_of(text), &d))
		return fail_field(k->c, "scope_until", "请填写日期，例如2026-12-31");
	u->scope_until_ms = date_start_ms(d) + INT64_C(24) * 3600 * 1000 - 1000; /* the whole of that day */
	return OK;
}

static err read_acts(struct api_call *k, struct exception_use *u)
{
	const json_t *word;
	size_t i;

	json_array_foreach(json_object_get(k->body, "acts"), i, word)
	{
		int act = 0;
		while (act < LOCK_ACTS &&
		       (!json_is_string(word) || strcmp(lock_act_words[act], json_string_value(word)) != 0))
			act++;
		if (act == LOCK_ACTS)
			return fail_field(k->c, "acts", "没有这种操作");
		u->acts |= 1U << act;
	}
	return OK;
}

static err read_use(struct api_call *k, struct exception_person *who, struct exception_use *u)
{
	const json_t *person = json_object_get(k->body, "person");
	struct slice case_id = api_text_in(person, "case_id"), own_case = api_text(k, "case_id"),
		     certificate = api_text_in(person, "certificate_id");

	*who = (struct exception_person){.named = api_office_person(k),
					 .everybody = json_is_true(json_object_get(person, "everybody"))};
	if (certificate.n && !slice_int(certificate, &who->certificate_id))
		return fail_field(k->c, "certificate_id", "请填写注销凭证编号");
	if (case_id.n && !slice_int(case_id, &who->case_id))
		return fail_field(k->c, "case_id", "请填写事项编号");
	if (own_case.p && !slice_int(own_case, &u->case_id))
		return fail_field(k->c, "case_id", "请填写事项编号");
	u->ground = api_string(k, "ground");
	u->context = api_string(k, "context");
	u->service = api_string(k, "service");
	u->recipient = api_string(k, "recipient");
	u->scope = api_string(k, "scope");
	u->organ = api_string(k, "organ");
	u->purpose = api_string(k, "purpose");
	u->measures = api_string(k, "measures");
	if (json_object_get(k->body, "items"))
		TRY(api_items(k, "items", &u->items));
	TRY(read_until(k, u));
	TRY(read_acts(k, u));
	TRY(read_evidence(k, json_object_get(k->body, "evidence"), u->evidence));
	json_t *minor = json_object_get(k->body, "minor");
	u->minor_ground = json_string_value(json_object_get(minor, "ground"));
	TRY(read_evidence(k, json_object_get(minor, "evidence"), u->minor_evidence));
	return read_values(k, u);
}

static err uses_post(struct api_call *k)
{
	struct exception_use u = {0};
	struct exception_person who;
	struct staff s = staff_of(k);
	const json_t *days = json_object_get(k->body, "deferral_days");

	TRY(staff_must_be(k->c, &s, STAFF_PRIVACY_OFFICER, NULL));
	TRY(read_use(k, &who, &u));
	json_int_t deferral = json_is_integer(days) ? json_integer_value(days) : 0;
	TRY(exception_open(k->c, &s, &who, &u, deferral < 0 || deferral > 100000 ? -1 : (int)deferral));
	put_use(k, &u);
	return OK;
}

static err decide(struct api_call *k, bool agrees)
{
	struct exception_use u;
	struct staff s = staff_of(k);
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(exception_decide(k->c, &s, id, agrees, &u));
	put_use(k, &u);
	return OK;
}

static err approval_post(struct api_call *k)
{
	return decide(k, true);
}

static err rejection_post(struct api_call *k)
{
	return decide(k, false);
}

/* ---- other uses ---- */

static err values_post(struct api_call *k)
{
	RELEASED_SCOPED released = {0};
	struct staff s = staff_of(k);
	struct json *j = &k->out;
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(exception_use_read(k->c, &s, id, &released));
	json_open(j, '{');
	json_key(j, "values");
	json_open(j, '[');
	for (size_t i = 0; i < released.count; i++) {
		json_open(j, '{');
		json_put_text(j, "key", released.values[i].item->key);
		json_put_text(j, "name", released.values[i].item->name);
		json_put_slice(j, "value", released.values[i].value);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
	return OK;
}

/* ---- what the law keeps, for a competent organ (TJ-4.2.1.f) ---- */

struct answering {
	struct json *j;
	bool in_record;
};

static err put_kept(struct ctx *c, const struct held *h, struct slice value, void *arg)
{
	struct json *j = ((struct answering *)arg)->j;

	json_open(j, '{');
	json_put_text(j, "key", h->item->key);
	json_put_text(j, "name", h->item->name);
	json_put_text(j, "value", slice_is_utf8(value) ? arena_copy(c->arena, value) : NULL);
	json_put_text(j, "rule", h->rule);
	json_put_time(j, "collected_at", h->collected_at_ms);
	json_put_time(j, "until", h->ends_at_ms);
	json_close(j, '}');
	return OK;
}

static void begin_record(struct answering *a)
{
	if (a->in_record)
		return;
	a->in_record = true;
	json_close(a->j, ']');
	json_key(a->j, "record");
	json_open(a->j, '[');
}

static err put_recorded(struct ctx *c, const struct usage *u, void *arg)
{
	struct answering *a = arg;
	const struct service *s = u->service ? release_service(c->release, u->service) : NULL;
	const struct recipient *to = u->recipient ? release_recipient(c->release, u->recipient) : NULL;

	begin_record(a);
	json_open(a->j, '{');
	json_put_int(a->j, "n", u->n);
	json_put_time(a->j, "at", u->at_ms);
	json_put_text(a->j, "action", u->action);
	json_put_text(a->j, "service_name", s ? s->name : u->service);
	json_put_text(a->j, "recipient_name", to ? to->name : u->recipient);
	json_put_text(a->j, "decision", u->decision);
	json_put_text(a->j, "clause", u->clause);
	json_close(a->j, '}');
	return OK;
}

static err answer_post(struct api_call *k)
{
	struct answering a = {.j = &k->out};
	struct staff s = staff_of(k);
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	json_open(&k->out, '{');
	json_key(&k->out, "values");
	json_open(&k->out, '[');
	TRY(exception_answer(k->c, &s, id, put_kept, put_recorded, &a));
	begin_record(&a);
	json_close(&k->out, ']');
	json_close(&k->out, '}');
	return OK;
}

/* ---- deferrals ---- */

static err answer_use(struct api_call *k, const struct staff *s, int64_t id)
{
	struct exception_use u;

	TRY(exception_find(k->c, s, id, &u));
	put_use(k, &u);
	return OK;
}

static err renewal_post(struct api_call *k)
{
	struct staff s = staff_of(k);
	int64_t id;
	json_int_t days = json_integer_value(json_object_get(k->body, "days"));

	TRY(api_param_id(k, 0, &id));
	TRY(exception_renewal_ask(k->c, &s, id, days < 1 || days > 100000 ? 0 : (int)days));
	return answer_use(k, &s, id);
}

static err renewal_approval_post(struct api_call *k)
{
	struct staff s = staff_of(k);
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(exception_renewal_agree(k->c, &s, id));
	return answer_use(k, &s, id);
}

static err lift_post(struct api_call *k)
{
	struct exception_use u;
	struct staff s = staff_of(k);
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(exception_lift(k->c, &s, id, &u));
	put_use(k, &u);
	return OK;
}

static err tell_post(struct api_call *k)
{
	struct staff s = staff_of(k);
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(exception_tell(k->c, &s, id));
	return answer_use(k, &s, id);
}

#define NAMED "{key: text, name: text}"
#define USE                                                                                                  \
	"{id: id, state: text, state_name: text, outcome: text, ground?: text, ground_name?: text, "         \
	"clause?: "                                                                                          \
	"text, context?: text, recipient_name?: text, items: [" NAMED                                        \
	"], evidence: {*: text}, minor?: {ground: text, ground_name?: text, clause?: text, evidence: {*: "   \
	"text}, guardian_agreed_at?: time}, organ?: text, everybody: bool, acts: [" NAMED                    \
	"], purpose?: text, measures?: text, text?: text, "                                                  \
	"agreed_at?: time, published_at?: time, scope?: text, scope_until?: time, "                          \
	"officer_name?: text, second_name?: "                                                                \
	"text, "                                                                                             \
	"mine: bool, created_at: time, decided_at?: time, deferred_until?: time, told: bool, "               \
	"renewal_until?: time, renewal_mine: bool}"
#define BASE "/api/v1/staff/exceptions"

const struct api_route api_exception_routes[] = {
	{"GET", BASE "/grounds", grounds_get, API_STAFF, 0, "exception_grounds",
	 "本市列出的例外情形和所需的依据",
	 .answer = "{grounds: [{key: text, ground: text, clause: text, contexts: [text], needs: [text], "
		   "secrecy: "
		   "bool}], recipients: [" NAMED "], items: [" NAMED "], services: [" NAMED
		   "], deferral_max_days: int, kept_ground?: text, lock_ground?: text, lock_acts: [" NAMED
		   "]}"},
	{"GET", BASE, uses_get, API_STAFF, 0, "exception_list", "例外情形的办理，新的在前",
	 .answer = "{items: [" USE "], next?: text}", .query = "cursor limit kind"},
	{"POST", BASE, uses_post, API_STAFF, API_SLOW | API_CREATES, "exception_open",
	 "提出一件例外情形的办理",
	 .body = "{ground: text, context: text, service?: text, recipient?: text, organ?: text, person: "
		 "{everybody?: bool, certificate_id?: id, "
		 "case_id?: id, "
		 "real_name?: "
		 "text, id_number?: text, mobile_phone?: text}, case_id?: id, items?: [text], acts?: [text], "
		 "values?: {*: "
		 "text}, evidence: {*: "
		 "text}, minor?: {ground: text, evidence?: {*: text}}, "
		 "purpose?: text, measures?: text, scope?: text, scope_until?: text, deferral_days?: int}",
	 .answer = USE, .status = 201},
	{"GET", BASE "/{id}", use_get, API_STAFF, 0, "exception_get", "一件例外情形的办理", .answer = USE},
	{"POST", BASE "/{id}/approval", approval_post, API_STAFF, API_SLOW, "exception_approve",
	 "另一名工作人员复核同意，随即办理", .body = "{}", .answer = USE},
	{"POST", BASE "/{id}/values", values_post, API_STAFF, 0, "exception_values",
	 "查看已开启的其他用途所涉的信息；每次都写入本人的使用记录", .body = "{}",
	 .answer = "{values: [{key: text, name: text, value: text}]}"},
	{"POST", BASE "/{id}/rejection", rejection_post, API_STAFF, 0, "exception_reject",
	 "另一名工作人员复核不同意", .body = "{}", .answer = USE},
	{"POST", BASE "/{id}/renewal", renewal_post, API_STAFF, 0, "exception_renewal_ask",
	 "提出继续延后告知", .body = "{days: int}", .answer = USE},
	{"POST", BASE "/{id}/renewal/approval", renewal_approval_post, API_STAFF, 0,
	 "exception_renewal_approve", "另一名工作人员同意继续延后", .body = "{}", .answer = USE},
	{"POST", BASE "/{id}/answer", answer_post, API_STAFF, API_SLOW, "exception_answer",
	 "依法留存的信息，供主管机关查询", .body = "{}",
	 .answer = "{values: [{key: text, name: text, value?: text, rule?: text, collected_at: time, until?: "
		   "time}], record: [{n: int, at: time, action: text, service_name?: text, recipient_name?: "
		   "text, decision?: text, clause?: text}]}"},
	{"POST", BASE "/{id}/lifting", lift_post, API_STAFF, 0, "exception_lift", "提前解除封闭的项目",
	 .body = "{}", .answer = USE},
	{"POST", BASE "/{id}/disclosure", tell_post, API_STAFF, 0, "exception_tell", "提前告知本人",
	 .body = "{}", .answer = USE},
	{0},
};
