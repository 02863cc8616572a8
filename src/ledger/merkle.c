#include "ledger/merkle.h"
#include "crypto/crypto.h"

#include <assert.h>

struct merkle_hash merkle_empty(void)
{
	struct merkle_hash h;

	hash_sha256(SLICE(""), h.b);
	return h;
}

struct merkle_hash merkle_leaf(struct slice data)
{
	struct merkle_hash h;

	hash_sha256_parts((struct slice[]){{"\x00", 1}, data}, 2, h.b);
	return h;
}

struct merkle_hash merkle_node(const struct merkle_hash *l, const struct merkle_hash *r)
{
	char both[1 + 2 * MERKLE_HASH_SIZE] = {1};
	struct merkle_hash h;

	memcpy(both + 1, l->b, sizeof l->b);
	memcpy(both + 1 + sizeof l->b, r->b, sizeof r->b);
	hash_sha256(slice_bytes(both, sizeof both), h.b);
	return h;
}

bool merkle_equal(const struct merkle_hash *a, const struct merkle_hash *b)
{
	return memcmp(a->b, b->b, sizeof a->b) == 0;
}

void merkle_range_add(struct merkle_range *r, const struct merkle_hash *leaf)
{
	struct merkle_hash h = *leaf;
	unsigned level = 0;

	for (uint64_t size = r->size; size & 1; size >>= 1, level++)
		h = merkle_node(&r->at[level], &h);
	r->at[level] = h;
	r->size++;
}

struct merkle_hash merkle_range_root(const struct merkle_range *r)
{
	struct merkle_hash root;
	bool any = false;

	for (unsigned level = 0; level < MERKLE_LEVELS; level++) {
		if (!(r->size >> level & 1))
			continue;
		root = any ? merkle_node(&r->at[level], &root) : r->at[level];
		any = true;
	}
	return any ? root : merkle_empty();
}

struct merkle_hash merkle_fold(const struct merkle_hash *nodes, size_t count)
{
	struct merkle_hash at[256];

	assert(count > 0 && count <= 256 && (count & (count - 1)) == 0);
	memcpy(at, nodes, count * sizeof *nodes);
	for (; count > 1; count /= 2)
		for (size_t i = 0; i < count / 2; i++)
			at[i] = merkle_node(&at[2 * i], &at[2 * i + 1]);
	return at[0];
}

/* The largest power of two below n, as an exponent; n > 1. */
static unsigned split_level(uint64_t n)
{
	return 63 - (unsigned)__builtin_clzll(n - 1);
}

struct source {
	merkle_node_fn node;
	void *arg;
};

/* MTH(D[lo:hi]); lo is a multiple of the power of two that spans hi - lo, as it is everywhere in RFC 6962. */
static err subtree(const struct source *s, uint64_t lo, uint64_t hi, struct merkle_hash *ret)
{
	uint64_t n = hi - lo;

	if ((n & (n - 1)) == 0) {
		unsigned level = (unsigned)__builtin_ctzll(n);
		return s->node(s->arg, level, lo >> level, ret);
	}
	uint64_t mid = lo + (UINT64_C(1) << split_level(n));
	struct merkle_hash l, r;
	TRY(subtree(s, lo, mid, &l));
	TRY(subtree(s, mid, hi, &r));
	*ret = merkle_node(&l, &r);
	return OK;
}

err merkle_root(merkle_node_fn node, void *arg, uint64_t size, struct merkle_hash *ret)
{
	if (size == 0) {
		*ret = merkle_empty();
		return OK;
	}
	return subtree(&(struct source){node, arg}, 0, size, ret);
}

static err add_subtree(const struct source *s, uint64_t lo, uint64_t hi, struct merkle_proof *p)
{
	assert(p->count < MERKLE_PROOF_MAX);
	TRY(subtree(s, lo, hi, &p->hash[p->count]));
	p->count++;
	return OK;
}

static err path(const struct source *s, uint64_t index, uint64_t lo, uint64_t hi, struct merkle_proof *p)
{
	if (hi - lo == 1)
		return OK;
	uint64_t mid = lo + (UINT64_C(1) << split_level(hi - lo));
	if (index < mid) {
		TRY(path(s, index, lo, mid, p));
		return add_subtree(s, mid, hi, p);
	}
	TRY(path(s, index, mid, hi, p));
	return add_subtree(s, lo, mid, p);
}

err merkle_inclusion(merkle_node_fn node, void *arg, uint64_t index, uint64_t size, struct merkle_proof *ret)
{
	assert(index < size);
	ret->count = 0;
	return path(&(struct source){node, arg}, index, 0, size, ret);
}

/* SUBPROOF(old - lo, D[lo:hi], known): known says that the old root is the verifier's own, so it is left out.
 */
static err subproof(const struct source *s, uint64_t old_size, uint64_t lo, uint64_t hi, bool known,
		    struct merkle_proof *p)
{
	if (old_size == hi)
		return known ? OK : add_subtree(s, lo, hi, p);
	uint64_t mid = lo + (UINT64_C(1) << split_level(hi - lo));
	if (old_size <= mid) {
		TRY(subproof(s, old_size, lo, mid, known, p));
		return add_subtree(s, mid, hi, p);
	}
	TRY(subproof(s, old_size, mid, hi, false, p));
	return add_subtree(s, lo, mid, p);
}

err merkle_consistency(merkle_node_fn node, void *arg, uint64_t old_size, uint64_t new_size,
		       struct merkle_proof *ret)
{
	assert(old_size <= new_size);
	ret->count = 0;
	if (old_size == 0 || old_size == new_size)
		return OK;
	return subproof(&(struct source){node, arg}, old_size, 0, new_size, true, ret);
}

/* RFC 9162 section 2.1.3.2; it accepts exactly what RFC 6962's PATH yields. */
bool merkle_check_inclusion(uint64_t index, uint64_t size, const struct merkle_hash *leaf,
			    const struct merkle_hash *proof, size_t count, const struct merkle_hash *root)
{
	if (index >= size)
		return false;
	uint64_t fn = index, sn = size - 1;
	struct merkle_hash r = *leaf;
	for (size_t i = 0; i < count; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			r = merkle_node(&proof[i], &r);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			r = merkle_node(&r, &proof[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && merkle_equal(&r, root);
}

/* RFC 9162 section 2.1.4.2. */
bool merkle_check_consistency(uint64_t old_size, uint64_t new_size, const struct merkle_hash *proof,
			      size_t count, const struct merkle_hash *old_root,
			      const struct merkle_hash *new_root)
{
	if (old_size == 0 || old_size > new_size)
		return false;
	if (old_size == new_size)
		return count == 0 && merkle_equal(old_root, new_root);

	bool whole = (old_size & (old_size - 1)) == 0; /* then the old root is itself the first node */
	if (!whole && count == 0)
		return false;
	uint64_t fn = old_size - 1, sn = new_size - 1;
	while (fn & 1) {
		fn >>= 1;
		sn >>= 1;
	}
	struct merkle_hash fr = whole ? *old_root : proof[0], sr = fr;
	for (size_t i = whole ? 0 : 1; i < count; i++) {
		if (sn == 0)
			return false;
		if ((fn & 1) || fn == sn) {
			fr = merkle_node(&proof[i], &fr);
			sr = merkle_node(&proof[i], &sr);
			while (!(fn & 1) && fn != 0) {
				fn >>= 1;
				sn >>= 1;
			}
		} else {
			sr = merkle_node(&sr, &proof[i]);
		}
		fn >>= 1;
		sn >>= 1;
	}
	return sn == 0 && merkle_equal(&fr, old_root) && merkle_equal(&sr, new_root);
}
