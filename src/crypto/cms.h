/* CMS (RFC 5652, AuthEnvelopedData of RFC 5083): packages for one receiver, known by an X.509 certificate,
 * and texts that the receiver signed.
 *
 * It is the one standard that a receiver's own tools open (openssl cms, every Java and HSM library), that
 * takes the certificates authorities issue to organisations, and that signs with the same certificate.
 * Libsodium's sealed box and age know neither certificates nor signatures. AES-256-GCM; RSA keys by OAEP, EC
 * keys by ECDH. All is PEM. */
#pragma once

#include "crypto/crypto.h"

enum { CMS_CERTIFICATE_MAX = 16 * 1024, CMS_KEY_MAX = 16 * 1024 };

/* Reads a certificate: ERR_INVALID when it is none, not in force at now, or its key is too weak. ret_sha256
 * is its fingerprint; ret_name, in c's arena, its subject. */
err cms_certificate(struct ctx *c, struct slice pem, const char **ret_name,
		    uint8_t ret_sha256[static HASH_SIZE]);
/* Encrypts for the holder of the certificate's key. */
err cms_seal(struct ctx *c, struct slice certificate, struct slice plain, struct buf *ret_pem);
/* ERR_CRYPTO when it does not open with this private key (PEM), or was changed. */
err cms_open(struct ctx *c, struct slice key, struct slice sealed, struct secret *ret);
/* The text that the holder of exactly this certificate signed; ERR_INVALID for anything else. */
err cms_signed(struct ctx *c, struct slice certificate, struct slice message, struct buf *ret_text);
