/* Two versions of a small city: each kind of change is told, and is of the major kind that the list says. */
#include "policy/diff.h"
#include "policy/passages.h"
#include "policy/policy_test_support.h"
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct two {
	struct test_city a, b;
	struct policy_change *changes;
};

static void make(struct two *t, const char *part, const char *from, const char *to)
{
	test_city_load(&t->a, NULL, NULL);
	test_city_load(&t->b, part, part ? test_city_text(part, from, to) : NULL);
	assert_string_equal(buf_slice(&t->b.complaints).p, "");
	t->changes = policy_diff(&t->a.c, t->a.release, t->b.release);
}

static void end(struct two *t)
{
	test_city_release(&t->a);
	test_city_release(&t->b);
}

/* One passage changes; the only change told is this one. */
static void expect(const char *part, const char *from, const char *to, enum policy_major major,
		   const char *text)
{
	struct two t;

	make(&t, part, from, to);
	assert_non_null(t.changes);
	assert_string_equal(t.changes->text, text);
	assert_int_equal(t.changes->major, major);
	assert_null(t.changes->next);
	end(&t);
}

static void the_same_release_has_no_changes(void **state)
{
	struct two t;

	(void)state;
	make(&t, NULL, NULL, NULL);
	assert_null(t.changes);
	end(&t);
}

static void a_new_purpose_is_a_change_of_the_model(void **state)
{
	(void)state; /* NT-6.2.1 */
	expect("policy", "recipients:\n", "  - {key: stat, name: 统计, clause: TJ-1.2.1.3.a}\nrecipients:\n",
	       MAJOR_MODEL, "新增处理目的：统计。");
}

static void one_more_item_in_a_category_is_a_change_of_the_model(void **state)
{
	(void)state; /* NT-6.2.1 */
	expect("policy", "collect: {items: [plate_number]", "collect: {items: [plate_number, real_name]",
	       MAJOR_MODEL, "“驾管”新增收集的信息：姓名。");
}

static void one_more_item_that_leaves_is_a_change_of_the_model(void **state)
{
	(void)state;
	expect("policy", "share: {items: [real_name, id_number, mobile_phone]",
	       "share: {items: [real_name, id_number, mobile_phone, location]", MAJOR_MODEL,
	       "“社保医保”新增对外提供的信息：位置信息。");
}

static void another_controller_is_a_change_of_organisation(void **state)
{
	(void)state; /* NT-6.2.2 */
	struct two t;
	make(&t, "city", "controller: 试验市数据中心", "controller: 试验市数据局");
	bool told = false;
	for (struct policy_change *k = t.changes; k; k = k->next)
		told |= k->major == MAJOR_ORGANISATION &&
			strcmp(k->text, "个人信息处理者由“试验市数据中心”改为“试验市数据局”。") == 0;
	assert_true(told);
	end(&t);
}

static void a_receiver_more_is_a_change_of_recipients(void **state)
{
	(void)state; /* NT-6.2.3 */
	expect("policy", "recipients: [centre, bureau, sms]", "recipients: [centre, bureau, sms, other]",
	       MAJOR_RECIPIENTS, "“社保医保”新增接收方：其他单位。");
}

static void one_more_item_for_a_receiver_alone_is_a_change_of_recipients(void **state)
{
	(void)state; /* NT-6.2.3 */
	expect("policy", "basis: 法律授权, clause: TJ-1.1.6.c, within: centre}",
	       "basis: 法律授权, clause: TJ-1.1.6.c, within: centre, items: [real_name]}", MAJOR_RECIPIENTS,
	       "“城建局”新增另行接收的信息：姓名。");
}

static void a_receiver_less_is_a_change_of_recipients(void **state)
{
	(void)state; /* NT-6.2.3 */
	expect("policy", "recipients: [centre, bureau, sms]", "recipients: [centre, bureau]",
	       MAJOR_RECIPIENTS, "“社保医保”减少接收方：短信公司。");
}

static void consent_by_going_on_is_a_change_of_rights(void **state)
{
	(void)state; /* NT-6.2.4 */
	expect("city", "consent: {continue: true}", "consent: {continue: false}", MAJOR_RIGHTS,
	       "收到通知后继续使用是否视为同意由“是”改为“否”。");
}

static void another_hotline_is_a_change_of_contact(void **state)
{
	(void)state; /* NT-6.2.5 */
	expect("city", "hotlines: [022-12345]", "hotlines: [022-12346]", MAJOR_CONTACT,
	       "服务热线由“022-12345”改为“022-12346”。");
}

static void a_longer_period_weighs_on_rights(void **state)
{
	(void)state; /* NT-6.2.7 */
	expect("policy", "days: 30}", "days: 60}", MAJOR_OTHER, "“社保医保”的保存期限由 30 日延长为 60 日。");
	expect("policy", "days: 30}", "days: 0}", MAJOR_OTHER,
	       "“社保医保”的保存期限由 30 日延长到该项业务终止为止。");
}

static void a_shorter_period_is_no_major_change(void **state)
{
	(void)state;
	expect("policy", "days: 30}", "days: 7}", MAJOR_NONE, "“社保医保”的保存期限由 30 日缩短为 7 日。");
}

static void a_permission_asked_for_something_else_is_told(void **state)
{
	(void)state; /* NT-6.2.1 */
	expect("policy", "why: 扫码", "why: 拍照", MAJOR_MODEL, "“相机”的用途由“扫码”改为“拍照”。");
}

static void a_ground_without_consent_is_a_change_of_rights(void **state)
{
	(void)state; /* NT-6.2.4 */
	expect("policy", "chapters:\n",
	       "exceptions:\n  - {key: defence, contexts: [collect], ground: 涉及国防, needs: [document], "
	       "clause: "
	       "TJ-1.3.1}\nchapters:\n",
	       MAJOR_RIGHTS, "新增例外情形：涉及国防。");
}

static void expect_passage(const char *from, const char *to, const char *before, const char *after)
{
	struct two t;

	make(&t, "policy", from, to);
	const struct passage *p = policy_passages(&t.a.c, t.a.release, t.b.release);
	assert_non_null(p);
	assert_null(p->next);
	assert_string_equal(p->chapter, "一、收集");
	assert_true(before ? p->before && strcmp(p->before, before) == 0 : !p->before);
	assert_true(after ? p->after && strcmp(p->after, after) == 0 : !p->after);
	end(&t);
}

static void a_changed_sentence_is_shown_as_it_was_and_as_it_is(void **state)
{
	(void)state; /* NT-6.2: the notice states the concrete changes */
	expect_passage("可致电 022-12345。", "可致电 022-12345。咨询不收费。", NULL, "咨询不收费。");
	expect_passage("收集**证件号码**等信息，", "收集**证件号码**，",
		       "我们<只>收集证件号码等信息，可致电 022-12345。",
		       "我们<只>收集证件号码，可致电 022-12345。");
}

static void each_major_kind_has_its_clause(void **state)
{
	(void)state;
	assert_null(policy_major_clause(MAJOR_NONE));
	assert_string_equal(policy_major_clause(MAJOR_RISK), "NT-6.2.6");
	for (int i = 0; i < MAJOR_COUNT; i++)
		assert_non_null(policy_major_name((enum policy_major)i));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_release_has_no_changes),
		cmocka_unit_test(a_new_purpose_is_a_change_of_the_model),
		cmocka_unit_test(one_more_item_in_a_category_is_a_change_of_the_model),
		cmocka_unit_test(one_more_item_that_leaves_is_a_change_of_the_model),
		cmocka_unit_test(another_controller_is_a_change_of_organisation),
		cmocka_unit_test(a_receiver_more_is_a_change_of_recipients),
		cmocka_unit_test(one_more_item_for_a_receiver_alone_is_a_change_of_recipients),
		cmocka_unit_test(a_receiver_less_is_a_change_of_recipients),
		cmocka_unit_test(consent_by_going_on_is_a_change_of_rights),
		cmocka_unit_test(another_hotline_is_a_change_of_contact),
		cmocka_unit_test(a_longer_period_weighs_on_rights),
		cmocka_unit_test(a_shorter_period_is_no_major_change),
		cmocka_unit_test(a_permission_asked_for_something_else_is_told),
		cmocka_unit_test(a_ground_without_consent_is_a_change_of_rights),
		cmocka_unit_test(a_changed_sentence_is_shown_as_it_was_and_as_it_is),
		cmocka_unit_test(each_major_kind_has_its_clause),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
