/* One YAML document with the place of every node, and the list of complaints about it.
 *
 * Refused at reading: syntax errors, more than one document, anchors, aliases, tags, more than YAML_SIZE_MAX
 * bytes. A complaint is one line; see complaint.h. */
#pragma once

#include "policy/complaint.h"
#include <yaml.h>

enum { YAML_SIZE_MAX = 8 * 1024 * 1024, NODE_KEYS_MAX = 2000, NODE_ROWS_MAX = 4000 };

struct yaml_tree {
	const char *file; /* as shown in complaints */
	yaml_document_t document;
	struct buf *complaints;
	enum complaint_style style;
	bool open;
};

/* A node and the tree it stands in; n is NULL for "not there". */
struct node {
	struct yaml_tree *tree;
	const yaml_node_t *n;
};

/* Where complaints about a file go, and for whom they are written; both live as long as the tree. */
struct complaints {
	struct buf *lines;
	enum complaint_style style;
};

/* False when the text is refused; the complaint is written. file lives as long as the tree. */
bool yaml_tree_read(struct yaml_tree *t, const char *file, struct slice text, struct complaints to);
void yaml_tree_release(struct yaml_tree *t);
struct node yaml_tree_root(struct yaml_tree *t);

/* Nobody reads more: what costs time to word is left out from here on. */
bool node_complained_enough(struct node at);
__attribute__((format(printf, 2, 3))) void node_complain(struct node at, const char *fmt, ...);
/* About a file that is no tree; lines count from 1. */
__attribute__((format(printf, 4, 5))) void file_complain(struct complaints to, const char *file, size_t line,
							 const char *fmt, ...);

/* Null nodes ("~", "null", nothing) count as not there. */
bool node_there(struct node at);
bool node_is_map(struct node at);
bool node_is_list(struct node at);
bool node_is_scalar(struct node at);
bool node_is_plain(struct node at); /* a scalar without quotes */
struct slice node_text(struct node scalar);

size_t node_size(struct node list_or_map);
struct node node_at(struct node list, size_t i);
struct node node_key_at(struct node map, size_t i);
struct node node_value_at(struct node map, size_t i);
struct node node_get(struct node map, const char *key);
/* Complains about keys that stand twice, or are no text. */
bool node_check_keys(struct node map); /* false: more than NODE_KEYS_MAX; do not look at them */
