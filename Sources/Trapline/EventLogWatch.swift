import Basics
import Logging
import Store
import Synchronization
import TraplineMetrics

/// Shows what each look at the event log's size found, and tells of its limit and of the end of that: once each,
/// whatever was restarted in between.
final class EventLogWatch: Sendable {
    /// Records that `holder` keeps the log at its limit, or that it is released, and says whether that is on disk. It
    /// must not block.
    typealias Teller =
        @Sendable (
            _ isHeld: Bool, _ holder: String, _ whenDone: @escaping @Sendable (_ isOnDisk: Bool) -> Void
        ) -> Void

    /// What sinks lost at the limit since the last line about it.
    private struct Losses {
        var events: [String: Int64] = [:]
        var told: ContinuousClock.Instant?
    }

    /// A loss that goes on is told as often: a line a second would bury the rest of the log.
    static let lossInterval = Duration.seconds(60)

    private let losses = Mutex(Losses())
    private let now: @Sendable () -> ContinuousClock.Instant
    /// Of whom was told that it holds the log at its limit; empty where that was before the start. `nil` where the last
    /// that was told is the end of it.
    private let told = Mutex<String?>(nil)
    private let tell: Teller
    private let logger: Logger
    private let size: Gauge
    private let atLimit: Gauge
    private let removed: Counter
    private let unread: Counter

    init(
        _ metrics: MetricsRegistry, logger: Logger, now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        tell: @escaping Teller
    ) {
        self.tell = tell
        self.now = now
        self.logger = logger
        size = metrics.gauge("trapline_event_log_bytes", help: "Octets of the store that are in use.", labels: [])
        atLimit = metrics.gauge(
            "trapline_event_log_at_limit",
            help: "1 from when a sink holds the event log at its limit until none holds what should go.", labels: [])
        removed = metrics.counter(
            "trapline_events_removed_total", help: "Rows of the event log that retention has removed.", labels: [])
        unread = metrics.counter(
            "trapline_events_removed_unread_total",
            help: "Of these, rows that the sink furthest back had not read: the limit was reached.", labels: [])
    }

    /// What was journaled before the start is processed, and with that the alarm stands: its end is to be told.
    func noteStandingAlarm() {
        told.withLock { $0 = $0 ?? "" }
    }

    /// Called at the stop: what no line has told yet.
    func finish() { tellLosses([:], isLast: true) }

    private func tellLosses(_ lost: [String: Int64], isLast: Bool) {
        let now = now()
        let due = losses.withLock { losses -> [String: Int64] in
            losses.events.merge(lost, uniquingKeysWith: +)
            let isDue = losses.told.map { $0.duration(to: now) >= Self.lossInterval } ?? true
            guard isDue || isLast, !losses.events.isEmpty else { return [:] }
            defer { losses.events = [:] }
            losses.told = now
            return losses.events
        }
        guard !due.isEmpty else { return }
        let list = due.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
            .map { "\($0.key) lost \(counted($0.value, "event"))" }.joined(separator: ", ")
        logger.error("the event log is at its limit, and its oldest rows went before they were delivered: \(list)")
    }

    /// Called after each batch.
    func note(_ log: EventLogState) {
        size.set(Int(clamping: log.size))
        removed.add(Int(clamping: log.removed))
        unread.add(Int(clamping: log.unread))
        let (before, now) = told.withLock { told -> (String?, String?) in
            let before = told
            if log.isAtLimit {
                told = log.holder
            } else if log.holder == nil, !log.hasMore {
                // Not before nobody holds what should go: each row that goes at the limit makes a little room, and each
                // that comes takes it.
                told = nil
            }
            return (before, told)
        }
        atLimit.set(now == nil ? 0 : 1)
        defer { tellLosses(log.lost, isLast: now == nil) }
        guard now != before else { return }
        if let now {
            logger.error("the event log has reached its limit, held by \(now)")
        } else {
            logger.notice("the event log is below its limit, and nothing is held beyond its time")
        }
        tell(now != nil, now ?? before ?? "") { [self] isOnDisk in
            // Or the next look tells it again.
            if !isOnDisk { told.withLock { if $0 == now { $0 = before } } }
        }
    }
}
