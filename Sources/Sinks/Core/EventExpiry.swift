internal import Alarms
internal import Basics
internal import Logging
internal import Synchronization
internal import TraplineMetrics

/// Leaves out what is too old for a sink, counts it, and says so once in a stretch.
final class EventExpiry: Sendable {
    private let limit: Duration?
    private let now: @Sendable () -> Timestamp
    private let counter: Counter
    private let logger: Logger
    /// How many events were too old since the last one that was delivered.
    private let expired = Mutex(0)

    /// - Parameter limit: `nil` where nothing is too old.
    init(after limit: Duration?, now: @escaping @Sendable () -> Timestamp, counter: Counter, logger: Logger) {
        self.limit = limit
        self.now = now
        self.counter = counter
        self.logger = logger
    }

    /// Those of `items` that are not too old.
    func fresh<Item>(_ items: [Item], _ event: (Item) -> Event) -> [Item] {
        guard let limit else { return items }
        let now = now()
        let fresh = items.filter { .nanoseconds(now.nanoseconds(since: event($0).time)) <= limit }
        let count = items.count - fresh.count
        guard count > 0, let first = items.first else { return fresh }
        counter.add(count)
        let isNews = expired.withLock { expired in
            defer { expired += count }
            return expired == 0
        }
        if isNews {
            let number = event(first).id
            logger.warning("from event \(number) on they are too old to be delivered (expire-after) and are dropped")
        }
        return fresh
    }

    /// What was left of a delivery has arrived: a stretch that was too old has ended.
    func noteDelivery() {
        let count = expired.withLock { expired in
            defer { expired = 0 }
            return expired
        }
        if count > 0 { logger.notice("events are delivered again; \(count) were too old and were dropped") }
    }
}
