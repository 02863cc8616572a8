#include "ops/incidents.h"
#include "base/id.h"
#include "ops/telling.h"

enum { TEXT_MAX_CHARS = 1000, HOUR_MS = 3600 * 1000 };

/* The plan: what is done, and within how many hours. */
static const struct {
	const char *step, *name;
	int hours;
} plan[] = {
	{"record", "记录事件", 2},	   {"contain", "控制事态", 4},	  {"audit", "审计并查明原因", 24},
	{"analyse", "分析损失和影响", 48}, {"dispose", "处置和修复", 72}, {"tell", "告知受影响的人", 72},
	{"report", "向监管部门报告", 72},
};

static const struct {
	const char *kind, *name;
} kinds[] = {
	{"leak", "信息泄露"},	       {"unauthorised_access", "未经授权的访问"},
	{"alteration", "信息被篡改"},  {"destruction", "信息毁损、丢失"},
	{"publication", "信息被公开"}, {"violation", "违反法律或者平台规则"},
	{"other", "其他安全事件"},
};

const char *incident_kind_name(const char *kind)
{
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].name;
	return NULL;
}

static const char *step_name(const char *step)
{
	for (size_t i = 0; i < sizeof plan / sizeof *plan; i++)
		if (strcmp(plan[i].step, step) == 0)
			return plan[i].name;
	return NULL;
}

/* ---- reading ---- */

struct each {
	incident_fn fn;
	void *arg;
};

static err incident_row(struct ctx *c, const struct row *row, void *arg)
{
	const struct each *each = arg;
	struct incident i = {.id = row_int(row, 0),
			     .kind = row_copy(c, row, 1),
			     .category = row_copy(c, row, 2),
			     .state = row_copy(c, row, 3),
			     .found_at_ms = row_int(row, 4),
			     .opened_at_ms = row_int(row, 5),
			     .opened_by = row_copy(c, row, 6),
			     .facts = row_copy(c, row, 7),
			     .effect = row_copy(c, row, 8),
			     .measures = row_copy(c, row, 9),
			     .self_protection = row_copy(c, row, 10),
			     .remedies = row_copy(c, row, 11),
			     .public_reason = row_copy(c, row, 12),
			     .told_at_ms = row_int(row, 13),
			     .walk_after = row_int(row, 14),
			     .told_all_at_ms = row_int(row, 15),
			     .people = row_int(row, 16),
			     .by_message = row_int(row, 17),
			     .closed_at_ms = row_int(row, 18),
			     .closed_by = row_copy(c, row, 19)};

	return each->fn(c, &i, each->arg);
}

err incident_list(struct ctx *c, int64_t before, int limit, incident_fn fn, void *arg)
{
	return store_rows(c, c->store, Q_INCIDENT_LIST,
			  PARAMS(P_INT(before ? before : INT64_MAX), P_INT(limit)), incident_row,
			  &(struct each){fn, arg});
}

err incident_public(struct ctx *c, int64_t since_ms, incident_fn fn, void *arg)
{
	return store_rows(c, c->store, Q_INCIDENT_PUBLIC, PARAMS(P_INT(since_ms)), incident_row,
			  &(struct each){fn, arg});
}

static err keep_incident(struct ctx *c, const struct incident *i, void *arg)
{
	(void)c;
	*(struct incident *)arg = *i;
	return OK;
}

err incident_get(struct ctx *c, int64_t id, struct incident *ret)
{
	*ret = (struct incident){0};
	TRY(store_rows(c, c->store, Q_INCIDENT_GET, PARAMS(P_INT(id)), incident_row,
		       &(struct each){keep_incident, ret}));
	if (!ret->id)
		FAIL(c, ERR_NOT_FOUND, "没有这起事件");
	return OK;
}

struct each_step {
	incident_step_fn fn;
	void *arg;
};

static err step_row(struct ctx *c, const struct row *row, void *arg)
{
	const struct each_step *each = arg;
	struct incident_step s = {.step = row_copy(c, row, 0),
				  .owner = row_copy(c, row, 1),
				  .due_at_ms = row_int(row, 2),
				  .note = row_copy(c, row, 3),
				  .receiver = row_copy(c, row, 4),
				  .document = row_copy(c, row, 5),
				  .done_at_ms = row_int(row, 6),
				  .done_by = row_copy(c, row, 7)};

	s.name = step_name(s.step);
	return each->fn(c, &s, each->arg);
}

err incident_steps(struct ctx *c, int64_t id, incident_step_fn fn, void *arg)
{
	return store_rows(c, c->store, Q_INCIDENT_STEP_LIST, PARAMS(P_INT(id)), step_row,
			  &(struct each_step){fn, arg});
}

/* ---- opening ---- */

static err need_text(struct ctx *c, const char *field, const char *text, const char *message)
{
	if (!*text)
		return fail_field(c, field, message);
	if (slice_chars(slice_of(text)) > TEXT_MAX_CHARS)
		return fail_field(c, field, "不超过1000字");
	return OK;
}

struct opening {
	const struct incident *i;
	const char *owner;
};

static err open_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct opening *o = arg;
	const struct incident *i = o->i;

	TRY(tx_exec(c, tx, Q_INCIDENT_INSERT,
		    PARAMS(P_INT(i->id), P_STR(i->kind), P_STR(i->category), P_INT(i->found_at_ms),
			   P_INT(i->opened_at_ms), P_STR(i->opened_by), P_STR(i->facts)),
		    NULL));
	for (size_t k = 0; k < sizeof plan / sizeof *plan; k++)
		TRY(tx_exec(c, tx, Q_INCIDENT_STEP_INSERT,
			    PARAMS(P_INT(i->id), P_STR(plan[k].step), P_STR(o->owner),
				   P_INT(i->opened_at_ms + plan[k].hours * (int64_t)HOUR_MS)),
			    NULL));
	return OK;
}

static bool is_category(const struct release *r, const char *key)
{
	for (unsigned i = 0; i < release_category_count(r); i++)
		if (strcmp(release_category_at(r, i)->key, key) == 0)
			return true;
	return false;
}

err incident_open(struct ctx *c, const char *by, const char *owner, struct incident *i)
{
	if (!incident_kind_name(i->kind))
		return fail_field(c, "kind", "请选择事件的种类");
	if (*i->category && !is_category(c->release, i->category))
		return fail_field(c, "category", "隐私政策没有这一类服务");
	if (i->found_at_ms > c->now_ms)
		return fail_field(c, "found_on", "发现日期不能晚于今天");
	TRY(need_text(c, "facts", i->facts, "请写明事件的经过"));
	TRY(need_text(c, "owner", owner, "请写明预案的责任人"));
	i->id = id_new(c->now_ms);
	i->opened_at_ms = c->now_ms;
	i->opened_by = by;
	i->state = "open";
	return store_write(c, c->store, open_rows, &(struct opening){i, owner});
}

/* ---- steps ---- */

err incident_step_done(struct ctx *c, const char *by, int64_t id, const struct incident_step *s)
{
	struct incident i;
	int64_t changed = 0;

	TRY(incident_get(c, id, &i));
	if (!step_name(s->step))
		FAIL(c, ERR_NOT_FOUND, "预案没有这一步");
	if (strcmp(s->step, "tell") == 0)
		FAIL(c, ERR_CONFLICT, "这一步由发出告知来完成");
	TRY(need_text(c, "note", s->note, "请写明做了什么、结果如何"));
	if (strcmp(s->step, "report") == 0) {
		TRY(need_text(c, "receiver", s->receiver, "请写明收到报告的监管部门"));
		TRY(need_text(c, "document", s->document, "请写明报告的名称或者文号"));
	}
	TRY(store_exec(c, c->store, Q_INCIDENT_STEP_DONE,
		       PARAMS(P_INT(id), P_STR(s->step), P_STR(s->note), P_STR(s->receiver),
			      P_STR(s->document), P_INT(c->now_ms), P_STR(by)),
		       &changed));
	if (changed == 0)
		FAIL(c, ERR_CONFLICT, "这一步已经登记完成");
	return OK;
}

/* ---- telling ---- */

/* What the city owes to the people it tells (NT-3.3.4.b to e). */
static err check_parts(struct ctx *c, const struct incident *n)
{
	const struct {
		const char *part, *text, *message;
	} parts[] = {
		{"facts", n->facts, "请写明事件的基本情况"},
		{"effect", n->effect, "请写明可能的影响"},
		{"measures", n->measures, "请写明已经或者将要采取的处置措施"},
		{"self_protection", n->self_protection, "请写明可以怎样自行防范、降低风险"},
		{"remedies", n->remedies, "请写明对受影响的人的补救措施"},
	};

	for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
		if (city_list_has(c->release, "incident.parts", parts[i].part))
			TRY(need_text(c, parts[i].part, parts[i].text, parts[i].message));
	return OK;
}

struct notice {
	const struct incident *n;
	const char *by;
};

static err tell_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct notice *k = arg;
	const struct incident *n = k->n;
	int64_t changed = 0;

	TRY(tx_exec(c, tx, Q_INCIDENT_TELL,
		    PARAMS(P_INT(n->id), P_STR(n->facts), P_STR(n->effect), P_STR(n->measures),
			   P_STR(n->self_protection), P_STR(n->remedies), P_STR(n->public_reason),
			   P_INT(c->now_ms)),
		    &changed));
	if (changed == 0)
		FAIL(c, ERR_CONFLICT, "这起事件的告知已经发出");
	TRY(tx_exec(c, tx, Q_INCIDENT_STEP_DONE,
		    PARAMS(P_INT(n->id), P_STR("tell"), P_STR("向受影响的人逐一告知"), P_STR(""), P_STR(""),
			   P_INT(c->now_ms), P_STR(k->by)),
		    NULL));
	return job_add(c, tx, "incident_tell", 0, n->id, c->now_ms, NULL);
}

err incident_tell(struct ctx *c, const char *by, const struct incident *notice)
{
	struct incident i;

	TRY(incident_get(c, notice->id, &i));
	TRY(check_parts(c, notice));
	return store_write(c, c->store, tell_rows, &(struct notice){notice, by});
}

static const char *brief_of(struct ctx *c, const struct incident *i)
{
	enum { SHOWN_CHARS = 60 };
	struct slice facts = slice_of(i->facts);
	size_t n = 0;

	for (size_t chars = 0; n < facts.n && chars < SHOWN_CHARS; chars++) {
		n++;
		while (n < facts.n && ((unsigned char)facts.p[n] & 0xC0) == 0x80)
			n++;
	}
	return arena_printf(c->arena, "【%s】安全事件告知：%.*s%s 影响、处置、防范和补救办法见应用的“消息”。",
			    city_text(c->release, "name"), (int)n, facts.p, n < facts.n ? "……" : "");
}

static const char *body_of(struct ctx *c, const struct incident *i)
{
	const struct {
		const char *name, *text;
	} parts[] = {{"事件的基本情况", i->facts},
		     {"可能的影响", i->effect},
		     {"处置措施", i->measures},
		     {"您可以怎样自行防范", i->self_protection},
		     {"对您的补救措施", i->remedies}};
	const char *body = "";

	for (size_t k = 0; k < sizeof parts / sizeof *parts; k++)
		if (*parts[k].text)
			body = arena_printf(c->arena, "%s%s%s：%s", body, *body ? "\n" : "", parts[k].name,
					    parts[k].text);
	return body;
}

err incident_tell_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	struct incident i;
	struct told told;

	TRY(incident_get(c, j->ref_id, &i));
	struct telling t = {.source_id = i.id,
			    .category = *i.category ? i.category : NULL,
			    .kind = "incident",
			    .words = {"安全事件告知", brief_of(c, &i), body_of(c, &i)}};
	TRY(tell_people(c, &t, i.walk_after, &told));
	TRY(store_exec(c, c->store, Q_INCIDENT_WALKED,
		       PARAMS(P_INT(i.id), P_INT(told.after), P_INT(told.people), P_INT(told.by_message),
			      P_INT(i.walk_after)),
		       NULL));
	if (told.finished)
		return store_exec(c, c->store, Q_INCIDENT_TOLD_ALL, PARAMS(P_INT(i.id), P_INT(c->now_ms)),
				  NULL);
	*ret_again_at_ms = c->now_ms;
	return OK;
}

struct each_told {
	told_fn fn;
	void *arg;
};

static err told_row(struct ctx *c, const struct row *row, void *arg)
{
	const struct each_told *each = arg;

	return each->fn(c, row_int(row, 0), each->arg);
}

err told_list(struct ctx *c, int64_t subject_id, int64_t before, int limit, told_fn fn, void *arg)
{
	return store_rows(c, c->store, Q_TOLD_PERSON_LIST,
			  PARAMS(P_INT(subject_id), P_INT(before > 0 ? before : INT64_MAX), P_INT(limit)),
			  told_row, &(struct each_told){fn, arg});
}

err told_end_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms)
{
	*ret_again_at_ms = 0;
	return store_exec(c, c->store, Q_TOLD_PERSON_DELETE, PARAMS(P_INT(j->subject_id)), NULL);
}

/* ---- closing ---- */

static err note_open(struct ctx *c, const struct incident_step *s, void *arg)
{
	const char **missing = arg;

	if (!s->done_at_ms)
		*missing = *missing ? arena_printf(c->arena, "%s、%s", *missing, s->name) : s->name;
	return OK;
}

err incident_close(struct ctx *c, const char *by, int64_t id)
{
	const char *missing = NULL;
	struct incident i;
	int64_t changed = 0;

	TRY(incident_get(c, id, &i));
	TRY(incident_steps(c, id, note_open, &missing));
	if (missing)
		FAIL(c, ERR_CONFLICT, "还不能结案，尚未完成：%s", missing);
	if (!i.told_all_at_ms)
		FAIL(c, ERR_CONFLICT, "还不能结案，告知尚未送达全部受影响的人");
	TRY(store_exec(c, c->store, Q_INCIDENT_CLOSE, PARAMS(P_INT(id), P_INT(c->now_ms), P_STR(by)),
		       &changed));
	if (changed == 0)
		FAIL(c, ERR_CONFLICT, "这起事件已经结案");
	return OK;
}
