internal import Synchronization

/// What Trapline has to say of one of its sinks: a fact for the journal, which raises or clears an alarm there.
public enum SinkFact: Sendable, Hashable {
    /// The sink cannot deliver, and has not been able to for a while.
    case failed(sink: String, reason: DeliveryFailure.Reason, detail: String)
    case recovered(sink: String)
    /// The sink is behind the log by so many events, the oldest of its own being so old.
    case lagging(sink: String, events: Int64, age: Duration)
    case caughtUp(sink: String, events: Int64, age: Duration)
}

/// Which sinks are known to fail. Each failure is told once, and so is its end, whatever was restarted in between: what
/// stood at the last stop stands at the start.
public final class SinkFailures: Sendable {
    /// How long a sink must have failed before it is told: a peer that restarts is back by then, and is no alarm.
    public static let patience = Duration.seconds(10)
    /// TRAPLINE-MIB's bound of `traplineFailureDetail`, in octets.
    static let detailLimit = 1_024

    private let standing: Mutex<Set<String>>
    private let record: @Sendable (SinkFact) -> Void

    /// - Parameters:
    ///   - standing: the sinks whose failure was told and whose recovery was not.
    ///   - record: takes a fact; it must not block.
    public init(standing: Set<String> = [], record: @escaping @Sendable (SinkFact) -> Void = { _ in }) {
        self.standing = Mutex(standing)
        self.record = record
    }

    /// The sinks that fail now, by name.
    public var sinks: [String] { standing.withLock { $0.sorted() } }

    /// `sink` fails since `duration`.
    func note(_ failure: DeliveryFailure, of sink: String, since duration: Duration) {
        guard duration >= Self.patience, standing.withLock({ $0.insert(sink).inserted }) else { return }
        let detail = PlainText.shortened(PlainText.oneLine(failure.detail), octets: Self.detailLimit)
        record(.failed(sink: sink, reason: failure.reason, detail: detail))
    }

    /// `sink` has delivered.
    func noteDelivery(of sink: String) {
        guard standing.withLock({ $0.remove(sink) }) != nil else { return }
        record(.recovered(sink: sink))
    }

    /// These sinks are there now. One that was taken out of the configuration fails no more.
    public func keep(_ sinks: some Sequence<String>) {
        let gone = standing.withLock { standing in
            let gone = standing.subtracting(sinks)
            standing.subtract(gone)
            return gone
        }
        for sink in gone.sorted() { record(.recovered(sink: sink)) }
    }
}
