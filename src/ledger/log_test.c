/* The sequencer, the public log and receipts, on both stores. */
#include "ledger/testing.h"

#include <jansson.h>

static void write_many(struct site *b, int count)
{
	for (int i = 0; i < count; i++)
		write_entry(b->c, SUBJECT_A + i % 3, "many");
}

static void checkpoint_now(struct site *b, struct checkpoint *ret)
{
	BUF_SCOPED note;

	buf_init(&note, NOTE_MAX);
	assert_ok(ledger_checkpoint(b->c, &note));
	assert_true(checkpoint_open(&b->c->ledger->key, buf_slice(&note), ret));
}

/* ---- the sequencer -------------------------------------------------------------------------- */

static void an_empty_log_is_signed_too(void **state)
{
	struct site *b = *state;
	struct checkpoint p;
	struct merkle_hash empty = merkle_empty();
	BUF_SCOPED note;

	buf_init(&note, NOTE_MAX);
	assert_err(ledger_checkpoint(b->c, &note), ERR_NOT_FOUND);
	assert_int_equal(sequence_all(b), 0);
	checkpoint_now(b, &p);
	assert_true(p.size == 0 && merkle_equal(&p.root, &empty));
	assert_sound(b);
}

static void each_committed_entry_becomes_one_leaf(void **state)
{
	struct site *b = *state;
	struct checkpoint p;

	write_many(b, 7);
	assert_int_equal(sequence_all(b), 7);
	assert_int_equal(sequence_all(b), 0);
	write_many(b, 3);
	assert_int_equal(sequence_all(b), 3);
	checkpoint_now(b, &p);
	assert_true(p.size == 10);
	assert_sound(b);
}

/* Each checkpoint proves to be an extension of all before, from the tiles that the public gets. */
struct tile_client {
	struct site *site;
};

static err client_node(void *arg, unsigned level, uint64_t index, struct merkle_hash *ret)
{
	struct tile_client *t = arg;
	uint64_t first = index << (level % TILE_HEIGHT);
	struct checkpoint p;
	struct tile_id id = {.level = (int)(level / TILE_HEIGHT), .index = first / TILE_WIDTH};
	char path[TILE_PATH_SIZE];
	struct merkle_hash hash[TILE_WIDTH];
	BUF_SCOPED tile;

	checkpoint_now(t->site, &p);
	id.width = tile_width_at(id.level, id.index, p.size);
	tile_path(&id, path);
	buf_init(&tile, 1 << 14);
	assert_ok(ledger_tile(t->site->c, path, &tile));
	assert_int_equal(tile.size, id.width * HASH_SIZE);
	memcpy(hash, tile.data, tile.size);
	*ret = merkle_fold(hash + first % TILE_WIDTH, (size_t)1 << (level % TILE_HEIGHT));
	return OK;
}

static void checkpoints_are_consistent_by_the_public_tiles(void **state)
{
	struct site *b = *state;
	struct tile_client client = {b};
	struct checkpoint p[6];
	static const int steps[6] = {1, 6, 248, 1, 300, 37};

	for (int i = 0; i < 6; i++) {
		write_many(b, steps[i]);
		sequence_all(b);
		checkpoint_now(b, &p[i]);
		for (int j = 0; j <= i; j++) {
			struct merkle_proof proof;
			assert_ok(merkle_consistency(client_node, &client, p[j].size, p[i].size, &proof));
			assert_true(merkle_check_consistency(p[j].size, p[i].size, proof.hash, proof.count,
							     &p[j].root, &p[i].root));
		}
	}
	assert_sound(b);
}

static void tiles_and_bundles_match_and_end_where_the_signed_tree_ends(void **state)
{
	struct site *b = *state;
	BUF_SCOPED tile;
	BUF_SCOPED bundle;

	write_many(b, 300);
	sequence_all(b);
	buf_init(&tile, 1 << 14);
	buf_init(&bundle, 1 << 14);
	assert_ok(ledger_tile(b->c, "0/000", &tile));
	assert_ok(ledger_tile(b->c, "entries/000", &bundle));
	assert_int_equal(tile.size, 256 * 32);
	assert_int_equal(bundle.size, 256 * 34);
	for (size_t i = 0; i < 256; i++) {
		struct merkle_hash leaf = merkle_leaf((struct slice){bundle.data + 34 * i + 2, 32});
		assert_memory_equal(bundle.data + 34 * i, "\x00\x20", 2);
		assert_memory_equal(leaf.b, tile.data + 32 * i, 32);
	}
	buf_clear(&tile);
	assert_ok(ledger_tile(b->c, "0/001.p/44", &tile));
	assert_int_equal(tile.size, 44 * 32);
	buf_clear(&tile);
	assert_ok(ledger_tile(b->c, "1/000.p/1", &tile));
	assert_ok(ledger_tile(b->c, "0/001.p/5", &tile));
	static const char *const none[] = {"0/001",	"0/001.p/45", "0/002", "1/000",
					   "2/000.p/1", "9/000",      "../x",  "entries/001"};
	for (size_t i = 0; i < sizeof none / sizeof *none; i++)
		assert_err(ledger_tile(b->c, none[i], &tile), ERR_NOT_FOUND);
}

static void only_the_holder_of_the_lease_sequences(void **state)
{
	struct site *b = *state;
	struct ledger *first = b->c->ledger, *second;
	int64_t added;

	write_many(b, 2);
	assert_ok(ledger_sequence(b->c, first, &added));
	assert_int_equal(added, 2);
	ledger_start(b);
	second = b->c->ledger;
	write_many(b, 2);
	assert_ok(ledger_sequence(b->c, second, &added));
	assert_int_equal(added, 0);
	assert_ok(ledger_sequence(b->c, first, &added));
	assert_int_equal(added, 2);
	b->c->now_ms += LEASE_MS + 1; /* the first one is silent for too long */
	write_many(b, 1);
	assert_ok(ledger_sequence(b->c, second, &added));
	assert_int_equal(added, 1);
	write_many(b, 1);
	assert_ok(ledger_sequence(b->c, first, &added));
	assert_int_equal(added, 0);
	ledger_close(first);
	assert_int_equal(sequence_all(b), 1);
	assert_sound(b);
}

/* Dies at each call to the store in turn, with and without the process being started anew; every note that
 * was ever committed is compared with the others of its size. */
static void a_sequencer_that_dies_anywhere_goes_on_where_it_stood(void **state)
{
	struct site *b = *state;
	struct checkpoint p;

	for (int64_t at = 1; at < 40; at++) {
		write_many(b, 20);
		store_fail_at(b->c->store, at);
		err e = ledger_sequence(b->c, b->c->ledger, NULL);
		store_fail_at(b->c->store, 0);
		assert_true(e.code == ERR_OK || e.code == ERR_STORE);
		failure_clear(b->c);
		if (at % 3 == 0)
			store_restart(b);
		if (at % 2 == 0)
			sequence_all(b);
	}
	b->c->now_ms += LEASE_MS + 1;
	sequence_all(b);
	checkpoint_now(b, &p);
	assert_true(p.size == 39 * 20);
	assert_sound(b);
}

/* A tree that was committed, but not signed before the end of the process, is signed by the next. */
static void an_unsigned_tree_is_signed_later(void **state)
{
	struct site *b = *state;
	struct checkpoint p;
	int64_t calls;

	sequence_all(b);
	write_many(b, 3);
	store_fail_at(b->c->store, 0);
	assert_ok(ledger_sequence(b->c, b->c->ledger, NULL));
	calls = store_calls(b->c->store);
	write_many(b, 3);
	store_fail_at(b->c->store, calls); /* the last call stores the signature */
	assert_err(ledger_sequence(b->c, b->c->ledger, NULL), ERR_STORE);
	store_fail_at(b->c->store, 0);
	failure_clear(b->c);
	checkpoint_now(b, &p);
	assert_true(p.size == 3);
	BUF_SCOPED tile;
	buf_init(&tile, 1 << 14);
	assert_err(ledger_tile(b->c, "0/000.p/6", &tile), ERR_NOT_FOUND);
	assert_ok(ledger_tile(b->c, "0/000.p/3", &tile));
	assert_int_equal(sequence_all(b), 0);
	checkpoint_now(b, &p);
	assert_true(p.size == 6);
	assert_sound(b);
}

/* The mark of a larger tree, as the key store has it when the store was put back. */
static void hold_mark(struct site *b, uint64_t size, const struct merkle_hash *root)
{
	BUF_SCOPED note;

	buf_init(&note, NOTE_MAX);
	checkpoint_sign(&b->c->ledger->key, b->secret_key, &(struct checkpoint){size, *root}, &note);
	snprintf(mark_held, sizeof mark_held, "%s", note.data);
}

static void a_log_that_was_put_back_is_not_signed_under_its_old_name(void **state)
{
	struct site *b = *state;
	struct checkpoint p, q;
	struct merkle_hash other = merkle_empty();
	bool put_back = true;
	BUF_SCOPED old;

	buf_init(&old, NOTE_MAX);
	write_many(b, 5);
	sequence_all(b);
	checkpoint_now(b, &p);
	assert_ok(ledger_checkpoint(b->c, &old));
	assert_ok(ledger_put_back(b->c, b->c->ledger, &put_back));
	assert_false(put_back);
	static const uint64_t sizes[] = {9, 6, 5, 3}; /* ahead, the same size with another root, grown over */
	for (int i = 0; i < 4; i++) {
		hold_mark(b, sizes[i], &other);
		write_many(b, i == 0 ? 1 : 0);
		assert_err(ledger_sequence(b->c, b->c->ledger, NULL), ERR_CONFLICT);
		assert_ok(ledger_put_back(b->c, b->c->ledger, &put_back));
		assert_true(put_back);
		failure_clear(b->c);
	}
	checkpoint_now(b, &q);
	assert_true(q.size == 5);

	log_generation = 2;
	ledger_restart(b);
	b->c->now_ms += LEASE_MS + 1;
	assert_err(ledger_checkpoint(b->c, &old), ERR_NOT_FOUND);
	failure_clear(b->c);
	sequence_all(b);
	checkpoint_now(b, &q);
	assert_true(q.size == 6);
	assert_string_equal(ledger_origin(b->c->ledger), "tongban.example/log/2");
	assert_sound(b);

	BUF_SCOPED lines;
	buf_init(&lines, 1 << 16);
	assert_int_equal(findings(b, buf_slice(&old), &lines), 1);
	assert_non_null(strstr(lines.data, "tongban.example/log（大小 5）"));
}

static void a_mark_without_its_checkpoint_does_no_harm(void **state)
{
	struct site *b = *state;
	struct checkpoint p, mark;

	sequence_all(b);
	write_many(b, 3);
	store_fail_at(b->c->store, 0);
	assert_ok(ledger_sequence(b->c, b->c->ledger, NULL));
	int64_t calls = store_calls(b->c->store);
	write_many(b, 3);
	store_fail_at(b->c->store, calls); /* the mark is written, its checkpoint is not */
	assert_err(ledger_sequence(b->c, b->c->ledger, NULL), ERR_STORE);
	store_fail_at(b->c->store, 0);
	failure_clear(b->c);
	checkpoint_now(b, &p);
	assert_true(p.size == 3);
	assert_true(checkpoint_open(&b->c->ledger->key, slice_of(mark_held), &mark));
	assert_true(mark.size == 6);
	store_restart(b);
	b->c->now_ms += LEASE_MS + 1;
	sequence_all(b);
	checkpoint_now(b, &p);
	assert_true(p.size == 6 && merkle_equal(&p.root, &mark.root));
	assert_sound(b);
}

/* Changed rows are never signed over. */
static void a_damaged_edge_stops_the_signing(void **state)
{
	struct site *b = *state;
	char blob[300], fn[64];

	write_many(b, 2);
	sequence_all(b);
	char *hex = raw_sql(b, "SELECT %s FROM ledger_edge WHERE level = 0", raw_hex_fn(b, "hashes", fn));
	hex[3] = hex[3] == '0' ? '1' : '0';
	raw_blob(b, hex, blob, sizeof blob);
	free(raw_sql(b, "UPDATE ledger_edge SET hashes = %s WHERE level = 0", blob));
	free(hex);
	write_many(b, 1);
	assert_err(ledger_sequence(b->c, b->c->ledger, NULL), ERR_STORE);
	failure_clear(b->c);
}

static void the_thread_sequences_soon_and_by_itself(void **state)
{
	struct site *b = *state;
	struct checkpoint p = {0};

	assert_ok(ledger_sequencer_start(b->c, b->c->ledger));
	b->c->now_ms = clock_now_ms(b->clock);
	write_many(b, 5);
	for (int i = 0; i < 300 && p.size < 5; i++) { /* two seconds on a machine that does nothing else */
		usleep(100 * 1000);
		BUF_SCOPED note;
		buf_init(&note, NOTE_MAX);
		if (!failed(ledger_checkpoint(b->c, &note)))
			assert_true(checkpoint_open(&b->c->ledger->key, buf_slice(&note), &p));
	}
	assert_true(p.size == 5);
	assert_int_equal(ledger_sequencer_state(b->c->ledger), ERR_OK);
	write_many(b, 1);
	ledger_restart(b); /* what was written before the end is in */
	checkpoint_now(b, &p);
	assert_true(p.size == 6);
}

/* ---- heads and receipts --------------------------------------------------------------------- */

static void the_signed_head_verifies_and_its_parts_are_bound(void **state)
{
	struct site *b = *state;
	char text[400];
	uint8_t signature[100];
	size_t size;
	BUF_SCOPED out;

	write_many(b, 4);
	buf_init(&out, 4096);
	assert_ok(ledger_signed_head(b->c, SUBJECT_A, &out));
	json_t *j = json_loads(out.data, 0, NULL);
	for (int64_t n = 2; n <= 3; n++) {
		snprintf(text, sizeof text, "tongban personal head v1\n%s\n%s\n%d\n%s\n%s\n",
			 json_string_value(json_object_get(j, "origin")),
			 json_string_value(json_object_get(j, "subject")), (int)n,
			 json_string_value(json_object_get(j, "hash")),
			 json_string_value(json_object_get(j, "at")));
		assert_true(base64_decode(slice_of(json_string_value(json_object_get(j, "signature"))),
					  signature, &size));
		assert_int_equal(size, SIGNATURE_SIZE);
		assert_int_equal(sign_verify(b->public_key, slice_of(text), signature), n == 2);
	}
	assert_int_equal(json_integer_value(json_object_get(j, "n")), 2);
	json_decref(j);
}

static err check_receipt(struct site *b, struct slice receipt, struct receipt_facts *ret)
{
	return ledger_receipt_check(b->c, "tongban.example/log", b->public_key, receipt, ret);
}

static void a_receipt_is_first_a_promise_then_a_proof(void **state)
{
	struct site *b = *state;
	struct receipt_facts f, g;
	BUF_SCOPED promise;
	BUF_SCOPED proof;

	buf_init(&promise, 1 << 16);
	buf_init(&proof, 1 << 16);
	write_many(b, 300);
	assert_ok(ledger_receipt(b->c, SUBJECT_B, 70, &promise));
	assert_ok(check_receipt(b, buf_slice(&promise), &f));
	assert_true(f.leaf_index == -1 && f.subject_id == SUBJECT_B && f.n == 70);
	assert_true(f.promised_by_ms == b->c->now_ms + PROMISE_MS);
	sequence_all(b);
	assert_ok(ledger_receipt(b->c, SUBJECT_B, 70, &proof));
	assert_ok(check_receipt(b, buf_slice(&proof), &g));
	assert_true(g.leaf_index >= 0 && g.leaf_index < 300);
	assert_memory_equal(f.data, g.data, HASH_SIZE);
	assert_string_equal(f.entry, g.entry);
	assert_err(ledger_receipt(b->c, SUBJECT_B, 101, &proof), ERR_NOT_FOUND);
	assert_err(ledger_receipt(b->c, SUBJECT_B, 0, &proof), ERR_NOT_FOUND);
}

static void every_receipt_of_a_log_verifies(void **state)
{
	struct site *b = *state;
	struct receipt_facts f;

	for (int part = 0; part < 3; part++) {
		write_many(b, 120);
		sequence_all(b);
	}
	for (int64_t n = 1; n <= 120; n++) {
		BUF_SCOPED receipt;
		buf_init(&receipt, 1 << 16);
		assert_ok(ledger_receipt(b->c, SUBJECT_C, n, &receipt));
		assert_ok(check_receipt(b, buf_slice(&receipt), &f));
		assert_true(f.n == n && f.leaf_index >= 0);
	}
}

/* No byte of a receipt can change without notice, except where JSON has two spellings for one thing. */
static void a_changed_receipt_is_refused(void **state)
{
	struct site *b = *state;
	struct receipt_facts f;

	write_many(b, 9);
	for (int proved = 0; proved < 2; proved++) {
		BUF_SCOPED receipt;
		buf_init(&receipt, 1 << 16);
		if (proved)
			sequence_all(b);
		assert_ok(ledger_receipt(b->c, SUBJECT_A, 2, &receipt));
		size_t key_from = (size_t)(strstr(receipt.data, "\"public_key\"") - receipt.data);
		size_t key_to = (size_t)(strstr(receipt.data, "\"subject\"") - receipt.data);
		for (size_t i = strlen("{\"v\":1,"); i < receipt.size; i++) {
			if (i >= key_from && i < key_to)
				continue; /* the verifier's own key counts, not the one in the receipt */
			receipt.data[i] ^= 1;
			if (!failed(check_receipt(b, buf_slice(&receipt), &f)))
				fail_msg("byte %zu of %s", i, receipt.data);
			receipt.data[i] ^= 1;
		}
	}
	failure_clear(b->c);
}

static void a_saved_receipt_verifies_after_erasure(void **state)
{
	struct site *b = *state;
	struct receipt_facts f;
	BUF_SCOPED receipt;
	BUF_SCOPED later;

	buf_init(&receipt, 1 << 16);
	buf_init(&later, 1 << 16);
	write_many(b, 9);
	sequence_all(b);
	assert_ok(ledger_receipt(b->c, SUBJECT_A, 2, &receipt));
	audit_key_end(SUBJECT_A);
	assert_ok(check_receipt(b, buf_slice(&receipt), &f));
	assert_true(f.leaf_index >= 0);
	assert_err(ledger_receipt(b->c, SUBJECT_A, 2, &later), ERR_GONE);
	failure_clear(b->c);
	assert_sound(b);
}

static void the_public_log_tells_nothing_about_anyone(void **state)
{
	struct site *b = *state;
	BUF_SCOPED out;

	write_many(b, 3);
	sequence_all(b);
	buf_init(&out, 1 << 16);
	assert_ok(ledger_checkpoint(b->c, &out));
	assert_ok(ledger_tile(b->c, "0/000.p/3", &out));
	assert_ok(ledger_tile(b->c, "entries/000.p/3", &out));
	assert_null(memmem(out.data, out.size, "real_name", 9));
	assert_null(memmem(out.data, out.size, "1001", 4));
}

/* The worked example of docs/ledger.md. */
static void the_receipt_in_the_documentation_verifies(void **state)
{
	struct site *b = *state;
	struct receipt_facts f;
	uint8_t key[SIGN_PUBLIC_SIZE + 3];
	size_t size;
	json_t *doc = json_load_file(EXAMPLE_RECEIPT, 0, NULL);
	char *text = json_dumps(doc, JSON_COMPACT);

	assert_non_null(text);
	assert_true(
		base64_decode(slice_of(json_string_value(json_object_get(doc, "public_key"))), key, &size));
	assert_ok(ledger_receipt_check(b->c, "tongban.example/log", key, slice_of(text), &f));
	assert_true(f.n == 1 && f.leaf_index == 1);
	free(text);
	json_decref(doc);
}

static void write_receipts(struct site *b, FILE *f)
{
	for (int64_t n = 1; n <= 80; n += 13) {
		struct head h;
		BUF_SCOPED receipt;

		buf_init(&receipt, 1 << 16);
		assert_ok(ledger_head(b->c, b->c->store, SUBJECT_B, &h));
		if (n > h.n)
			break;
		assert_ok(ledger_receipt(b->c, SUBJECT_B, n, &receipt));
		fprintf(f, "%s\n", receipt.data);
	}
}

/* TB_RECEIPTS names a file: receipts for verifiers that nobody here wrote (tests/api/receipts.test.mjs). */
static void receipts_for_others(void **state)
{
	struct site *b = *state;
	static const int parts[] = {3, 250, 90};
	FILE *f = fopen(getenv("TB_RECEIPTS"), "w");

	assert_non_null(f);
	for (int i = 0; i < 3; i++) {
		write_many(b, parts[i]);
		if (i == 0)
			write_receipts(b, f); /* a promise */
		sequence_all(b);
		write_receipts(b, f);
	}
	fclose(f);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, site_start, site_end)
	const struct CMUnitTest tests[] = {
		T(an_empty_log_is_signed_too),
		T(each_committed_entry_becomes_one_leaf),
		T(checkpoints_are_consistent_by_the_public_tiles),
		T(tiles_and_bundles_match_and_end_where_the_signed_tree_ends),
		T(only_the_holder_of_the_lease_sequences),
		T(a_sequencer_that_dies_anywhere_goes_on_where_it_stood),
		T(an_unsigned_tree_is_signed_later),
		T(a_log_that_was_put_back_is_not_signed_under_its_old_name),
		T(a_mark_without_its_checkpoint_does_no_harm),
		T(a_damaged_edge_stops_the_signing),
		T(the_thread_sequences_soon_and_by_itself),
		T(the_signed_head_verifies_and_its_parts_are_bound),
		T(a_receipt_is_first_a_promise_then_a_proof),
		T(every_receipt_of_a_log_verifies),
		T(a_changed_receipt_is_refused),
		T(a_saved_receipt_verifies_after_erasure),
		T(the_public_log_tells_nothing_about_anyone),
		T(the_receipt_in_the_documentation_verifies),
		T(receipts_for_others),
	};

	if (getenv("TB_RECEIPTS"))
		cmocka_set_test_filter("receipts_for_others");
	else
		cmocka_set_skip_filter("receipts_for_others");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
