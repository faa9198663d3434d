#define _GNU_SOURCE
#include "CDatagram.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/filter.h>
#include <linux/sock_diag.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

// MARK: Addresses

typedef union {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
} address;

static void v6_octets(const datagram_endpoint *endpoint, struct in6_addr *octets) {
    for (int i = 0; i < 8; i++) {
        octets->s6_addr[i] = (uint8_t)(endpoint->high >> (56 - 8 * i));
        octets->s6_addr[8 + i] = (uint8_t)(endpoint->low >> (56 - 8 * i));
    }
}

static void v6_endpoint(const struct in6_addr *octets, datagram_endpoint *endpoint) {
    endpoint->high = endpoint->low = 0;
    for (int i = 0; i < 8; i++) {
        endpoint->high = endpoint->high << 8 | octets->s6_addr[i];
        endpoint->low = endpoint->low << 8 | octets->s6_addr[8 + i];
    }
}

static socklen_t to_address(const datagram_endpoint *endpoint, address *result) {
    memset(result, 0, sizeof *result);
    if (endpoint->family == 4) {
        result->v4.sin_family = AF_INET;
        result->v4.sin_port = htons(endpoint->port);
        result->v4.sin_addr.s_addr = htonl((uint32_t)endpoint->low);
        return sizeof result->v4;
    }
    result->v6.sin6_family = AF_INET6;
    result->v6.sin6_port = htons(endpoint->port);
    result->v6.sin6_scope_id = endpoint->scope;
    v6_octets(endpoint, &result->v6.sin6_addr);
    return sizeof result->v6;
}

static void from_address(const address *address, datagram_endpoint *result) {
    memset(result, 0, sizeof *result);
    if (address->any.sa_family == AF_INET) {
        result->family = 4;
        result->port = ntohs(address->v4.sin_port);
        result->low = ntohl(address->v4.sin_addr.s_addr);
    } else {
        result->family = 6;
        result->port = ntohs(address->v6.sin6_port);
        result->scope = address->v6.sin6_scope_id;
        v6_endpoint(&address->v6.sin6_addr, result);
    }
}

// MARK: Opening

static int switch_on(int socket, int level, int option) {
    int on = 1;
    return setsockopt(socket, level, option, &on, sizeof on);
}

static int failed(int socket) {
    int reason = errno;
    close(socket);
    return -reason;
}

int datagram_open(const datagram_endpoint *local, bool join, datagram_step *step) {
    *step = datagram_step_open;
    bool v4 = local->family == 4;
    int fd = socket(v4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -errno;

    *step = datagram_step_option;
    if (!v4 && switch_on(fd, IPPROTO_IPV6, IPV6_V6ONLY) < 0) return failed(fd);
    if (switch_on(fd, SOL_SOCKET, SO_TIMESTAMPNS) < 0) return failed(fd);
    if (switch_on(fd, v4 ? IPPROTO_IP : IPPROTO_IPV6, v4 ? IP_PKTINFO : IPV6_RECVPKTINFO) < 0) return failed(fd);
    if (join && switch_on(fd, SOL_SOCKET, SO_REUSEPORT) < 0) return failed(fd);

    *step = datagram_step_bind;
    address bound;
    socklen_t length = to_address(local, &bound);
    if (bind(fd, &bound.any, length) < 0) return failed(fd);
    return fd;
}

int datagram_open_bare(const datagram_endpoint *local) {
    int fd = socket(local->family == 4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return -errno;
    address bound;
    socklen_t length = to_address(local, &bound);
    if (bind(fd, &bound.any, length) < 0) return failed(fd);
    return fd;
}

int datagram_share(int socket) {
    return switch_on(socket, SOL_SOCKET, SO_REUSEPORT) < 0 ? -errno : 0;
}

int datagram_spread_by_address(int socket, uint32_t sockets) {
    address local;
    socklen_t length = sizeof local;
    if (getsockname(socket, &local.any, &length) < 0) return -errno;
    bool v4 = local.any.sa_family == AF_INET;
    // The source address stands at octet 12 of an IPv4 header (RFC 791 §3.1) and ends at octet 24 of an IPv6 one
    // (RFC 8200 §3), of which the low half, the interface identifier, tells devices apart. The product mixes
    // neighbouring addresses: the remainder alone would put every gateway that ends in .1 on one socket.
    struct sock_filter hash_v4[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_NET_OFF + 12),
        BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 0x9e3779b1),
        BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 16),
        BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, sockets),
        BPF_STMT(BPF_RET | BPF_A, 0),
    };
    struct sock_filter hash_v6[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_NET_OFF + 8),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_NET_OFF + 12),
        BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_NET_OFF + 16),
        BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
        BPF_STMT(BPF_MISC | BPF_TAX, 0),
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_NET_OFF + 20),
        BPF_STMT(BPF_ALU | BPF_XOR | BPF_X, 0),
        BPF_STMT(BPF_ALU | BPF_MUL | BPF_K, 0x9e3779b1),
        BPF_STMT(BPF_ALU | BPF_RSH | BPF_K, 16),
        BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, sockets),
        BPF_STMT(BPF_RET | BPF_A, 0),
    };
    struct sock_fprog program = {
        .len = v4 ? sizeof hash_v4 / sizeof *hash_v4 : sizeof hash_v6 / sizeof *hash_v6,
        .filter = v4 ? hash_v4 : hash_v6,
    };
    if (setsockopt(socket, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof program) < 0) return -errno;
    return 0;
}

int datagram_set_receive_buffer(int socket, int octets) {
    // Past net.core.rmem_max with CAP_NET_ADMIN, else up to it.
    if (setsockopt(socket, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof octets) < 0
        && setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets) < 0)
        return -errno;
    int obtained = 0;
    socklen_t length = sizeof obtained;
    if (getsockopt(socket, SOL_SOCKET, SO_RCVBUF, &obtained, &length) < 0) return -errno;
    // The kernel doubles what is asked, for its own bookkeeping (socket(7)).
    return obtained / 2;
}

int datagram_local_endpoint(int socket, datagram_endpoint *local) {
    address bound;
    socklen_t length = sizeof bound;
    if (getsockname(socket, &bound.any, &length) < 0) return -errno;
    from_address(&bound, local);
    return 0;
}

int datagram_drops(int socket, uint32_t *drops) {
    uint32_t memory[SK_MEMINFO_VARS] = {0};
    socklen_t length = sizeof memory;
    if (getsockopt(socket, SOL_SOCKET, SO_MEMINFO, memory, &length) < 0) return -errno;
    *drops = memory[SK_MEMINFO_DROPS];
    return 0;
}

int datagram_refuse_new(int socket) {
    struct sock_filter nothing[] = {BPF_STMT(BPF_RET | BPF_K, 0)};
    struct sock_fprog program = {.len = 1, .filter = nothing};
    return setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) < 0 ? -errno : 0;
}

void datagram_close(int socket) {
    close(socket);
}

// MARK: Receiving

// A time stamp and an IPv4 or IPv6 packet information, each with its header and padding.
#define CONTROL_SIZE 128

// Slots start this much apart from a multiple of 4 KiB: else the beginnings of all datagrams of a batch would fall into
// the same few lines of the processor's cache.
#define SLOT_STAGGER 512

struct datagram_receiver {
    uint32_t capacity;
    uint32_t slot;
    uint8_t *slab;
    struct mmsghdr *messages;
    struct iovec *vectors;
    address *senders;
    uint8_t *controls;
    datagram_received *received;
};

datagram_receiver *datagram_receiver_create(uint32_t capacity, uint32_t slot) {
    size_t stride = ((size_t)slot + 4095) / 4096 * 4096 + SLOT_STAGGER;
    datagram_receiver *receiver = calloc(1, sizeof *receiver);
    if (!receiver) return NULL;
    receiver->capacity = capacity;
    receiver->slot = slot;
    // Only the pages that datagrams were really written to take memory.
    receiver->slab = malloc(stride * capacity);
    receiver->messages = calloc(capacity, sizeof *receiver->messages);
    receiver->vectors = calloc(capacity, sizeof *receiver->vectors);
    receiver->senders = calloc(capacity, sizeof *receiver->senders);
    receiver->controls = calloc(capacity, CONTROL_SIZE);
    receiver->received = calloc(capacity, sizeof *receiver->received);
    if (!receiver->slab || !receiver->messages || !receiver->vectors || !receiver->senders || !receiver->controls
        || !receiver->received) {
        datagram_receiver_free(receiver);
        return NULL;
    }
    for (uint32_t i = 0; i < capacity; i++) {
        receiver->vectors[i] = (struct iovec){.iov_base = receiver->slab + stride * i, .iov_len = slot};
        receiver->messages[i].msg_hdr.msg_iov = &receiver->vectors[i];
        receiver->messages[i].msg_hdr.msg_iovlen = 1;
        receiver->messages[i].msg_hdr.msg_name = &receiver->senders[i];
        receiver->messages[i].msg_hdr.msg_control = receiver->controls + (size_t)CONTROL_SIZE * i;
    }
    return receiver;
}

void datagram_receiver_free(datagram_receiver *receiver) {
    if (!receiver) return;
    free(receiver->slab);
    free(receiver->messages);
    free(receiver->vectors);
    free(receiver->senders);
    free(receiver->controls);
    free(receiver->received);
    free(receiver);
}

static int64_t nanoseconds(const struct timespec *time) {
    return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

static void read_control(struct msghdr *header, datagram_received *result) {
    for (struct cmsghdr *control = CMSG_FIRSTHDR(header); control; control = CMSG_NXTHDR(header, control)) {
        if (control->cmsg_level == SOL_SOCKET && control->cmsg_type == SCM_TIMESTAMPNS) {
            struct timespec time;
            memcpy(&time, CMSG_DATA(control), sizeof time);
            result->time = nanoseconds(&time);
        } else if (control->cmsg_level == IPPROTO_IP && control->cmsg_type == IP_PKTINFO) {
            struct in_pktinfo info;
            memcpy(&info, CMSG_DATA(control), sizeof info);
            result->interface = (uint32_t)info.ipi_ifindex;
            result->receiver.low = ntohl(info.ipi_addr.s_addr);
            result->answer_from.low = ntohl(info.ipi_spec_dst.s_addr);
        } else if (control->cmsg_level == IPPROTO_IPV6 && control->cmsg_type == IPV6_PKTINFO) {
            struct in6_pktinfo info;
            memcpy(&info, CMSG_DATA(control), sizeof info);
            result->interface = info.ipi6_ifindex;
            v6_endpoint(&info.ipi6_addr, &result->receiver);
            // A multicast address cannot send: the kernel chooses.
            if (!IN6_IS_ADDR_MULTICAST(&info.ipi6_addr)) v6_endpoint(&info.ipi6_addr, &result->answer_from);
        }
    }
}

static int receive_batch(datagram_receiver *receiver, int socket, socklen_t name, size_t control) {
    for (uint32_t i = 0; i < receiver->capacity; i++) {
        receiver->messages[i].msg_hdr.msg_namelen = name;
        receiver->messages[i].msg_hdr.msg_controllen = control;
    }
    int count;
    do {
        count = recvmmsg(socket, receiver->messages, receiver->capacity, MSG_DONTWAIT, NULL);
    } while (count < 0 && errno == EINTR);
    if (count < 0) return errno == EAGAIN || errno == EWOULDBLOCK ? 0 : -errno;
    return count;
}

int datagram_discard(datagram_receiver *receiver, int socket) {
    return receive_batch(receiver, socket, 0, 0);
}

int datagram_receive(datagram_receiver *receiver, int socket, const datagram_received **received) {
    int count = receive_batch(receiver, socket, sizeof(address), CONTROL_SIZE);
    if (count < 0) return count;

    int64_t now = 0;
    for (int i = 0; i < count; i++) {
        struct msghdr *header = &receiver->messages[i].msg_hdr;
        datagram_received *result = &receiver->received[i];
        memset(result, 0, sizeof *result);
        from_address(&receiver->senders[i], &result->sender);
        result->receiver.family = result->answer_from.family = result->sender.family;
        result->payload = receiver->vectors[i].iov_base;
        result->length = receiver->messages[i].msg_len;
        result->truncated = (header->msg_flags & MSG_TRUNC) != 0;
        read_control(header, result);
        if (result->time == 0) {
            // No stamp: time stamping was switched on while this one was already under way.
            if (now == 0) {
                struct timespec time;
                clock_gettime(CLOCK_REALTIME, &time);
                now = nanoseconds(&time);
            }
            result->time = now;
        }
    }
    *received = receiver->received;
    return count;
}

// MARK: Sending

static bool is_unspecified(const datagram_endpoint *endpoint) {
    return endpoint->high == 0 && endpoint->low == 0;
}

int datagram_send(
    int socket, const datagram_endpoint *from, uint32_t interface, const datagram_endpoint *to, const uint8_t *payload,
    size_t length) {
    address remote;
    struct iovec vector = {.iov_base = (void *)payload, .iov_len = length};
    _Alignas(struct cmsghdr) uint8_t control[CMSG_SPACE(sizeof(struct in6_pktinfo))] = {0};
    struct msghdr message = {
        .msg_name = &remote, .msg_namelen = to_address(to, &remote), .msg_iov = &vector, .msg_iovlen = 1};
    if (from && !is_unspecified(from)) {
        message.msg_control = control;
        if (from->family == 4) {
            message.msg_controllen = CMSG_SPACE(sizeof(struct in_pktinfo));
            struct cmsghdr *header = CMSG_FIRSTHDR(&message);
            header->cmsg_level = IPPROTO_IP;
            header->cmsg_type = IP_PKTINFO;
            header->cmsg_len = CMSG_LEN(sizeof(struct in_pktinfo));
            // The address alone: the way back need not be the way in.
            struct in_pktinfo info = {.ipi_spec_dst.s_addr = htonl((uint32_t)from->low)};
            memcpy(CMSG_DATA(header), &info, sizeof info);
        } else {
            message.msg_controllen = CMSG_SPACE(sizeof(struct in6_pktinfo));
            struct cmsghdr *header = CMSG_FIRSTHDR(&message);
            header->cmsg_level = IPPROTO_IPV6;
            header->cmsg_type = IPV6_PKTINFO;
            header->cmsg_len = CMSG_LEN(sizeof(struct in6_pktinfo));
            struct in6_pktinfo info = {0};
            v6_octets(from, &info.ipi6_addr);
            // A link-local address means something on its own link only.
            if (IN6_IS_ADDR_LINKLOCAL(&info.ipi6_addr)) info.ipi6_ifindex = interface;
            memcpy(CMSG_DATA(header), &info, sizeof info);
        }
    }
    ssize_t sent;
    do {
        sent = sendmsg(socket, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

int datagram_connect(const datagram_endpoint *remote, const datagram_endpoint *local) {
    int fd = socket(remote->family == 4 ? AF_INET : AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0) return -errno;
    address name;
    if (local) {
        socklen_t length = to_address(local, &name);
        if (bind(fd, &name.any, length) < 0) return failed(fd);
    }
    socklen_t length = to_address(remote, &name);
    if (connect(fd, &name.any, length) < 0) return failed(fd);
    return fd;
}

int datagram_send_connected(int socket, const uint8_t *payload, size_t length) {
    ssize_t sent;
    do {
        sent = send(socket, payload, length, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

int datagram_send_many_connected(int socket, const uint8_t *octets, const size_t *lengths, size_t count) {
    enum { batch = 64 };
    struct mmsghdr messages[batch];
    struct iovec vectors[batch];
    if (count > batch) count = batch;
    memset(messages, 0, sizeof *messages * count);
    for (size_t i = 0; i < count; i++) {
        vectors[i].iov_base = (void *)octets;
        vectors[i].iov_len = lengths[i];
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
        octets += lengths[i];
    }
    int sent;
    do {
        sent = sendmmsg(socket, messages, (unsigned)count, MSG_DONTWAIT | MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

int datagram_pending_error(int socket) {
    int error = 0;
    socklen_t length = sizeof error;
    if (getsockopt(socket, SOL_SOCKET, SO_ERROR, &error, &length) < 0) return -errno;
    return -error;
}

int datagram_resolve(const char *host, uint16_t port, datagram_endpoint *found, int capacity) {
    char service[8];
    snprintf(service, sizeof service, "%u", (unsigned)port);
    struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_DGRAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *first = NULL;
    if (getaddrinfo(host, service, &hints, &first) != 0) return 0;
    int count = 0;
    for (struct addrinfo *info = first; info != NULL && count < capacity; info = info->ai_next) {
        address name;
        memset(&name, 0, sizeof name);
        if (info->ai_addrlen > sizeof name) continue;
        memcpy(&name, info->ai_addr, info->ai_addrlen);
        from_address(&name, &found[count++]);
    }
    freeaddrinfo(first);
    return count;
}

int datagram_receive_connected(int socket, uint8_t *payload, size_t capacity, int milliseconds) {
    struct pollfd ready = {.fd = socket, .events = POLLIN};
    int count = poll(&ready, 1, milliseconds);
    if (count < 0) return -errno;
    if (count == 0) return -ETIMEDOUT;
    ssize_t received = recv(socket, payload, capacity, MSG_DONTWAIT);
    return received < 0 ? -errno : (int)received;
}

int datagram_open_raw(uint8_t family) {
    // IPPROTO_RAW: the packets carry their own headers (raw(7)), IPv6 ones too.
    int fd = socket(family == 4 ? AF_INET : AF_INET6, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_RAW);
    return fd < 0 ? -errno : fd;
}

int datagram_send_raw(int socket, const datagram_endpoint *to, const uint8_t *packet, size_t length) {
    datagram_endpoint host = *to;
    // A raw socket takes the port for a protocol number.
    host.port = 0;
    address remote;
    socklen_t size = to_address(&host, &remote);
    ssize_t sent;
    do {
        sent = sendto(socket, packet, length, MSG_NOSIGNAL, &remote.any, size);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : 0;
}

// MARK: Waiting

int datagram_waker_open(void) {
    int fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return fd < 0 ? -errno : fd;
}

void datagram_wake_up(int waker) {
    // Nobody reads it, so it stays readable; it cannot fail but by being full, which is as good.
    uint64_t one = 1;
    ssize_t written = write(waker, &one, sizeof one);
    (void)written;
}

int datagram_wait(int socket, int waker, int milliseconds) {
    struct pollfd ready[] = {{.fd = socket, .events = POLLIN}, {.fd = waker, .events = POLLIN}};
    int count = poll(ready, 2, milliseconds);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    return (ready[0].revents ? 1 : 0) | (ready[1].revents ? 2 : 0);
}

// MARK: Threads

void datagram_name_thread(const char *name) {
    char text[16];
    snprintf(text, sizeof text, "%s", name);
    pthread_setname_np(pthread_self(), text);
}
