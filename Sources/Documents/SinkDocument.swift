public import Basics

/// How far a sink has come, as JSON.
public struct SinkDocument: Codable, Sendable, Hashable {
    public var sink: String
    /// It is done with everything of its own up to this event.
    public var event: Int64
    /// Events of the log behind that, its own or not.
    public var lagEvents: Int64
    /// Events that its peer has refused for good and that are still listed.
    public var deadLetters: Int
    /// Since when it is not configured any more; RFC 3339, UTC.
    public var removed: String?

    public init(sink: String, event: Int64, lagEvents: Int64, deadLetters: Int, removed: Timestamp?) {
        self.sink = sink
        self.event = event
        self.lagEvents = lagEvents
        self.deadLetters = deadLetters
        self.removed = removed?.description
    }

    /// One line, without its end.
    public func jsonLine() -> String { JSONLine.encode(self) }
}
