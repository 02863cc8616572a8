/* Where shared photos were taken. A place mark that a photo carries is taken out of it; it is kept beside the
 * photo, marked with who gave it, only where the city names it and the person agreed (TJ-1.1.24.2.2.c).
 * Whoever is shown on another's photo finds the mark and deletes it, without seeing the photo. */
#pragma once

#include "services/attachments.h"

/* After an upload: what the picture says of its time and place joins the log of use (TJ-1.1.24.1.3), and its
 * place the photo. *ret_place: "none", "kept" or "dropped". */
err photo_noted(struct ctx *c, int64_t subject_id, int64_t attachment_id, struct slice picture,
		const char **ret_place);

/* OK when place marks of this person's photos are kept; else why not, with the next step. */
err photo_place_allowed(struct ctx *c, int64_t subject_id);

/* The uploader says that another person is shown. Alike whether the number has an account or not; the number
 * joins the log of use as an account that was contacted (TJ-1.1.24.1.2). ERR_NOT_FOUND: no photo of the
 * caller. */
err photo_name_person(struct ctx *c, int64_t subject_id, int64_t attachment_id, struct slice phone);

struct photo_place {
	int64_t attachment_id, at_ms;
	bool own;	     /* of the person's own photo */
	const char *account; /* who gave it, masked; NULL: the person, or an account that is gone */
};
typedef err (*photo_place_fn)(struct ctx *c, const struct photo_place *p, void *arg);
/* Marks of the own photos, and of those in which the person is shown. Telling who gave one is an entry in
 * that account's list. */
err photo_place_list(struct ctx *c, int64_t subject_id, photo_place_fn fn, void *arg);
/* Deletes the mark, and what the log says of that photo; an entry for the one who gave it. ERR_NOT_FOUND. */
err photo_place_delete(struct ctx *c, int64_t subject_id, int64_t attachment_id);
