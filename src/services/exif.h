/* What a camera wrote into a picture about when and where it was taken (Exif 2.32). A strict reader of these
 * few fields: whatever does not fit is taken as not said. */
#pragma once

#include "base/slice.h"

struct exif {
	char date[11], time[9]; /* "2026-01-02", "10:20:30"; empty: it does not say */
	char place[32];		/* "39.158000,117.164000": latitude, longitude; empty: it does not say */
};
/* Of a JPEG; all empty for any other bytes. */
void exif_read(struct slice picture, struct exif *ret);
