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
        var standingFailure: JournalError?
        var isClosing = false
        var isClosed = false
        /// Before this moment no commit begins unless the group is large.
        var notBefore: UInt64 = 0
    }

    /// What the last writer left behind damaged: a torn tail after a crash, as a rule none.
    public let recovered: [JournalDamage]

    private let folder: JournalFolder
    private let settings: JournalSettings
    private let monitor: Monitor<State>
    private let thread: WriterThread

    /// Locks the folder, which is made where it is missing, and begins a new segment that describes `interfaces`. Names
    /// that come later are added: they only cost a new segment. `lock` is one that the caller took before. `position` is the last one that a store has saved: where
    /// somebody emptied the journal's folder, numbering still goes on behind it, so that no position is used twice.
    public convenience init(
        folder: String, settings: JournalSettings, interfaces: [String], after position: JournalPosition? = nil,
        lock: JournalLock? = nil
    ) throws(JournalError) {
        try self.init(
            folder: folder, settings: settings, interfaces: interfaces, after: position, lock: lock,
            operations: .system)
    }

    init(
        folder path: String, settings: JournalSettings, interfaces: [String], after position: JournalPosition? = nil,
        lock held: JournalLock? = nil, operations: FileOperations
    ) throws(JournalError) {
        let folder = JournalFolder(path: path)
        try folder.create()
        let lock: JournalLock
        if let held { lock = held } else { lock = try JournalLock(folder) }
        self.folder = folder
        self.settings = settings
        self.recovered = try JournalReader.damageAtEnd(of: folder)
        var names: [String] = []
        for name in interfaces where !names.contains(name) { names.append(name) }
        guard names.count <= SegmentHead.mostInterfaces else { throw Self.tooManyInterfaces(path) }
        let committer = try JournalCommitter(
            folder: folder, lock: lock, settings: settings, after: position, operations: operations)
        let start = try committer.beginSegment(names)
        let monitor = Monitor(State(interfaces: names, committed: start), conditions: Condition.count)
        self.monitor = monitor
        do throws(SystemError) {
            // The thread holds the monitor and the committer but not the writer, so that dropping the writer closes it.
            thread = try WriterThread { Self.run(monitor, committer, settings) }
        } catch {
            throw JournalError(error, doing: "start a thread", path: path)
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
        let isOwnThread = thread.isCurrent
        let refusal: JournalError?? = monitor.wait(on: Condition.room) { state in
            if state.isClosing {
                return .some(JournalError(.closed, path: folder.path, detail: "the journal is closed"))
            }
            guard state.gathering.bytes.count < settings.gatherLimit else {
                return isOwnThread
                    ? .some(JournalError(.bufferFull, path: folder.path, detail: "the gather buffer is full")) : nil
            }
            return .some(gather(entries, whenDurable, &state))
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

    // MARK: The writer's thread

    private static func run(_ monitor: Monitor<State>, _ committer: JournalCommitter, _ settings: JournalSettings) {
        while true {
            guard var group = nextGroup(monitor, settings) else { break }
            let began = MonotonicTime.now
            let interfaces = monitor.withLock { $0.interfaces }
            monitor.signal(Condition.room, all: true)
            let error = committer.commit(&group, interfaces: interfaces) { position in
                monitor.withLock { $0.committed = position }
                monitor.signal(Condition.commit, all: true)
            }
            for batch in group.batches {
                guard let whenDurable = batch.whenDurable else { continue }
                if batch.remaining > 0, let error {
                    whenDurable(.failure(error))
                } else {
                    whenDurable(.success(()))
                }
            }
            group.removeAll()
            monitor.withLock { state in
                state.spare = group
                state.standingFailure = error
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
                    || (state.standingFailure == nil && state.gathering.bytes.count >= settings.commitSize)
                guard isDue else { return nil }
                guard !state.gathering.isEmpty else { return state.isClosing ? .some(nil) : nil }
                let group = state.gathering
                state.gathering = state.spare
                state.spare = CommitGroup()
                return .some(group)
            }
            if let group { return group }
        }
    }

    /// Puts the entries into the gathering group; the error if they cannot be.
    private func gather(_ entries: [JournalEntry], _ whenDurable: Completion?, _ state: inout State) -> JournalError? {
        let known = state.interfaces.count
        for entry in entries where !state.interfaces.contains(entry.interface) {
            guard state.interfaces.count < SegmentHead.mostInterfaces else {
                state.interfaces.removeSubrange(known...)
                return Self.tooManyInterfaces(folder.path)
            }
            state.interfaces.append(entry.interface)
        }
        let before = state.gathering.bytes.count
        let wasEmpty = state.gathering.isEmpty
        state.gathering.begin(entries.count, whenDurable: whenDurable)
        for entry in entries {
            guard let interface = state.interfaces.firstIndex(of: entry.interface) else { continue }
            state.gathering.append(entry, interface: interface)
        }
        if wasEmpty || (before < settings.commitSize && state.gathering.bytes.count >= settings.commitSize) {
            monitor.signal(Condition.work)
        }
        return nil
    }

    private static func isTooLarge(_ entry: JournalEntry) -> Bool {
        entry.payload.count > JournalBlock.largestPayload(entry)
    }

    private static func tooManyInterfaces(_ path: String) -> JournalError {
        JournalError(
            .tooManyInterfaces, path: path,
            detail: "a segment describes at most \(SegmentHead.mostInterfaces) interfaces")
    }
}
