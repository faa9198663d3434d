// The part of librelp that sends syslog messages, behind blocking calls. Its own header stays out of Swift: it takes
// callbacks with variable arguments, and with them alone it tells what a server has answered.
#pragma once

#include <stddef.h>
#include <stdint.h>

enum trapline_relp_failure {
    TRAPLINE_RELP_NO_FAILURE = 0,
    TRAPLINE_RELP_UNREACHABLE = 1,
    TRAPLINE_RELP_TIMEOUT = 2,
    /// The server answered that it does not take a message or the session.
    TRAPLINE_RELP_REFUSED = 3,
    /// This librelp does not tell of answers in the words that are known here, so that nothing could be confirmed.
    TRAPLINE_RELP_UNUSABLE = 4,
};

struct trapline_relp_error {
    int failure;
    /// What happened, for a person.
    char detail[256];
};

/// A session with a server. All calls but `trapline_relp_abort` are made by one thread at a time.
typedef struct trapline_relp_session trapline_relp_session;

/// Connects to the first address of `host` that takes the connection and agrees on a session; NULL on failure.
/// `timeout_seconds` bounds each later wait for an answer; at most `window` messages are on their way unanswered.
trapline_relp_session *trapline_relp_open(
    const char *host, uint16_t port, int connect_timeout_seconds, int timeout_seconds, int window,
    struct trapline_relp_error *error);

/// Sends messages that lie one behind the other in `octets`. Gives how many were handed over; less than `count` only
/// after a failure, with which the session is of no more use than to be closed. Waits while the window is full.
size_t trapline_relp_send(
    trapline_relp_session *session, const uint8_t *octets, const size_t *lengths, size_t count,
    struct trapline_relp_error *error);

/// How many messages of this session the server has answered with 200, so that it has them: counted from the first,
/// without a gap.
uint64_t trapline_relp_answered(const trapline_relp_session *session);

/// Ends the session: with `politely` it asks the server to, which answers all that is outstanding before that; else at
/// once. Nothing but `trapline_relp_answered`, `_abort` and `_free` may follow.
void trapline_relp_close(trapline_relp_session *session, int politely, struct trapline_relp_error *error);

/// Cuts the connection, so that a call that waits for the server fails; from any thread.
void trapline_relp_abort(trapline_relp_session *session);

/// Gives the memory of a closed session back.
void trapline_relp_free(trapline_relp_session *session);
