/* The policy page, and that of the user agreement, as a PDF, A4, with an outline of its chapters and text
 * that can be searched and copied. */
#pragma once

#include "policy/policy.h"

/* The page of the release; the same release gives the same pages. Callers wait for each other: drawing takes
 * part of a second. ERR_TOO_LARGE when it gets too long, ERR_STORE when it cannot be drawn. Needs a Chinese
 * font (WenQuanYi Zen Hei); fontconfig chooses another where it is missing. */
err policy_pdf(struct ctx *c, const struct release *r, struct buf *ret);
err agreement_pdf(struct ctx *c, const struct release *r, struct buf *ret);
/* Gives back what the libraries keep for the next drawing. At the end of the process, when nothing draws. */
void policy_pdf_forget(void);
