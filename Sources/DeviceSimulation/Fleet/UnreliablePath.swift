public import Basics

/// What a network does to datagrams: loses, doubles and delays them, each by its probability, the same each time for the
/// same seed. Delayed ones arrive after others that left later.
public struct UnreliablePath: Sendable, Hashable {
    /// Probabilities from 0 to 1.
    public var loss: Double
    public var duplication: Double
    public var reordering: Double
    /// How long a delayed or doubled datagram is on its way at most.
    public var longestDelay: Duration
    private var generator: SeededGenerator

    public init(
        seed: UInt64 = 1, loss: Double = 0, duplication: Double = 0, reordering: Double = 0,
        longestDelay: Duration = .seconds(2)
    ) {
        self.loss = loss
        self.duplication = duplication
        self.reordering = reordering
        self.longestDelay = longestDelay
        generator = SeededGenerator(seed: seed)
    }

    /// Loses nothing, and all arrives at once.
    public static let perfect = UnreliablePath()

    /// When a datagram that leaves at `time` arrives: never, once or twice.
    public mutating func arrivals(of time: Timestamp) -> [Timestamp] {
        if generator.happens(loss) { return [] }
        var arrivals = [generator.happens(reordering) ? delayed(time) : time]
        if generator.happens(duplication) { arrivals.append(delayed(time)) }
        return arrivals
    }

    private mutating func delayed(_ time: Timestamp) -> Timestamp {
        Timestamp(
            nanoseconds: time.nanoseconds
                + Int64.random(in: 0...max(0, Int64(longestDelay / .nanoseconds(1))), using: &generator))
    }
}
