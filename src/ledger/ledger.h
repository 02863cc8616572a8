/* The ledger: every collection, read, sharing, change and refusal about a person, provable. docs/ledger.md
 * has the formats for those who verify.
 *
 * An entry is a row in the person's own shard, written in the transaction of the act itself. The person's
 * head is (n, hash) with hash_n = SHA-256(hash_{n-1} || data_n), hash_0 = 32 zero bytes, where data_n =
 * SHA-256(salt || canonical entry). An entry takes the number after the head on a condition, so that the
 * entries of one person have no holes and no forks. The RFC 6962 leaf of the public log is over data_n. Entry
 * and salt are sealed under the person's "audit" scope: with that key they become unreadable; heads, leaves
 * and receipts given out stay.
 *
 * The person's facts_epoch lives beside the head: an act that changes what the gate decides about raises it.
 */
#pragma once

#include "base/clock.h"
#include "crypto/crypto.h"
#include "policy/policy.h"
#include "store/store.h"

struct ledger;
struct keys;

/* Where a person stands: read with the facts, checked by the write. */
struct head {
	int64_t subject_id;
	int64_t epoch;
	int64_t n;
	uint8_t hash[HASH_SIZE];
};

enum entry_action {
	ENTRY_COLLECT,	/* 收集 */
	ENTRY_READ,	/* 读取 */
	ENTRY_SHARE,	/* 提供给他人: decided, data released for sending */
	ENTRY_SENT,	/* outcome of a share: decision "sent", "not_sent" or "unknown" */
	ENTRY_REFUSE,	/* a refusal of collect, read or share */
	ENTRY_CONSENT,	/* consent given */
	ENTRY_WITHDRAW, /* consent or permission withdrawn */
	ENTRY_CHANGE,	/* item, status, acceptance, permission changed */
	ENTRY_LOGIN,	/* session started or ended */
	ENTRY_DELETE,	/* data or scope ended */
};

/* Text fields may be NULL. Never a value of an item: names only. actor comes from ctx. */
struct entry {
	enum entry_action action;
	const char *service;
	const char *purpose;
	const char *recipient;
	struct itemset items;
	const char *basis;    /* "consent", "acceptance", "law:…", "contract", "own_request" */
	const char *decision; /* "allowed", a refusal's reason, "sent", "not_sent", "unknown" */
	const char *clause;
	const char *note;   /* e.g. a staff member's stated reason, a session's device name */
	const char *policy; /* the version that it was decided under; NULL: the one in force */
	int64_t ref_id;	    /* case, consent, session or use of a ground; 0 none */
	/* On a ground with a duty of secrecy: when the person is told. 0: at once. See "deferred" below. */
	int64_t deferred_until_ms;
	const uint8_t *discloses; /* data of the deferred entry that this one tells, or NULL */
};

/* Has the form of keys_get and keys_make (vault/keys.h), which stand above this layer and are handed in. */
typedef err (*ledger_key_fn)(struct ctx *c, struct keys *k, int64_t subject_id, const char *scope,
			     uint8_t ret[static KEY_SIZE]);

/* Have the form of keys_secret_get and keys_secret_put: a value of that name which a restore of the store
 * does not take back. */
struct secret;
typedef err (*ledger_mark_get_fn)(struct ctx *c, struct keys *k, const char *name, struct secret *ret);
typedef err (*ledger_mark_put_fn)(struct ctx *c, struct keys *k, const char *name, struct slice value);

/* What the ledger works with: the audit keys are those of c->keys at each call, the signer is
 * keys_ledger_signer's. The clock is for the sequencer's thread and must outlive the ledger. */
struct ledger_means {
	ledger_key_fn key_get, key_make; /* keys_get, keys_make */
	/* Where the newest checkpoint is written before it is published, in c->keys of ledger_open; NULL:
	 * nowhere, and nothing hinders the log from being put back. */
	ledger_mark_get_fn mark_get;
	ledger_mark_put_fn mark_put;
	int64_t generation; /* "/2", "/3", … is appended to the origin; 0 and 1: nothing */
	enum suite suite;   /* keys_suite(c->keys) */
	struct clock *clock;
	bool test_clock; /* "/test" is appended to the origin */
	uint8_t public_key[SIGN_PUBLIC_SIZE];
	uint8_t secret_key[SIGN_SECRET_SIZE];
};

/* origin is the log's name in checkpoints, e.g. "tongban.tianjin.example/log": no space, no plus. The store
 * is c->store. Put the result into the ledger member of every context. */
err ledger_open(struct ctx *c, const char *origin, const struct ledger_means *m, struct ledger **ret);
/* Ends the sequencer's thread, and gives its lease up. */
void ledger_close(struct ledger *l);
const char *ledger_origin(const struct ledger *l);
/* The verifier key of the log in the form of signed-note: name+id+key. */
void ledger_verifier_key(const struct ledger *l, struct buf *ret);

/* A new person: head at n = 0. Inside the transaction that creates the person. */
err ledger_person_new(struct ctx *c, struct tx *tx, int64_t subject_id);
/* ERR_NOT_FOUND when there is no such person. */
err ledger_head(struct ctx *c, struct store *s, int64_t subject_id, struct head *ret);
/* The same within a transaction, for a consistent view of head and facts. */
err ledger_head_tx(struct ctx *c, struct tx *tx, int64_t subject_id, struct head *ret);

enum { LEDGER_RAISE_EPOCH = 1, LEDGER_ANY_EPOCH = 2 };

/* The one way to write about a person. Prepares the entry as number h->n + 1, then in one transaction:
 * advances the head on condition that it still stands at h (and the epoch unless LEDGER_ANY_EPOCH), inserts
 * the entry, runs rows(c, tx, arg) (may be NULL). If only n moved meanwhile it prepares anew and tries again;
 * if the epoch moved, ERR_STALE. On success *h is where the person stands now and *ret_n (may be NULL) the
 * entry's number. c->failure is left as it was on success: a refusal is written down before it is answered.
 */
err ledger_write(struct ctx *c, struct head *h, const struct entry *e, int flags, tx_fn rows, void *arg,
		 int64_t *ret_n);

/* The same for several entries of one act, in this order, in one transaction; an epoch that is raised is
 * raised once. None of them may be deferred. *ret_n is the number of the first. */
enum { LEDGER_ENTRIES_MAX = 4 };
err ledger_write_all(struct ctx *c, struct head *h, const struct entry *list, size_t count, int flags,
		     tx_fn rows, void *arg, int64_t *ret_n);

/* ---- deferred entries: written at once, told later ----
 *
 * An entry with deferred_until_ms is a leaf of the public log like any other, but takes no number of the
 * person: ledger_write gives it the next number of the register of deferrals (LEDGER_REGISTER, a head that is
 * no person) in the very transaction of the act, holds the person's epoch still, leaves *h alone and answers
 * *ret_n 0. The person's list has no hole meanwhile. ledger_disclose writes an ordinary numbered entry that
 * repeats it, says why it comes late, and names the data of the deferred one; the receipt of that entry
 * carries both with their proofs. `ledger verify` holds each number of the register to its sealed entry, its
 * date, and the entry that told it. */
enum { LEDGER_REGISTER = 1 };

/* Tells all deferred entries that belong to ref_id, each once; why is for the person. *ret_told (may be NULL)
 * is how many were told now. Entries of an erased person are passed over. */
err ledger_disclose(struct ctx *c, int64_t subject_id, int64_t ref_id, const char *why, int64_t *ret_told);
/* Row function: a later date for what belongs to ref_id and was not told. ERR_GONE when nothing is left to
 * tell. */
struct deferral_renewal {
	int64_t subject_id, ref_id, until_ms;
};
err ledger_deferral_rows(struct ctx *c, struct tx *tx, void *renewal);
/* Published: how many entries of each day (newest first, at most 400) were deferred, and how many of them are
 * told by now. */
struct deferred_day {
	struct date day;
	int64_t deferred, told;
};
typedef err (*deferred_day_fn)(struct ctx *c, const struct deferred_day *d, void *arg);
err ledger_deferred_days(struct ctx *c, deferred_day_fn fn, void *arg);

/* One entry as the citizen sees it; strings live in the arena. */
struct usage {
	int64_t subject_id, n, at_ms, actor_id;
	const char *actor_kind, *actor_name, *actor_role, *actor_department;
	const char *action, *service, *purpose, *recipient, *basis, *decision, *clause, *note,
		*policy_version;
	const char
		*deferred; /* base64 data of the deferred entry that this one tells; NULL: an ordinary one */
	const char *const *items; /* item keys */
	size_t item_count;
	int64_t ref_id;
};
typedef err (*usage_fn)(struct ctx *c, const struct usage *u, void *arg);

/* Entries of one person, newest first, below number `before` (0: from the newest), at most limit. */
err ledger_usage(struct ctx *c, int64_t subject_id, int64_t before, int limit, usage_fn fn, void *arg);

/* The signed personal head: JSON {subject, n, hash, at, origin, signature, public_key}; the signed text is in
 * receipt.c. */
err ledger_signed_head(struct ctx *c, int64_t subject_id, struct buf *ret);
/* The receipt of entry n: JSON {v, origin, public_key, subject, n, entry, salt, data, leaf_index|null, proof
 * (tlog-proof with its checkpoint)|null, promise {by, signature}|null}; verifies offline, also after erasure.
 * An entry that tells a deferred one has a member `deferred` {entry, salt, data, leaf_index, proof} as well.
 * ERR_NOT_FOUND; ERR_GONE when the entry was erased before. */
err ledger_receipt(struct ctx *c, int64_t subject_id, int64_t n, struct buf *ret);

/* Checks a receipt as an outsider would, with nothing but the log's public key. ERR_INVALID with the reason
 * in the detail. */
struct receipt_facts {
	int64_t subject_id, n;
	int64_t leaf_index; /* -1: a promise, not yet a proof */
	int64_t promised_by_ms;
	uint8_t data[HASH_SIZE];
	const char *entry;	     /* in the arena */
	int64_t deferred_leaf_index; /* of the deferred entry that it tells, proven as well; -1: none */
};
err ledger_receipt_check(struct ctx *c, const char *origin, const uint8_t public_key[static SIGN_PUBLIC_SIZE],
			 struct slice receipt, struct receipt_facts *ret);

/* Public log, C2SP tlog-tiles: the newest checkpoint (signed note), and tile or entry bundle by its path
 * below "tile/". ERR_NOT_FOUND. */
err ledger_checkpoint(struct ctx *c, struct buf *ret);
err ledger_tile(struct ctx *c, const char *path, struct buf *ret);

/* One round of the sequencer: takes the lease (or keeps it), puts committed entries into the tree, stores
 * tiles and signs a checkpoint. *ret_added (may be NULL) is how many; a full round is followed by another.
 * Another holder's lease is no error: adds nothing. */
enum { LEDGER_ROUND_MAX = 16384 };
err ledger_sequence(struct ctx *c, struct ledger *l, int64_t *ret_added);
/* True when the store's log does not contain the newest tree that was signed under this origin: it was put
 * back. It is not signed any more (ERR_CONFLICT); it needs the next generation. */
err ledger_put_back(struct ctx *c, struct ledger *l, bool *ret);
/* Runs ledger_sequence on a thread of its own, at least once a second, until ledger_close. */
err ledger_sequencer_start(struct ctx *c, struct ledger *l);
/* How the thread's last round ended; ERR_OK also before the first. For readiness checks. */
enum err_code ledger_sequencer_state(struct ledger *l);

/* Checks everything against everything (heads, entries, seals, leaves, tiles, trees, checkpoints, promises),
 * and against a checkpoint kept elsewhere when given. Each finding is one line of text for people in ret,
 * naming table, person, number and what is wrong. *ret_findings counts, also when ret is full. Entries of an
 * erased person are checked by their hashes only. */
err ledger_verify(struct ctx *c, struct ledger *l, struct slice checkpoint, struct buf *ret,
		  int64_t *ret_findings);
