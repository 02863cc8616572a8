/* Acceptances, separate consents, permissions, and the facts made of them. */
#include "base/id.h"
#include "consent/people_testing.h"

enum { MEI = 9001 };

static err person_rows(struct ctx *c, struct tx *tx, void *arg)
{
	int64_t subject_id = *(int64_t *)arg;

	TRY(ledger_person_new(c, tx, subject_id));
	return facts_person_new(c, tx, subject_id, false);
}

static int setup(void **state)
{
	struct people *p = people_new("tianjin");
	struct ctx *c = p->c;
	int64_t mei = MEI;

	assert_ok(store_write(c, c->store, person_rows, &mei));
	*state = p;
	return 0;
}

static struct facts facts_of(struct ctx *c, int64_t subject_id)
{
	struct facts f;
	struct head h;

	assert_ok(facts_load(c, subject_id, &f, &h));
	return f;
}

static int64_t entries_of(struct ctx *c, int64_t subject_id)
{
	struct head h;

	assert_ok(ledger_head(c, c->store, subject_id, &h));
	return h.n;
}

/* ---- installations
 * ------------------------------------------------------------------------------------------------ */

static void an_installation_is_found_by_its_token_only(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	char token[TOKEN_SIZE];
	const char *platform = NULL;
	int64_t id = 0, found = 0;

	assert_ok(installation_new(c, "ios", token, &id));
	assert_ok(installation_find(c, slice_of(token), &found, &platform));
	assert_int_equal(found, id);
	assert_string_equal(platform, "ios");
	token[strlen(token) - 2] ^= 1;
	assert_err(installation_find(c, slice_of(token), &found, &platform), ERR_LOGIN);
	assert_err(installation_find(c, SLICE("i"), &found, &platform), ERR_LOGIN);
	assert_err(installation_find(c, SLICE(""), &found, &platform), ERR_LOGIN);
}

/* ---- acceptances: TJ-0.2.b, TJ-0.2.c, NT-0.4.b
 * ---------------------------------------------------------------------- */

static void an_installation_has_accepted_only_after_the_press(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;

	installation_for(c);
	assert_err(installation_accepted(c), ERR_REFUSED);
	assert_string_equal(c->failure.reason, "consent_required");
	assert_non_null(c->failure.clause);
	assert_int_equal(facts_of(c, 0).acceptance, ACCEPT_NONE);
	agree_for(c, 0);
	assert_ok(installation_accepted(c));
	assert_int_equal(facts_of(c, 0).acceptance, ACCEPT_EXPRESS);
	assert_int_equal(facts_of(c, 0).accepted_release, release_number(c->release));
}

static void a_persons_acceptance_is_an_entry_and_raises_the_epoch(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	struct facts before = facts_of(c, MEI);

	agree_for(c, MEI);
	assert_true(facts_of(c, MEI).epoch > before.epoch);
	assert_int_equal(entries_of(c, MEI), 1);
}

static void a_reading_token_is_bound_to_installation_and_time(void **state)
{
	(void)state;
	struct people *p = people_new("nantong");
	struct ctx *c = p->c;
	char token[TOKEN_SIZE];

	installation_for(c);
	assert_ok(acceptance_reading_token(c, c->release, token));
	assert_err(acceptance_give(c, 0, c->release, SLICE("")), ERR_REFUSED);
	assert_err(acceptance_give(c, 0, c->release, slice_of(token)), ERR_REFUSED); /* too soon */
	c->now_ms += 10 * 1000;
	struct ctx *other = people_ctx(p);
	other->now_ms = c->now_ms;
	installation_for(other);
	assert_int_equal(acceptance_give(other, 0, c->release, slice_of(token)).code, ERR_REFUSED);
	token[3] ^= 1;
	assert_err(acceptance_give(c, 0, c->release, slice_of(token)), ERR_REFUSED);
	token[3] ^= 1;
	assert_ok(acceptance_give(c, 0, c->release, slice_of(token)));
	people_ctx_free(other);
	people_free(p);
}

static void an_acceptance_leaves_nothing_when_a_call_fails(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	int at = 1;

	for (;; at++) {
		failure_clear(c);
		store_fail_at(c->store, at);
		err e = acceptance_give(c, MEI, c->release, SLICE(""));
		store_fail_at(c->store, 0);
		if (!failed(e))
			break;
		assert_int_equal(entries_of(c, MEI), 0);
		assert_int_equal(facts_of(c, MEI).acceptance, ACCEPT_NONE);
	}
	assert_true(at > 3);
	assert_int_equal(entries_of(c, MEI), 1);
	assert_int_equal(facts_of(c, MEI).acceptance, ACCEPT_EXPRESS);
}

/* ---- consents: TJ-4.2.3.a, NT-4.4.b
 * --------------------------------------------------------------------------------- */

static void a_consent_needs_exactly_the_text_that_was_shown(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	struct consent_offer offer = {.service = release_service(c->release, "account"),
				      .text_hash = SLICE("00")};
	int64_t id = -1;

	offer.items = consent_offer_items(c->release, offer.service);
	offer.recipient = offer.service->recipient;
	assert_err(consent_give(c, MEI, &offer, &id), ERR_INVALID);
	offer.items = (struct itemset){0};
	assert_err(consent_give(c, MEI, &offer, &id), ERR_INVALID);
	itemset_add(&offer.items, release_item(c->release, "bank_card_number")->number);
	assert_err(consent_give(c, MEI, &offer, &id), ERR_REFUSED);
	assert_int_equal(id, -1);
	assert_int_equal(facts_of(c, MEI).consent_count, 0);
}

static err withdraw_one(struct ctx *c, int64_t id)
{
	struct withdraw_request w = {.ids = &id, .id_count = 1};
	struct withdrawal done;

	return withdrawal_run(c, MEI, &w, &done);
}

static void a_consent_given_again_replaces_the_first_so_that_one_withdrawal_is_enough(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	int64_t first = consent_for(c, MEI, "account"), second = consent_for(c, MEI, "account");

	assert_int_not_equal(first, second);
	assert_int_equal(facts_of(c, MEI).consent_count, 1);
	assert_err(withdraw_one(c, first), ERR_NOT_FOUND);
	assert_ok(withdraw_one(c, second));
	assert_int_equal(facts_of(c, MEI).consent_count, 0);
	assert_int_equal(entries_of(c, MEI), 3);
}

static err withdraw(struct ctx *c, void *arg)
{
	return withdraw_one(c, *(int64_t *)arg);
}

static void of_two_withdrawals_at_once_one_counts(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c, *d = people_ctx(p);

	for (int i = 0; i < 10; i++) {
		int64_t id = consent_for(c, MEI, "account"), before = entries_of(c, MEI);
		err outcome[2];
		failure_clear(c);
		failure_clear(d);
		race(c, &id, d, &id, withdraw, outcome);
		assert_int_equal((outcome[0].code == ERR_OK) + (outcome[1].code == ERR_OK), 1);
		assert_int_equal(entries_of(c, MEI), before + 1);
	}
	people_ctx_free(d);
}

static void a_permit_decided_before_a_withdrawal_is_stale(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	struct entry entry = {.action = ENTRY_COLLECT, .decision = "allowed"};
	int64_t id = consent_for(c, MEI, "account");
	struct facts f;
	struct head h;

	assert_ok(facts_load(c, MEI, &f, &h));
	assert_ok(withdraw_one(c, id));
	assert_err(ledger_write(c, &h, &entry, 0, NULL, NULL, NULL), ERR_STALE);
}

static err count_consents(struct ctx *c, const struct consent *k, void *arg)
{
	(void)c;
	*(int64_t *)arg += k->withdrawn_at_ms == 0;
	return OK;
}

static err adopt_rows(struct ctx *c, struct tx *tx, void *arg)
{
	return consent_adopt(c, tx, *(int64_t *)arg, MEI);
}

static err adopt(struct ctx *c, void *arg)
{
	return store_write(c, c->store, adopt_rows, arg);
}

/* Whoever logs in on a device that a guest used agreed to the policy there, and to nothing else. */
static void login_takes_over_the_acceptance_and_no_separate_consent(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	int64_t live = 0;

	consent_for(c, 0, "account");
	assert_ok(acceptance_adopt(c, c->installation_id, MEI));
	assert_int_equal(facts_of(c, MEI).acceptance, ACCEPT_EXPRESS);
	assert_int_equal(facts_of(c, MEI).consent_count, 0);
	assert_ok(consent_list(c, MEI, count_consents, &live));
	assert_int_equal(live, 0);
	assert_int_equal(facts_of(c, 0).consent_count, 1);
}

/* TJ-4.2.1.d: an acceptance that was withdrawn does not come back from another device. */
static void a_withdrawn_acceptance_stays_withdrawn_until_it_is_given_anew(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c, *d = people_ctx(p);
	struct withdraw_request all = {.all = true};
	struct withdrawal done;

	assert_ok(acceptance_adopt(c, c->installation_id, MEI));
	consent_for(c, MEI, "account");
	assert_ok(permission_set(c, MEI, release_permission(c->release, "perm_location"), NULL, true));
	c->now_ms = d->now_ms += 1000;
	int64_t before = entries_of(c, MEI), epoch = facts_of(c, MEI).epoch;
	assert_ok(withdrawal_run(c, MEI, &all, &done));
	assert_true(done.policy);
	assert_int_equal(done.consent_count, 1);
	assert_int_equal(entries_of(c, MEI), before + 1);
	struct facts f = facts_of(c, MEI);
	assert_true(f.epoch > epoch);
	assert_int_equal(f.acceptance, ACCEPT_NONE);
	assert_int_equal(f.consent_count, 0);
	assert_int_equal(f.permissions, 0);
	assert_err(installation_accepted(c), ERR_REFUSED);
	assert_ok(acceptance_adopt(d, d->installation_id, MEI)); /* agreed to before the withdrawal */
	assert_int_equal(facts_of(d, MEI).acceptance, ACCEPT_NONE);
	c->now_ms += 1000;
	agree_for(c, MEI);
	assert_int_equal(facts_of(c, MEI).acceptance, ACCEPT_EXPRESS);
	assert_ok(installation_accepted(c));
	people_ctx_free(d);
}

/* NT-4.4.b, TJ-4.2.3.a: what fails in between leaves all as it was. */
static void of_several_consents_all_end_or_none(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	int64_t ids[2] = {consent_for(c, MEI, "account"), 4711};
	struct withdraw_request w = {.ids = ids, .id_count = 2};
	struct withdrawal done;

	assert_err(withdrawal_run(c, MEI, &w, &done), ERR_NOT_FOUND);
	assert_int_equal(facts_of(c, MEI).consent_count, 1);
	w.id_count = 1;
	assert_ok(withdrawal_preview(c, MEI, &w, &done));
	assert_int_equal(done.consent_count, 1);
	assert_int_equal(facts_of(c, MEI).consent_count, 1);
}

/* TJ-4.2.1.c: what the city counts as a withdrawal. */
static void a_token_of_an_installation_that_was_removed_opens_nothing(void **state)
{
	(void)state;
	for (int i = 0; i < 2; i++) {
		struct people *p = people_new(i ? "nantong" : "tianjin");
		struct ctx *c = p->c;
		const char *platform = NULL;
		char token[TOKEN_SIZE];
		int64_t mei = MEI, id = 0;

		assert_ok(store_write(c, c->store, person_rows, &mei));
		assert_ok(installation_new(c, "android", token, &c->installation_id));
		agree_for(c, MEI);
		assert_ok(
			permission_set(c, MEI, release_permission(c->release, "perm_location"), NULL, true));
		assert_ok(installation_goodbye(c, MEI));
		assert_err(installation_find(c, slice_of(token), &id, &platform), ERR_LOGIN);
		assert_int_equal(facts_of(c, MEI).permissions, 0);
		assert_int_equal(facts_of(c, MEI).acceptance,
				 city_list_has(c->release, "withdraw.ways", "uninstall") ? ACCEPT_NONE
											 : ACCEPT_EXPRESS);
		people_free(p);
	}
}

static void what_an_installation_agreed_to_becomes_the_persons_once(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c, *d = people_ctx(p);
	int64_t installation = c->installation_id, live = 0;
	err outcome[2];

	consent_for(c, 0, "account");
	assert_int_equal(facts_of(c, 0).consent_count, 1);
	race(c, &installation, d, &installation, adopt, outcome);
	assert_false(failed(outcome[0]));
	assert_false(failed(outcome[1]));
	assert_int_equal(facts_of(c, 0).consent_count, 0);
	assert_int_equal(facts_of(c, MEI).acceptance, ACCEPT_EXPRESS);
	assert_ok(consent_list(c, MEI, count_consents, &live));
	assert_int_equal(live, 1);
	people_ctx_free(d);
}

/* ---- permissions: TJ-1.1.4.f, TJ-1.1.4.h
 * ------------------------------------------------------------------------------ */

static void a_permission_is_off_until_granted_and_belongs_to_one_installation(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c, *d = people_ctx(p);
	const struct permission *location = release_permission(c->release, "perm_location");

	assert_int_equal(facts_of(c, MEI).permissions, 0);
	assert_ok(permission_set(c, MEI, location, NULL, true));
	assert_int_equal(facts_of(c, MEI).permissions, UINT32_C(1) << location->number);
	assert_int_equal(facts_of(d, MEI).permissions, 0);
	assert_ok(permission_set(c, MEI, location, NULL, false));
	assert_int_equal(facts_of(c, MEI).permissions, 0);
	assert_int_equal(entries_of(c, MEI), 2);
	people_ctx_free(d);
}

/* ---- the end: TJ-4.2.1.a
 * ---------------------------------------------------------------------------------------------------- */

static err end_rows(struct ctx *c, struct tx *tx, void *arg)
{
	return facts_end_rows(c, tx, *(int64_t *)arg);
}

static void ending_withdraws_everything_and_cannot_be_undone(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	struct facts_change revive = {MEI, 2, 1, PERSON_ACTIVE};
	int64_t mei = MEI;

	consent_for(c, MEI, "account");
	assert_ok(store_write(c, c->store, end_rows, &mei));
	assert_int_equal(facts_of(c, MEI).consent_count, 0);
	assert_int_equal(facts_of(c, MEI).status, PERSON_CANCELLED);
	assert_err(store_write(c, c->store, facts_change_rows, &revive), ERR_GONE);
	assert_int_equal(facts_of(c, MEI).status, PERSON_CANCELLED);
}

/* ---- deleting everything: TJ-4.2.1.b
 * ------------------------------------------------------------------------------------------------ */

static err known_rows(struct ctx *c, struct tx *tx, void *arg)
{
	struct facts_change change = {*(int64_t *)arg, 2, 1, -1};

	return facts_change_rows(c, tx, &change);
}

static void keep_in(struct ctx *c, const char *scope, int64_t record_id)
{
	const struct service *s = release_service(c->release, "social_assistance_query");
	struct vault_value value = {.item = release_item(c->release, "home_address"),
				    .value = SLICE("示例路6号"),
				    .origin = "typed"};
	struct gate_request q = {
		.action = GATE_COLLECT, .service = s, .purpose = s->purpose, .now_ms = c->now_ms};
	struct permit *permit = NULL;
	struct facts f;
	struct head h;

	itemset_add(&q.items, value.item->number);
	assert_ok(facts_load(c, MEI, &f, &h));
	assert_ok(gate_decide(c, c->release, &f, &q, &permit));
	assert_ok(vault_collect(c, permit, &h, record_id, scope, &value, 1, NULL, NULL));
}

static bool names_a_case(struct ctx *c)
{
	struct withdraw_request everything = {.all = true, .data = true};
	struct withdrawal w;
	bool found = false;

	assert_ok(withdrawal_preview(c, MEI, &everything, &w));
	for (size_t i = 0; i < w.keep_count; i++) {
		assert_non_null(w.keeps[i].rule);
		found |= strncmp(w.keeps[i].name, "已提交的事项", strlen("已提交的事项")) == 0;
	}
	return found;
}

static void who_deletes_everything_is_told_of_the_cases_that_stay(void **state)
{
	struct people *p = *state;
	struct ctx *c = p->c;
	int64_t mei = MEI;

	assert_ok(store_write(c, c->store, known_rows, &mei));
	agree_for(c, MEI);
	consent_for(c, MEI, "social_assistance_query");
	keep_in(c, "service:legal", 54);
	assert_false(names_a_case(c));
	keep_in(c, "case:55", 55);
	assert_true(names_a_case(c));
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, people_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(an_installation_is_found_by_its_token_only),
		T(an_installation_has_accepted_only_after_the_press),
		T(a_persons_acceptance_is_an_entry_and_raises_the_epoch),
		cmocka_unit_test(a_reading_token_is_bound_to_installation_and_time),
		T(an_acceptance_leaves_nothing_when_a_call_fails),
		T(a_consent_needs_exactly_the_text_that_was_shown),
		T(a_consent_given_again_replaces_the_first_so_that_one_withdrawal_is_enough),
		T(of_two_withdrawals_at_once_one_counts),
		T(a_permit_decided_before_a_withdrawal_is_stale),
		T(what_an_installation_agreed_to_becomes_the_persons_once),
		T(login_takes_over_the_acceptance_and_no_separate_consent),
		T(a_withdrawn_acceptance_stays_withdrawn_until_it_is_given_anew),
		T(of_several_consents_all_end_or_none),
		cmocka_unit_test(a_token_of_an_installation_that_was_removed_opens_nothing),
		T(a_permission_is_off_until_granted_and_belongs_to_one_installation),
		T(ending_withdraws_everything_and_cannot_be_undone),
		T(who_deletes_everything_is_told_of_the_cases_that_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
