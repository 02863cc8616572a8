/* What ended stays ended when the key store itself is put back from a backup, or a crash cut the ending off.
 */
#include "vault/keys/keys_testing.h"
#include <fcntl.h>

static void copy_file(const struct place *p, const char *from, const char *to)
{
	char command[256];

	snprintf(command, sizeof command, "cp %s/%s %s/%s", p->dir, from, p->dir, to);
	assert_int_equal(system(command), 0);
}

/* The list of tombstones is applied after every restore, that of the key store included. */
static void keys_that_ended_stay_ended_when_the_key_store_is_put_back(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	const char *scope = "account";
	uint8_t key[KEY_SIZE], old_index[HASH_SIZE], index[HASH_SIZE];

	if (test_server())
		skip(); /* the same code; what differs is how a server's backup is put back */
	assert_ok(keys_make(c, f->k, 7, "account", key));
	assert_ok(keys_make(c, f->k, 8, "account", key));
	assert_ok(keys_blind(c, f->k, "phone", SLICE("12912345678"), true, old_index));
	keys_close(f->k);
	copy_file(&f->place, "keys.db", "yesterday.db");
	f->k = open_keys(c, &f->place, SUITE_INTL);
	assert_ok(keys_end(c, f->k, 7, &scope, 1));
	assert_ok(keys_blind_end(c, f->k, "phone", SLICE("12912345678")));
	keys_close(f->k);
	copy_file(&f->place, "yesterday.db", "keys.db");
	f->k = open_keys(c, &f->place, SUITE_INTL);
	assert_err(keys_get(c, f->k, 7, "account", key), ERR_GONE);
	assert_ok(keys_get(c, f->k, 8, "account", key));
	assert_err(keys_blind(c, f->k, "phone", SLICE("12912345678"), false, index), ERR_NOT_FOUND);
	/* Someone who takes the number today keeps it over restarts, although it stands on the list. */
	assert_ok(keys_blind(c, f->k, "phone", SLICE("12912345678"), true, index));
	assert_memory_not_equal(index, old_index, HASH_SIZE);
	reopen(f, SUITE_INTL);
	assert_ok(keys_blind(c, f->k, "phone", SLICE("12912345678"), false, old_index));
	assert_memory_equal(index, old_index, HASH_SIZE);
}

static struct row_end row_end_of(struct fixture *f, const char *item, int64_t at_ms)
{
	struct row_end end = {.at_ms = at_ms};

	keys_row_slot(f->c, f->k, 7, 0, item, end.slot);
	return end;
}

static int64_t ended_at(struct fixture *f, const char *item)
{
	struct ctx *c = f->c;
	struct row_end end = row_end_of(f, item, 0);
	int64_t at_ms = -1;

	assert_ok(keys_row_ended(c, f->k, end.slot, &at_ms));
	return at_ms;
}

/* The last time counts; what no backup can hold any more is forgotten, in the table and in the list. */
static void rows_that_ended_are_known_until_no_backup_holds_them(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	const char *scope = "account";
	const struct row_end ends[] = {row_end_of(f, "email", 1000), row_end_of(f, "real_name", 5000),
				       row_end_of(f, "real_name", 4000)};
	uint8_t key[KEY_SIZE];
	char path[128];
	struct stat st;

	assert_int_equal(ended_at(f, "email"), 0);
	assert_ok(keys_rows_end(c, f->k, ends, 3));
	assert_int_equal(ended_at(f, "email"), 1000);
	assert_int_equal(ended_at(f, "real_name"), 5000);
	assert_ok(keys_make(c, f->k, 7, "account", key));
	assert_ok(keys_end(c, f->k, 7, &scope, 1));
	assert_ok(keys_row_ends_forget(c, f->k, 4500));
	assert_int_equal(ended_at(f, "email"), 0);
	assert_int_equal(ended_at(f, "real_name"), 5000);
	snprintf(path, sizeof path, "%s/tombstones", f->place.dir);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size,
			 2 * (2 + 64 + 1 + 64 + 1)); /* the row, and the scope, which is never forgotten */
	assert_int_equal(st.st_mode & 0777, 0600);
	reopen(f, SUITE_INTL);
	assert_int_equal(ended_at(f, "real_name"), 5000);
	assert_err(keys_get(c, f->k, 7, "account", key), ERR_GONE);
}

static void rows_that_ended_are_known_when_the_key_store_is_put_back_or_a_crash_cut_it_off(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	const struct row_end email = row_end_of(f, "email", 1000), name = row_end_of(f, "real_name", 2000);

	store_fail_at(f->k->store, 1);
	assert_err(keys_rows_end(c, f->k, &email, 1), ERR_STORE);
	store_fail_at(f->k->store, 0);
	reopen(f, SUITE_INTL);
	assert_int_equal(ended_at(f, "email"), 1000);
	if (test_server())
		return;
	keys_close(f->k);
	copy_file(&f->place, "keys.db", "yesterday.db");
	f->k = open_keys(c, &f->place, SUITE_INTL);
	assert_ok(keys_rows_end(c, f->k, &name, 1));
	keys_close(f->k);
	copy_file(&f->place, "yesterday.db", "keys.db");
	f->k = open_keys(c, &f->place, SUITE_INTL);
	assert_int_equal(ended_at(f, "email"), 1000);
	assert_int_equal(ended_at(f, "real_name"), 2000);
}

static void an_ending_that_a_crash_cut_off_is_finished_at_the_next_opening(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	const char *scope = "account";
	uint8_t key[KEY_SIZE];

	assert_ok(keys_make(c, f->k, 7, "account", key));
	assert_ok(keys_make(c, f->k, 8, "account", key));
	store_fail_at(f->k->store, 1);
	assert_err(keys_end(c, f->k, 7, &scope, 1), ERR_STORE);
	store_fail_at(f->k->store, 0);
	reopen(f, SUITE_INTL);
	assert_err(keys_get(c, f->k, 7, "account", key), ERR_GONE);
	assert_ok(keys_get(c, f->k, 8, "account", key));
}

static void a_torn_line_of_the_list_is_dropped_and_a_broken_one_told(void **state)
{
	struct fixture *f = *state;
	struct ctx *c = f->c;
	const char *scope = "account";
	char path[128], url[256];
	struct keys *k = NULL;
	struct stat st;

	assert_ok(keys_end(c, f->k, 7, &scope, 1));
	snprintf(path, sizeof path, "%s/tombstones", f->place.dir);
	int fd = open(path, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "s 0123", 6), 6);
	close(fd);
	reopen(f, SUITE_INTL);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 2 + 64 + 1 + 64 + 1);
	assert_int_equal(st.st_mode & 0777, 0600);
	fd = open(path, O_WRONLY);
	assert_int_equal(pwrite(fd, "xx", 2, 10), 2);
	close(fd);
	assert_err(keys_open(c, f->place.dir, place_url(&f->place, "keys", url), SUITE_INTL, false, &k),
		   ERR_CRYPTO);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(keys_that_ended_stay_ended_when_the_key_store_is_put_back),
		TEST(rows_that_ended_are_known_until_no_backup_holds_them),
		TEST(rows_that_ended_are_known_when_the_key_store_is_put_back_or_a_crash_cut_it_off),
		TEST(an_ending_that_a_crash_cut_off_is_finished_at_the_next_opening),
		TEST(a_torn_line_of_the_list_is_dropped_and_a_broken_one_told),
	};

	crypto_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
