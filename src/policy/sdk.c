/* The register of SDKs in force. */
#include "policy/sdk.h"
#include "policy/model.h"

static bool meets(const struct itemset *a, const struct itemset *b)
{
	for (size_t i = 0; i < sizeof a->bit / sizeof *a->bit; i++)
		if (a->bit[i] & b->bit[i])
			return true;
	return false;
}

static bool platform_in(const char *list, const char *platform)
{
	size_t n = strlen(platform);

	for (const char *at = list; *at; at += strcspn(at, ",") + (at[strcspn(at, ",")] == ','))
		if (strcspn(at, ",") == n && strncmp(at, platform, n) == 0)
			return true;
	return false;
}

/* "all" is every phone: the browser holds no foreign code (TJ-1.1.25.0, NT-1.5.0), unless an entry names it.
 */
static bool platform_listed(const struct sdk *s, const char *platform)
{
	if (strcmp(s->platforms, "all") == 0)
		return strcmp(platform, "web") != 0;
	return platform_in(s->platforms, platform);
}

const struct sdk_use *sdk_use_find(const struct sdk *s, const char *trigger)
{
	for (size_t i = 0; i < s->use_count; i++)
		if (strcmp(s->uses[i].trigger, trigger) == 0)
			return &s->uses[i];
	return NULL;
}

bool sdk_part_listed(const struct sdk *s, const char *name)
{
	for (size_t i = 0; i < s->part_count; i++)
		if (strcmp(s->parts[i], name) == 0)
			return true;
	return false;
}

bool sdk_brings_push(const struct sdk *s, const struct recipient *to)
{
	return s && !s->stopped && s->recipient && s->recipient == to && sdk_use_find(s, "push");
}

/* The state that the entry asks for: for some of its items, or for being called at all (NT-1.5.2.a,
 * NT-1.5.19). */
static bool state_holds(const struct sdk_request *q)
{
	const struct sdk *s = q->sdk;

	if (!s->state || (q->state && strcmp(q->state, s->state) == 0))
		return true;
	return !itemset_empty(&s->state_items) && !meets(&s->state_items, &q->items);
}

static bool declared(const struct sdk_request *q, const struct sdk_use *use)
{
	const struct sdk *s = q->sdk;

	if (!use || s->stopped || !platform_listed(s, q->platform) || !state_holds(q))
		return false;
	if (s->service && (!q->service || strcmp(s->service->key, q->service) != 0))
		return false;
	return itemset_within(&q->items, &use->items);
}

static err refused(struct ctx *c, const struct release *r, const char *reason, const char *setting,
		   const struct sdk *s, const char *detail)
{
	const char *clause = setting ? city_text(r, setting) : NULL;

	return refuse(c, reason, clause ? clause : s->clause, detail, s->name);
}

static err person_refused(struct ctx *c, const struct release *r, const struct facts *f, const struct sdk *s)
{
	err e;

	if (f->subject_id && f->status == PERSON_CANCELLED)
		return refused(c, r, "gone", "gate.clause.status", s, "账号已注销，没有调用“%s”");
	if (f->subject_id && f->status != PERSON_ACTIVE)
		return refused(c, r, "locked", "gate.clause.status", s, "账号已停用，没有调用“%s”");
	if (f->child) /* whatever a guardian said (PIPL 31) */
		return refused(c, r, "not_declared", "gate.clause.guardian", s,
			       "不向“%s”提供年幼未成年人的任何信息，没有调用");
	if (f->minor && !f->guardian_agreed) {
		e = refused(c, r, "guardian_required", "gate.clause.guardian", s,
			    "未成年人使用“%s”须由监护人同意");
		refuse_next(c, "ask_guardian", NULL);
		return e;
	}
	if (!s->login || f->subject_id)
		return OK;
	e = refused(c, r, "login_required", "gate.clause.login", s, "登录后才能使用“%s”");
	refuse_next(c, "log_in", NULL);
	return e;
}

static bool any_sensitive(const struct release *r, const struct facts *f, const struct itemset *items)
{
	return meets(items, &r->sensitive) || (f->minor && !itemset_empty(items));
}

/* No foreign code runs before the policy that lists it was agreed to (TJ-0.2.b). */
static err accepted(struct ctx *c, const struct release *r, const struct facts *f,
		    const struct sdk_request *q)
{
	bool weak = f->acceptance != ACCEPT_EXPRESS;

	if (f->acceptance != ACCEPT_NONE && f->accepted_release == r->number &&
	    !(weak && (!r->weak_counts || any_sensitive(r, f, &q->items))))
		return OK;
	err e = refused(c, r, "consent_required",
			weak && f->acceptance ? "gate.clause.weak" : "gate.clause.accept", q->sdk,
			"同意隐私政策之前，不调用“%s”");
	refuse_next(c, "accept_policy", NULL);
	return e;
}

/* A permission that the phone's system does not know cannot be asked for there. */
static uint32_t known_on(const struct release *r, const char *platform)
{
	uint32_t known = 0;

	for (unsigned i = 0; i < r->permissions.count; i++) {
		const struct permission *p = r->permissions.rows[i];
		if (strcmp(p->platforms, "all") == 0 || platform_in(p->platforms, platform))
			known |= UINT32_C(1) << i;
	}
	return known;
}

static err permitted(struct ctx *c, const struct release *r, const struct facts *f,
		     const struct sdk_request *q, const struct sdk_use *use)
{
	uint32_t missing = use->permissions & known_on(r, q->platform) & ~f->permissions;
	err e = OK;

	if (!missing)
		return OK;
	e = refused(c, r, "permission_required", NULL, q->sdk, "没有开启所需的权限，没有向“%s”提供信息");
	for (unsigned i = 0; i < r->permissions.count; i++)
		if (missing >> i & 1)
			refuse_next(c, "grant_permission",
				    arena_printf(c->arena, "\"permission\":\"%s\"",
						 row_key(r->permissions.rows[i])));
	return e;
}

static err authorised(struct ctx *c, const struct release *r, const struct facts *f,
		      const struct sdk_request *q)
{
	err e;

	if (q->choice == SDK_REFUSED)
		e = refused(c, r, "consent_required", NULL, q->sdk, "您已拒绝“%s”，没有调用");
	else if (q->choice == SDK_UNSET && (q->sdk->consent || any_sensitive(r, f, &q->items)))
		e = refused(c, r, "consent_required", NULL, q->sdk, "须先由您授权，才能向“%s”提供信息");
	else
		return OK;
	refuse_next(c, "allow_sdk", arena_printf(c->arena, "\"sdk\":\"%s\"", q->sdk->key));
	return e;
}

/* The register says what each SDK is there for; the same one called for anything else gets nothing. */
static err given_reason(struct ctx *c, const struct release *r, const struct sdk_request *q)
{
	const struct sdk *s = q->sdk;

	if (!s->reason && !q->reason)
		return OK;
	if (s->reason && q->reason && strcmp(s->reason->key, q->reason) == 0)
		return OK;
	if (!s->reason)
		return refused(c, r, "not_declared", NULL, s, "清单没有为“%s”写明集成的目的，没有调用");
	return refuse(c, "not_declared", s->reason->clause, "清单写明集成“%s”是为了%s，没有为其他目的调用",
		      s->name, s->reason->name);
}

err sdk_decide(struct ctx *c, const struct release *r, const struct facts *f, const struct sdk_request *q)
{
	const struct sdk_use *use = sdk_use_find(q->sdk, q->trigger);

	TRY(given_reason(c, r, q));
	if (!declared(q, use))
		return refused(c, r, "not_declared", NULL, q->sdk,
			       "清单没有写明“%s”的这种调用，没有向它提供任何信息");
	TRY(person_refused(c, r, f, q->sdk));
	TRY(accepted(c, r, f, q));
	TRY(permitted(c, r, f, q, use));
	return authorised(c, r, f, q);
}

bool sdk_asks(const struct release *r, const struct sdk *s)
{
	return s->consent || meets(&s->items, &r->sensitive);
}

bool sdk_refusable(const struct release *r, const struct sdk *s)
{
	return s->refusing || sdk_asks(r, s);
}
