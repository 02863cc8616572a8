/* A release as PDF, drawn once. */
#pragma once

#include "api/api.h"

enum api_text { API_TEXT_POLICY, API_TEXT_AGREEMENT };
/* Writes the PDF as the answer. */
err api_print(struct api_call *k, const struct release *r, enum api_text text);
/* At the end of the server. */
void api_print_forget(void);
