public import Basics

/// What Trapline knows of one sender of notifications.
public struct Device: Sendable, Hashable {
    /// What tells it from every other device; in this first form the sender's address as text.
    public var id: String
    /// What the operator calls it; the address where it has no name.
    public var name: String
    /// The address that its last datagram came from.
    public var address: IPAddress
    /// In the journal's time, as are the two below.
    public var firstSeen: Timestamp
    public var lastSeen: Timestamp
    /// `nil` until the device sends its first keep-alive: only such devices can later be called lost.
    public var lastKeepAlive: Timestamp?

    public init(
        id: String, name: String, address: IPAddress, firstSeen: Timestamp, lastSeen: Timestamp,
        lastKeepAlive: Timestamp? = nil
    ) {
        self.id = id
        self.name = name
        self.address = address
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.lastKeepAlive = lastKeepAlive
    }
}
