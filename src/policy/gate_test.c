/* Each rule of the gate, refused and allowed: what is declared, who asks, and what was accepted. */
#include "policy/gate_test_support.h"
#include <stdio.h>

/* ---- declared ---- */

/* TJ-1.1.6.a, TJ-1.1.0.a: what the service declares is collected, one item more is not. */
static void an_item_outside_the_service_is_refused(void **state)
{
	struct fixture *x = *state;

	use_items(x, "real_name", "mobile_phone");
	assert_allowed(x);
	use_items(x, "real_name", "plate_number");
	assert_refused(x, "not_declared", "TJ-1.1.6.a");
}

/* TJ-1.1.6.a: the category would allow the item, but this service does not ask for it. */
static void an_item_of_the_category_that_the_service_does_not_ask_for_is_refused(void **state)
{
	struct fixture *x = *state;

	use_service(x, "phone_line", "query");
	use_items(x, "real_name", NULL);
	assert_allowed(x);
	use_items(x, "id_number", NULL);
	assert_refused(x, "not_declared", "TJ-1.1.6.a");
}

/* TJ-1.1.0.a, NT-2.1.0.b */
static void a_purpose_outside_the_category_is_refused(void **state)
{
	struct fixture *x = *state;

	use_items(x, "real_name", NULL);
	x->q.purpose = release_purpose(x->city.release, "show");
	assert_refused(x, "not_declared", "TJ-1.1.6.a");
	x->q.purpose = release_purpose(x->city.release, "notify");
	assert_allowed(x);
	x->q.purpose = NULL;
	assert_string_equal(check(x), "not_declared");
}

/* NT-2.1.0.c, TJ-2.1.0: location may be collected by the service, but never leaves it. */
static void an_item_that_is_not_shared_stays(void **state)
{
	struct fixture *x = *state;

	share_with(x, "centre");
	use_items(x, "real_name", "id_number");
	assert_allowed(x);
	use_items(x, "location", NULL);
	assert_refused(x, "not_declared", "TJ-1.1.6.c");
}

/* TJ-2.1.0, NT-2.1.0.d */
static void a_recipient_that_is_not_declared_gets_nothing(void **state)
{
	struct fixture *x = *state;

	use_items(x, "real_name", NULL);
	share_with(x, "other");
	assert_refused(x, "not_declared", "TJ-1.1.6.c");
	x->q.recipient = NULL;
	assert_refused(x, "not_declared", "TJ-1.1.6.c");
	share_with(x, "centre");
	assert_allowed(x);
}

static void a_service_of_another_release_is_refused(void **state)
{
	struct fixture *x = *state;
	struct test_city other;

	use_items(x, "real_name", NULL);
	test_city_load(&other, NULL, NULL);
	x->q.service = release_service(other.release, "insurance");
	x->clause = NULL;
	assert_string_equal(gate_check(x->city.release, &x->f, &x->q, &x->clause), "not_declared");
	test_city_release(&other);
}

static void a_sensed_item_that_is_not_among_the_items_is_refused(void **state)
{
	struct fixture *x = *state;

	use_items(x, "location", NULL);
	x->q.sensed = x->q.items;
	use_items(x, "real_name", NULL);
	assert_refused(x, "not_declared", "TJ-1.1.6.a");
}

/* ---- the person ---- */

/* TJ-4.2.1.d */
static void a_blocked_or_cancelled_person_is_refused(void **state)
{
	struct fixture *x = *state;

	use_items(x, "real_name", NULL);
	x->f.status = PERSON_BLOCKED;
	assert_refused(x, "locked", "TJ-4.2.1.d");
	x->f.status = PERSON_CANCELLED;
	assert_refused(x, "gone", "TJ-4.2.1.d");
	x->f.status = PERSON_ACTIVE;
	assert_allowed(x);
}

/* TJ-6.2.a, NT-5.1.a */
static void a_minor_waits_for_the_guardian(void **state)
{
	struct fixture *x = *state;

	use_items(x, "real_name", NULL);
	x->f.minor = true;
	assert_refused(x, "guardian_required", "TJ-6.2.a");
	assert_string_equal(next_action(x), "ask_guardian");
	x->f.guardian_agreed = true;
	assert_allowed(x);
}

/* NT-5.0: the name of a minor needs a consent of its own, which an adult's does not. */
static void every_item_of_a_minor_is_sensitive(void **state)
{
	struct fixture *x = *state;

	use_items(x, "real_name", NULL);
	x->f.consent_count = 0;
	assert_allowed(x);
	x->f.minor = x->f.guardian_agreed = true;
	assert_refused(x, "consent_required", "TJ-1.2.3.a");
	x->f.consent_count = 1;
	assert_allowed(x);
}

/* PIPL 31: of a child below minor.strict_age the separate consent is the guardian's. */
static void of_a_small_child_only_the_guardian_gives_a_consent(void **state)
{
	struct fixture *x = *state;

	use_items(x, "real_name", NULL);
	x->f.minor = x->f.guardian_agreed = x->f.child = true;
	assert_allowed(x);
	x->f.consent_count = 0;
	assert_refused(x, "guardian_required", "TJ-6.2.a");
	assert_string_equal(next_action(x), "ask_guardian");
}

/* TJ-4.1.1.a: a minor sees the own data without the guardian. */
static void own_rights_need_no_guardian_and_no_newest_acceptance(void **state)
{
	struct fixture *x = *state;

	use_service(x, "my_information", "show");
	x->q.action = GATE_READ;
	use_items(x, "real_name", NULL);
	x->f.minor = true;
	x->f.acceptance = ACCEPT_NONE;
	assert_allowed(x);
	x->q.staff = true;
	assert_refused(x, "guardian_required", "TJ-6.2.a");
}

/* ---- level ---- */

/* TJ-1.1.2.i, TJ-1.1.2.k */
static void a_service_for_people_logged_in_refuses_others(void **state)
{
	struct fixture *x = *state;

	use_items(x, "real_name", NULL);
	x->f.subject_id = 0;
	assert_refused(x, "login_required", "TJ-1.1.2.k");
	assert_string_equal(next_action(x), "log_in");
	use_service(x, "plates", "query");
	use_items(x, "plate_number", NULL);
	assert_allowed(x);
}

static void a_service_by_phone_needs_a_bound_number(void **state)
{
	struct fixture *x = *state;

	use_service(x, "phone_line", "query");
	use_items(x, "real_name", NULL);
	x->f.phone_bound = false;
	assert_refused(x, "permission_required", "TJ-1.2.1.1.b");
	assert_string_equal(next_action(x), "bind_phone");
	x->f.phone_bound = true;
	assert_allowed(x);
}

/* TJ-1.1.5.e, TJ-1.2.1.1.a */
static void a_service_for_verified_people_refuses_others(void **state)
{
	struct fixture *x = *state;

	use_items(x, "real_name", NULL);
	x->f.realname_level = 0;
	assert_refused(x, "realname_required", "TJ-1.1.5.e");
	assert_string_equal(next_action(x), "verify_name");
	x->f.realname_level = 2;
	assert_allowed(x);
}

/* ---- acceptance ---- */

/* TJ-0.2.b: nothing before the policy was agreed to. */
static void nothing_is_taken_before_the_policy_is_accepted(void **state)
{
	struct fixture *x = *state;

	use_items(x, "real_name", NULL);
	x->f.acceptance = ACCEPT_NONE;
	assert_refused(x, "consent_required", "TJ-0.2.b");
	assert_string_equal(next_action(x), "accept_policy");
	x->f.acceptance = ACCEPT_EXPRESS;
	x->f.accepted_release = 0;
	assert_refused(x, "consent_required", "TJ-0.2.b");
}

/* TJ-0.2.d: agreeing to a version that is no longer in force opens nothing that this one declares. */
static void an_acceptance_of_another_version_does_not_count(void **state)
{
	struct fixture *x = *state;

	use_items(x, "real_name", NULL);
	x->f.accepted_release = 2;
	assert_refused(x, "consent_required", "TJ-0.2.b");
}

static void an_open_page_without_own_data_needs_no_acceptance(void **state)
{
	struct fixture *x = *state;

	use_service(x, "plates", "query");
	x->f = (struct facts){0};
	assert_allowed(x);
	use_items(x, "plate_number", NULL);
	assert_refused(x, "consent_required", "TJ-0.2.b");
}

/* TJ-0.2.f: plain use opens what is harmless, never sensitive items, shares or sensors. */
static void a_weak_acceptance_opens_no_sensitive_item_share_or_sensor(void **state)
{
	struct fixture *x = *state;

	for (enum acceptance_kind kind = ACCEPT_BY_USE; kind <= ACCEPT_CONTINUED; kind++) {
		x->q.action = GATE_COLLECT;
		x->q.sensed = (struct itemset){0};
		x->f.acceptance = kind;
		use_items(x, "real_name", NULL);
		assert_allowed(x);
		use_items(x, "id_number", NULL);
		assert_refused(x, "consent_required", "TJ-0.2.f");
		assert_string_equal(next_action(x), "accept_policy");
		use_items(x, "location", NULL);
		x->q.sensed = x->q.items;
		assert_refused(x, "consent_required", "TJ-0.2.f");
		x->q.sensed = (struct itemset){0};
		share_with(x, "centre");
		use_items(x, "real_name", NULL);
		assert_refused(x, "consent_required", "TJ-0.2.f");
	}
}

/* NT-6.1.c: where going on is no agreement, a weak acceptance is none. */
static void a_weak_acceptance_is_none_where_the_city_says_so(void **state)
{
	struct test_city t;
	struct fixture *x = *state, y = *x;

	test_city_load(&t, "city",
		       test_city_text("city", "consent: {continue: true}", "consent: {continue: false}"));
	y.city = t;
	use_service(&y, "plates", "query");
	use_items(&y, "plate_number", NULL);
	y.f.acceptance = ACCEPT_CONTINUED;
	assert_refused(&y, "consent_required", "TJ-0.2.b");
	y.f.acceptance = ACCEPT_EXPRESS;
	assert_allowed(&y);
	test_city_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		GATE_TEST(an_item_outside_the_service_is_refused),
		GATE_TEST(an_item_of_the_category_that_the_service_does_not_ask_for_is_refused),
		GATE_TEST(a_purpose_outside_the_category_is_refused),
		GATE_TEST(an_item_that_is_not_shared_stays),
		GATE_TEST(a_recipient_that_is_not_declared_gets_nothing),
		GATE_TEST(a_service_of_another_release_is_refused),
		GATE_TEST(a_sensed_item_that_is_not_among_the_items_is_refused),
		GATE_TEST(a_blocked_or_cancelled_person_is_refused),
		GATE_TEST(a_minor_waits_for_the_guardian),
		GATE_TEST(every_item_of_a_minor_is_sensitive),
		GATE_TEST(of_a_small_child_only_the_guardian_gives_a_consent),
		GATE_TEST(own_rights_need_no_guardian_and_no_newest_acceptance),
		GATE_TEST(a_service_for_people_logged_in_refuses_others),
		GATE_TEST(a_service_by_phone_needs_a_bound_number),
		GATE_TEST(a_service_for_verified_people_refuses_others),
		GATE_TEST(nothing_is_taken_before_the_policy_is_accepted),
		GATE_TEST(an_acceptance_of_another_version_does_not_count),
		GATE_TEST(an_open_page_without_own_data_needs_no_acceptance),
		GATE_TEST(a_weak_acceptance_opens_no_sensitive_item_share_or_sensor),
		GATE_TEST(a_weak_acceptance_is_none_where_the_city_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
