/* The gate: reading in clear, what a permit says and how often it holds, and clauses that officers void. */
#include "policy/gate_test_support.h"
#include <stdio.h>

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
