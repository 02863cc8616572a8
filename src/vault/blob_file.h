/* Files of sealed blobs: DIR/<2 hex>/<16 hex of the id>.<8 hex of the scope>. A file appears whole or not at
 * all. */
#pragma once

#include "vault/vault.h"

/* ERR_CONFLICT when the file exists. Durable on success. */
err blob_file_write(struct ctx *c, const char *name, const uint8_t *bytes, size_t size);
/* ERR_NOT_FOUND. */
err blob_file_read(struct ctx *c, const char *name, struct secret *ret);
/* No error when it is not there. */
err blob_file_remove(struct ctx *c, const char *name);
/* The name below the directory; the scope does not show in it. */
const char *blob_file_name(struct ctx *c, const char *scope, int64_t blob_id);
