internal import Basics
internal import CDatagram
internal import Glibc

/// A UDP socket connected to one peer. The only place of the sinks that calls `CDatagram`.
final class DatagramSocket: Sendable {
    /// Where a name leads: what `datagram_endpoint` holds, to be compared.
    struct Address: Sendable, Hashable {
        var high, low: UInt64
        var scope: UInt32
        var port: UInt16
        var family: UInt8

        fileprivate init(_ endpoint: datagram_endpoint) {
            (high, low, scope) = (endpoint.high, endpoint.low, endpoint.scope)
            (port, family) = (endpoint.port, endpoint.family)
        }

        /// Addresses of one name that are looked at: nobody's name has more that are of use.
        private static let limit: Int32 = 8

        /// Looks a name or an address up, which may block; none where it is not found.
        static func all(of host: String, _ port: UInt16) -> [Address] {
            var found = [datagram_endpoint](repeating: datagram_endpoint(), count: Int(limit))
            let count = unsafe datagram_resolve(host, port, &found, limit)
            return found.prefix(Int(count)).map(Address.init)
        }

        fileprivate var endpoint: datagram_endpoint {
            datagram_endpoint(high: high, low: low, scope: scope, port: port, family: family)
        }
    }

    let address: Address
    private let descriptor: Int32

    /// Finds a route to the peer; nothing is sent.
    init(to address: Address) throws(SystemError) {
        var remote = address.endpoint
        let result = unsafe datagram_connect(&remote, nil)
        guard result >= 0 else { throw SystemError(-result) }
        self.address = address
        descriptor = result
    }

    deinit {
        datagram_close(descriptor)
    }

    /// Sends the first of `payloads`, each as one datagram, many by one call of the kernel and without waiting. Gives how
    /// many went; none where the kernel has no room.
    func send(_ payloads: ArraySlice<[UInt8]>) throws(SystemError) -> Int {
        let payloads = payloads.prefix(64)
        let lengths = payloads.map(\.count)
        var octets: [UInt8] = []
        octets.reserveCapacity(lengths.reduce(0, +))
        for payload in payloads { octets += payload }
        let result = unsafe datagram_send_many_connected(descriptor, octets, lengths, lengths.count)
        guard result < 0 else { return Int(result) }
        let error = SystemError(-result)
        if error.isNoRoom { return 0 }
        throw error
    }

    /// Whether the peer's host has answered that nobody listens, and the like, since this was last asked.
    func takeRefusal() -> SystemError? {
        let result = datagram_pending_error(descriptor)
        return result == 0 ? nil : SystemError(-result)
    }
}

extension SystemError {
    fileprivate var isNoRoom: Bool { number == EAGAIN || number == ENOBUFS }
}
