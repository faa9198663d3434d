public import Basics
public import SNMPWire

/// A notification with what the journal knows of its arrival: everything that its meaning may depend on.
public struct ReceivedNotification: Sendable {
    public var notification: SNMPNotification
    public var time: Timestamp
    public var sender: Endpoint
    public var receiver: Endpoint
    /// The listener's name: `traps`, `keep-alives`, or `trapline` for the server's own facts.
    public var listener: String
    /// The configured name of the community, never its value; `nil` where it has none.
    public var community: String?

    public init(
        notification: SNMPNotification, time: Timestamp, sender: Endpoint, receiver: Endpoint, listener: String,
        community: String? = nil
    ) {
        self.notification = notification
        self.time = time
        self.sender = sender
        self.receiver = receiver
        self.listener = listener
        self.community = community
    }
}
