/// Reads a journal backwards, the newest record first: what of the past is wanted at a start is at the end, and how much
/// of it can be read is bounded.
///
/// It shows exactly the records that a ``JournalReader`` shows that reads up to the same end: what was given up and
/// written again is passed over, and so is what is damaged.
public struct JournalTail {
    /// Octets without a record between two looks at whether to go on.
    private static let octetsPerLook: UInt64 = 64 * 1_024
    /// Octets read from a segment at once; the longest block fits many times.
    private static let pieceSize = 1_024 * 1_024

    private let folder: JournalFolder
    /// The segments still to be read, the next one last.
    private var numbers: [UInt64]
    private let end: JournalPosition
    /// The segment that follows the current one.
    private var next: SegmentReader?
    private var segment: SegmentReader?
    /// Where the record before ends that was shown last, in the current segment.
    private var offset: UInt64 = 0
    /// A piece of the current segment, and where it begins.
    private var piece: [UInt8] = []
    private var pieceStart: UInt64 = 0
    /// Whether octets were passed that are no record, though they lie where records were committed.
    public private(set) var hasPassedDamage = false
    /// Octets of the segments that were passed so far.
    public private(set) var octetsRead: UInt64 = 0

    /// Reads what stands before `end`, which is what a writer has committed.
    public init(folder: String, before end: JournalPosition) throws(JournalError) {
        self.folder = JournalFolder(path: folder)
        self.end = end
        numbers = try self.folder.segments().filter { $0 <= end.segment }
    }

    /// The record before the one shown last; `nil` at the journal's beginning.
    ///
    /// - Parameter goesOn: asked now and then where a long stretch holds no record, with ``octetsRead``; where it says
    ///   no, reading ends there, with `nil`.
    public mutating func read(
        while goesOn: (_ octetsRead: UInt64) -> Bool = { _ in true }
    ) throws(JournalError) -> JournalRecord? {
        var nextLook = octetsRead + Self.octetsPerLook
        while true {
            if octetsRead >= nextLook {
                guard goesOn(octetsRead) else { return nil }
                nextLook = octetsRead + Self.octetsPerLook
            }
            guard let segment else {
                guard try openPrevious() else { return nil }
                continue
            }
            guard offset > segment.start else {
                (next, self.segment) = (segment, nil)
                continue
            }
            if let record = try recordBefore(segment) { return record }
            // No block ends here. Blocks are multiples of 4 octets long, and so is the head.
            pass(4)
            hasPassedDamage = true
        }
    }

    private mutating func openPrevious() throws(JournalError) -> Bool {
        guard let number = numbers.popLast() else { return false }
        // Retention may have taken it meanwhile.
        guard let opened = try SegmentReader(number: number, folder: folder) else { return true }
        let readable = try readableEnd(opened)
        segment = opened
        offset = readable & ~3
        (piece, pieceStart) = ([], offset)
        return true
    }

    /// How far the segment counts: as far as committed, or as the head of the one that follows it tells.
    private func readableEnd(_ segment: SegmentReader) throws(JournalError) -> UInt64 {
        let size = try segment.size()
        if segment.number == end.segment { return min(size, end.offset) }
        guard let head = next?.head else { return size }
        if head.passesOver(segment.number) { return min(size, segment.start) }
        if let predecessor = head.predecessor, predecessor.number == segment.number, predecessor.end > 0 {
            return min(size, predecessor.end)
        }
        return size
    }

    /// The record whose block ends at `offset`, if one does.
    private mutating func recordBefore(_ segment: SegmentReader) throws(JournalError) -> JournalRecord? {
        try fill(segment)
        guard let (entry, length) = blockBefore(segment) else { return nil }
        let next = JournalPosition(segment: segment.number, offset: offset)
        pass(UInt64(length))
        return JournalRecord(
            entry: entry, position: JournalPosition(segment: segment.number, offset: offset), next: next)
    }

    private func blockBefore(_ segment: SegmentReader) -> (entry: JournalEntry, length: Int)? {
        let end = Int(offset - pieceStart)
        // A block's last four octets are its length.
        guard end >= JournalBlock.shortest else { return nil }
        let octets = unsafe piece.span.bytes.extracting(0..<end)
        let length = Int(JournalBlock.closingLength(octets))
        guard length >= JournalBlock.shortest, length <= end else { return nil }
        let block = octets.extracting(end - length..<end)
        let position = JournalPosition(segment: segment.number, offset: offset - UInt64(length))
        guard JournalBlock.check(block, position: position) == length else { return nil }
        return JournalBlock.entry(block, interfaces: segment.head.interfaces).map { ($0, length) }
    }

    private mutating func pass(_ octets: UInt64) {
        let passed = min(octets, offset)
        offset -= passed
        octetsRead += passed
    }

    /// Sees to it that the piece holds a whole block before `offset`, or all that there is.
    private mutating func fill(_ segment: SegmentReader) throws(JournalError) {
        let needed = min(UInt64(JournalBlock.longest), offset - segment.start)
        if offset - min(offset, pieceStart) >= needed, offset <= pieceStart + UInt64(piece.count) { return }
        pieceStart = max(segment.start, offset > UInt64(Self.pieceSize) ? offset - UInt64(Self.pieceSize) : 0)
        piece = try segment.read(at: pieceStart, count: Int(offset - pieceStart))
        // A file that became shorter meanwhile has nothing more to find here.
        offset = min(offset, pieceStart + UInt64(piece.count)) & ~3
    }
}
