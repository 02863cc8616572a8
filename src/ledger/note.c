#include "ledger/note.h"

#include <inttypes.h>
#include <stdio.h>

static const uint8_t note_ed25519 = 0x01; /* signature type identifier */
#define DASH "\xe2\x80\x94 "		  /* em dash, space */
static const char proof_head[] = "c2sp.org/tlog-proof@v1";

enum {
	SIGNED_SIZE = KEY_ID_SIZE + SIGNATURE_SIZE,
	SIGNED_TEXT_SIZE = 4 * ((SIGNED_SIZE + 2) / 3) + 1,
	HASH_TEXT_SIZE = 4 * ((MERKLE_HASH_SIZE + 2) / 3) + 1,
};

bool note_key_init(struct note_key *k, const char *name, const uint8_t public_key[static SIGN_PUBLIC_SIZE])
{
	size_t size = strlen(name);
	uint8_t hash[HASH_SIZE];

	if (size == 0 || size >= sizeof k->name)
		return false;
	for (const char *p = name; *p; p++)
		if ((unsigned char)*p <= ' ' || (unsigned char)*p >= 0x7f || *p == '+')
			return false;
	memcpy(k->name, name, size + 1);
	memcpy(k->public_key, public_key, SIGN_PUBLIC_SIZE);
	hash_sha256_parts((struct slice[]){{name, size},
					   SLICE("\n"),
					   slice_bytes(&note_ed25519, 1),
					   slice_bytes(public_key, SIGN_PUBLIC_SIZE)},
			  4, hash);
	memcpy(k->id, hash, KEY_ID_SIZE);
	return true;
}

void note_key_text(const struct note_key *k, struct buf *ret)
{
	uint8_t key[1 + SIGN_PUBLIC_SIZE] = {note_ed25519};
	char id[2 * KEY_ID_SIZE + 1], text[4 * ((sizeof key + 2) / 3) + 1];

	memcpy(key + 1, k->public_key, SIGN_PUBLIC_SIZE);
	hex_encode(k->id, KEY_ID_SIZE, id);
	base64_encode(key, sizeof key, text);
	buf_printf(ret, "%s+%s+%s", k->name, id, text);
}

void note_sign(const struct note_key *k, const uint8_t secret_key[static SIGN_SECRET_SIZE], struct slice text,
	       struct buf *ret)
{
	uint8_t sig[SIGNED_SIZE];
	char sig_text[SIGNED_TEXT_SIZE];

	memcpy(sig, k->id, KEY_ID_SIZE);
	sign(secret_key, text, sig + KEY_ID_SIZE);
	base64_encode(sig, sizeof sig, sig_text);
	buf_add_slice(ret, text);
	buf_printf(ret, "\n" DASH "%s %s\n", k->name, sig_text);
}

/* Cuts the first line off *rest, without its newline; false when there is no whole line. */
static bool take_line(struct slice *rest, struct slice *ret)
{
	const char *end = memchr(rest->p, '\n', rest->n);

	if (!end)
		return false;
	*ret = (struct slice){rest->p, (size_t)(end - rest->p)};
	*rest = (struct slice){end + 1, rest->n - ret->n - 1};
	return true;
}

/* -1: not a signature line; 0: of another key; 1: of k, with ret_signature set. */
static int signature_line(const struct note_key *k, struct slice line,
			  uint8_t ret_signature[static SIGNATURE_SIZE])
{
	if (!slice_starts(line, DASH))
		return -1;
	struct slice name = {line.p + strlen(DASH), line.n - strlen(DASH)};
	const char *space = memchr(name.p, ' ', name.n);
	if (!space || space == name.p)
		return -1;
	struct slice text = {space + 1, name.n - (size_t)(space - name.p) - 1};
	name.n = (size_t)(space - name.p);
	uint8_t sig[NOTE_MAX];
	size_t size = 0;
	if (text.n == 0 || text.n > NOTE_MAX || !base64_decode(text, sig, &size) || size <= KEY_ID_SIZE)
		return -1;
	if (!slice_is(name, k->name) || memcmp(sig, k->id, KEY_ID_SIZE) != 0)
		return 0;
	if (size != SIGNED_SIZE)
		return -1;
	memcpy(ret_signature, sig + KEY_ID_SIZE, SIGNATURE_SIZE);
	return 1;
}

static bool note_bytes_allowed(struct slice note)
{
	for (size_t i = 0; i < note.n; i++)
		if ((unsigned char)note.p[i] < ' ' && note.p[i] != '\n')
			return false;
	return slice_is_utf8(note);
}

bool note_open(const struct note_key *k, struct slice note, struct slice *ret_text)
{
	if (note.n > NOTE_MAX || note.n < 3 || !note_bytes_allowed(note))
		return false;
	size_t blank = note.n - 1; /* the last empty line parts text and signatures */
	while (blank > 0 && !(note.p[blank] == '\n' && note.p[blank - 1] == '\n'))
		blank--;
	if (blank == 0)
		return false;
	struct slice text = {note.p, blank}, rest = {note.p + blank + 1, note.n - blank - 1}, line;
	bool good = false;
	while (take_line(&rest, &line)) {
		uint8_t sig[SIGNATURE_SIZE];
		int whose = signature_line(k, line, sig);
		if (whose < 0 || (whose > 0 && !sign_verify(k->public_key, text, sig)))
			return false;
		good |= whose > 0;
	}
	if (!good || rest.n != 0)
		return false;
	*ret_text = text;
	return true;
}

void checkpoint_text(const char *origin, const struct checkpoint *p, struct buf *ret)
{
	char root[HASH_TEXT_SIZE];

	base64_encode(p->root.b, sizeof p->root.b, root);
	buf_printf(ret, "%s\n%" PRIu64 "\n%s\n", origin, p->size, root);
}

void checkpoint_sign(const struct note_key *k, const uint8_t secret_key[static SIGN_SECRET_SIZE],
		     const struct checkpoint *p, struct buf *ret)
{
	BUF_SCOPED text;

	buf_init(&text, NOTE_MAX);
	checkpoint_text(k->name, p, &text);
	note_sign(k, secret_key, buf_slice(&text), ret);
}

static bool read_count(struct slice text, uint64_t *ret)
{
	int64_t v;

	if (text.n == 0 || text.p[0] == '-' || text.p[0] == '+' || (text.n > 1 && text.p[0] == '0') ||
	    !slice_int(text, &v))
		return false;
	*ret = (uint64_t)v;
	return true;
}

static bool read_hash(struct slice text, struct merkle_hash *ret)
{
	uint8_t bytes[HASH_TEXT_SIZE];
	size_t size = 0;

	if (text.n != HASH_TEXT_SIZE - 1 || !base64_decode(text, bytes, &size) || size != sizeof ret->b)
		return false;
	memcpy(ret->b, bytes, sizeof ret->b);
	return true;
}

bool checkpoint_open(const struct note_key *k, struct slice note, struct checkpoint *ret)
{
	struct slice text, origin, size, root;
	struct checkpoint p;

	if (!note_open(k, note, &text))
		return false;
	if (!take_line(&text, &origin) || !take_line(&text, &size) || !take_line(&text, &root))
		return false;
	if (!slice_is(origin, k->name) || !read_count(size, &p.size) || !read_hash(root, &p.root))
		return false;
	*ret = p;
	return true;
}

void proof_text(uint64_t index, const struct merkle_proof *proof, struct slice note, struct buf *ret)
{
	buf_printf(ret, "%s\nindex %" PRIu64 "\n", proof_head, index);
	for (size_t i = 0; i < proof->count; i++) {
		char hash[HASH_TEXT_SIZE];
		base64_encode(proof->hash[i].b, sizeof proof->hash[i].b, hash);
		buf_printf(ret, "%s\n", hash);
	}
	buf_add_text(ret, "\n");
	buf_add_slice(ret, note);
}

bool proof_parse(struct slice text, uint64_t *ret_index, struct merkle_proof *ret_proof,
		 struct slice *ret_note)
{
	struct slice line;
	struct merkle_proof proof = {.count = 0};
	uint64_t index;

	if (!take_line(&text, &line) || !slice_is(line, proof_head) || !take_line(&text, &line))
		return false;
	if (slice_starts(line, "extra ") && !take_line(&text, &line))
		return false;
	if (!slice_starts(line, "index ") || !read_count((struct slice){line.p + 6, line.n - 6}, &index))
		return false;
	while (take_line(&text, &line)) {
		if (line.n == 0) {
			*ret_index = index;
			*ret_proof = proof;
			*ret_note = text;
			return true;
		}
		if (proof.count == MERKLE_PROOF_MAX || !read_hash(line, &proof.hash[proof.count]))
			return false;
		proof.count++;
	}
	return false;
}
