/* The receiving side of a transfer: a package of another holder, opened with the private key that belongs to
 * the case's certificate, and taken into this city (TJ-2.3.3.c, NT-2.2.3.b, NT-2.2.3.c).
 *
 * Each person becomes a person here; every item passes gate, vault and ledger again, on the ground that the
 * package names and this city lists too; end dates arrive unchanged. From a holder to one that is bound,
 * acceptances and consents arrive as they were; otherwise as still to be asked, and nothing opens before the
 * person says yes. */
#pragma once

#include "ops/transfers.h"

struct package {
	const char *transfer, *city, *from, *ground, *document, *receiver; /* in the arena */
	bool bound;
	int64_t parts, people;
	char sha256[2 * HASH_SIZE + 1];
};
/* Opens every part: ERR_CRYPTO with another key or when something was changed, ERR_INVALID when a part is
 * missing. */
err package_open(struct ctx *c, struct slice file, struct slice key, struct package *ret);

struct arrivals {
	int64_t people, items;
	int64_t known; /* whose number or name is registered here already: left alone */
	int64_t unfit; /* items that this city's policy has no place for */
};
/* package_open first. Doing it again takes nobody twice. */
err package_import(struct ctx *c, struct slice file, struct slice key, struct arrivals *ret);
