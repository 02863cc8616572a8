/* Each rule of the gate, refused and allowed: permissions of sensors, consents, and with whom is shared. */
#include "policy/gate_test_support.h"
#include <stdio.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
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
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
