public import Basics
public import TraplineMetrics
internal import Synchronization

/// The metrics of all sinks. The lags are read at each scrape, so that they grow while a sink is stuck.
public final class SinkMetrics: Sendable {
    private struct Progress {
        var cursor: Int64
        /// Of the oldest event that waits in the sink's hand.
        var waitingSince: Timestamp?
        /// Events that were sent and wait for confirmation.
        var unconfirmed: Int
    }

    /// How far a sink is behind the log.
    public struct Lag: Sendable, Hashable {
        /// Events in the log behind its cursor, its own or not.
        public var events: Int64
        /// Of the oldest event that it has still to deliver; zero where there is none.
        public var age: Duration

        public init(events: Int64, age: Duration) {
            self.events = events
            self.age = age
        }
    }

    private let registry: MetricsRegistry
    private let signal: EventSignal
    private let now: @Sendable () -> Timestamp
    private let progress: Mutex<[String: Progress]>

    public init(
        _ registry: MetricsRegistry, signal: EventSignal, now: @escaping @Sendable () -> Timestamp = { .now }
    ) {
        self.registry = registry
        self.signal = signal
        self.now = now
        self.progress = Mutex([:])
        let families = [
            MetricFamily(
                "trapline_sink_lag_events", help: "Events in the log behind the sink's cursor.", type: .gauge),
            MetricFamily(
                "trapline_sink_lag_seconds", help: "Age of the oldest event that the sink has still to deliver.",
                type: .gauge),
            MetricFamily(
                "trapline_sink_unconfirmed_events",
                help: "Events sent to the sink's peer that it has not confirmed, so that they may be sent again.",
                type: .gauge),
        ]
        registry.collect(families) { [weak self] in
            let lags = self?.lags ?? [:]
            let sinks = self?.progress.withLock { $0 } ?? [:]
            return [
                lags.map { name, lag in MetricSample(labels: [("sink", name)], Double(lag.events)) },
                lags.map { name, lag in MetricSample(labels: [("sink", name)], lag.age / .seconds(1)) },
                sinks.map { name, state in MetricSample(labels: [("sink", name)], Double(state.unconfirmed)) },
            ]
        }
    }

    /// Of the sinks that run, by name.
    public var lags: [String: Lag] {
        let last = signal.lastEventID
        let time = now()
        return progress.withLock { $0 }.mapValues { state in
            let age = state.waitingSince.map { max(0, time.nanoseconds(since: $0)) } ?? 0
            return Lag(events: max(0, last - state.cursor), age: .nanoseconds(age))
        }
    }

    /// The counters of one sink.
    struct Counters: Sendable {
        let delivered: Counter
        let deadLetters: Counter
        let failures: [DeliveryFailure.Reason: Counter]
        /// Events whose datagram the journal no longer gives.
        let missingRecords: Counter
        /// Rows of the event log that could not be read.
        let unreadable: Counter
        /// Events that were too old when their turn came.
        let expired: Counter
        /// Events that retention had removed when their turn came.
        let removed: Counter
    }

    func counters(for sink: String) -> Counters {
        let label = [("sink", sink)]
        let failures = DeliveryFailure.Reason.allCases.map { reason in
            (
                reason,
                registry.counter(
                    "trapline_sink_failures_total", help: "Deliveries that failed, to be tried again.",
                    labels: label + [("reason", reason.rawValue)])
            )
        }
        return Counters(
            delivered: registry.counter(
                "trapline_sink_delivered_total",
                help: "Events that the sink's peer has taken: confirmed, where it can confirm.",
                labels: label),
            deadLetters: registry.counter(
                "trapline_sink_dead_letters_total", help: "Events that the sink's peer has refused for good.",
                labels: label),
            failures: Dictionary(uniqueKeysWithValues: failures),
            missingRecords: registry.counter(
                "trapline_sink_missing_records_total",
                help: "Events delivered without their datagram, which the journal no longer holds.", labels: label),
            unreadable: registry.counter(
                "trapline_sink_unreadable_events_total",
                help: "Rows of the event log passed over because they could not be read.", labels: label),
            expired: registry.counter(
                "trapline_sink_expired_total",
                help: "Events of the sink's own that were older than its expire-after and not delivered.",
                labels: label),
            removed: registry.counter(
                "trapline_sink_dropped_total",
                help: "Events that the log no longer held when the sink's turn came, be they its own or not.",
                labels: label + [("reason", "retention")]))
    }

    func note(cursor: Int64, waitingSince: Timestamp?, unconfirmed: Int = 0, of sink: String) {
        progress.withLock {
            $0[sink] = Progress(cursor: cursor, waitingSince: waitingSince, unconfirmed: unconfirmed)
        }
    }

    /// The cursor moved on, and what waits behind it is not known yet.
    func note(cursor: Int64, of sink: String) {
        progress.withLock { $0[sink]?.cursor = cursor }
    }

    func forget(_ sink: String) {
        _ = progress.withLock { $0.removeValue(forKey: sink) }
    }
}
