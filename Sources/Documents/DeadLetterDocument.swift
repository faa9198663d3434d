public import Basics

/// A dead letter as JSON.
public struct DeadLetterDocument: Codable, Sendable, Hashable {
    public var sink: String
    /// The event's number.
    public var event: Int64
    /// RFC 3339, UTC.
    public var time: String
    public var reason: String
    public var detail: String
    /// `true` where it is to be sent again and has not been yet; else it is left out.
    public var askedFor: Bool?

    public init(
        sink: String, event: Int64, time: Timestamp, reason: String, detail: String, isAskedFor: Bool = false
    ) {
        self.sink = sink
        self.event = event
        self.time = time.description
        self.reason = reason
        self.detail = detail
        self.askedFor = isAskedFor ? true : nil
    }

    /// One line, without its end.
    public func jsonLine() -> String { JSONLine.encode(self) }
}
