/* Counts what was refused for want of a right, by kind. */
#pragma once

#include "api/server.h"

void attempt_count(struct api_call *k, err e);
/* Brings what was counted here into the store. */
err attempts_flush(struct api *api, struct ctx *c);
