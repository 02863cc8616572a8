/* The gate against an oracle: random releases are written as YAML, loaded, and asked random questions; the
 * oracle answers from the plain tables that the YAML was written from, rule by rule, without a bitset. */
#include "policy/gate.h"
#include "policy/policy_test_support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum {
	ITEMS = 70,
	PURPOSES = 4,
	RECIPIENTS = 5,
	PERMISSIONS = 3,
	CATEGORIES = 4,
	SERVICES = 8,
	CONSENTS = 3
};

struct world {
	bool sensitive[ITEMS];
	bool opens[PERMISSIONS][ITEMS];
	int within[RECIPIENTS]; /* -1: none */
	bool supplier[RECIPIENTS];
	struct {
		bool internal, collect[ITEMS], share[ITEMS], read[ITEMS];
		bool purpose[PURPOSES], recipient[RECIPIENTS], permission[PERMISSIONS];
	} category[CATEGORIES];
	struct {
		int category, level, purpose, recipient; /* recipient -1: none */
		bool field[ITEMS], shared[ITEMS], result[ITEMS], reads[ITEMS], rights;
	} service[SERVICES];
	bool weak_counts;
};

static uint32_t seed;

static unsigned dice(unsigned sides)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % sides;
}

/* ---- a random world, as tables ---- */

static void random_subset(bool *ret, const bool *of, unsigned one_in)
{
	for (int i = 0; i < ITEMS; i++)
		ret[i] = (!of || of[i]) && dice(one_in) == 0;
}

static void make_category(struct world *w, int k)
{
	bool any = false;

	w->category[k].internal = k == CATEGORIES - 1;
	random_subset(w->category[k].collect, NULL, 3);
	for (int t = 0; t < RECIPIENTS; t++)
		any |= w->category[k].recipient[t] = dice(2);
	if (any)
		random_subset(w->category[k].share, NULL, 3);
	if (w->category[k].internal)
		random_subset(w->category[k].read, NULL, 2);
	w->category[k].purpose[dice(PURPOSES)] = true;
	w->category[k].purpose[dice(PURPOSES)] = true;
	for (int p = 0; p < PERMISSIONS; p++)
		w->category[k].permission[p] = dice(2);
}

static int pick(const bool *from, int count)
{
	int i;

	do
		i = (int)dice((unsigned)count);
	while (!from[i]);
	return i;
}

static bool guarded(const struct world *w, int i)
{
	for (int p = 0; p < PERMISSIONS; p++)
		if (w->opens[p][i])
			return true;
	return false;
}

static bool opened_in(const struct world *w, int category, int i)
{
	for (int p = 0; p < PERMISSIONS; p++)
		if (w->opens[p][i] && w->category[category].permission[p])
			return true;
	return false;
}

static void make_service(struct world *w, int s)
{
	int k = (int)dice(CATEGORIES);
	bool any = false;

	w->service[s].category = k;
	w->service[s].level = (int)dice(4);
	w->service[s].purpose = pick(w->category[k].purpose, PURPOSES);
	random_subset(w->service[s].field, w->category[k].collect, 2);
	for (int i = 0; i < ITEMS; i++) /* the loader refuses a sensor's item where no permission opens it */
		w->service[s].field[i] &= !guarded(w, i) || opened_in(w, k, i);
	random_subset(w->service[s].shared, w->category[k].share, 2);
	random_subset(w->service[s].result, NULL, 8);
	random_subset(w->service[s].reads, w->category[k].read, 2);
	w->service[s].rights = dice(4) == 0;
	for (int t = 0; t < RECIPIENTS; t++)
		any |= w->category[k].recipient[t];
	w->service[s].recipient = any ? pick(w->category[k].recipient, RECIPIENTS) : -1;
}

static void make_world(struct world *w)
{
	*w = (struct world){.weak_counts = dice(2)};
	random_subset(w->sensitive, NULL, 2);
	for (int p = 0; p < PERMISSIONS; p++)
		random_subset(w->opens[p], NULL, 10);
	for (int t = 0; t < RECIPIENTS; t++) {
		w->within[t] = t > 0 && dice(3) == 0 ? (int)dice((unsigned)t) : -1;
		w->supplier[t] = dice(3) == 0;
	}
	for (int k = 0; k < CATEGORIES; k++)
		make_category(w, k);
	for (int s = 0; s < SERVICES; s++)
		make_service(w, s);
}

/* ---- the same as YAML ---- */

static void put_list(struct buf *out, const char *prefix, const bool *set, int count)
{
	bool first = true;

	buf_add_text(out, "[");
	for (int i = 0; i < count; i++) {
		if (!set[i])
			continue;
		buf_printf(out, "%s%s%d", first ? "" : ", ", prefix, i);
		first = false;
	}
	buf_add_text(out, "]");
}

static void put_items(struct buf *out, const struct world *w)
{
	buf_add_text(out, "items:\n");
	for (int i = 0; i < ITEMS; i++)
		buf_printf(
			out,
			"  - {key: i%d, name: 项, kind: basic, sensitive: %s, validator: text, mask: all}\n",
			i, w->sensitive[i] ? "true" : "false");
}

static void put_rule(struct buf *out, const char *name, const bool *set)
{
	buf_printf(out, "    %s: {items: ", name);
	put_list(out, "i", set, ITEMS);
	buf_add_text(out, ", clause: TJ-1.1}\n");
}

static void put_category(struct buf *out, const struct world *w, int k)
{
	buf_printf(out, "  - key: c%d\n    name: 类%d\n    kind: %s\n", k, k,
		   w->category[k].internal ? "internal" : "service");
	put_rule(out, "collect", w->category[k].collect);
	put_rule(out, "share", w->category[k].share);
	if (w->category[k].internal)
		put_rule(out, "read", w->category[k].read);
	buf_add_text(out, "    purposes: ");
	put_list(out, "p", w->category[k].purpose, PURPOSES);
	buf_add_text(out, "\n    recipients: ");
	put_list(out, "t", w->category[k].recipient, RECIPIENTS);
	buf_add_text(out, "\n    permissions: ");
	put_list(out, "m", w->category[k].permission, PERMISSIONS);
	buf_add_text(out, "\n    retention: {rule: 随账号, days: 0}\n");
}

static void put_policy(struct buf *out, const struct world *w)
{
	buf_add_text(out, "version: \"1\"\neffective: 2026-01-01\nupdated: 2026-01-01\npurposes:\n");
	for (int p = 0; p < PURPOSES; p++)
		buf_printf(out, "  - {key: p%d, name: 目的%d, clause: TJ-1.1}\n", p, p);
	buf_add_text(out, "recipients:\n");
	for (int t = 0; t < RECIPIENTS; t++) {
		buf_printf(out,
			   "  - {key: t%d, name: 方%d, kind: %s, region: CN, contact: 1, basis: 法, clause: "
			   "TJ-1.1",
			   t, t, w->supplier[t] ? "supplier" : "organ");
		if (w->within[t] >= 0)
			buf_printf(out, ", within: t%d", w->within[t]);
		buf_add_text(out, "}\n");
	}
	buf_add_text(out, "permissions:\n");
	for (int p = 0; p < PERMISSIONS; p++) {
		buf_printf(out,
			   "  - {key: m%d, name: 权限%d, why: 用, clause: TJ-1.1, platforms: all, items: ", p,
			   p);
		put_list(out, "i", w->opens[p], ITEMS);
		buf_add_text(out, "}\n");
	}
	buf_add_text(out, "categories:\n");
	for (int k = 0; k < CATEGORIES; k++)
		put_category(out, w, k);
	buf_add_text(out, "chapters: [{key: a, title: 一, sections: [{paragraphs: [文]}]}]\n");
}

static void put_service(struct buf *out, const struct world *w, int s)
{
	static const char *const levels[] = {"open", "login", "phone", "realname"};
	int k = w->service[s].category;

	buf_printf(out,
		   "  - {key: s%d, name: 事%d, category: c%d, shape: %s, level: %s, purpose: p%d, clause: "
		   "TJ-1.1",
		   s, s, k, w->category[k].internal ? "internal" : "query", levels[w->service[s].level],
		   w->service[s].purpose);
	buf_add_text(out, ", fields: [");
	bool first = true;
	for (int i = 0; i < ITEMS; i++) {
		if (w->service[s].field[i])
			buf_printf(out, "%s{item: i%d}", first ? "" : ", ", i);
		first &= !w->service[s].field[i];
	}
	buf_add_text(out, "], shared: ");
	put_list(out, "i", w->service[s].shared, ITEMS);
	buf_add_text(out, ", result: ");
	put_list(out, "i", w->service[s].result, ITEMS);
	buf_add_text(out, ", reads: ");
	put_list(out, "i", w->service[s].reads, ITEMS);
	if (w->service[s].recipient >= 0)
		buf_printf(out, ", recipient: t%d", w->service[s].recipient);
	buf_add_text(out, "}\n");
}

static void put_city(struct buf *out, const struct world *w)
{
	bool rights[SERVICES];

	for (int s = 0; s < SERVICES; s++)
		rights[s] = w->service[s].rights;
	buf_printf(out,
		   "key: testing\nname: 试\ncity_name: 市\ncontroller: 心\ncontact: {hotlines: [\"1\"]}\n"
		   "consent: {continue: %s}\ngate: {rights: ",
		   w->weak_counts ? "true" : "false");
	put_list(out, "s", rights, SERVICES);
	buf_add_text(out, "}\n");
}

/* ---- questions ---- */

struct question {
	int action, service, purpose, recipient; /* recipient -1: none */
	bool item[ITEMS], sensed[ITEMS], staff, masked;
	bool login, phone, minor, guardian, child;
	int status, realname, acceptance, accepted;
	bool second_check, permission[PERMISSIONS];
	struct {
		int service, recipient, until; /* until: 0 none, 1 over, 2 to come */
		bool item[ITEMS];
	} consent[CONSENTS];
};

static void make_consents(struct question *a)
{
	for (int i = 0; i < CONSENTS; i++) {
		a->consent[i].service = dice(3) ? a->service : (int)dice(SERVICES);
		a->consent[i].recipient = dice(3) ? a->recipient : (int)dice(RECIPIENTS + 1) - 1;
		a->consent[i].until = (int)dice(3);
		random_subset(a->consent[i].item, dice(2) ? NULL : a->item, dice(4) ? 1 : 2);
	}
}

/* Mostly well-formed, so that the later rules are reached. */
static void make_question(const struct world *w, struct question *a)
{
	*a = (struct question){.action = (int)dice(3), .service = (int)dice(SERVICES), .recipient = -1};
	const bool *base = a->action == 1   ? w->service[a->service].reads
			   : a->action == 2 ? w->service[a->service].shared
					    : w->service[a->service].field;

	a->purpose = dice(8) ? w->service[a->service].purpose : (int)dice(PURPOSES);
	if (a->action == 2)
		a->recipient = dice(4) ? w->service[a->service].recipient : (int)dice(RECIPIENTS);
	random_subset(a->item, dice(8) ? base : NULL, dice(2) ? 4 : 20);
	if (dice(3) == 0)
		random_subset(a->sensed, dice(8) ? a->item : NULL, 3);
	a->staff = dice(4) == 0;
	a->masked = dice(4) == 0;
	a->login = dice(8) != 0;
	a->phone = dice(8) != 0;
	a->minor = dice(5) == 0;
	a->guardian = dice(2);
	a->child = a->minor && dice(2);
	a->status = dice(8) ? 0 : (int)dice(3);
	a->realname = (int)dice(3);
	a->acceptance = dice(2) ? 3 : (int)dice(4);
	a->accepted = dice(8) ? 1 : (int)dice(3);
	a->second_check = dice(2);
	for (int p = 0; p < PERMISSIONS; p++)
		a->permission[p] = dice(2);
	make_consents(a);
}

/* ---- the oracle ---- */

static bool item_declared(const struct world *w, const struct question *a, int i)
{
	int s = a->service, k = w->service[s].category;

	switch (a->action) {
	case 0:
		return w->service[s].field[i] && w->category[k].collect[i];
	case 2:
		return w->service[s].shared[i] && w->category[k].share[i];
	default:
		return w->service[s].field[i] || w->service[s].shared[i] || w->service[s].result[i] ||
		       w->service[s].reads[i];
	}
}

static bool is_declared(const struct world *w, const struct question *a)
{
	int k = w->service[a->service].category;

	if (!w->category[k].purpose[a->purpose])
		return false;
	if (a->action == 2 && (a->recipient < 0 || !w->category[k].recipient[a->recipient]))
		return false;
	for (int i = 0; i < ITEMS; i++)
		if ((a->item[i] && !item_declared(w, a, i)) || (a->sensed[i] && !a->item[i]))
			return false;
	return true;
}

static bool is_sensitive(const struct world *w, const struct question *a, int i)
{
	return a->item[i] && (w->sensitive[i] || a->minor);
}

static bool consent_covers(const struct world *w, const struct question *a, int i)
{
	for (int n = 0; n < CONSENTS; n++) {
		int to = a->consent[n].recipient;
		bool receives =
			a->action == 0 || (to >= 0 && (to == a->recipient || to == w->within[a->recipient]));
		if (a->consent[n].service == a->service && a->consent[n].until != 1 && receives &&
		    a->consent[n].item[i])
			return true;
	}
	return false;
}

/* Taken, or said to come from a sensor: an item that a permission opens has no other source. */
static bool from_sensor(const struct world *w, const struct question *a, int i)
{
	return a->sensed[i] || (a->action == 0 && a->item[i] && guarded(w, i));
}

static bool sensor_open(const struct world *w, const struct question *a, int i)
{
	int k = w->service[a->service].category;

	for (int p = 0; p < PERMISSIONS; p++)
		if (w->opens[p][i] && w->category[k].permission[p] && a->permission[p])
			return true;
	return false;
}

static const char *level_answer(const struct world *w, const struct question *a)
{
	int level = w->service[a->service].level;

	if (level > 0 && !a->login)
		return "login_required";
	if (level == 2 && !a->phone)
		return "permission_required";
	return level == 3 && a->realname == 0 ? "realname_required" : NULL;
}

static const char *acceptance_answer(const struct world *w, const struct question *a, bool right)
{
	bool any = false, strong = a->action == 2;

	for (int i = 0; i < ITEMS; i++) {
		any |= a->item[i];
		strong |= is_sensitive(w, a, i) || from_sensor(w, a, i);
	}
	if (right || (w->service[a->service].level == 0 && !any))
		return NULL;
	if (a->acceptance == 0 || a->accepted != 1 || (a->acceptance < 3 && !w->weak_counts))
		return "consent_required";
	return strong && a->acceptance < 3 ? "consent_required" : NULL;
}

static const char *oracle(const struct world *w, const struct question *a)
{
	bool right = w->service[a->service].rights && a->action == 1 && !a->staff;
	const char *answer;

	if (!is_declared(w, a))
		return "not_declared";
	if (a->status != 0)
		return a->status == 1 ? "locked" : "gone";
	if (a->minor && !a->guardian && !right)
		return "guardian_required";
	if ((answer = level_answer(w, a)) || (answer = acceptance_answer(w, a, right)))
		return answer;
	for (int i = 0; i < ITEMS; i++)
		if (from_sensor(w, a, i) && !sensor_open(w, a, i))
			return "permission_required";
	for (int i = 0; i < ITEMS && a->action != 1; i++) {
		bool needs =
			is_sensitive(w, a, i) || (a->item[i] && a->action == 2 && !w->supplier[a->recipient]);
		if (needs && !consent_covers(w, a, i))
			return a->child ? "guardian_required" : "consent_required";
	}
	for (int i = 0; i < ITEMS; i++)
		if (a->action == 1 && !a->masked && !a->staff && !a->second_check && is_sensitive(w, a, i))
			return "second_check_required";
	return NULL;
}

/* ---- both, compared ---- */

static struct itemset set_of(const struct release *r, const bool *items)
{
	struct itemset set = {0};
	char key[16];

	for (int i = 0; i < ITEMS; i++) {
		snprintf(key, sizeof key, "i%d", i);
		if (items[i])
			itemset_add(&set, release_item(r, key)->number);
	}
	return set;
}

static const char *gate(const struct release *r, const struct question *a)
{
	static const enum gate_action actions[] = {GATE_COLLECT, GATE_READ, GATE_SHARE};
	struct consent_fact consents[CONSENTS];
	struct facts f = {.subject_id = a->login ? 9 : 0,
			  .status = (enum person_status)a->status,
			  .minor = a->minor,
			  .guardian_agreed = a->guardian,
			  .child = a->child,
			  .phone_bound = a->phone,
			  .realname_level = a->realname,
			  .second_check_until_ms = a->second_check ? 11 : 10,
			  .accepted_release = (unsigned)a->accepted,
			  .acceptance = (enum acceptance_kind)a->acceptance,
			  .consents = consents,
			  .consent_count = CONSENTS};
	struct gate_request q = {.action = actions[a->action],
				 .items = set_of(r, a->item),
				 .sensed = set_of(r, a->sensed),
				 .masked = a->masked,
				 .staff = a->staff,
				 .now_ms = 10};
	const char *clause = NULL;

	q.service = release_service_at(r, (unsigned)a->service);
	q.purpose = release_purpose_at(r, (unsigned)a->purpose);
	q.recipient = a->recipient < 0 ? NULL : release_recipient_at(r, (unsigned)a->recipient);
	for (int p = 0; p < PERMISSIONS; p++)
		f.permissions |= a->permission[p] ? UINT32_C(1) << p : 0;
	for (int n = 0; n < CONSENTS; n++)
		consents[n] = (struct consent_fact){
			n + 1, release_service_at(r, (unsigned)a->consent[n].service),
			a->consent[n].recipient < 0
				? NULL
				: release_recipient_at(r, (unsigned)a->consent[n].recipient),
			set_of(r, a->consent[n].item),
			a->consent[n].until == 0 ? 0 : 9 + a->consent[n].until};
	const char *reason = gate_check(r, &f, &q, &clause);
	if (reason)
		assert_non_null(clause);
	return reason;
}

static struct release *release_of(struct test_city *t, const struct world *w)
{
	struct buf parts[4];
	static const char *const names[] = {"items", "city", "policy", "services"};
	const char *texts[4];

	for (int i = 0; i < 4; i++)
		buf_init(&parts[i], 1024 * 1024);
	put_items(&parts[0], w);
	put_city(&parts[1], w);
	put_policy(&parts[2], w);
	buf_add_text(&parts[3], "services:\n");
	for (int s = 0; s < SERVICES; s++)
		put_service(&parts[3], w, s);
	for (int i = 0; i < 4; i++)
		texts[i] = parts[i].data;
	test_city_load_all(t, names, texts, 4);
	for (int i = 0; i < 4; i++)
		buf_release(&parts[i]);
	if (!t->release)
		fail_msg("%s", buf_slice(&t->complaints).p);
	return t->release;
}

static void compare(const struct world *w, const struct release *r, const struct question *a,
		    int *ret_allowed)
{
	const char *expected = oracle(w, a), *got = gate(r, a);

	*ret_allowed += expected == NULL;
	if ((expected == NULL) != (got == NULL) || (expected && strcmp(expected, got) != 0))
		fail_msg("action %d of s%d: the oracle says %s, the gate %s", a->action, a->service,
			 expected ? expected : "allowed", got ? got : "allowed");
}

static void the_gate_decides_as_the_oracle_does(void **state)
{
	static struct world w;
	static struct question a;
	int allowed = 0, asked = 0;

	(void)state;
	for (seed = 1; asked < 20 * 3000;) {
		struct test_city t;
		make_world(&w);
		const struct release *r = release_of(&t, &w);
		for (int i = 0; i < 3000; i++, asked++) {
			make_question(&w, &a);
			compare(&w, r, &a, &allowed);
		}
		test_city_release(&t);
	}
	/* Both answers must be common, or the comparison shows little. */
	assert_in_range(allowed, asked / 20, asked - asked / 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_gate_decides_as_the_oracle_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
