/* Between the page (policy_html.c) and its generated tables (policy_tables.c). */
#pragma once

#include "policy/model.h"

/* Up to <body>: the city's name and `title` (ours, not escaped), its colour, the style sheet of all plain
 * pages. */
void html_head(struct buf *out, const struct release *r, const char *title);
void html_text(struct buf *out, const char *text);
/* With marked passages and hotlines. */
void html_prose(struct buf *out, const struct release *r, const char *text);
/* The table of a section. offers: the text lists each service in a table of its own, where links to one lead.
 */
void html_table(struct buf *out, const struct release *r, const struct section *s, bool offers);

/* ---- parts of tables ---- */
void html_table_open(struct buf *out, const char *caption, const char *const *columns, size_t count);
void html_table_close(struct buf *out);
void html_row_open(struct buf *out, const char *name);
/* What the next row is linked to by: "#<kind>-<key>" (NT-3.3.1.b). Kinds are "category", "service", "sdk",
 * "permission", "recipient", "retention", "cookie", "definition", "duty". */
struct html_id {
	const char *kind, *key; /* kind NULL: nothing links there */
};
/* A row that stands for a rule: marked where one of its clauses (NULL: none) is void, and with the places
 * where reading notes to them go. */
void html_rule_open(struct buf *out, const struct release *r, struct html_id id, const char *name,
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

/* Lists of names, "无" where there is none. */
void html_recipients(struct buf *out, const struct release *r, uint64_t bits);
void html_purposes(struct buf *out, const struct release *r, uint64_t bits);
/* The name, and whose service it is. */
void html_service_name(struct buf *out, const struct service *s);

/* ---- tables of what is done with data (policy_uses.c) ---- */
void html_uses(struct buf *out, const struct release *r, bool offers);
void html_offers(struct buf *out, const struct release *r);

/* ---- tables of the registers (policy_registers.c) ---- */
void html_sdks(struct buf *out, const struct release *r);
void html_exceptions(struct buf *out, const struct release *r, unsigned contexts);
void html_cookies(struct buf *out, const struct release *r);
void html_definitions(struct buf *out, const struct release *r);
void html_duties(struct buf *out, const struct release *r);
