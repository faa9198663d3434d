internal import Alarms
internal import Logging
internal import TraplineMetrics
internal import Store

/// Reads the event log forward for one sink: the events that name it, in order.
struct EventFollower: Sendable {
    /// What of the log lies behind a cursor.
    struct Portion: Sendable {
        var events: [StoredEvent] = []
        /// The number up to which the log was looked at: the cursor once `events` are delivered.
        var end: Int64
    }

    /// A transaction a page; 256 rows take about a millisecond to read and 200 KiB to hold.
    static let pageSize = 256

    let sink: String
    let store: EventStore
    let counters: SinkMetrics.Counters
    let logger: Logger

    /// At most `limit` events behind `id` that name the sink. The portion ends at the last of them, or at the log's
    /// end. A row that cannot be read is reported and passed over: it would stop the sink for good.
    func read(after id: Int64, limit: Int) throws(StoreError) -> Portion {
        var portion = Portion(end: id)
        while portion.events.count < limit {
            let page: [StoredEvent]
            do {
                page = try store.events(after: portion.end, limit: Self.pageSize)
            } catch {
                guard let damaged = error.eventID, damaged > portion.end else { throw error }
                counters.unreadable.add()
                logger.error("event \(damaged) cannot be read and is passed over: \(error)")
                portion.end = damaged
                continue
            }
            guard !page.isEmpty else { break }
            for event in page where portion.events.count < limit {
                portion.end = event.event.id
                if event.sinks.contains(sink) { portion.events.append(event) }
            }
        }
        return portion
    }
}
