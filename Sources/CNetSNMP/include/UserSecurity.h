#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// The key functions, authentication codes and ciphers of the User-based Security Model: making keys and DES are
// net-snmp's, authentication codes and AES are libcrypto's. Unlike net-snmp's parser of modules what is used of it touches
// no state but constant tables, so that threads may call all of this at the same time. None of it logs: what net-snmp
// would complain of is refused before.

/// The authentication protocols of RFC 3414 §6 and §7 and of RFC 7860; the numbers are net-snmp's.
enum trapline_usm_authentication {
    TRAPLINE_USM_MD5 = 2,
    TRAPLINE_USM_SHA1 = 3,
    TRAPLINE_USM_SHA224 = 4,
    TRAPLINE_USM_SHA256 = 5,
    TRAPLINE_USM_SHA384 = 6,
    TRAPLINE_USM_SHA512 = 7,
};

/// The privacy protocols of RFC 3414 §8 and RFC 3826, and AES with longer keys. How a longer key is made is told
/// apart by `trapline_usm_extension`.
enum trapline_usm_privacy {
    TRAPLINE_USM_DES = 1,
    TRAPLINE_USM_AES128 = 2,
    TRAPLINE_USM_AES192 = 3,
    TRAPLINE_USM_AES256 = 4,
};

/// How a localised key that is too short for a cipher is made longer.
enum trapline_usm_extension {
    /// draft-blumenthal-aes-usm-04 §3.1.2.1.
    TRAPLINE_USM_BLUMENTHAL = 1,
    /// draft-reeder-snmpv3-usm-3desede-00 §2.1, which Cisco and others use for AES.
    TRAPLINE_USM_REEDER = 2,
};

/// The longest key of all: a SHA-512 hash.
#define TRAPLINE_USM_MAXIMUM_KEY 64
/// The longest authentication code: SHA-512's (RFC 7860 §4.2.1).
#define TRAPLINE_USM_MAXIMUM_CODE 48
/// net-snmp refuses to make a key of a shorter password (RFC 3414 §11.2).
#define TRAPLINE_USM_MINIMUM_PASSWORD 8
/// What is authenticated or encrypted at most: a UDP datagram.
#define TRAPLINE_USM_MAXIMUM_MESSAGE 65507

/// The key that a password stands for (RFC 3414 A.2). It hashes a mebibyte: some 2 ms.
/// `key` has room for `TRAPLINE_USM_MAXIMUM_KEY` octets. Returns how many were written; 0 where it failed.
size_t trapline_usm_master_key(enum trapline_usm_authentication authentication, const uint8_t *password,
                               size_t password_length, uint8_t *key);

/// The key that a master key becomes at one engine (RFC 3414 §2.6). Sizes as above.
size_t trapline_usm_localise(enum trapline_usm_authentication authentication, const uint8_t *master,
                             size_t master_length, const uint8_t *engine, size_t engine_length, uint8_t *key);

/// Makes a localised key of `length` octets longer in its place, to `wanted` octets. Returns how many there are; 0
/// where it failed. Reeder's way hashes a mebibyte.
size_t trapline_usm_extend(enum trapline_usm_authentication authentication, enum trapline_usm_extension extension,
                           const uint8_t *engine, size_t engine_length, uint8_t *key, size_t length, size_t wanted);

/// The authentication code of a message in which the code's own octets, `hole_length` from `hole`, are taken as
/// zeros (RFC 3414 §6.3.1). `code` has room for `hole_length` octets. `false` where it failed.
bool trapline_usm_code(enum trapline_usm_authentication authentication, const uint8_t *key, size_t key_length,
                       const uint8_t *message, size_t length, size_t hole, size_t hole_length, uint8_t *code);

/// Whether the code that stands in a message's hole is the message's. The comparison takes the same time wherever the
/// two differ.
bool trapline_usm_code_fits(enum trapline_usm_authentication authentication, const uint8_t *key, size_t key_length,
                            const uint8_t *message, size_t length, size_t hole, size_t hole_length);

/// Encrypts; `output` has room for `length` octets and 8 more, for DES's padding to whole blocks. Returns how many were
/// written; 0 where it failed. The vector has 8 octets for DES, 16 for AES.
size_t trapline_usm_encrypt(enum trapline_usm_privacy privacy, const uint8_t *key, size_t key_length,
                            const uint8_t *vector, const uint8_t *plaintext, size_t length, uint8_t *output);

/// Decrypts; `output` has room for `length` octets. Returns how many were written, padding included; 0 where it failed.
size_t trapline_usm_decrypt(enum trapline_usm_privacy privacy, const uint8_t *key, size_t key_length,
                            const uint8_t *vector, const uint8_t *ciphertext, size_t length, uint8_t *output);
