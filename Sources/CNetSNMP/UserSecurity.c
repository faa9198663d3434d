#define _GNU_SOURCE
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <openssl/crypto.h>
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
    uint8_t copy[TRAPLINE_USM_MAXIMUM_MESSAGE];
    uint8_t whole[TRAPLINE_USM_MAXIMUM_KEY];
    size_t whole_length = sizeof(whole);
    size_t oid_length = 0;
    const oid *protocol = sc_get_auth_oid((int)authentication, &oid_length);
    if (!protocol || length > sizeof(copy) || hole > length || hole_length > length - hole || key_length == 0
        || key_length > TRAPLINE_USM_MAXIMUM_KEY)
        return false;
    memcpy(copy, message, length);
    memset(copy + hole, 0, hole_length);
    if (sc_generate_keyed_hash(protocol, oid_length, key, (u_int)key_length, copy, (u_int)length, whole, &whole_length)
            != SNMPERR_SUCCESS
        || whole_length < hole_length)
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

size_t trapline_usm_encrypt(enum trapline_usm_privacy privacy, const uint8_t *key, size_t key_length,
                            const uint8_t *vector, const uint8_t *plaintext, size_t length, uint8_t *output)
{
    struct cipher cipher;
    uint8_t own_key[TRAPLINE_USM_MAXIMUM_KEY];
    uint8_t own_vector[16];
    size_t written = length + 8;
    if (length == 0 || length > TRAPLINE_USM_MAXIMUM_MESSAGE || !find_cipher(privacy, key_length, &cipher))
        return 0;
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
    memcpy(own_key, key, cipher.key_length);
    memcpy(own_vector, vector, cipher.vector_length);
    // It only reads the ciphertext, though it does not say so.
    int result = sc_decrypt(cipher.protocol, cipher.oid_length, own_key, (u_int)cipher.key_length, own_vector,
                            (u_int)cipher.vector_length, (u_char *)ciphertext, (u_int)length, output, &written);
    explicit_bzero(own_key, sizeof(own_key));
    return result == SNMPERR_SUCCESS ? written : 0;
}
