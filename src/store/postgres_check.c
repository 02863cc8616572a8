/* At start every query is prepared once: its tables, columns and parameters fit the schema, or the server
 * does not start. */
#include "store/postgres.h"

#include <stdlib.h>

static PGresult *prepare_unnamed(struct pg_conn *k, const struct query_text *text, const Oid *types)
{
	return PQprepare(k->pg, "", text->sql[DIALECT_POSTGRESQL], (int)text->param_count, types);
}

/* The number of the parameter whose type PostgreSQL cannot tell (42P08, 42P18: "… of parameter $2"), or 0. */
static size_t undetermined(const PGresult *result)
{
	const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
	const char *text = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
	const char *dollar = text ? strchr(text, '$') : NULL;

	if (!state || !dollar || (strcmp(state, "42P08") != 0 && strcmp(state, "42P18") != 0))
		return 0;
	return (size_t)strtoul(dollar + 1, NULL, 10);
}

/* `?2 IS NULL OR name = ?2` tells no type at the first place: the one type that fits everywhere is found by
 * trying. */
static err prepare_guessing(struct ctx *c, struct pg_conn *k, const struct query_text *text, Oid *types)
{
	static const Oid candidates[] = {OID_INT8, OID_TEXT, OID_BYTEA};
	size_t guessed = 0, next = 0;

	for (;;) {
		PG_RESULT *result = prepare_unnamed(k, text, types);
		if (PQresultStatus(result) == PGRES_COMMAND_OK)
			return OK;
		size_t n = undetermined(result);
		bool fresh = n > 0 && n <= text->param_count && types[n - 1] == 0;
		if (fresh) {
			guessed = n;
			next = 0;
		} else if (guessed == 0 || next == sizeof candidates / sizeof *candidates) {
			return pg_fail(c, k, result, text->name);
		}
		types[guessed - 1] = candidates[next++];
	}
}

/* Of `?1 + 1000` PostgreSQL concludes that ?1 is an INTEGER, too small for a time in ms: every whole number
 * is a BIGINT here. */
static err learn_types(struct ctx *c, struct pg_conn *k, const struct query_text *text, struct pg_types *ret)
{
	TRY(prepare_guessing(c, k, text, ret->of));
	PG_RESULT *described = PQdescribePrepared(k->pg, "");
	if (PQresultStatus(described) != PGRES_COMMAND_OK)
		return pg_fail(c, k, described, text->name);
	if ((size_t)PQnparams(described) != text->param_count)
		FAIL(c, ERR_STORE, "查询 %s 的参数个数与数据库所见不同", text->name);
	for (size_t i = 0; i < text->param_count; i++) {
		Oid type = PQparamtype(described, (int)i);
		ret->of[i] = type == OID_INT2 || type == OID_INT4 ? OID_INT8 : type;
	}
	PG_RESULT *result = prepare_unnamed(k, text, ret->of);
	return PQresultStatus(result) == PGRES_COMMAND_OK ? OK : pg_fail(c, k, result, text->name);
}

/* Most queries say their types at once. These are asked for a batch in one round trip: on a busy machine or
 * to a database elsewhere, a start would otherwise wait some hundred times. */
enum { BATCH = 32 };

static err ask(struct ctx *c, struct pg_conn *k, const struct query_text *text, const Oid *types)
{
	if (PQsendPrepare(k->pg, "", text->sql[DIALECT_POSTGRESQL], (int)text->param_count, types) &&
	    PQsendDescribePrepared(k->pg, "") && PQpipelineSync(k->pg))
		return OK;
	return pg_fail(c, k, NULL, text->name);
}

/* The one result of a command in a pipeline, and the nothing that ends it. */
static PGresult *answer_of(struct pg_conn *k)
{
	PGresult *result = PQgetResult(k->pg);

	if (result)
		PQclear(PQgetResult(k->pg));
	return result;
}

/* False: learn_types has to find out. */
static bool take_types(struct pg_conn *k, const struct query_text *text, struct pg_types *ret)
{
	PG_RESULT *prepared = answer_of(k);
	PG_RESULT *described = answer_of(k);
	PG_RESULT *sync = PQgetResult(k->pg);

	if (PQresultStatus(prepared) != PGRES_COMMAND_OK || PQresultStatus(described) != PGRES_COMMAND_OK ||
	    PQresultStatus(sync) != PGRES_PIPELINE_SYNC || (size_t)PQnparams(described) != text->param_count)
		return false;
	for (int i = 0; i < (int)text->param_count; i++)
		if (PQparamtype(described, i) == OID_INT2 || PQparamtype(described, i) == OID_INT4)
			return false;
	for (int i = 0; i < (int)text->param_count; i++)
		ret->of[i] = PQparamtype(described, i);
	return true;
}

static err learn_batch(struct ctx *c, struct pg_conn *k, const size_t *batch, size_t count,
		       struct pg_types *types)
{
	bool known[BATCH];

	if (!PQenterPipelineMode(k->pg))
		return pg_fail(c, k, NULL, "pipeline");
	for (size_t i = 0; i < count; i++)
		TRY(ask(c, k, &query_texts[batch[i]], types[batch[i]].of));
	for (size_t i = 0; i < count; i++)
		known[i] = take_types(k, &query_texts[batch[i]], &types[batch[i]]);
	if (!PQexitPipelineMode(k->pg))
		return pg_fail(c, k, NULL, "pipeline");
	for (size_t i = 0; i < count; i++)
		if (!known[i])
			TRY(learn_types(c, k, &query_texts[batch[i]], &types[batch[i]]));
	return OK;
}

err pg_check_queries(struct ctx *c, struct store *s, struct pg_conn *k, struct pg_types *types)
{
	size_t batch[BATCH], count = 0;

	for (size_t q = 0; q < query_text_count; q++) {
		if (strcmp(query_texts[q].set, s->set) != 0)
			continue;
		if (query_texts[q].param_count > PARAMS_MAX)
			FAIL(c, ERR_STORE, "查询 %s 的参数过多", query_texts[q].name);
		batch[count++] = q;
		if (count < BATCH)
			continue;
		TRY(learn_batch(c, k, batch, count, types));
		count = 0;
	}
	return learn_batch(c, k, batch, count, types);
}
