/// A stretch of the journal that could not be read, and was passed over.
public struct JournalDamage: Sendable, Hashable {
    public enum Reason: String, Sendable, Hashable {
        /// The segment ends within a block: what a crash leaves behind.
        case tornTail = "torn tail"
        /// Octets that are no block, or whose checksum does not agree, with whole blocks behind them.
        case damagedBlock = "damaged block"
        /// The segment's head, with its interfaces' names, cannot be read.
        case damagedHead = "damaged head"
        /// Reading was to begin past the segment's end.
        case positionPastEnd = "position past the segment's end"
        /// Segments that are not there.
        case missingSegments = "missing segments"
    }

    public var reason: Reason
    public var start: JournalPosition
    /// Where reading goes on.
    public var end: JournalPosition

    public init(_ reason: Reason, start: JournalPosition, end: JournalPosition) {
        self.reason = reason
        self.start = start
        self.end = end
    }
}

extension JournalDamage: CustomStringConvertible {
    public var description: String {
        if reason == .missingSegments || reason == .positionPastEnd { return "\(reason.rawValue): \(start) to \(end)" }
        let count = end.segment == start.segment ? " (\(end.offset &- start.offset) octets)" : ""
        return "\(reason.rawValue): segment \(start.segment), octet \(start.offset)\(count)"
    }
}
