/* The registers of a policy: what is refused, what is read, and what people see of it. */
#include "policy/policy_test_support.h"
#include "policy/sdk.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static const char registers[] =
	"sdks:\n"
	"  - {key: map, name: 地图SDK, vendor: 图商, trigger: map, function: 查找网点, service: plates, "
	"permissions: [perm_location], items: [location], platforms: [android], clause: TJ-1.1.25.i}\n"
	"exceptions:\n"
	"  - {key: defence, contexts: [collect, share], ground: 涉及国防, needs: [document, second_officer], "
	"secrecy: true, clause: TJ-1.3.1}\n"
	"  - {key: abuse, contexts: [refuse_request], ground: 滥用权利, needs: [reason], clause: TJ-4.5.4}\n"
	"cookies:\n"
	"  - {key: session, name: sid, use: session}\n"
	"  - {key: analysis, name: stat, use: analysis, refusable: true, effect: 不再推荐服务}\n"
	"definitions:\n"
	"  - {key: user, term: 您, meaning: 注册用户, clause: TJ-0.1.a}\n"
	"duties:\n"
	"  - {key: training, name: 培训, evidence: 培训记录, every_days: 365, clause: TJ-5.3.b}\n";

static const char *policy_with(const char *from, const char *to)
{
	static char text[8192];
	const char *at = strstr(registers, from);

	assert_non_null(at);
	snprintf(text, sizeof text, "%.*s%s%schapters:\n", (int)(at - registers), registers, to,
		 at + strlen(from));
	return test_city_text("policy", "chapters:\n", text);
}

/* One passage of the registers is replaced; the complaint must say this. */
static void expect(const char *from, const char *to, const char *complaint)
{
	struct test_city t;

	test_city_load(&t, "policy", policy_with(from, to));
	assert_null(t.release);
	assert_string_equal(buf_slice(&t.complaints).p, complaint);
	test_city_release(&t);
}

static void what_is_declared_is_read(void **state)
{
	/* TJ-1.1.25.0: name, vendor, purpose and trigger of each SDK */
	struct test_city t;

	(void)state;
	test_city_load(&t, "policy", policy_with("sdks:", "sdks:"));
	assert_string_equal(buf_slice(&t.complaints).p, "");
	const struct release *r = t.release;
	const struct sdk *s = release_sdk(r, "map");
	assert_string_equal(s->trigger, "map");
	assert_string_equal(s->platforms, "android");
	assert_ptr_equal(s->service, release_service(r, "plates"));
	assert_true(itemset_has(&s->items, release_item(r, "location")->number));
	assert_int_equal(s->permissions, 1u << release_permission(r, "perm_location")->number);
	const struct exception *e = release_exception(r, "defence");
	assert_true(exception_holds(e, EXCEPTION_COLLECT) && exception_holds(e, EXCEPTION_SHARE));
	assert_false(exception_holds(e, EXCEPTION_PUBLISH));
	assert_true(exception_needs(e, NEED_SECOND_OFFICER) && !exception_needs(e, NEED_SCOPE) && e->secrecy);
	assert_true(release_cookie(r, "analysis")->refusable);
	assert_string_equal(release_definition(r, "user")->meaning, "注册用户");
	assert_int_equal(release_duty(r, "training")->every_days, 365);
	assert_null(release_sdk(r, "push"));
	test_city_release(&t);
}

static void the_registers_belong_to_the_hashed_document(void **state)
{
	struct test_city with, without;

	(void)state;
	test_city_load(&with, "policy", policy_with("needs: [reason]", "needs: [document]"));
	test_city_load(&without, "policy", policy_with("sdks:", "sdks:"));
	assert_string_not_equal(release_hash(with.release), release_hash(without.release));
	struct release *again = NULL;
	assert_int_equal(
		release_parse(&with.c, release_document(with.release), 2, &with.complaints, &again).code,
		ERR_OK);
	assert_string_equal(release_hash(again), release_hash(with.release));
	assert_int_equal(release_exception(again, "abuse")->needs, 1u << NEED_DOCUMENT);
	release_drop(again);
	test_city_release(&with);
	test_city_release(&without);
}

static void an_unknown_trigger_is_refused_with_those_there_are(void **state)
{
	(void)state;
	expect("trigger: map", "trigger: maps",
	       "testing/policy/1.yaml:42: 'trigger' is 'maps'; write one of: certificate, business_licence, "
	       "social_security_card, face, liveness, quick_login, share, map, push, usage_statistics, "
	       "fault_report, "
	       "browser_engine, payment_jump, voice_search, carrier_check, app_protection, map_voice, "
	       "company_opening, app_check, call_warning, message_warning\n");
}

static void an_occasion_stays_within_its_entry(void **state)
{
	(void)state;
	expect("platforms: [android]",
	       "platforms: [android], uses: [{trigger: map, permissions: [], items: [real_name]}]",
	       "testing/policy/1.yaml:42: a use of SDK 'map' goes beyond its items or permissions; add them "
	       "to the entry, or remove them here\n");
}

/* The reason why the map gets no position, or NULL. */
static const char *map_refusal(const struct facts *f, enum sdk_choice choice, const char *platform)
{
	struct test_city t;
	static char reason[64];

	test_city_load(&t, "policy", policy_with("service: plates, ", ""));
	struct facts facts = *f;
	facts.accepted_release = release_number(t.release);
	struct sdk_request q = {.sdk = release_sdk(t.release, "map"),
				.trigger = "map",
				.platform = platform,
				.choice = choice};
	itemset_add(&q.items, release_item(t.release, "location")->number);
	bool allowed = !failed(sdk_decide(&t.c, t.release, &facts, &q));
	snprintf(reason, sizeof reason, "%s", allowed ? "" : t.c.failure.reason);
	assert_true(allowed || t.c.failure.clause);
	test_city_release(&t);
	return allowed ? NULL : reason;
}

static void foreign_code_gets_nothing_of_a_minor_without_the_guardian(void **state)
{
	/* TJ-6.2.a, NT-5.0 */
	struct facts f = {.subject_id = 1, .acceptance = ACCEPT_EXPRESS, .permissions = UINT32_MAX};

	(void)state;
	assert_null(map_refusal(&f, SDK_ALLOWED, "android"));
	f.minor = true;
	assert_string_equal(map_refusal(&f, SDK_ALLOWED, "android"), "guardian_required");
	f.guardian_agreed = true;
	assert_string_equal(map_refusal(&f, SDK_UNSET, "android"), "consent_required");
	assert_null(map_refusal(&f, SDK_ALLOWED, "android"));
}

static void foreign_code_is_asked_about_in_order(void **state)
{
	/* TJ-1.1.25.i */
	struct facts f = {.subject_id = 1, .acceptance = ACCEPT_EXPRESS, .permissions = UINT32_MAX};

	(void)state;
	assert_string_equal(map_refusal(&f, SDK_ALLOWED, "ios"), "not_declared");
	assert_string_equal(map_refusal(&f, SDK_REFUSED, "android"), "consent_required");
	assert_string_equal(map_refusal(&f, SDK_UNSET, "android"), "consent_required");
	f.permissions = 0;
	assert_string_equal(map_refusal(&f, SDK_ALLOWED, "android"), "permission_required");
	f.acceptance = ACCEPT_BY_USE;
	assert_string_equal(map_refusal(&f, SDK_ALLOWED, "android"), "consent_required");
	f.status = PERSON_BLOCKED;
	assert_string_equal(map_refusal(&f, SDK_ALLOWED, "android"), "locked");
	f.status = PERSON_CANCELLED;
	assert_string_equal(map_refusal(&f, SDK_ALLOWED, "android"), "gone");
}

/* NT-1.5.0.a-d: the same registers, with reasons for foreign code. */
static const char *with_reasons(const char *triggers, const char *of_sdk)
{
	static char text[8192];
	char list[512];

	snprintf(list, sizeof list,
		 "sdk_reasons:\n  - {key: chosen, name: 提供您选用的功能, triggers: [%s], clause: NT-1.5.0}\n"
		 "  - {key: safety, name: 保障账号安全, triggers: [face], clause: NT-1.5.0.d}\nsdks:\n",
		 triggers);
	snprintf(text, sizeof text, "%s", policy_with("sdks:\n", list));
	const char *at = strstr(text, "vendor: 图商, ");
	static char all[8192];
	snprintf(all, sizeof all, "%.*s%s%s", (int)(at - text), text, of_sdk, at);
	return all;
}

static void expect_reasons(const char *triggers, const char *of_sdk, const char *complaint)
{
	struct test_city t;

	test_city_load(&t, "policy", with_reasons(triggers, of_sdk));
	assert_null(t.release);
	assert_string_equal(buf_slice(&t.complaints).p, complaint);
	test_city_release(&t);
}

static void where_reasons_are_given_each_entry_has_one(void **state)
{
	/* NT-1.5.0.a, NT-1.5.0.d */
	(void)state;
	expect_reasons("map", "",
		       "testing/policy/1.yaml:45: SDK 'map' has no reason; write reason: with one of "
		       "sdk_reasons\n");
	expect_reasons(
		"map", "reason: safety, ",
		"testing/policy/1.yaml:45: SDK 'map' is called when 'map', which is not what the reason "
		"'safety' is for; give it another reason, or add the trigger to sdk_reasons\n");
	expect_reasons(
		"maps", "reason: chosen, ",
		"testing/policy/1.yaml:42: unknown word 'maps' in 'triggers'; did you mean 'map'?\n"
		"testing/policy/1.yaml:45: SDK 'map' is called when 'map', which is not what the reason "
		"'chosen' is for; give it another reason, or add the trigger to sdk_reasons\n");
	expect("vendor: 图商, ", "vendor: 图商, reason: chosen, ",
	       "testing/policy/1.yaml:42: unknown reason 'chosen'; declare it in sdk_reasons, or remove it "
	       "here\n");
}

static void what_brings_no_messages_is_no_way_to_phones(void **state)
{
	/* NT-1.5.0.a */
	(void)state;
	expect_reasons(
		"map", "reason: chosen, recipient: bureau, ",
		"testing/policy/1.yaml:45: SDK 'map' names a recipient, but brings no messages; remove "
		"recipient, or write trigger: push\n");
}

static void an_sdk_is_called_for_its_reason_alone(void **state)
{
	/* NT-1.5.0.d */
	struct test_city t;
	struct facts f = {.subject_id = 1, .acceptance = ACCEPT_EXPRESS, .permissions = UINT32_MAX};

	(void)state;
	test_city_load(&t, "policy", with_reasons("map", "reason: chosen, "));
	assert_string_equal(buf_slice(&t.complaints).p, "");
	f.accepted_release = release_number(t.release);
	struct sdk_request q = {.sdk = release_sdk(t.release, "map"),
				.reason = "chosen",
				.trigger = "map",
				.service = "plates",
				.platform = "android",
				.choice = SDK_ALLOWED};
	assert_int_equal(sdk_decide(&t.c, t.release, &f, &q).code, ERR_OK);
	for (int i = 0; i < 2; i++) {
		q.reason = i ? "safety" : NULL;
		assert_int_equal(sdk_decide(&t.c, t.release, &f, &q).code, ERR_REFUSED);
		assert_string_equal(t.c.failure.reason, "not_declared");
		assert_string_equal(t.c.failure.clause, "NT-1.5.0");
	}
	test_city_release(&t);
}

static void an_sdk_names_no_unknown_item(void **state)
{
	(void)state;
	expect("items: [location]", "items: [locations]",
	       "testing/policy/1.yaml:42: unknown item 'locations'; write 'location', or declare it in "
	       "common/items.yaml\n");
}

static void an_sdk_names_no_unknown_service(void **state)
{
	(void)state;
	expect("service: plates", "service: plate",
	       "testing/policy/1.yaml:42: unknown service 'plate'; write 'plates', or declare it in "
	       "services\n");
}

static void an_unknown_need_is_refused(void **state)
{
	(void)state;
	expect("needs: [reason]", "needs: [reasons]",
	       "testing/policy/1.yaml:45: unknown word 'reasons' in 'needs'; did you mean 'reason'?\n");
}

static void a_ground_that_asks_for_nothing_is_refused(void **state)
{
	(void)state;
	expect("needs: [reason]", "needs: []",
	       "testing/policy/1.yaml:45: exception 'abuse' could be used without giving anything; write "
	       "what "
	       "must be given, e.g. needs: [document, officer]\n");
}

static void a_secret_ground_takes_two_officers(void **state)
{
	(void)state;
	expect("needs: [document, second_officer]", "needs: [document]",
	       "testing/policy/1.yaml:44: exception 'defence' may be kept secret by one officer; add "
	       "second_officer to its needs, or remove 'secrecy'\n");
}

static void a_cookie_that_analyses_can_be_refused(void **state)
{
	/* TJ-1.1.26.3.a */
	(void)state;
	expect("refusable: true, effect: 不再推荐服务", "refusable: false",
	       "testing/policy/1.yaml:48: cookie 'analysis' analyses use and cannot be refused; write "
	       "refusable: true\n");
}

static void a_refusable_cookie_says_what_suffers(void **state)
{
	/* TJ-1.1.26.3.b */
	(void)state;
	expect(", effect: 不再推荐服务", "",
	       "testing/policy/1.yaml:48: cookie 'analysis' can be refused; write effect: what suffers "
	       "then\n");
}

static void a_period_of_a_duty_is_a_number_of_days(void **state)
{
	struct test_city t;

	(void)state;
	test_city_load(&t, "policy", policy_with("every_days: 365", "every_days: yearly"));
	assert_null(t.release);
	assert_non_null(strstr(buf_slice(&t.complaints).p, "testing/policy/1.yaml:52:"));
	test_city_release(&t);
}

static void a_key_stands_once_in_its_register(void **state)
{
	(void)state;
	expect("key: analysis", "key: session",
	       "testing/policy/1.yaml:48: cookie 'session' stands twice; give this one another key, or "
	       "remove "
	       "it\n");
}

static void the_page_shows_each_register_in_its_table(void **state)
{
	struct test_city t;
	BUF_SCOPED page;
	char *text;

	(void)state;
	buf_init(&page, 1 << 20);
	char with[8192];
	snprintf(with, sizeof with,
		 "%s      - {table: sdks}\n      - {table: cookies}\n      - {table: definitions}\n"
		 "      - {table: duties}\n      - {table: exceptions, contexts: [refuse_request]}\n",
		 policy_with("sdks:", "sdks:"));
	test_city_load(&t, "policy", with);
	assert_string_equal(buf_slice(&t.complaints).p, "");
	assert_int_equal(policy_html(&t.c, t.release, &page).code, ERR_OK);
	text = buf_slice(&page).n ? page.data : NULL;
	assert_non_null(text);
	assert_non_null(strstr(text, "<th scope=\"row\">地图SDK<!--clause "));
	assert_non_null(strstr(text, "不再推荐服务"));
	assert_non_null(strstr(text, "注册用户"));
	assert_non_null(strstr(text, "每 365 日"));
	assert_non_null(strstr(text, "滥用权利"));
	assert_null(strstr(text, "涉及国防")); /* a ground for taking, not for refusing */
	test_city_release(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_declared_is_read),
		cmocka_unit_test(the_registers_belong_to_the_hashed_document),
		cmocka_unit_test(an_unknown_trigger_is_refused_with_those_there_are),
		cmocka_unit_test(an_occasion_stays_within_its_entry),
		cmocka_unit_test(foreign_code_gets_nothing_of_a_minor_without_the_guardian),
		cmocka_unit_test(foreign_code_is_asked_about_in_order),
		cmocka_unit_test(where_reasons_are_given_each_entry_has_one),
		cmocka_unit_test(what_brings_no_messages_is_no_way_to_phones),
		cmocka_unit_test(an_sdk_is_called_for_its_reason_alone),
		cmocka_unit_test(an_sdk_names_no_unknown_item),
		cmocka_unit_test(an_sdk_names_no_unknown_service),
		cmocka_unit_test(an_unknown_need_is_refused),
		cmocka_unit_test(a_ground_that_asks_for_nothing_is_refused),
		cmocka_unit_test(a_secret_ground_takes_two_officers),
		cmocka_unit_test(a_cookie_that_analyses_can_be_refused),
		cmocka_unit_test(a_refusable_cookie_says_what_suffers),
		cmocka_unit_test(a_period_of_a_duty_is_a_number_of_days),
		cmocka_unit_test(a_key_stands_once_in_its_register),
		cmocka_unit_test(the_page_shows_each_register_in_its_table),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
