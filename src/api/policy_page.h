/* What the pages of both texts, the policy and the user agreement, have in common. */
#pragma once

#include "api/api.h"

/* NT-6.1.a: the versions before `newest` stay readable, and are listed. path: "/policy". */
void api_put_versions(struct buf *out, struct releases *all, const struct release *newest, const char *path);
/* A version that is not in force any more, or not yet: the others are listed here as well (TJ-4.1.3,
 * NT-6.1.a). */
void api_put_other_version(struct api_call *k, struct slice html, const char *path);
/* Somebody followed a link: a page that can be read, and the way to the version in force. */
err api_no_such_version(struct api_call *k, const char *name, const char *path);
