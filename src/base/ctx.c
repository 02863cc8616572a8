#include "base/ctx.h"
#include <assert.h>
#include <stdio.h>

err fail(struct ctx *c, enum err_code code, const char *fmt, ...)
{
	va_list ap;

	assert(code != ERR_OK);
	va_start(ap, fmt);
	vsnprintf(c->failure.detail, sizeof c->failure.detail, fmt, ap);
	va_end(ap);
	c->failure.code = code;
	return (err){code};
}

static err add_field(struct ctx *c, const char *field, const char *message, bool declared)
{
	struct failure *f = &c->failure;

	if (f->field_count < FIELD_ERRORS_MAX)
		f->fields[f->field_count++] =
			(struct field_error){arena_copy(c->arena, slice_of(field)),
					     arena_copy(c->arena, slice_of(message)), declared};
	return fail(c, ERR_INVALID, "请检查填写的内容");
}

err fail_field(struct ctx *c, const char *field, const char *message)
{
	return add_field(c, field, message, false);
}

err fail_declared(struct ctx *c, const char *field, const char *message)
{
	return add_field(c, field, message, true);
}

err refuse(struct ctx *c, const char *reason, const char *clause, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(c->failure.detail, sizeof c->failure.detail, fmt, ap);
	va_end(ap);
	c->failure.code = ERR_REFUSED;
	c->failure.reason = reason;
	c->failure.clause = clause;
	return (err){ERR_REFUSED};
}

void refuse_next(struct ctx *c, const char *action, const char *members)
{
	struct failure *f = &c->failure;

	if (f->next_count < NEXT_STEPS_MAX)
		f->next[f->next_count++] =
			(struct next_step){action, members ? arena_copy(c->arena, slice_of(members)) : NULL};
}

void failure_clear(struct ctx *c)
{
	c->failure = (struct failure){0};
}
