/* Authorities that call us. */
#include "connectors/internal.h"
#include "consent/papers.h"
#include "policy/policy.h"

err connector_caller(struct ctx *c, const char *authority, const struct connector_call *call)
{
	const struct recipient *to = release_recipient(c->release, authority);
	const struct authority *a = c->connectors ? authority_find(c->connectors, authority) : NULL;
	err e = {ERR_LOGIN};

	if (a && to)
		e = http_verify(c, a->public_key, call->method, call->path, call->body, call->digest,
				call->input, call->signature, c->now_ms);
	failure_clear(
		c); /* one answer for all that is wrong, so that it tells nobody who is registered here */
	if (failed(e))
		FAIL(c, ERR_LOGIN, "没有这个单位，或者签名不对");
	TRY(authority_must_be_joined(c, authority));
	return papers_must_stand(c, to);
}
