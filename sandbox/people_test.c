#include "records.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const int64_t now_ms = 1790000000000; /* autumn 2026 */

static int setup(void **state)
{
	*state = people_new(1, 2026);
	return 0;
}

static int teardown(void **state)
{
	people_free(*state);
	return 0;
}

static void the_same_seed_gives_the_same_people(void **state)
{
	const struct people *p = *state;
	struct people *again = people_new(1, 2026), *other = people_new(2, 2026);

	assert_int_equal(p->count, again->count);
	for (int i = 0; i < p->count; i++) {
		assert_string_equal(p->list[i].name, again->list[i].name);
		assert_string_equal(p->list[i].id_number, again->list[i].id_number);
		assert_string_equal(p->list[i].phone, again->list[i].phone);
	}
	assert_string_not_equal(p->list[0].id_number, other->list[0].id_number);
	people_free(again);
	people_free(other);
}

static void nobody_could_be_a_real_person(void **state)
{
	const struct people *p = *state;

	for (int i = 0; i < p->count; i++) {
		const struct person *x = &p->list[i];
		if (strcmp(x->id_type, "resident_card") == 0)
			assert_memory_equal(x->id_number, x->city == CITY_TIANJIN ? "1299" : "3299", 4);
		assert_memory_equal(x->phone, "12", 2);
		assert_int_equal(strlen(x->phone), 11);
		assert_true(x->bank_card[0] == '\0' || strncmp(x->bank_card, "629999", 6) == 0);
	}
}

static void whoever_moves_the_clock_by_a_year_or_two_meets_valid_documents(void **state)
{
	const struct people *now = *state;
	struct people *later = people_new(1, 2031);

	for (int i = 0; i < now->count; i++) {
		assert_true(strcmp(now->list[i].id_expiry, "2029") > 0);
		assert_true(strcmp(later->list[i].id_expiry, "2034") > 0);
		assert_int_equal(later->list[i].birth.year - now->list[i].birth.year, 5);
	}
	people_free(later);
}

static void check_digits_are_right(void **state)
{
	const struct people *p = *state;

	assert_int_equal(resident_id_check("11010519491231002"), 'X'); /* the standard's own example */
	assert_int_equal(luhn_check("7992739871"), '3');
	for (int i = 0; i < p->count; i++) {
		const struct person *x = &p->list[i];
		struct date birth = {0};
		if (strcmp(x->id_type, "resident_card") != 0)
			continue;
		assert_int_equal(strlen(x->id_number), 18);
		assert_int_equal(resident_id_check(x->id_number), x->id_number[17]);
		assert_true(date_parse((struct slice){x->id_number + 6, 8}, &birth));
		assert_int_equal(date_compare(birth, x->birth), 0);
		assert_int_equal((x->id_number[16] - '0') % 2, x->female ? 0 : 1);
	}
}

static void numbers_and_phones_find_their_one_person(void **state)
{
	const struct people *p = *state;

	for (int i = 0; i < p->count; i++) {
		assert_ptr_equal(person_by_number(p, slice_of(p->list[i].id_number)), &p->list[i]);
		assert_ptr_equal(person_by_phone(p, slice_of(p->list[i].phone)), &p->list[i]);
	}
	assert_null(person_by_number(p, SLICE("129901199001010000")));
}

static void both_cities_have_minors_families_insured_and_foreigners(void **state)
{
	const struct people *p = *state;
	int minors[CITY_COUNT] = {0}, married[CITY_COUNT] = {0}, insured[CITY_COUNT] = {0},
	    foreign[CITY_COUNT] = {0};

	for (int i = 0; i < p->count; i++) {
		const struct person *x = &p->list[i];
		minors[x->city] += person_is_minor(x, now_ms);
		married[x->city] += x->spouse != NOBODY;
		insured[x->city] += x->insured;
		foreign[x->city] += strcmp(x->id_type, "resident_card") != 0;
		if (x->mother != NOBODY)
			assert_true(x->birth.year - p->list[x->mother].birth.year >= 18);
		assert_false(person_is_minor(x, now_ms) && x->spouse != NOBODY);
	}
	for (int c = 0; c < CITY_COUNT; c++) {
		assert_in_range(minors[c], 100, 900);
		assert_in_range(married[c], 500, 1800);
		assert_in_range(insured[c], 1000, 1900);
		assert_in_range(foreign[c], 5, 30);
	}
}

static void registers_compare_what_they_hold_and_nothing_else(void **state)
{
	const struct people *p = *state;
	const struct person *x = &p->list[0];

	assert_true(record_matches(p, x, "real_name", x->name, now_ms));
	assert_false(record_matches(p, x, "real_name", "王某", now_ms));
	assert_true(record_is_compared("plate_number", false));
	assert_false(record_is_compared("location", true));
	assert_false(record_is_compared("mobile_phone", false));
	assert_true(record_is_compared("mobile_phone", true));
}

static void an_insured_person_has_twelve_months_and_another_none(void **state)
{
	const struct people *p = *state;

	for (int i = 0; i < 100; i++) {
		json_t *t = record_value(p, &p->list[i], "social_security_payment", now_ms);
		assert_int_equal(json_array_size(json_object_get(t, "rows")), p->list[i].insured ? 12 : 0);
		json_decref(t);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_seed_gives_the_same_people),
		cmocka_unit_test(nobody_could_be_a_real_person),
		cmocka_unit_test(whoever_moves_the_clock_by_a_year_or_two_meets_valid_documents),
		cmocka_unit_test(check_digits_are_right),
		cmocka_unit_test(numbers_and_phones_find_their_one_person),
		cmocka_unit_test(both_cities_have_minors_families_insured_and_foreigners),
		cmocka_unit_test(registers_compare_what_they_hold_and_nothing_else),
		cmocka_unit_test(an_insured_person_has_twelve_months_and_another_none),
	};
	return cmocka_run_group_tests_name("sandbox people", tests, setup, teardown);
}
