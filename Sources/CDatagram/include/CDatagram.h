// UDP sockets as Trapline needs them: what of Linux is not visible from Swift (recvmmsg, control messages, socket
// filters, SO_MEMINFO), behind functions of our own. No header of Linux is included here, so that none meets SwiftNIO's.
//
// Functions that return an int give 0 or more on success and a negative errno on failure.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// An address and port in host order. `family` is 4 or 6, an IPv4 address stands in the low 32 bits of `low`, and
/// `scope` is the interface of a link-local IPv6 address, else 0.
typedef struct {
    uint64_t high, low;
    uint32_t scope;
    uint16_t port;
    uint8_t family;
} datagram_endpoint;

/// What `datagram_open` was doing when it failed.
typedef enum {
    datagram_step_open,
    datagram_step_option,
    datagram_step_bind,
} datagram_step;

/// A non-blocking UDP socket bound to `local` (an IPv6 one to IPv6 alone), with receive times and local addresses asked
/// for. `join` is false for an endpoint's first socket: it is bound without SO_REUSEPORT, and so fails if anybody
/// else holds the port. `datagram_share` then lets sockets opened with `join` in beside it.
int datagram_open(const datagram_endpoint *local, bool join, datagram_step *step);

/// Lets further sockets of this process's user bind to the same endpoint.
int datagram_share(int socket);

/// Shares senders out among the `sockets` that are bound to the endpoint of `socket` by the hash of their address alone.
int datagram_spread_by_address(int socket, uint32_t sockets);

/// Asks for `octets` of receive buffer, past the system's limit where the process may. Gives the octets obtained.
int datagram_set_receive_buffer(int socket, int octets);

/// The endpoint that the socket is bound to: the port the kernel chose where 0 was asked for.
int datagram_local_endpoint(int socket, datagram_endpoint *local);

/// How many datagrams the kernel has dropped for this socket, modulo 2^32.
int datagram_drops(int socket, uint32_t *drops);

/// From now on the kernel drops what comes in; what the socket already holds can still be received.
int datagram_refuse_new(int socket);

void datagram_close(int socket);

/// A datagram as received. `payload` points into the receiver's slab and holds until its next receive.
typedef struct {
    const uint8_t *payload;
    uint32_t length;
    /// Longer than a slot; `payload` is only its beginning.
    bool truncated;
    /// The interface that it came in on.
    uint32_t interface;
    /// Nanoseconds since 1970, taken by the kernel when the datagram came in.
    int64_t time;
    datagram_endpoint sender;
    /// Where it was sent to: a broadcast or multicast address too.
    datagram_endpoint receiver;
    /// The local address that an answer leaves from: the receiver's, unless that is no single one. Port 0.
    datagram_endpoint answer_from;
} datagram_received;

/// A slab of slots that batches are received into, allocated once.
typedef struct datagram_receiver datagram_receiver;

/// Slots for `capacity` datagrams of up to `slot` octets each; NULL if there is no memory. The caller frees it.
datagram_receiver *datagram_receiver_create(uint32_t capacity, uint32_t slot);
void datagram_receiver_free(datagram_receiver *receiver);

/// Takes what the socket holds, up to the capacity, without waiting. Gives the number received: 0 if there was none.
int datagram_receive(datagram_receiver *receiver, int socket, const datagram_received **received);

/// A non-blocking UDP socket bound to `local` that asks the kernel for nothing more, to measure what receiving costs at
/// the least.
int datagram_open_bare(const datagram_endpoint *local);

/// Takes what the socket holds, up to the capacity, without waiting and without a look at any of it. Gives the number.
int datagram_discard(datagram_receiver *receiver, int socket);

/// Sends one datagram, if `from` is given from that local address and through `interface`, else as the kernel routes it.
int datagram_send(
    int socket, const datagram_endpoint *from, uint32_t interface, const datagram_endpoint *to, const uint8_t *payload,
    size_t length);

/// A UDP socket connected to `remote`, bound to `local` unless that is NULL. It blocks.
int datagram_connect(const datagram_endpoint *remote, const datagram_endpoint *local);

/// Sends on a connected socket.
int datagram_send_connected(int socket, const uint8_t *payload, size_t length);

/// Sends datagrams that lie one behind the other in `octets` on a connected socket, the first 64 of them at most,
/// without waiting. Gives how many went; an error that the peer's host has answered with (-ECONNREFUSED) comes before
/// any goes.
int datagram_send_many_connected(int socket, const uint8_t *octets, const size_t *lengths, size_t count);

/// What a peer's host has answered with since, and forgets it; 0 for nothing.
int datagram_pending_error(int socket);

/// The endpoints of a host's name or address, at most `capacity`; 0 where the name is not found. It may block.
int datagram_resolve(const char *host, uint16_t port, datagram_endpoint *found, int capacity);

/// Waits up to `milliseconds` for a datagram on a connected socket and receives it: its length, or -ETIMEDOUT.
int datagram_receive_connected(int socket, uint8_t *payload, size_t capacity, int milliseconds);

/// A raw socket that sends whole IP packets of `family`, headers included, as they are.
int datagram_open_raw(uint8_t family);

/// Sends a whole IP packet to the address of `to`.
int datagram_send_raw(int socket, const datagram_endpoint *to, const uint8_t *packet, size_t length);

/// A descriptor that `datagram_wait` also waits for, until somebody calls `datagram_wake_up`; then for good.
int datagram_waker_open(void);
void datagram_wake_up(int waker);

/// Waits until the socket holds something (bit 0 of the result) or the waker was woken (bit 1); 0 after `milliseconds`
/// (-1: never). `socket` may be -1, to wait for the waker alone.
int datagram_wait(int socket, int waker, int milliseconds);

/// Names the calling thread for `ps` and debuggers; Linux keeps the first 15 octets.
void datagram_name_thread(const char *name);
