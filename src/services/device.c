#include "services/device.h"

enum { TRIES = 4 };

const struct service *device_service(const struct ctx *c)
{
	return release_service(c->release, "device_information");
}

/* The permission that the city asks for its device identifiers: the only one of their category. */
static const struct permission *device_permission(const struct ctx *c, const struct service *s)
{
	for (unsigned i = 0; i < release_permission_count(c->release); i++)
		if (s->category->permissions >> i & 1)
			return release_permission_at(c->release, i);
	return NULL;
}

/* IDFA and IDFV exist on iOS, IMEI and Android ID on Android: a client cannot have what its system does not
 * give. */
static err check_platform(struct ctx *c, const struct service *s, const char *platform, struct head *h,
			  const struct form_field *fields, size_t count)
{
	const char *list = arena_printf(c->arena, "device.platform.%s", platform ? platform : "web");
	struct gate_request q = {
		.action = GATE_COLLECT, .service = s, .purpose = s->purpose, .now_ms = c->now_ms};
	bool outside = false;

	for (size_t i = 0; i < count; i++) {
		const char *key = arena_copy(c->arena, fields[i].item);
		if (city_list_has(c->release, "device.ids", key) && city_list_has(c->release, list, key))
			continue;
		outside = true;
		(void)fail_field(c, key, "这类设备不提供这一标识");
	}
	if (!outside)
		return OK;
	err e = refuse(c, "not_declared", s->category->collect_clause,
		       "所提交的设备信息不在本市和这类设备的清单之内，未作保存");
	form_refused(c, h, &q);
	return e;
}

static err link_once(struct ctx *c, int64_t subject_id, const char *platform, const struct service *s,
		     const struct purpose *purpose, const struct form_field *fields, size_t count,
		     struct itemset *ret_items)
{
	struct permit *permit = NULL;
	struct facts f;
	struct head h;
	struct form form;

	TRY(facts_load(c, subject_id, &f, &h));
	TRY(check_platform(c, s, platform, &h, fields, count));
	TRY(form_read(c, s, &h, fields, count, &form));
	struct gate_request q = {.action = GATE_COLLECT,
				 .service = s,
				 .purpose = purpose,
				 .permission = device_permission(c, s),
				 .items = form.given,
				 .sensed = form.sensed,
				 .now_ms = c->now_ms};
	TRY(form_decide(c, &f, &h, &q, &permit));
	for (size_t i = 0; i < form.count; i++)
		form.values[i].origin = "sensor";
	TRY(vault_collect(c, permit, &h, c->installation_id,
			  arena_printf(c->arena, "service:%s", s->category->key), form.values, form.count,
			  NULL, NULL));
	*ret_items = form.given;
	return OK;
}

err device_link(struct ctx *c, int64_t subject_id, const char *platform, const char *purpose,
		const struct form_field *fields, size_t count, struct itemset *ret_items)
{
	const struct service *s = device_service(c);

	if (!s)
		return refuse(c, "not_declared", NULL, "本市不收集设备信息");
	if (count == 0)
		return fail_field(c, "fields", "请提供至少一项设备信息");
	const struct purpose *p = purpose ? release_purpose(c->release, purpose) : s->purpose;
	if (!p)
		return fail_field(c, "purpose", "没有这项用途");
	for (int i = 0; i < TRIES; i++) {
		err e = link_once(c, subject_id, platform, s, p, fields, count, ret_items);
		if (e.code != ERR_STALE)
			return e;
		failure_clear(c);
	}
	FAIL(c, ERR_CONFLICT, "您的授权或账户状态刚刚发生变化，请重试");
}

/* Rows come by record: one device after the other. */
struct gathering {
	const struct service *service;
	struct device device;
	int64_t only; /* 0, or the one installation that is told */
	device_fn fn;
	void *arg;
};

static err give(struct ctx *c, struct gathering *g)
{
	if (!g->device.installation_id || (g->only && g->only != g->device.installation_id))
		return OK;
	err e = installation_platform(c, g->device.installation_id, &g->device.platform);
	if (e.code == ERR_NOT_FOUND)
		failure_clear(c); /* it left by another way; what stands of it can still be deleted */
	else
		TRY(e);
	return g->fn(c, &g->device, g->arg);
}

static err gather(struct ctx *c, const struct held *held, void *arg)
{
	struct gathering *g = arg;

	if (held->rule || !held->service || strcmp(held->service, g->service->key) != 0)
		return OK;
	if (held->record_id != g->device.installation_id) {
		TRY(give(c, g));
		g->device = (struct device){.installation_id = held->record_id};
	}
	if (held->collected_at_ms > g->device.linked_at_ms)
		g->device.linked_at_ms = held->collected_at_ms;
	itemset_add(&g->device.items, held->item->number);
	return OK;
}

static err list(struct ctx *c, int64_t subject_id, int64_t only, device_fn fn, void *arg)
{
	struct gathering g = {.service = device_service(c), .only = only, .fn = fn, .arg = arg};

	if (!g.service)
		return OK;
	TRY(vault_held(c, subject_id, gather, &g));
	return give(c, &g);
}

bool device_links(const struct ctx *c)
{
	const char *word = city_text(c->release, "device.link");

	return word && strcmp(word, "same_service") == 0;
}

err device_list(struct ctx *c, int64_t subject_id, device_fn fn, void *arg)
{
	return list(c, subject_id, device_links(c) ? 0 : c->installation_id, fn, arg);
}

static err find_device(struct ctx *c, const struct device *d, void *arg)
{
	struct device *wanted = arg;

	(void)c;
	if (d->installation_id == wanted->installation_id)
		wanted->items = d->items;
	return OK;
}

err device_unlink(struct ctx *c, int64_t subject_id, int64_t installation_id)
{
	struct device found = {.installation_id = installation_id};
	struct head h;

	TRY(list(c, subject_id, 0, find_device, &found));
	if (itemset_empty(&found.items))
		FAIL(c, ERR_NOT_FOUND, "没有找到这台关联的设备");
	struct vault_deletion deletion = {subject_id, installation_id, &found.items};
	struct entry entry = {
		.action = ENTRY_DELETE,
		.service = device_service(c)->key,
		.items = found.items,
		.basis = "own_request",
		.decision = "allowed",
		.clause = device_service(c)->clause,
		.note = "解除设备关联",
	};
	TRY(form_closed(c, subject_id, &found.items, LOCK_DELETE));
	TRY(ledger_head(c, c->store, subject_id, &h));
	return ledger_write(c, &h, &entry, LEDGER_ANY_EPOCH, vault_delete_rows, &deletion, NULL);
}
