public import Basics

/// What retention looks at of a segment.
public struct SegmentSummary: Sendable, Hashable {
    public var number: UInt64
    /// Octets of the file.
    public var size: UInt64
    /// When something was written to it last, by the wall clock.
    public var lastWritten: Timestamp

    public init(number: UInt64, size: UInt64, lastWritten: Timestamp) {
        self.number = number
        self.size = size
        self.lastWritten = lastWritten
    }
}

/// The segments that are there, as their writer knows them: it need not ask the disk at each look.
struct SegmentList: Sendable {
    /// Lowest number first; the last one is being written.
    private(set) var segments: [SegmentSummary] = []
    /// Octets of all of them.
    private(set) var total: UInt64 = 0

    /// What was written of a segment, which is the last one or a new one behind it, reaches so far.
    mutating func note(_ number: UInt64, size: UInt64, at time: Timestamp) {
        if let last = segments.indices.last, segments[last].number == number {
            total = total - segments[last].size + size
            segments[last].size = size
            segments[last].lastWritten = time
        } else {
            segments.append(SegmentSummary(number: number, size: size, lastWritten: time))
            total += size
        }
    }

    /// `false` where it is not known, or being written.
    mutating func remove(_ number: UInt64) -> Bool {
        guard let index = segments.firstIndex(where: { $0.number == number }), index < segments.count - 1 else {
            return false
        }
        total -= segments[index].size
        segments.remove(at: index)
        return true
    }
}
