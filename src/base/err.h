/* The error type of every function that can fail.
 *
 * It is a struct of its own so that ignoring it, or mixing it with an int or a bool, does not compile. The
 * text for people goes into the request's context (see ctx.h), never into a global. */
#pragma once

#include <stdbool.h>

enum err_code {
	ERR_OK,
	ERR_INVALID,   /* the input is wrong; ctx->failure.fields says where */
	ERR_LOGIN,     /* nobody is logged in, or the credentials do not fit */
	ERR_REFUSED,   /* the policy refuses; failure.reason, .clause and .next say why and what to do */
	ERR_NOT_YOURS, /* the object is another person's, or another department's */
	ERR_NOT_FOUND,
	ERR_CONFLICT, /* the state does not allow it (name taken, already done) */
	ERR_GONE,     /* existed and was ended */
	ERR_TOO_LARGE,
	ERR_MISMATCH,	/* an idempotency key was used with another body */
	ERR_LOCKED,	/* the account or object is locked for a time */
	ERR_LIMIT,	/* too many requests; failure.retry_after_s */
	ERR_AUTHORITY,	/* an authority is down or answers nonsense */
	ERR_OVERLOADED, /* a queue is full; failure.retry_after_s */
	ERR_STALE,	/* the person's facts changed since the decision: decide again */
	ERR_STORE,	/* the store refused or failed */
	ERR_CRYPTO,	/* a seal does not open, or a key is gone */
	ERR_INTERNAL,
};

typedef struct [[nodiscard]] {
	enum err_code code;
} err;

#define OK ((err){ERR_OK})

/* Passes an error on to the caller. */
#define TRY(call)                                                                                            \
	do {                                                                                                 \
		err try_err_ = (call);                                                                       \
		if (try_err_.code != ERR_OK)                                                                 \
			return try_err_;                                                                     \
	} while (0)

static inline bool failed(err e)
{
	return e.code != ERR_OK;
}
