// The part of libcurl that sends mail, behind one blocking call. curl's own header stays out of Swift: its option calls
// are variadic and it brings in system headers that clash with others.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum trapline_smtp_tls {
    TRAPLINE_SMTP_TLS_NEVER = 0,
    /// STARTTLS where the server offers it.
    TRAPLINE_SMTP_TLS_OPPORTUNISTIC = 1,
    TRAPLINE_SMTP_TLS_REQUIRED = 2,
};

enum trapline_smtp_failure {
    TRAPLINE_SMTP_NO_FAILURE = 0,
    TRAPLINE_SMTP_UNREACHABLE = 1,
    TRAPLINE_SMTP_TIMEOUT = 2,
    TRAPLINE_SMTP_TLS = 3,
    TRAPLINE_SMTP_AUTHENTICATION = 4,
    /// The server answered with an error: the dialogue tells which.
    TRAPLINE_SMTP_ANSWERED = 5,
    TRAPLINE_SMTP_CANCELLED = 6,
    TRAPLINE_SMTP_OTHER = 7,
};

/// All pointers are borrowed for the time of the call. Text is NUL-terminated UTF-8; NULL where an option is not wanted.
struct trapline_smtp_request {
    const char *url;
    int tls;
    /// A PEM file; NULL for the system's authorities.
    const char *authority;
    const char *user;
    const char *password;
    /// In place of a password: XOAUTH2.
    const char *token;
    const char *sender;
    const char *const *recipients;
    size_t recipient_count;
    /// The message with CRLF line ends; NULL to try the connection, TLS and credentials alone.
    const uint8_t *message;
    size_t message_length;
    long connect_timeout_seconds;
    long timeout_seconds;
    /// Asked about once a second; anything but 0 ends the transfer.
    int (*is_cancelled)(void *context);
    void *context;
};

struct trapline_smtp_result {
    int failure;
    /// curl's words for the failure.
    char detail[256];
    /// What was said, a line each: "> " before ours, "< " before the server's. Nothing of the credentials is in it. The
    /// caller's, to be given back by `trapline_smtp_free`.
    char *dialogue;
    size_t dialogue_length;
};

/// Blocks until the message is taken, refused, or a time-out has passed.
void trapline_smtp_perform(const struct trapline_smtp_request *request, struct trapline_smtp_result *result);

void trapline_smtp_free(struct trapline_smtp_result *result);
