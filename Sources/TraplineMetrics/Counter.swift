internal import Synchronization

/// A number that only grows. It is added to without a lock, from any thread; hot paths add once a batch.
public final class Counter: Sendable {
    private let count = Atomic<Int>(0)

    /// Not in any registry, and so shown nowhere: a stand-in where nobody asks for metrics.
    public init() {}

    public func add(_ n: Int = 1) {
        count.add(n, ordering: .relaxed)
    }

    public var value: Int { count.load(ordering: .relaxed) }
}
