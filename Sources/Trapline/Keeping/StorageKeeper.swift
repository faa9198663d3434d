import Basics
import Foundation
import Journal
import Logging
import Pipeline
import SNMPWire
import Store
import Synchronization
import TraplineMetrics

/// The thread that looks after what is kept: it removes the journal's segments when their time has come, has the ballast
/// restored once there is space, and tells of a full or failing disk, of the limit, and of what was lost to either.
final class StorageKeeper: Sendable {
    /// What it asks of the rest of the house. The closures run on its thread and may block.
    struct Surroundings: Sendable {
        /// Who needs which segments.
        var holds: @Sendable () throws -> RetentionPolicy.Holds
        /// Why the store does not take events.
        var storeFailure: @Sendable () -> StoreError?
        /// Datagrams that the journal did not keep since the start, by listener and reason.
        var failed: @Sendable () -> [String: [String: Int]]
        /// Has the pipeline pass over what lies before a position; what of it was not processed.
        var giveUp: @Sendable (_ end: JournalPosition) throws -> PipelineRunner.GivenUp
        /// The time by which the segments' age is judged.
        var now: @Sendable () -> Timestamp
        /// Nobody reads below this segment any more.
        var release: @Sendable (_ segment: UInt64) -> Void
    }

    private struct State {
        var alarms: StorageAlarms
        var blind = BlindCounts()
        /// They only move on, so that the last ones known hold enough where nobody can be asked.
        var holds = RetentionPolicy.Holds(pipeline: 0)
        /// When a loss that goes on was told last, on the monotonic clock.
        var lastBlind: ContinuousClock.Instant?
        var couldNotRemove = false
        /// Own facts of segments that were given up, to be journaled again.
        var facts: [JournalEntry] = []
        /// Datagrams went unprocessed with the segment that is to be removed next.
        var isLosing = false
        /// What was logged last: a fact that cannot be journaled is tried again and again.
        var logged: StorageAlarms.Fact?
    }

    /// Between two looks: what the alarm of a full disk and the end of it wait for at most.
    private static let pause = DispatchTimeInterval.seconds(1)
    /// A loss that goes on is told as often: the counts of a crash in between are lost with it.
    private static let blindInterval = Duration.seconds(60)

    private let journal: JournalWriter
    private let segmentSize: Int
    private let reserve: SpaceReserve
    private let facts: FactRecorder
    private let surroundings: Surroundings
    private let metrics: KeeperMetrics
    private let logger: Logger
    private let retention: Mutex<JournalRetention>
    private let isStopping = Atomic<Bool>(false)
    private let wake = DispatchSemaphore(value: 0)
    private let ended = DispatchSemaphore(value: 0)

    init(
        journal: JournalWriter, segmentSize: Int, retention: JournalRetention, reserve: SpaceReserve,
        facts: FactRecorder, surroundings: Surroundings, metrics: MetricsRegistry, logger: Logger
    ) {
        self.journal = journal
        self.segmentSize = segmentSize
        self.retention = Mutex(retention)
        self.reserve = reserve
        self.facts = facts
        self.surroundings = surroundings
        self.metrics = KeeperMetrics(metrics, journal: journal, reserve: reserve)
        self.logger = logger
        journal.limit(to: Self.limit(retention))
    }

    /// Takes over other bounds, from the next look on.
    func replace(_ new: JournalRetention) {
        retention.withLock { $0 = new }
        journal.limit(to: Self.limit(new))
        wake.signal()
    }

    /// - Parameter alarms: with those that stood at the last stop.
    func start(_ alarms: StorageAlarms) {
        journal.whenSegmentBegins { [wake] in wake.signal() }
        let thread = Thread { [self] in
            var state = State(alarms: alarms)
            while !isStopping.load(ordering: .acquiring) {
                look(&state)
                _ = wake.wait(timeout: .now() + Self.pause)
            }
            look(&state)
            ended.signal()
        }
        thread.name = "keeper"
        thread.start()
    }

    /// Looks once more and ends the thread; call it before the journal is closed. Blocks.
    func stop() {
        isStopping.store(true, ordering: .releasing)
        wake.signal()
        ended.wait()
    }

    /// Under `drop-oldest` the keeper makes room, and nothing is refused.
    private static func limit(_ retention: JournalRetention) -> Int? {
        retention.whenFull == .refuseNew ? retention.limit : nil
    }

    // MARK: - On the thread

    private func look(_ state: inout State) {
        restoreBallast()
        let journalTrouble = journalTrouble
        tell(state.alarms.due(StorageAlarms.journal, journalTrouble), &state)
        // Once it found the disk full the store is no better until the ballast is there again: what it writes meanwhile
        // it writes in the ballast's room.
        let isWaiting = reserve.isGivenUp && state.alarms.hasFailed(StorageAlarms.store)
        tell(state.alarms.due(StorageAlarms.store, storeTrouble ?? (isWaiting ? journalTrouble : nil)), &state)
        retain(&state)
        tellBlind(&state, goesOn: journalTrouble != nil || state.alarms.isHeld)
    }

    /// First of all, before anything else takes the space.
    private func restoreBallast() {
        guard reserve.isGivenUp, reserve.restore() else { return }
        logger.notice("there is space on the disk again: the ballast is restored, and datagrams are taken")
    }

    private var journalTrouble: StorageAlarms.Trouble? {
        if reserve.isGivenUp {
            return StorageAlarms.Trouble(reason: JournalError.Reason.diskFull.rawValue, detail: reserve.cause)
        }
        return journal.standingFailure.map { StorageAlarms.Trouble(reason: $0.reason.rawValue, detail: "\($0)") }
    }

    private var storeTrouble: StorageAlarms.Trouble? {
        guard let failure = surroundings.storeFailure() else { return nil }
        let reason = reserve.isGivenUp ? JournalError.Reason.diskFull.rawValue : failure.code.rawValue
        return StorageAlarms.Trouble(reason: reason, detail: "\(failure)")
    }

    private func tell(_ due: [StorageAlarms.Fact], _ state: inout State) {
        for fact in due {
            // The rest comes with the next look: an end is not told before its beginning.
            if state.logged != fact { log(fact) }
            state.logged = fact
            guard record(fact) else { return }
            state.alarms.told(fact)
        }
    }

    private func log(_ fact: StorageAlarms.Fact) {
        switch fact {
        case .failed(let storage, let trouble):
            logger.error("the \(storage) cannot be written (\(trouble.reason)): \(trouble.detail)")
        case .recovered(let storage): logger.notice("the \(storage) is written again")
        case .held(let storage, let holder): logger.error("the \(storage) has reached its limit, held by \(holder)")
        case .released(let storage, _): logger.notice("the \(storage) is below its limit again")
        }
    }

    private func record(_ fact: StorageAlarms.Fact) -> Bool {
        func text(_ name: OID, _ text: String, _ limit: Int) -> VariableBinding {
            FactRecorder.text(name, String(decoding: text.utf8.prefix(limit), as: UTF8.self))
        }
        switch fact {
        case .failed(let storage, let trouble):
            return facts.recordDurably(
                OwnFacts.storageFailed,
                [
                    text(OwnFacts.storageName, storage, 32), text(OwnFacts.failureReason, trouble.reason, 64),
                    text(OwnFacts.failureDetail, trouble.detail, 1_000),
                ])
        case .recovered(let storage):
            return facts.recordDurably(OwnFacts.storageRecovered, [text(OwnFacts.storageName, storage, 32)])
        case .held(let storage, let holder):
            return facts.recordDurably(
                OwnFacts.retentionHeld,
                [text(OwnFacts.storageName, storage, 32), text(OwnFacts.holder, holder, 255)])
        case .released(let storage, let holder):
            return facts.recordDurably(
                OwnFacts.retentionReleased,
                [text(OwnFacts.storageName, storage, 32), text(OwnFacts.holder, holder, 255)])
        }
    }

    private func tellBlind(_ state: inout State, goesOn: Bool) {
        state.blind.update(surroundings.failed())
        let now = ContinuousClock.now
        let untold = state.blind.untold
        guard !untold.isEmpty else { return }
        let isLast = isStopping.load(ordering: .acquiring)
        if goesOn, !isLast {
            // The beginning of an interval is the alarm's to tell.
            let last = state.lastBlind ?? now
            state.lastBlind = last
            guard last.duration(to: now) >= Self.blindInterval else { return }
        }
        for interval in untold {
            guard tellBlind(interval) else { return }
            state.blind.told(interval)
        }
        state.lastBlind = nil
    }

    private func tellBlind(_ interval: BlindCounts.Interval) -> Bool {
        facts.recordDurably(
            OwnFacts.blind,
            [
                VariableBinding(name: OwnFacts.blindReason, value: .integer(interval.reason.rawValue)),
                VariableBinding(
                    name: OwnFacts.blindDatagrams, value: .gauge32(UInt32(clamping: interval.datagrams))),
                FactRecorder.text(OwnFacts.listenerName, interval.listener),
                FactRecorder.text(OwnFacts.blindSender, ""),
            ])
    }
}

// MARK: - Retention

extension StorageKeeper {
    private func retain(_ state: inout State) {
        do {
            state.holds = try surroundings.holds()
        } catch {
            logger.debug("who needs the journal cannot be asked: \(error)")
        }
        let policy = RetentionPolicy(retention: retention.withLock { $0 }, segmentSize: segmentSize)
        let plan = policy.plan(journal.segments, holds: state.holds, now: surroundings.now())
        metrics.note(held: plan.held)
        tell(state.alarms.due(isAtLimit: plan.isAtLimit, holders: plan.holders), &state)
        for removal in plan.removals {
            guard remove(removal, &state) else { return }
        }
    }

    private func remove(_ removal: RetentionPolicy.Removal, _ state: inout State) -> Bool {
        var cost = removal.cost
        do {
            if cost == .unprocessed {
                // Told before it is done: a crash in between tells of a loss that did not happen, never the reverse.
                let lost = try surroundings.giveUp(JournalPosition(segment: removal.segment + 1, offset: 0))
                state.blind.add(dropped: lost.datagrams)
                metrics.note(dropped: lost.datagrams)
                state.isLosing = state.isLosing || !lost.datagrams.isEmpty
                state.facts += lost.facts
                guard state.facts.isEmpty || facts.recordAgain(state.facts) else { return false }
                state.facts = []
                for interval in state.blind.untold where interval.reason == .journalLimit {
                    guard tellBlind(interval) else { return false }
                    state.blind.told(interval)
                }
                // The plan goes by the store's last checkpoint, and the pipeline is ahead of that.
                if !state.isLosing {
                    let sinks = state.holds.sinks(needing: removal.segment)
                    cost = sinks.isEmpty ? .none : .datagrams(sinks: sinks)
                }
            }
            surroundings.release(removal.segment + 1)
            try journal.remove(segment: removal.segment)
        } catch {
            if !state.couldNotRemove { logger.error("segment \(removal.segment) cannot be removed: \(error)") }
            state.couldNotRemove = true
            return false
        }
        state.couldNotRemove = false
        state.isLosing = false
        metrics.note(removed: cost)
        switch cost {
        case .none: break
        case .datagrams(let sinks):
            logger.warning(
                "segment \(removal.segment) is removed at the limit; \(sinks.joined(separator: ", ")) will deliver its events without their datagrams"
            )
        case .unprocessed:
            logger.error("segment \(removal.segment) is removed at the limit before it was processed")
        }
        return true
    }
}
