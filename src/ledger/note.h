/* Signed notes (C2SP signed-note, Ed25519), checkpoints (tlog-checkpoint) and proofs (tlog-proof) as text.
 * Pure. */
#pragma once

#include "base/buf.h"
#include "crypto/crypto.h"
#include "ledger/merkle.h"

enum { NOTE_MAX = 16 * 1024, ORIGIN_MAX = 200, KEY_ID_SIZE = 4 };

/* The key that signs a log's notes; its name is the log's origin. */
struct note_key {
	char name[ORIGIN_MAX];
	uint8_t id[KEY_ID_SIZE];
	uint8_t public_key[SIGN_PUBLIC_SIZE];
};

/* False when the name is empty, too long, or holds a space, a plus or a control character. */
bool note_key_init(struct note_key *k, const char *name, const uint8_t public_key[static SIGN_PUBLIC_SIZE]);
/* name+hex id+base64 of type and key: what a verifier is configured with. */
void note_key_text(const struct note_key *k, struct buf *ret);

/* text ends in a newline. */
void note_sign(const struct note_key *k, const uint8_t secret_key[static SIGN_SECRET_SIZE], struct slice text,
	       struct buf *ret);
/* The text of a note that carries a valid signature of k; signatures of others are passed over, a wrong one
 * under k's name and id refuses the note. */
bool note_open(const struct note_key *k, struct slice note, struct slice *ret_text);

struct checkpoint {
	uint64_t size;
	struct merkle_hash root;
};
void checkpoint_text(const char *origin, const struct checkpoint *p, struct buf *ret);
void checkpoint_sign(const struct note_key *k, const uint8_t secret_key[static SIGN_SECRET_SIZE],
		     const struct checkpoint *p, struct buf *ret);
/* Opens the note and reads its text; the origin must be k's name. */
bool checkpoint_open(const struct note_key *k, struct slice note, struct checkpoint *ret);

/* c2sp.org/tlog-proof@v1: the leaf's index, its inclusion proof and the checkpoint's note. */
void proof_text(uint64_t index, const struct merkle_proof *proof, struct slice note, struct buf *ret);
/* ret_note points into text. */
bool proof_parse(struct slice text, uint64_t *ret_index, struct merkle_proof *ret_proof,
		 struct slice *ret_note);
