#include "policy/gate_test_support.h"

int gate_set_up(void **state)
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

int gate_tear_down(void **state)
{
	struct fixture *x = *state;

	test_city_release(&x->city);
	return 0;
}

void use_items(struct fixture *x, const char *first, const char *second)
{
	x->q.items = (struct itemset){0};
	itemset_add(&x->q.items, release_item(x->city.release, first)->number);
	if (second)
		itemset_add(&x->q.items, release_item(x->city.release, second)->number);
}

void use_service(struct fixture *x, const char *service, const char *purpose)
{
	x->q.service = release_service(x->city.release, service);
	x->q.purpose = release_purpose(x->city.release, purpose);
}

void share_with(struct fixture *x, const char *recipient)
{
	x->q.action = GATE_SHARE;
	x->q.recipient = release_recipient(x->city.release, recipient);
}

const char *check(struct fixture *x)
{
	x->clause = NULL;
	return gate_check(x->city.release, &x->f, &x->q, &x->clause);
}

void assert_refused(struct fixture *x, const char *reason, const char *clause)
{
	const char *got = check(x);

	assert_non_null(got);
	assert_string_equal(got, reason);
	assert_string_equal(x->clause, clause);
}

void assert_allowed(struct fixture *x)
{
	assert_null(check(x));
}

const char *next_action(struct fixture *x)
{
	struct permit *p = NULL;
	struct ctx *c = &x->city.c;

	failure_clear(c);
	assert_int_equal(gate_decide(c, x->city.release, &x->f, &x->q, &p).code, ERR_REFUSED);
	assert_null(p);
	assert_non_null(c->failure.clause);
	return c->failure.next_count ? c->failure.next[0].action : "none";
}
