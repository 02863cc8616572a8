/* The decision itself. Everything that gate_check touches was made by model_freeze; it allocates nothing. */
#include "policy/better.h"
#include "policy/gate_internal.h"
#include <string.h>

static struct itemset both(struct itemset a, const struct itemset *b)
{
	for (size_t i = 0; i < sizeof a.bit / sizeof *a.bit; i++)
		a.bit[i] &= b->bit[i];
	return a;
}

static bool declared(const struct release *r, const struct gate_request *q)
{
	return (unsigned)q->action < GATE_ACTIONS && gate_belongs(r, q) &&
	       gate_bounds_allow(gate_bounds_of(r->bounds, q), q) && itemset_within(&q->sensed, &q->items) &&
	       itemset_within(&q->taken, &q->items);
}

/* What an older release allowed. NULL: an acceptance of it no longer counts. */
static const struct gate_bounds *earlier_bounds(const struct release *r, unsigned number,
						const struct gate_request *q)
{
	for (size_t i = 0; i < r->earlier_count; i++)
		if (r->earlier[i].number == number)
			return gate_bounds_of(r->earlier[i].bounds, q);
	return NULL;
}

/* Going on after a notice never opens a purpose that was not told when the person agreed by an express act
 * (TJ-1.1.27.a, TJ-1.1.27.b). */
static bool purpose_told(const struct release *r, const struct facts *f, const struct gate_request *q)
{
	if (f->acceptance == ACCEPT_EXPRESS || !r->purpose_express || f->express_release == 0 ||
	    f->express_release == r->number)
		return true;
	const struct gate_bounds *b = earlier_bounds(r, f->express_release, q);
	return b && b->present && (b->purposes & gate_bit(q->purpose->number));
}

static bool earlier_allows(const struct release *r, unsigned number, const struct gate_request *q)
{
	const struct gate_bounds *b = earlier_bounds(r, number, q);

	return b && gate_bounds_allow(b, q) && b->level <= gate_bounds_of(r->bounds, q)->level;
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

static enum gate_rule person_rule(const struct facts *f, const struct gate_request *q, bool own_right)
{
	if (f->status == PERSON_CANCELLED)
		return q->purpose->commercial ? RULE_ENDED : RULE_CANCELLED;
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

static bool agreed_to_this(const struct release *r, const struct facts *f)
{
	return f->acceptance == ACCEPT_EXPRESS && f->accepted_release == r->number;
}

/* Of who did not agree expressly to the release in force. Looking at an open page with nothing of one's own
 * needs no agreement; own rights need none to the newest version. */
[[gnu::cold]] static enum gate_rule acceptance_rule(const struct release *r, const struct facts *f,
						    const struct gate_request *q, bool own_right, bool strong)
{
	bool open = gate_bounds_of(r->bounds, q)->level == LEVEL_OPEN;

	if (own_right || (open && itemset_empty(&q->items) && !q->permission))
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
	return gate_bounds_of(r->bounds, q)->permissions & granted & gate_sources(q);
}

uint32_t gate_sources(const struct gate_request *q)
{
	return q->permission ? UINT32_C(1) << q->permission->number : UINT32_MAX;
}

/* Each sensed item needs one of its permissions. */
[[gnu::cold]] static enum gate_rule sensor_rule(const struct release *r, const struct facts *f,
						const struct gate_request *q, const struct itemset *sensed)
{
	uint32_t usable = gate_usable(r, f, q);

	if (q->permission && !usable)
		return RULE_PERMISSION;
	for (unsigned word = 0; word < ITEMS_MAX / 64; word++) {
		uint64_t rest = sensed->bit[word];
		for (; rest; rest &= rest - 1) {
			unsigned item = word * 64 + (unsigned)__builtin_ctzll(rest);
			if (!(r->item_permissions[item] & usable))
				return RULE_PERMISSION;
		}
	}
	return RULE_ALLOWED;
}

/* A supplier works on our behalf: what is not sensitive goes to it under the acceptance. */
static struct itemset consent_needed(const struct release *r, const struct gate_request *q,
				     const struct itemset *sensitive)
{
	if (q->action == GATE_READ)
		return (struct itemset){0};
	if (q->action == GATE_COLLECT || (r->entrusted & gate_bit(q->recipient->number)))
		return *sensitive;
	return q->items;
}

static bool consent_holds(const struct consent_fact *k, const struct gate_request *q)
{
	if (k->until_ms != 0 && k->until_ms <= q->now_ms)
		return false;
	if (q->action == GATE_COLLECT)
		return true;
	return k->recipient && (k->recipient == q->recipient || k->recipient == q->recipient->within);
}

/* Takes out of needed what the consent covers; false when that is nothing. */
static bool take_covered(struct itemset *needed, const struct itemset *consented)
{
	uint64_t covered = 0;

	for (size_t i = 0; i < sizeof needed->bit / sizeof *needed->bit; i++) {
		covered |= needed->bit[i] & consented->bit[i];
		needed->bit[i] &= ~consented->bit[i];
	}
	return covered;
}

/* Whether live consents cover all that is needed; what they do not cover stays in it. */
static bool consents_cover(const struct facts *f, const struct gate_request *q, struct itemset *needed,
			   int64_t *ret_consent_id)
{
	const struct service *wanted = q->service;
	const struct consent_fact *end = f->consents + f->consent_count;

	for (const struct consent_fact *k = f->consents; k < end; k++) {
		if (k->service != wanted || !consent_holds(k, q))
			continue;
		if (take_covered(needed, &k->items) && *ret_consent_id == 0)
			*ret_consent_id = k->consent_id;
		if (itemset_empty(needed))
			return true;
	}
	return false;
}

bool gate_consented(const struct facts *f, const struct gate_request *q, int64_t *ret_consent_id)
{
	struct itemset needed = q->items;

	return consents_cover(f, q, &needed, ret_consent_id);
}

static bool second_check_missing(const struct release *r, const struct facts *f, const struct gate_request *q,
				 const struct itemset *sensitive)
{
	bool in_clear = q->action == GATE_READ && !q->masked && q->purpose != r->show_masked;

	return in_clear && !q->staff && !itemset_empty(sensitive) && f->second_check_until_ms <= q->now_ms;
}

/* The rules that a person's own consent must pass. */
static enum gate_rule consent_rule(const struct release *r, const struct facts *f,
				   const struct gate_request *q, struct verdict *v)
{
	if (!declared(r, q))
		return RULE_DECLARED;
	const struct gate_bounds *b = gate_bounds_of(r->bounds, q);
	bool own_right = b->rights && !q->staff;
	struct itemset sensitive = sensitive_of(r, f, q), sensed = gate_sensed(r, q);
	bool by_sensor = q->permission || !itemset_empty(&sensed);
	bool strong = by_sensor || q->action == GATE_SHARE || !itemset_empty(&sensitive);
	enum gate_rule rule;

	if (q->action == GATE_SHARE && (rule = gate_recipient_rule(r, f, q)))
		return rule;
	if ((rule = person_rule(f, q, own_right)) || (rule = level_rule(b, f)))
		return rule;
	if (!agreed_to_this(r, f) && (rule = acceptance_rule(r, f, q, own_right, strong)))
		return rule;
	if (by_sensor && (rule = sensor_rule(r, f, q, &sensed)))
		return rule;
	v->missing = consent_needed(r, q, &sensitive);
	if (q->action == GATE_SHARE && !itemset_empty(&q->volunteered))
		v->missing = itemset_less(v->missing, gate_volunteered(r, f, q));
	if (!itemset_empty(&v->missing) && !consents_cover(f, q, &v->missing, &v->consent_id)) {
		if (f->child)
			return RULE_GUARDIAN;
		return q->action == GATE_SHARE ? RULE_SHARE : RULE_SENSITIVE;
	}
	return second_check_missing(r, f, q, &sensitive) ? RULE_SECOND_CHECK : RULE_ALLOWED;
}

static enum gate_rule rule_of(const struct release *r, const struct facts *f, const struct gate_request *q,
			      struct verdict *v)
{
	if (q->ground)
		return ground_judge(r, f, q, v);
	if (gate_abroad(r, q) && gate_belongs(r, q))
		return RULE_BORDER;
	return consent_rule(r, f, q, v);
}

enum gate_rule gate_judge(const struct release *r, const struct facts *f, const struct gate_request *q,
			  struct verdict *ret)
{
	*ret = (struct verdict){0};
	return rule_of(r, f, q, ret);
}

const char *gate_reason(enum gate_rule rule)
{
	static const char *const reasons[RULE_COUNT] = {
		[RULE_DECLARED] = "not_declared",
		[RULE_PARTNER] = "not_declared",
		[RULE_PAPER + PAPER_AGREEMENT] = "not_declared",
		[RULE_PAPER + PAPER_UNDERTAKING] = "not_declared",
		[RULE_PAPER + PAPER_ADMISSION] = "not_declared",
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
		[RULE_MINOR] = "guardian_required",
		[RULE_ENDED] = "gone",
		[RULE_CHILD] = "not_declared",
		[RULE_MINOR_EVIDENCE] = "invalid_input",
	};

	return reasons[rule];
}

const char *gate_action_clause(const struct release *r, const struct gate_request *q)
{
	return (unsigned)q->action < GATE_ACTIONS ? gate_bounds_of(r->bounds, q)->clause : q->service->clause;
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

	if (!gate_service_belongs(r, q->service))
		return general ? general : "";
	const char *stopped = rule == RULE_DECLARED ? void_clause(r, q) : NULL;
	if (rule == RULE_DECLARED)
		return stopped ? stopped : gate_action_clause(r, q);
	if (rule == RULE_EVIDENCE)
		return q->ground->exception->clause;
	if (rule == RULE_MINOR_EVIDENCE)
		return q->ground->minor->clause;
	if (rule == RULE_GROUND && q->action == GATE_COLLECT && r->collect_ground_clause)
		return r->collect_ground_clause;
	if (rule == RULE_PERMISSION && sensed_clause(r, q))
		return sensed_clause(r, q);
	bool action_says = rule == RULE_SHARE && q->service->category->share_clause;
	return general && !action_says ? general : gate_action_clause(r, q);
}

const char *gate_check(const struct release *r, const struct facts *f, const struct gate_request *q,
		       const char **ret_clause)
{
	struct verdict v = {0};
	enum gate_rule rule = rule_of(r, f, q, &v);

	if (rule == RULE_ALLOWED)
		return NULL;
	*ret_clause = gate_clause(r, q, rule);
	return gate_reason(rule);
}
