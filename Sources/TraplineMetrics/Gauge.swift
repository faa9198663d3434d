internal import Synchronization

/// A number that goes up and down. It is set without a lock, from any thread.
public final class Gauge: Sendable {
    /// The bits of a `Double`: there is no atomic `Double`.
    private let bits = Atomic<UInt64>(0)

    /// Not in any registry, and so shown nowhere: a stand-in where nobody asks for metrics.
    public init() {}

    public func set(_ value: Double) {
        bits.store(value.bitPattern, ordering: .relaxed)
    }

    public func set(_ value: Int) {
        set(Double(value))
    }

    public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }
}
