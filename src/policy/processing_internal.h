/* Between the files that list what a release does. */
#pragma once

#include "policy/model.h"
#include "policy/processing.h"

/* Why the law demands an assessment: PIPL 55 (1) to (5). */
#define LAW_SENSITIVE "处理敏感个人信息"
#define LAW_AUTOMATED "利用个人信息进行自动化决策"
#define LAW_PROVIDED "委托处理、向他人提供或者公开个人信息"
#define LAW_ABROAD "向境外提供个人信息"
#define LAW_WEIGHTY "对个人权益有重大影响的其他处理"

struct processing_set {
	struct arena *arena;
	const struct release *release;
	struct processing_list list;
	size_t room;
};

/* Adds one; the key is made of kind and what format says. */
__attribute__((format(printf, 6, 7))) void processing_put(struct processing_set *s, enum processing_kind kind,
							  const char *law, const char *where,
							  const char *what, const char *format, ...);
/* Those that settings of the city switch on. */
void processing_of_settings(struct processing_set *s);
