/* A release as PDF, drawn once. */
#pragma once

#include "api/api.h"

/* Writes the PDF as the answer. */
err api_print(struct api_call *k, const struct release *r);
/* At the end of the server. */
void api_print_forget(void);
