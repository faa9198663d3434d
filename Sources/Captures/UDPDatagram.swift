public import Basics

/// A UDP datagram found in a capture, its fragments put together.
public struct UDPDatagram: Sendable, Hashable {
    /// When its packet was captured; for a fragmented one, the packet that completed it.
    public var time: Timestamp
    public var sender: Endpoint
    public var receiver: Endpoint
    public var payload: [UInt8]
    /// The capture's name for the interface, where it has one.
    public var interfaceName: String?
    /// Octets at the payload's end that are not there, because the capture cut them off (its snap length) or because the
    /// UDP header claims more than the packet holds; 0 for a whole datagram.
    public var missingOctets: Int

    public init(
        time: Timestamp, sender: Endpoint, receiver: Endpoint, payload: [UInt8], interfaceName: String? = nil,
        missingOctets: Int = 0
    ) {
        self.time = time
        self.sender = sender
        self.receiver = receiver
        self.payload = payload
        self.interfaceName = interfaceName
        self.missingOctets = missingOctets
    }
}
