#pragma once

#include <stddef.h>
#include <stdint.h>

#include "UserSecurity.h"

/// How a run of the parser ended.
enum trapline_mib_outcome {
    /// The parser read every file that it was given; the bytes are complete.
    TRAPLINE_MIB_COMPLETE = 0,
    /// The parser crashed or ran out of memory; the bytes end somewhere.
    TRAPLINE_MIB_CRASHED = 1,
    /// The parser took longer than it was given, and was stopped.
    TRAPLINE_MIB_TIMED_OUT = 2,
    /// The parser said more than `TRAPLINE_MIB_MAXIMUM_OUTPUT`, and was stopped.
    TRAPLINE_MIB_OVERSIZED = 3,
    /// The parser could not be started: no memory, processes or descriptors left.
    TRAPLINE_MIB_NOT_STARTED = 4,
};

/// What the parser said: a series of records, as `trapline_mib_parse` describes them.
struct trapline_mib_output {
    /// Owned by this structure; free it with `trapline_mib_release`.
    uint8_t *bytes;
    size_t length;
    enum trapline_mib_outcome outcome;
};

/// The most that a run may say, in bytes. A large vendor's whole set of modules is some 20 MiB.
#define TRAPLINE_MIB_MAXIMUM_OUTPUT ((size_t)256 * 1024 * 1024)

/// Parses MIB modules with net-snmp in a process of their own.
///
/// net-snmp keeps modules in global state that it cannot fully take back, recurses as deeply as a file asks, and was
/// not written for hostile files. A child process makes all of that harmless: its crash, its endless loop and its
/// leaks end with it, nothing of the machine's own SNMP configuration is read, and nothing is written to any file or
/// terminal. Threads may call this at the same time.
///
/// `modules[i]` is the name of the module that `files[i]` holds; each module is given once. The output is a series of
/// records in the machine's byte order. A number is 4 octets; a text is its length (`UINT32_MAX` for "none") and its
/// octets. Records by their first octet:
///
/// - `X`: module name. net-snmp sees no module in the file.
/// - `M`: module name. The module is about to be read (or was, on behalf of another).
/// - `L`: text. One message of the parser's log.
/// - `N`: parent's number among the `N` records or `UINT32_MAX`, sub-identifier, label, list of the modules that define
///   it so, type, access, status, textual convention, display hint, units, augmented row, description; then the lists
///   of enumeration (number, label), ranges (low, high), indexes (implied 0 or 1, label) and objects (label). A list is
///   its count and its items.
/// - `E`: nothing follows.
struct trapline_mib_output trapline_mib_parse(const char *const *files, const char *const *modules, size_t count,
                                              unsigned timeout_seconds);

/// Frees what `trapline_mib_parse` returned.
void trapline_mib_release(struct trapline_mib_output output);

/// net-snmp's numbers for what a node is, as they stand in an `N` record.
enum trapline_mib_type {
    TRAPLINE_MIB_OTHER = 0,
    TRAPLINE_MIB_OBJECT_IDENTIFIER = 1,
    TRAPLINE_MIB_OCTET_STRING = 2,
    TRAPLINE_MIB_INTEGER = 3,
    TRAPLINE_MIB_NETWORK_ADDRESS = 4,
    TRAPLINE_MIB_IP_ADDRESS = 5,
    TRAPLINE_MIB_COUNTER32 = 6,
    TRAPLINE_MIB_GAUGE32 = 7,
    TRAPLINE_MIB_TIME_TICKS = 8,
    TRAPLINE_MIB_OPAQUE = 9,
    TRAPLINE_MIB_NULL = 10,
    TRAPLINE_MIB_COUNTER64 = 11,
    TRAPLINE_MIB_BITS = 12,
    TRAPLINE_MIB_NSAP_ADDRESS = 13,
    TRAPLINE_MIB_UINTEGER32 = 14,
    TRAPLINE_MIB_UNSIGNED32 = 15,
    TRAPLINE_MIB_INTEGER32 = 16,
    TRAPLINE_MIB_TRAP = 20,
    TRAPLINE_MIB_NOTIFICATION = 21,
    TRAPLINE_MIB_OBJECT_GROUP = 22,
    TRAPLINE_MIB_NOTIFICATION_GROUP = 23,
    TRAPLINE_MIB_MODULE_IDENTITY = 24,
    TRAPLINE_MIB_AGENT_CAPABILITIES = 25,
    TRAPLINE_MIB_MODULE_COMPLIANCE = 26,
    TRAPLINE_MIB_OBJECT_IDENTITY = 27,
};
