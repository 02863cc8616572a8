#include "services/use_log.h"
#include "base/id.h"
#include "jobs/jobs.h"
#include "policy/better.h"

enum { TRIES = 4, AGENT_MAX = 300, VISIT_MAX_MS = 24 * 3600 * 1000 };
static const int64_t day_ms = INT64_C(24) * 3600 * 1000;

static const struct service *log_service(const struct ctx *c)
{
	return release_service(c->release, "use_log");
}

static bool lists(const struct service *s, const struct item *it)
{
	return it && itemset_has(&s->items, it->number);
}

/* ---- writing ---- */

struct writing {
	const struct service *service;
	struct vault_value *values;
	size_t count;
	struct itemset items;
};

/* Only what the city lists; a value that does not fit its item is left out, for a log may not stop a service.
 */
static void add(struct ctx *c, struct writing *w, const char *key, struct slice value, const char *origin)
{
	const struct item *it = release_item(c->release, key);
	struct slice normal;

	if (!lists(w->service, it) || itemset_has(&w->items, it->number) || value.n == 0)
		return;
	if (failed(item_normal(c, it, value, &normal))) {
		failure_clear(c);
		return;
	}
	itemset_add(&w->items, it->number);
	w->values[w->count++] = (struct vault_value){it, normal, origin, 0};
}

struct waiting {
	int64_t subject_id, ends_at_ms;
};

static err wait_for_end(struct ctx *c, struct tx *tx, void *arg)
{
	const struct waiting *w = arg;

	return job_add(c, tx, "retention_end", w->subject_id, 0, w->ends_at_ms, NULL);
}

static err allow(struct ctx *c, const struct facts *f, const struct service *s, const struct itemset *items,
		 struct permit **ret)
{
	struct gate_request q = {.action = GATE_COLLECT,
				 .service = s,
				 .purpose = s->purpose,
				 .items = *items,
				 .now_ms = c->now_ms};

	return gate_decide(c, c->release, f, &q, ret);
}

static err write_once(struct ctx *c, int64_t subject_id, int64_t record_id, int64_t ends_at_ms,
		      const struct writing *w)
{
	const char *scope = arena_printf(c->arena, "service:%s", w->service->category->key);
	struct waiting waiting = {subject_id, ends_at_ms};
	struct permit *permit = NULL;
	int64_t next_ms = 0;
	struct facts f;
	struct head h;

	TRY(facts_load(c, subject_id, &f, &h));
	TRY(allow(c, &f, w->service, &w->items, &permit));
	if (ends_at_ms == 0)
		ends_at_ms = waiting.ends_at_ms =
			c->now_ms +
			better_category_days(c->release, f.accepted_release, w->service->category) * day_ms;
	for (size_t i = 0; i < w->count; i++)
		w->values[i].ends_at_ms = ends_at_ms;
	/* a job waits for the next end already, and looks again then; an earlier one needs a job of its own
	 */
	TRY(vault_next_end(c, subject_id, &next_ms));
	bool waited_for = next_ms != 0 && next_ms <= ends_at_ms;
	return vault_collect(c, permit, &h, record_id, scope, w->values, w->count,
			     waited_for ? NULL : wait_for_end, &waiting);
}

/* A refusal writes nothing, and stops nothing either. */
static err write(struct ctx *c, int64_t subject_id, int64_t record_id, int64_t ends_at_ms,
		 const struct writing *w, bool *ret_written)
{
	*ret_written = false;
	if (w->count == 0)
		return OK;
	for (int i = 0; i < TRIES; i++) {
		err e = write_once(c, subject_id, record_id, ends_at_ms, w);
		*ret_written = !failed(e);
		if (e.code != ERR_STALE && e.code != ERR_REFUSED)
			return e;
		failure_clear(c);
		if (e.code == ERR_REFUSED)
			return OK;
	}
	return OK;
}

/* ---- a visit ---- */

/* "Mozilla/5.0 (X11; Linux x86_64) …": what stands in the first brackets names the system. */
static struct slice system_of(struct slice agent)
{
	const char *from = agent.p ? memchr(agent.p, '(', agent.n) : NULL;
	size_t rest = from ? agent.n - (size_t)(from + 1 - agent.p) : 0;
	const char *to = rest ? memchr(from + 1, ')', rest) : NULL;

	return to ? slice_bytes(from + 1, (size_t)(to - from - 1)) : (struct slice){0};
}

static struct slice cut(struct slice text, size_t max)
{
	return text.n > max ? slice_bytes(text.p, max) : text;
}

static void add_client(struct ctx *c, struct writing *w, const struct use_client *client)
{
	struct slice agent = cut(client->agent, AGENT_MAX);

	add(c, w, "client_config", agent, "automatic");
	add(c, w, "os_version", cut(system_of(agent), 60), "automatic");
	if (client->address)
		add(c, w, "ip_address", slice_of(client->address), "automatic");
	if (c->installation_id)
		add(c, w, "device_identifier",
		    slice_of(arena_printf(c->arena, "%lld", (long long)c->installation_id)), "automatic");
}

static void add_visit(struct ctx *c, struct writing *w, const struct service *visited)
{
	char text[TIME_TEXT_SIZE];

	time_text(c->now_ms, text);
	add(c, w, "visited_service", slice_of(visited->key), "automatic");
	add(c, w, "visit_date", slice_bytes(text, 10), "automatic");
	add(c, w, "visit_time", slice_bytes(text + 11, 8), "automatic");
}

/* Where the city refuses what it does not list, the refusal is the person's to see like any other. */
static err refuse_unknown(struct ctx *c, int64_t subject_id, const struct service *s,
			  const struct form_field *fields, size_t count)
{
	struct gate_request q = {
		.action = GATE_COLLECT, .service = s, .purpose = s->purpose, .now_ms = c->now_ms};
	const char *mode = city_text(c->release, "use_log.unknown");
	bool outside = false;
	struct head h;

	if (!mode || strcmp(mode, "refuse") != 0)
		return OK;
	for (size_t i = 0; i < count; i++) {
		const struct item *it = release_item(c->release, arena_copy(c->arena, fields[i].item));
		if (lists(s, it))
			continue;
		outside = true;
		if (it)
			itemset_add(&q.items, it->number);
	}
	if (!outside)
		return OK;
	err e = refuse(c, "not_declared", s->category->collect_clause,
		       "使用日志只记录隐私政策列明的内容，所提交的部分内容没有保存");
	struct failure kept = c->failure;
	TRY(ledger_head(c, c->store, subject_id, &h));
	c->failure = kept;
	form_refused(c, &h, &q);
	return e;
}

err use_log_open(struct ctx *c, int64_t subject_id, const char *service, const struct form_field *fields,
		 size_t count, const struct use_client *client, struct use_written *ret)
{
	static const char *const told[] = {"client_config",
					   "os_version"}; /* what only the client knows well */
	const struct service *s = log_service(c), *visited = release_service(c->release, service);
	struct writing w = {.service = s};
	int64_t record_id = id_new(c->now_ms);
	bool written = false;

	*ret = (struct use_written){0};
	if (!visited || visited->shape == SHAPE_INTERNAL)
		FAIL(c, ERR_NOT_FOUND, "没有找到这项服务");
	if (!s)
		return OK;
	TRY(refuse_unknown(c, subject_id, s, fields, count));
	w.values = ARENA_ARRAY(c->arena, struct vault_value, s->field_count + 1);
	for (size_t i = 0; i < count; i++)
		for (size_t t = 0; t < sizeof told / sizeof *told; t++)
			if (slice_is(fields[i].item, told[t]))
				add(c, &w, told[t], fields[i].value, "automatic");
	add_client(c, &w, client);
	add_visit(c, &w, visited);
	TRY(write(c, subject_id, record_id, 0, &w, &written));
	if (written)
		*ret = (struct use_written){record_id, w.items};
	return OK;
}

struct visit {
	int64_t record_id, began_ms, ends_at_ms;
	bool closed;
};

static err find_visit(struct ctx *c, const struct held *h, void *arg)
{
	struct visit *v = arg;

	(void)c;
	if (h->rule || h->record_id != v->record_id || !h->service || strcmp(h->service, "use_log") != 0)
		return OK;
	v->began_ms = h->collected_at_ms;
	v->ends_at_ms = h->ends_at_ms;
	v->closed |= strcmp(h->item->key, "visit_duration") == 0;
	return OK;
}

static const char *duration_text(struct ctx *c, int64_t ms)
{
	long long s = (ms < VISIT_MAX_MS ? ms : VISIT_MAX_MS) / 1000;

	if (s < 60)
		return arena_printf(c->arena, "%lld秒", s);
	if (s < 3600)
		return arena_printf(c->arena, "%lld分%lld秒", s / 60, s % 60);
	return arena_printf(c->arena, "%lld小时%lld分", s / 3600, s % 3600 / 60);
}

err use_log_close(struct ctx *c, int64_t subject_id, int64_t record_id)
{
	const struct service *s = log_service(c);
	struct visit v = {.record_id = record_id};
	struct vault_value value;
	struct writing w = {.service = s, .values = &value};
	bool written = false;

	TRY(vault_held(c, subject_id, find_visit, &v));
	if (!s || !v.began_ms)
		FAIL(c, ERR_NOT_FOUND, "没有这条使用记录");
	if (v.closed)
		return OK;
	add(c, &w, "visit_duration", slice_of(duration_text(c, c->now_ms - v.began_ms)), "automatic");
	return write(c, subject_id, record_id, v.ends_at_ms, &w, &written);
}

err use_log_note(struct ctx *c, int64_t subject_id, int64_t record_id, const char *item, struct slice text)
{
	const struct service *s = log_service(c);
	struct vault_value value;
	struct writing w = {.service = s, .values = &value};
	bool written = false;

	if (!s)
		return OK;
	add(c, &w, item, text, "automatic");
	return write(c, subject_id, record_id ? record_id : id_new(c->now_ms), 0, &w, &written);
}

/* ---- reading ---- */

err use_log_allowed(struct ctx *c, int64_t subject_id)
{
	const struct service *s = log_service(c);
	struct permit *unused = NULL;
	struct facts f;
	struct head h;

	if (!s)
		return refuse(c, "not_declared", NULL, "本市不记录使用日志");
	TRY(facts_load(c, subject_id, &f, &h));
	return allow(c, &f, s, &s->items, &unused);
}

struct listing {
	held_fn fn;
	void *arg;
	bool any;
};

static err note_any(struct ctx *c, const struct held *h, void *arg)
{
	struct listing *l = arg;

	(void)c;
	l->any |= h->service && strcmp(h->service, "use_log") == 0;
	return OK;
}

static err give(struct ctx *c, const struct held *h, void *arg)
{
	struct listing *l = arg;

	if (!h->service || strcmp(h->service, "use_log") != 0)
		return OK; /* the same item, taken elsewhere */
	return l->fn(c, h, l->arg);
}

err use_log_list(struct ctx *c, int64_t subject_id, held_fn fn, void *arg)
{
	const struct service *s = log_service(c), *own = release_service(c->release, "my_information");
	struct listing l = {fn, arg, false};
	struct permit *permit = NULL;
	struct facts f;
	struct head h;

	TRY(vault_held(c, subject_id, note_any, &l));
	if (!s || !own || !l.any)
		return OK;
	struct gate_request q = {.action = GATE_READ,
				 .service = own,
				 .purpose = own->purpose,
				 .items = s->items,
				 .masked = true,
				 .now_ms = c->now_ms};
	TRY(facts_load(c, subject_id, &f, &h));
	TRY(form_decide(c, &f, &h, &q, &permit));
	return vault_masked(c, permit, &h, -1, give, &l);
}
