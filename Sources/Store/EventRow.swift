internal import Alarms
internal import Basics
internal import GRDB
internal import Journal
internal import SNMPWire

/// The event log's rows: statements and the mapping of columns, in one order.
enum EventRow {
    static let columns = [
        "id", "time", "device_time", "transition", "reason", "alarm_id", "alarm", "oid", "severity",
        "previous_severity", "highest_severity", "device", "device_name", "address", "source", "text", "event_type",
        "probable_cause", "count", "raised", "journal_segment", "journal_offset", "sinks",
        "uptime", "running_number", "device_group", "tenant", "site",
    ]

    /// Rows that one statement takes. Most of a statement's cost does not grow with its rows, AUTOINCREMENT's look at
    /// the last number among it: 32 rows cost as much as 12 alone, and more than 32 hardly less.
    private static let rowsTogether = 32
    private static let insertion = insertion(rows: 1)
    private static let insertionTogether = insertion(rows: rowsTogether)

    private static func insertion(rows: Int) -> String {
        let row = "(" + columns.map { _ in "?" }.joined(separator: ", ") + ")"
        return "INSERT INTO events (\(columns.joined(separator: ", "))) VALUES "
            + Array(repeating: row, count: rows).joined(separator: ", ")
    }

    private static let page = "SELECT \(columns.joined(separator: ", ")) FROM events WHERE id > ? ORDER BY id LIMIT ?"

    private static let pageBefore =
        "SELECT \(columns.joined(separator: ", ")) FROM events WHERE id < ? ORDER BY id DESC LIMIT ?"

    // MARK: - Writing

    static func insert(_ events: [StoredEvent], into database: Database, _ coder: inout SinkListCoder) throws {
        guard !events.isEmpty else { return }
        // Events are borrowed from the array: a copy of one would count ten references.
        let events = events.span
        var index = 0
        if events.count >= rowsTogether {
            var together = try BoundStatement(database, insertionTogether)
            while events.count - index >= rowsTogether {
                for offset in 0..<rowsTogether { try bind(events[index + offset], to: &together, &coder) }
                try together.run()
                index += rowsTogether
            }
        }
        guard index < events.count else { return }
        var single = try BoundStatement(database, insertion)
        while index < events.count {
            try bind(events[index], to: &single, &coder)
            try single.run()
            index += 1
        }
    }

    private static func bind(
        _ stored: borrowing StoredEvent, to statement: inout BoundStatement, _ coder: inout SinkListCoder
    ) throws {
        statement.bind(stored.event.id)
        statement.bind(stored.event.time.nanoseconds)
        statement.bind(stored.event.deviceTime?.nanoseconds)
        statement.bind(stored.event.transition.rawValue)
        statement.bind(stored.event.reason)
        statement.bind(stored.event.alarmID)
        statement.bind(stored.event.alarm)
        statement.bind(stored.event.oid)
        statement.bind(Int64(stored.event.severity.rawValue))
        statement.bind(stored.event.previousSeverity.map { Int64($0.rawValue) })
        statement.bind(Int64(stored.event.highestSeverity.rawValue))
        statement.bind(stored.event.device.id)
        statement.bind(stored.event.device.name)
        statement.bind(stored.event.device.address)
        statement.bind(stored.event.source)
        statement.bind(stored.event.text)
        statement.bind(stored.event.eventType)
        statement.bind(stored.event.probableCause)
        statement.bind(Int64(stored.event.count))
        statement.bind(stored.event.raised?.nanoseconds)
        statement.bind(stored.position.map { Int64(bitPattern: $0.segment) })
        statement.bind(stored.position.map { Int64(bitPattern: $0.offset) })
        statement.bind(try coder.text(of: stored.sinks))
        statement.bind(stored.event.uptime.map { Int64($0) })
        statement.bind(stored.event.runningNumber.map { Int64($0) })
        stored.event.device.bindPlacement(to: &statement)
    }

    // MARK: - Reading

    /// The rows behind number `id`, at most `limit`. A row that cannot be read ends them before it; where it is the
    /// first, it is thrown with its `eventID`.
    static func read(after id: Int64, limit: Int, from database: Database) throws -> [StoredEvent] {
        try read(page, id, limit: limit, from: database)
    }

    /// The rows before number `id`, the newest first; likewise.
    static func read(before id: Int64, limit: Int, from database: Database) throws -> [StoredEvent] {
        try read(pageBefore, id, limit: limit, from: database)
    }

    private static func read(
        _ query: String, _ id: Int64, limit: Int, from database: Database
    ) throws -> [StoredEvent] {
        var rows = try BoundStatement(database, query)
        defer { rows.reset() }
        rows.bind(id)
        rows.bind(Int64(max(0, limit)))
        var reader = RowReader(rows, table: "events", columns: columns)
        var events: [StoredEvent] = []
        do {
            while try rows.step() {
                reader.nextRow()
                events.append(try read(&reader))
            }
        } catch let error as StoreError {
            if events.isEmpty { throw error }
        }
        return events
    }

    /// Rows that `query` gives with all columns, until they are `limit` or take about `octets` in memory; `isComplete` if
    /// there are no more. Damaged rows likewise.
    static func read(
        _ query: String, limit: Int, octets: Int, from database: Database, bind: (inout BoundStatement) -> Void
    ) throws -> (events: [StoredEvent], isComplete: Bool) {
        var rows = try BoundStatement(database, query)
        defer { rows.reset() }
        bind(&rows)
        var reader = RowReader(rows, table: "events", columns: columns)
        var events: [StoredEvent] = []
        var footprint = 0
        do {
            while try rows.step() {
                reader.nextRow()
                let event = try read(&reader)
                footprint += event.footprint
                events.append(event)
                if events.count >= limit || footprint >= octets { return (events, false) }
            }
        } catch let error as StoreError {
            if events.isEmpty { throw error }
            return (events, false)
        }
        return (events, true)
    }

    private static func read(_ reader: inout RowReader) throws(StoreError) -> StoredEvent {
        let id = try reader.integer()
        do {
            var stored = StoredEvent(
                event: try event(id, &reader), position: try reader.position(), sinks: try reader.sinks())
            stored.event.uptime = try reader.uptime()
            stored.event.runningNumber = try reader.runningNumber()
            try stored.event.device.readPlacement(&reader)
            return stored
        } catch {
            var error = error
            error.eventID = id
            throw error
        }
    }

    private static func event(_ id: Int64, _ reader: inout RowReader) throws(StoreError) -> Event {
        // Arguments are evaluated in the order they stand, which is that of the columns.
        Event(
            id: id, time: try reader.timestamp(), deviceTime: try reader.optionalTimestamp(),
            transition: try reader.transition(), reason: try reader.optionalText(),
            alarmID: try reader.optionalInteger(), alarm: try reader.text(), oid: try reader.oid(),
            severity: try reader.severity(), previousSeverity: try reader.optionalSeverity(),
            highestSeverity: try reader.severity(),
            device: EventDevice(id: try reader.text(), name: try reader.text(), address: try reader.address()),
            source: try reader.text(), text: try reader.text(), eventType: try reader.optionalText(),
            probableCause: try reader.optionalText(), count: try reader.count(),
            raised: try reader.optionalTimestamp())
    }

    /// The journal position of the first row behind number `id` that has one.
    static func position(after id: Int64, from database: Database) throws -> JournalPosition? {
        var rows = try BoundStatement(
            database,
            """
            SELECT id, journal_segment, journal_offset FROM events
            WHERE id > ? AND journal_segment IS NOT NULL AND journal_offset IS NOT NULL ORDER BY id LIMIT 1
            """)
        defer { rows.reset() }
        rows.bind(id)
        guard try rows.step() else { return nil }
        var reader = RowReader(rows, table: "events", columns: ["id", "journal_segment", "journal_offset"])
        _ = try reader.integer()
        return try reader.position()
    }

    /// The number of the oldest row; `nil` where there is none.
    static func first(_ database: Database) throws -> Int64? { try number("SELECT MIN(id) FROM events", database) }

    /// The number of the newest row that is there; `nil` where there is none.
    static func last(_ database: Database) throws -> Int64? { try number("SELECT MAX(id) FROM events", database) }

    private static func number(_ query: String, _ database: Database) throws -> Int64? {
        var rows = try BoundStatement(database, query)
        defer { rows.reset() }
        guard try rows.step() else { return nil }
        var reader = RowReader(rows, table: "events", columns: ["id"])
        return try reader.optionalInteger()
    }
}
