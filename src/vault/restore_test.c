/* The test that counts (DESIGN 7): yesterday's data with today's key store and the real master key. */
#include "vault/backup.h"
#include "vault/vault_store.h"
#include "vault/vault_testing.h"
#include <fcntl.h>
#include <sqlite3.h>

static const char *const li_profile[] = {
	"real_name", "李小满", "mobile_phone", "12912345678", "id_number", "129901199001010012", NULL};
static const char *const wang_profile[] = {"real_name", "王秋实", "mobile_phone", "12987654321", NULL};
static const char *const li_scopes[] = {"account", "service:social_medical", "case:9", "audit"};
enum { LI_DATA_SCOPES = 3, LI_ALL_SCOPES = 4, LI_BLOB = 901, WANG_BLOB = 902 };

struct day {
	uint8_t li_index[HASH_SIZE], wang_index[HASH_SIZE];
};

static const char *old_path(struct city_test *t)
{
	return arena_printf(t->c->arena, "%s/yesterday", t->place.dir);
}

static void live_a_day(struct city_test *t, struct day *d)
{
	struct ctx *c = t->c;

	give(t, LI, 0, "account", li_profile);
	give(t, LI, 55, "service:social_medical", LIST("mobile_phone", "12912345678"));
	give(t, WANG, 0, "account", wang_profile);
	assert_ok(vault_blob_put(c, LI, "case:9", LI_BLOB, SLICE("a photo of Li")));
	assert_ok(vault_blob_put(c, WANG, "case:10", WANG_BLOB, SLICE("a photo of Wang")));
	assert_ok(keys_blind(c, c->keys, "phone", SLICE("12912345678"), true, d->li_index));
	assert_ok(keys_blind(c, c->keys, "phone", SLICE("12987654321"), true, d->wang_index));
}

/* Yesterday's backup: ours on SQLite; on PostgreSQL a copy by the server, as pg_dump and pg_restore would
 * make it. */
static void back_up(struct city_test *t)
{
	struct ctx *c = t->c;
	struct backup_info info;

	if (!test_server()) {
		assert_ok(backup_write(c, t->place.dir, "tianjin", old_path(t), &info));
		assert_int_equal(info.files, 2);
		assert_string_equal(info.city, "tianjin");
		return;
	}
	city_close(t);
	test_sql("CREATE DATABASE %s_old TEMPLATE %s_city", t->place.database, t->place.database);
	city_open(t);
}

static void end_li(struct city_test *t, size_t scope_count)
{
	struct ctx *c = t->c;

	assert_ok(keys_blind_end(c, c->keys, "phone", SLICE("12912345678")));
	assert_ok(vault_end(c, LI, li_scopes, scope_count));
}

/* The old data in the place of the present, as they were: no tombstone applied. */
static void open_yesterday(struct city_test *t)
{
	char url[256], path[128];
	struct ctx *c = t->c;

	ledger_close(c->ledger);
	store_close(c->store);
	snprintf(path, sizeof path, "sqlite:%s", old_path(t));
	assert_ok(store_open(c, test_server() ? place_url(&t->place, "old", url) : path, "city", &c->store));
	city_open_ledger(t);
}

static void rows_of(struct city_test *t, int64_t subject_id, struct vault_rows *ret)
{
	struct ctx *c = t->c;

	assert_ok(vault_rows_read(c, subject_id, RECORD_ALL, ret));
}

static bool opens_with(struct city_test *t, const uint8_t key[static KEY_SIZE], const struct vault_row *row)
{
	SECRET_SCOPED plain = {0};
	size_t n = 0;

	secret_init(&plain, row->sealed.n);
	return !failed(vault_row_open(t->c, key, row, plain.p, &n));
}

static err note_usage(struct ctx *c, const struct usage *u, void *arg)
{
	(void)c;
	(void)u;
	(*(int *)arg)++;
	return OK;
}

/* With every key that today's key store still gives, for every scope that any row names. */
static void assert_li_is_unreadable(struct city_test *t)
{
	static const char *const wang_scopes[] = {"account", "audit", "case:10"};
	struct ctx *c = t->c;
	struct vault_rows rows;
	uint8_t key[KEY_SIZE];
	SECRET_SCOPED blob = {0};

	rows_of(t, LI, &rows);
	assert_int_equal(rows.count, 4); /* they are there, as in any backup */
	for (size_t i = 0; i < rows.count; i++) {
		assert_err(keys_get(c, c->keys, LI, rows.list[i].scope, key), ERR_GONE);
		for (size_t j = 0; j < 3; j++) {
			assert_ok(keys_get(c, c->keys, WANG, wang_scopes[j], key));
			assert_false(opens_with(t, key, &rows.list[i]));
		}
	}
	assert_err(vault_blob_get(c, LI, "case:9", LI_BLOB, &blob), ERR_GONE);
}

static void assert_wang_is_readable(struct city_test *t, const struct day *d)
{
	struct ctx *c = t->c;
	uint8_t index[HASH_SIZE];
	SECRET_SCOPED blob = {0};

	assert_string_equal(read_item(t, WANG, 0, "real_name"), "王秋实");
	assert_string_equal(read_item(t, WANG, 0, "mobile_phone"), "12987654321");
	assert_ok(vault_blob_get(c, WANG, "case:10", WANG_BLOB, &blob));
	assert_memory_equal(blob.p, "a photo of Wang", 15);
	assert_ok(keys_blind(c, c->keys, "phone", SLICE("12987654321"), false, index));
	assert_memory_equal(index, d->wang_index, HASH_SIZE);
}

/* The blind index that stands in yesterday's data leads nowhere: today's key store cannot compute it any
 * more, not even for someone who registers with that number today. */
static void assert_li_cannot_be_found(struct city_test *t, const struct day *d)
{
	struct ctx *c = t->c;
	uint8_t index[HASH_SIZE];

	assert_err(keys_blind(c, c->keys, "phone", SLICE("12912345678"), false, index), ERR_NOT_FOUND);
	assert_ok(keys_blind(c, c->keys, "phone", SLICE("12912345678"), true, index));
	assert_memory_not_equal(index, d->li_index, HASH_SIZE);
}

/* TJ-3.2.c, TJ-4.3.h, NT-1.1.e */
static void yesterdays_data_with_todays_keys_tell_nothing_of_who_ended(void **state)
{
	struct city_test *t = *state;
	struct day d;

	live_a_day(t, &d);
	back_up(t);
	assert_string_equal(read_item(t, LI, 0, "real_name"), "李小满");
	end_li(t, LI_DATA_SCOPES);
	open_yesterday(t);
	assert_li_is_unreadable(t);
	for (int i = 0; li_profile[i]; i += 2)
		assert_null(read_item(t, LI, 0, li_profile[i]));
	assert_null(read_item(t, LI, 55, "mobile_phone"));
	assert_li_cannot_be_found(t, &d);
	assert_wang_is_readable(t, &d);
}

static void nor_who_used_their_data_when_that_record_ended(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	int usages = 0;
	struct day d;

	live_a_day(t, &d);
	back_up(t);
	assert_ok(ledger_usage(c, LI, 0, 10, note_usage, &usages));
	assert_int_equal(usages, 2);
	end_li(t, LI_ALL_SCOPES);
	open_yesterday(t);
	assert_li_is_unreadable(t);
	usages = 0;
	assert_err(ledger_usage(c, LI, 0, 10, note_usage, &usages), ERR_GONE);
	assert_int_equal(usages, 0);
	assert_ok(ledger_usage(c, WANG, 0, 10, note_usage, &usages));
	assert_int_equal(usages, 1);
}

struct ended {
	int count;
	bool account;
};

static err note_ended(struct ctx *c, int64_t subject_id, const char *scope, void *arg)
{
	struct ended *e = arg;

	(void)c;
	assert_int_equal(subject_id, LI);
	e->count++;
	e->account |= strcmp(scope, "account") == 0;
	return OK;
}

static void tombstones_remove_the_rows_of_ended_scopes(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	struct vault_rows rows;
	struct ended e = {0};
	struct tombstones_applied ended = {0};
	struct day d;

	live_a_day(t, &d);
	back_up(t);
	end_li(t, LI_DATA_SCOPES);
	open_yesterday(t);
	assert_ok(vault_apply_tombstones(c, note_ended, &e, &ended));
	assert_int_equal(ended.scopes, 3); /* account, service, case */
	assert_int_equal(e.count, 3);
	assert_true(e.account);
	rows_of(t, LI, &rows);
	assert_int_equal(rows.count, 0);
	assert_wang_is_readable(t, &d);
	assert_ok(vault_apply_tombstones(c, note_ended, &e, &ended));
	assert_int_equal(ended.scopes + ended.values, 0);
}

/* ---- single values ------------------------------------------------------------------------------------- */

static void delete_value(struct city_test *t, int64_t subject_id, const char *key)
{
	struct ctx *c = t->c;
	struct head h = head_of(t, subject_id);
	const struct item *item = release_item(t->release, key);
	struct itemset items = {0};
	struct entry e = {
		.action = ENTRY_CHANGE, .service = "account", .basis = "own_request", .decision = "allowed"};

	itemset_add(&items, item->number);
	c->now_ms = clock_now_ms(t->clock) + 1; /* not in the millisecond in which it was given */
	e.items = items;
	struct vault_deletion d = {subject_id, 0, &items};
	assert_ok(ledger_write(c, &h, &e, LEDGER_ANY_EPOCH, vault_delete_rows, &d, NULL));
}

/* NT-4.3.c. What was given anew after the deletion is not what was deleted. */
static void a_deleted_value_stays_deleted_in_an_older_store(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	struct tombstones_applied done = {0};
	struct day d;

	live_a_day(t, &d);
	delete_value(t, WANG, "real_name");
	assert_ok(vault_deletions_list(c));
	c->now_ms += 5;
	give(t, WANG, 0, "account", LIST("real_name", "王秋实"));
	back_up(t);
	delete_value(t, LI, "mobile_phone");
	assert_ok(vault_blob_delete(c, WANG, WANG_BLOB));
	assert_ok(vault_deletions_list(c));
	assert_null(read_item(t, LI, 0, "mobile_phone"));
	open_yesterday(t);
	assert_string_equal(read_item(t, LI, 0, "mobile_phone"), "12912345678");
	assert_ok(vault_apply_tombstones(c, note_ended, NULL, &done));
	assert_int_equal(done.scopes, 0);
	assert_int_equal(done.values, 2);
	assert_null(read_item(t, LI, 0, "mobile_phone"));
	assert_string_equal(read_item(t, LI, 55, "mobile_phone"), "12912345678"); /* another record */
	assert_string_equal(read_item(t, LI, 0, "real_name"), "李小满");
	assert_string_equal(read_item(t, WANG, 0, "real_name"), "王秋实");
	SECRET_SCOPED blob = {0};
	assert_err(vault_blob_get(c, WANG, "case:10", WANG_BLOB, &blob), ERR_NOT_FOUND);
	assert_ok(vault_apply_tombstones(c, note_ended, NULL, &done));
	assert_int_equal(done.values, 0);
}

/* A server that was killed between the deletion and the list: the next one finds what the transaction noted.
 */
static void a_deletion_that_was_not_listed_is_found_by_the_next_start(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	struct tombstones_applied done = {0};
	struct day d;

	live_a_day(t, &d);
	back_up(t);
	delete_value(t, LI, "mobile_phone");
	c->deleted_count = 0; /* what it remembered went with it */
	city_close(t);
	city_open(t);
	assert_ok(vault_deletions_sweep(c));
	open_yesterday(t);
	assert_ok(vault_apply_tombstones(c, note_ended, NULL, &done));
	assert_int_equal(done.values, 1);
	assert_null(read_item(t, LI, 0, "mobile_phone"));
}

static void a_deletion_that_did_not_come_about_deletes_nothing_later(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	struct tombstones_applied done = {0};
	struct itemset items = {0};
	struct day d;

	live_a_day(t, &d);
	back_up(t);
	itemset_add(&items, release_item(t->release, "mobile_phone")->number);
	struct vault_deletion deletion = {LI, 0, &items};
	store_fail_at(c->store, 3); /* noted and deleted, not committed */
	assert_err(store_write(c, c->store, vault_delete_rows, &deletion), ERR_STORE);
	store_fail_at(c->store, 0);
	assert_ok(vault_deletions_list(c));
	open_yesterday(t);
	assert_ok(vault_apply_tombstones(c, note_ended, NULL, &done));
	assert_int_equal(done.values, 0);
	assert_string_equal(read_item(t, LI, 0, "mobile_phone"), "12912345678");
}

/* Between the commit and the list, and then the older backup at once. */
static void a_restore_lists_what_the_present_store_still_notes(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	struct restore_result result;
	struct day d;

	if (test_server())
		skip();
	live_a_day(t, &d);
	back_up(t);
	delete_value(t, LI, "mobile_phone");
	c->deleted_count = 0;
	ledger_close(c->ledger);
	store_close(c->store);
	c->store = NULL;
	assert_ok(backup_restore(c, old_path(t), t->place.dir, note_ended, NULL, &result));
	assert_int_equal(result.applied.values, 1);
	keys_close(c->keys);
	city_open(t);
	assert_null(read_item(t, LI, 0, "mobile_phone"));
	assert_string_equal(read_item(t, LI, 0, "real_name"), "李小满");
}

/* ---- the commands' work, on SQLite --------------------------------------------------------------------- */

static void a_restore_puts_back_the_data_and_not_what_ended(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	struct restore_result result;
	struct vault_rows rows;
	struct ended e = {0};
	struct day d;

	if (test_server())
		skip();
	live_a_day(t, &d);
	back_up(t);
	give(t, WANG, 0, "account", LIST("real_name", "王夏至"));
	end_li(t, LI_DATA_SCOPES);
	assert_err(backup_restore(c, old_path(t), t->place.dir, note_ended, &e, &result),
		   ERR_CONFLICT); /* in use */
	ledger_close(c->ledger);
	store_close(c->store);
	c->store = NULL;
	assert_ok(backup_restore(c, old_path(t), t->place.dir, note_ended, &e, &result));
	assert_int_equal(result.applied.scopes, 3);
	assert_int_equal(e.count, 3);
	keys_close(c->keys);
	city_open(t);
	assert_wang_is_readable(t, &d); /* yesterday's name */
	rows_of(t, LI, &rows);
	assert_int_equal(rows.count, 0);
	assert_int_equal(access(arena_printf(c->arena, "%s/restoring.db", t->place.dir), F_OK), -1);
	assert_int_equal(access(arena_printf(c->arena, "%s/restoring.blobs", t->place.dir), F_OK), -1);
	assert_int_equal(access(arena_printf(c->arena, "%s/replaced.blobs", t->place.dir), F_OK), -1);
}

static bool has_table(const char *path, const char *table)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *find = NULL;

	assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	sqlite3_prepare_v2(db, "SELECT 1 FROM sqlite_master WHERE name = ?1", -1, &find, NULL);
	sqlite3_bind_text(find, 1, table, -1, SQLITE_STATIC);
	bool found = sqlite3_step(find) == SQLITE_ROW;
	sqlite3_finalize(find);
	sqlite3_close(db);
	return found;
}

static void a_backup_is_private_holds_no_key_and_no_clear_value(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	struct backup_info info;
	struct stat st;
	struct day d;

	if (test_server())
		skip();
	live_a_day(t, &d);
	const char *folder = arena_printf(c->arena, "%s/backups", t->place.dir);
	const char *file = arena_printf(c->arena, "%s/one", folder);
	assert_int_equal(mkdir(folder, 0700), 0);
	assert_ok(backup_write(c, t->place.dir, "tianjin", file, &info));
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_true(has_table(file, "vault_item"));
	assert_false(has_table(file, "data_key"));
	assert_int_equal(files_with(folder, "tongban-master-key", 18), 0);
	assert_int_equal(files_with(folder, "李小满", strlen("李小满")), 0);
	assert_int_equal(files_with(folder, "12912345678", 11), 0);
	assert_int_equal(files_with(folder, "a photo of", 10), 0);
	assert_int_equal(files_with(folder, "vault_item", 10), 1);
	assert_err(backup_write(c, t->place.dir, "tianjin", file, &info), ERR_CONFLICT);
}

static void a_broken_backup_is_refused_and_changes_nothing(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	struct restore_result result;
	struct stat st;
	struct day d;

	if (test_server())
		skip();
	live_a_day(t, &d);
	back_up(t);
	city_close(t);
	assert_int_equal(stat(old_path(t), &st), 0);
	int fd = open(old_path(t), O_WRONLY);
	assert_int_equal(pwrite(fd, "garbagegarbage", 14, st.st_size / 2), 14);
	assert_int_equal(ftruncate(fd, st.st_size - 5000), 0);
	close(fd);
	city_open(t);
	struct keys *keys = c->keys;
	ledger_close(c->ledger);
	store_close(c->store);
	assert_true(failed(backup_restore(c, old_path(t), t->place.dir, NULL, NULL, &result)));
	assert_int_equal(truncate(old_path(t), 0), 0);
	assert_err(backup_restore(c, old_path(t), t->place.dir, NULL, NULL, &result), ERR_INVALID);
	assert_err(backup_restore(c, "/nonexistent", t->place.dir, NULL, NULL, &result), ERR_NOT_FOUND);
	keys_close(keys);
	city_open(t);
	assert_wang_is_readable(t, &d);
	assert_string_equal(read_item(t, LI, 0, "real_name"), "李小满");
}

static void a_new_machine_gets_its_configuration_from_the_backup(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	struct backup_info info;

	if (test_server())
		skip();
	const char *dir = arena_printf(c->arena, "%s/new", t->place.dir), *file = old_path(t);
	const char *config = arena_printf(c->arena, "%s/config.json", t->place.dir);
	const char *restored = arena_printf(c->arena, "%s/config.json", dir);
	FILE *f = fopen(config, "w");
	fputs("{}", f);
	fclose(f);
	assert_ok(backup_write(c, t->place.dir, "tianjin", file, &info));
	assert_int_equal(mkdir(dir, 0700), 0);
	assert_ok(backup_restore_config(c, file, dir));
	assert_int_equal(files_with(dir, "{}", 2), 1);
	assert_int_equal(truncate(restored, 0), 0);
	assert_ok(backup_restore_config(c, file, dir)); /* what is there stays as it is */
	assert_int_equal(files_with(dir, "{}", 2), 0);
}

/* Entries and values of one moment, while the store stays open for writing. */
static void each_backup_holds_the_moment_it_was_taken(void **state)
{
	struct city_test *t = *state;
	struct ctx *c = t->c;
	struct backup_info info;
	char phone[16];

	if (test_server())
		skip();
	for (int i = 0; i < 5; i++) {
		snprintf(phone, sizeof phone, "1290000000%d", i);
		give(t, LI, 0, "account", LIST("mobile_phone", phone));
		const char *file = arena_printf(c->arena, "%s/backup_%d", t->place.dir, i);
		assert_ok(backup_write(c, t->place.dir, "tianjin", file, &info));
		struct store *present = c->store;
		assert_ok(store_open(c, arena_printf(c->arena, "sqlite:%s", file), "city", &c->store));
		assert_int_equal(head_of(t, LI).n, i + 1);
		assert_string_equal(read_item(t, LI, 0, "mobile_phone"), phone);
		store_close(c->store);
		c->store = present;
		/* one more entry stands now in the copy only; the present goes on */
		assert_int_equal(head_of(t, LI).n, i + 1);
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, city_setup, city_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(yesterdays_data_with_todays_keys_tell_nothing_of_who_ended),
		TEST(nor_who_used_their_data_when_that_record_ended),
		TEST(tombstones_remove_the_rows_of_ended_scopes),
		TEST(a_deleted_value_stays_deleted_in_an_older_store),
		TEST(a_deletion_that_was_not_listed_is_found_by_the_next_start),
		TEST(a_deletion_that_did_not_come_about_deletes_nothing_later),
		TEST(a_restore_lists_what_the_present_store_still_notes),
		TEST(a_restore_puts_back_the_data_and_not_what_ended),
		TEST(a_backup_is_private_holds_no_key_and_no_clear_value),
		TEST(a_broken_backup_is_refused_and_changes_nothing),
		TEST(a_new_machine_gets_its_configuration_from_the_backup),
		TEST(each_backup_holds_the_moment_it_was_taken),
	};

	crypto_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
