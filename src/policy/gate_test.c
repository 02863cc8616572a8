/* Each rule of the gate, refused and allowed. */
#include "policy/gate.h"
#include "policy/policy_test_support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

enum { NOW = 1000000 };

/* A person to whom everything is open, and a request of that person; each test takes one thing away. */
struct fixture {
	struct test_city city;
	struct facts f;
	struct gate_request q;
	struct consent_fact consent;
	const char *clause;
};

static int set_up(void **state)
{
	static struct fixture x;
	const struct release *r;

	x = (struct fixture){0};
	test_city_load(&x.city, NULL, NULL);
	r = x.city.release;
	assert_non_null(r);
	const struct service *s = release_service(r, "insurance");
	x.consent = (struct consent_fact){5, s, release_recipient(r, "centre"), consent_offer_items(r, s), 0};
	x.f = (struct facts){.subject_id = 7,
			     .epoch = 3,
			     .phone_bound = true,
			     .realname_level = 1,
			     .second_check_until_ms = NOW + 1,
			     .accepted_release = 1,
			     .acceptance = ACCEPT_EXPRESS,
			     .permissions = UINT32_MAX,
			     .consents = &x.consent,
			     .consent_count = 1};
	x.q = (struct gate_request){
		.action = GATE_COLLECT, .service = s, .purpose = release_purpose(r, "query"), .now_ms = NOW};
	*state = &x;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *x = *state;

	test_city_release(&x->city);
	return 0;
}

static void use_items(struct fixture *x, const char *first, const char *second)
{
	x->q.items = (struct itemset){0};
	itemset_add(&x->q.items, release_item(x->city.release, first)->number);
	if (second)
		itemset_add(&x->q.items, release_item(x->city.release, second)->number);
}

static void use_service(struct fixture *x, const char *service, const char *purpose)
{
	x->q.service = release_service(x->city.release, service);
	x->q.purpose = release_purpose(x->city.release, purpose);
}

static void share_with(struct fixture *x, const char *recipient)
{
	x->q.action = GATE_SHARE;
	x->q.recipient = release_recipient(x->city.release, recipient);
}

static const char *check(struct fixture *x)
{
	x->clause = NULL;
	return gate_check(x->city.release, &x->f, &x->q, &x->clause);
}

static void assert_refused(struct fixture *x, const char *reason, const char *clause)
{
	const char *got = check(x);

	assert_non_null(got);
	assert_string_equal(got, reason);
	assert_string_equal(x->clause, clause);
}

static void assert_allowed(struct fixture *x)
{
	assert_null(check(x));
}

/* The first next step of the refusal that gate_decide makes of the same request. */
static const char *next_action(struct fixture *x)
{
	struct permit *p = NULL;
	struct ctx *c = &x->city.c;

	failure_clear(c);
	assert_int_equal(gate_decide(c, x->city.release, &x->f, &x->q, &p).code, ERR_REFUSED);
	assert_null(p);
	assert_non_null(c->failure.clause);
	return c->failure.next_count ? c->failure.next[0].action : "none";
}

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

/* TJ-1.1.5.e */
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

/* ---- sensors ---- */

/* TJ-1.1.4.g, TJ-1.1.4.h, TJ-1.1.23.4 */
static void a_sensed_item_needs_its_permission_now(void **state)
{
	struct fixture *x = *state;

	use_items(x, "location", NULL);
	x->q.sensed = x->q.items;
	assert_allowed(x);
	x->f.permissions = UINT32_C(1) << release_permission(x->city.release, "perm_camera")->number;
	assert_refused(x, "permission_required", "TJ-1.1.4.a");
	assert_string_equal(next_action(x), "grant_permission");
	assert_string_equal(x->city.c.failure.next[0].members,
			    "\"permission\":\"perm_location\",\"function\":\"insurance\"");
}

/* TJ-1.1.24.2.0, NT-1.2.2.3.e: where it comes from is decided by the item, not by what a client says. */
static void an_item_that_a_permission_guards_cannot_be_called_typed(void **state)
{
	struct fixture *x = *state;

	use_items(x, "location", NULL);
	assert_allowed(x);
	x->f.permissions = 0;
	assert_refused(x, "permission_required", "TJ-1.1.4.a");
	use_items(x, "real_name", NULL);
	assert_allowed(x);
}

static void what_was_taken_under_its_permission_is_not_taken_again(void **state)
{
	struct fixture *x = *state;

	use_items(x, "location", NULL);
	x->q.taken = x->q.items;
	x->f.permissions = 0;
	assert_allowed(x);
	use_items(x, "real_name", NULL);
	assert_refused(x, "not_declared", "TJ-1.1.6.a");
}

/* TJ-1.1.4.g: a permission for one function opens no other. */
static void a_permission_for_one_function_opens_no_other(void **state)
{
	struct fixture *x = *state;
	const struct release *r = x->city.release;
	struct permission_fact only = {release_permission(r, "perm_location"), release_service(r, "plates")};

	use_items(x, "location", NULL);
	x->f.permissions = 0;
	x->f.granted_for = &only;
	x->f.granted_for_count = 1;
	assert_refused(x, "permission_required", "TJ-1.1.4.a");
	only.service = x->q.service;
	assert_allowed(x);
	struct permit *p = NULL;
	assert_int_equal(gate_decide(&x->city.c, r, &x->f, &x->q, &p).code, ERR_OK);
	assert_int_equal(permit_permissions(p), UINT32_C(1) << only.permission->number);
}

/* TJ-1.1.23.3.a, NT-1.2.2.4.a: the source names its own permission, and another one does not stand in for it.
 */
static void a_named_source_needs_its_own_permission(void **state)
{
	struct fixture *x = *state;
	const struct release *r = x->city.release;

	use_items(x, "location", NULL);
	x->q.permission = release_permission(r, "perm_camera");
	assert_refused(x, "permission_required", "TJ-1.1.23.2.a"); /* not declared by the category */
	x->q.permission = release_permission(r, "perm_location");
	assert_allowed(x);
	x->q.items = (struct itemset){0};
	assert_allowed(x);
	x->f.permissions = 0;
	assert_refused(x, "permission_required", "TJ-1.1.4.a"); /* though nothing is taken */
}

/* ---- consent ---- */

/* NT-A.7.4, TJ-0.2.f: the general agreement does not open a sensitive item. */
static void a_sensitive_item_needs_a_consent_of_its_own(void **state)
{
	struct fixture *x = *state;

	use_items(x, "id_number", NULL);
	assert_allowed(x);
	x->f.consent_count = 0;
	assert_refused(x, "consent_required", "TJ-1.2.3.a");
	assert_string_equal(next_action(x), "give_consent");
	use_items(x, "real_name", NULL);
	assert_allowed(x);
}

static void a_consent_covers_only_its_items_service_and_time(void **state)
{
	struct fixture *x = *state;

	use_items(x, "id_number", NULL);
	x->consent.items = (struct itemset){0};
	assert_refused(x, "consent_required", "TJ-1.2.3.a");
	x->consent.items = x->q.items;
	assert_allowed(x);
	x->consent.until_ms = NOW;
	assert_refused(x, "consent_required", "TJ-1.2.3.a");
	x->consent.until_ms = NOW + 1;
	assert_allowed(x);
	x->consent.service = release_service(x->city.release, "phone_line");
	assert_refused(x, "consent_required", "TJ-1.2.3.a");
}

static void two_consents_cover_together_what_one_does_not(void **state)
{
	struct fixture *x = *state;
	struct consent_fact two[2] = {x->consent, x->consent};

	use_items(x, "id_number", NULL);
	two[0].items = x->q.items;
	use_items(x, "location", NULL);
	two[1].items = x->q.items;
	x->f.consents = two;
	x->f.consent_count = 2;
	use_items(x, "id_number", "location");
	assert_allowed(x);
	x->f.consent_count = 1;
	assert_refused(x, "consent_required", "TJ-1.2.3.a");
}

/* TJ-2.1.1, TJ-1.1.6.c, NT-2.1.2.0.a: sharing needs consent even for what is not sensitive. */
static void a_share_needs_consent_to_that_recipient(void **state)
{
	struct fixture *x = *state;

	use_items(x, "real_name", NULL);
	share_with(x, "centre");
	assert_allowed(x);
	x->consent.recipient = NULL;
	assert_refused(x, "consent_required", "TJ-1.1.6.c");
	assert_string_equal(next_action(x), "give_consent");
	x->consent.recipient = release_recipient(x->city.release, "other");
	assert_refused(x, "consent_required", "TJ-1.1.6.c");
}

/* NT-1.2.1.3.b: consent to the centre holds for the department that it chooses, and not the other way round.
 */
static void a_consent_to_the_centre_holds_for_the_body_it_dispatches_to(void **state)
{
	struct fixture *x = *state;

	use_items(x, "real_name", NULL);
	share_with(x, "bureau");
	assert_allowed(x);
	x->consent.recipient = release_recipient(x->city.release, "bureau");
	assert_allowed(x);
	share_with(x, "centre");
	assert_refused(x, "consent_required", "TJ-1.1.6.c");
}

/* TJ-2.1.6: who works on our behalf gets what is not sensitive under the acceptance, and nothing else. */
static void a_supplier_gets_what_is_not_sensitive_under_the_acceptance(void **state)
{
	struct fixture *x = *state;

	x->f.consent_count = 0;
	x->q.purpose = release_purpose(x->city.release, "notify");
	share_with(x, "sms");
	use_items(x, "mobile_phone", NULL);
	assert_allowed(x);
	use_items(x, "mobile_phone", "id_number");
	assert_refused(x, "consent_required", "TJ-1.1.6.c");
}

/* The next step is what POST /consents takes; its hash is that of the text of exactly this offer. */
static void a_refused_share_offers_the_consent_that_would_open_it(void **state)
{
	struct fixture *x = *state;
	struct ctx *c = &x->city.c;
	char hash[65];
	BUF_SCOPED text;

	use_items(x, "real_name", NULL);
	share_with(x, "centre");
	x->f.consent_count = 0;
	assert_string_equal(next_action(x), "give_consent");
	buf_init(&text, 65536);
	struct itemset items = consent_offer_items(x->city.release, x->q.service);
	assert_int_equal(
		consent_text(c, x->city.release, x->q.service, &items, x->q.service->recipient, &text, hash)
			.code,
		ERR_OK);
	const char *members = c->failure.next[0].members;
	assert_non_null(strstr(members, "\"scope\":\"insurance\""));
	assert_non_null(strstr(members, "\"recipient\":\"centre\""));
	assert_non_null(strstr(members, "\"purpose\":\"query\""));
	assert_non_null(strstr(members, "[\"real_name\",\"id_number\",\"mobile_phone\",\"location\"]"));
	assert_non_null(strstr(members, hash));
}

/* ---- second check ---- */

/* TJ-4.1.1.a, NT-A.7.1: sensitive items stay masked until a second check. */
static void reading_a_sensitive_item_in_clear_needs_a_second_check(void **state)
{
	struct fixture *x = *state;

	use_service(x, "my_information", "show");
	x->q.action = GATE_READ;
	use_items(x, "id_number", NULL);
	assert_allowed(x);
	x->f.second_check_until_ms = NOW;
	assert_refused(x, "second_check_required", "TJ-4.4.a");
	assert_string_equal(next_action(x), "confirm_again");
	use_items(x, "real_name", NULL);
	assert_allowed(x);
}

static void masked_reading_needs_no_second_check_and_says_so_in_the_permit(void **state)
{
	struct fixture *x = *state;
	struct permit *p = NULL;

	use_service(x, "my_information", "show_masked");
	x->q.action = GATE_READ;
	x->f.second_check_until_ms = 0;
	use_items(x, "id_number", "payment");
	assert_int_equal(gate_decide(&x->city.c, x->city.release, &x->f, &x->q, &p).code, ERR_OK);
	assert_true(permit_masked(p));
	x->q.purpose = release_purpose(x->city.release, "show");
	assert_refused(x, "second_check_required", "TJ-4.4.a");
	x->q.masked = true;
	assert_int_equal(gate_decide(&x->city.c, x->city.release, &x->f, &x->q, &p).code, ERR_OK);
	assert_true(permit_masked(p));
}

static void staff_read_without_a_second_check_of_the_person(void **state)
{
	struct fixture *x = *state;

	use_items(x, "id_number", NULL);
	x->q.action = GATE_READ;
	x->f.second_check_until_ms = 0;
	assert_refused(x, "second_check_required", "TJ-4.4.a");
	x->q.staff = true;
	assert_allowed(x);
}

/* A service that reads everything may still collect nothing. */
static void reading_everything_collects_nothing(void **state)
{
	struct fixture *x = *state;

	use_service(x, "my_information", "show");
	use_items(x, "plate_number", NULL);
	assert_refused(x, "not_declared", "TJ-4.1.1.a");
	x->q.action = GATE_READ;
	assert_allowed(x);
}

/* ---- permits ---- */

static void a_permit_says_what_was_decided(void **state)
{
	struct fixture *x = *state;
	struct permit *p = NULL;

	share_with(x, "centre");
	use_items(x, "real_name", "id_number");
	assert_int_equal(gate_decide(&x->city.c, x->city.release, &x->f, &x->q, &p).code, ERR_OK);
	assert_int_equal(permit_subject(p), 7);
	assert_int_equal(permit_epoch(p), 3);
	assert_int_equal(permit_action(p), GATE_SHARE);
	assert_ptr_equal(permit_service(p), x->q.service);
	assert_ptr_equal(permit_purpose(p), x->q.purpose);
	assert_ptr_equal(permit_recipient(p), x->q.recipient);
	assert_memory_equal(permit_items(p), &x->q.items, sizeof x->q.items);
	assert_string_equal(permit_basis(p), "consent");
	assert_string_equal(permit_clause(p), "TJ-1.1.6.c");
	assert_int_equal(permit_consent_id(p), 5);
	assert_false(permit_masked(p));
}

static void the_basis_is_consent_acceptance_or_the_own_request(void **state)
{
	struct fixture *x = *state;
	struct permit *p = NULL;

	use_items(x, "real_name", NULL);
	assert_int_equal(gate_decide(&x->city.c, x->city.release, &x->f, &x->q, &p).code, ERR_OK);
	assert_string_equal(permit_basis(p), "acceptance");
	assert_int_equal(permit_consent_id(p), 0);
	x->q.action = GATE_READ;
	assert_int_equal(gate_decide(&x->city.c, x->city.release, &x->f, &x->q, &p).code, ERR_OK);
	assert_string_equal(permit_basis(p), "own_request");
}

static void a_permit_is_taken_once_and_only_by_its_request(void **state)
{
	struct fixture *x = *state;
	struct ctx other = {0};
	struct permit *p = NULL;

	use_items(x, "real_name", NULL);
	assert_int_equal(gate_decide(&x->city.c, x->city.release, &x->f, &x->q, &p).code, ERR_OK);
	assert_false(permit_take(p, &other));
	assert_true(permit_take(p, &x->city.c));
	assert_false(permit_take(p, &x->city.c));
}

#define GATE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

/* ---- void clauses ---- */

static bool stops(const char *mark, const char *service, enum gate_action action)
{
	struct test_city city = {0};
	char text[256];

	snprintf(text, sizeof text,
		 "void: [{clause: %s, reason: 认定无效, since: 2026-03-01}]\nchapters:", mark);
	test_city_load(&city, "policy", test_city_text("policy", "chapters:", text));
	const struct release *r = city.release;
	bool stopped = true;
	if (r) {
		const struct service *s = release_service(r, service);
		struct gate_request q = {.action = action,
					 .service = s,
					 .purpose = s->purpose,
					 .recipient = action == GATE_SHARE ? s->recipient : NULL,
					 .items = action == GATE_SHARE ? s->shared : s->items,
					 .now_ms = NOW};
		const struct facts nobody = {0};
		const char *clause = NULL, *reason = gate_check(r, &nobody, &q, &clause);
		stopped = reason && strcmp(reason, "not_declared") == 0 && strcmp(clause, mark) == 0;
	}
	test_city_release(&city);
	return stopped;
}

/* TJ-10.2 */
static void a_void_clause_stops_its_rule_and_no_other(void **state)
{
	(void)state;
	assert_true(stops("TJ-1.1.8.a", "plates", GATE_COLLECT));
	assert_false(stops("TJ-1.1.8.a", "insurance", GATE_SHARE));
	assert_true(stops("TJ-1.1.6.c", "insurance", GATE_SHARE));
	assert_false(stops("TJ-1.1.23.2.a", "insurance", GATE_SHARE));
}

static bool loads_with(const char *mark)
{
	struct test_city city = {0};
	char text[256];

	snprintf(text, sizeof text,
		 "void: [{clause: %s, reason: 认定无效, since: 2026-03-01}]\nchapters:", mark);
	test_city_load(&city, "policy", test_city_text("policy", "chapters:", text));
	bool loads = city.release != NULL;
	test_city_release(&city);
	return loads;
}

static void what_carries_rights_or_nothing_cannot_be_void(void **state)
{
	(void)state;
	assert_true(loads_with("TJ-1.1.8.a"));
	assert_false(loads_with("TJ-4.1.1.a"));
	assert_false(loads_with("TJ-2.2.2"));
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
		GATE_TEST(a_sensed_item_needs_its_permission_now),
		GATE_TEST(an_item_that_a_permission_guards_cannot_be_called_typed),
		GATE_TEST(what_was_taken_under_its_permission_is_not_taken_again),
		GATE_TEST(a_permission_for_one_function_opens_no_other),
		GATE_TEST(a_named_source_needs_its_own_permission),
		GATE_TEST(a_sensitive_item_needs_a_consent_of_its_own),
		GATE_TEST(a_consent_covers_only_its_items_service_and_time),
		GATE_TEST(two_consents_cover_together_what_one_does_not),
		GATE_TEST(a_share_needs_consent_to_that_recipient),
		GATE_TEST(a_consent_to_the_centre_holds_for_the_body_it_dispatches_to),
		GATE_TEST(a_supplier_gets_what_is_not_sensitive_under_the_acceptance),
		GATE_TEST(a_refused_share_offers_the_consent_that_would_open_it),
		GATE_TEST(reading_a_sensitive_item_in_clear_needs_a_second_check),
		GATE_TEST(masked_reading_needs_no_second_check_and_says_so_in_the_permit),
		GATE_TEST(staff_read_without_a_second_check_of_the_person),
		GATE_TEST(reading_everything_collects_nothing),
		GATE_TEST(a_permit_says_what_was_decided),
		GATE_TEST(the_basis_is_consent_acceptance_or_the_own_request),
		GATE_TEST(a_permit_is_taken_once_and_only_by_its_request),
		cmocka_unit_test(a_void_clause_stops_its_rule_and_no_other),
		cmocka_unit_test(what_carries_rights_or_nothing_cannot_be_void),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
