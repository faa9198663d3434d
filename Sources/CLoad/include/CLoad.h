// What a load generator needs of Linux and Swift does not see: many datagrams a call, and one wait for many sockets.
// Only the bench uses it.
//
// Functions that return an int give 0 or more on success and a negative errno on failure.
#pragma once
#include <stddef.h>
#include <stdint.h>

/// How many datagrams `load_send` takes at most.
#define LOAD_MOST_DATAGRAMS 64

/// Sends `count` datagrams on a connected socket by one call of sendmmsg. They stand `stride` octets apart in `slab`,
/// each `lengths` octets long. Gives how many have left.
int load_send(int socket, const uint8_t *slab, uint32_t stride, const uint32_t *lengths, uint32_t count);

/// A descriptor that waits for many sockets at once. The caller closes it with `load_close`.
int load_watcher_open(void);
int load_watcher_add(int watcher, int socket);

/// Waits up to `milliseconds` and gives how many of the sockets can be read; their descriptors stand in `ready`.
int load_watcher_wait(int watcher, int *ready, int capacity, int milliseconds);

/// Takes a datagram from a socket without waiting: its length, or -EAGAIN where there is none.
int load_receive(int socket, uint8_t *buffer, uint32_t capacity);

void load_close(int descriptor);

/// Where `wanted` begins in `octets` for the first time; -1 where it does not stand.
ptrdiff_t load_find(const void *octets, size_t count, const void *wanted, size_t wanted_count);
