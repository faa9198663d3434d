internal import Alarms
internal import Logging
internal import TraplineMetrics
internal import Store

/// Reads the event log forward for one sink: the events that are its own, in order.
struct EventFollower: Sendable {
    /// What of the log lies behind a cursor.
    struct Portion: Sendable {
        var events: [StoredEvent] = []
        /// The number up to which the log was looked at: the cursor once `events` are delivered.
        var end: Int64
        /// Events that retention removed before they were looked at.
        var removed: Int64 = 0
        /// The log held no more behind `end`.
        var isAtEnd = false
    }

    /// Rows looked at in one transaction: a few milliseconds, so that the log of changes is merged in between.
    static let pageSpan: Int64 = 4_096
    /// What a portion may take in memory, in octets: a storm's digest, while 20 sinks that lag all the same stay within
    /// the server's bound.
    static let octetLimit = 8 * 1_024 * 1_024
    /// Pages of a portion of whatever a sink finds in them: a quarter of a million rows, some tenths of a second, after
    /// which the cursor moves on and a stop or a request is heard.
    static let pageLimit = 64

    let sink: String
    /// The name that the sink had before: events may still be meant for it by that.
    var former: String?
    /// Up to this number the log does not name the sink, and `routes` tells what is its own.
    var born: Int64 = 0
    let store: EventStore
    /// The sinks that the table in force has for an event of the past.
    let routes: @Sendable (StoredEvent) -> [String]
    let counters: SinkMetrics.Counters
    let logger: Logger

    /// At most `limit` events behind `id` that are the sink's. The portion ends at the last of them, at the log's end,
    /// after `pages` pages, or once `isStopping`. A row that cannot be read is reported and passed over: it would stop
    /// the sink for good.
    func read(
        after id: Int64, limit: Int, pages: Int = Self.pageLimit, isStopping: () -> Bool = { false }
    ) throws(StoreError) -> Portion {
        var portion = Portion(end: id)
        var pagesRead = 0
        var octets = 0
        let names = [sink] + (former.map { [$0] } ?? [])
        while portion.events.count < limit, octets < Self.octetLimit, !portion.isAtEnd {
            guard pagesRead < pages, !isStopping() else { break }
            pagesRead += 1
            let page: EventPage
            do {
                page = try store.page(
                    after: portion.end, span: Self.pageSpan, limit: limit - portion.events.count,
                    octets: Self.octetLimit - octets, naming: names, unnamed: born)
            } catch {
                guard let damaged = error.eventID, damaged > portion.end else { throw error }
                counters.unreadable.add()
                logger.error("event \(damaged) cannot be read and is passed over: \(error)")
                portion.end = damaged
                continue
            }
            portion.removed += page.removed
            portion.end = page.end
            portion.isAtEnd = page.isAtEnd
            for event in page.events where isOwn(event, names) {
                portion.events.append(event)
                octets += event.footprint
            }
        }
        return portion
    }

    /// One event of the log, whatever sink it names; `nil` where it is not there or cannot be read.
    func event(_ id: Int64) throws(StoreError) -> StoredEvent? {
        do {
            return try store.events(after: id - 1, limit: 1).first { $0.event.id == id }
        } catch {
            guard error.eventID != nil else { throw error }
            return nil
        }
    }

    private func isOwn(_ event: StoredEvent, _ names: [String]) -> Bool {
        if event.sinks.contains(where: names.contains) { return true }
        return event.event.id <= born && routes(event).contains(sink)
    }
}
