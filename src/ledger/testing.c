#include "ledger/testing.h"
#include "base/id.h"

/* ---- policy and vault, as far as the ledger needs them -------------------------------------- */

static const struct item test_items[] = {
	{.number = ITEM_NAME, .key = "real_name"},
	{.number = ITEM_ID, .key = "resident_id_number"},
	{.number = ITEM_PHONE, .key = "mobile_phone"},
};

const struct item *release_item_at(const struct release *, unsigned number)
{
	return number < 3 ? &test_items[number] : NULL;
}

const struct item *release_item(const struct release *r, const char *key)
{
	for (unsigned i = 0; i <= ITEM_PHONE; i++)
		if (strcmp(release_item_at(r, i)->key, key) == 0)
			return release_item_at(r, i);
	return NULL;
}

const char *release_version(const struct release *)
{
	return "2026.1";
}

enum { KEYS_MAX = 64 };
static pthread_mutex_t keys_lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	int64_t subject_id;
	bool ended;
} keys_made[KEYS_MAX];
static size_t keys_count;

static err test_key(struct ctx *c, int64_t subject_id, bool make, uint8_t ret[static KEY_SIZE])
{
	enum err_code code = ERR_NOT_FOUND;

	pthread_mutex_lock(&keys_lock);
	for (size_t i = 0; i < keys_count; i++)
		if (keys_made[i].subject_id == subject_id)
			code = keys_made[i].ended ? ERR_GONE : ERR_OK;
	if (code == ERR_NOT_FOUND && make) {
		assert_true(keys_count < KEYS_MAX);
		keys_made[keys_count++].subject_id = subject_id;
		code = ERR_OK;
	}
	pthread_mutex_unlock(&keys_lock);
	if (code != ERR_OK) {
		c->failure.code = code;
		return (err){code};
	}
	keyed_hash(SUITE_INTL, (const uint8_t[KEY_SIZE]){1}, slice_bytes(&subject_id, sizeof subject_id),
		   ret);
	return OK;
}

static err test_key_get(struct ctx *c, struct keys *, int64_t subject_id, const char *scope,
			uint8_t ret[static KEY_SIZE])
{
	assert_string_equal(scope, AUDIT_SCOPE);
	return test_key(c, subject_id, false, ret);
}

static err test_key_make(struct ctx *c, struct keys *, int64_t subject_id, const char *,
			 uint8_t ret[static KEY_SIZE])
{
	return test_key(c, subject_id, true, ret);
}

void audit_key_end(int64_t subject_id)
{
	pthread_mutex_lock(&keys_lock);
	for (size_t i = 0; i < keys_count; i++)
		if (keys_made[i].subject_id == subject_id)
			keys_made[i].ended = true;
	pthread_mutex_unlock(&keys_lock);
}

char mark_held[NOTE_MAX];
int64_t log_generation;

static err test_mark_get(struct ctx *c, struct keys *, const char *name, struct secret *ret)
{
	const char *origin = name + strlen("ledger/mark/");

	if (strncmp(mark_held, origin, strlen(origin)) != 0 || mark_held[strlen(origin)] != '\n') {
		c->failure.code = ERR_NOT_FOUND;
		return (err){ERR_NOT_FOUND};
	}
	secret_init(ret, strlen(mark_held));
	memcpy(ret->p, mark_held, ret->n);
	return OK;
}

static err test_mark_put(struct ctx *, struct keys *, const char *, struct slice value)
{
	assert_true(value.n < sizeof mark_held);
	memcpy(mark_held, value.p, value.n);
	mark_held[value.n] = '\0';
	return OK;
}

struct ctx *site_ctx;

/* ---- the site ------------------------------------------------------------------------------- */

void ledger_start(struct site *b)
{
	struct ledger_means m = {.key_get = test_key_get,
				 .key_make = test_key_make,
				 .clock = b->clock,
				 .suite = SUITE_INTL,
				 .mark_get = test_mark_get,
				 .mark_put = test_mark_put,
				 .generation = log_generation};

	memcpy(m.public_key, b->public_key, sizeof m.public_key);
	memcpy(m.secret_key, b->secret_key, sizeof m.secret_key);
	assert_ok(ledger_open(b->c, "tongban.example/log", &m, &b->c->ledger));
}

static err three_people(struct ctx *c, struct tx *tx, void *)
{
	for (int64_t subject = SUBJECT_A; subject <= SUBJECT_C; subject++)
		TRY(ledger_person_new(c, tx, subject));
	return OK;
}

int site_start(void **state)
{
	struct site *b = calloc(1, sizeof *b);

	crypto_init();
	id_init(1);
	keys_count = 0;
	mark_held[0] = '\0';
	log_generation = 1;
	memset(keys_made, 0, sizeof keys_made);
	b->place = place_new();
	b->clock = clock_new_test();
	b->c = site_ctx = test_ctx_new();
	b->c->release = (const void *)test_items;
	b->c->actor = (struct actor){.kind = ACTOR_PERSON, .id = SUBJECT_A, .role = "self"};
	sign_keypair(b->public_key, b->secret_key);
	place_url(&b->place, "city", b->url);
	assert_ok(store_open(b->c, b->url, "city", &b->c->store));
	ledger_start(b);
	assert_ok(store_write(b->c, b->c->store, three_people, NULL));
	*state = b;
	return 0;
}

int site_end(void **state)
{
	struct site *b = *state;

	ledger_close(b->c->ledger);
	store_close(b->c->store);
	clock_free(b->clock);
	place_free(&b->place);
	test_ctx_free(b->c);
	free(b);
	return 0;
}

void ledger_restart(struct site *b)
{
	ledger_close(b->c->ledger);
	b->c->now_ms += LEASE_MS + 1;
	ledger_start(b);
}

void store_restart(struct site *b)
{
	ledger_close(b->c->ledger);
	store_close(b->c->store);
	assert_ok(store_open(b->c, b->url, "city", &b->c->store));
	b->c->now_ms += LEASE_MS + 1;
	ledger_start(b);
}

struct ctx *ctx_for_thread(const struct site *b)
{
	struct ctx *c = test_ctx_new(), *own = b->c;

	c->now_ms = own->now_ms;
	c->actor = own->actor;
	c->store = own->store;
	c->ledger = own->ledger;
	c->release = own->release;
	return c;
}

int64_t write_entry(struct ctx *c, int64_t subject_id, const char *note)
{
	struct entry e = {.action = ENTRY_READ,
			  .service = "social_insurance_query",
			  .purpose = "query",
			  .recipient = "hrss",
			  .basis = "consent",
			  .decision = "allowed",
			  .clause = "TJ-1.1.12",
			  .note = note,
			  .ref_id = 77};
	struct head h;
	int64_t n = 0;

	itemset_add(&e.items, ITEM_ID);
	itemset_add(&e.items, ITEM_NAME);
	assert_ok(ledger_head(c, c->store, subject_id, &h));
	assert_ok(ledger_write(c, &h, &e, 0, NULL, NULL, &n));
	assert_int_equal(h.n, n);
	return n;
}

int64_t sequence_all(struct site *b)
{
	int64_t added, sum = 0;

	do {
		assert_ok(ledger_sequence(b->c, b->c->ledger, &added));
		sum += added;
	} while (added);
	return sum;
}

int64_t findings(struct site *b, struct slice checkpoint, struct buf *text)
{
	int64_t count = -1;
	BUF_SCOPED own;

	buf_init(&own, 1 << 20);
	assert_ok(ledger_verify(b->c, b->c->ledger, checkpoint, text ? text : &own, &count));
	return count;
}

void assert_sound(struct site *b)
{
	BUF_SCOPED text;

	buf_init(&text, 1 << 16);
	if (findings(b, SLICE(""), &text) != 0)
		fail_msg("%s", text.data);
}

/* ---- past the guards ------------------------------------------------------------------------ */

static int first_cell(void *arg, int count, char **cells, char **)
{
	char **ret = arg;

	if (!*ret && count > 0 && cells[0])
		*ret = strdup(cells[0]);
	return 0;
}

static char *raw_sqlite(struct site *b, const char *sql)
{
	char *ret = NULL, *message = NULL;
	sqlite3 *db;

	assert_int_equal(sqlite3_open(b->url + strlen("sqlite:"), &db), SQLITE_OK);
	sqlite3_busy_timeout(db, 5000);
	if (sqlite3_exec(db, sql, first_cell, &ret, &message) != SQLITE_OK)
		fail_msg("%s: %s", sql, message);
	sqlite3_close(db);
	return ret;
}

static char *raw_postgres(struct site *b, const char *sql)
{
	PGconn *pg = PQconnectdb(b->url);
	PGresult *r = PQexec(pg, sql);
	char *ret = NULL;

	if (PQresultStatus(r) != PGRES_COMMAND_OK && PQresultStatus(r) != PGRES_TUPLES_OK)
		fail_msg("%s: %s", sql, PQerrorMessage(pg));
	if (PQntuples(r) > 0 && !PQgetisnull(r, 0, 0))
		ret = strdup(PQgetvalue(r, 0, 0));
	PQclear(r);
	PQfinish(pg);
	return ret;
}

char *raw_sql(struct site *b, const char *fmt, ...)
{
	char *sql = NULL;
	va_list ap;

	va_start(ap, fmt);
	assert_true(vasprintf(&sql, fmt, ap) > 0);
	va_end(ap);
	char *ret = store_is_sqlite(b->c->store) ? raw_sqlite(b, sql) : raw_postgres(b, sql);
	free(sql);
	return ret;
}

void raw_blob(const struct site *b, const char *hex, char *ret, size_t size)
{
	snprintf(ret, size, store_is_sqlite(b->c->store) ? "x'%s'" : "'\\x%s'::bytea", hex);
}

const char *raw_hex_fn(const struct site *b, const char *column, char ret[static 64])
{
	snprintf(ret, 64, store_is_sqlite(b->c->store) ? "hex(%s)" : "encode(%s, 'hex')", column);
	return ret;
}
