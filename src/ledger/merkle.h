/* Merkle trees of RFC 6962 over SHA-256: pure functions, no store.
 *
 * MTH, PATH and PROOF are those of RFC 6962 section 2.1. A node (level, index) is the root of the perfect
 * subtree over the leaves [index << level, (index + 1) << level). */
#pragma once

#include "base/err.h"
#include "base/slice.h"

enum {
	MERKLE_HASH_SIZE = 32,
	MERKLE_LEVELS = 64,
	MERKLE_PROOF_MAX = 64, /* hashes of a longest proof */
};

struct merkle_hash {
	uint8_t b[MERKLE_HASH_SIZE];
};

struct merkle_hash merkle_empty(void);		   /* SHA-256("") */
struct merkle_hash merkle_leaf(struct slice data); /* SHA-256(0x00 || data) */
struct merkle_hash merkle_node(const struct merkle_hash *l,
			       const struct merkle_hash *r); /* SHA-256(0x01 || l || r) */
bool merkle_equal(const struct merkle_hash *a, const struct merkle_hash *b);

/* The compact range of the leaves [0, size): one hash for each bit of size, at its level. */
struct merkle_range {
	uint64_t size;
	struct merkle_hash at[MERKLE_LEVELS];
};
void merkle_range_add(struct merkle_range *r, const struct merkle_hash *leaf);
struct merkle_hash merkle_range_root(const struct merkle_range *r);

/* Root of 2^k hashes (count a power of two, at most 256) that are already nodes. */
struct merkle_hash merkle_fold(const struct merkle_hash *nodes, size_t count);

/* Reads one node; the only way in which the functions below see a tree. */
typedef err (*merkle_node_fn)(void *arg, unsigned level, uint64_t index, struct merkle_hash *ret);

struct merkle_proof {
	struct merkle_hash hash[MERKLE_PROOF_MAX];
	size_t count;
};

/* MTH(D[0:size]). */
err merkle_root(merkle_node_fn node, void *arg, uint64_t size, struct merkle_hash *ret);
/* PATH(index, D[0:size]), index < size: from the leaf's sibling up. */
err merkle_inclusion(merkle_node_fn node, void *arg, uint64_t index, uint64_t size, struct merkle_proof *ret);
/* PROOF(old_size, D[0:new_size]), old_size <= new_size. */
err merkle_consistency(merkle_node_fn node, void *arg, uint64_t old_size, uint64_t new_size,
		       struct merkle_proof *ret);

bool merkle_check_inclusion(uint64_t index, uint64_t size, const struct merkle_hash *leaf,
			    const struct merkle_hash *proof, size_t count, const struct merkle_hash *root);
/* False for old_size 0: an empty tree proves nothing about a later one. */
bool merkle_check_consistency(uint64_t old_size, uint64_t new_size, const struct merkle_hash *proof,
			      size_t count, const struct merkle_hash *old_root,
			      const struct merkle_hash *new_root);
