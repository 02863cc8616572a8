/* Device information: identifiers that a native client hands in, only those of the city's list, of its
 * platform and for a declared purpose, and what is linked with the account by them. A browser has none. */
#pragma once

#include "services/form.h"

/* The service under which they stand; NULL where a city takes none. */
const struct service *device_service(const struct ctx *c);

/* Links the installation with the person by its identifiers, which replace the earlier ones. purpose NULL:
 * the service's own. Refused: not_declared for an identifier outside the list of the city or the platform, or
 * for another purpose (TJ-1.1.24.3.0, NT-1.2.2.1.a); permission_required without the permission. Nothing is
 * stored then. */
err device_link(struct ctx *c, int64_t subject_id, const char *platform, const char *purpose,
		const struct form_field *fields, size_t count, struct itemset *ret_items);

/* Setting device.link: whether the devices of one person are put together for the same service
 * (NT-1.2.2.1.c), or each is known for itself, for the risk of a login alone (TJ-1.2.1.4.a). */
bool device_links(const struct ctx *c);

/* Installations linked with the person (NT-1.2.2.1.c, NT-1.2.2.1.d); where the city does not link devices,
 * this one alone. */
struct device {
	int64_t installation_id, linked_at_ms;
	const char *platform; /* NULL: the installation is gone */
	struct itemset items;
};
typedef err (*device_fn)(struct ctx *c, const struct device *d, void *arg);
err device_list(struct ctx *c, int64_t subject_id, device_fn fn, void *arg);

/* Deletes what stands of the installation, in every city. ERR_NOT_FOUND: it is not linked. */
err device_unlink(struct ctx *c, int64_t subject_id, int64_t installation_id);
