internal import Basics
internal import CDatagram

extension datagram_endpoint {
    init(_ endpoint: Endpoint) {
        self.init(
            high: UInt64(truncatingIfNeeded: endpoint.address.bits >> 64),
            low: UInt64(truncatingIfNeeded: endpoint.address.bits), scope: 0, port: endpoint.port,
            family: endpoint.address.family.rawValue)
    }
}

extension Endpoint {
    init(_ endpoint: datagram_endpoint) {
        let bits = UInt128(endpoint.high) << 64 | UInt128(endpoint.low)
        let address =
            endpoint.family == IPAddress.Family.v4.rawValue
            ? IPAddress(v4: UInt32(truncatingIfNeeded: bits)) : IPAddress(v6: bits)
        self.init(address, port: endpoint.port)
    }
}

/// The way back to a sender: its endpoint, and the local address and interface that its datagram came to. A device
/// behind NAT or with several addresses on our side takes an answer only from where it asked.
struct AnswerPath: Sendable {
    let sender: datagram_endpoint
    let from: datagram_endpoint
    let interface: UInt32
}

extension AnswerPath {
    /// The way to a peer that is asked first. `from` is a local address; an unspecified one leaves it to the kernel. A
    /// link-local IPv6 peer cannot be told without its link, which the journal does not keep: such a device is not asked.
    init(peer: Endpoint, from: Endpoint) {
        self.init(sender: datagram_endpoint(peer), from: datagram_endpoint(from), interface: 0)
    }
}
