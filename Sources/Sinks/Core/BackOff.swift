/// How long a sink that failed is left alone before the next try: twice as long after each failure, up to a ceiling.
public struct BackOff: Sendable, Hashable {
    /// A peer that restarts is back within seconds; one that is down is not helped by more than a try a minute.
    public static let standard = BackOff(initial: .milliseconds(500), ceiling: .seconds(60))

    public var initial: Duration
    public var ceiling: Duration

    public init(initial: Duration, ceiling: Duration) {
        self.initial = initial
        self.ceiling = ceiling
    }

    /// The pause after the `failures`th failure in a row. `jitter` (0..<1) spreads it over the upper half of its range:
    /// many sinks that lost one peer together must not come back to it together.
    public func pause(afterFailures failures: Int, jitter: Double) -> Duration {
        var full = min(initial, ceiling)
        var doublings = max(1, failures) - 1
        while doublings > 0 && full < ceiling && full > .zero {
            full = min(full * 2, ceiling)
            doublings -= 1
        }
        return full / 2 + full / 2 * min(max(jitter, 0), 1)
    }
}
