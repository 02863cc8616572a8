/* The better of both rights, for a person who agreed to an older release. */
#include "policy/better.h"
#include "policy/model.h"
#include "policy/policy_test_support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { OLD = 1, NEW = 2 };

struct pair {
	struct test_city before, after;
};

static void load_pair(struct pair *p, const char *part, const char *from, const char *to)
{
	test_city_load(&p->before, NULL, NULL);
	assert_non_null(p->before.release);
	test_city_load(&p->after, part, part ? test_city_text(part, from, to) : NULL);
	assert_non_null(p->after.release);
	p->before.release->number = OLD;
	p->after.release->number = NEW;
	model_earlier(p->after.release, p->before.release);
}

static void drop_pair(struct pair *p)
{
	test_city_release(&p->after);
	test_city_release(&p->before);
}

static int days(const struct pair *p, unsigned accepted)
{
	const struct release *r = p->after.release;

	for (unsigned i = 0; i < release_category_count(r); i++) {
		const struct category *k = release_category_at(r, i),
				      *then = release_category(p->before.release, k->key);
		if (then->retention_days == 30)
			return better_category_days(r, accepted, k);
	}
	fail_msg("no category keeps for 30 days");
	return -1;
}

/* TJ-7.1.b: a longer period binds only those who agreed to it; a shorter one holds for everybody. */
static void the_shorter_period_holds(void **)
{
	struct pair p;

	load_pair(&p, "policy", "days: 30", "days: 90");
	assert_int_equal(days(&p, OLD), 30);
	assert_int_equal(days(&p, NEW), 90);
	assert_true(release_reduces(p.before.release, p.after.release));
	drop_pair(&p);
	load_pair(&p, "policy", "days: 30", "days: 7");
	assert_int_equal(days(&p, OLD), 7);
	assert_int_equal(days(&p, NEW), 7);
	assert_false(release_reduces(p.before.release, p.after.release));
	drop_pair(&p);
	load_pair(&p, "policy", "days: 30", "days: 0");
	assert_int_equal(days(&p, OLD), 30); /* 0 is no end of its own */
	assert_true(release_reduces(p.before.release, p.after.release));
	drop_pair(&p);
}

/* TJ-7.1.b, NT-6.2.4 */
static void the_earlier_deadline_and_the_wider_choice_hold(void **)
{
	struct pair p;
	size_t n;

	load_pair(&p, "city", "consent: {continue: true}",
		  "consent: {continue: true}\nreply: {days: 30}\ncancel: {scopes: [app]}\n"
		  "refusal: {statutory: [abuse]}");
	const struct release *r = p.after.release;
	assert_int_equal(better_deadline(r, OLD, "reply.days", 15), 15);
	assert_int_equal(better_deadline(r, NEW, "reply.days", 15), 30);
	better_grounds(&p.after.c, r, OLD, "refusal.statutory", &n);
	assert_int_equal(n, 0); /* a ground that was not in what the person agreed to */
	assert_string_equal(better_grounds(&p.after.c, r, NEW, "refusal.statutory", &n)[0], "abuse");
	assert_true(release_reduces(p.before.release, r));
	model_earlier(p.before.release, r); /* the other way: the revision took the choice away */
	assert_string_equal(better_offers(&p.before.c, p.before.release, NEW, "cancel.scopes", &n)[0], "app");
	assert_int_equal(n, 1);
	better_offers(&p.before.c, p.before.release, OLD, "cancel.scopes", &n);
	assert_int_equal(n, 0);
	p.before.release->earlier_count = 0;
	release_drop(r);
	drop_pair(&p);
}

static void a_change_of_words_reduces_nothing(void **)
{
	struct pair p;

	load_pair(&p, NULL, NULL, NULL);
	assert_false(release_reduces(p.before.release, p.after.release));
	drop_pair(&p);
}

/* TJ-1.1.27.b: going on using the app opens no purpose that was not told. */
static void going_on_opens_no_new_purpose(void **)
{
	struct pair p;
	const char *clause;

	load_pair(&p, "city", "consent: {continue: true}",
		  "consent: {continue: true}\npurpose: {change: express}");
	const struct release *r = p.after.release;
	const struct service *s = release_service(r, "plates");
	struct facts f = {.subject_id = 1,
			  .phone_bound = true,
			  .realname_level = 1,
			  .accepted_release = NEW,
			  .acceptance = ACCEPT_CONTINUED,
			  .express_release = OLD};
	struct gate_request q = {.action = GATE_COLLECT, .service = s, .purpose = s->purpose, .now_ms = 5};

	itemset_add(&q.items, release_item(r, "plate_number")->number);
	assert_null(gate_check(r, &f, &q, &clause));
	r->earlier[0].bounds[s->number].by[GATE_COLLECT].purposes =
		0; /* as if the older one had not had it */
	assert_string_equal(gate_check(r, &f, &q, &clause), "consent_required");
	f.acceptance = ACCEPT_EXPRESS;
	f.express_release = NEW;
	assert_null(gate_check(r, &f, &q, &clause));
	drop_pair(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shorter_period_holds),
		cmocka_unit_test(the_earlier_deadline_and_the_wider_choice_hold),
		cmocka_unit_test(a_change_of_words_reduces_nothing),
		cmocka_unit_test(going_on_opens_no_new_purpose),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
