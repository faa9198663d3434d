internal import Basics

/// Appends datagrams to the journal and makes them durable in groups (group commit).
///
/// `append` turns entries into blocks in memory and returns; a thread of the writer's own writes them, syncs, moves
/// ``committed`` and then tells each batch. While one group is on its way to the disk the next one gathers.
public final class JournalWriter: Sendable {
    /// Called once a batch is durable, or cannot be made so, on the writer's thread, in the order of the appends. It must
    /// be quick; it may append, which then never waits but fails when the buffer is full.
    public typealias Completion = @Sendable (Result<Void, JournalError>) -> Void

    private enum Condition {
        /// Something for the writer's thread to do.
        static let work = 0
        /// The gather buffer was emptied.
        static let room = 1
        /// `committed` moved, or the writer closed.
        static let commit = 2
        static let count = 3
    }

    private struct State {
        var gathering = CommitGroup()
        /// The group written before, empty, kept for its memory.
        var spare = CommitGroup()
        var interfaces: [String]
        var committed: JournalPosition
        var segments: SegmentList
        /// Octets of the group that is being written.
        var writing = 0
        /// Octets of segments past which only the server's own facts are taken.
        var limit = Int.max
        var whenSegmentBegins: (@Sendable () -> Void)?
        var beforeCommit: (@Sendable () -> Void)?
        var standingFailure: JournalError?
        var isClosing = false
        var isClosed = false
        /// Before this moment no commit begins unless the group is large.
        var notBefore: UInt64 = 0

        /// With what is on its way to the disk.
        var isFull: Bool {
            limit < .max && Int(clamping: segments.total) + writing + gathering.byteCount >= limit
        }
    }

    /// What the last writer left behind damaged: a torn tail after a crash, as a rule none.
    public let recovered: [JournalDamage]
    /// Why what the last writer left could not be made durable; `nil` where it is. A kill may have come between a write
    /// and its sync, and readers show what was written.
    public let pastFailure: JournalError?

    private let folder: JournalFolder
    private let settings: JournalSettings
    private let ownInterface: String?
    private let reserve: SpaceReserve?
    private let operations: FileOperations
    private let monitor: Monitor<State>
    private let thread: WriterThread

    /// Locks the folder, which is made where it is missing, and begins a new segment that describes `interfaces`. Names
    /// that come later are added: they only cost a new segment.
    ///
    /// - Parameters:
    ///   - position: the last one that a store has saved: where somebody emptied the journal's folder, numbering still
    ///     goes on behind it, so that no position is used twice.
    ///   - lock: one that the caller took before.
    ///   - ownInterface: the interface of the server's own facts, which are taken when nothing else is.
    ///   - reserve: given up on a full disk; from then on, until it is restored, only own facts are taken.
    public convenience init(
        folder: String, settings: JournalSettings, interfaces: [String], after position: JournalPosition? = nil,
        lock: JournalLock? = nil, ownInterface: String? = nil, reserve: SpaceReserve? = nil
    ) throws(JournalError) {
        try self.init(
            folder: folder, settings: settings, interfaces: interfaces, after: position, lock: lock,
            ownInterface: ownInterface, reserve: reserve, operations: .system)
    }

    init(
        folder path: String, settings: JournalSettings, interfaces: [String], after position: JournalPosition? = nil,
        lock held: JournalLock? = nil, ownInterface: String? = nil, reserve: SpaceReserve? = nil,
        operations: FileOperations
    ) throws(JournalError) {
        let folder = JournalFolder(path: path)
        try folder.create()
        let lock: JournalLock
        if let held { lock = held } else { lock = try JournalLock(folder) }
        self.folder = folder
        self.settings = settings
        self.ownInterface = ownInterface
        self.reserve = reserve
        self.operations = operations
        self.recovered = try JournalReader.damageAtEnd(of: folder)
        self.pastFailure = settings.sync == .never ? nil : Self.syncLastSegment(of: folder, operations)
        var names: [String] = []
        for name in interfaces where !names.contains(name) { names.append(name) }
        guard names.count <= SegmentHead.mostInterfaces else { throw Self.tooManyInterfaces(path) }
        let committer = try JournalCommitter(
            folder: folder, lock: lock, settings: settings, after: position, reserve: reserve,
            operations: operations)
        var segments = SegmentList()
        for known in try folder.summaries() { segments.note(known.number, size: known.size, at: known.lastWritten) }
        let start = try committer.beginFirstSegment(names)
        segments.note(start.segment, size: start.offset, at: .now)
        let monitor = Monitor(
            State(interfaces: names, committed: start, segments: segments), conditions: Condition.count)
        self.monitor = monitor
        do throws(SystemError) {
            // The thread holds the monitor and the committer but not the writer, so that dropping the writer closes it.
            thread = try WriterThread { Self.run(monitor, committer, settings) }
        } catch {
            throw JournalError(error, doing: "start a thread", path: path)
        }
    }

    /// Older segments were synced before the next one was begun.
    private static func syncLastSegment(of folder: JournalFolder, _ operations: FileOperations) -> JournalError? {
        do throws(JournalError) {
            guard let number = try folder.segments().last else { return nil }
            let segment = try SegmentReader(number: number, folder: folder)
            try segment?.sync(operations)
            return nil
        } catch {
            return error
        }
    }

    deinit { close() }

    /// Gathers the entries for the next commit. Waits where ``JournalSettings/gatherLimit`` is reached: whoever reads a
    /// socket then stops reading it. The buffer never holds more than the limit and one batch.
    public func append(_ entries: [JournalEntry], whenDurable: Completion? = nil) {
        for entry in entries where Self.isTooLarge(entry) {
            whenDurable?(
                .failure(
                    JournalError(
                        .tooLarge, path: folder.path, detail: "a payload of \(entry.payload.count) octets")))
            return
        }
        let isOwn = isOwn(entries)
        enter(isOwn: isOwn || entries.isEmpty, whenDurable) { state in
            gather(entries, isOwn: isOwn, whenDurable, &state)
        }
    }

    /// The same for a batch of blocks, which is left empty: its memory goes round between the sockets' threads and the
    /// writer's.
    public func append(_ batch: inout JournalBatch, whenDurable: Completion? = nil) {
        let isOwn = batch.interface == ownInterface
        enter(isOwn: isOwn || batch.isEmpty, whenDurable) { state in
            gather(&batch, isOwn: isOwn, whenDurable, &state)
        }
        batch.removeAll()
    }

    /// Waits for room and lets `gather` add to the group; where that cannot be, tells `whenDurable` why. `isOwn`: it is
    /// taken when nothing else is.
    private func enter(isOwn: Bool, _ whenDurable: Completion?, _ gather: (inout State) -> JournalError?) {
        if !isOwn, let reserve, reserve.isGivenUp {
            whenDurable?(.failure(JournalCommitter.fullDisk(folder.path)))
            return
        }
        let isOwnThread = thread.isCurrent
        let refusal: JournalError?? = monitor.wait(on: Condition.room) { state in
            if state.isClosing {
                return .some(JournalError(.closed, path: folder.path, detail: "the journal is closed"))
            }
            guard isOwn || !state.isFull else {
                return .some(
                    JournalError(.journalFull, path: folder.path, detail: "the journal has reached its limit"))
            }
            let (before, wasEmpty) = (state.gathering.byteCount, state.gathering.isEmpty)
            guard before < settings.gatherLimit else {
                return isOwnThread
                    ? .some(JournalError(.bufferFull, path: folder.path, detail: "the gather buffer is full")) : nil
            }
            if let refusal = gather(&state) { return .some(refusal) }
            if wasEmpty || (before < settings.commitSize && state.gathering.byteCount >= settings.commitSize) {
                monitor.signal(Condition.work)
            }
            return .some(nil)
        }
        if let refusal = refusal ?? nil { whenDurable?(.failure(refusal)) }
    }

    /// The end of what is durable: readers go no further.
    public var committed: JournalPosition { monitor.withLock { $0.committed } }

    /// Why the last group could not be made durable; `nil` while the journal works.
    public var standingFailure: JournalError? { monitor.withLock { $0.standingFailure } }

    /// Waits on the calling thread until more is durable than `position`, the time is up or the writer closes; gives
    /// what is durable then.
    public func waitForCommit(beyond position: JournalPosition, timeout: Duration) -> JournalPosition {
        let reached = monitor.wait(on: Condition.commit, until: MonotonicTime.after(timeout)) { state in
            state.committed > position || state.isClosed ? state.committed : nil
        }
        return reached ?? committed
    }

    /// Commits what is gathered, ends the writer's thread and gives the folder free. Later appends fail.
    public func close() {
        monitor.withLock { $0.isClosing = true }
        monitor.signal(Condition.work)
        monitor.signal(Condition.room, all: true)
        guard !thread.isCurrent else { return }
        thread.join()
        // Where another caller is joining the thread already, this one waits for the same end.
        _ = monitor.wait(on: Condition.commit) { $0.isClosed ? true : nil }
    }

    /// Has `body` called before each group is written, on the writer's thread: what it makes durable is so before any of
    /// the group's entries is. Everything that is appended waits for it.
    public func beforeCommit(_ body: @escaping @Sendable () -> Void) {
        monitor.withLock { $0.beforeCommit = body }
    }

    // MARK: Retention

    /// The segments that are there, lowest number first; the last one is being written.
    public var segments: [SegmentSummary] { monitor.withLock { $0.segments.segments } }

    /// Octets of all segments.
    public var size: UInt64 { monitor.withLock { $0.segments.total } }

    /// Octets of segments past which what is new fails with `.journalFull`, but for the server's own facts; `nil` where
    /// room is made in another way.
    public func limit(to octets: Int?) {
        monitor.withLock { $0.limit = octets ?? .max }
    }

    /// Removes a segment, which its readers may still be reading: their positions in it find nothing from then on.
    /// - Throws: where the file cannot be removed; it counts as there then. The one being written is not removed.
    public func remove(segment number: UInt64) throws(JournalError) {
        guard monitor.withLock({ state in state.segments.segments.last.map { $0.number != number } ?? false }) else {
            return
        }
        let path = folder.path(ofSegment: number)
        do throws(SystemError) {
            try operations.remove(path)
        } catch {
            throw JournalError(error, doing: "remove", path: path)
        }
        monitor.withLock { state in _ = state.segments.remove(number) }
    }

    /// Has `body` called each time that a new segment was begun, on the writer's thread: it must be quick.
    public func whenSegmentBegins(_ body: @escaping @Sendable () -> Void) {
        monitor.withLock { $0.whenSegmentBegins = body }
    }

    // MARK: The writer's thread

    private static func run(_ monitor: Monitor<State>, _ committer: JournalCommitter, _ settings: JournalSettings) {
        while true {
            guard var group = nextGroup(monitor, settings) else { break }
            let began = MonotonicTime.now
            let (interfaces, beforeCommit) = monitor.withLock { ($0.interfaces, $0.beforeCommit) }
            monitor.signal(Condition.room, all: true)
            beforeCommit?()
            let error = committer.commit(&group, interfaces: interfaces) { position in
                let whenSegmentBegins = monitor.withLock { state in
                    defer {
                        state.committed = position
                        state.segments.note(position.segment, size: position.offset, at: .now)
                    }
                    return state.committed.segment == position.segment ? nil : state.whenSegmentBegins
                }
                monitor.signal(Condition.commit, all: true)
                whenSegmentBegins?()
            }
            // What became durable is counted by now, and what did not takes no room and stands as a failure, for whoever looks
            // once he is answered.
            monitor.withLock { state in
                state.writing = 0
                state.standingFailure = error
            }
            for batch in group.batches {
                guard let whenDurable = batch.whenDurable else { continue }
                if batch.remaining > 0, let error = batch.failure ?? error {
                    whenDurable(.failure(error))
                } else {
                    whenDurable(.success(()))
                }
            }
            group.removeAll()
            monitor.withLock { state in
                state.spare = group
                state.notBefore =
                    error == nil
                    ? (settings.sync == .always ? 0 : MonotonicTime.after(settings.commitInterval, began))
                    : MonotonicTime.after(JournalCommitter.pause)
            }
        }
        monitor.withLock { $0.isClosed = true }
        monitor.signal(Condition.commit, all: true)
    }

    /// Waits for a group that is due; `nil` once the writer is closed and nothing is left.
    private static func nextGroup(_ monitor: Monitor<State>, _ settings: JournalSettings) -> CommitGroup? {
        while true {
            // First that there is something, then that it is due: only the second wait has a deadline.
            let due: UInt64? = monitor.wait(on: Condition.work) { state in
                !state.gathering.isEmpty ? .some(state.notBefore) : state.isClosing ? .some(0) : nil
            }
            let group: CommitGroup?? = monitor.wait(on: Condition.work, until: due ?? 0) { state in
                let isDue =
                    state.isClosing || MonotonicTime.now >= state.notBefore
                    || (state.standingFailure == nil && state.gathering.byteCount >= settings.commitSize)
                guard isDue else { return nil }
                guard !state.gathering.isEmpty else { return state.isClosing ? .some(nil) : nil }
                let group = state.gathering
                state.writing = group.byteCount
                state.gathering = state.spare
                state.spare = CommitGroup()
                return .some(group)
            }
            if let group { return group }
        }
    }

    /// Puts the entries into the gathering group; the error if they cannot be.
    private func gather(
        _ entries: [JournalEntry], isOwn: Bool, _ whenDurable: Completion?, _ state: inout State
    ) -> JournalError? {
        let known = state.interfaces.count
        for entry in entries where !state.interfaces.contains(entry.interface) {
            guard state.interfaces.count < SegmentHead.mostInterfaces else {
                state.interfaces.removeSubrange(known...)
                return Self.tooManyInterfaces(folder.path)
            }
            state.interfaces.append(entry.interface)
        }
        state.gathering.begin(entries.count, isOwn: isOwn, whenDurable: whenDurable)
        for entry in entries {
            guard let interface = state.interfaces.firstIndex(of: entry.interface) else { continue }
            state.gathering.append(entry, interface: interface)
        }
        return nil
    }

    /// Puts the batch's blocks into the gathering group.
    private func gather(
        _ batch: inout JournalBatch, isOwn: Bool, _ whenDurable: Completion?, _ state: inout State
    ) -> JournalError? {
        let interface = state.interfaces.firstIndex(of: batch.interface) ?? state.interfaces.count
        if interface == state.interfaces.count {
            guard interface < SegmentHead.mostInterfaces else { return Self.tooManyInterfaces(folder.path) }
            state.interfaces.append(batch.interface)
        }
        state.gathering.take(&batch, interface: interface, isOwn: isOwn, whenDurable: whenDurable)
        return nil
    }

    private func isOwn(_ entries: [JournalEntry]) -> Bool {
        guard let ownInterface else { return false }
        return entries.allSatisfy { $0.interface == ownInterface }
    }

    private static func isTooLarge(_ entry: JournalEntry) -> Bool {
        entry.payload.count
            > JournalBlock.largestPayload(from: entry.sender.address, to: entry.receiver.address)
    }

    private static func tooManyInterfaces(_ path: String) -> JournalError {
        JournalError(
            .tooManyInterfaces, path: path,
            detail: "a segment describes at most \(SegmentHead.mostInterfaces) interfaces")
    }
}
