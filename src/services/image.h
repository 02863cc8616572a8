/* Pictures that people upload: checked to be what they claim, and freed of embedded data — place, device,
 * time, thumbnails, comments — before they are sealed. What is shown of a picture is its pixels, nothing
 * else. */
#pragma once

#include "base/buf.h"
#include "base/ctx.h"

/* type is "image/jpeg" or "image/png". Copies the picture into ret without metadata: JPEG keeps JFIF, colour
 * (ICC, Adobe) and coding segments and the EXIF orientation alone; PNG keeps its critical chunks and colour
 * ones. Bytes after the end are dropped. ERR_INVALID when the bytes are not such a picture. */
err image_strip(struct ctx *c, const char *type, struct slice bytes, struct buf *ret);
