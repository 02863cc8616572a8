/* The sandbox's citizens: a few thousand synthetic people of both cities, in families, the same for the same
 * seed.
 *
 * Nobody of them exists: the area codes 1299xx and 3299xx were never assigned, mobile numbers begin with 12,
 * bank cards with 629999. */
#pragma once

#include "base/clock.h"
#include "names.h"

enum { PEOPLE_PER_CITY = 2000, NOBODY = -1 };

struct person {
	int index;
	enum city city;
	bool female, insured;
	struct date birth;
	int household, spouse, father, mother; /* indexes or NOBODY */
	char surname[8], name[32];
	char id_type[16]; /* resident_card, or for a few passport and hk_mo_permit */
	char id_number[20];
	char id_expiry[12]; /* 2031-05-17 */
	char phone[12], email[48];
	char bank_card[20]; /* empty for minors */
	char address[128];
	const char *ethnicity, *district;
};

struct people {
	uint64_t seed;
	int year; /* their ages are those of this year */
	struct person *list;
	int count;
	int *by_number, *by_phone; /* hash tables of indexes */
};

/* The same for the same seed and year. All documents are valid until the end of the second year after it. */
struct people *people_new(uint64_t seed, int year);
void people_free(struct people *p);

/* By document number, or mobile number; NULL when nobody has it. */
const struct person *person_by_number(const struct people *p, struct slice number);
const struct person *person_by_phone(const struct people *p, struct slice phone);

/* Check digit of a resident id (GB 11643) over its first 17 digits; of a card number (Luhn) over all digits
 * before it. */
char resident_id_check(const char digits[static 17]);
char luhn_check(const char *digits);
