/* At start every query is prepared once: its tables, columns and parameters fit the schema, or the server
 * does not start. */
#include "store/postgres.h"

enum { OID_INT8 = 20, OID_INT2 = 21, OID_INT4 = 23 };

static err prepare_unnamed(struct ctx *c, struct pg_conn *k, const struct query_text *text, const Oid *types)
{
	PG_RESULT *result =
		PQprepare(k->pg, "", text->sql[DIALECT_POSTGRESQL], (int)text->param_count, types);

	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		return pg_fail(c, k, result, text->name);
	return OK;
}

/* Of `?1 + 1000` PostgreSQL concludes that ?1 is an INTEGER, too small for a time in ms: every whole number
 * is a BIGINT here. */
static err learn_types(struct ctx *c, struct pg_conn *k, const struct query_text *text, struct pg_types *ret)
{
	TRY(prepare_unnamed(c, k, text, NULL));
	PG_RESULT *result = PQdescribePrepared(k->pg, "");
	if (PQresultStatus(result) != PGRES_COMMAND_OK)
		return pg_fail(c, k, result, text->name);
	if ((size_t)PQnparams(result) != text->param_count)
		FAIL(c, ERR_STORE, "查询 %s 的参数个数与数据库所见不同", text->name);
	for (size_t i = 0; i < text->param_count; i++) {
		Oid type = PQparamtype(result, (int)i);
		ret->of[i] = type == OID_INT2 || type == OID_INT4 ? OID_INT8 : type;
	}
	return prepare_unnamed(c, k, text, ret->of);
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
