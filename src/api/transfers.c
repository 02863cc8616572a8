/* The console's API: transfers to another holder. */
#include "ops/transfers.h"
#include "api/staff.h"
#include "crypto/cms.h"

static const char *state_name(const char *state)
{
	static const char *const names[][2] = {{"waiting", "待复核"},	    {"rejected", "未获同意"},
					       {"telling", "正在告知用户"}, {"ready", "待移转"},
					       {"moving", "正在封装"},	    {"moved", "已封装"},
					       {"closed", "已结案"}};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (strcmp(names[i][0], state) == 0)
			return names[i][1];
	return state;
}

static void put_transfer(struct json *j, const struct ctx *c, const struct transfer *t)
{
	const struct exception *e = release_exception(c->release, t->ground);

	json_open(j, '{');
	json_put_id(j, "id", t->id);
	json_put_text(j, "state", t->state);
	json_put_text(j, "state_name", state_name(t->state));
	json_put_text(j, "ground_name", e ? e->ground : "移转给关联方");
	json_put_text(j, "clause", e ? e->clause : city_text(c->release, "transfer.clause"));
	json_put_text(j, "receiver", t->receiver);
	json_put_text(j, "document", t->document);
	json_put_text(j, "opened_by", t->opened_by);
	json_put_time(j, "opened_at", t->opened_at_ms);
	json_put_bool(j, "mine", t->opened_by_id == c->actor.id);
	json_put_int(j, "told_people", t->told_people);
	json_put_int(j, "people", t->people);
	json_close(j, '}');
}

static void put_certificate(struct json *j, struct ctx *c, const struct transfer *t)
{
	uint8_t hash[HASH_SIZE];
	char hex[2 * HASH_SIZE + 1];
	const char *name = NULL;

	json_key(j, "certificate_name");
	if (failed(cms_certificate(c, slice_of(t->certificate), &name, hash))) { /* it ran out since */
		failure_clear(c);
		json_none(j);
		json_put_text(j, "certificate_sha256", NULL);
		return;
	}
	hex_encode(hash, HASH_SIZE, hex);
	json_text(j, name);
	json_put_text(j, "certificate_sha256", hex);
}

/* What has to be there before the data move, and before the case closes. */
static void put_steps(struct json *j, struct ctx *c, const struct transfer *t)
{
	json_put_bool(j, "needs_notice", transfer_needs(c, t, NEED_NOTICE));
	json_put_bool(j, "needs_undertaking", transfer_needs(c, t, NEED_UNDERTAKING));
	json_put_time(j, "told_all_at", t->told_all_at_ms);
	json_put_text(j, "undertaking_text", transfer_undertaking_text(c, t));
	json_put_time(j, "undertaken_at", t->undertaken_at_ms);
	json_put_bool(j, "bound", t->bound);
	json_put_int(j, "left_out", t->left_out);
	json_put_int(j, "parts", t->parts);
	json_put_text(j, "package_sha256", *t->package_hash ? t->package_hash : NULL);
	json_put_time(j, "moved_at", t->moved_at_ms);
}

static err put_whole(struct api_call *k, int64_t id)
{
	struct json *j = &k->out;
	struct transfer t;

	TRY(transfer_get(k->c, id, &t));
	json_open(j, '{');
	json_key(j, "transfer");
	put_transfer(j, k->c, &t);
	json_put_text(j, "contact", t.contact);
	json_put_text(j, "region", t.region);
	json_put_text(j, "scope", *t.scope ? t.scope : NULL);
	json_put_time(j, "scope_until", t.scope_until_ms);
	put_certificate(j, k->c, &t);
	json_put_text(j, "decided_by", *t.decided_by ? t.decided_by : NULL);
	json_put_time(j, "decided_at", t.decided_at_ms);
	put_steps(j, k->c, &t);
	json_put_text(j, "closed_by", *t.closed_by ? t.closed_by : NULL);
	json_put_time(j, "closed_at", t.closed_at_ms);
	json_close(j, '}');
	return OK;
}

struct listing {
	struct api_call *k;
	struct api_page page;
};

static err list_transfer(struct ctx *c, const struct transfer *t, void *arg)
{
	struct listing *l = arg;

	if (api_page_row(&l->page, t->id))
		put_transfer(&l->k->out, c, t);
	return OK;
}

static void put_grounds(struct json *j, const struct release *r)
{
	json_key(j, "grounds");
	json_open(j, '[');
	for (unsigned i = 0; i < release_exception_count(r); i++) {
		const struct exception *e = release_exception_at(r, i);
		if (!exception_holds(e, EXCEPTION_TRANSFER) || exception_needs(e, NEED_DEIDENTIFIED))
			continue;
		json_open(j, '{');
		json_put_text(j, "key", e->key);
		json_put_text(j, "name", e->ground);
		json_put_text(j, "clause", e->clause);
		json_put_bool(j, "needs_scope", exception_needs(e, NEED_SCOPE));
		json_put_bool(j, "needs_consent", exception_needs(e, NEED_CONSENT));
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void put_recipients(struct json *j, const struct release *r)
{
	json_key(j, "recipients");
	json_open(j, '[');
	for (unsigned i = 0; i < release_recipient_count(r); i++) {
		const struct recipient *to = release_recipient_at(r, i);
		json_open(j, '{');
		json_put_text(j, "key", to->key);
		json_put_text(j, "name", to->name);
		json_put_bool(j, "affiliate", city_list_has(r, "transfer.affiliates", to->key));
		json_close(j, '}');
	}
	json_close(j, ']');
}

static err transfers_get(struct api_call *k)
{
	struct listing l = {.k = k};

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, STAFF_AUDITOR));
	TRY(api_page_open(k, &l.page));
	TRY(transfer_list(k->c, l.page.before, l.page.limit + 1, list_transfer, &l));
	api_page_next(k, &l.page);
	put_grounds(&k->out, k->c->release);
	put_recipients(&k->out, k->c->release);
	json_close(&k->out, '}');
	return OK;
}

static err transfer_get_one(struct api_call *k)
{
	int64_t id;

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, STAFF_AUDITOR));
	TRY(api_param_id(k, 0, &id));
	return put_whole(k, id);
}

static err transfers_post(struct api_call *k)
{
	const char *region = api_office_text(k, "region");
	struct transfer t = {.ground = api_office_text(k, "ground"),
			     .recipient = api_office_text(k, "recipient"),
			     .receiver = api_office_text(k, "receiver"),
			     .contact = api_office_text(k, "contact"),
			     .region = *region ? region : "CN",
			     .document = api_office_text(k, "document"),
			     .scope = api_office_text(k, "scope"),
			     .certificate = api_office_text(k, "certificate")};

	TRY(api_staff_must_be(k, STAFF_PRIVACY_OFFICER, NULL));
	if (api_text(k, "scope_until").n)
		TRY(api_office_day(k, "scope_until", &t.scope_until_ms));
	TRY(transfer_open(k->c, api_staff_of(k), &t));
	return put_whole(k, t.id);
}

/* One step of a case; it answers with the case as it stands then. */
static err step(struct api_call *k, err (*fn)(struct ctx *c, const struct staff *s, int64_t id))
{
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(fn(k->c, api_staff_of(k), id));
	return put_whole(k, id);
}

static err approve(struct ctx *c, const struct staff *s, int64_t id)
{
	return transfer_decide(c, s, id, true);
}

static err reject(struct ctx *c, const struct staff *s, int64_t id)
{
	return transfer_decide(c, s, id, false);
}

static err approval_post(struct api_call *k)
{
	return step(k, approve);
}

static err rejection_post(struct api_call *k)
{
	return step(k, reject);
}

static err move_post(struct api_call *k)
{
	return step(k, transfer_move);
}

static err close_post(struct api_call *k)
{
	return step(k, transfer_close);
}

static err undertaking_post(struct api_call *k)
{
	int64_t id;

	TRY(api_param_id(k, 0, &id));
	TRY(transfer_undertake(k->c, api_staff_of(k), id, api_text(k, "signed")));
	return put_whole(k, id);
}

#define TRANSFER                                                                                             \
	"{id: id, state: waiting|rejected|telling|ready|moving|moved|closed, state_name: text,"              \
	" ground_name: text, clause: text, receiver: text, document: text, opened_by: text,"                 \
	" opened_at: time, mine: bool, told_people: int, people: int}"
#define WHOLE                                                                                                \
	"{transfer: " TRANSFER ", contact: text, region: text, scope?: text, scope_until?: time,"            \
	" certificate_name?: text, certificate_sha256?: text, decided_by?: text, decided_at?: time,"         \
	" needs_notice: bool, needs_undertaking: bool, told_all_at?: time, undertaking_text: text,"          \
	" undertaken_at?: time, bound: bool, left_out: int, parts: int, package_sha256?: text,"              \
	" moved_at?: time, closed_by?: text, closed_at?: time}"

const struct api_route api_transfer_routes[] = {
	{"GET", "/api/v1/staff/transfers", transfers_get, API_STAFF, 0, "staff_transfers",
	 "转让案卷，新的在前；以及可以选择的情形和接收方",
	 .answer = "{items: [" TRANSFER
		   "], next?: text, grounds: [{key: text, name: text, clause: text, needs_scope: bool,"
		   " needs_consent: bool}], recipients: [{key: text, name: text, affiliate: bool}]}",
	 .query = "cursor limit"},
	{"POST", "/api/v1/staff/transfers", transfers_post, API_STAFF, API_CREATES, "staff_transfer_open",
	 "提出一件转让", .answer = WHOLE, .status = 201,
	 .body = "{ground?: text, recipient?: text, receiver?: text, contact?: text, region?: text, "
		 "document: text,"
		 " scope?: text, scope_until?: text, certificate: text}"},
	{"GET", "/api/v1/staff/transfers/{id}", transfer_get_one, API_STAFF, 0, "staff_transfer",
	 "一件转让案卷", .answer = WHOLE},
	{"POST", "/api/v1/staff/transfers/{id}/approval", approval_post, API_STAFF, 0,
	 "staff_transfer_approve", "由另一名工作人员复核同意", .answer = WHOLE},
	{"POST", "/api/v1/staff/transfers/{id}/rejection", rejection_post, API_STAFF, 0,
	 "staff_transfer_reject", "由另一名工作人员复核，不同意", .answer = WHOLE},
	{"POST", "/api/v1/staff/transfers/{id}/undertaking", undertaking_post, API_STAFF, 0,
	 "staff_transfer_undertake", "登记接收方签名的承诺书", .body = "{signed: text}", .answer = WHOLE},
	{"POST", "/api/v1/staff/transfers/{id}/move", move_post, API_STAFF, 0, "staff_transfer_move",
	 "开始封装和移转", .answer = WHOLE},
	{"POST", "/api/v1/staff/transfers/{id}/close", close_post, API_STAFF, 0, "staff_transfer_close",
	 "结案", .answer = WHOLE},
	{0},
};
