public import Basics

/// An event that a sink's peer has refused for good: it was not delivered, and is not tried again.
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

    public init(sink: String, event: Int64, time: Timestamp, reason: String, detail: String) {
        self.sink = sink
        self.event = event
        self.time = time
        self.reason = reason
        self.detail = detail
    }
}
