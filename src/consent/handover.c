/* What a person agreed to, on its way to another holder, and there (TJ-2.3.3.c, NT-2.2.3.b, NT-2.2.3.c). */
#include "base/id.h"
#include "consent/consent_store.h"

enum { TEXT_MAX = 64 * 1024 };

static err put_acceptances(struct ctx *c, struct owner o, struct json *j)
{
	struct list l;

	TRY(consent_db_acceptances(c, NULL, o, &l));
	const struct acceptance_row *a = l.rows;
	json_key(j, "acceptances");
	json_open(j, '[');
	for (size_t i = 0; i < l.count; i++) {
		if (a[i].withdrawn_at_ms || !a[i].whole)
			continue;
		json_open(j, '{');
		json_put_text(j, "version", a[i].version);
		json_put_text(j, "release_hash", a[i].release_hash);
		json_put_text(j, "kind", a[i].kind);
		json_put_int(j, "read_at_ms", a[i].read_at_ms);
		json_put_int(j, "at_ms", a[i].at_ms);
		json_close(j, '}');
	}
	json_close(j, ']');
	return OK;
}

static err put_consent(struct ctx *c, const struct consent_row *k, struct json *j)
{
	BUF_SCOPED text = {0};

	buf_init(&text, TEXT_MAX);
	TRY(consent_db_text_get(c, slice_of(k->text_hash), &text));
	json_open(j, '{');
	json_put_text(j, "service", k->service);
	json_put_text(j, "recipient", k->recipient);
	json_put_text(j, "items", k->items);
	json_put_text(j, "text_hash", k->text_hash);
	json_put_slice(j, "text", buf_slice(&text));
	json_put_text(j, "version", k->version);
	json_put_text(j, "terms", k->terms);
	json_put_int(j, "given_at_ms", k->given_at_ms);
	json_put_int(j, "withdrawn_at_ms", k->withdrawn_at_ms);
	json_close(j, '}');
	return OK;
}

err consent_hand_over(struct ctx *c, int64_t subject_id, struct json *j)
{
	struct owner o = {.subject_id = subject_id};
	struct list l;

	TRY(put_acceptances(c, o, j));
	TRY(consent_db_consents(c, NULL, o, false, &l));
	json_key(j, "consents");
	json_open(j, '[');
	for (size_t i = 0; i < l.count; i++)
		TRY(put_consent(c, (const struct consent_row *)l.rows + i, j));
	json_close(j, ']');
	return OK;
}

/* Terms that no release has: the consent stands in the list and opens nothing until it is given anew. */
static const char not_bound[] = "to be asked by the new holder";

static err arrive_consent(struct ctx *c, struct tx *tx, const struct arrival *a,
			  const struct arrived_consent *k)
{
	TRY(consent_db_text_put(c, tx, k->text_hash, slice_of(k->text)));
	return tx_exec(c, tx, Q_CONSENT_ARRIVE,
		       PARAMS(P_INT(a->subject_id), P_INT(id_new(c->now_ms)), P_STR(k->service),
			      P_STR(k->recipient), P_STR(k->items), P_STR(k->text_hash), P_STR(k->version),
			      P_INT(k->given_at_ms), P_INT(k->withdrawn_at_ms),
			      P_STR(a->bound ? k->terms : not_bound)),
		       NULL);
}

err consent_arrive_rows(struct ctx *c, struct tx *tx, void *arrival)
{
	const struct arrival *a = arrival;
	struct owner o = {.subject_id = a->subject_id};

	for (size_t i = 0; a->bound && i < a->acceptance_count; i++) {
		const struct arrived_acceptance *from = &a->acceptances[i];
		struct acceptance_row row = {.id = id_new(c->now_ms),
					     .read_at_ms = from->read_at_ms,
					     .at_ms = from->at_ms,
					     .release_number = release_number(c->release),
					     .version = from->version,
					     .release_hash = from->release_hash,
					     .kind = from->kind};
		if (strcmp(from->release_hash, release_hash(c->release)) == 0)
			TRY(consent_db_acceptance_add(c, tx, o, &row));
	}
	for (size_t i = 0; i < a->consent_count; i++)
		TRY(arrive_consent(c, tx, a, &a->consents[i]));
	return OK;
}
