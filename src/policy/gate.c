/* The decision itself. Everything that gate_check touches was made by model_freeze; it allocates nothing. */
#include "policy/better.h"
#include "policy/gate_internal.h"
#include <string.h>

static uint64_t bit_of(unsigned number)
{
	return UINT64_C(1) << (number % 64);
}

static struct itemset less(struct itemset a, const struct itemset *b)
{
	for (size_t i = 0; i < sizeof a.bit / sizeof *a.bit; i++)
		a.bit[i] &= ~b->bit[i];
	return a;
}

static struct itemset both(struct itemset a, const struct itemset *b)
{
	for (size_t i = 0; i < sizeof a.bit / sizeof *a.bit; i++)
		a.bit[i] &= b->bit[i];
	return a;
}

/* Pointers of another release must never be decided on: its numbers mean something else. */
static bool service_belongs(const struct release *r, const struct service *s)
{
	return s && s->number < r->services.count && r->services.rows[s->number] == s;
}

bool gate_belongs(const struct release *r, const struct gate_request *q)
{
	if (!service_belongs(r, q->service))
		return false;
	const struct purpose *p = q->purpose;
	if (!p || p->number >= r->purposes.count || r->purposes.rows[p->number] != p)
		return false;
	const struct permission *by = q->permission;
	if (by && (by->number >= r->permissions.count || r->permissions.rows[by->number] != by))
		return false;
	const struct recipient *to = q->recipient;
	return !to || (to->number < r->recipients.count && r->recipients.rows[to->number] == to);
}

bool gate_bounds_allow(const struct gate_bounds *b, const struct gate_request *q)
{
	if (!b->present || !itemset_within(&q->items, &b->may[q->action]) ||
	    !(b->purposes & bit_of(q->purpose->number)))
		return false;
	if (q->action == GATE_SHARE)
		return q->recipient && (b->recipients & bit_of(q->recipient->number));
	return true;
}

static bool declared(const struct release *r, const struct gate_request *q)
{
	return (unsigned)q->action <= GATE_SHARE && gate_belongs(r, q) &&
	       gate_bounds_allow(&r->bounds[q->service->number], q) &&
	       itemset_within(&q->sensed, &q->items) && itemset_within(&q->taken, &q->items);
}

/* What an older release allowed. NULL: an acceptance of it no longer counts. */
static const struct gate_bounds *earlier_bounds(const struct release *r, unsigned number, unsigned service)
{
	for (size_t i = 0; i < r->earlier_count; i++)
		if (r->earlier[i].number == number)
			return &r->earlier[i].bounds[service];
	return NULL;
}

/* Going on after a notice never opens a purpose that was not told when the person agreed by an express act
 * (TJ-1.1.27.a, TJ-1.1.27.b). */
static bool purpose_told(const struct release *r, const struct facts *f, const struct gate_request *q)
{
	if (f->acceptance == ACCEPT_EXPRESS || !r->purpose_express || f->express_release == 0 ||
	    f->express_release == r->number)
		return true;
	const struct gate_bounds *b = earlier_bounds(r, f->express_release, q->service->number);
	return b && b->present && (b->purposes & bit_of(q->purpose->number));
}

static bool earlier_allows(const struct release *r, unsigned number, const struct gate_request *q)
{
	const struct gate_bounds *b = earlier_bounds(r, number, q->service->number);

	return b && gate_bounds_allow(b, q) && b->level <= r->bounds[q->service->number].level;
}

const char *gate_version(const struct release *r, const struct facts *f, const struct gate_request *q)
{
	bool express = f->acceptance != ACCEPT_EXPRESS && earlier_allows(r, f->express_release, q);

	return release_version_agreed(r, express ? f->express_release : f->accepted_release);
}

static bool accepted(const struct release *r, const struct facts *f, const struct gate_request *q)
{
	if (f->acceptance == ACCEPT_NONE || f->accepted_release == 0)
		return false;
	if (f->acceptance != ACCEPT_EXPRESS && !r->weak_counts)
		return false;
	if (!purpose_told(r, f, q))
		return false;
	if (f->accepted_release == r->number)
		return true;
	return earlier_allows(r, f->accepted_release, q);
}

/* What of the request a sensor delivers. The source is decided by the item, not by the client: an item that a
 * permission guards has no other, so that nobody can call it typed (TJ-1.1.24.2.0, NT-1.2.2.3.e). */
struct itemset gate_sensed(const struct release *r, const struct gate_request *q)
{
	struct itemset sensed = q->sensed;

	if (q->action == GATE_COLLECT)
		for (size_t i = 0; i < sizeof sensed.bit / sizeof *sensed.bit; i++)
			sensed.bit[i] |= q->items.bit[i] & r->guarded.bit[i];
	return less(sensed, &q->taken);
}

static enum gate_rule person_rule(const struct facts *f, bool own_right)
{
	if (f->status == PERSON_CANCELLED)
		return RULE_CANCELLED;
	if (f->status != PERSON_ACTIVE)
		return RULE_BLOCKED;
	return f->minor && !f->guardian_agreed && !own_right ? RULE_GUARDIAN : RULE_ALLOWED;
}

static enum gate_rule level_rule(const struct gate_bounds *b, const struct facts *f)
{
	if (b->level >= LEVEL_LOGIN && f->subject_id == 0)
		return RULE_LOGIN;
	if (b->level == LEVEL_PHONE && !f->phone_bound)
		return RULE_PHONE;
	return b->level == LEVEL_REALNAME && f->realname_level < 1 ? RULE_REALNAME : RULE_ALLOWED;
}

/* Of a minor every item is sensitive (NT-5.0). */
static struct itemset sensitive_of(const struct release *r, const struct facts *f,
				   const struct gate_request *q)
{
	return f->minor ? q->items : both(q->items, &r->sensitive);
}

/* Looking at an open page with nothing of one's own needs no agreement; own rights need none to the newest
 * version. */
static enum gate_rule acceptance_rule(const struct release *r, const struct gate_bounds *b,
				      const struct facts *f, const struct gate_request *q, bool own_right,
				      bool strong)
{
	if (own_right || (b->level == LEVEL_OPEN && itemset_empty(&q->items) && !q->permission))
		return RULE_ALLOWED;
	/* going on takes nothing back that was agreed to by an express act before */
	if (f->acceptance != ACCEPT_EXPRESS && earlier_allows(r, f->express_release, q))
		return RULE_ALLOWED;
	if (!accepted(r, f, q))
		return RULE_ACCEPT;
	return strong && f->acceptance != ACCEPT_EXPRESS ? RULE_WEAK : RULE_ALLOWED;
}

/* Declared by the category, granted now on this installation, for every function or for this one. */
uint32_t gate_usable(const struct release *r, const struct facts *f, const struct gate_request *q)
{
	uint32_t granted = f->permissions;

	for (size_t i = 0; i < f->granted_for_count; i++)
		if (f->granted_for[i].service == q->service)
			granted |= UINT32_C(1) << f->granted_for[i].permission->number;
	return r->bounds[q->service->number].permissions & granted & gate_sources(q);
}

uint32_t gate_sources(const struct gate_request *q)
{
	return q->permission ? UINT32_C(1) << q->permission->number : UINT32_MAX;
}

/* Each sensed item needs one of its permissions. */
static bool sensors_granted(const struct release *r, const struct facts *f, const struct gate_request *q,
			    const struct itemset *sensed)
{
	if (!q->permission && itemset_empty(sensed))
		return true;
	uint32_t usable = gate_usable(r, f, q);
	if (q->permission && !usable)
		return false;
	for (unsigned word = 0; word < ITEMS_MAX / 64; word++) {
		uint64_t rest = sensed->bit[word];
		for (; rest; rest &= rest - 1) {
			unsigned item = word * 64 + (unsigned)__builtin_ctzll(rest);
			if (!(r->item_permissions[item] & usable))
				return false;
		}
	}
	return true;
}

/* A supplier works on our behalf: what is not sensitive goes to it under the acceptance. */
static struct itemset consent_needed(const struct release *r, const struct gate_request *q,
				     const struct itemset *sensitive)
{
	if (q->action == GATE_READ)
		return (struct itemset){0};
	if (q->action == GATE_COLLECT || (r->entrusted & bit_of(q->recipient->number)))
		return *sensitive;
	return q->items;
}

static bool consent_holds(const struct consent_fact *k, const struct gate_request *q)
{
	if (k->service != q->service || (k->until_ms != 0 && k->until_ms <= q->now_ms))
		return false;
	if (q->action == GATE_COLLECT)
		return true;
	return k->recipient && (k->recipient == q->recipient || k->recipient == q->recipient->within);
}

void gate_take_consents(const struct facts *f, const struct gate_request *q, struct itemset *needed,
			int64_t *ret_consent_id)
{
	for (size_t i = 0; i < f->consent_count && !itemset_empty(needed); i++) {
		const struct consent_fact *k = &f->consents[i];
		if (!consent_holds(k, q))
			continue;
		uint64_t covered = 0;
		for (size_t word = 0; word < sizeof needed->bit / sizeof *needed->bit; word++) {
			covered |= needed->bit[word] & k->items.bit[word];
			needed->bit[word] &= ~k->items.bit[word];
		}
		if (*ret_consent_id == 0 && covered)
			*ret_consent_id = k->consent_id;
	}
}

static bool second_check_missing(const struct release *r, const struct facts *f, const struct gate_request *q,
				 const struct itemset *sensitive)
{
	bool in_clear = q->action == GATE_READ && !q->masked && q->purpose != r->show_masked;

	return in_clear && !q->staff && !itemset_empty(sensitive) && f->second_check_until_ms <= q->now_ms;
}

bool gate_abroad(const struct release *r, const struct gate_request *q)
{
	return q->recipient && (r->abroad & bit_of(q->recipient->number));
}

struct verdict gate_judge(const struct release *r, const struct facts *f, const struct gate_request *q)
{
	if (q->ground)
		return ground_judge(r, f, q);
	if (gate_abroad(r, q) && gate_belongs(r, q))
		return (struct verdict){.rule = RULE_BORDER};
	return gate_judge_consent(r, f, q);
}

struct verdict gate_judge_consent(const struct release *r, const struct facts *f,
				  const struct gate_request *q)
{
	struct verdict v = {.rule = RULE_DECLARED};

	if (!declared(r, q))
		return v;
	const struct gate_bounds *b = &r->bounds[q->service->number];
	bool own_right = b->rights && q->action == GATE_READ && !q->staff;
	struct itemset sensitive = sensitive_of(r, f, q), sensed = gate_sensed(r, q);
	bool strong = q->action == GATE_SHARE || q->permission || !itemset_empty(&sensitive) ||
		      !itemset_empty(&sensed);

	if ((v.rule = person_rule(f, own_right)) || (v.rule = level_rule(b, f)) ||
	    (v.rule = acceptance_rule(r, b, f, q, own_right, strong)))
		return v;
	if (!sensors_granted(r, f, q, &sensed)) {
		v.rule = RULE_PERMISSION;
		return v;
	}
	struct itemset needed = consent_needed(r, q, &sensitive);
	gate_take_consents(f, q, &needed, &v.consent_id);
	if (!itemset_empty(&needed)) {
		v.rule = f->child ? RULE_GUARDIAN : q->action == GATE_SHARE ? RULE_SHARE : RULE_SENSITIVE;
		v.missing = needed;
		return v;
	}
	if (second_check_missing(r, f, q, &sensitive))
		v.rule = RULE_SECOND_CHECK;
	return v;
}

const char *gate_reason(enum gate_rule rule)
{
	static const char *const reasons[RULE_COUNT] = {
		[RULE_DECLARED] = "not_declared",
		[RULE_BLOCKED] = "locked",
		[RULE_CANCELLED] = "gone",
		[RULE_GUARDIAN] = "guardian_required",
		[RULE_LOGIN] = "login_required",
		[RULE_PHONE] = "permission_required",
		[RULE_REALNAME] = "realname_required",
		[RULE_ACCEPT] = "consent_required",
		[RULE_WEAK] = "consent_required",
		[RULE_PERMISSION] = "permission_required",
		[RULE_SENSITIVE] = "consent_required",
		[RULE_SHARE] = "consent_required",
		[RULE_SECOND_CHECK] = "second_check_required",
		[RULE_GROUND] = "not_declared",
		[RULE_EVIDENCE] = "invalid_input",
		[RULE_BORDER] = "not_declared",
	};

	return reasons[rule];
}

/* The clause that declares what the action may do at most; the service's own where the category says nothing.
 */
const char *gate_action_clause(const struct gate_request *q)
{
	const struct category *k = q->service->category;
	const char *clause = q->action == GATE_COLLECT ? k->collect_clause
			     : q->action == GATE_SHARE ? k->share_clause
						       : NULL;

	return clause ? clause : q->service->clause;
}

static const char *sensed_clause(const struct release *r, const struct gate_request *q)
{
	struct itemset sensed = gate_sensed(r, q);

	if (q->permission)
		return q->permission->clause;
	for (unsigned i = 0; i < r->items.count; i++) {
		if (!itemset_has(&sensed, i))
			continue;
		for (unsigned p = 0; p < r->permissions.count; p++)
			if (r->item_permissions[i] >> p & 1)
				return ((const struct permission *)r->permissions.rows[p])->clause;
	}
	return NULL;
}

const char *gate_clause(const struct release *r, const struct gate_request *q, enum gate_rule rule)
{
	const char *general = r->rule_clauses[rule];

	if (rule == RULE_DECLARED && !service_belongs(r, q->service))
		return general ? general : "";
	if (rule == RULE_EVIDENCE)
		return q->ground->exception->clause;
	if (rule == RULE_GROUND && q->action == GATE_COLLECT && r->collect_ground_clause)
		return r->collect_ground_clause;
	if (rule == RULE_PERMISSION && sensed_clause(r, q))
		return sensed_clause(r, q);
	if (rule == RULE_DECLARED || (rule == RULE_SHARE && q->service->category->share_clause) || !general)
		return gate_action_clause(q);
	return general;
}

const char *gate_check(const struct release *r, const struct facts *f, const struct gate_request *q,
		       const char **ret_clause)
{
	struct verdict v = gate_judge(r, f, q);

	if (v.rule == RULE_ALLOWED)
		return NULL;
	*ret_clause = gate_clause(r, q, v.rule);
	return gate_reason(v.rule);
}
