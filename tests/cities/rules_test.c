/* Every rule of both cities against tests/data/rules.tsv, the register of what was decided: who changes a
 * rule changes it in both places, and a reviewer sees it as one line. `rules_test --print` writes the
 * register anew.
 *
 * tools/clauses --mutate loosens the rules one at a time and expects this test, among others, to notice. */
#include "crypto/crypto.h"
#include "policy/load.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static const char *const cities[] = {"tianjin", "nantong"};
static struct ctx context;

/* ---- the rules of a release as lines: city, kind, key, what, value ---- */

static void put_items(struct buf *out, const struct release *r, const struct itemset *items)
{
	const char *between = "";

	for (unsigned i = 0; i < r->items.count; i++)
		if (itemset_has(items, i)) {
			buf_printf(out, "%s%s", between, row_key(r->items.rows[i]));
			between = " ";
		}
	buf_add_text(out, *between ? "\n" : "-\n");
}

static void put_rows(struct buf *out, const struct table *t, uint64_t bits)
{
	const char *between = "";

	for (unsigned i = 0; i < t->count && i < 64; i++)
		if (bits >> i & 1) {
			buf_printf(out, "%s%s", between, row_key(t->rows[i]));
			between = " ";
		}
	buf_add_text(out, *between ? "\n" : "-\n");
}

static void put_head(struct buf *out, const struct release *r, const char *kind, const char *key,
		     const char *what)
{
	buf_printf(out, "%s\t%s\t%s\t%s\t", release_city(r), kind, key, what);
}

static void put_category(struct buf *out, const struct release *r, const struct category *k)
{
	put_head(out, r, "category", k->key, "collect");
	put_items(out, r, &k->collect);
	put_head(out, r, "category", k->key, "share");
	put_items(out, r, &k->share);
	put_head(out, r, "category", k->key, "purposes");
	put_rows(out, &r->purposes, k->purposes);
	put_head(out, r, "category", k->key, "recipients");
	put_rows(out, &r->recipients, k->recipients);
	put_head(out, r, "category", k->key, "permissions");
	put_rows(out, &r->permissions, k->permissions);
	put_head(out, r, "category", k->key, "days");
	buf_printf(out, "%d\n", k->retention_days);
}

static void put_service(struct buf *out, const struct release *r, const struct service *s)
{
	put_head(out, r, "service", s->key, "level");
	buf_printf(out, "%d\n", (int)s->level);
	put_head(out, r, "service", s->key, "takes");
	put_items(out, r, &s->items);
	put_head(out, r, "service", s->key, "sends");
	put_items(out, r, &s->shared);
	put_head(out, r, "service", s->key, "shows");
	put_items(out, r, &s->result);
	put_head(out, r, "service", s->key, "recipient");
	buf_printf(out, "%s\n", s->recipient ? s->recipient->key : "-");
}

static void put_item(struct buf *out, const struct release *r, const struct item *it)
{
	put_head(out, r, "item", it->key, it->sensitive ? "sensitive" : "plain");
	put_rows(out, &r->permissions, it->permissions);
}

static void put_sdk(struct buf *out, const struct release *r, const struct sdk *s)
{
	put_head(out, r, "sdk", s->key, s->platforms);
	put_items(out, r, &s->items);
	put_head(out, r, "sdk", s->key, "permissions");
	put_rows(out, &r->permissions, s->permissions);
	put_head(out, r, "sdk", s->key, "only for");
	buf_printf(out, "%s%s%s\n", s->trigger, s->service ? " of " : "", s->service ? s->service->key : "");
	if (s->reason) {
		put_head(out, r, "sdk", s->key, "reason");
		buf_printf(out, "%s%s%s\n", s->reason->key, s->recipient ? " by " : "",
			   s->recipient ? s->recipient->key : "");
	}
	put_head(out, r, "sdk", s->key, "asks");
	buf_printf(out, "%s%s%s %s\n", s->login ? "login " : "", s->consent ? "consent " : "",
		   s->refusing ? "refusable" : "-", s->state ? s->state : "always");
	for (size_t i = 0; i < s->use_count; i++) {
		put_head(out, r, "sdk_use", s->key, s->uses[i].trigger);
		put_items(out, r, &s->uses[i].items);
		put_head(out, r, "sdk_use_permissions", s->key, s->uses[i].trigger);
		put_rows(out, &r->permissions, s->uses[i].permissions);
	}
}

static void put_setting(struct buf *out, const struct release *r, const struct setting *s)
{
	if (strncmp(s->key, "theme.", 6) == 0 || strncmp(s->key, "tabs", 4) == 0)
		return;
	put_head(out, r, "setting", s->key, s->text ? "value" : "list");
	for (size_t i = 0; i < s->count; i++)
		buf_printf(out, "%s%s", i ? ", " : "", s->list[i]);
	buf_printf(out, "%s\n", s->text ? s->text : s->count ? "" : "-");
}

static void put_small(struct buf *out, const struct release *r)
{
	for (unsigned i = 0; i < r->purposes.count; i++) {
		const struct purpose *p = r->purposes.rows[i];
		if (!p->within)
			continue;
		put_head(out, r, "purpose", p->key, "within");
		buf_printf(out, "%s\n", p->within->key);
	}
	for (unsigned i = 0; i < r->sdk_reasons.count; i++) {
		const struct sdk_reason *x = r->sdk_reasons.rows[i];
		put_head(out, r, "sdk_reason", x->key, "triggers");
		buf_printf(out, "%x\n", x->triggers);
	}
	for (unsigned i = 0; i < r->retentions.count; i++) {
		const struct retention *k = r->retentions.rows[i];
		put_head(out, r, "retention", k->key, "days");
		buf_printf(out, "%d\n", k->days);
	}
	for (unsigned i = 0; i < r->exceptions.count; i++) {
		const struct exception *e = r->exceptions.rows[i];
		put_head(out, r, "exception", e->key, e->secrecy ? "may be secret" : "open");
		buf_printf(out, "contexts %x, needs %x\n", e->contexts, e->needs);
	}
	for (unsigned i = 0; i < r->cookies.count; i++) {
		const struct cookie *k = r->cookies.rows[i];
		put_head(out, r, "cookie", k->key, k->use);
		buf_printf(out, "%s\n", k->refusable ? "refusable" : "needed");
	}
	for (unsigned i = 0; i < r->duties.count; i++) {
		const struct duty *d = r->duties.rows[i];
		put_head(out, r, "duty", d->key, "every days");
		buf_printf(out, "%d%s\n", d->every_days, d->each_staff ? ", each staff" : "");
	}
}

static void put_release(struct buf *out, const struct release *r)
{
	for (unsigned i = 0; i < r->purposes.count; i++) {
		const struct purpose *p = r->purposes.rows[i];
		if (!p->commercial)
			continue;
		put_head(out, r, "purpose", p->key, "commercial");
		buf_add_text(out, "true\n");
	}
	for (unsigned i = 0; i < r->categories.count; i++)
		put_category(out, r, r->categories.rows[i]);
	for (unsigned i = 0; i < r->services.count; i++)
		put_service(out, r, r->services.rows[i]);
	for (unsigned i = 0; i < r->items.count; i++)
		put_item(out, r, r->items.rows[i]);
	for (unsigned i = 0; i < r->sdks.count; i++)
		put_sdk(out, r, r->sdks.rows[i]);
	put_small(out, r);
	for (size_t i = 0; i < r->setting_count; i++)
		put_setting(out, r, &r->settings[i]);
}

static bool put_city(struct buf *out, const char *city)
{
	BUF_SCOPED complaints;
	const char *dir = getenv("TB_CITIES");
	struct release *r = NULL;

	buf_init(&complaints, 1 << 20);
	if (failed(release_load(&context, dir ? dir : TB_ROOT "/cities", city, &complaints, &r))) {
		fputs(complaints.size ? complaints.data : "", stderr);
		return false;
	}
	put_release(out, r);
	release_drop(r);
	return true;
}

/* ---- the test ---- */

/* The first line in which two texts differ. */
static void compare(char *have, char *want)
{
	char *a, *b;

	do {
		a = strsep(&have, "\n");
		b = strsep(&want, "\n");
		if (!a || !b || strcmp(a, b) != 0)
			fail_msg("the cities say     %s\n    the register says %s", a ? a : "nothing",
				 b ? b : "nothing");
	} while (have && want);
}

static void every_rule_is_the_one_that_was_decided(void **state)
{
	BUF_SCOPED have, want;

	(void)state;
	buf_init(&have, 8 << 20);
	buf_init(&want, 8 << 20);
	assert_true(file_text(TB_ROOT "/tests/data/rules.tsv", &want));
	for (size_t i = 0; i < sizeof cities / sizeof *cities; i++)
		assert_true(put_city(&have, cities[i]));
	if (strcmp(have.data, want.data) != 0)
		compare(have.data, want.data);
}

static int print(void)
{
	BUF_SCOPED out;

	buf_init(&out, 8 << 20);
	for (size_t i = 0; i < sizeof cities / sizeof *cities; i++)
		if (!put_city(&out, cities[i]))
			return 1;
	fputs(out.data, stdout);
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_rule_is_the_one_that_was_decided)};

	crypto_init();
	context.arena = arena_new(1 << 26);
	int code = argc > 1 && strcmp(argv[1], "--print") == 0 ? print()
							       : cmocka_run_group_tests(tests, NULL, NULL);
	arena_free(context.arena);
	return code;
}
