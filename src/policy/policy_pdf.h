/* The policy page as a PDF, A4, with an outline of its chapters and text that can be searched and copied. For
 * a command that ends after it, not for a server: it empties the font caches of the process. */
#pragma once

#include "policy/policy.h"

/* Writes the page of the release to the file; the same release gives the same pages. ERR_STORE when the
 * file cannot be written, ERR_TOO_LARGE when the page is. Needs a Chinese font (WenQuanYi Zen Hei);
 * fontconfig chooses another where it is missing. */
err policy_pdf(struct ctx *c, const struct release *r, const char *path);
