#define _GNU_SOURCE
#include <net-snmp/net-snmp-config.h>
#include <net-snmp/net-snmp-includes.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "CNetSNMP.h"

_Static_assert(TRAPLINE_MIB_OPAQUE == TYPE_OPAQUE && TRAPLINE_MIB_BITS == TYPE_BITSTRING
                   && TRAPLINE_MIB_INTEGER32 == TYPE_INTEGER32 && TRAPLINE_MIB_NOTIFICATION == TYPE_NOTIFTYPE
                   && TRAPLINE_MIB_OBJECT_IDENTITY == TYPE_OBJIDENTITY,
               "the header's numbers are net-snmp's");

// MARK: - The child: parse and say

/// The descriptor that the child writes its records to.
static const int output_descriptor = 3;

/// The parser and its clean-up recurse once for each level of the tree, and a file of 8 MiB can nest 250,000 levels of
/// some 300 bytes each. Only the pages that are touched cost memory.
static const size_t parser_stack_size = (size_t)512 * 1024 * 1024;

/// What the child may take beside its stack: some hundred times what a thousand modules need. A file that makes the
/// parser ask for more ends the child and not the machine.
static const rlim_t parser_memory_limit = (rlim_t)2 * 1024 * 1024 * 1024;

/// Records gathered before a write; a pipe takes 64 KiB at a time.
static uint8_t pending[64 * 1024];
static size_t pending_count;

static void flush_pending(void)
{
    size_t written = 0;
    while (written < pending_count) {
        ssize_t count = write(output_descriptor, pending + written, pending_count - written);
        if (count < 0 && errno != EINTR)
            _exit(2); // The parent has gone, or has heard enough.
        if (count > 0)
            written += (size_t)count;
    }
    pending_count = 0;
}

static void put_bytes(const void *bytes, size_t count)
{
    const uint8_t *from = bytes;
    while (count > 0) {
        size_t part = sizeof(pending) - pending_count;
        if (part > count)
            part = count;
        memcpy(pending + pending_count, from, part);
        pending_count += part;
        from += part;
        count -= part;
        if (pending_count == sizeof(pending))
            flush_pending();
    }
}

static void put_number(uint32_t number)
{
    put_bytes(&number, sizeof(number));
}

static void put_kind(char kind)
{
    put_bytes(&kind, 1);
}

static void put_text(const char *text)
{
    size_t length = text ? strlen(text) : 0;
    put_number(text ? (uint32_t)length : UINT32_MAX);
    put_bytes(text, length);
}

static int put_log_message(int major, int minor, void *message, void *context)
{
    (void)major, (void)minor, (void)context;
    put_kind('L');
    put_text(((struct snmp_log_message *)message)->msg);
    return 0;
}

static void put_node(const struct tree *node, uint32_t parent)
{
    char module[256];
    uint32_t count = 0;
    put_kind('N');
    put_number(parent);
    put_number((uint32_t)node->subid);
    put_text(node->label);
    put_number((uint32_t)node->number_modules);
    for (int i = 0; i < node->number_modules; i++)
        put_text(module_name(node->module_list[i], module));
    put_number((uint32_t)node->type);
    put_number((uint32_t)node->access);
    put_number((uint32_t)node->status);
    put_text(node->tc_index < 0 ? NULL : get_tc_descriptor(node->tc_index));
    put_text(node->hint);
    put_text(node->units);
    put_text(node->augments);
    put_text(node->description);

    for (const struct enum_list *item = node->enums; item; item = item->next)
        count++;
    put_number(count);
    for (const struct enum_list *item = node->enums; item; item = item->next) {
        put_number((uint32_t)item->value);
        put_text(item->label);
    }
    count = 0;
    for (const struct range_list *item = node->ranges; item; item = item->next)
        count++;
    put_number(count);
    for (const struct range_list *item = node->ranges; item; item = item->next) {
        put_number((uint32_t)item->low);
        put_number((uint32_t)item->high);
    }
    count = 0;
    for (const struct index_list *item = node->indexes; item; item = item->next)
        count++;
    put_number(count);
    for (const struct index_list *item = node->indexes; item; item = item->next) {
        put_number(item->isimplied != 0);
        put_text(item->ilabel);
    }
    count = 0;
    for (const struct varbind_list *item = node->varbinds; item; item = item->next)
        count++;
    put_number(count);
    for (const struct varbind_list *item = node->varbinds; item; item = item->next)
        put_text(item->vblabel);
}

/// Writes a list of siblings and all below them, each parent before its children, siblings in net-snmp's order.
static void put_subtrees(const struct tree *node, uint32_t parent, uint32_t *number)
{
    for (; node; node = node->next_peer) {
        uint32_t own = (*number)++;
        put_node(node, parent);
        put_subtrees(node->child_list, own, number);
    }
}

struct parser_input {
    const char *const *files;
    const char *const *modules;
    size_t count;
};

static void *parse_and_say(void *context)
{
    const struct parser_input *input = context;
    uint32_t number = 0;

    // No init_snmp: it would read the machine's snmp.conf, ~/.snmp and MIBDIRS, which are not ours to obey.
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_MIB_ERRORS, 1);
    netsnmp_ds_set_int(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_MIB_WARNINGS, 2);
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_SAVE_MIB_DESCRS, 1);
    // Vendors write underscores in names, which RFC 2578 §3.1 forbids.
    netsnmp_ds_set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_MIB_PARSE_LABEL, 1);
    netsnmp_set_mib_directory("");
    snmp_disable_stderrlog();
    snmp_register_callback(SNMP_CALLBACK_LIBRARY, SNMP_CALLBACK_LOGGING, put_log_message, NULL);
    snmp_enable_calllog();

    netsnmp_init_mib_internals();
    for (size_t i = 0; i < input->count; i++) {
        if (add_mibfile(input->files[i], input->modules[i]) == 0)
            continue;
        put_kind('X');
        put_text(input->modules[i]);
    }
    for (size_t i = 0; i < input->count; i++) {
        put_kind('M');
        put_text(input->modules[i]);
        flush_pending(); // So that the parent knows, should this module be the parser's end.
        netsnmp_read_module(input->modules[i]);
    }
    adopt_orphans();
    put_subtrees(get_tree_head(), UINT32_MAX, &number);
    put_kind('E');
    flush_pending();
    return NULL;
}

/// Leaves the parent's signals, descriptors and terminal behind; never returns.
static void run_child(int output, const struct parser_input *input, unsigned timeout_seconds)
{
    struct rlimit none = {0, 0};
    struct rlimit seconds = {timeout_seconds, timeout_seconds};
    struct rlimit memory = {parser_stack_size + parser_memory_limit, parser_stack_size + parser_memory_limit};
    sigset_t empty;

    // A crash is an outcome that the parent reports: no handler, no core.
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    sigemptyset(&empty);
    sigprocmask(SIG_SETMASK, &empty, NULL);
    setrlimit(RLIMIT_CORE, &none);
    setrlimit(RLIMIT_CPU, &seconds);
    setrlimit(RLIMIT_DATA, &memory);
    prctl(PR_SET_PDEATHSIG, SIGKILL);

    // The parent's sockets and its lock on the data folder must not outlive it in here.
    if (dup2(output, output_descriptor) < 0)
        _exit(2);
    int null = open("/dev/null", O_RDWR);
    if (null < 0)
        _exit(2);
    for (int standard = 0; standard < 3; standard++)
        dup2(null, standard);
    close_range(output_descriptor + 1, ~0U, 0);

    pthread_attr_t attributes;
    pthread_t thread;
    if (pthread_attr_init(&attributes) == 0 && pthread_attr_setstacksize(&attributes, parser_stack_size) == 0
        && pthread_create(&thread, &attributes, parse_and_say, (void *)input) == 0)
        pthread_join(thread, NULL);
    else
        parse_and_say((void *)input);
    _exit(0);
}

// MARK: - The parent: listen and wait

static int64_t monotonic_milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/// Reads to the end of the child's output, or to a limit.
static void collect(int input, int64_t deadline, struct trapline_mib_output *output)
{
    size_t capacity = 0;
    output->outcome = TRAPLINE_MIB_CRASHED;
    for (;;) {
        struct pollfd descriptor = {.fd = input, .events = POLLIN};
        int64_t left = deadline - monotonic_milliseconds();
        if (left <= 0) {
            output->outcome = TRAPLINE_MIB_TIMED_OUT;
            return;
        }
        if (poll(&descriptor, 1, (int)left) <= 0)
            continue;
        if (output->length == capacity) {
            size_t wanted = capacity ? capacity * 2 : (size_t)1024 * 1024;
            uint8_t *bytes = wanted > TRAPLINE_MIB_MAXIMUM_OUTPUT ? NULL : realloc(output->bytes, wanted);
            if (!bytes) {
                output->outcome = TRAPLINE_MIB_OVERSIZED;
                return;
            }
            output->bytes = bytes;
            capacity = wanted;
        }
        ssize_t count = read(input, output->bytes + output->length, capacity - output->length);
        if (count > 0)
            output->length += (size_t)count;
        else if (count == 0 || errno != EINTR)
            return;
    }
}

struct trapline_mib_output trapline_mib_parse(const char *const *files, const char *const *modules, size_t count,
                                              unsigned timeout_seconds)
{
    struct trapline_mib_output output = {NULL, 0, TRAPLINE_MIB_NOT_STARTED};
    struct parser_input input = {files, modules, count};
    int ends[2];
    int status = 0;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return output;
    // In the child only this thread exists, and glibc keeps malloc and stdio usable there.
    pid_t child = fork();
    if (child == 0)
        run_child(ends[1], &input, timeout_seconds);
    close(ends[1]);
    if (child > 0) {
        collect(ends[0], monotonic_milliseconds() + (int64_t)timeout_seconds * 1000, &output);
        if (output.outcome != TRAPLINE_MIB_CRASHED)
            kill(child, SIGKILL);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
        // The last record tells a whole output, also where the process lets the kernel reap its children.
        if (output.outcome == TRAPLINE_MIB_CRASHED && output.length > 0 && output.bytes[output.length - 1] == 'E'
            && WIFEXITED(status))
            output.outcome = TRAPLINE_MIB_COMPLETE;
    }
    close(ends[0]);
    return output;
}

void trapline_mib_release(struct trapline_mib_output output)
{
    free(output.bytes);
}
