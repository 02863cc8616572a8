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

err pg_check_queries(struct ctx *c, struct store *s, struct pg_conn *k, struct pg_types *types)
{
	for (size_t q = 0; q < query_text_count; q++) {
		const struct query_text *text = &query_texts[q];
		if (strcmp(text->set, s->set) != 0)
			continue;
		if (text->param_count > PARAMS_MAX)
			FAIL(c, ERR_STORE, "查询 %s 的参数过多", text->name);
		TRY(learn_types(c, k, text, &types[q]));
	}
	return OK;
}
