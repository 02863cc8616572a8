/* Without consent: every ground of both cities, in every context, with everything given and with each thing
 * missing. What a city's list does not hold is refused, whatever is given. */
#include "crypto/crypto.h"
#include "policy/gate.h"
#include "policy/policy_test_support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { NOW = 1000000, CONTEXTS = EXCEPTION_CONTEXTS };

/* A person who agreed to nothing, and an officer's request about that person. */
struct fixture {
	struct ctx c;
	struct buf complaints;
	const struct release *r;
	struct facts f;
	struct gate_ground g;
	struct gate_request q;
	const char *clause;
};

static void load(struct fixture *x, const char *city)
{
	struct release *r = NULL;

	*x = (struct fixture){.c = {.arena = arena_new(64 << 20)}};
	buf_init(&x->complaints, 4096);
	assert_false(failed(release_load(&x->c, test_cities(TB_SOURCE_DIR), city, &x->complaints, &r)));
	x->r = r;
	x->f = (struct facts){.subject_id = 7, .epoch = 3, .minor = true};
	memset(x->f.papers, 0xff, sizeof x->f.papers); /* every recipient has signed */
}

static void drop(struct fixture *x)
{
	release_drop(x->r);
	buf_release(&x->complaints);
	arena_free(x->c.arena);
}

/* A service whose recipient gets something that it also takes. */
static const struct service *sharing_service(const struct release *r, unsigned *ret_item)
{
	for (unsigned i = 0; i < release_service_count(r); i++) {
		const struct service *s = release_service_at(r, i);
		for (unsigned n = 0; s->recipient && n < release_item_count(r); n++)
			if (itemset_has(&s->items, n) && itemset_has(&s->shared, n) &&
			    release_item_at(r, n)->sensitive) {
				*ret_item = n;
				return s;
			}
	}
	fail();
	return NULL;
}

static void ask(struct fixture *x, const struct exception *e, enum exception_context where)
{
	unsigned item = 0;
	const struct service *s = sharing_service(x->r, &item);
	bool inside = where == EXCEPTION_KEEP || where == EXCEPTION_USE;
	enum gate_action action = where == EXCEPTION_COLLECT ? GATE_COLLECT : inside ? GATE_READ : GATE_SHARE;
	bool leaves = action == GATE_SHARE && where != EXCEPTION_PUBLISH;

	x->g = (struct gate_ground){.exception = e, .where = where, .given = e->needs, .use_id = 9};
	x->g.minor = release_exception(x->r, "minor_law"); /* Nantong lists none */
	x->g.minor_given = x->g.minor ? x->g.minor->needs : 0;
	x->q = (struct gate_request){.action = action,
				     .service = s,
				     .purpose = s->purpose,
				     .recipient = leaves ? s->recipient : NULL,
				     .staff = true,
				     .now_ms = NOW,
				     .ground = &x->g};
	itemset_add(&x->q.items, item);
	x->g.scope_items = x->q.items;
	x->g.scope_recipient = x->q.recipient;
}

static const char *check(struct fixture *x)
{
	x->clause = NULL;
	return gate_check(x->r, &x->f, &x->q, &x->clause);
}

static bool act_of_the_gate(enum exception_context where)
{
	return where != EXCEPTION_REFUSE_REQUEST && where != EXCEPTION_ACCESS && where != EXCEPTION_MINOR;
}

/* A ground for the transfer to, or for sending abroad to, a holder whom the person consented to. */
static bool rests_on_consent(const struct fixture *x)
{
	return exception_needs(x->g.exception, NEED_CONSENT) && x->q.recipient;
}

static void each_missing_need_refuses(struct fixture *x)
{
	const struct exception *e = x->g.exception;

	for (int need = 0; need < NEED_COUNT; need++) {
		struct permit *p = NULL;
		if (!exception_needs(e, (enum exception_need)need))
			continue;
		x->g.given = e->needs & ~(1U << need);
		assert_string_equal(check(x), "invalid_input");
		assert_string_equal(x->clause, e->clause);
		failure_clear(&x->c);
		assert_int_equal(gate_decide(&x->c, x->r, &x->f, &x->q, &p).code, ERR_INVALID);
		assert_null(p);
		assert_int_equal(x->c.failure.field_count, 1);
		assert_string_equal(x->c.failure.fields[0].field,
				    exception_need_field((enum exception_need)need));
	}
	x->g.given = e->needs;
}

/* TJ-1.3.0, TJ-1.3.1, TJ-1.3.2, TJ-1.3.3, TJ-1.3.4, TJ-1.3.5, TJ-1.3.6, TJ-1.3.7, TJ-1.3.8, TJ-1.3.9,
 * TJ-2.1.2.a, TJ-2.1.2.b, TJ-2.1.2.c, TJ-2.1.3, TJ-2.2.1, TJ-2.2.2, TJ-2.4.0, TJ-2.4.1, TJ-2.4.2, TJ-2.4.3,
 * TJ-2.4.4, TJ-2.4.5, TJ-2.4.6, TJ-2.4.7, NT-2.1.0.d, NT-2.2.1, NT-2.2.2, NT-2.4.0, NT-2.4.1, NT-2.4.2,
 * NT-2.4.3, NT-2.4.4, NT-2.4.5, NT-2.4.6, NT-2.4.7, NT-2.4.8: allowed exactly where listed with everything
 * given; each thing that is missing refuses. */
static unsigned walk(const char *city)
{
	struct fixture x;

	load(&x, city);
	unsigned count = release_exception_count(x.r);
	for (unsigned i = 0; i < count; i++)
		for (int where = 0; where < CONTEXTS; where++) {
			const struct exception *e = release_exception_at(x.r, i);
			ask(&x, e, (enum exception_context)where);
			const char *reason = check(&x);
			if (!exception_holds(e, x.g.where) || !act_of_the_gate(x.g.where)) {
				assert_string_equal(reason, "not_declared");
				continue;
			}
			if (rests_on_consent(&x))
				assert_string_equal(reason, "consent_required");
			else
				assert_null(reason);
			each_missing_need_refuses(&x);
		}
	drop(&x);
	return count;
}

static void every_ground_holds_where_it_is_listed_and_with_all_it_needs(void **state)
{
	(void)state;
	assert_int_equal(walk("tianjin") + walk("nantong"), 72);
}

/* TJ-1.3.0: nine grounds for collecting there; NT-2.4.0: none in the other city, eight for providing. */
static void each_city_has_its_own_number_of_grounds(void **state)
{
	static const struct {
		const char *city;
		unsigned by[CONTEXTS];
	} expected[] = {
		{"tianjin", {[EXCEPTION_COLLECT] = 9, [EXCEPTION_REFUSE_REQUEST] = 11, [EXCEPTION_USE] = 1}},
		{"nantong", {[EXCEPTION_COLLECT] = 0, [EXCEPTION_REFUSE_REQUEST] = 7}}};

	(void)state;
	for (size_t k = 0; k < sizeof expected / sizeof *expected; k++) {
		struct fixture x;
		unsigned by[CONTEXTS] = {0}, everywhere = 0;
		load(&x, expected[k].city);
		for (unsigned i = 0; i < release_exception_count(x.r); i++) {
			const struct exception *e = release_exception_at(x.r, i);
			const uint32_t provide =
				1U << EXCEPTION_SHARE | 1U << EXCEPTION_TRANSFER | 1U << EXCEPTION_PUBLISH;
			everywhere += e->contexts == provide;
			for (int where = 0; where < CONTEXTS; where++)
				by[where] += exception_holds(e, (enum exception_context)where);
		}
		assert_int_equal(by[EXCEPTION_COLLECT], expected[k].by[EXCEPTION_COLLECT]);
		assert_int_equal(by[EXCEPTION_REFUSE_REQUEST], expected[k].by[EXCEPTION_REFUSE_REQUEST]);
		assert_int_equal(by[EXCEPTION_USE], expected[k].by[EXCEPTION_USE]);
		assert_int_equal(everywhere, k == 0 ? 7 : 8);
		drop(&x);
	}
}

static const struct exception *ground(const struct fixture *x, const char *key)
{
	const struct exception *e = release_exception(x->r, key);

	assert_non_null(e);
	return e;
}

/* TJ-2.4.0, NT-2.4.0: a scope that ended, or names other items or another recipient, opens nothing. */
static void the_scope_bounds_what_is_opened(void **state)
{
	static const char *const cities[] = {"tianjin", "nantong"};

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct fixture x;
		load(&x, cities[k]);
		const struct exception *e = ground(&x, "provide_criminal_justice");
		ask(&x, e, EXCEPTION_SHARE);
		x.g.scope_until_ms = NOW + 1;
		assert_null(check(&x));
		x.g.scope_until_ms = NOW;
		assert_string_equal(check(&x), "not_declared");
		ask(&x, e, EXCEPTION_SHARE);
		x.g.scope_items = (struct itemset){0};
		assert_string_equal(check(&x), "not_declared");
		ask(&x, e, EXCEPTION_SHARE);
		x.g.scope_recipient = NULL;
		assert_string_equal(check(&x), "not_declared");
		/* beyond what the service shares, but named by the scope */
		ask(&x, e, EXCEPTION_SHARE);
		for (unsigned n = 0; n < release_item_count(x.r); n++)
			itemset_add(&x.q.items, n);
		x.g.scope_items = x.q.items;
		assert_null(check(&x));
		/* a ground that has no scope stays within the service */
		e = ground(&x, k == 0 ? "share_matter" : "provide_contract");
		struct itemset beyond = x.q.items;
		ask(&x, e, EXCEPTION_SHARE);
		assert_null(check(&x));
		x.q.items = x.g.scope_items = beyond;
		assert_string_equal(check(&x), "not_declared");
		drop(&x);
	}
}

/* Only a ground with a duty of secrecy lets the person be told later, and the permit says until when. */
static void only_a_secret_ground_may_be_told_later(void **state)
{
	struct fixture x;
	struct permit *p = NULL;

	(void)state;
	load(&x, "nantong");
	ask(&x, ground(&x, "provide_public_interest"), EXCEPTION_SHARE);
	x.g.deferred_until_ms = NOW + 5;
	assert_string_equal(check(&x), "not_declared");
	ask(&x, ground(&x, "provide_criminal_justice"), EXCEPTION_SHARE);
	x.g.deferred_until_ms = NOW + 5;
	assert_false(failed(gate_decide(&x.c, x.r, &x.f, &x.q, &p)));
	assert_int_equal(permit_deferred_until(p), NOW + 5);
	assert_int_equal(permit_use_id(p), 9);
	assert_string_equal(permit_basis(p), "exception:provide_criminal_justice");
	assert_string_equal(permit_clause(p), "NT-2.4.3");
	drop(&x);
}

/* A cancelled person's data may only be looked at as long as the law keeps them (TJ-4.2.1.f). */
static void after_the_end_only_keeping_is_left(void **state)
{
	struct fixture x;

	(void)state;
	load(&x, "tianjin");
	x.f.status = PERSON_CANCELLED;
	ask(&x, ground(&x, "provide_criminal_justice"), EXCEPTION_SHARE);
	assert_string_equal(check(&x), "gone");
	ask(&x, ground(&x, "keep_query"), EXCEPTION_KEEP);
	assert_null(check(&x));
	/* nobody in particular is nobody to open anything about */
	x.f = (struct facts){0};
	assert_string_equal(check(&x), "login_required");
	drop(&x);
}

/* TJ-2.2.1, NT-2.2.1: the transfer to a holder needs the person's own consent to that holder. */
static void a_ground_of_consent_needs_the_consent(void **state)
{
	static const char *const cities[] = {"tianjin", "nantong"};

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct fixture x;
		load(&x, cities[k]);
		ask(&x, ground(&x, "transfer_consent"), EXCEPTION_TRANSFER);
		assert_string_equal(check(&x), "consent_required");
		struct consent_fact yes = {5, x.q.service, x.q.recipient, x.q.items, 0};
		x.f.consents = &yes;
		x.f.consent_count = 1;
		assert_null(check(&x));
		yes.until_ms = NOW;
		assert_string_equal(check(&x), "consent_required");
		drop(&x);
	}
}

/* TJ-6.3.a: beside its ground, a minor's item needs one of three bases of the city's list, with what the
 * basis needs; the guardian's yes counts while the guardian agrees to the account. An adult's needs none, and
 * in Nantong nobody's does. */
static void a_minors_item_is_used_on_one_of_three_bases(void **state)
{
	static const char *const bases[] = {"minor_law", "minor_guardian", "minor_protection"};
	static const enum exception_context uses[] = {EXCEPTION_SHARE, EXCEPTION_TRANSFER, EXCEPTION_PUBLISH,
						      EXCEPTION_USE};
	struct fixture x;

	(void)state;
	load(&x, "tianjin");
	x.f.guardian_agreed = true;
	for (size_t k = 0; k < sizeof uses / sizeof *uses; k++) {
		ask(&x, ground(&x, uses[k] == EXCEPTION_USE ? "other_use" : "provide_public_interest"),
		    uses[k]);
		x.g.minor = NULL;
		assert_string_equal(check(&x), "guardian_required");
		assert_string_equal(x.clause, "TJ-6.3.a");
		x.g.minor = x.g.exception; /* a ground, and no basis */
		x.g.minor_given = UINT32_MAX;
		assert_string_equal(check(&x), "guardian_required");
		for (size_t b = 0; b < sizeof bases / sizeof *bases; b++) {
			x.g.minor = ground(&x, bases[b]);
			x.g.minor_given = x.g.minor->needs;
			assert_null(check(&x));
			for (int need = 0; need < NEED_COUNT; need++) {
				if (!exception_needs(x.g.minor, (enum exception_need)need))
					continue;
				x.g.minor_given = x.g.minor->needs & ~(1U << need);
				assert_string_equal(check(&x), "invalid_input");
				assert_string_equal(x.clause, "TJ-6.3.a");
			}
		}
		x.g.minor = NULL;
		x.f.minor = false;
		assert_null(check(&x));
		x.f.minor = true;
	}
	ask(&x, ground(&x, "provide_public_interest"), EXCEPTION_SHARE);
	x.g.minor = ground(&x, "minor_guardian");
	x.g.minor_given = x.g.minor->needs;
	x.f.guardian_agreed = false;
	assert_string_equal(check(&x), "guardian_required");
	drop(&x);
	load(&x, "nantong");
	ask(&x, ground(&x, "provide_public_interest"), EXCEPTION_SHARE);
	assert_null(x.g.minor);
	assert_null(check(&x));
	drop(&x);
}

/* The rules for children of both policies: nothing of a child is published, whatever basis is named. */
static void nothing_of_a_child_is_published(void **state)
{
	static const char *const cities[] = {"tianjin", "nantong"};

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct fixture x;
		load(&x, cities[k]);
		ask(&x, ground(&x, "provide_public_interest"), EXCEPTION_PUBLISH);
		assert_null(check(&x));
		x.f.child = true;
		assert_string_equal(check(&x), "not_declared");
		assert_string_equal(x.clause, k == 0 ? "TJ-6.2.a" : "NT-5.1.a");
		ask(&x, ground(&x, "provide_public_interest"), EXCEPTION_SHARE);
		assert_null(check(&x));
		drop(&x);
	}
}

/* NT-3.1.b: what is left of a cancelled account is kept because the law demands it, and is for no commercial
 * purpose; nor is anything else of it. */
static void a_commercial_purpose_ends_with_the_account(void **state)
{
	struct fixture x;

	(void)state;
	load(&x, "nantong");
	x.f.minor = false;
	ask(&x, ground(&x, "provide_public_interest"), EXCEPTION_SHARE);
	const struct service *campaign = release_service(x.r, "campaign");
	assert_true(campaign->purpose->commercial);
	x.q.service = campaign;
	x.q.purpose = campaign->purpose;
	x.q.recipient = campaign->recipient;
	x.q.items = campaign->shared;
	x.g.scope_items = x.q.items;
	x.g.scope_recipient = x.q.recipient;
	assert_null(check(&x));
	x.f.status = PERSON_CANCELLED;
	assert_string_equal(check(&x), "gone");
	assert_string_equal(x.clause, "NT-3.1.b");
	x.q.ground = NULL;
	assert_string_equal(check(&x), "gone");
	assert_string_equal(x.clause, "NT-3.1.b");
	drop(&x);
}

/* ---- abroad ---- */

static const char *const parts[] = {"city", "policy"};

/* The small city with the recipient in `region`, and the border as the setting says. */
static void load_border(struct test_city *t, const char *border, const char *region)
{
	static char city[8192], policy[8192];
	char line[128];

	snprintf(line, sizeof line, "border: %s\n", border);
	snprintf(city, sizeof city, "%s", test_city_text("city", "border: {mode: never}\n", line));
	snprintf(line, sizeof line, "region: %s", region);
	snprintf(policy, sizeof policy, "%s", test_city_text("policy", "region: CN", line));
	snprintf(line, sizeof line, "chapters:\n");
	char *at = strstr(policy, "chapters:\n");
	assert_non_null(at);
	char rest[8192];
	snprintf(rest, sizeof rest, "%s", at);
	snprintf(at, sizeof policy - (size_t)(at - policy),
		 "exceptions:\n  - {key: abroad_consent, contexts: [abroad], ground: 同意, needs: [document, "
		 "officer, consent], clause: NT-3.2.b}\n%s",
		 rest);
	test_city_load_all(t, parts, (const char *const[]){city, policy}, 2);
}

/* TJ-5.2.b, TJ-3.1.a: where the mode is never, a recipient outside stops the city at load. */
static void a_recipient_outside_stops_a_city_that_sends_nothing_abroad(void **state)
{
	struct test_city t;

	(void)state;
	load_border(&t, "{mode: never, inside: mainland}", "HK");
	assert_null(t.release);
	test_city_release(&t);
	load_border(&t, "{mode: never, inside: whole_country}", "HK");
	assert_non_null(t.release);
	test_city_release(&t);
	load_border(&t, "{mode: never, inside: whole_country}", "SG");
	assert_null(t.release);
	test_city_release(&t);
}

/* NT-3.2.b, NT-A.10: Hong Kong, Macao and Taiwan count as outside there; only the consent together with the
 * ground for sending abroad opens it. */
static void consent_and_assessment_together_open_the_border(void **state)
{
	static const char *const regions[] = {"HK", "MO", "TW", "SG"};

	(void)state;
	for (size_t i = 0; i < 4; i++) {
		struct test_city t;
		load_border(&t, "{mode: consent, inside: mainland}", regions[i]);
		const struct release *r = t.release;
		assert_non_null(r);
		const struct recipient *to = NULL;
		for (unsigned n = 0; n < release_recipient_count(r) && !to; n++)
			if (strcmp(release_recipient_at(r, n)->region, regions[i]) == 0)
				to = release_recipient_at(r, n);
		const struct service *s = release_service(r, "insurance");
		assert_ptr_equal(s->recipient, to);
		struct consent_fact yes = {5, s, to, s->shared, 0};
		struct facts f = {.subject_id = 7,
				  .phone_bound = true,
				  .realname_level = 1,
				  .accepted_release = 1,
				  .acceptance = ACCEPT_EXPRESS,
				  .consents = &yes,
				  .consent_count = 1};
		struct gate_ground g = {.exception = release_exception(r, "abroad_consent"),
					.where = EXCEPTION_ABROAD,
					.given = UINT32_MAX,
					.scope_items = s->shared,
					.scope_recipient = to};
		struct gate_request q = {.action = GATE_SHARE,
					 .service = s,
					 .purpose = s->purpose,
					 .recipient = to,
					 .items = s->shared,
					 .now_ms = NOW};
		const char *clause = NULL;
		assert_string_equal(gate_check(r, &f, &q, &clause), "not_declared"); /* consent alone */
		q.ground = &g;
		assert_null(gate_check(r, &f, &q, &clause));
		g.given &= ~(1U << NEED_DOCUMENT);
		assert_string_equal(gate_check(r, &f, &q, &clause), "invalid_input");
		g.given = UINT32_MAX;
		f.consent_count = 0; /* the assessment alone */
		assert_string_equal(gate_check(r, &f, &q, &clause), "consent_required");
		test_city_release(&t);
	}
}

/* TJ-3.1.a, TJ-5.2.a, NT-3.2.a, NT-A.10: a store or backup outside the country stops the city at load. */
static void a_store_outside_the_country_stops_the_city(void **state)
{
	static const struct {
		const char *from, *to;
		bool loads;
	} tries[] = {{"border: {mode: never}\n",
		      "border: {mode: never, inside: mainland}\nstorage: {region: CN}\n", true},
		     {"border: {mode: never}\n",
		      "border: {mode: never, inside: mainland}\nstorage: {region: HK}\n", false},
		     {"border: {mode: never}\n",
		      "border: {mode: never}\nstorage: {region: CN, backup_region: US}\n", false}};

	(void)state;
	for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
		struct test_city t;
		test_city_load(&t, "city", test_city_text("city", tries[i].from, tries[i].to));
		assert_int_equal(t.release != NULL, tries[i].loads);
		test_city_release(&t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_ground_holds_where_it_is_listed_and_with_all_it_needs),
		cmocka_unit_test(each_city_has_its_own_number_of_grounds),
		cmocka_unit_test(the_scope_bounds_what_is_opened),
		cmocka_unit_test(only_a_secret_ground_may_be_told_later),
		cmocka_unit_test(after_the_end_only_keeping_is_left),
		cmocka_unit_test(a_ground_of_consent_needs_the_consent),
		cmocka_unit_test(a_minors_item_is_used_on_one_of_three_bases),
		cmocka_unit_test(nothing_of_a_child_is_published),
		cmocka_unit_test(a_commercial_purpose_ends_with_the_account),
		cmocka_unit_test(a_recipient_outside_stops_a_city_that_sends_nothing_abroad),
		cmocka_unit_test(consent_and_assessment_together_open_the_border),
		cmocka_unit_test(a_store_outside_the_country_stops_the_city),
	};

	crypto_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
