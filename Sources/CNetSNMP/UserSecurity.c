#define _GNU_SOURCE
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <pthread.h>
#include <string.h>

#include "UserSecurity.h"

_Static_assert(TRAPLINE_USM_MD5 == NETSNMP_USMAUTH_HMACMD5 && TRAPLINE_USM_SHA1 == NETSNMP_USMAUTH_HMACSHA1
                   && TRAPLINE_USM_SHA224 == NETSNMP_USMAUTH_HMAC128SHA224
                   && TRAPLINE_USM_SHA256 == NETSNMP_USMAUTH_HMAC192SHA256
                   && TRAPLINE_USM_SHA384 == NETSNMP_USMAUTH_HMAC256SHA384
                   && TRAPLINE_USM_SHA512 == NETSNMP_USMAUTH_HMAC384SHA512,
               "the header's numbers are net-snmp's");
_Static_assert(TRAPLINE_USM_MINIMUM_PASSWORD == USM_LENGTH_P_MIN, "the header's limit is net-snmp's");

/// RFC 3411's longest SnmpEngineID; no caller has a longer one.
static const size_t maximum_engine = 32;

// MARK: - What a thread keeps

// net-snmp looks libcrypto's algorithms up by their names for each message, which takes longer than all the rest. So the
// two that every message needs, HMAC and AES, are taken from libcrypto itself, where net-snmp has them from too, and looked
// up once a thread: a context is nobody else's. A machine may have switched one off; then there is none.

/// Their numbers are net-snmp's, below this.
#define MOST_DIGESTS 8

struct tools {
    EVP_MAC_CTX *codes[MOST_DIGESTS];
    /// For keys of 16, 24 and 32 octets; to decrypt and to encrypt.
    EVP_CIPHER_CTX *ciphers[3][2];
};

static pthread_key_t tools_key;
static pthread_once_t tools_once = PTHREAD_ONCE_INIT;
static bool tools_can_be_kept;

static void free_tools(void *pointer)
{
    struct tools *tools = pointer;
    for (size_t index = 0; index < MOST_DIGESTS; index++)
        EVP_MAC_CTX_free(tools->codes[index]);
    for (size_t size = 0; size < 3; size++)
        for (size_t direction = 0; direction < 2; direction++)
            EVP_CIPHER_CTX_free(tools->ciphers[size][direction]);
    free(tools);
}

static void begin_tools(void)
{
    tools_can_be_kept = pthread_key_create(&tools_key, free_tools) == 0;
}

/// The calling thread's; NULL where there is no memory.
static struct tools *own_tools(void)
{
    if (pthread_once(&tools_once, begin_tools) != 0 || !tools_can_be_kept)
        return NULL;
    struct tools *tools = pthread_getspecific(tools_key);
    if (tools)
        return tools;
    tools = calloc(1, sizeof(*tools));
    if (tools && pthread_setspecific(tools_key, tools) != 0) {
        free(tools);
        tools = NULL;
    }
    return tools;
}

static const char *digest_name(enum trapline_usm_authentication authentication)
{
    switch (authentication) {
    case TRAPLINE_USM_MD5:
        return "MD5";
    case TRAPLINE_USM_SHA1:
        return "SHA1";
    case TRAPLINE_USM_SHA224:
        return "SHA2-224";
    case TRAPLINE_USM_SHA256:
        return "SHA2-256";
    case TRAPLINE_USM_SHA384:
        return "SHA2-384";
    case TRAPLINE_USM_SHA512:
        return "SHA2-512";
    }
    return NULL;
}

/// HMAC with the protocol's digest, to be given a key; NULL where there is none.
static EVP_MAC_CTX *code_context(enum trapline_usm_authentication authentication)
{
    struct tools *tools = own_tools();
    const char *digest = digest_name(authentication);
    if (!tools || !digest || (size_t)authentication >= MOST_DIGESTS)
        return NULL;
    EVP_MAC_CTX **place = &tools->codes[authentication];
    if (*place)
        return *place;
    EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *context = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
    EVP_MAC_free(hmac);
    OSSL_PARAM parameters[] = { OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, (char *)digest, 0),
                                OSSL_PARAM_construct_end() };
    if (context && EVP_MAC_CTX_set_params(context, parameters) != 1) {
        EVP_MAC_CTX_free(context);
        context = NULL;
    }
    *place = context;
    return context;
}

/// AES in CFB mode (RFC 3826 §3.1.1.1), to be given a key and a vector; NULL where there is none.
static EVP_CIPHER_CTX *cipher_context(size_t key_length, bool encrypts)
{
    static const char *const names[] = { "AES-128-CFB", "AES-192-CFB", "AES-256-CFB" };
    struct tools *tools = own_tools();
    size_t size = key_length == 16 ? 0 : key_length == 24 ? 1 : 2;
    if (!tools)
        return NULL;
    EVP_CIPHER_CTX **place = &tools->ciphers[size][encrypts];
    if (*place)
        return *place;
    EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, names[size], NULL);
    EVP_CIPHER_CTX *context = cipher ? EVP_CIPHER_CTX_new() : NULL;
    if (context && EVP_CipherInit_ex2(context, cipher, NULL, NULL, encrypts, NULL) != 1) {
        EVP_CIPHER_CTX_free(context);
        context = NULL;
    }
    EVP_CIPHER_free(cipher);
    *place = context;
    return context;
}

// MARK: - Keys

size_t trapline_usm_master_key(enum trapline_usm_authentication authentication, const uint8_t *password,
                               size_t password_length, uint8_t *key)
{
    size_t oid_length = 0;
    size_t length = TRAPLINE_USM_MAXIMUM_KEY;
    const oid *protocol = sc_get_auth_oid((int)authentication, &oid_length);
    if (!protocol || password_length < TRAPLINE_USM_MINIMUM_PASSWORD)
        return 0;
    return generate_Ku(protocol, (u_int)oid_length, password, password_length, key, &length) == SNMPERR_SUCCESS
        ? length
        : 0;
}

size_t trapline_usm_localise(enum trapline_usm_authentication authentication, const uint8_t *master,
                             size_t master_length, const uint8_t *engine, size_t engine_length, uint8_t *key)
{
    size_t oid_length = 0;
    size_t length = TRAPLINE_USM_MAXIMUM_KEY;
    const oid *protocol = sc_get_auth_oid((int)authentication, &oid_length);
    if (!protocol || engine_length == 0 || engine_length > maximum_engine)
        return 0;
    return generate_kul(protocol, (u_int)oid_length, engine, engine_length, master, master_length, key, &length)
            == SNMPERR_SUCCESS
        ? length
        : 0;
}

size_t trapline_usm_extend(enum trapline_usm_authentication authentication, enum trapline_usm_extension extension,
                           const uint8_t *engine, size_t engine_length, uint8_t *key, size_t length, size_t wanted)
{
    size_t oid_length = 0;
    oid *protocol = sc_get_auth_oid((int)authentication, &oid_length);
    // The cipher's size does not matter here, only how the key is made longer.
    int privacy = extension == TRAPLINE_USM_REEDER ? USM_CREATE_USER_PRIV_AES256_CISCO : USM_CREATE_USER_PRIV_AES256;
    uint8_t name[32];
    if (wanted <= length)
        return wanted;
    if (!protocol || wanted > TRAPLINE_USM_MAXIMUM_KEY || engine_length == 0 || engine_length > maximum_engine)
        return 0;
    memcpy(name, engine, engine_length);
    // Given more room than it needs, net-snmp leaves the key where it is; it may move one that has to grow, which is
    // why it wants memory of malloc's.
    uint8_t *grown = malloc(TRAPLINE_USM_MAXIMUM_KEY);
    size_t grown_length = length;
    size_t result = 0;
    if (!grown)
        return 0;
    memcpy(grown, key, length);
    if (netsnmp_extend_kul((u_int)wanted, protocol, (u_int)oid_length, privacy, name, (u_int)engine_length, &grown,
                           &grown_length, TRAPLINE_USM_MAXIMUM_KEY)
            == SNMPERR_SUCCESS
        && grown && grown_length >= wanted) {
        memcpy(key, grown, wanted);
        result = wanted;
    }
    if (grown) {
        explicit_bzero(grown, grown_length < TRAPLINE_USM_MAXIMUM_KEY ? grown_length : TRAPLINE_USM_MAXIMUM_KEY);
        free(grown);
    }
    return result;
}

// MARK: - Authentication codes

bool trapline_usm_code(enum trapline_usm_authentication authentication, const uint8_t *key, size_t key_length,
                       const uint8_t *message, size_t length, size_t hole, size_t hole_length, uint8_t *code)
{
    static const uint8_t nothing[TRAPLINE_USM_MAXIMUM_KEY];
    uint8_t whole[TRAPLINE_USM_MAXIMUM_KEY];
    size_t whole_length = 0;
    if (length > TRAPLINE_USM_MAXIMUM_MESSAGE || hole > length || hole_length > length - hole
        || hole_length > sizeof(nothing) || key_length == 0 || key_length > TRAPLINE_USM_MAXIMUM_KEY)
        return false;
    EVP_MAC_CTX *context = code_context(authentication);
    if (!context)
        return false;
    // The code's own octets count as zero (RFC 3414 §6.3.1).
    size_t rest = hole + hole_length;
    if (EVP_MAC_init(context, key, key_length, NULL) != 1 || EVP_MAC_update(context, message, hole) != 1
        || EVP_MAC_update(context, nothing, hole_length) != 1
        || EVP_MAC_update(context, message + rest, length - rest) != 1
        || EVP_MAC_final(context, whole, &whole_length, sizeof(whole)) != 1 || whole_length < hole_length)
        return false;
    memcpy(code, whole, hole_length);
    return true;
}

bool trapline_usm_code_fits(enum trapline_usm_authentication authentication, const uint8_t *key, size_t key_length,
                            const uint8_t *message, size_t length, size_t hole, size_t hole_length)
{
    uint8_t code[TRAPLINE_USM_MAXIMUM_KEY];
    // net-snmp's own sc_check_keyed_hash compares with memcmp, which ends at the first difference.
    return hole_length > 0 && hole_length <= sizeof(code)
        && trapline_usm_code(authentication, key, key_length, message, length, hole, hole_length, code)
        && CRYPTO_memcmp(code, message + hole, hole_length) == 0;
}

// MARK: - Ciphers

struct cipher {
    const oid *protocol;
    size_t oid_length;
    size_t key_length;
    size_t vector_length;
};

static bool find_cipher(enum trapline_usm_privacy privacy, size_t key_length, struct cipher *cipher)
{
    int type = privacy == TRAPLINE_USM_DES ? USM_CREATE_USER_PRIV_DES
        : privacy == TRAPLINE_USM_AES128   ? USM_CREATE_USER_PRIV_AES
        : privacy == TRAPLINE_USM_AES192   ? USM_CREATE_USER_PRIV_AES192
                                           : USM_CREATE_USER_PRIV_AES256;
    size_t wanted = privacy == TRAPLINE_USM_DES || privacy == TRAPLINE_USM_AES128 ? 16
        : privacy == TRAPLINE_USM_AES192                                          ? 24
                                                                                  : 32;
    cipher->protocol = sc_get_priv_oid(type, &cipher->oid_length);
    cipher->key_length = wanted;
    cipher->vector_length = privacy == TRAPLINE_USM_DES ? 8 : 16;
    return cipher->protocol && key_length >= wanted;
}

/// `false` where libcrypto has no such cipher, or fails.
static bool run_aes(size_t key_length, bool encrypts, const uint8_t *key, const uint8_t *vector, const uint8_t *input,
                    size_t length, uint8_t *output)
{
    EVP_CIPHER_CTX *context = cipher_context(key_length, encrypts);
    int written = 0;
    return context && EVP_CipherInit_ex2(context, NULL, key, vector, encrypts, NULL) == 1
        && EVP_CipherUpdate(context, output, &written, input, (int)length) == 1 && (size_t)written == length;
}

size_t trapline_usm_encrypt(enum trapline_usm_privacy privacy, const uint8_t *key, size_t key_length,
                            const uint8_t *vector, const uint8_t *plaintext, size_t length, uint8_t *output)
{
    struct cipher cipher;
    uint8_t own_key[TRAPLINE_USM_MAXIMUM_KEY];
    uint8_t own_vector[16];
    size_t written = length + 8;
    if (length == 0 || length > TRAPLINE_USM_MAXIMUM_MESSAGE || !find_cipher(privacy, key_length, &cipher))
        return 0;
    if (privacy != TRAPLINE_USM_DES)
        return run_aes(cipher.key_length, true, key, vector, plaintext, length, output) ? length : 0;
    // net-snmp takes neither as constant.
    memcpy(own_key, key, cipher.key_length);
    memcpy(own_vector, vector, cipher.vector_length);
    int result = sc_encrypt(cipher.protocol, cipher.oid_length, own_key, (u_int)cipher.key_length, own_vector,
                            (u_int)cipher.vector_length, plaintext, (u_int)length, output, &written);
    explicit_bzero(own_key, sizeof(own_key));
    return result == SNMPERR_SUCCESS ? written : 0;
}

size_t trapline_usm_decrypt(enum trapline_usm_privacy privacy, const uint8_t *key, size_t key_length,
                            const uint8_t *vector, const uint8_t *ciphertext, size_t length, uint8_t *output)
{
    struct cipher cipher;
    uint8_t own_key[TRAPLINE_USM_MAXIMUM_KEY];
    uint8_t own_vector[16];
    size_t written = length;
    if (length == 0 || length > TRAPLINE_USM_MAXIMUM_MESSAGE || !find_cipher(privacy, key_length, &cipher)
        || (privacy == TRAPLINE_USM_DES && length % 8 != 0))
        return 0;
    if (privacy != TRAPLINE_USM_DES)
        return run_aes(cipher.key_length, false, key, vector, ciphertext, length, output) ? length : 0;
    memcpy(own_key, key, cipher.key_length);
    memcpy(own_vector, vector, cipher.vector_length);
    // It only reads the ciphertext, though it does not say so.
    int result = sc_decrypt(cipher.protocol, cipher.oid_length, own_key, (u_int)cipher.key_length, own_vector,
                            (u_int)cipher.vector_length, (u_char *)ciphertext, (u_int)length, output, &written);
    explicit_bzero(own_key, sizeof(own_key));
    return result == SNMPERR_SUCCESS ? written : 0;
}
