/* Shapes: the small language in which route tables say what bodies and answers look like.
 *
 *	text  int  bool  id  time  any     words for values (id and time are JSON strings)
 *	web|android|ios                    one of these words
 *	[shape]                            an array
 *	{name: shape, more?: shape}        an object; ? marks what may be missing
 *	{*: shape}                         further members of any name
 *
 * A shape is a program text of ours: one that does not parse aborts. */
#pragma once

#include "base/ctx.h"
#include "base/json.h"
#include <jansson.h>

enum shape_kind {
	SHAPE_TEXT,
	SHAPE_INTEGER,
	SHAPE_BOOL,
	SHAPE_ID,
	SHAPE_TIME,
	SHAPE_ANY,
	SHAPE_WORDS,
	SHAPE_ARRAY,
	SHAPE_OBJECT,
};

struct shape {
	enum shape_kind kind;
	const char *words;	      /* of SHAPE_WORDS: "web|android|ios" */
	struct shape *element;	      /* of SHAPE_ARRAY */
	struct shape_member *members; /* of SHAPE_OBJECT, in order */
	size_t member_count;
	struct shape *others; /* of SHAPE_OBJECT: for {*: shape}, or NULL */
};

struct shape_member {
	const char *name;
	bool optional;
	struct shape *shape;
};

struct shape *shape_new(const char *text);
void shape_free(struct shape *s);

/* ERR_INVALID with one field error for each thing that is wrong: unknown members, missing ones, wrong kinds.
 */
err shape_check(struct ctx *c, const struct shape *s, const json_t *value);
/* The JSON Schema of the shape. */
void shape_schema(const struct shape *s, struct json *j);
