/// Why the store could not be read or written: what kind of trouble, where, and what was said.
public struct StoreError: Error, Sendable, Hashable {
    public enum Code: String, Sendable, CaseIterable {
        /// It is not there or may not be opened.
        case unavailable
        /// A later Trapline wrote it.
        case newerSchema = "newer-schema"
        /// Its file or one of its rows cannot be understood.
        case damaged
        /// No space is left.
        case full
        /// Another process held it for too long.
        case busy
        /// The disk failed in another way, or SQLite refused.
        case failed
    }

    public var code: Code
    /// The file, or a table's row and column.
    public var place: String
    /// One line.
    public var reason: String
    /// The row of the event log that cannot be read, so that a reader can report it and go on behind it.
    public var eventID: Int64?

    public init(_ code: Code, place: String, reason: String, eventID: Int64? = nil) {
        self.code = code
        self.place = place
        self.reason = reason
        self.eventID = eventID
    }
}

extension StoreError: CustomStringConvertible {
    public var description: String { "\(place): \(reason)" }
}
