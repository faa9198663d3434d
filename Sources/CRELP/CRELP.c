#define _GNU_SOURCE
#include "CRELP.h"

#include <errno.h>
#include <fcntl.h>
#include <librelp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// librelp's functions tell whether a message was sent, never whether it was answered: relpCltSendSyslog returns when
// the kernel has it, relpEngineCltDestruct returns success whatever became of the close, and a server that shuts down
// in the middle of it ("serverclose") calls no error callback either. But each answer is told in a debugging message,
// through a public callback. The words are librelp 1.11's; that they are still these is proved by each session's first
// answer, to its "open": without it the session is refused, so that another librelp can make us fail, never believe.
static const char *const answer_words = "in rsp command handler, txnr %d, code %d, text '%s'\n";
// These two make things better where they are there.
static const char *const send_words = "relpTcpSend: sock %d, lenbuf %zd, send returned %d [errno %d]\n";
static const char *const connect_words = "socket has an error %d\n";

/// RELP's transaction numbers begin at 1 with "open" and are of nine digits at most; a session ends long before that.
static const uint64_t open_transaction = 1;
static const uint64_t last_transaction = 900000000;
/// A message of RELP's response is 80 octets at most.
enum { text_limit = 81 };

struct trapline_relp_session {
    relpEngine_t *engine;
    relpClt_t *client;
    /// Set, it ends librelp's waiting loops at their next turn.
    int stop;
    /// A duplicate of librelp's socket, so that it is ours whenever librelp closes its own; -1 where there is none.
    int descriptor;
    pthread_mutex_t lock;

    int timeout;
    uint64_t window;
    /// The transaction numbers of the next message and of the first one that is not answered.
    uint64_t next, unanswered;
    /// By transaction number modulo `window`: answered, out of turn.
    bool *answered;
    bool is_open;
    bool is_refused;
    char refusal[text_limit + 16];
    int connect_error;
};

/// librelp's debugging callback has no context. Each call into librelp is made with its session here.
static _Thread_local trapline_relp_session *current;

static void note_answer(trapline_relp_session *session, int transaction, int code, const char *text) {
    if (code != 200) {
        session->is_refused = true;
        snprintf(session->refusal, sizeof session->refusal, "%d %.*s", code, text_limit - 1, text);
        return;
    }
    if (transaction == (int)open_transaction) {
        session->is_open = true;
        return;
    }
    uint64_t number = transaction < 0 ? 0 : (uint64_t)transaction;
    if (number < session->unanswered || number >= session->next) return;
    // A server that answers far out of turn: there is no place to note it, so that the message is sent again.
    if (number - session->unanswered >= session->window) return;
    session->answered[number % session->window] = true;
    while (session->unanswered < session->next && session->answered[session->unanswered % session->window]) {
        session->answered[session->unanswered % session->window] = false;
        session->unanswered++;
    }
}

static void note_socket(trapline_relp_session *session, int socket) {
    if (session->descriptor >= 0) return;
    int descriptor = fcntl(socket, F_DUPFD_CLOEXEC, 0);
    if (descriptor < 0) return;
    int on = 1;
    // librelp leaves Nagle's algorithm on; with the peer's delayed acknowledgements a message could wait 40 ms.
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(descriptor, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    fcntl(socket, F_SETFD, FD_CLOEXEC);
    pthread_mutex_lock(&session->lock);
    session->descriptor = descriptor;
    pthread_mutex_unlock(&session->lock);
}

static void hear(char *format, ...) {
    trapline_relp_session *session = current;
    if (session == NULL) return;
    va_list arguments;
    va_start(arguments, format);
    if (strcmp(format, answer_words) == 0) {
        int transaction = va_arg(arguments, int);
        int code = va_arg(arguments, int);
        note_answer(session, transaction, code, va_arg(arguments, const char *));
    } else if (session->descriptor < 0 && strcmp(format, send_words) == 0) {
        note_socket(session, va_arg(arguments, int));
    } else if (strcmp(format, connect_words) == 0) {
        session->connect_error = va_arg(arguments, int);
    }
    va_end(arguments);
}

/// librelp writes without MSG_NOSIGNAL. While it runs, a SIGPIPE of this thread stays pending, and is taken away then.
struct quiet {
    sigset_t pipe, before;
    bool was_pending;
};

static void enter(trapline_relp_session *session, struct quiet *quiet) {
    sigset_t pending;
    sigemptyset(&quiet->pipe);
    sigaddset(&quiet->pipe, SIGPIPE);
    sigpending(&pending);
    quiet->was_pending = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &quiet->pipe, &quiet->before);
    current = session;
}

static void leave(struct quiet *quiet) {
    int error = errno;
    current = NULL;
    if (!quiet->was_pending) {
        const struct timespec at_once = {0, 0};
        while (sigtimedwait(&quiet->pipe, NULL, &at_once) == -1 && errno == EINTR) {}
    }
    pthread_sigmask(SIG_SETMASK, &quiet->before, NULL);
    errno = error;
}

static void tell(struct trapline_relp_error *error, int failure, const char *detail) {
    error->failure = failure;
    snprintf(error->detail, sizeof error->detail, "%s", detail);
}

static void explain(struct trapline_relp_error *error, const trapline_relp_session *session, relpRetVal result) {
    char detail[sizeof error->detail];
    if (session->is_refused) {
        snprintf(detail, sizeof detail, "the server answered %s", session->refusal);
        tell(error, TRAPLINE_RELP_REFUSED, detail);
        return;
    }
    switch (result) {
    case RELP_RET_TIMED_OUT:
        tell(error, TRAPLINE_RELP_TIMEOUT, "no answer in time");
        return;
    case RELP_RET_SESSION_BROKEN:
    case RELP_RET_SESSION_CLOSED:
    case RELP_RET_IO_ERR:
        tell(error, TRAPLINE_RELP_UNREACHABLE, "the peer closed the connection");
        return;
    case RELP_RET_RQD_FEAT_MISSING:
    case RELP_RET_CMD_DISABLED:
        tell(error, TRAPLINE_RELP_REFUSED, "the server takes no syslog messages");
        return;
    case RELP_RET_OUT_OF_MEMORY:
        tell(error, TRAPLINE_RELP_UNREACHABLE, "out of memory");
        return;
    default:
        snprintf(detail, sizeof detail, "the peer does not speak RELP (librelp's error %d)", (int)result);
        tell(error, TRAPLINE_RELP_UNREACHABLE, detail);
    }
}

static trapline_relp_session *create(int connect_timeout, int timeout, int window) {
    trapline_relp_session *session = calloc(1, sizeof *session);
    if (session == NULL) return NULL;
    session->descriptor = -1;
    session->timeout = timeout;
    session->window = (uint64_t)window;
    session->next = session->unanswered = open_transaction + 1;
    pthread_mutex_init(&session->lock, NULL);
    session->answered = calloc((size_t)window, sizeof *session->answered);
    bool is_made = session->answered != NULL && relpEngineConstruct(&session->engine) == RELP_RET_OK
        && relpEngineSetDbgprint(session->engine, hear) == RELP_RET_OK
        && relpEngineSetEnableCmd(session->engine, (unsigned char *)"syslog", eRelpCmdState_Required) == RELP_RET_OK
        && relpEngineCltConstruct(session->engine, &session->client) == RELP_RET_OK
        && relpCltSetConnTimeout(session->client, connect_timeout) == RELP_RET_OK
        && relpCltSetTimeout(session->client, (unsigned)timeout) == RELP_RET_OK
        && relpCltSetWindowSize(session->client, window) == RELP_RET_OK;
    if (is_made) {
        relpEngineSetShutdownImmdtPtr(session->engine, &session->stop);
        return session;
    }
    trapline_relp_free(session);
    return NULL;
}

/// The session to one address; NULL on failure.
static trapline_relp_session *open_one(
    const struct addrinfo *address, int connect_timeout, int timeout, int window, struct trapline_relp_error *error) {
    char host[NI_MAXHOST], service[NI_MAXSERV];
    int unnamed = getnameinfo(
        address->ai_addr, address->ai_addrlen, host, sizeof host, service, sizeof service,
        NI_NUMERICHOST | NI_NUMERICSERV);
    trapline_relp_session *session = unnamed ? NULL : create(connect_timeout, timeout, window);
    if (session == NULL) {
        tell(error, TRAPLINE_RELP_UNREACHABLE, unnamed ? gai_strerror(unnamed) : "out of memory");
        return NULL;
    }
    struct quiet quiet;
    enter(session, &quiet);
    errno = 0;
    relpRetVal result =
        relpCltConnect(session->client, address->ai_family, (unsigned char *)service, (unsigned char *)host);
    int number = session->connect_error ? session->connect_error : errno;
    leave(&quiet);
    if (result == RELP_RET_OK && session->is_open) return session;
    if (result == RELP_RET_OK) {
        tell(error, TRAPLINE_RELP_UNUSABLE, "the installed librelp does not tell what the server answers");
    } else if (result == RELP_RET_IO_ERR && session->descriptor < 0 && number != 0 && number != EINPROGRESS) {
        tell(error, number == ETIMEDOUT ? TRAPLINE_RELP_TIMEOUT : TRAPLINE_RELP_UNREACHABLE, strerror(number));
    } else {
        explain(error, session, result);
    }
    struct trapline_relp_error ignored;
    trapline_relp_close(session, 0, &ignored);
    trapline_relp_free(session);
    return NULL;
}

trapline_relp_session *trapline_relp_open(
    const char *host, uint16_t port, int connect_timeout_seconds, int timeout_seconds, int window,
    struct trapline_relp_error *error) {
    memset(error, 0, sizeof *error);
    char service[8];
    snprintf(service, sizeof service, "%u", (unsigned)port);
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *addresses = NULL;
    int unknown = getaddrinfo(host, service, &hints, &addresses);
    if (unknown != 0) {
        tell(error, TRAPLINE_RELP_UNREACHABLE, gai_strerror(unknown));
        return NULL;
    }
    // librelp itself would try the first address alone.
    trapline_relp_session *session = NULL;
    for (struct addrinfo *address = addresses; address != NULL && session == NULL; address = address->ai_next) {
        session = open_one(address, connect_timeout_seconds, timeout_seconds, window, error);
    }
    freeaddrinfo(addresses);
    return session;
}

size_t trapline_relp_send(
    trapline_relp_session *session, const uint8_t *octets, const size_t *lengths, size_t count,
    struct trapline_relp_error *error) {
    memset(error, 0, sizeof *error);
    struct quiet quiet;
    enter(session, &quiet);
    size_t sent = 0;
    relpRetVal result = session->client == NULL ? RELP_RET_SESSION_CLOSED : RELP_RET_OK;
    while (sent < count && result == RELP_RET_OK && !session->is_refused) {
        // Held together in the socket as long as nothing in it is waited for: with the window full librelp would wait
        // for answers to what has not left yet.
        uint64_t flying = session->next - session->unanswered;
        uint64_t room = flying < session->window ? session->window - flying : 0;
        size_t burst = room <= 1 ? 1 : room < count - sent ? (size_t)room : count - sent;
        bool is_held = burst > 1;
        if (is_held) relpCltHintBurstBegin(session->client);
        for (size_t end = sent + burst; sent < end && result == RELP_RET_OK && !session->is_refused;) {
            if (session->next > last_transaction) {
                result = RELP_RET_SESSION_CLOSED;
                break;
            }
            result = relpCltSendSyslog(session->client, (unsigned char *)octets, lengths[sent]);
            if (result != RELP_RET_OK) break;
            octets += lengths[sent];
            session->next++;
            sent++;
        }
        if (is_held) relpCltHintBurstEnd(session->client);
    }
    leave(&quiet);
    if (sent < count) explain(error, session, result);
    return sent;
}

uint64_t trapline_relp_answered(const trapline_relp_session *session) {
    return session->unanswered - (open_transaction + 1);
}

void trapline_relp_close(trapline_relp_session *session, int politely, struct trapline_relp_error *error) {
    memset(error, 0, sizeof *error);
    struct timespec before, after;
    clock_gettime(CLOCK_MONOTONIC, &before);
    if (session->client != NULL) {
        if (!politely) {
            session->stop = 1;
            trapline_relp_abort(session);
        }
        struct quiet quiet;
        enter(session, &quiet);
        relpEngineCltDestruct(session->engine, &session->client);
        leave(&quiet);
        session->client = NULL;
    }
    pthread_mutex_lock(&session->lock);
    if (session->descriptor >= 0) close(session->descriptor);
    session->descriptor = -1;
    pthread_mutex_unlock(&session->lock);
    if (session->unanswered == session->next) return;
    // librelp does not say why it gave up.
    clock_gettime(CLOCK_MONOTONIC, &after);
    bool is_late = after.tv_sec - before.tv_sec >= session->timeout;
    explain(error, session, is_late ? RELP_RET_TIMED_OUT : RELP_RET_SESSION_BROKEN);
}

void trapline_relp_abort(trapline_relp_session *session) {
    pthread_mutex_lock(&session->lock);
    if (session->descriptor >= 0) shutdown(session->descriptor, SHUT_RDWR);
    pthread_mutex_unlock(&session->lock);
}

void trapline_relp_free(trapline_relp_session *session) {
    if (session->client != NULL) relpEngineCltDestruct(session->engine, &session->client);
    if (session->engine != NULL) relpEngineDestruct(&session->engine);
    pthread_mutex_destroy(&session->lock);
    free(session->answered);
    free(session);
}
