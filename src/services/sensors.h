/* Sensors: which permission a source needs, and functions that use a sensor without sending anything. */
#pragma once

#include "services/form.h"

/* Which permission the city asks for a source ("camera", "album", "file"):
 * permission.source.<source>.<platform>, or for all platforms permission.source.<source> (NT-1.2.2.4.c asks
 * storage on Android and the album on iOS). A source that the city does not declare is refused; ERR_INVALID
 * for what is no source. */
err sensor_source(struct ctx *c, const char *source, const char *platform, const struct permission **ret);

/* True for a service that is a function of the device: internal, for whoever holds it, with a sensor, and
 * nothing sent. */
bool sensor_is_function(const struct service *s);
/* Whether the function or service reads by this permission. */
bool sensor_reads_by(const struct service *s, const struct permission *p);

/* A function of the device is about to read by the named permission: the client asks first, and reads when it
 * is allowed. Each use is entered (a person) or counted (an installation); a refusal names the permission
 * (TJ-1.1.23.0, NT-1.2.2.0). ERR_NOT_FOUND: no such function. */
err sensor_use_function(struct ctx *c, int64_t subject_id, const char *platform, const char *function,
			const char *permission, const struct service **ret);
