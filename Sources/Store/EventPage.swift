internal import Alarms
internal import GRDB

/// What one look at the event log gave a follower of it.
public struct EventPage: Sendable {
    /// Those that the follower wants, in order.
    public var events: [StoredEvent] = []
    /// The log was looked at up to this number.
    public var end: Int64
    /// Numbers between where the look began and the first row that is still there: retention has removed them.
    public var removed: Int64 = 0
    /// The log holds nothing behind `end`.
    public var isAtEnd = false
}

extension EventStore {
    /// The events behind number `id` that name one of `sinks`, or whose number is not above `unnamed`: at most
    /// `limit` of them and, but for the first, about `octets` in memory. The rows of at most `span` numbers are looked
    /// at, in one short transaction; those that are not wanted are passed over without being read.
    ///
    /// A row that cannot be read ends the page before it; where it is the first, it is thrown with its `eventID`.
    public func page(
        after id: Int64, span: Int64, limit: Int, octets: Int, naming sinks: [String], unnamed: Int64 = 0
    ) throws(StoreError) -> EventPage {
        try reading { database in
            var page = EventPage(end: id)
            guard let first = try Int64.fetchOne(database.cachedStatement(sql: Self.nextRow), arguments: [id]) else {
                page.isAtEnd = true
                return page
            }
            page.removed = first - id - 1
            let last = first - 1 + max(1, span)
            var coder = SinkListCoder()
            let words = try sinks.prefix(2).map { String(try coder.text(of: [$0]).dropFirst().dropLast()) }
            let read = try EventRow.read(Self.wantedRows, limit: limit, octets: octets, from: database) { rows in
                rows.bind(id)
                rows.bind(last)
                rows.bind(unnamed)
                rows.bind(words.first)
                rows.bind(words.last)
            }
            page.events = read.events
            page.end = read.events.last?.event.id ?? id
            guard read.isComplete else { return page }
            let end = try Int64.fetchOne(database.cachedStatement(sql: Self.lastRow), arguments: [id, last])
            page.end = end ?? page.end
            page.isAtEnd = page.end < last
            return page
        }
    }

    private static let nextRow = "SELECT id FROM events WHERE id > ? ORDER BY id LIMIT 1"
    private static let lastRow = "SELECT id FROM events WHERE id > ? AND id <= ? ORDER BY id DESC LIMIT 1"
    /// A sink's name stands in the list between its quotes, and no other name holds those.
    private static let wantedRows = """
        SELECT \(EventRow.columns.joined(separator: ", ")) FROM events
        WHERE id > ?1 AND id <= ?2 AND (id <= ?3 OR instr(sinks, ?4) OR instr(sinks, ?5)) ORDER BY id
        """
}

extension StoredEvent {
    /// About how much memory it takes, in octets: its texts, and what the types around them do.
    public var footprint: Int {
        let texts =
            event.alarm.utf8.count + event.source.utf8.count + event.text.utf8.count + event.device.id.utf8.count
            + event.device.name.utf8.count
        // Two times the texts, since short ones are rounded up to the allocator's sizes.
        return 512 + 2 * texts
    }
}
