#include "crypto/cms.h"
#include <limits.h>
#include <openssl/pem.h>

/* declares its PEM functions only after pem.h */
#include <openssl/cms.h>
#include <openssl/err.h>
#include <openssl/rsa.h>

static void bio_free(BIO **b)
{
	BIO_free_all(*b);
}
static void cms_free(CMS_ContentInfo **m)
{
	CMS_ContentInfo_free(*m);
}
static void x509_free(X509 **x)
{
	X509_free(*x);
}
static void pkey_free(EVP_PKEY **k)
{
	EVP_PKEY_free(*k);
}
static void certs_free(STACK_OF(X509) * *s)
{
	sk_X509_free(*s);
}
#define BIO_SCOPED __attribute__((cleanup(bio_free))) BIO
#define CMS_SCOPED __attribute__((cleanup(cms_free))) CMS_ContentInfo
#define X509_SCOPED __attribute__((cleanup(x509_free))) X509
#define PKEY_SCOPED __attribute__((cleanup(pkey_free))) EVP_PKEY
#define CERTS_SCOPED __attribute__((cleanup(certs_free))) STACK_OF(X509)

enum { RSA_BITS_MIN = 2048, EC_BITS_MIN = 256 };

/* The library's queue of errors is of this thread; nothing of it is for people. */
static err no_good(struct ctx *c, enum err_code code, const char *what)
{
	ERR_clear_error();
	FAIL(c, code, "%s", what);
}

static BIO *reading(struct slice s)
{
	return s.n <= INT_MAX ? BIO_new_mem_buf(s.p, (int)s.n) : NULL;
}

static err certificate_read(struct ctx *c, struct slice pem, X509 **ret)
{
	BIO_SCOPED *in = pem.n && pem.n <= CMS_CERTIFICATE_MAX ? reading(pem) : NULL;
	X509 *x = in ? PEM_read_bio_X509(in, NULL, NULL, NULL) : NULL;

	if (!x)
		return no_good(c, ERR_INVALID, "不是证书：请粘贴接收方的 X.509 证书（PEM 格式）");
	*ret = x;
	return OK;
}

static bool strong(const X509 *x)
{
	const EVP_PKEY *key = X509_get0_pubkey(x);
	int least = key && EVP_PKEY_is_a(key, "RSA") ? RSA_BITS_MIN : EC_BITS_MIN;

	return key && (EVP_PKEY_is_a(key, "RSA") || EVP_PKEY_is_a(key, "EC")) &&
	       EVP_PKEY_get_bits(key) >= least;
}

err cms_certificate(struct ctx *c, struct slice pem, const char **ret_name,
		    uint8_t ret_sha256[static HASH_SIZE])
{
	X509_SCOPED *x = NULL;
	char name[256];
	unsigned size = HASH_SIZE;
	time_t now = (time_t)(c->now_ms / 1000);

	TRY(certificate_read(c, pem, &x));
	/* -1 is not later, 1 is later, 0 a date that cannot be read */
	if (X509_cmp_time(X509_get0_notAfter(x), &now) != 1 ||
	    X509_cmp_time(X509_get0_notBefore(x), &now) != -1)
		return no_good(c, ERR_INVALID, "证书不在有效期内");
	if (!strong(x))
		return no_good(c, ERR_INVALID,
			       "证书的密钥须为不短于 2048 位的 RSA 或者不短于 256 位的椭圆曲线");
	if (!X509_NAME_oneline(X509_get_subject_name(x), name, sizeof name) ||
	    X509_digest(x, EVP_sha256(), ret_sha256, &size) != 1)
		return no_good(c, ERR_INVALID, "证书无法读取");
	*ret_name = arena_copy(c->arena, slice_of(name));
	return OK;
}

static bool add_receiver(CMS_ContentInfo *m, X509 *x)
{
	CMS_RecipientInfo *to = CMS_add1_recipient_cert(m, x, CMS_KEY_PARAM);
	EVP_PKEY_CTX *how = to ? CMS_RecipientInfo_get0_pkey_ctx(to) : NULL;

	if (!to || !EVP_PKEY_is_a(X509_get0_pubkey(x), "RSA"))
		return to != NULL;
	return how && EVP_PKEY_CTX_set_rsa_padding(how, RSA_PKCS1_OAEP_PADDING) > 0 &&
	       EVP_PKEY_CTX_set_rsa_oaep_md(how, EVP_sha256()) > 0;
}

static void take_memory(BIO *from, struct buf *ret)
{
	char *p = NULL;
	long n = BIO_get_mem_data(from, &p);

	if (n > 0)
		buf_add(ret, p, (size_t)n);
}

err cms_seal(struct ctx *c, struct slice certificate, struct slice plain, struct buf *ret_pem)
{
	X509_SCOPED *x = NULL;

	TRY(certificate_read(c, certificate, &x));
	CMS_SCOPED *m = CMS_encrypt(NULL, NULL, EVP_aes_256_gcm(), CMS_BINARY | CMS_PARTIAL);
	BIO_SCOPED *in = reading(plain), *out = BIO_new(BIO_s_mem());
	if (!m || !in || !out || !add_receiver(m, x) || CMS_final(m, in, NULL, CMS_BINARY) != 1 ||
	    PEM_write_bio_CMS(out, m) != 1)
		return no_good(c, ERR_CRYPTO, "无法为接收方加密");
	take_memory(out, ret_pem);
	return OK;
}

static err message_read(struct ctx *c, struct slice pem, const char *what, CMS_ContentInfo **ret)
{
	BIO_SCOPED *in = pem.n ? reading(pem) : NULL;
	CMS_ContentInfo *m = in ? PEM_read_bio_CMS(in, NULL, NULL, NULL) : NULL;

	if (!m)
		return no_good(c, ERR_INVALID, what);
	*ret = m;
	return OK;
}

err cms_open(struct ctx *c, struct slice key, struct slice sealed, struct secret *ret)
{
	BIO_SCOPED *in = key.n && key.n <= CMS_KEY_MAX ? reading(key) : NULL, *out = BIO_new(BIO_s_secmem());
	PKEY_SCOPED *with = in ? PEM_read_bio_PrivateKey(in, NULL, NULL, NULL) : NULL;
	CMS_SCOPED *m = NULL;
	char *p = NULL;

	if (!with || !out)
		return no_good(c, ERR_CRYPTO, "无法读取私钥（PEM 格式）");
	TRY(message_read(c, sealed, "不是加密包（CMS，PEM 格式）", &m));
	if (CMS_decrypt(m, with, NULL, NULL, out, CMS_BINARY) != 1)
		return no_good(c, ERR_CRYPTO, "打不开：密钥不对，或者内容被改动过");
	long n = BIO_get_mem_data(out, &p);
	secret_init(ret, n > 0 ? (size_t)n : 1);
	if (n > 0)
		memcpy(ret->p, p, (size_t)n);
	ret->n = n > 0 ? (size_t)n : 0;
	return OK;
}

/* Only the certificate that is handed in may be the signer's; whoever issued it is the officers' business,
 * who took it from the receiver. */
err cms_signed(struct ctx *c, struct slice certificate, struct slice message, struct buf *ret_text)
{
	BIO_SCOPED *out = BIO_new(BIO_s_mem());
	CERTS_SCOPED *signers = sk_X509_new_null();
	X509_SCOPED *x = NULL;
	CMS_SCOPED *m = NULL;

	TRY(certificate_read(c, certificate, &x));
	TRY(message_read(c, message, "不是签名文件（CMS，PEM 格式）", &m));
	if (!out || !signers || sk_X509_push(signers, x) <= 0 ||
	    CMS_verify(m, signers, NULL, NULL, out, CMS_NOINTERN | CMS_NO_SIGNER_CERT_VERIFY | CMS_BINARY) !=
		    1)
		return no_good(c, ERR_INVALID, "不是接收方证书的有效签名，或者签名不含原文");
	take_memory(out, ret_text);
	return OK;
}
