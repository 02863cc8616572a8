/* `ledger verify` finds what was changed behind the ledger's back, and names the place. */
#include "ledger/testing.h"

#include <inttypes.h>

enum { PEOPLE = 3, ENTRIES = 330 };

static void drop_guards(struct site *b)
{
	static const char *const tables[] = {"entry", "leaf", "promise", "tile", "tree", "checkpoint"};

	if (!store_is_sqlite(b->c->store))
		return; /* the owner of a PostgreSQL database has no guard to drop */
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		free(raw_sql(b, "DROP TRIGGER ledger_%s_no_update", tables[i]));
		free(raw_sql(b, "DROP TRIGGER ledger_%s_no_delete", tables[i]));
	}
}

/* A log of some trees, with a full tile, and entries that wait. */
static int filled_start(void **state)
{
	if (site_start(state) != 0)
		return -1;
	struct site *b = *state;
	for (int i = 0; i < ENTRIES; i++) {
		write_entry(b->c, SUBJECT_A + i % PEOPLE, "filled");
		if (i % 97 == 0)
			sequence_all(b);
	}
	sequence_all(b);
	for (int i = 0; i < 5; i++)
		write_entry(b->c, SUBJECT_C, "waits");
	drop_guards(b);
	assert_sound(b);
	return 0;
}

static void assert_found(struct site *b, int64_t at_least, int64_t at_most, const char *place, ...)
{
	char wanted[200];
	va_list ap;
	BUF_SCOPED text;

	va_start(ap, place);
	vsnprintf(wanted, sizeof wanted, place, ap);
	va_end(ap);
	buf_init(&text, 1 << 18);
	int64_t count = findings(b, SLICE(""), &text);
	if (count < at_least || count > at_most || !text.data || !strstr(text.data, wanted))
		fail_msg("%d findings, wanted %s:\n%s", (int)count, wanted, text.data);
}

/* ---- one byte ------------------------------------------------------------------------------- */

struct target {
	const char *table, *column, *key; /* key: text that names one row, for ORDER BY and WHERE */
	const char *place;		  /* what the finding must say besides the table */
};

/* Picks a row by position, flips one bit of one byte of its blob, looks for the finding, puts it back. */
static void flip_one(struct site *b, const struct target *t, unsigned pick)
{
	char fn[64], literal[40000], what[300];
	char *count_text = raw_sql(b, "SELECT COUNT(*) FROM %s", t->table);
	long count = atol(count_text);
	char *key = raw_sql(b, "SELECT %s FROM %s ORDER BY 1 LIMIT 1 OFFSET %ld", t->key, t->table,
			    (long)pick % count);
	char *hex = raw_sql(b, "SELECT %s FROM %s WHERE %s = '%s'", raw_hex_fn(b, t->column, fn), t->table,
			    t->key, key);
	char *place = raw_sql(b, "SELECT %s FROM %s WHERE %s = '%s'", t->place, t->table, t->key, key);

	for (int back = 0; back < 2; back++) {
		size_t at = pick * 7919U % strlen(hex);
		hex[at] = "0123456789ABCDEF"[(strchr("00112233445566778899aAbBcCdDeEfF", hex[at]) -
					      "00112233445566778899aAbBcCdDeEfF") /
						     2 ^
					     1];
		raw_blob(b, hex, literal, sizeof literal);
		free(raw_sql(b, "UPDATE %s SET %s = %s WHERE %s = '%s'", t->table, t->column, literal, t->key,
			     key));
		if (back == 0) {
			snprintf(what, sizeof what, "%s：%s", t->table, place);
			/* an entry's data is also what the log was made of */
			assert_found(b, 1, 3, "%s", what);
		}
	}
	free(count_text);
	free(key);
	free(hex);
	free(place);
}

static void one_changed_byte_anywhere_is_found_and_located(void **state)
{
	struct site *b = *state;
#define PERSON_PLACE "'用户 ' || subject_id || ' 第 ' || n || ' 条'"
	static const struct target targets[] = {
		{"ledger_entry", "data", "entry_id || ''", PERSON_PLACE},
		{"ledger_entry", "head", "entry_id || ''", PERSON_PLACE},
		{"ledger_entry", "sealed", "entry_id || ''", PERSON_PLACE},
		{"person_head", "head", "subject_id || ''", "'用户 ' || subject_id || '：'"},
		{"ledger_tile", "hashes", "level || '/' || tile_index", "''"},
		{"ledger_tree", "root", "size || ''", "'大小 ' || size || '：'"},
	};

	for (unsigned round = 0; round < 12; round++)
		for (size_t i = 0; i < sizeof targets / sizeof *targets; i++)
			flip_one(b, &targets[i], (unsigned)random());
	assert_sound(b);
}

static void set_edge(struct site *b, int level, const char *hex)
{
	char literal[40000];

	raw_blob(b, hex, literal, sizeof literal);
	free(raw_sql(b, "UPDATE ledger_edge SET hashes = %s WHERE level = %d", literal, level));
}

static void a_changed_edge_is_found(void **state)
{
	struct site *b = *state;
	char fn[64];

	for (int level = -1; level <= 1; level++) {
		char *hex = raw_sql(b, "SELECT %s FROM ledger_edge WHERE level = %d",
				    raw_hex_fn(b, "hashes", fn), level);
		char was = hex[5];
		hex[5] = was == '0' ? '1' : '0';
		set_edge(b, level, hex);
		if (level < 0)
			assert_found(b, 1, 1, "记录包 1 第 0 项");
		else
			assert_found(b, 1, 1, "第 %d 层分块 %d 第 0 项", level, level == 0 ? 1 : 0);
		hex[5] = was;
		set_edge(b, level, hex);
		free(hex);
	}
	assert_sound(b);
}

static void a_changed_checkpoint_is_found(void **state)
{
	struct site *b = *state;
	char *size = raw_sql(b, "SELECT MAX(size) FROM ledger_checkpoint");

	free(raw_sql(b,
		     "UPDATE ledger_checkpoint SET note = REPLACE(note, 'tongban.example/log', "
		     "'tongban.example/lo9')"
		     " WHERE size = %s",
		     size));
	assert_found(b, 1, 1, "ledger_checkpoint：大小 %s", size);
	free(size);
}

static void a_tree_of_a_superseded_sequencer_is_found(void **state)
{
	struct site *b = *state;

	free(raw_sql(b, "UPDATE ledger_tree SET token = token + 1 WHERE size = 98"));
	assert_found(b, 1, 1, "出自已被取代的写入者");
}

/* ---- rows ----------------------------------------------------------------------------------- */

static void forge_head(struct site *b, int64_t subject_id, int n)
{
	char fn[64], literal[200];
	char *head = raw_sql(b, "SELECT %s FROM ledger_entry WHERE subject_id = %d AND n = %d",
			     raw_hex_fn(b, "head", fn), (int)subject_id, n);

	raw_blob(b, head, literal, sizeof literal);
	free(raw_sql(b, "UPDATE person_head SET usage_n = %d, head = %s WHERE subject_id = %d", n, literal,
		     (int)subject_id));
	free(head);
}

static void a_removed_entry_is_found(void **state)
{
	struct site *b = *state;

	free(raw_sql(b, "DELETE FROM ledger_entry WHERE subject_id = %d AND n = 17", SUBJECT_B));
	assert_found(b, 1, 1, "ledger_entry：用户 %d 第 17 条：记录已不在", SUBJECT_B);
}

static void an_entry_removed_with_its_leaf_is_found(void **state)
{
	struct site *b = *state;
	char *leaf =
		raw_sql(b, "SELECT leaf_index FROM ledger_leaf WHERE subject_id = %d AND n = 17", SUBJECT_B);

	free(raw_sql(b, "DELETE FROM ledger_entry WHERE subject_id = %d AND n = 17", SUBJECT_B));
	free(raw_sql(b, "DELETE FROM ledger_leaf WHERE subject_id = %d AND n = 17", SUBJECT_B));
	assert_found(b, 2, 2, "ledger_entry：用户 %d 第 17 条：缺失", SUBJECT_B);
	assert_found(b, 2, 2, "ledger_leaf：叶子 %s：缺失", leaf);
	free(leaf);
}

static void a_cut_tail_is_found(void **state)
{
	struct site *b = *state;

	free(raw_sql(b, "DELETE FROM ledger_entry WHERE subject_id = %d AND n > 105", SUBJECT_A));
	free(raw_sql(b, "DELETE FROM ledger_leaf WHERE subject_id = %d AND n > 105", SUBJECT_A));
	assert_found(b, 6, 6, "person_head：用户 %d：应有 110 条使用记录，实有 105 条", SUBJECT_A);
	assert_found(b, 6, 6, "ledger_leaf：叶子"); /* by the leaves that the tree has */
}

static void a_cut_tail_with_its_head_is_found_by_the_log(void **state)
{
	struct site *b = *state;

	forge_head(b, SUBJECT_A, 105);
	free(raw_sql(b, "DELETE FROM ledger_entry WHERE subject_id = %d AND n > 105", SUBJECT_A));
	free(raw_sql(b, "DELETE FROM ledger_leaf WHERE subject_id = %d AND n > 105", SUBJECT_A));
	assert_found(b, 5, 5, "ledger_leaf：叶子");
}

static void all_entries_of_a_person_removed_are_found(void **state)
{
	struct site *b = *state;

	free(raw_sql(b, "DELETE FROM ledger_entry WHERE subject_id = %d", SUBJECT_A));
	free(raw_sql(b, "DELETE FROM ledger_leaf WHERE subject_id = %d", SUBJECT_A));
	assert_found(b, 111, 111, "person_head：用户 %d：应有 110 条使用记录，实有 0 条", SUBJECT_A);
}

static void a_tail_that_only_waited_is_missed_by_its_promise(void **state)
{
	struct site *b = *state;
	BUF_SCOPED receipt;

	buf_init(&receipt, 1 << 16);
	assert_ok(ledger_receipt(b->c, SUBJECT_C, 115, &receipt));
	free(raw_sql(b, "DELETE FROM ledger_entry WHERE subject_id = %d AND n = 115", SUBJECT_C));
	free(raw_sql(b, "DELETE FROM ledger_pending WHERE subject_id = %d AND n = 115", SUBJECT_C));
	forge_head(b, SUBJECT_C, 114);
	assert_sound(b); /* the promise is not due */
	b->c->now_ms += PROMISE_MS + 1;
	assert_found(b, 1, 1, "ledger_promise：用户 %d 第 115 条", SUBJECT_C);
}

static void two_swapped_entries_are_found(void **state)
{
	struct site *b = *state;

	free(raw_sql(b, "UPDATE ledger_entry SET n = 34 - n WHERE subject_id = %d AND n IN (16, 18)",
		     SUBJECT_B));
	assert_found(b, 2, 6, "ledger_entry：用户 %d 第 16 条", SUBJECT_B);
	assert_found(b, 2, 6, "ledger_entry：用户 %d 第 18 条", SUBJECT_B);
}

static void two_entries_swapped_with_all_their_rows_are_found(void **state)
{
	struct site *b = *state;
	static const char *const tables[] = {"entry", "leaf"};

	for (size_t i = 0; i < 2; i++) {
		free(raw_sql(b, "UPDATE ledger_%s SET n = n + 10000 WHERE subject_id = %d AND n IN (16, 18)",
			     tables[i], SUBJECT_B));
		free(raw_sql(b, "UPDATE ledger_%s SET n = 30034 - n WHERE subject_id = %d AND n > 10000",
			     tables[i], SUBJECT_B));
		free(raw_sql(b, "UPDATE ledger_%s SET n = n - 20000 WHERE subject_id = %d AND n > 20000",
			     tables[i], SUBJECT_B));
	}
	assert_found(b, 2, 8, "ledger_entry：用户 %d 第 16 条", SUBJECT_B);
	assert_found(b, 2, 8, "ledger_entry：用户 %d 第 18 条", SUBJECT_B);
}

static void an_entry_moved_to_another_person_is_found(void **state)
{
	struct site *b = *state;

	free(raw_sql(b, "UPDATE ledger_entry SET subject_id = %d WHERE subject_id = %d AND n = 40", SUBJECT_C,
		     SUBJECT_B));
	assert_found(b, 2, 2, "ledger_entry：用户 %d 第 40 条：记录已不在", SUBJECT_B);
	assert_found(b, 2, 2, "ledger_entry：用户 %d 第 40 条：不在该用户的编号序列中", SUBJECT_C);
}

static void a_second_entry_of_one_number_is_found(void **state)
{
	struct site *b = *state;

	free(raw_sql(b,
		     "INSERT INTO ledger_entry (entry_id, subject_id, n, data, head, sealed) SELECT entry_id "
		     "+ 9999999999, "
		     "subject_id, n, data, head, sealed FROM ledger_entry WHERE subject_id = %d AND n = 7",
		     SUBJECT_A));
	assert_found(b, 1, 1, "ledger_entry：用户 %d 第 7 条：不在该用户的编号序列中", SUBJECT_A);
}

static void an_entry_that_never_reaches_the_log_is_found(void **state)
{
	struct site *b = *state;

	free(raw_sql(b, "DELETE FROM ledger_pending WHERE subject_id = %d AND n = 113", SUBJECT_C));
	assert_found(b, 2, 2, "ledger_entry：用户 %d 第 113 条：不在该用户的编号序列中", SUBJECT_C);
}

static void an_entry_that_the_sequencer_passes_over_is_found(void **state)
{
	struct site *b = *state;

	free(raw_sql(b, "UPDATE ledger_tree SET at_ms = at_ms + 3600000"));
	assert_found(b, 5, 5, "ledger_pending：用户 %d 第 111 条", SUBJECT_C);
}

static void a_person_that_was_removed_is_found(void **state)
{
	struct site *b = *state;

	free(raw_sql(b, "DELETE FROM person_head WHERE subject_id = %d", SUBJECT_A));
	assert_found(b, 1, 1, "person_head：用户 %d", SUBJECT_A);
}

/* ---- against a checkpoint kept elsewhere ---------------------------------------------------- */

static void keep_checkpoint(struct site *b, struct buf *ret)
{
	buf_init(ret, NOTE_MAX);
	assert_ok(ledger_checkpoint(b->c, ret));
}

static void an_honest_log_extends_a_checkpoint_kept_elsewhere(void **state)
{
	struct site *b = *state;
	BUF_SCOPED kept;

	keep_checkpoint(b, &kept);
	write_entry(b->c, SUBJECT_A, "later");
	sequence_all(b);
	assert_int_equal(findings(b, buf_slice(&kept), NULL), 0);
}

static void a_log_cut_back_disagrees_with_a_checkpoint_kept_elsewhere(void **state)
{
	struct site *b = *state;
	static const char *const tables[] = {"tile", "tree",  "checkpoint", "edge",
					     "leaf", "entry", "pending"};
	BUF_SCOPED kept;
	BUF_SCOPED text;

	keep_checkpoint(b, &kept);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
		free(raw_sql(b, "DELETE FROM ledger_%s", tables[i]));
	char zeros[65], literal[100];
	memset(zeros, '0', 64);
	zeros[64] = '\0';
	raw_blob(b, zeros, literal, sizeof literal);
	free(raw_sql(b, "UPDATE person_head SET usage_n = 0, head = %s", literal));
	write_entry(b->c, SUBJECT_A, "a new history");
	b->c->now_ms += LEASE_MS + 1;
	mark_held[0] = '\0'; /* whoever did that had the key store as well */
	sequence_all(b);
	assert_sound(b); /* by itself the new history is fine */
	buf_init(&text, 1 << 16);
	assert_int_equal(findings(b, buf_slice(&kept), &text), 1);
	assert_non_null(strstr(text.data, "末尾被截去"));
	for (int i = 0; i < ENTRIES; i++)
		write_entry(b->c, SUBJECT_A, "a new history");
	sequence_all(b);
	buf_clear(&text);
	assert_int_equal(findings(b, buf_slice(&kept), &text), 1);
	assert_non_null(strstr(text.data, "与本日志的历史不一致"));
}

static void a_checkpoint_of_another_log_is_refused(void **state)
{
	struct site *b = *state;
	int64_t count = -1;
	BUF_SCOPED kept;
	BUF_SCOPED text;

	keep_checkpoint(b, &kept);
	buf_init(&text, 1 << 16);
	kept.data[0] ^= 1;
	assert_err(ledger_verify(b->c, b->c->ledger, buf_slice(&kept), &text, &count), ERR_INVALID);
	assert_int_equal(count, -1);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, filled_start, site_end)
	const struct CMUnitTest tests[] = {
		T(one_changed_byte_anywhere_is_found_and_located),
		T(a_changed_edge_is_found),
		T(a_changed_checkpoint_is_found),
		T(a_tree_of_a_superseded_sequencer_is_found),
		T(a_removed_entry_is_found),
		T(an_entry_removed_with_its_leaf_is_found),
		T(a_cut_tail_is_found),
		T(a_cut_tail_with_its_head_is_found_by_the_log),
		T(all_entries_of_a_person_removed_are_found),
		T(a_tail_that_only_waited_is_missed_by_its_promise),
		T(two_swapped_entries_are_found),
		T(two_entries_swapped_with_all_their_rows_are_found),
		T(an_entry_moved_to_another_person_is_found),
		T(a_second_entry_of_one_number_is_found),
		T(an_entry_that_never_reaches_the_log_is_found),
		T(an_entry_that_the_sequencer_passes_over_is_found),
		T(a_person_that_was_removed_is_found),
		T(an_honest_log_extends_a_checkpoint_kept_elsewhere),
		T(a_log_cut_back_disagrees_with_a_checkpoint_kept_elsewhere),
		T(a_checkpoint_of_another_log_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
