#include "CCurl.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/// A dialogue names each recipient once; past this it is not recorded further (a server that talks without end).
static const size_t dialogue_limit = 1024 * 1024;

struct transfer {
    const struct trapline_smtp_request *request;
    struct trapline_smtp_result *result;
    size_t sent;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void initialise(void) { curl_global_init(CURL_GLOBAL_DEFAULT); }

static size_t read_message(char *buffer, size_t size, size_t count, void *context) {
    struct transfer *transfer = context;
    size_t left = transfer->request->message_length - transfer->sent;
    size_t length = left < size * count ? left : size * count;
    memcpy(buffer, transfer->request->message + transfer->sent, length);
    transfer->sent += length;
    return length;
}

static size_t drop(char *buffer, size_t size, size_t count, void *context) {
    (void)buffer;
    (void)context;
    return size * count;
}

static int progress(void *context, curl_off_t a, curl_off_t b, curl_off_t c, curl_off_t d) {
    (void)a; (void)b; (void)c; (void)d;
    const struct trapline_smtp_request *request = ((struct transfer *)context)->request;
    return request->is_cancelled != NULL && request->is_cancelled(request->context);
}

static void record(struct trapline_smtp_result *result, const char *prefix, const char *text, size_t length) {
    while (length > 0 && (text[length - 1] == '\r' || text[length - 1] == '\n')) length--;
    size_t prefix_length = strlen(prefix);
    size_t needed = result->dialogue_length + prefix_length + length + 1;
    if (needed > dialogue_limit) return;
    char *grown = realloc(result->dialogue, needed);
    if (grown == NULL) return;
    memcpy(grown + result->dialogue_length, prefix, prefix_length);
    memcpy(grown + result->dialogue_length + prefix_length, text, length);
    grown[needed - 1] = '\n';
    result->dialogue = grown;
    result->dialogue_length = needed;
}

/// Whether a line of ours may be shown whole. AUTH and the lines that answer its challenges hold credentials.
static bool is_public(const char *text, size_t length) {
    static const char *const verbs[] = {"EHLO", "HELO", "STARTTLS", "MAIL", "RCPT", "DATA", "NOOP", "QUIT", "RSET"};
    for (size_t index = 0; index < sizeof verbs / sizeof *verbs; index++) {
        size_t verb = strlen(verbs[index]);
        if (length >= verb && strncasecmp(text, verbs[index], verb) == 0
            && (length == verb || text[verb] == ' ' || text[verb] == '\r')) {
            return true;
        }
    }
    return false;
}

static int debug(CURL *curl, curl_infotype type, char *text, size_t length, void *context) {
    (void)curl;
    struct transfer *transfer = context;
    if (type == CURLINFO_HEADER_IN) {
        record(transfer->result, "< ", text, length);
    } else if (type == CURLINFO_HEADER_OUT) {
        if (is_public(text, length)) {
            record(transfer->result, "> ", text, length);
        } else {
            record(transfer->result, "> ", "AUTH", 4);
        }
    }
    return 0;
}

static int failure(CURLcode code) {
    switch (code) {
    case CURLE_OK:
        return TRAPLINE_SMTP_NO_FAILURE;
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_CONNECT:
    case CURLE_GOT_NOTHING:
    case CURLE_RECV_ERROR:
        return TRAPLINE_SMTP_UNREACHABLE;
    case CURLE_OPERATION_TIMEDOUT:
        return TRAPLINE_SMTP_TIMEOUT;
    case CURLE_USE_SSL_FAILED:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_SSL_CERTPROBLEM:
    case CURLE_SSL_CIPHER:
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_ENGINE_INITFAILED:
        return TRAPLINE_SMTP_TLS;
    case CURLE_LOGIN_DENIED:
    case CURLE_AUTH_ERROR:
        return TRAPLINE_SMTP_AUTHENTICATION;
    case CURLE_SEND_ERROR:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_REMOTE_ACCESS_DENIED:
    case CURLE_QUOTE_ERROR:
        return TRAPLINE_SMTP_ANSWERED;
    case CURLE_ABORTED_BY_CALLBACK:
        return TRAPLINE_SMTP_CANCELLED;
    default:
        return TRAPLINE_SMTP_OTHER;
    }
}

static void set_up(CURL *curl, struct transfer *transfer, struct curl_slist *recipients) {
    const struct trapline_smtp_request *request = transfer->request;
    curl_easy_setopt(curl, CURLOPT_URL, request->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    // A signal for time-outs would hit whichever thread runs.
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, request->connect_timeout_seconds);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, request->timeout_seconds);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, transfer->result->detail);
    curl_easy_setopt(curl, CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(curl, CURLOPT_DEBUGFUNCTION, debug);
    curl_easy_setopt(curl, CURLOPT_DEBUGDATA, transfer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, transfer);
    curl_easy_setopt(
        curl, CURLOPT_USE_SSL,
        (long)(request->tls == TRAPLINE_SMTP_TLS_REQUIRED        ? CURLUSESSL_ALL
               : request->tls == TRAPLINE_SMTP_TLS_OPPORTUNISTIC ? CURLUSESSL_TRY
                                                                 : CURLUSESSL_NONE));
    if (request->authority != NULL) {
        curl_easy_setopt(curl, CURLOPT_CAINFO, request->authority);
        curl_easy_setopt(curl, CURLOPT_CAPATH, NULL);
    }
    if (request->user != NULL) curl_easy_setopt(curl, CURLOPT_USERNAME, request->user);
    if (request->password != NULL) curl_easy_setopt(curl, CURLOPT_PASSWORD, request->password);
    if (request->token != NULL) {
        curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, request->token);
        curl_easy_setopt(curl, CURLOPT_LOGIN_OPTIONS, "AUTH=XOAUTH2");
    }
    if (request->message == NULL) {
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "NOOP");
        return;
    }
    curl_easy_setopt(curl, CURLOPT_MAIL_FROM, request->sender);
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT, recipients);
    // One wrong recipient does not keep the mail from the others.
    curl_easy_setopt(curl, CURLOPT_MAIL_RCPT_ALLLOWFAILS, 1L);
    curl_easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, (curl_off_t)request->message_length);
    curl_easy_setopt(curl, CURLOPT_READFUNCTION, read_message);
    curl_easy_setopt(curl, CURLOPT_READDATA, transfer);
}

void trapline_smtp_perform(const struct trapline_smtp_request *request, struct trapline_smtp_result *result) {
    memset(result, 0, sizeof *result);
    result->failure = TRAPLINE_SMTP_OTHER;
    pthread_once(&once, initialise);
    struct transfer transfer = {.request = request, .result = result, .sent = 0};
    struct curl_slist *recipients = NULL;
    CURL *curl = curl_easy_init();
    bool complete = curl != NULL;
    for (size_t index = 0; complete && index < request->recipient_count; index++) {
        struct curl_slist *grown = curl_slist_append(recipients, request->recipients[index]);
        if (grown == NULL) complete = false;
        else recipients = grown;
    }
    if (complete) {
        set_up(curl, &transfer, recipients);
        CURLcode code = curl_easy_perform(curl);
        result->failure = failure(code);
        if (code != CURLE_OK && result->detail[0] == '\0') {
            strncpy(result->detail, curl_easy_strerror(code), sizeof result->detail - 1);
        }
    }
    curl_slist_free_all(recipients);
    curl_easy_cleanup(curl);
    // The handle is gone, so nothing writes there any more.
    result->detail[sizeof result->detail - 1] = '\0';
}

void trapline_smtp_free(struct trapline_smtp_result *result) {
    free(result->dialogue);
    result->dialogue = NULL;
    result->dialogue_length = 0;
}
