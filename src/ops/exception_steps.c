/* From one state of a use to the next: sealed anew, with who is told. */
#include "notify/notices.h"
#include "ops/exception_store.h"

const char *exception_text_hash(struct ctx *c, const struct exception_use *u)
{
	uint8_t hash[HASH_SIZE];
	char *hex = arena_alloc(c->arena, 2 * HASH_SIZE + 1);

	hash_sha256(slice_of(u->text ? u->text : ""), hash);
	hex_encode(hash, HASH_SIZE, hex);
	return hex;
}

struct step {
	const struct exception_use *use;
	const char *from, *to;
	struct slice sealed;
	struct exception_telling telling;
};

static err step_rows(struct ctx *c, struct tx *tx, void *arg)
{
	const struct step *s = arg;
	const struct exception_use *u = s->use;
	int64_t changed = 0;

	if (strcmp(s->to, "acting") == 0)
		TRY(exception_finish_rows(c, tx, u));
	TRY(tx_exec(c, tx, Q_EXCEPTION_ANSWER,
		    PARAMS(P_INT(u->id), P_INT(u->subject_id), P_STR(s->from), P_STR(s->to)), &changed));
	if (!changed)
		FAIL(c, ERR_CONFLICT, "这件办理的状态已经变化，请刷新后再看");
	TRY(exception_put_rows(c, tx, u, s->sealed));
	return s->telling.to_tell ? message_rows(c, tx, s->telling.to_tell, u->id, s->telling.kind, u->id)
				  : OK;
}

err exception_step(struct ctx *c, struct exception_use *u, const char *to, struct exception_telling t)
{
	struct step s = {.use = u, .from = u->state, .to = to, .telling = t};

	TRY(exception_seal(c, u, &s.sealed));
	TRY(store_write(c, c->store, step_rows, &s));
	u->state = to;
	return OK;
}

err exception_step_entered(struct ctx *c, struct exception_use *u, const char *to, const struct entry *e)
{
	struct step s = {.use = u, .from = u->state, .to = to};
	struct facts f;
	struct head h;

	TRY(exception_seal(c, u, &s.sealed));
	TRY(facts_load(c, u->subject_id, &f, &h));
	TRY(ledger_write(c, &h, e, LEDGER_RAISE_EPOCH, step_rows, &s, NULL));
	u->state = to;
	return OK;
}
