internal import Synchronization

/// The segments opened last, kept open for those who ask for records by position: sinks ask for neighbours.
final class SegmentCache: Sendable {
    /// A sink reads in one segment, now and then across a border; each sink has a reader of its own.
    static let mostOpen = 4

    private let folder: JournalFolder
    private let open = Mutex<[SegmentReader]>([])

    init(_ folder: JournalFolder) {
        self.folder = folder
    }

    /// `nil` if there is no such segment.
    func segment(_ number: UInt64) throws(JournalError) -> SegmentReader? {
        if let known = open.withLock({ $0.first { $0.number == number } }) { return known }
        guard let segment = try SegmentReader(number: number, folder: folder) else { return nil }
        open.withLock { open in
            open.append(segment)
            if open.count > Self.mostOpen { open.removeFirst() }
        }
        return segment
    }

    /// Closes the segments below `number`.
    func release(below number: UInt64) {
        open.withLock { open in open.removeAll { $0.number < number } }
    }
}
