public import Basics

/// The way to a device: where to, and from which of our own addresses and ports.
public struct RequestPath: Sendable, Hashable {
    /// The device's SNMP port, or what its NAT made of it.
    public var peer: Endpoint
    /// What the device's last datagram reached. A request from elsewhere does not get through a NAT that lets in only
    /// what was called; `nil` where the device was never heard: then any listener's socket will do.
    public var local: Endpoint?

    /// Where SNMP agents listen (RFC 3417 §3.2).
    public static let agentPort: UInt16 = 161

    public init(peer: Endpoint, local: Endpoint? = nil) {
        self.peer = peer
        self.local = local
    }
}
