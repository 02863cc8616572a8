/* The installation's own scanner for malware: clamd, on this machine, by its INSTREAM command (clamd(8)).
 *
 * connectors.json names it: "scanner": "/run/clamav/clamd.ctl" or "127.0.0.1:3310". What is scanned goes to
 * no other machine and is kept by nobody; whose it is the scanner is not told (TJ-1.2.1.4.h). */
#pragma once

#include "base/ctx.h"

struct connectors;

/* Whether the operator set one up. */
bool scanner_known(const struct connectors *k);
/* ERR_AUTHORITY when there is no clear answer: down, too slow, too large for it. */
err scanner_finds(struct ctx *c, struct slice bytes, bool *ret_malware);
/* An address as connectors.json may have it. */
bool scanner_address_ok(const char *address);
