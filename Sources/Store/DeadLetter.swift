public import Basics

/// An event that a sink's peer has refused for good: it was not delivered, and is tried
/// again only when an operator asks for it.
public struct DeadLetter: Sendable, Hashable {
    public var sink: String
    /// The event's number.
    public var event: Int64
    /// When it was refused.
    public var time: Timestamp
    /// One word of a small set.
    public var reason: String
    /// What the peer said; one line without secrets.
    public var detail: String
    /// An operator has asked for it to be sent again, which has not happened yet.
    public var isAskedFor: Bool

    public init(
        sink: String, event: Int64, time: Timestamp, reason: String, detail: String, isAskedFor: Bool = false
    ) {
        self.sink = sink
        self.event = event
        self.time = time
        self.reason = reason
        self.detail = detail
        self.isAskedFor = isAskedFor
    }
}
