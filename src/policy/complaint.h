/* Complaints about a city's data: what is wrong at a place, and what to write there instead. Each is written
 * where it is found, once, in English; complaint_words.c has the Chinese of every one, for officers who read
 * it in the console. */
#pragma once

#include "base/buf.h"
#include <stdarg.h>

enum complaint_style {
	COMPLAINT_ENGLISH, /* "file:line: what; what to write", for who keeps the files */
	COMPLAINT_CHINESE, /* the same in Chinese */
	COMPLAINT_PLACES,  /* in Chinese, with the place in the document: "policy.recipients.3.items: …" */
};

/* Adds what fmt says to ret. In fmt: %s, %.*s, %d, %u and %zu. */
void complaint_write(struct buf *ret, enum complaint_style style, const char *fmt, va_list ap);

/* The Chinese of a format or of a word that complaints take in; NULL when it has none. In a format $1 is the
 * first argument as it stands, @1 its Chinese. */
const char *complaint_chinese(const char *english);
