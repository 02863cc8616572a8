/* The complaints about rules that do not fit together: services, categories, recipients, retention. */
#include "policy/policy_test_support.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

static void a_service_that_asks_for_more_than_its_category_is_refused(void **state) /* TJ-1.1.6.a */
{
	(void)state;
	assert_complaint(
		"services", "- {item: mobile_phone}", "- {item: plate_number}",
		"testing/services/all.yaml:10: service 'insurance' asks for 'plate_number', which category "
		"'social' may not take (TJ-1.1.6.a); remove the field\n");
}

static void a_service_that_shares_more_than_its_category_is_refused(void **state) /* NT-2.1.0.c, TJ-2.1.1 */
{
	(void)state;
	assert_complaint("services", "shared: [real_name, id_number, mobile_phone]",
			 "shared: [real_name, location]",
			 "testing/services/all.yaml:12: service 'insurance' shares 'location', which "
			 "category 'social' "
			 "does not allow (TJ-1.1.6.c); remove it\n");
}

static void a_service_that_shares_without_a_recipient_is_refused(void **state) /* TJ-2.1.0, NT-2.1.0.b */
{
	(void)state;
	assert_complaint(
		"services", "    recipient: centre\n", "",
		"testing/services/all.yaml:12: service 'insurance' shares without a recipient; write "
		"recipient: its key\n");
}

static void
a_service_with_a_recipient_outside_its_category_is_refused(void **state) /* TJ-2.1.0, NT-2.1.0.d */
{
	(void)state;
	assert_complaint(
		"services", "recipient: centre", "recipient: other",
		"testing/services/all.yaml:15: category 'social' does not share with 'other'; add it to its "
		"recipients\n");
}

static void
a_service_with_a_purpose_outside_its_category_is_refused(void **state) /* TJ-1.1.0.a, NT-2.1.0.b */
{
	(void)state;
	assert_complaint(
		"services", "purpose: query\n    recipient", "purpose: show\n    recipient",
		"testing/services/all.yaml:14: category 'social' does not have the purpose 'show'; add it to "
		"its purposes\n");
}

static void a_category_that_shares_without_a_recipient_is_refused(void **state) /* TJ-2.1.0 */
{
	(void)state;
	assert_complaint(
		"policy", "    recipients: [centre, bureau, sms]\n", "",
		"testing/policy/1.yaml:22: category 'social' shares without a recipient; write recipients: "
		"[…]\n");
}

static void a_category_without_a_purpose_is_refused(void **state) /* TJ-1.1.0.a */
{
	(void)state;
	assert_complaint("policy", "purposes: [query]", "purposes: []",
			 "testing/policy/1.yaml:31: category 'driving' has no purpose; name at least one\n");
}

static void a_retention_without_a_unit_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"policy", "retention: {rule: 自停止使用之日起, days: 30}", "retention: 30",
		"testing/policy/1.yaml:26: a period needs its unit and its start; write retention: {rule: …, "
		"days: 30}\n");
}

static void a_retention_without_days_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"policy", "retention: {rule: 自停止使用之日起, days: 30}",
		"retention: {rule: 自停止使用之日起}",
		"testing/policy/1.yaml:26: a retention has no 'days'; write days: 30, the period with its "
		"unit (0: ends with its scope)\n");
}

static void a_retention_with_words_in_days_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"policy", "days: 30", "days: 30 days",
		"testing/policy/1.yaml:26: 'days' must be a whole number; write digits without unit or "
		"quotes\n");
}

static void a_category_without_retention_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"policy", "    retention: {rule: 自停止使用之日起, days: 30}\n", "",
		"testing/policy/1.yaml:18: a category has no 'retention'; write retention: {rule: …, days: "
		"30}\n");
}

static void a_required_sensor_item_is_refused(void **state) /* TJ-1.1.4.i */
{
	(void)state;
	assert_complaint(
		"services", "{item: location}", "{item: location, required: true}",
		"testing/services/all.yaml:11: 'location' comes from a sensor and cannot be required; write "
		"required: false\n");
}

static void a_sensed_item_without_permission_is_refused(void **state) /* TJ-1.1.4.g */
{
	(void)state;
	assert_complaint(
		"services", "fields: [{item: real_name}]", "fields: [{item: mobile_phone, sensed: true}]",
		"testing/services/all.yaml:30: 'mobile_phone' comes from a sensor, but category 'social' has "
		"no permission for it; add one of its permissions there\n");
}

static void a_field_that_stands_twice_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"services", "- {item: location}", "- {item: real_name}",
		"testing/services/all.yaml:11: service 'insurance' asks for 'real_name' twice; keep one "
		"field\n");
}

static void a_third_party_service_without_its_name_is_refused(void **state) /* TJ-1.1.22.f */
{
	(void)state;
	assert_complaint(
		"services", "level: open", "level: open\n    provider_kind: third_party",
		"testing/services/all.yaml:17: a third party's service must name it (TJ-1.1.22.f); write "
		"provider: its name\n");
}

static void an_internal_category_in_the_catalogue_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"services", "shape: internal", "shape: info",
		"testing/services/all.yaml:36: category 'rights' is internal; write shape: internal\n");
}

static void a_catalogue_category_with_an_internal_service_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"services", "shape: info", "shape: internal",
		"testing/services/all.yaml:20: category 'driving' is in the catalogue; write shape: info, "
		"query or case\n");
}

static void reading_everything_in_a_catalogue_category_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"policy", "    collect: {items: [plate_number]",
		"    read: {items: all, clause: TJ-4.1.1.a}\n    collect: {items: [plate_number]",
		"testing/policy/1.yaml:30: 'read' is for internal categories; remove it, or write kind: "
		"internal\n");
}

static void a_biometric_item_that_is_not_sensitive_is_refused(void **state) /* NT-A.7.3 */
{
	(void)state;
	assert_complaint(
		"items", "kind: property, sensitive: false", "kind: biometric, sensitive: false",
		"common/items.yaml:5: item 'plate_number' of kind biometric is sensitive by its kind "
		"(NT-A.7); write sensitive: true\n");
}

static void a_recipient_without_contact_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"policy", "contact: 022-3, ", "",
		"testing/policy/1.yaml:13: a recipient has no 'contact'; write contact: how people reach the "
		"receiver\n");
}

static void a_recipient_abroad_is_refused_where_nothing_goes_abroad(void **state) /* TJ-5.2.b */
{
	(void)state;
	assert_complaint(
		"policy", "kind: partner, region: CN", "kind: partner, region: SG",
		"testing/city.yaml:8: recipient 'other' stands in SG, but border.mode is never; remove the "
		"recipient\n");
}

static void a_recipient_within_an_unknown_one_is_refused(void **state)
{
	(void)state;
	assert_complaint(
		"policy", "within: centre", "within: center",
		"testing/policy/1.yaml:11: unknown recipient 'center'; write 'centre', or declare it in "
		"recipients above this one\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_that_asks_for_more_than_its_category_is_refused),
		cmocka_unit_test(a_service_that_shares_more_than_its_category_is_refused),
		cmocka_unit_test(a_service_that_shares_without_a_recipient_is_refused),
		cmocka_unit_test(a_service_with_a_recipient_outside_its_category_is_refused),
		cmocka_unit_test(a_service_with_a_purpose_outside_its_category_is_refused),
		cmocka_unit_test(a_category_that_shares_without_a_recipient_is_refused),
		cmocka_unit_test(a_category_without_a_purpose_is_refused),
		cmocka_unit_test(a_retention_without_a_unit_is_refused),
		cmocka_unit_test(a_retention_without_days_is_refused),
		cmocka_unit_test(a_retention_with_words_in_days_is_refused),
		cmocka_unit_test(a_category_without_retention_is_refused),
		cmocka_unit_test(a_required_sensor_item_is_refused),
		cmocka_unit_test(a_sensed_item_without_permission_is_refused),
		cmocka_unit_test(a_field_that_stands_twice_is_refused),
		cmocka_unit_test(a_third_party_service_without_its_name_is_refused),
		cmocka_unit_test(an_internal_category_in_the_catalogue_is_refused),
		cmocka_unit_test(a_catalogue_category_with_an_internal_service_is_refused),
		cmocka_unit_test(reading_everything_in_a_catalogue_category_is_refused),
		cmocka_unit_test(a_biometric_item_that_is_not_sensitive_is_refused),
		cmocka_unit_test(a_recipient_without_contact_is_refused),
		cmocka_unit_test(a_recipient_abroad_is_refused_where_nothing_goes_abroad),
		cmocka_unit_test(a_recipient_within_an_unknown_one_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
