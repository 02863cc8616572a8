/* cities/<city>/agreements.yaml: what was signed before the city went live. */
#include "base/clock.h"
#include "crypto/crypto.h"
#include "partners/papers.h"
#include "policy/load.h"
#include <errno.h>
#include <unistd.h>

struct paper_form {
	const char *kind, *recipient, *document, *text, *from, *until, *officer, *second;
	struct node findings;
};

static const char *const kinds[] = {"agreement", "undertaking", "admission", NULL};

#define AT(member) offsetof(struct paper_form, member)
static const struct schema_field paper_fields[] = {
	{"kind", SCHEMA_WORD, true, AT(kind), kinds, "kind: agreement, undertaking or admission"},
	{"recipient", SCHEMA_KEY, true, AT(recipient), NULL, "recipient: a key of the policy, or all"},
	{"document", SCHEMA_TEXT, true, AT(document), NULL, "document: its name or number"},
	{"text", SCHEMA_TEXT, true, AT(text), NULL, "text: the file with what was signed, beside this one"},
	{"from", SCHEMA_DATE, true, AT(from), NULL, NULL},
	{"until", SCHEMA_DATE, true, AT(until), NULL, NULL},
	{"officer", SCHEMA_TEXT, true, AT(officer), NULL, "officer: who entered it"},
	{"second", SCHEMA_TEXT, true, AT(second), NULL, "second: who approved it, another officer"},
	{"findings", SCHEMA_LIST, false, AT(findings), NULL, NULL},
};
#undef AT
static const struct schema paper_schema = {"a paper", paper_fields,
					   sizeof paper_fields / sizeof *paper_fields};

struct finding_form {
	const char *item, *note;
	bool lawful, reasonable, necessary;
};

#define AT(member) offsetof(struct finding_form, member)
static const struct schema_field finding_fields[] = {
	{"item", SCHEMA_KEY, true, AT(item), NULL, NULL},
	{"lawful", SCHEMA_FLAG, true, AT(lawful), NULL, NULL},
	{"reasonable", SCHEMA_FLAG, true, AT(reasonable), NULL, NULL},
	{"necessary", SCHEMA_FLAG, true, AT(necessary), NULL, NULL},
	{"note", SCHEMA_TEXT, true, AT(note), NULL, "note: why"},
};
#undef AT
static const struct schema finding_schema = {"a finding", finding_fields,
					     sizeof finding_fields / sizeof *finding_fields};

struct import {
	struct ctx *c;
	const char *folder;
	struct schema_reader in;
	struct paper *papers;
	size_t count;
};

static bool hash_file(struct import *m, struct node at, const char *name, const char **ret)
{
	BUF_SCOPED text = {0};
	uint8_t hash[HASH_SIZE];
	char *hex = arena_alloc(m->c->arena, 2 * HASH_SIZE + 1);

	buf_init(&text, YAML_SIZE_MAX);
	if (strstr(name, "..") || !file_text(arena_printf(m->c->arena, "%s/%s", m->folder, name), &text)) {
		node_complain(at, "'%s' cannot be read; write the file that was signed, beside this one",
			      name);
		return false;
	}
	hash_sha256(buf_slice(&text), hash);
	hex_encode(hash, sizeof hash, hex);
	*ret = hex;
	return true;
}

static void take_findings(struct import *m, struct node list, struct paper *p)
{
	struct paper_finding *all = ARENA_ARRAY(m->c->arena, struct paper_finding, node_size(list) + 1);

	for (size_t i = 0; node_is_list(list) && i < node_size(list); i++) {
		struct finding_form f = {0};
		if (!schema_read(&m->in, node_at(list, i), &finding_schema, &f))
			continue;
		const struct item *it = release_item(m->c->release, f.item);
		if (!it)
			node_complain(node_at(list, i), "unknown item '%s'; write one of common/items.yaml",
				      f.item);
		else
			all[p->finding_count++] =
				(struct paper_finding){it, f.lawful, f.reasonable, f.necessary, f.note};
	}
	p->findings = all;
}

/* The standard text that each recipient signed of which the city demands it: a number each. */
static void take_all(struct import *m, const struct paper_form *f, const struct paper *like)
{
	unsigned signed_by = 0;

	for (unsigned i = 0; i < release_recipient_count(m->c->release); i++) {
		const struct recipient *to = release_recipient_at(m->c->release, i);
		for (int k = 0; k < PAPER_KINDS; k++) {
			if (strcmp(f->kind, kinds[k]) != 0 ||
			    !paper_needed(m->c->release, to, (enum paper_kind)k))
				continue;
			struct paper *p = &m->papers[m->count++];
			*p = *like;
			p->id = (int64_t)m->count;
			p->recipient = to->key;
			p->document = arena_printf(m->c->arena, "%s%u号", f->document, ++signed_by);
		}
	}
}

static void take_paper(struct import *m, struct node map)
{
	struct paper_form f = {0};
	struct date from = {0}, until = {0};
	const char *hash = NULL;

	if (!schema_read(&m->in, map, &paper_schema, &f) || !hash_file(m, map, f.text, &hash))
		return;
	bool all = strcmp(f.recipient, "all") == 0;
	if (!all && !release_recipient(m->c->release, f.recipient)) {
		node_complain(map, "unknown recipient '%s'; write one of the policy", f.recipient);
		return;
	}
	if (strcmp(f.officer, f.second) == 0)
		node_complain(map, "one officer cannot approve the own paper; write second: another");
	(void)date_parse(slice_of(f.from), &from);
	(void)date_parse(slice_of(f.until), &until);
	struct paper p = {.id = (int64_t)m->count + 1, /* two servers that start at once import once */
			  .recipient = f.recipient,
			  .kind = f.kind,
			  .document = f.document,
			  .document_hash = hash,
			  .from_ms = date_start_ms(from),
			  .until_ms = date_start_ms(date_add_days(until, 1)),
			  .state = "standing",
			  .officer = f.officer,
			  .second = f.second,
			  .created_at_ms = m->c->now_ms,
			  .decided_at_ms = m->c->now_ms};
	if (all) {
		take_all(m, &f, &p);
		return;
	}
	take_findings(m, f.findings, &p);
	m->papers[m->count++] = p;
}

static err put_all(struct ctx *c, struct tx *tx, void *arg)
{
	const struct import *m = arg;

	for (size_t i = 0; i < m->count; i++)
		TRY(paper_put(c, tx, &m->papers[i]));
	return OK;
}

static err keep_count(struct ctx *c, const struct row *row, void *arg)
{
	(void)c;
	*(int64_t *)arg = row_int(row, 0);
	return OK;
}

err papers_import(struct ctx *c, const char *dir, const char *city, struct buf *ret_complaints)
{
	__attribute__((cleanup(yaml_tree_release))) struct yaml_tree t = {0};
	struct import m = {
		.c = c, .folder = arena_printf(c->arena, "%s/%s", dir, city), .in = {.arena = c->arena}};
	const char *path = arena_printf(c->arena, "%s/agreements.yaml", m.folder);
	size_t before = ret_complaints->size;
	BUF_SCOPED text = {0};
	int64_t there = 0;

	TRY(store_rows(c, c->store, Q_PAPER_COUNT, NO_PARAMS, keep_count, &there));
	buf_init(&text, YAML_SIZE_MAX);
	if (there || access(path, F_OK) != 0)
		return OK;
	if (!file_text(path, &text) ||
	    !yaml_tree_read(&t, arena_printf(c->arena, "%s/agreements.yaml", city), buf_slice(&text),
			    (struct complaints){ret_complaints, COMPLAINT_ENGLISH}))
		FAIL(c, ERR_INVALID, "%s/agreements.yaml cannot be read", city);
	struct node list = load_list_of(&t, "agreements");
	m.papers = ARENA_ARRAY(c->arena, struct paper,
			       (node_size(list) + 1) * (release_recipient_count(c->release) + 1));
	for (size_t i = 0; node_is_list(list) && i < node_size(list); i++)
		take_paper(&m, node_at(list, i));
	if (ret_complaints->size > before)
		FAIL(c, ERR_INVALID, "%s/agreements.yaml has faults", city);
	err e = store_write(c, c->store, put_all, &m);
	if (e.code != ERR_CONFLICT)
		return e;
	failure_clear(c); /* another server was first */
	return OK;
}
