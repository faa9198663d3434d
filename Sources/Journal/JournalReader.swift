internal import Basics
internal import Synchronization

/// Reads records back from the journal, in order, from a saved position; or one record by its position.
///
/// What is damaged is passed over and reported (``takeDamage()``), and the rest is read.
public struct JournalReader: Sendable {
    /// Octets read from a segment at once.
    private static let pieceSize = 1_024 * 1_024
    /// Records held at a time while they are counted.
    private static let countedAtOnce = 1_024
    /// Damage reports kept until somebody takes them; a count goes on beyond it.
    public static let mostDamageReports = 1_000

    /// Where the next record is looked for.
    public private(set) var position: JournalPosition
    /// Damaged stretches met so far, those included that were not kept as reports.
    public private(set) var damageCount = 0

    private let folder: JournalFolder
    private let segments: SegmentCache
    private var damage: [JournalDamage] = []
    private var current: SegmentReader?
    /// Where the current segment ends for good, once a later one is known to follow.
    private var currentEnd: UInt64?
    /// A piece of the current segment, and where it begins.
    private var piece: [UInt8] = []
    private var pieceStart: UInt64 = 0

    /// Begins at `position`, or at the first segment that is there.
    public init(folder: String, from position: JournalPosition?) throws(JournalError) {
        self.folder = JournalFolder(path: folder)
        self.segments = SegmentCache(self.folder)
        if let position {
            self.position = position
        } else {
            self.position = JournalPosition(segment: try self.folder.segments().first ?? 1, offset: 0)
        }
    }

    /// The records from ``position`` on that begin before `end`, at most `limit` of them. `end` is what the writer has
    /// committed; beside a running server, ``end(ofFolder:)``. Fewer than `limit` means that `end` was reached, or that
    /// the records' payloads have come to `octets`: what may pass that is the last of them.
    public mutating func read(
        upTo end: JournalPosition, limit: Int, octets most: Int = .max
    ) throws(JournalError) -> [JournalRecord] {
        var records: [JournalRecord] = []
        var octets = 0
        while records.count < limit, octets < most, position < end {
            guard let segment = try openCurrent(upTo: end) else { break }
            let segmentEnd = try segmentEnd(segment, upTo: end)
            if position.offset >= segmentEnd {
                guard end.segment > segment.number else { break }
                try moveToNextSegment(after: segment, upTo: end)
            } else {
                try read(segment, segmentEnd, limit, most, &records, &octets)
            }
        }
        return records
    }

    /// The record that begins at `position`, which a reader told before.
    public func record(at position: JournalPosition) throws(JournalError) -> JournalRecord {
        guard let segment = try segments.segment(position.segment) else {
            throw JournalError(
                .noRecord, path: folder.path(ofSegment: position.segment), detail: "the segment is not there")
        }
        // One read for the usual record, a second one for a large one.
        for count in [2_048, JournalBlock.longest] {
            let octets = try segment.read(at: position.offset, count: count)
            if let length = unsafe JournalBlock.check(octets.span.bytes, position: position),
                let entry = unsafe JournalBlock.entry(
                    octets.span.bytes.extracting(0..<length), interfaces: segment.head.interfaces)
            {
                return JournalRecord(entry: entry, position: position, next: position.advanced(by: length))
            }
        }
        throw JournalError(.noRecord, path: segment.path, detail: "no whole record stands at \(position)")
    }

    /// Lets go of the segments below `number` that look-ups by position have opened: a file that retention has removed
    /// takes room for as long as somebody holds it open.
    public func release(segmentsBelow number: UInt64) {
        segments.release(below: number)
    }

    /// How many whole records stand from `start` to `end`, by interface.
    public static func count(
        inFolder folder: String, from start: JournalPosition, upTo end: JournalPosition
    ) throws(JournalError) -> [String: Int] {
        var reader = try JournalReader(folder: folder, from: start)
        var counts: [String: Int] = [:]
        while true {
            let records = try reader.read(upTo: end, limit: countedAtOnce)
            for record in records { counts[record.entry.interface, default: 0] += 1 }
            if records.count < countedAtOnce { return counts }
        }
    }

    /// The damage met since the last call.
    public mutating func takeDamage() -> [JournalDamage] {
        defer { damage = [] }
        return damage
    }

    /// The end of the last whole record in a folder, for a command that reads beside a running server or after it.
    /// `nil` for a folder without segments.
    public static func end(ofFolder path: String) throws(JournalError) -> JournalPosition? {
        try scanLastSegment(of: JournalFolder(path: path))?.end
    }

    /// The damage in a folder's last segment: what a crash of the last writer left.
    static func damageAtEnd(of folder: JournalFolder) throws(JournalError) -> [JournalDamage] {
        try scanLastSegment(of: folder)?.damage ?? []
    }

    private static func scanLastSegment(
        of folder: JournalFolder
    ) throws(JournalError) -> (end: JournalPosition, damage: [JournalDamage])? {
        guard let number = try folder.segments().last, let segment = try SegmentReader(number: number, folder: folder)
        else { return nil }
        let size = try segment.size()
        var reader = try JournalReader(
            folder: folder.path, from: JournalPosition(segment: number, offset: min(segment.start, size)))
        var end = reader.position
        while let last = try reader.read(upTo: JournalPosition(segment: number, offset: size), limit: 1_024).last {
            end = last.next
        }
        return (end, reader.takeDamage())
    }
}

// MARK: - Within a segment

extension JournalReader {
    private mutating func read(
        _ segment: SegmentReader, _ end: UInt64, _ limit: Int, _ most: Int, _ records: inout [JournalRecord],
        _ octets: inout Int
    ) throws(JournalError) {
        while records.count < limit, octets < most, position.offset < end {
            try fill(segment, end)
            guard let (entry, length) = recordHere(segment, end) else {
                try passDamage(segment, end)
                continue
            }
            let next = position.advanced(by: length)
            octets += entry.payload.count
            records.append(JournalRecord(entry: entry, position: position, next: next))
            position = next
        }
    }

    private func recordHere(_ segment: SegmentReader, _ end: UInt64) -> (entry: JournalEntry, length: Int)? {
        guard let length = blockHere(end) else { return nil }
        let offset = Int(position.offset - pieceStart)
        let block = unsafe piece.span.bytes.extracting(offset..<offset + length)
        return JournalBlock.entry(block, interfaces: segment.head.interfaces).map { ($0, length) }
    }

    /// The length of the whole block at `position`, if one stands there.
    private func blockHere(_ end: UInt64) -> Int? {
        guard position.offset >= pieceStart, position.offset < end else { return nil }
        let offset = Int(position.offset - pieceStart)
        let available = Int(min(end - pieceStart, UInt64(piece.count)))
        guard offset < available else { return nil }
        return unsafe JournalBlock.check(piece.span.bytes.extracting(offset..<available), position: position)
    }

    /// Sees to it that the piece holds a whole block from `position` on, or all that the segment has.
    private mutating func fill(_ segment: SegmentReader, _ end: UInt64) throws(JournalError) {
        let pieceEnd = pieceStart + UInt64(piece.count)
        let needed = min(position.offset + UInt64(JournalBlock.longest), end)
        if position.offset >= pieceStart, needed <= pieceEnd, !piece.isEmpty { return }
        let count = Int(min(UInt64(Self.pieceSize), end - position.offset))
        piece = try segment.read(at: position.offset, count: count)
        pieceStart = position.offset
    }

    /// Looks for the next block whose lengths and checksum agree, and reports what lies before it.
    private mutating func passDamage(_ segment: SegmentReader, _ end: UInt64) throws(JournalError) {
        let start = position
        // Blocks are multiples of 4 octets long, and so is the head.
        while position.offset < end {
            position.offset += 4
            guard position.offset < end else { break }
            try fill(segment, end)
            // A file that became shorter while it was read has nothing more to find.
            guard position.offset < pieceStart + UInt64(piece.count) else { break }
            if blockHere(end) != nil {
                report(JournalDamage(.damagedBlock, start: start, end: position))
                return
            }
        }
        position.offset = end
        report(JournalDamage(.tornTail, start: start, end: position))
    }

    private mutating func report(_ new: JournalDamage) {
        damageCount += 1
        if damage.count < Self.mostDamageReports { damage.append(new) }
    }
}

// MARK: - From segment to segment

extension JournalReader {
    /// The segment of `position`; where it is missing, the next one that is there. `nil` if there is none up to `end`.
    private mutating func openCurrent(upTo end: JournalPosition) throws(JournalError) -> SegmentReader? {
        if let current, current.number == position.segment { return current }
        if let segment = try SegmentReader(number: position.segment, folder: folder) {
            enter(segment)
            return segment
        }
        let missing = position
        guard let segment = try firstSegment(from: position.segment), segment.number <= end.segment else { return nil }
        position = JournalPosition(segment: segment.number, offset: 0)
        if !segment.head.passesOver(missing.segment) {
            report(JournalDamage(.missingSegments, start: missing, end: position))
        }
        enter(segment)
        return segment
    }

    /// The lowest segment from `number` on, opened: one that retention removes just then is passed over.
    private func firstSegment(from number: UInt64) throws(JournalError) -> SegmentReader? {
        var number = number
        while let found = try folder.firstSegment(from: number) {
            if let segment = try SegmentReader(number: found, folder: folder) { return segment }
            number = found + 1
        }
        return nil
    }

    private mutating func enter(_ segment: SegmentReader) {
        current = segment
        currentEnd = nil
        piece = []
        pieceStart = 0
        if segment.isHeadDamaged {
            // The search for the first whole block begins at the file's start.
            report(
                JournalDamage(
                    .damagedHead, start: JournalPosition(segment: segment.number, offset: 0), end: position))
        } else {
            position.offset = max(position.offset, segment.start)
        }
    }

    /// How far the segment may be read: as far as committed while it is the last one, else to its end.
    private mutating func segmentEnd(
        _ segment: SegmentReader, upTo end: JournalPosition
    ) throws(JournalError) -> UInt64 {
        if end.segment == segment.number { return min(try segment.size(), end.offset) }
        if let currentEnd { return currentEnd }
        var segmentEnd = try segment.size()
        if let head = try firstSegment(from: segment.number + 1)?.head {
            if head.passesOver(segment.number) {
                // What was written here was given up and written again: not even the file may be there any more.
                segmentEnd = min(segmentEnd, segment.start)
            } else if let predecessor = head.predecessor, predecessor.number == segment.number, predecessor.end > 0 {
                segmentEnd = min(segmentEnd, predecessor.end)
            }
        }
        if position.offset > segmentEnd {
            report(
                JournalDamage(
                    .positionPastEnd, start: position,
                    end: JournalPosition(segment: segment.number, offset: segmentEnd)))
        }
        currentEnd = segmentEnd
        return segmentEnd
    }

    private mutating func moveToNextSegment(
        after segment: SegmentReader, upTo end: JournalPosition
    ) throws(JournalError) {
        guard let next = try firstSegment(from: segment.number + 1), next.number <= end.segment else {
            // Nothing is left before the end: a segment that was begun and held nothing is removed again.
            position = end
            return
        }
        let isGap = next.number > segment.number + 1 && !next.head.passesOver(segment.number + 1)
        position = JournalPosition(segment: next.number, offset: 0)
        if isGap {
            report(
                JournalDamage(
                    .missingSegments, start: JournalPosition(segment: segment.number + 1, offset: 0), end: position))
        }
        enter(next)
    }
}

extension JournalPosition {
    func advanced(by length: Int) -> JournalPosition {
        JournalPosition(segment: segment, offset: offset + UInt64(length))
    }
}
