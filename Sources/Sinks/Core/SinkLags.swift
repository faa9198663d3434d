internal import Basics
public import Logging
internal import Synchronization

/// Which sinks are known to lag behind the event log. Each lag is told once, and so is its end, whatever was restarted
/// in between: what stood at the last stop stands at the start.
///
/// A sink whose failure is told is not told of for its lag too: one cause, one alarm. Should it lag on once it delivers
/// again, that is told then.
public final class SinkLags: Sendable {
    /// How many looks in a row must find a lag: after a stop overnight all that came in the meantime is old at first,
    /// and most sinks are done with it within these seconds.
    static let patience = 10
    /// A lag has ended below this part of its limit, so that a sink at the limit does not come and go.
    static let calmPart = 0.5

    private struct State {
        var standing: Set<String>
        /// How many looks in a row found it.
        var looks: [String: Int] = [:]
    }

    private let state: Mutex<State>
    private let logger: Logger
    private let record: @Sendable (SinkFact) -> Void

    /// - Parameters:
    ///   - standing: the sinks whose lag was told and whose catching up was not.
    ///   - record: takes a fact; it must not block.
    public init(
        standing: Set<String> = [], logger: Logger, record: @escaping @Sendable (SinkFact) -> Void = { _ in }
    ) {
        self.state = Mutex(State(standing: standing))
        self.logger = logger
        self.record = record
    }

    /// The sinks that lag now, by name.
    public var sinks: [String] { state.withLock { $0.standing.sorted() } }

    /// Looks at one sink; called each second. `limit` is `nil` where its lag is no alarm.
    public func look(at sink: String, _ lag: SinkMetrics.Lag, limit: Duration?, isFailing: Bool) {
        let fact = state.withLock { state -> SinkFact? in
            guard let limit, lag.age > limit else {
                state.looks[sink] = nil
                guard limit.map({ lag.age < $0 * Self.calmPart }) ?? true, state.standing.remove(sink) != nil
                else { return nil }
                return .caughtUp(sink: sink, events: lag.events, age: lag.age)
            }
            guard !isFailing, !state.standing.contains(sink) else { return nil }
            let looks = state.looks[sink, default: 0] + 1
            state.looks[sink] = looks
            guard looks >= Self.patience else { return nil }
            state.standing.insert(sink)
            return .lagging(sink: sink, events: lag.events, age: lag.age)
        }
        guard let fact else { return }
        record(fact)
        if case .lagging(_, let events, let age) = fact {
            logger.warning(
                """
                lags: its oldest waiting event is \(age.components.seconds) s old, and the log is \
                \(counted(events, "event")) ahead of it
                """, metadata: ["sink": "\(sink)"])
        } else {
            logger.notice("has caught up", metadata: ["sink": "\(sink)"])
        }
    }

    /// These sinks are there now. One that was taken out of the configuration lags no more.
    public func keep(_ sinks: some Sequence<String>) {
        let gone = state.withLock { state in
            let gone = state.standing.subtracting(sinks)
            state.standing.subtract(gone)
            state.looks = state.looks.filter { !gone.contains($0.key) }
            return gone
        }
        for sink in gone.sorted() { record(.caughtUp(sink: sink, events: 0, age: .zero)) }
    }
}
