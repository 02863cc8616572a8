#include "policy/yaml_tree.h"

/* ---- complaints ---- */

/* Adds the way from here down to the node, ".policy.recipients.3"; false when it does not stand below. */
static bool add_way(struct buf *ret, struct node here, const yaml_node_t *wanted)
{
	size_t before = ret->size;

	if (here.n == wanted)
		return true;
	for (size_t i = 0; i < node_size(here); i++) {
		struct node below = node_is_map(here) ? node_value_at(here, i) : node_at(here, i);
		if (node_is_map(here))
			buf_printf(ret, ".%.*s", (int)node_text(node_key_at(here, i)).n,
				   node_text(node_key_at(here, i)).p);
		else
			buf_printf(ret, ".%zu", i);
		if ((node_is_map(here) && node_key_at(here, i).n == wanted) || add_way(ret, below, wanted))
			return true;
		ret->size = before;
	}
	return false;
}

static void add_place(struct yaml_tree *t, const yaml_node_t *n)
{
	BUF_SCOPED way = {0};

	buf_init(&way, 1024);
	if (t->open && n)
		(void)!add_way(&way, yaml_tree_root(t), n);
	buf_add_text(t->complaints, way.size ? way.data + 1 : "document");
}

static void complain_v(struct yaml_tree *t, size_t line, const yaml_node_t *n, const char *fmt, va_list ap)
{
	struct buf *out = t->complaints;
	size_t from = out->size;

	if (t->style == COMPLAINT_PLACES)
		add_place(t, n);
	else
		buf_printf(out, "%s:%zu", t->file, line + 1);
	buf_add_text(out, ": ");
	complaint_write(out, t->style, fmt, ap);
	for (; from < out->size; from++) /* of a name or a value: a complaint is one line */
		if (out->data[from] == '\n' || out->data[from] == '\r')
			out->data[from] = ' ';
	buf_add_text(out, "\n");
}

__attribute__((format(printf, 3, 4))) static void complain_at(struct yaml_tree *t, size_t line,
							      const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain_v(t, line, NULL, fmt, ap);
	va_end(ap);
}

void node_complain(struct node at, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain_v(at.tree, at.n ? at.n->start_mark.line : 0, at.n, fmt, ap);
	va_end(ap);
}

void file_complain(struct complaints to, const char *file, size_t line, const char *fmt, ...)
{
	struct yaml_tree none = {.file = file, .complaints = to.lines, .style = to.style};
	va_list ap;

	va_start(ap, fmt);
	complain_v(&none, line - 1, NULL, fmt, ap);
	va_end(ap);
}

bool node_complained_enough(struct node at)
{
	enum { ENOUGH = 64 * 1024 };

	return at.tree->complaints->failed || at.tree->complaints->size > ENOUGH;
}

static const char *refused_event(const yaml_event_t *e, int documents)
{
	switch (e->type) {
	case YAML_ALIAS_EVENT:
		return "aliases are refused; write the value out here";
	case YAML_DOCUMENT_START_EVENT:
		return documents > 0 ? "a second document in one file is refused; write one file for each"
				     : NULL;
	case YAML_SCALAR_EVENT:
		if (e->data.scalar.anchor)
			return "anchors are refused; remove the '&' and its name";
		return e->data.scalar.tag ? "tags are refused; remove the '!' and its name" : NULL;
	case YAML_SEQUENCE_START_EVENT:
		if (e->data.sequence_start.anchor)
			return "anchors are refused; remove the '&' and its name";
		return e->data.sequence_start.tag ? "tags are refused; remove the '!' and its name" : NULL;
	case YAML_MAPPING_START_EVENT:
		if (e->data.mapping_start.anchor)
			return "anchors are refused; remove the '&' and its name";
		return e->data.mapping_start.tag ? "tags are refused; remove the '!' and its name" : NULL;
	default:
		return NULL;
	}
}

static void syntax_complaint(struct yaml_tree *t, const yaml_parser_t *p)
{
	complain_at(t, p->error == YAML_READER_ERROR ? 0 : p->problem_mark.line,
		    "not YAML: %s; mend the quotes, indentation or brackets here",
		    p->problem ? p->problem : "cannot be read");
}

/* The document interface resolves aliases silently, so a first pass over the events looks for what is
 * refused. */
static bool events_allowed(struct yaml_tree *t, struct slice text)
{
	yaml_parser_t p;
	int documents = 0;
	bool good = true, end = false;

	if (!yaml_parser_initialize(&p))
		return false;
	yaml_parser_set_input_string(&p, (const unsigned char *)text.p, text.n);
	while (good && !end) {
		yaml_event_t e;
		if (!yaml_parser_parse(&p, &e)) {
			syntax_complaint(t, &p);
			good = false;
			break;
		}
		const char *why = refused_event(&e, documents);
		if (why) {
			complain_at(t, e.start_mark.line, "%s", why);
			good = false;
		}
		documents += e.type == YAML_DOCUMENT_START_EVENT;
		end = e.type == YAML_STREAM_END_EVENT;
		yaml_event_delete(&e);
	}
	yaml_parser_delete(&p);
	if (good && documents == 0) {
		complain_at(t, 0, "the file is empty; write its keys, cities/README.md lists them");
		return false;
	}
	return good;
}

bool yaml_tree_read(struct yaml_tree *t, const char *file, struct slice text, struct complaints to)
{
	yaml_parser_t p;

	*t = (struct yaml_tree){.file = file, .complaints = to.lines, .style = to.style};
	if (text.n > YAML_SIZE_MAX) {
		complain_at(t, 0, "the file is too large; split it");
		return false;
	}
	if (!events_allowed(t, text) || !yaml_parser_initialize(&p))
		return false;
	yaml_parser_set_input_string(&p, (const unsigned char *)text.p, text.n);
	t->open = yaml_parser_load(&p, &t->document) == 1;
	if (!t->open)
		syntax_complaint(t, &p);
	yaml_parser_delete(&p);
	return t->open;
}

void yaml_tree_release(struct yaml_tree *t)
{
	if (t->open)
		yaml_document_delete(&t->document);
	t->open = false;
}

struct node yaml_tree_root(struct yaml_tree *t)
{
	return (struct node){t, t->open ? yaml_document_get_root_node(&t->document) : NULL};
}

static struct node by_index(struct node from, int index)
{
	return (struct node){from.tree, yaml_document_get_node(&from.tree->document, index)};
}

bool node_there(struct node at)
{
	if (!at.n)
		return false;
	if (!node_is_plain(at))
		return true;
	struct slice text = node_text(at);
	return text.n > 0 && !slice_is(text, "~") && !slice_is(text, "null");
}

bool node_is_map(struct node at)
{
	return at.n && at.n->type == YAML_MAPPING_NODE;
}

bool node_is_list(struct node at)
{
	return at.n && at.n->type == YAML_SEQUENCE_NODE;
}

bool node_is_scalar(struct node at)
{
	return at.n && at.n->type == YAML_SCALAR_NODE;
}

bool node_is_plain(struct node at)
{
	return node_is_scalar(at) && at.n->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

struct slice node_text(struct node scalar)
{
	return slice_bytes(scalar.n->data.scalar.value, scalar.n->data.scalar.length);
}

size_t node_size(struct node at)
{
	if (node_is_list(at))
		return (size_t)(at.n->data.sequence.items.top - at.n->data.sequence.items.start);
	if (node_is_map(at))
		return (size_t)(at.n->data.mapping.pairs.top - at.n->data.mapping.pairs.start);
	return 0;
}

struct node node_at(struct node list, size_t i)
{
	return by_index(list, list.n->data.sequence.items.start[i]);
}

struct node node_key_at(struct node map, size_t i)
{
	return by_index(map, map.n->data.mapping.pairs.start[i].key);
}

struct node node_value_at(struct node map, size_t i)
{
	return by_index(map, map.n->data.mapping.pairs.start[i].value);
}

struct node node_get(struct node map, const char *key)
{
	for (size_t i = 0; node_is_map(map) && i < node_size(map); i++) {
		struct node k = node_key_at(map, i);
		if (node_is_scalar(k) && slice_is(node_text(k), key))
			return node_value_at(map, i);
	}
	return (struct node){map.tree, NULL};
}

/* Keys are compared with each other: a file that somebody uploads must not keep a server busy with it. */
bool node_check_keys(struct node map)
{
	if (node_is_map(map) && node_size(map) > NODE_KEYS_MAX) {
		node_complain(map, "more than %d keys stand here; keep those that cities/README.md lists",
			      NODE_KEYS_MAX);
		return false;
	}
	for (size_t i = 0; i < node_size(map); i++) {
		struct node k = node_key_at(map, i);
		if (!node_is_scalar(k)) {
			node_complain(k, "a key must be text; write 'key: value'");
			continue;
		}
		struct slice text = node_text(k);
		for (size_t before = 0; before < i; before++) {
			struct node other = node_key_at(map, before);
			if (!node_is_scalar(other) || !slice_eq(text, node_text(other)))
				continue;
			node_complain(k, "'%.*s' stands twice (first on line %zu); keep one of them",
				      (int)text.n, text.p, other.n->start_mark.line + 1);
			break;
		}
	}
	return true;
}
