/* The data of one complaint or dispute, for who handles it (TJ-1.2.1.4.f).
 *
 * A complaint_handler has no list: the number that the complaining person was given opens that matter and no
 * other, and without it nothing is read. What opens is the complaint itself or the matter in dispute, with
 * the name and phone number of its person, as far as the city's service `complaint_handling` declares them.
 * Every look is an entry with the name of who looked, the number and, in clear, the reason. */
#pragma once

#include "ops/staff.h"

struct complaint {
	int64_t id, subject_id, at_ms;
	const char *number, *name, *state_name; /* name: "投诉", or the service of the matter */
};

/* Masked values, the words of a complaint among them; one entry. ERR_REFUSED for other roles, without a
 * number, and where the policy does not declare it; ERR_NOT_FOUND for a number that is no complaint and no
 * matter that somebody works on. */
err complaint_open(struct ctx *c, const struct staff *s, struct slice number, struct complaint *ret,
		   held_fn fn, void *arg);
/* One value in clear, in *ret_value; it lives in hold or in the arena. reason: as for staff_case_reveal. */
err complaint_reveal(struct ctx *c, const struct staff *s, struct slice number, struct slice item,
		     struct slice reason, struct released *hold, struct slice *ret_value);
