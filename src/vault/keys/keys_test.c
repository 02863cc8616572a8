#include "vault/keys/keys_testing.h"
#include <fcntl.h>
#include <pthread.h>

/* ---- the master key ------------------------------------------------------------------------------------ */

static void the_master_key_file_is_readable_by_its_owner_only(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct keys *k = NULL;
	struct stat st;
	char path[128], url[256];

	snprintf(path, sizeof path, "%s/master.key", f->place.dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(chmod(path, 0640), 0);
	assert_err(keys_open(c, f->place.dir, place_url(&f->place, "keys", url), SUITE_INTL, true, &k),
		   ERR_CRYPTO);
	assert_null(k);
}

static void a_lost_or_foreign_master_key_is_refused_not_replaced(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct master_key other;
	struct keys *k = NULL;
	char path[128], url[256];

	snprintf(path, sizeof path, "%s/master.key", f->place.dir);
	assert_int_equal(unlink(path), 0);
	place_url(&f->place, "keys", url);
	assert_err(keys_open(c, f->place.dir, url, SUITE_INTL, false, &k), ERR_NOT_FOUND);
	assert_err(keys_open(c, f->place.dir, url, SUITE_INTL, true, &k), ERR_CRYPTO);
	assert_int_not_equal(access(path, F_OK), 0);
	assert_ok(master_key_make(c, f->place.dir, SUITE_INTL, &other));
	assert_err(keys_open(c, f->place.dir, url, SUITE_INTL, true, &k), ERR_CRYPTO);
	assert_null(k);
}

static void a_master_key_is_made_once_and_a_broken_one_is_told(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct master_key a, b;
	char path[128];

	assert_ok(master_key_read(c, f->place.dir, &a));
	assert_ok(master_key_make(c, f->place.dir, SUITE_GM, &b)); /* as a second server that starts would */
	assert_memory_equal(a.key, b.key, KEY_SIZE);
	assert_int_equal(b.suite, SUITE_INTL);
	snprintf(path, sizeof path, "%s/master.key", f->place.dir);
	assert_int_equal(truncate(path, 40), 0);
	assert_err(master_key_read(c, f->place.dir, &a), ERR_CRYPTO);
	assert_int_equal(truncate(path, 0), 0);
	assert_err(master_key_read(c, f->place.dir, &a), ERR_CRYPTO);
}

/* ---- data keys ----------------------------------------------------------------------------------------- */

static void a_key_is_the_same_after_a_restart_and_another_for_each_scope(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	uint8_t a[KEY_SIZE], b[KEY_SIZE], again[KEY_SIZE];

	assert_err(keys_get(c, f->k, 7, "account", a), ERR_NOT_FOUND);
	assert_ok(keys_make(c, f->k, 7, "account", a));
	assert_ok(keys_make(c, f->k, 7, "identity", b));
	assert_memory_not_equal(a, b, KEY_SIZE);
	assert_ok(keys_make(c, f->k, 8, "account", b));
	assert_memory_not_equal(a, b, KEY_SIZE);
	assert_ok(keys_get(c, f->k, 7, "account", again));
	assert_memory_equal(a, again, KEY_SIZE);
	reopen(f, SUITE_GM); /* another setting seals new keys another way; old ones still open */
	assert_ok(keys_get(c, f->k, 7, "account", again));
	assert_memory_equal(a, again, KEY_SIZE);
	assert_ok(keys_make(c, f->k, 9, "account", b));
	reopen(f, SUITE_INTL);
	assert_ok(keys_get(c, f->k, 9, "account", again));
	assert_memory_equal(b, again, KEY_SIZE);
}

static void many_keys_are_made_in_one_write(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	static const char *const scopes[] = {"account", "identity", "audit"};
	uint8_t keys[3][KEY_SIZE], one[KEY_SIZE];

	assert_ok(keys_make(c, f->k, 7, "identity", one));
	store_fail_at(f->k->store, 0);
	assert_ok(keys_make_many(c, f->k, 7, scopes, 3, keys));
	assert_int_equal(store_calls(f->k->store), 5); /* two keys are missing: four statements, one commit */
	assert_memory_equal(keys[1], one, KEY_SIZE);
	for (int i = 0; i < 3; i++) {
		assert_ok(keys_get(c, f->k, 7, scopes[i], one));
		assert_memory_equal(keys[i], one, KEY_SIZE);
	}
}

static void an_ended_scope_is_gone_and_never_made_again(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	static const char *const ends[] = {"account", "service:never_used"};
	uint8_t key[KEY_SIZE], other[KEY_SIZE];
	bool ended = false;

	assert_ok(keys_make(c, f->k, 7, "account", key));
	assert_ok(keys_make(c, f->k, 7, "retention:tax", other));
	assert_ok(keys_end(c, f->k, 7, ends, 2));
	for (int restart = 0; restart <= 1; restart++) {
		assert_err(keys_get(c, f->k, 7, "account", key), ERR_GONE);
		assert_err(keys_make(c, f->k, 7, "account", key), ERR_GONE);
		assert_err(keys_make(c, f->k, 7, "service:never_used", key), ERR_GONE);
		assert_ok(keys_ended(c, f->k, 7, "account", &ended));
		assert_true(ended);
		assert_ok(keys_ended(c, f->k, 7, "retention:tax", &ended));
		assert_false(ended);
		assert_ok(keys_ended(c, f->k, 8, "account", &ended));
		assert_false(ended);
		assert_ok(keys_get(c, f->k, 7, "retention:tax", key));
		assert_memory_equal(key, other, KEY_SIZE);
		reopen(f, SUITE_INTL);
	}
}

/* The wrapped form must not survive its end in the file, its log or its free pages: the master key lives on.
 */
static void an_ended_key_leaves_no_bytes_in_the_files(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	uint8_t key[KEY_SIZE], slot[SLOT_SIZE];
	char text[] = "7|account";
	const char *scope = "account";
	struct wrapped w = {0};

	if (test_server())
		skip(); /* dead rows wait for VACUUM, and the files are the server's */
	for (int i = 0; i < 500; i++)
		assert_ok(keys_make(c, f->k, 1000 + i, "account", key));
	assert_ok(keys_make(c, f->k, 7, scope, key));
	keyed_hash(SUITE_INTL, f->k->roots->slot, slice_of(text), slot);
	assert_ok(store_rows(c, f->k->store, Q_DATA_KEY_FIND, PARAMS(P_BLOB(slot, SLOT_SIZE)), wrapped_row,
			     &w));
	assert_true(w.found && w.size > 0);
	assert_int_not_equal(files_with(f->place.dir, w.room, w.size), 0);
	assert_ok(keys_end(c, f->k, 7, &scope, 1));
	assert_int_equal(files_with(f->place.dir, w.room, w.size), 0);
	assert_int_equal(files_with(f->place.dir, w.room + 1, 16), 0);
}

static void no_key_scope_or_identifier_stands_in_clear(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	uint8_t key[KEY_SIZE], blind[HASH_SIZE];

	if (test_server())
		skip();
	assert_ok(keys_make(c, f->k, 7, "service:social_medical", key));
	assert_ok(keys_blind(c, f->k, "phone", SLICE("12912345678"), true, blind));
	assert_ok(keys_secret_put(c, f->k, "connector:hrss", SLICE("a very secret credential")));
	assert_int_equal(files_with(f->place.dir, key, KEY_SIZE), 0);
	assert_int_equal(files_with(f->place.dir, "service:social_medical", 22), 0);
	assert_int_equal(files_with(f->place.dir, "12912345678", 11), 0);
	assert_int_equal(files_with(f->place.dir, blind, HASH_SIZE), 0);
	assert_int_equal(files_with(f->place.dir, "a very secret", 13), 0);
	assert_int_not_equal(files_with(f->place.dir, "connector:hrss", 14), 0); /* the search does find */
}

/* ---- failures and races -------------------------------------------------------------------------------- */

static void each_failing_call_leaves_a_key_whole_or_absent(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	static const char *const scopes[] = {"account", "audit"};
	uint8_t keys[2][KEY_SIZE], one[KEY_SIZE];
	int64_t person = 100;
	bool ended = true;

	for (int64_t n = 1; n <= 20; n++, person++) {
		store_fail_at(f->k->store, n);
		err made = keys_make_many(c, f->k, person, scopes, 2, keys);
		err closed = failed(made) ? made : keys_end(c, f->k, person, scopes, 2);
		store_fail_at(f->k->store, 0);
		assert_ok(keys_ended(c, f->k, person, "account", &ended));
		assert_int_equal(ended, !failed(closed));
		if (failed(made))
			assert_err(keys_get(c, f->k, person, "audit", one), ERR_NOT_FOUND);
		else
			assert_err(keys_get(c, f->k, person, "audit", one),
				   failed(closed) ? ERR_OK : ERR_GONE);
	}
	assert_true(ended); /* the last round ran to its end */
}

enum { RACERS = 6, ROUNDS = 20 };

struct racer {
	struct keys *k;
	bool ends;
	int64_t subject_id;
	pthread_barrier_t *start;
	struct ctx *c;
	uint8_t key[KEY_SIZE];
	err result;
};

static void *race(void *arg)
{
	struct racer *r = arg;
	const char *scope = "account";

	pthread_barrier_wait(r->start);
	r->result = r->ends ? keys_end(r->c, r->k, r->subject_id, &scope, 1)
			    : keys_make(r->c, r->k, r->subject_id, scope, r->key);
	return NULL;
}

static void run_race(struct racer racers[static RACERS])
{
	pthread_barrier_t start;
	pthread_t threads[RACERS];

	pthread_barrier_init(&start, NULL, RACERS);
	for (int i = 0; i < RACERS; i++) {
		racers[i].start = &start;
		racers[i].c = test_ctx_new();
		pthread_create(&threads[i], NULL, race, &racers[i]);
	}
	for (int i = 0; i < RACERS; i++) {
		pthread_join(threads[i], NULL);
		test_ctx_free(racers[i].c);
	}
	pthread_barrier_destroy(&start);
}

/* Half of the racers use a second key store object, as a second server on the same store would. */
static void of_racing_makers_all_get_the_same_key(void **state)
{
	struct fixture *f = *state;
	struct keys *second = open_keys(f->c, &f->place, SUITE_INTL);

	for (int round = 0; round < ROUNDS; round++) {
		struct racer racers[RACERS] = {0};
		for (int i = 0; i < RACERS; i++)
			racers[i] = (struct racer){.k = i % 2 ? second : f->k, .subject_id = 500 + round};
		run_race(racers);
		for (int i = 0; i < RACERS; i++) {
			assert_int_equal(racers[i].result.code, ERR_OK);
			assert_memory_equal(racers[i].key, racers[0].key, KEY_SIZE);
		}
	}
	keys_close(second);
}

static void after_a_race_with_its_end_a_scope_stays_ended(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	uint8_t key[KEY_SIZE];

	for (int round = 0; round < ROUNDS; round++) {
		struct racer racers[RACERS] = {0};
		for (int i = 0; i < RACERS; i++)
			racers[i] = (struct racer){
				.k = f->k, .subject_id = 700 + round, .ends = i == round % RACERS};
		run_race(racers);
		for (int i = 0; i < RACERS; i++)
			assert_true(racers[i].result.code == ERR_OK || racers[i].result.code == ERR_GONE);
		assert_err(keys_get(c, f->k, 700 + round, "account", key),
			   ERR_GONE); /* not from the cache either */
		assert_err(keys_make(c, f->k, 700 + round, "account", key), ERR_GONE);
	}
}

/* ---- identifiers, hashes, secrets ---------------------------------------------------------------------- */

static void a_blind_index_is_stable_until_its_key_ends(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct slice phone = SLICE("12912345678");
	uint8_t a[HASH_SIZE] = {0}, b[HASH_SIZE];

	assert_err(keys_blind(c, f->k, "phone", phone, false, a), ERR_NOT_FOUND);
	assert_memory_equal(a, (uint8_t[HASH_SIZE]){0}, HASH_SIZE);
	assert_ok(keys_blind(c, f->k, "phone", phone, true, a));
	assert_ok(keys_blind(c, f->k, "username", phone, true, b));
	assert_memory_not_equal(a, b, HASH_SIZE);
	reopen(f, SUITE_GM);
	assert_ok(keys_blind(c, f->k, "phone", phone, false, b));
	assert_memory_equal(a, b, HASH_SIZE);
	assert_ok(keys_blind_end(c, f->k, "phone", phone));
	assert_err(keys_blind(c, f->k, "phone", phone, false, b), ERR_NOT_FOUND);
	assert_ok(keys_blind(c, f->k, "phone", phone, true, b)); /* a new person with that number */
	assert_memory_not_equal(a, b, HASH_SIZE);
}

static void a_hash_depends_on_its_purpose_and_installation(void **state)
{
	struct fixture *f = *state;
	uint8_t a[HASH_SIZE], b[HASH_SIZE];

	keys_hash(f->k, "session", SLICE("token"), a);
	keys_hash(f->k, "session", SLICE("token"), b);
	assert_memory_equal(a, b, HASH_SIZE);
	keys_hash(f->k, "installation", SLICE("token"), b);
	assert_memory_not_equal(a, b, HASH_SIZE);
	struct place other = place_new();
	struct keys *k = open_keys(f->c, &other, SUITE_INTL);
	keys_hash(k, "session", SLICE("token"), b);
	assert_memory_not_equal(a, b, HASH_SIZE);
	keys_close(k);
	place_free(&other);
}

static void a_named_secret_comes_back_and_a_moved_one_does_not_open(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	SECRET_SCOPED value = {0};

	assert_err(keys_secret_get(c, f->k, "connector:hrss", &value), ERR_NOT_FOUND);
	assert_ok(keys_secret_put(c, f->k, "connector:hrss", SLICE("one")));
	assert_ok(keys_secret_put(c, f->k, "connector:hrss", SLICE("three")));
	assert_ok(keys_secret_get(c, f->k, "connector:hrss", &value));
	assert_int_equal(value.n, 5);
	assert_memory_equal(value.p, "three", 5);
}

static void the_ledger_signer_is_one_for_all_servers(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	uint8_t public_a[SIGN_PUBLIC_SIZE], public_b[SIGN_PUBLIC_SIZE], secret[SIGN_SECRET_SIZE],
		signature[SIGNATURE_SIZE];

	assert_ok(keys_ledger_signer(c, f->k, public_a, secret));
	sign(secret, SLICE("head"), signature);
	reopen(f, SUITE_INTL);
	assert_ok(keys_ledger_signer(c, f->k, public_b, secret));
	assert_memory_equal(public_a, public_b, SIGN_PUBLIC_SIZE);
	assert_true(sign_verify(public_b, SLICE("head"), signature));
}

static void the_status_counts_keys_and_tombstones(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	struct keys_status s;
	const char *scope = "account";
	uint8_t key[KEY_SIZE];

	assert_ok(keys_make(c, f->k, 7, "account", key));
	assert_ok(keys_make(c, f->k, 8, "account", key));
	assert_ok(keys_end(c, f->k, 8, &scope, 1));
	assert_ok(keys_blind(c, f->k, "phone", SLICE("12912345678"), true, key));
	assert_ok(keys_status(c, f->k, &s));
	assert_int_equal(s.living, 1);
	assert_int_equal(s.ended, 1);
	assert_int_equal(s.identifiers, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_master_key_file_is_readable_by_its_owner_only),
		TEST(a_lost_or_foreign_master_key_is_refused_not_replaced),
		TEST(a_master_key_is_made_once_and_a_broken_one_is_told),
		TEST(a_key_is_the_same_after_a_restart_and_another_for_each_scope),
		TEST(many_keys_are_made_in_one_write),
		TEST(an_ended_scope_is_gone_and_never_made_again),
		TEST(an_ended_key_leaves_no_bytes_in_the_files),
		TEST(no_key_scope_or_identifier_stands_in_clear),
		TEST(each_failing_call_leaves_a_key_whole_or_absent),
		TEST(of_racing_makers_all_get_the_same_key),
		TEST(after_a_race_with_its_end_a_scope_stays_ended),
		TEST(a_blind_index_is_stable_until_its_key_ends),
		TEST(a_hash_depends_on_its_purpose_and_installation),
		TEST(a_named_secret_comes_back_and_a_moved_one_does_not_open),
		TEST(the_ledger_signer_is_one_for_all_servers),
		TEST(the_status_counts_keys_and_tombstones),
	};

	crypto_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
