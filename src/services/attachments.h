/* Attachments: photos for a case, sealed as blobs, freed of embedded data. An upload belongs to the person
 * and one service; it waits up to a day for the case that takes it. */
#pragma once

#include "policy/policy.h"
#include "services/form.h"

enum { ATTACHMENT_MAX = 8 << 20 };

struct attachment {
	int64_t id, case_id, size_bytes, created_at_ms;
	const char *content_type, *service;
};

struct upload {
	const char *platform, *content_type;
	const char *source; /* "camera" or "album" */
	const char *peer;   /* address, for events of security */
	struct slice service, bytes;
};

/* The permission that the city asks for the source on this platform (permission.source.* in city.yaml;
 * NT-1.2.2.4.c, TJ-1.1.23.3.a) must be granted to the installation. Collection of album_image is gated and
 * entered. Where the installation has a scanner nothing is stored that it reports, nor anything while it does
 * not answer (TJ-1.2.1.4.h): ERR_INVALID with an entry and an event, ERR_AUTHORITY. */
err attachment_add(struct ctx *c, int64_t subject_id, const struct upload *u, struct attachment *ret);
/* ERR_NOT_FOUND for another person's. */
err attachment_find(struct ctx *c, int64_t subject_id, int64_t id, struct attachment *ret);
err attachment_read(struct ctx *c, int64_t subject_id, const struct attachment *a, struct secret *ret);
typedef err (*attachment_fn)(struct ctx *c, const struct attachment *a, void *arg);
err attachment_of_case(struct ctx *c, int64_t subject_id, int64_t case_id, attachment_fn fn, void *arg);
/* Inside the transaction that makes the case. ERR_CONFLICT when it belongs to another case already. */
err attachment_take(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t id, int64_t case_id);
/* Deletes uploads that no case took for a day; a job. */
err attachment_sweep(struct ctx *c, int64_t subject_id, int64_t id);
/* The job kind for attachment_sweep; ref is the attachment. */
struct job;
/* Deletes the picture itself and what the vault says of it; the row is the caller's. Doing it again is no
 * error. */
err attachment_forget(struct ctx *c, int64_t subject_id, int64_t id);
/* Inside a transaction: the rows of what a case (or another matter) took, after their pictures. */
err attachment_forget_rows(struct ctx *c, struct tx *tx, int64_t subject_id, int64_t case_id);
err attachment_sweep_job(struct ctx *c, const struct job *j, int64_t *ret_again_at_ms);
