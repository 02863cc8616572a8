/* The control interface, for tests and for whoever plays the authorities (API.md, "Sandbox control"). */
#pragma once

#include "world.h"

handler control_clock_get, control_clock_put, control_settle; /* control_clock.c */
handler control_sms, control_people, control_authority_get, control_authority_put, control_received,
	control_reset;
handler control_health, control_flags_put, control_sims_create;
/* POST authorities/{id}/signature?path=: the headers with which that authority would send the body to a
 * server. */
handler control_signature;

/* Milliseconds of an ISO 8601 duration (P15D, PT2H30M, P1W) with months and years counted by the calendar
 * from now_ms; false when it is none. */
bool duration_after(const char *text, int64_t now_ms, int64_t *ret_ms);
/* The instant so many working days later (Monday to Friday; public holidays are the server's business). */
int64_t working_days_after(int64_t now_ms, int days);
