/* For the tests of the gate: a person, a request, and what the gate says to it. */
#pragma once

#include "policy/gate.h"
#include "policy/policy_test_support.h"
#include <setjmp.h>
#include <stdarg.h>

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

int gate_set_up(void **state);
int gate_tear_down(void **state);
#define GATE_TEST(name) cmocka_unit_test_setup_teardown(name, gate_set_up, gate_tear_down)

/* What is asked: one item or two (second may be NULL), for a service and purpose, to be shared. */
void use_items(struct fixture *x, const char *first, const char *second);
void use_service(struct fixture *x, const char *service, const char *purpose);
void share_with(struct fixture *x, const char *recipient);

/* The reason of the refusal, whose clause is then in x; NULL when it is allowed. */
const char *check(struct fixture *x);
void assert_refused(struct fixture *x, const char *reason, const char *clause);
void assert_allowed(struct fixture *x);
/* The first next step of the refusal that gate_decide makes of the same request. */
const char *next_action(struct fixture *x);
