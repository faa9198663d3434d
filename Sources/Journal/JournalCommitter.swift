internal import Basics
internal import Glibc

/// Writes commit groups into segments; only the writer's thread uses it. All that can fail on disk fails here.
final class JournalCommitter {
    /// How often a group is written before its batches are told that it failed; each time into a new segment. One
    /// failure may be the file's own (a bad block); a third is the disk's.
    static let mostAttempts = 3
    /// Between attempts, and between groups while the disk keeps failing: long enough not to spin, short enough to
    /// resume soon after space returns.
    static let pause = Duration.milliseconds(100)
    /// Octets handed to one `write(2)`.
    static let pieceSize = 1_024 * 1_024

    private let folder: JournalFolder
    private let lock: JournalLock
    private let settings: JournalSettings
    private let operations: FileOperations
    private let reserve: SpaceReserve?

    private var segment: SegmentWriter?
    /// The highest segment number used so far, even by a segment that could not be begun.
    private var lastNumber: UInt64
    private var predecessor: SegmentHead.Predecessor
    private var output: [UInt8] = []
    /// Why the group before failed; `nil` while all is well.
    private(set) var failure: JournalError?

    init(
        folder: JournalFolder, lock: JournalLock, settings: JournalSettings, after position: JournalPosition?,
        reserve: SpaceReserve? = nil, operations: FileOperations
    ) throws(JournalError) {
        self.folder = folder
        self.reserve = reserve
        self.lock = lock
        self.settings = settings
        self.operations = operations
        self.lastNumber = max(try folder.segments().last ?? 0, position?.segment ?? 0)
        self.predecessor = SegmentHead.Predecessor(number: lastNumber, end: 0)
    }

    /// The first segment of all. A server that starts on a full disk starts all the same, on the ballast.
    func beginFirstSegment(_ interfaces: [String]) throws(JournalError) -> JournalPosition {
        do throws(JournalError) {
            return try beginSegment(interfaces)
        } catch {
            guard error.reason == .diskFull, let reserve, !reserve.isGivenUp else { throw error }
            reserve.giveUp("\(error)")
            return try beginSegment(interfaces)
        }
    }

    /// Begins a new segment that describes `interfaces`; gives where its first record will stand.
    private func beginSegment(_ interfaces: [String]) throws(JournalError) -> JournalPosition {
        if let segment {
            predecessor = SegmentHead.Predecessor(number: segment.number, end: segment.durableLength)
            self.segment = nil
        }
        lastNumber += 1
        let new = try SegmentWriter(
            number: lastNumber, head: SegmentHead(interfaces: interfaces, predecessor: predecessor), folder: folder,
            lock: lock, syncs: settings.sync != .never, operations: operations)
        segment = new
        return JournalPosition(segment: new.number, offset: new.length)
    }

    /// Makes the group durable, in as many segments as it takes, and tells each of its batches apart in `remaining`.
    /// `published` is called each time that readers may go further. After an error some of the batches may be durable,
    /// each whole.
    ///
    /// A full disk costs the ballast, and all records but the server's own: those are written in its room.
    func commit(
        _ group: inout CommitGroup, interfaces: [String], published: (JournalPosition) -> Void
    ) -> JournalError? {
        group.order()
        var next = 0
        var attempts = 0
        // While the disk is known to fail one attempt is enough to see whether it still does.
        let mostAttempts = failure == nil ? Self.mostAttempts : 1
        while next < group.records.count {
            if let reserve, reserve.isGivenUp {
                group.leaveOutAllButOwn(from: next, Self.fullDisk(folder.path))
                guard next < group.records.count else { break }
            }
            do throws(JournalError) {
                let end = try commitRun(group, from: next, interfaces: interfaces)
                group.becameDurable(next..<end.index)
                next = end.index
                published(end.position)
            } catch {
                abandonSegment()
                if error.reason == .diskFull, let reserve {
                    reserve.giveUp("\(error)")
                    group.leaveOutAllButOwn(from: next, error)
                    guard next < group.records.count else {
                        failure = error
                        return error
                    }
                }
                attempts += 1
                guard attempts < mostAttempts else {
                    failure = error
                    return error
                }
                Self.sleep(Self.pause)
            }
        }
        failure = nil
        return nil
    }

    /// Writes and syncs as many whole batches as the segment has room for, at least one.
    private func commitRun(
        _ group: CommitGroup, from first: Int, interfaces: [String]
    ) throws(JournalError) -> (index: Int, position: JournalPosition) {
        let (segment, end) = try segmentWithRoom(for: group, from: first, interfaces)
        var index = first
        while index < end {
            output.removeAll(keepingCapacity: true)
            while index < end, output.count < Self.pieceSize {
                let offset = segment.length + UInt64(output.count)
                group.seal(
                    group.records[index], at: JournalPosition(segment: segment.number, offset: offset), into: &output)
                index += 1
            }
            try segment.write(output)
        }
        try segment.commit()
        return (end, JournalPosition(segment: segment.number, offset: segment.durableLength))
    }

    /// The segment that takes the next records, and up to which. One that holds none yet takes a batch, or batches that
    /// are mixed by their times, of whatever size: it may become longer than the settings say, by one group at most.
    private func segmentWithRoom(
        for group: CommitGroup, from first: Int, _ interfaces: [String]
    ) throws(JournalError) -> (SegmentWriter, end: Int) {
        if let segment, segment.interfaceCount >= group.interfaceCount {
            let room = room(in: segment)
            let cut = group.cut(from: first, within: room)
            if cut.octets <= room || !segment.hasDurableRecords { return (segment, cut.end) }
        }
        _ = try beginSegment(interfaces)
        guard let segment else { throw JournalError(.closed, path: folder.path, detail: "no segment is open") }
        return (segment, group.cut(from: first, within: room(in: segment)).end)
    }

    private func room(in segment: SegmentWriter) -> UInt64 {
        UInt64(settings.segmentSize) - min(UInt64(settings.segmentSize), segment.length)
    }

    private func abandonSegment() {
        guard let segment else { return }
        segment.abandon()
        if segment.hasDurableRecords {
            predecessor = SegmentHead.Predecessor(number: segment.number, end: segment.durableLength)
        }
        self.segment = nil
    }

    /// Why nothing but the server's own facts is taken.
    static func fullDisk(_ path: String) -> JournalError {
        JournalError(.diskFull, path: path, detail: "the disk is full; until there is space only own facts are kept")
    }

    private static func sleep(_ duration: Duration) {
        var time = timespec(
            tv_sec: time_t(duration.components.seconds), tv_nsec: Int(duration.components.attoseconds / 1_000_000_000))
        unsafe nanosleep(&time, nil)
    }
}
