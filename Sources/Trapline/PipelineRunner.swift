import Alarms
import Basics
import Foundation
import Journal
import Logging
import TraplineMetrics
import Pipeline
import SNMPWire
import Sinks
import Store
import Synchronization

/// The thread that carries the journal through the pipeline into the store: the only writer of the store.
///
/// A batch that the store does not take is tried again, with the same records, until it does: nothing is skipped, and
/// intake goes on journaling meanwhile.
final class PipelineRunner: Sendable {
    private struct State {
        var snapshot: PipelineSnapshot?
        var isFinishing = false
        var failure: String?
        /// Why the store does not take events; `nil` while it does.
        var storeFailure: StoreError?
        /// Where the first record stands whose effects are not in the store.
        var next = JournalPosition(segment: 0, offset: 0)
        /// The journal's end at the start, until all before it is processed.
        var backlogEnd: JournalPosition?
    }

    /// How many records a batch takes at most: a transaction of some tens of milliseconds, so that what is new is seen
    /// soon even while a backlog is worked off.
    private static let batchLimit = 4_096
    /// And while a backlog is worked off, when nobody sees what is new soon: fewer transactions, and pages of the store
    /// that are written once instead of four times.
    private static let backlogBatchLimit = 16_384
    /// A batch's payloads in octets: 16,384 datagrams of 64 KiB would be a GiB.
    private static let batchOctets = 16 * 1_024 * 1_024
    /// How often the sinks' progress is saved, in nanoseconds: a crash has that much delivered again, and each time
    /// costs a page of the store.
    private static let progressInterval: UInt64 = 1_000_000_000
    /// How long the thread waits for a commit at a time: what a stop waits for at most.
    private static let idleWait = Duration.milliseconds(100)
    /// Between tries while the store fails, in seconds.
    private static let retryPause: TimeInterval = 1
    /// The event log's name in facts about what is kept.
    static let eventLog = "events"

    /// There are new requests to devices in the store.
    private let tellRequests: @Sendable () -> Void
    private let names: NameResolver?
    private let journal: JournalWriter
    private let store: EventStore
    private let cursors: CursorBoard
    private let signal: EventSignal
    private let logger: Logger
    private let damaged: Counter
    private let lag: Mutex<Timestamp?> = Mutex(nil)
    private let state = Mutex(State())
    private let ended = DispatchSemaphore(value: 0)
    private let log: EventLogWatch
    private let reserve: SpaceReserve
    private let folder: String
    private let ages: AgeClock
    /// Held while a batch is processed, and while retention gives up what is not: a record is either in the store or
    /// counted as lost.
    private let turn = Mutex<Void>(())
    /// What the thread leaves at the stop for whoever finishes the work.
    private let left = Mutex<(EventPipeline, JournalReader)?>(nil)
    /// Of the batch in hand, and of the last that carried the sinks' progress.
    private let pace = Mutex<(limit: Int, progressSaved: UInt64)>((PipelineRunner.batchLimit, 0))

    init(
        journal: JournalWriter, folder: String, reserve: SpaceReserve, store: EventStore, cursors: CursorBoard,
        signal: EventSignal, ages: AgeClock, metrics: MetricsRegistry, logger: Logger,
        tellRequests: @escaping @Sendable () -> Void = {}, names: NameResolver? = nil,
        tellHeld: @escaping EventLogWatch.Teller = { _, _, _ in }
    ) {
        self.log = EventLogWatch(metrics, logger: logger, tell: tellHeld)
        self.tellRequests = tellRequests
        self.names = names
        self.journal = journal
        self.folder = folder
        self.reserve = reserve
        self.ages = ages
        self.store = store
        self.cursors = cursors
        self.signal = signal
        self.logger = logger
        self.damaged = metrics.counter(
            "trapline_journal_damaged_stretches_total", help: "Stretches of the journal that could not be read.",
            labels: [])
        metrics.collect(
            [
                MetricFamily(
                    "trapline_pipeline_lag_seconds", help: "Age of the oldest datagram that waits in the journal.",
                    type: .gauge)
            ]
        ) { [weak self] in [[MetricSample(labels: [], self?.lagSeconds ?? 0)]] }
    }

    /// One line while the store does not take events; `nil` when all is well.
    var failure: String? { state.withLock { $0.failure } }

    /// Why the store does not take events; `nil` while it does.
    var storeFailure: StoreError? { state.withLock { $0.storeFailure } }

    /// How often somebody who waits looks.
    private static let settlingPause: TimeInterval = 0.01

    /// Waits on the calling thread until what the journal has committed by now is processed; `false` if it takes longer
    /// than `seconds`.
    func waitUntilProcessed(atMost seconds: TimeInterval) -> Bool {
        let end = journal.committed
        let deadline = Date(timeIntervalSinceNow: seconds)
        while state.withLock({ $0.next }) < end {
            guard Date.now < deadline else { return false }
            Thread.sleep(forTimeInterval: Self.settlingPause)
        }
        return true
    }

    /// What retention gives up unprocessed.
    struct GivenUp: Sendable {
        /// Datagrams, by listener.
        var datagrams: [String: Int] = [:]
        /// The server's own facts, which must not get lost: an alarm would stand for ever whose end is among them.
        var facts: [JournalEntry] = []
    }

    /// Has the thread pass over all records before `end`, which retention is about to remove; gives what of them was
    /// not processed. It waits for the batch in hand, and blocks while it reads.
    func giveUp(before end: JournalPosition) throws -> GivenUp {
        try turn.withLock { _ in
            let next = state.withLock { $0.next }
            var givenUp = GivenUp()
            guard next < end else { return givenUp }
            var reader = try JournalReader(folder: folder, from: next)
            while true {
                let records = try reader.read(upTo: end, limit: Self.batchLimit)
                for entry in records.lazy.map(\.entry) {
                    if entry.interface != OwnFacts.listener {
                        givenUp.datagrams[entry.interface, default: 0] += 1
                    } else if (try? SNMPNotification.decode(entry.payload))?.trapOID != OwnFacts.tick {
                        givenUp.facts.append(entry)
                    }
                }
                if records.count < Self.batchLimit { break }
            }
            state.withLock { $0.next = end }
            return givenUp
        }
    }

    /// Zero where all that is committed is processed. A batch in hand counts from its oldest datagram.
    private var lagSeconds: Double {
        guard let oldest = lag.withLock({ $0 }) else { return 0 }
        return max(0, Double(Timestamp.now.nanoseconds(since: oldest)) / 1e9)
    }

    /// Takes over new rules, routes and names from the next batch on.
    func replace(_ snapshot: PipelineSnapshot) {
        state.withLock { $0.snapshot = snapshot }
    }

    /// Starts the thread, which reads on from where `reader` stands.
    func start(_ pipeline: EventPipeline, _ reader: JournalReader) {
        state.withLock { state in
            state.next = reader.position
            state.backlogEnd = journal.committed
        }
        let thread = Thread { [self] in
            // Foundation keeps a thread's name to itself.
            ThreadName.set("pipeline")
            // It falls behind into the journal rather than take the processor from intake.
            ThreadPriority.lower()
            var pipeline = pipeline
            var reader = reader
            while !isFinishing, step(&pipeline, &reader) {}
            left.withLock { $0 = (pipeline, reader) }
            ended.signal()
        }
        thread.start()
    }

    /// Ends the thread and processes what the journal has committed; call it once the journal is closed. Blocks.
    ///
    /// The rest is processed on the calling thread: a stop has a deadline, and the pipeline's own thread gives way to
    /// whatever else the machine does.
    func finish() {
        state.withLock { $0.isFinishing = true }
        ended.wait()
        let left = left.withLock { left in
            defer { left = nil }
            return left
        }
        guard var (pipeline, reader) = left else { return }
        while step(&pipeline, &reader) {}
        log.finish()
    }

    private var isFinishing: Bool { state.withLock { $0.isFinishing } }

    /// The sinks' progress, where it is due to be saved.
    private func progress() -> CursorBoard.Pending? {
        let now = DispatchTime.now().uptimeNanoseconds
        let isDue = pace.withLock { pace in
            guard now - pace.progressSaved >= Self.progressInterval else { return false }
            pace.progressSaved = now
            return true
        }
        return isDue ? cursors.pending() : nil
    }

    /// Puts the sinks' last cursors into the store; call it after `finish` and once the sinks have ended.
    func saveCursors() {
        let unsaved = cursors.pending()
        guard !unsaved.isEmpty else { return }
        do {
            try store.commit(BatchOutcome(progress: unsaved.progress))
            cursors.saved(unsaved)
        } catch {
            logger.error("the sinks' last progress is not saved, so they deliver some events again: \(error)")
        }
    }

    // MARK: - On the thread

    /// One batch; `false` when the work is done.
    private func step(_ pipeline: inout EventPipeline, _ reader: inout JournalReader) -> Bool {
        let (isFinishing, snapshot, next) = state.withLock { state in
            defer { state.snapshot = nil }
            return (state.isFinishing, state.snapshot, state.next)
        }
        if let snapshot { pipeline.snapshot = snapshot }
        if pipeline.log.isFull {
            noteLag(next)
            return lookAtLog(&pipeline, isFinishing)
        }
        let committed = journal.committed
        let records: [JournalRecord]
        do {
            if reader.position < next { reader = try JournalReader(folder: folder, from: next) }
            let limit = pace.withLock { $0.limit }
            records = try reader.read(upTo: committed, limit: limit, octets: Self.batchOctets)
            pace.withLock { $0.limit = records.count == limit ? Self.backlogBatchLimit : Self.batchLimit }
        } catch {
            return pause("the journal cannot be read", error, isFinishing)
        }
        for damage in reader.takeDamage() {
            damaged.add()
            logger.warning("the journal is damaged and read past it: \(damage)")
        }
        lag.withLock { $0 = records.first?.entry.time }
        guard !records.isEmpty else {
            if isFinishing { return false }
            if pipeline.log.hasMore { return lookAtLog(&pipeline, isFinishing) }
            _ = journal.waitForCommit(beyond: committed, timeout: Self.idleWait)
            return true
        }
        let unsaved = progress()
        while true {
            do throws(StoreError) {
                let lastRequest = pipeline.lastRequest
                try turn.withLock { _ throws(StoreError) in
                    try process(records, unsaved, &pipeline)
                }
                if pipeline.lastRequest > lastRequest { tellRequests() }
                if let names { names.ask(pipeline.takeNamelessDevices(names.room)) }
                // Until the next batch is read what waits is about as old as the last one.
                lag.withLock { $0 = reader.position < committed ? records.last?.entry.time : nil }
                if let unsaved { cursors.saved(unsaved) }
                cursors.saved(pipeline.requests)
                signal.announce(pipeline.lastEventID)
                recover()
                return true
            } catch {
                guard pause(storeFailure: error, state.withLock { $0.isFinishing }) else { return false }
            }
        }
    }

    private func process(
        _ records: [JournalRecord], _ unsaved: CursorBoard.Pending?, _ pipeline: inout EventPipeline
    ) throws(StoreError) {
        // Retention may have given up what was read meanwhile, and counted it as lost.
        let next = state.withLock { $0.next }
        let kept = records.first.map { $0.position < next } ?? false ? records.filter { $0.position >= next } : records
        try pipeline.advance(
            over: kept, progress: unsaved?.progress ?? SinkProgress(), holds: cursors.holds, now: ages.now)
        let isBacklogDone = state.withLock { state in
            if let last = records.last { state.next = max(state.next, last.next) }
            guard let end = state.backlogEnd, end <= state.next else { return false }
            state.backlogEnd = nil
            return true
        }
        if isBacklogDone, pipeline.ownAlarms.contains(where: { OwnFacts.heldStorage(of: $0.key) == Self.eventLog }) {
            log.noteStandingAlarm()
        }
        log.note(pipeline.log)
    }

    /// Looks at the event log's size with no records in hand: there is more to remove; or it is full, and then nothing
    /// is read until the sinks' progress has made room: the journal keeps it.
    private func lookAtLog(_ pipeline: inout EventPipeline, _ isFinishing: Bool) -> Bool {
        let unsaved = cursors.pending()
        do throws(StoreError) {
            try pipeline.advance(over: [], progress: unsaved.progress, holds: cursors.holds, now: ages.now)
        } catch {
            return pause(storeFailure: error, isFinishing)
        }
        cursors.saved(unsaved)
        log.note(pipeline.log)
        guard pipeline.log.isFull else {
            recover()
            return true
        }
        state.withLock { $0.storeFailure = nil }
        return pause("events wait", LogFull(holder: pipeline.log.holder ?? "?"), isFinishing)
    }

    private struct LogFull: Error, CustomStringConvertible {
        var holder: String
        var description: String { "the event log has reached its limit, and sink \(holder) has not read the oldest" }
    }

    /// What waits while nothing is read ages too.
    private func noteLag(_ next: JournalPosition) {
        guard lag.withLock({ $0 }) == nil, var reader = try? JournalReader(folder: folder, from: next) else { return }
        let oldest = try? reader.read(upTo: journal.committed, limit: 1).first?.entry.time
        lag.withLock { $0 = oldest }
    }

    private func pause(storeFailure error: StoreError, _ isFinishing: Bool) -> Bool {
        state.withLock { $0.storeFailure = error }
        // SQLite does not always tell a full disk from another failure.
        if error.code == .full || (error.code == .failed && reserve.isDiskFull) {
            reserve.giveUp("the store found it: \(error)")
        }
        return pause("events cannot be stored", error, isFinishing)
    }

    /// Says once what is wrong and waits a little; `false` where a stop should not wait for it to mend: the journal
    /// keeps what is not processed.
    private func pause(_ what: String, _ error: any Error, _ isFinishing: Bool) -> Bool {
        let isNews = state.withLock { state in
            defer { state.failure = "\(what): \(error)" }
            return state.failure == nil
        }
        if isNews { logger.error("\(what), trying again: \(error)") }
        if isFinishing {
            logger.error("\(what) at the stop; the journal keeps what is not processed for the next start")
            return false
        }
        Thread.sleep(forTimeInterval: Self.retryPause)
        return true
    }

    private func recover() {
        let hadFailed = state.withLock { state in
            defer {
                state.failure = nil
                state.storeFailure = nil
            }
            return state.failure != nil
        }
        if hadFailed { logger.notice("events are stored again") }
    }
}
