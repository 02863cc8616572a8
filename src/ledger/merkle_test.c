/* Trees, tiles, notes and proofs against the published vectors and against each other. */
#include "crypto/crypto.h"
#include "ledger/note.h"
#include "ledger/tile.h"

#include <ftw.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* ---- the vectors ---------------------------------------------------------------------------- */

static int vectors_run;

/* Hashes of another length than 32 bytes are not hashes: they only have to compare as different, or equal. */
static struct merkle_hash vector_hash(const json_t *text, bool *whole)
{
	struct merkle_hash h = {0};
	uint8_t bytes[256];
	size_t n = 0;
	const char *s = json_string_value(text);

	if (!s || strlen(s) > sizeof bytes || !base64_decode(slice_of(s), bytes, &n))
		n = 0;
	*whole &= n == sizeof h.b;
	memcpy(h.b, bytes, n < sizeof h.b ? n : sizeof h.b);
	return h;
}

static size_t vector_proof(const json_t *v, struct merkle_hash *ret, bool *whole)
{
	const json_t *list = json_object_get(v, "proof");
	size_t count = json_array_size(list);

	assert_true(count <= MERKLE_PROOF_MAX);
	for (size_t i = 0; i < count; i++)
		ret[i] = vector_hash(json_array_get(list, i), whole);
	return count;
}

static bool run_inclusion(const json_t *v)
{
	struct merkle_hash proof[MERKLE_PROOF_MAX];
	bool whole = true;
	struct merkle_hash leaf = vector_hash(json_object_get(v, "leafHash"), &whole);
	struct merkle_hash root = vector_hash(json_object_get(v, "root"), &whole);
	size_t count = vector_proof(v, proof, &whole);

	return whole && merkle_check_inclusion((uint64_t)json_integer_value(json_object_get(v, "leafIdx")),
					       (uint64_t)json_integer_value(json_object_get(v, "treeSize")),
					       &leaf, proof, count, &root);
}

static bool run_consistency(const json_t *v)
{
	struct merkle_hash proof[MERKLE_PROOF_MAX];
	bool proof_whole = true, roots_whole = true;
	struct merkle_hash old_root = vector_hash(json_object_get(v, "root1"), &roots_whole);
	struct merkle_hash new_root = vector_hash(json_object_get(v, "root2"), &roots_whole);
	size_t count = vector_proof(v, proof, &proof_whole);

	return proof_whole &&
	       merkle_check_consistency((uint64_t)json_integer_value(json_object_get(v, "size1")),
					(uint64_t)json_integer_value(json_object_get(v, "size2")), proof,
					count, &old_root, &new_root);
}

/* jansson knows no number above INT64_MAX; the one that occurs is read as -1 and cast back. */
static json_t *load_vector(const char *path)
{
	char text[64 * 1024];
	FILE *f = fopen(path, "r");

	assert_non_null(f);
	text[fread(text, 1, sizeof text - 1, f)] = '\0';
	fclose(f);
	char *big = strstr(text, "18446744073709551615");
	if (big)
		memcpy(big, "                  -1", 20);
	json_t *v = json_loads(text, 0, NULL);
	assert_non_null(v);
	return v;
}

static int run_vector(const char *path, const struct stat *, int kind, struct FTW *)
{
	if (kind != FTW_F || !strstr(path, ".json"))
		return 0;
	json_t *v = load_vector(path);
	bool accepted = strstr(path, "/inclusion/") ? run_inclusion(v) : run_consistency(v);
	if (accepted == json_is_true(json_object_get(v, "wantErr")))
		fail_msg("%s: %s", path, accepted ? "accepted" : "refused");
	json_decref(v);
	vectors_run++;
	return 0;
}

static void proofs_of_the_published_vectors_are_judged_as_published(void **)
{
	assert_int_equal(nftw(MERKLE_VECTORS, run_vector, 16, FTW_PHYS), 0);
	assert_int_equal(vectors_run, 196);
}

/* ---- trees of our own ----------------------------------------------------------------------- */

enum { LEAVES = 530 };

struct forest {
	struct merkle_hash leaf[LEAVES];
};

static err forest_node(void *arg, unsigned level, uint64_t index, struct merkle_hash *ret)
{
	const struct forest *f = arg;

	if (level == 0) {
		assert_true(index < LEAVES);
		*ret = f->leaf[index];
		return OK;
	}
	struct merkle_hash l, r;
	TRY(forest_node(arg, level - 1, 2 * index, &l));
	TRY(forest_node(arg, level - 1, 2 * index + 1, &r));
	*ret = merkle_node(&l, &r);
	return OK;
}

static struct forest *forest_new(struct merkle_hash roots[static LEAVES + 1])
{
	static struct forest f;
	struct merkle_range range = {.size = 0};

	roots[0] = merkle_range_root(&range);
	for (int i = 0; i < LEAVES; i++) {
		char text[16];
		snprintf(text, sizeof text, "leaf %d", i);
		f.leaf[i] = merkle_leaf(slice_of(text));
		merkle_range_add(&range, &f.leaf[i]);
		roots[i + 1] = merkle_range_root(&range);
	}
	return &f;
}

#define assert_fine(call) assert_int_equal((call).code, ERR_OK)

static void the_compact_range_has_the_root_of_the_whole_tree(void **)
{
	struct merkle_hash roots[LEAVES + 1], root;
	struct forest *f = forest_new(roots);

	for (uint64_t size = 0; size <= LEAVES; size++) {
		assert_fine(merkle_root(forest_node, f, size, &root));
		assert_true(merkle_equal(&root, &roots[size]));
	}
}

static void every_leaf_is_proved_in_every_tree_and_in_no_other(void **)
{
	struct merkle_hash roots[LEAVES + 1];
	struct forest *f = forest_new(roots);
	struct merkle_proof p;

	for (uint64_t size = 1; size <= LEAVES; size += size < 20 ? 1 : 51)
		for (uint64_t i = 0; i < size; i += size < 20 ? 1 : 7) {
			assert_fine(merkle_inclusion(forest_node, f, i, size, &p));
			assert_true(
				merkle_check_inclusion(i, size, &f->leaf[i], p.hash, p.count, &roots[size]));
			assert_false(merkle_check_inclusion(i, size, &f->leaf[(i + 1) % LEAVES], p.hash,
							    p.count, &roots[size]));
			assert_false(merkle_check_inclusion(i, size, &f->leaf[i], p.hash, p.count,
							    &roots[size - 1]));
		}
}

static void every_tree_extends_every_earlier_one(void **)
{
	struct merkle_hash roots[LEAVES + 1];
	struct forest *f = forest_new(roots);
	struct merkle_proof p;

	for (uint64_t new_size = 1; new_size <= LEAVES; new_size += new_size < 20 ? 1 : 37)
		for (uint64_t old_size = 1; old_size <= new_size; old_size += new_size < 20 ? 1 : 29) {
			assert_fine(merkle_consistency(forest_node, f, old_size, new_size, &p));
			assert_true(merkle_check_consistency(old_size, new_size, p.hash, p.count,
							     &roots[old_size], &roots[new_size]));
			assert_false(merkle_check_consistency(old_size, new_size, p.hash, p.count,
							      &roots[old_size - 1], &roots[new_size]));
		}
}

/* ---- tiles ---------------------------------------------------------------------------------- */

static void tile_paths_are_those_of_tlog_tiles(void **)
{
	static const struct {
		struct tile_id tile;
		const char *path;
	} good[] = {
		{{0, 0, 256}, "0/000"},
		{{0, 1234067, 256}, "0/x001/x234/067"},
		{{3, 5, 17}, "3/005.p/17"},
		{{TILE_ENTRIES, 1000, 255}, "entries/x001/000.p/255"},
	};
	static const char *const bad[] = {
		"",	     "0",	   "0/",	  "00/000",
		"64/000",    "0/0",	   "0/0000",	  "0/x000/001",
		"0/000/001", "0/000.p/0",  "0/000.p/256", "0/000.p/01",
		"0/000.p/",  "0/000.p/1x", "entries",	  "x/000",
		"0/x001",    "-1/000",	   "0/000/",	  "entries/../0",
	};

	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct tile_id t;
		char path[TILE_PATH_SIZE];
		tile_path(&good[i].tile, path);
		assert_string_equal(path, good[i].path);
		assert_true(tile_parse(path, &t));
		assert_int_equal(t.level, good[i].tile.level);
		assert_true(t.index == good[i].tile.index);
		assert_int_equal(t.width, good[i].tile.width);
	}
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct tile_id t;
		if (tile_parse(bad[i], &t))
			fail_msg("accepted %s", bad[i]);
	}
}

/* The example in the specification: a tree of 70,000. */
static void tiles_are_as_wide_as_the_tree_says(void **)
{
	assert_int_equal(tile_width_at(0, 272, 70000), 256);
	assert_int_equal(tile_width_at(0, 273, 70000), 112);
	assert_int_equal(tile_width_at(0, 274, 70000), 0);
	assert_int_equal(tile_width_at(1, 0, 70000), 256);
	assert_int_equal(tile_width_at(1, 1, 70000), 17);
	assert_int_equal(tile_width_at(2, 0, 70000), 1);
	assert_int_equal(tile_width_at(3, 0, 70000), 0);
	assert_int_equal(tile_width_at(TILE_ENTRIES, 273, 70000), 112);
	assert_int_equal(tile_width_at(1, 0, 256), 1);
}

/* ---- notes ---------------------------------------------------------------------------------- */

/* The example of the specification of signed notes, whose key is published with golang.org/x/mod. */
static void a_note_that_others_signed_opens(void **)
{
	static const char note[] =
		"If you think cryptography is the answer to your problem,\n"
		"then you don't know what your problem is.\n\n"
		"\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSN"
		"XgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
	static const char key_text[] = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
	struct note_key k;
	struct slice text;
	uint8_t key[33];
	size_t n;
	BUF_SCOPED out;

	crypto_init();
	assert_true(base64_decode(slice_of(strrchr(key_text, '+') + 1), key, &n) && n == 33);
	assert_true(note_key_init(&k, "PeterNeumann", key + 1));
	buf_init(&out, 200);
	note_key_text(&k, &out);
	assert_string_equal(out.data, key_text);
	assert_true(note_open(&k, slice_of(note), &text));
	assert_int_equal(text.n, strstr(note, "\n\n") + 1 - note);
	for (size_t i = 0; i < sizeof note - 1; i++) {
		char changed[sizeof note];
		memcpy(changed, note, sizeof note);
		changed[i] ^= 1;
		if (note_open(&k, slice_of(changed), &text))
			fail_msg("accepted with byte %zu changed", i);
	}
}

static void a_checkpoint_opens_under_its_own_key_only(void **)
{
	uint8_t public_key[2][SIGN_PUBLIC_SIZE], secret_key[2][SIGN_SECRET_SIZE];
	struct checkpoint p = {20852163, merkle_empty()}, q;
	struct note_key k, other, renamed;
	BUF_SCOPED note;

	crypto_init();
	sign_keypair(public_key[0], secret_key[0]);
	sign_keypair(public_key[1], secret_key[1]);
	assert_true(note_key_init(&k, "tongban.example/log", public_key[0]));
	assert_true(note_key_init(&other, "tongban.example/log", public_key[1]));
	assert_true(note_key_init(&renamed, "tongban.example/log2", public_key[0]));
	assert_false(note_key_init(&renamed, "has space", public_key[0]));
	assert_false(note_key_init(&renamed, "has+plus", public_key[0]));
	buf_init(&note, NOTE_MAX);
	checkpoint_sign(&k, secret_key[0], &p, &note);
	assert_true(checkpoint_open(&k, buf_slice(&note), &q));
	assert_true(q.size == p.size && merkle_equal(&q.root, &p.root));
	assert_false(checkpoint_open(&other, buf_slice(&note), &q));
	assert_false(checkpoint_open(&renamed, buf_slice(&note), &q));
}

static void a_proof_reads_back_as_written(void **)
{
	struct merkle_hash roots[LEAVES + 1];
	struct forest *f = forest_new(roots);
	struct merkle_proof p, q;
	struct slice note;
	uint64_t index;
	BUF_SCOPED text;

	assert_fine(merkle_inclusion(forest_node, f, 17, 300, &p));
	buf_init(&text, 64 * 1024);
	proof_text(17, &p, SLICE("a note\n"), &text);
	assert_true(proof_parse(buf_slice(&text), &index, &q, &note));
	assert_true(index == 17 && q.count == p.count &&
		    memcmp(p.hash, q.hash, p.count * sizeof *p.hash) == 0);
	assert_true(slice_is(note, "a note\n"));
	text.data[0] ^= 1;
	assert_false(proof_parse(buf_slice(&text), &index, &q, &note));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(proofs_of_the_published_vectors_are_judged_as_published),
		cmocka_unit_test(the_compact_range_has_the_root_of_the_whole_tree),
		cmocka_unit_test(every_leaf_is_proved_in_every_tree_and_in_no_other),
		cmocka_unit_test(every_tree_extends_every_earlier_one),
		cmocka_unit_test(tile_paths_are_those_of_tlog_tiles),
		cmocka_unit_test(tiles_are_as_wide_as_the_tree_says),
		cmocka_unit_test(a_note_that_others_signed_opens),
		cmocka_unit_test(a_checkpoint_opens_under_its_own_key_only),
		cmocka_unit_test(a_proof_reads_back_as_written),
	};

	crypto_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
