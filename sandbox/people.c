#include "people.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>

enum { TABLE_SIZE = 16384, FOREIGN_EVERY = 150, VALID_YEARS = 3 };
static_assert(TABLE_SIZE > 2 * CITY_COUNT * PEOPLE_PER_CITY);

char resident_id_check(const char digits[static 17])
{
	static const int weights[17] = {7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2};
	int sum = 0;

	for (int i = 0; i < 17; i++)
		sum += (digits[i] - '0') * weights[i];
	return "10X98765432"[sum % 11];
}

char luhn_check(const char *digits)
{
	size_t n = strlen(digits);
	int sum = 0;

	for (size_t i = 0; i < n; i++) {
		int d = digits[n - 1 - i] - '0';
		if (i % 2 == 0)
			d = d * 2 > 9 ? d * 2 - 9 : d * 2;
		sum += d;
	}
	return (char)('0' + (10 - sum % 10) % 10);
}

static uint32_t hash_of(struct slice text)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < text.n; i++)
		h = (h ^ (unsigned char)text.p[i]) * 16777619u;
	return h;
}

static const char *key_of(const struct people *p, const int *table, int index)
{
	return table == p->by_number ? p->list[index].id_number : p->list[index].phone;
}

/* The slot of a key, or the empty one where it would go. */
static int *slot_of(const struct people *p, int *table, struct slice key)
{
	uint32_t at = hash_of(key) % TABLE_SIZE;

	while (table[at] != NOBODY && !slice_is(key, key_of(p, table, table[at])))
		at = (at + 1) % TABLE_SIZE;
	return &table[at];
}

const struct person *person_by_number(const struct people *p, struct slice number)
{
	int index = *slot_of(p, p->by_number, number);
	return index == NOBODY ? NULL : &p->list[index];
}

const struct person *person_by_phone(const struct people *p, struct slice phone)
{
	int index = *slot_of(p, p->by_phone, phone);
	return index == NOBODY ? NULL : &p->list[index];
}

/* ---- one person ---- */

/* The number is drawn again until nobody else has it. */
static void give_resident_id(struct people *p, struct person *x, struct dice *d)
{
	do {
		/* the third digit of the sequence is odd for men */
		unsigned sequence = dice_below(d, 499) * 2 + (x->female ? 2 : 1);
		snprintf(x->id_number, sizeof x->id_number, "%s%02u%04d%02d%02d%03u",
			 city_area_prefix(x->city), dice_below(d, 18) + 1, x->birth.year, x->birth.month,
			 x->birth.day, sequence);
		x->id_number[17] = resident_id_check(x->id_number);
		x->id_number[18] = '\0';
	} while (*slot_of(p, p->by_number, slice_of(x->id_number)) != NOBODY);
	snprintf(x->id_type, sizeof x->id_type, "resident_card");
}

static void give_foreign_document(struct people *p, struct person *x, struct dice *d)
{
	bool passport = dice_below(d, 2) == 0;

	do
		snprintf(x->id_number, sizeof x->id_number, "%s%08u", passport ? "P" : "H",
			 dice_below(d, 100000000));
	while (*slot_of(p, p->by_number, slice_of(x->id_number)) != NOBODY);
	snprintf(x->id_type, sizeof x->id_type, "%s", passport ? "passport" : "hk_mo_permit");
}

static void give_phone(struct people *p, struct person *x, struct dice *d)
{
	do
		snprintf(x->phone, sizeof x->phone, "12%09u", dice_below(d, 1000000000));
	while (*slot_of(p, p->by_phone, slice_of(x->phone)) != NOBODY);
}

static void give_bank_card(struct person *x, struct dice *d)
{
	snprintf(x->bank_card, sizeof x->bank_card, "629999%06u%06u", dice_below(d, 1000000),
		 dice_below(d, 1000000));
	size_t n = strlen(x->bank_card);
	x->bank_card[n] = luhn_check(x->bank_card);
	x->bank_card[n + 1] = '\0';
}

static int age_in_year(const struct people *p, const struct person *x)
{
	return p->year - x->birth.year;
}

/* Nobody's document runs out soon: whoever moves the clock by a year meets the same people. */
static void give_expiry(const struct people *p, struct person *x, struct dice *d)
{
	int years = age_in_year(p, x) < 16 ? 5 : age_in_year(p, x) < 26 ? 10 : 20;
	int year = p->year + VALID_YEARS + (int)dice_below(d, (unsigned)(years - VALID_YEARS));

	snprintf(x->id_expiry, sizeof x->id_expiry, "%04d-%02u-%02u", year, dice_below(d, 12) + 1,
		 dice_below(d, 28) + 1);
}

static struct person *add_person(struct people *p, enum city city, int household, bool female, int age,
				 const char *surname)
{
	struct person *x = &p->list[p->count];
	struct dice d = dice_for(p->seed, (unsigned)p->count, "person");
	char given[16];

	*x = (struct person){.index = p->count,
			     .city = city,
			     .female = female,
			     .household = household,
			     .spouse = NOBODY,
			     .father = NOBODY,
			     .mother = NOBODY};
	x->birth = (struct date){p->year - age, (int)dice_below(&d, 12) + 1, (int)dice_below(&d, 28) + 1};
	x->ethnicity = ethnicity_of(&d);
	given_name_of(&d, female, given);
	snprintf(x->surname, sizeof x->surname, "%s", surname);
	snprintf(x->name, sizeof x->name, "%s%s", surname, given);
	if (age >= 20 && p->count % FOREIGN_EVERY == FOREIGN_EVERY - 1)
		give_foreign_document(p, x, &d);
	else
		give_resident_id(p, x, &d);
	give_expiry(p, x, &d);
	give_phone(p, x, &d);
	snprintf(x->email, sizeof x->email, "u%s@example.cn", x->phone);
	if (age >= 20)
		give_bank_card(x, &d);
	x->insured = dice_below(&d, 100) < (age < 20 ? 60 : 85);
	*slot_of(p, p->by_number, slice_of(x->id_number)) = x->index;
	*slot_of(p, p->by_phone, slice_of(x->phone)) = x->index;
	p->count++;
	return x;
}

/* ---- a family ---- */

static void move_in(struct people *p, int first, enum city city, struct dice *d)
{
	const char *district = district_of(city, d);
	char address[sizeof p->list->address];

	snprintf(address, sizeof address, "%s%s%s%u号%u栋%u室", city_name(city), district, street_of(d),
		 dice_below(d, 200) + 1, dice_below(d, 30) + 1,
		 (dice_below(d, 20) + 1) * 100 + dice_below(d, 4) + 1);
	for (int i = first; i < p->count; i++) {
		memcpy(p->list[i].address, address, sizeof address);
		p->list[i].district = district;
	}
}

static void add_children(struct people *p, int household, const struct person *father,
			 const struct person *mother, struct dice *d)
{
	int mother_age = age_in_year(p, mother);
	int count = (int)dice_below(d, 3);

	for (int i = 0; i < count; i++) {
		int age = mother_age - 23 - (int)dice_below(d, 12);
		if (age < 0 || age > 26)
			continue;
		struct person *child =
			add_person(p, mother->city, household, dice_below(d, 2), age, father->surname);
		child->father = father->index;
		child->mother = mother->index;
	}
}

static void add_household(struct people *p, enum city city, int household)
{
	struct dice d = dice_for(p->seed, (unsigned)household, "household");
	int first = p->count, age = 22 + (int)dice_below(&d, 60);

	if (dice_below(&d, 100) < 25) {
		add_person(p, city, household, dice_below(&d, 2), age, surname_of(&d));
	} else {
		struct person *husband = add_person(p, city, household, false, age, surname_of(&d));
		int wife_age = age - 3 + (int)dice_below(&d, 6);
		struct person *wife =
			add_person(p, city, household, true, wife_age < 20 ? 20 : wife_age, surname_of(&d));
		husband->spouse = wife->index;
		wife->spouse = husband->index;
		add_children(p, household, husband, wife, &d);
	}
	move_in(p, first, city, &d);
}

struct people *people_new(uint64_t seed, int year)
{
	struct people *p = calloc(1, sizeof *p);
	enum { MOST = CITY_COUNT * (PEOPLE_PER_CITY + 8) };

	if (!p || !(p->list = calloc(MOST, sizeof *p->list)) ||
	    !(p->by_number = calloc(TABLE_SIZE, sizeof(int))) ||
	    !(p->by_phone = calloc(TABLE_SIZE, sizeof(int))))
		abort();
	p->seed = seed;
	p->year = year;
	for (int i = 0; i < TABLE_SIZE; i++)
		p->by_number[i] = p->by_phone[i] = NOBODY;
	int household = 0;
	for (int city = 0; city < CITY_COUNT; city++) {
		int until = p->count + PEOPLE_PER_CITY;
		while (p->count < until)
			add_household(p, (enum city)city, household++);
	}
	return p;
}

void people_free(struct people *p)
{
	if (!p)
		return;
	free(p->list);
	free(p->by_number);
	free(p->by_phone);
	free(p);
}
