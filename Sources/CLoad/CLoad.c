#define _GNU_SOURCE
#include "CLoad.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

int load_send(int socket, const uint8_t *slab, uint32_t stride, const uint32_t *lengths, uint32_t count) {
    if (count > LOAD_MOST_DATAGRAMS) count = LOAD_MOST_DATAGRAMS;
    struct mmsghdr messages[LOAD_MOST_DATAGRAMS] = {0};
    struct iovec vectors[LOAD_MOST_DATAGRAMS];
    for (uint32_t i = 0; i < count; i++) {
        vectors[i] = (struct iovec){.iov_base = (void *)(slab + (size_t)stride * i), .iov_len = lengths[i]};
        messages[i].msg_hdr.msg_iov = &vectors[i];
        messages[i].msg_hdr.msg_iovlen = 1;
    }
    int sent;
    do {
        sent = sendmmsg(socket, messages, count, MSG_NOSIGNAL);
    } while (sent < 0 && errno == EINTR);
    return sent < 0 ? -errno : sent;
}

int load_watcher_open(void) {
    int watcher = epoll_create1(EPOLL_CLOEXEC);
    return watcher < 0 ? -errno : watcher;
}

int load_watcher_add(int watcher, int socket) {
    struct epoll_event event = {.events = EPOLLIN, .data.fd = socket};
    return epoll_ctl(watcher, EPOLL_CTL_ADD, socket, &event) < 0 ? -errno : 0;
}

int load_watcher_wait(int watcher, int *ready, int capacity, int milliseconds) {
    struct epoll_event events[LOAD_MOST_DATAGRAMS];
    if (capacity > LOAD_MOST_DATAGRAMS) capacity = LOAD_MOST_DATAGRAMS;
    int count = epoll_wait(watcher, events, capacity, milliseconds);
    if (count < 0) return errno == EINTR ? 0 : -errno;
    for (int i = 0; i < count; i++) ready[i] = events[i].data.fd;
    return count;
}

int load_receive(int socket, uint8_t *buffer, uint32_t capacity) {
    ssize_t length = recv(socket, buffer, capacity, MSG_DONTWAIT);
    return length < 0 ? -errno : (int)length;
}

void load_close(int descriptor) {
    close(descriptor);
}

ptrdiff_t load_find(const void *octets, size_t count, const void *wanted, size_t wanted_count) {
    if (!octets) return -1;
    const uint8_t *found = memmem(octets, count, wanted, wanted_count);
    return found ? found - (const uint8_t *)octets : -1;
}
