/* The check of a guardian's relation with the population register. */
#include "base/id.h"
#include "base/json.h"
#include "connectors/connectors.h"
#include "services/wards_inside.h"
#include <jansson.h>

enum { REQUEST_MAX = 16 * 1024, ANSWER_MAX = 64 * 1024 };

struct asking {
	const struct service *service;
	struct facts f;
	struct head h;
	struct vault_value values[2]; /* name and number of the child */
	int64_t ward_id;
};

static struct itemset typed_items(const struct asking *a)
{
	struct itemset items = {0};

	itemset_add(&items, a->values[0].item->number);
	itemset_add(&items, a->values[1].item->number);
	return items;
}

static err decide_and_take(struct ctx *c, struct asking *a, struct released *ret)
{
	const struct service *s = a->service;
	struct gate_request collect = {.action = GATE_COLLECT,
				       .service = s,
				       .purpose = s->purpose,
				       .items = typed_items(a),
				       .now_ms = c->now_ms};
	struct gate_request share = {.action = GATE_SHARE,
				     .service = s,
				     .purpose = s->purpose,
				     .recipient = s->recipient,
				     .items = s->shared,
				     .now_ms = c->now_ms};
	struct permit *may_collect = NULL, *may_share = NULL;

	TRY(form_decide(c, &a->f, &a->h, &share, &may_share));
	TRY(form_decide(c, &a->f, &a->h, &collect, &may_collect));
	TRY(vault_collect(c, may_collect, &a->h, a->ward_id, WARD_SCOPE, a->values, 2, NULL, NULL));
	return vault_release(c, may_share, &a->h, a->ward_id, "核实监护关系", ret);
}

static void put_person(struct json *j, const char *member, const struct released *r, const char *name,
		       const char *number)
{
	const struct vault_value *n = released_get(r, name), *id = released_get(r, number);

	json_key(j, member);
	json_open(j, '{');
	if (n)
		json_put_slice(j, "real_name", n->value);
	if (id)
		json_put_slice(j, "id_number", id->value);
	json_close(j, '}');
}

static void write_request(const struct released *r, struct buf *out)
{
	struct json j = json_to(out);

	json_open(&j, '{');
	put_person(&j, "guardian", r, "real_name", "resident_id_number");
	put_person(&j, "child", r, "ward_name", "ward_id_number");
	json_close(&j, '}');
}

static void drop(json_t **j)
{
	json_decref(*j);
}

static const char *relation_name(const char *word)
{
	static const char *const names[][2] = {
		{"father", "父亲"}, {"mother", "母亲"}, {"guardian", "监护人"}};

	for (size_t i = 0; word && i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(names[i][0], word) == 0)
			return names[i][1];
	}
	return NULL;
}

static err read_answer(struct ctx *c, const struct recipient *to, int status, struct slice body,
		       struct relation *ret)
{
	__attribute__((cleanup(drop))) json_t *answer =
		json_loadb(body.p, body.n, JSON_REJECT_DUPLICATES, NULL);
	const json_t *match = json_object_get(answer, "match"), *related = json_object_get(answer, "related");

	if (status != 200 || !json_is_boolean(match) || !json_is_boolean(related))
		FAIL(c, ERR_AUTHORITY, "%s返回的结果无法识别，请稍后再试", to->name);
	if (!json_is_true(match)) {
		(void)fail_field(c, "ward_id_number", "与登记信息不一致");
		FAIL(c, ERR_CONFLICT, "所填孩子的姓名、身份证号码与登记信息不一致，请核对");
	}
	ret->known = true;
	ret->related = json_is_true(related);
	ret->name = relation_name(json_string_value(json_object_get(answer, "relation")));
	return OK;
}

static err ask(struct ctx *c, struct asking *a, const struct released *r, struct relation *ret)
{
	const struct service *s = a->service;
	BUF_SCOPED request = {0}, answer = {0};
	const char *outcome = "not_sent";
	int status = 0;

	buf_init(&request, REQUEST_MAX);
	buf_init(&answer, ANSWER_MAX);
	write_request(r, &request);
	err e = connector_post(c, s->recipient->key, "/guardianship", buf_slice(&request), NULL, &status,
			       &answer, &outcome);
	crypto_wipe(request.data, request.size);
	struct failure kept = c->failure;
	struct form_outcome became = {s, s->recipient, &s->shared, outcome, r->policy, a->ward_id};
	TRY(form_sent(c, &a->h, &became, NULL, NULL));
	c->failure = kept;
	TRY(e);
	return read_answer(c, s->recipient, status, buf_slice(&answer), ret);
}

/* What does not fit the register is not kept. */
static err forget(struct ctx *c, struct asking *a)
{
	struct itemset items = typed_items(a);
	struct vault_deletion deletion = {a->h.subject_id, a->ward_id, &items};
	struct failure kept = c->failure;

	TRY(store_write(c, c->store, vault_delete_rows, &deletion));
	c->failure = kept;
	return OK;
}

err relation_check(struct ctx *c, int64_t guardian_id, int64_t ward_id, struct slice name,
		   struct slice number, struct relation *ret)
{
	struct asking a = {.service = ward_service(c),
			   .ward_id = ward_id,
			   .values = {{release_item(c->release, "ward_name"), name, "typed", 0},
				      {release_item(c->release, "ward_id_number"), number, "typed", 0}}};
	RELEASED_SCOPED released = {0};

	*ret = (struct relation){0};
	if (!a.service || !a.values[0].item || !a.values[1].item)
		FAIL(c, ERR_NOT_FOUND, "本市暂不在应用内办理监护人同意，请联系客服");
	TRY(facts_load(c, guardian_id, &a.f, &a.h));
	TRY(decide_and_take(c, &a, &released));
	err e = ask(c, &a, &released, ret);
	if (e.code == ERR_CONFLICT)
		TRY(forget(c, &a));
	if (e.code != ERR_AUTHORITY)
		return e;
	failure_clear(c); /* the register is down: papers instead */
	return OK;
}
