/* Between the page (policy_html.c) and its generated tables (policy_tables.c). */
#pragma once

#include "policy/model.h"

void html_text(struct buf *out, const char *text);
/* With marked passages and hotlines. */
void html_prose(struct buf *out, const struct release *r, const char *text);
void html_table(struct buf *out, const struct release *r, enum policy_table table);
