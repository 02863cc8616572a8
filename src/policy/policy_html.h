/* Between the page (policy_html.c) and its generated tables (policy_tables.c). */
#pragma once

#include "policy/model.h"

/* Up to <body>: the city's name and `title` (ours, not escaped), its colour, the style sheet of all plain
 * pages. */
void html_head(struct buf *out, const struct release *r, const char *title);
void html_text(struct buf *out, const char *text);
/* With marked passages and hotlines. */
void html_prose(struct buf *out, const struct release *r, const char *text);
/* contexts: of TABLE_EXCEPTIONS, which grounds. */
void html_table(struct buf *out, const struct release *r, enum policy_table table, unsigned contexts);

/* ---- parts of tables ---- */
void html_table_open(struct buf *out, const char *caption, const char *const *columns, size_t count);
void html_table_close(struct buf *out);
void html_row_open(struct buf *out, const char *name);
/* A row that stands for a rule: marked where one of its clauses (NULL: none) is void, and with the places
 * where reading notes to them go. */
void html_rule_open(struct buf *out, const struct release *r, const char *name,
		    const char *const clauses[static 3]);
void html_row_close(struct buf *out);
/* Where notes to the clause go: a comment that HTML_CLAUSE_MARK begins, the clause, and "-->". */
#define HTML_CLAUSE_MARK "<!--clause "
void html_clause(struct buf *out, const struct release *r, const char *clause);
void html_cell_open(struct buf *out, const char *label);
void html_cell_close(struct buf *out);
void html_cell(struct buf *out, const char *label, const char *text);
/* Names of items, sensitive ones marked; "无" when there is none. */
void html_items(struct buf *out, const struct release *r, const struct itemset *items);
void html_permissions(struct buf *out, const struct release *r, uint64_t bits);
const char *html_platforms(const char *platforms);

/* ---- tables of the registers (policy_registers.c) ---- */
void html_sdks(struct buf *out, const struct release *r);
void html_exceptions(struct buf *out, const struct release *r, unsigned contexts);
void html_cookies(struct buf *out, const struct release *r);
void html_definitions(struct buf *out, const struct release *r);
void html_duties(struct buf *out, const struct release *r);
