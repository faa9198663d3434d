internal import Basics
internal import Dispatch
internal import Foundation
internal import GRDB
internal import GRDBSQLite
internal import Journal
internal import Synchronization

/// Merges SQLite's log of changes (the WAL) into the store's file, on a connection and a thread of its own, so that the
/// pipeline does not wait for the disk; and knows which journal position is safe there.
///
/// The log grows while the pipeline writes. What a checkpoint leaves over, since more was written meanwhile, is merged at
/// once in a second one between two transactions, and then the log begins again at its start.
final class Checkpointer: Sendable {
    /// Pages of 4 KiB in the log that are worth a checkpoint: 16 MiB, about a second at 50,000 events/s. Pages that are
    /// written again and again are then merged once.
    private static let wantedPages = 4_096
    /// The hard limit: 64 MiB. The thread did not keep up (it gives way to the others), so the writer does it itself.
    static let mostPages = 16_384
    /// What lies in the log of a quiet server is merged as often, in seconds: the journal can only then be shortened.
    private static let quietSeconds = 5.0

    private struct State {
        /// Behind the last transaction.
        var committed: JournalPosition?
        var checkpointed: JournalPosition?
        /// How many transactions there were.
        var transactions = 0
        /// In the log, as SQLite told after the last transaction.
        var pages = 0
        var isAwake = false
        var isStopping = false
    }

    private let state: Mutex<State>
    private let connection: DatabaseQueue
    /// A transaction of the writer and the end of a checkpoint exclude one another.
    private let turn = Mutex<Void>(())
    /// Of the two who may checkpoint, the thread and the writer, one at a time.
    private let checkpoint = Mutex<Void>(())
    private let wake = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    /// - Parameter committed: what the store holds.
    init(path: String, configuration: Configuration, committed: JournalPosition?) throws {
        var configuration = configuration
        configuration.label = "trapline.checkpoints"
        connection = try DatabaseQueue(path: path, configuration: configuration)
        state = Mutex(State(committed: committed))
        // What the last run left in the log. A failure is the next one's: the store can be read all the same.
        _ = try? merge()
        let thread = Thread { [self] in
            ThreadPriority.lower()
            while work() {}
            ended.signal()
        }
        thread.name = "checkpoints"
        thread.start()
    }

    /// The position behind the last batch whose effects are in the store's file for good.
    var position: JournalPosition? { state.withLock { $0.checkpointed } }

    /// Has the connection tell after each transaction how long the log is, in place of SQLite's own checkpoints.
    func watch(_ database: Database) {
        unsafe sqlite3_wal_hook(
            database.sqliteConnection,
            { context, _, _, pages in
                guard let context = unsafe context else { return SQLITE_OK }
                unsafe Unmanaged<Checkpointer>.fromOpaque(context).takeUnretainedValue().note(pages: Int(pages))
                return SQLITE_OK
            }, Unmanaged.passUnretained(self).toOpaque())
    }

    /// Runs a transaction, which ends with everything before `position` in the store.
    func transaction(position: JournalPosition?, _ body: () throws -> Void) throws {
        if state.withLock({ $0.pages }) >= Self.mostPages { try mergeAtLimit() }
        try turn.withLock { _ in try body() }
        state.withLock { state in
            state.committed = position ?? state.committed
            state.transactions += 1
        }
    }

    /// Ends the thread and closes the connection.
    func stop() {
        let isFirst = state.withLock { state in
            defer { state.isStopping = true }
            return !state.isStopping
        }
        guard isFirst else { return }
        wake.signal()
        ended.wait()
        // A failure harms nothing: the connection holds nothing that is not in the log or the file.
        _ = try? connection.close()
    }

    // MARK: -

    private func note(pages: Int) {
        let isDue = state.withLock { state in
            state.pages = pages
            guard pages >= Self.wantedPages, !state.isAwake else { return false }
            state.isAwake = true
            return true
        }
        if isDue { wake.signal() }
    }

    /// On the thread; `false` at the end.
    private func work() -> Bool {
        _ = wake.wait(timeout: .now() + Self.quietSeconds)
        let (isStopping, pages) = state.withLock { state in
            state.isAwake = false
            return (state.isStopping, state.pages)
        }
        if isStopping { return false }
        guard pages > 0 else { return true }
        // Failing, the log goes on growing, up to the limit at which the writer tells.
        _ = try? merge()
        guard state.withLock({ $0.pages }) > 0 else { return true }
        turn.withLock { _ in _ = try? merge() }
        return true
    }

    /// On the writer's thread. Where the disk is full this says so, before the log fills what is left of it; a reader of
    /// another program that holds an old state of the store only makes the log longer.
    private func mergeAtLimit() throws {
        do {
            try merge()
        } catch let error as DatabaseError where error.resultCode == .SQLITE_BUSY {
            return
        }
    }

    /// Merges what the log holds now, as far as no reader needs the file as it is.
    private func merge() throws {
        try checkpoint.withLock { _ in
            let before = state.withLock { $0 }
            let pages = try connection.inDatabase { try $0.checkpoint(.passive) }
            // Without a log both are -1.
            guard pages.walFrameCount == pages.checkpointedFrameCount else { return }
            state.withLock { state in
                state.checkpointed = before.committed
                // Nothing came in between: the next transaction begins the log anew.
                if state.transactions == before.transactions { state.pages = 0 }
            }
        }
    }
}
