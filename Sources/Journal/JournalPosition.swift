/// A place in the journal: a segment's number and an octet within it. Never reused.
public struct JournalPosition: Sendable, Hashable, Comparable {
    public var segment: UInt64
    public var offset: UInt64

    public init(segment: UInt64, offset: UInt64) {
        self.segment = segment
        self.offset = offset
    }

    public static func < (left: JournalPosition, right: JournalPosition) -> Bool {
        (left.segment, left.offset) < (right.segment, right.offset)
    }
}

extension JournalPosition: CustomStringConvertible {
    public var description: String { "\(segment):\(offset)" }
}
