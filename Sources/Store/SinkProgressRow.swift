internal import Basics
internal import GRDB

/// The rows of the sinks' cursors, and what becomes of them and of the dead letters in a transaction.
enum SinkProgressRow {
    static let columns = ["sink", "event", "born", "removed"]

    private static let insertion = """
        INSERT OR REPLACE INTO cursors (\(columns.joined(separator: ", "))) VALUES (?, ?, ?, ?)
        """

    static func cursors(_ database: Database) throws -> [String: SinkCursor] {
        var rows = try BoundStatement(database, "SELECT \(columns.joined(separator: ", ")) FROM cursors")
        defer { rows.reset() }
        var reader = RowReader(rows, table: "cursors", columns: columns)
        var cursors: [String: SinkCursor] = [:]
        while try rows.step() {
            reader.nextRow()
            let sink = try reader.text()
            cursors[sink] = SinkCursor(
                try reader.integer(), born: try reader.optionalInteger(), removed: try reader.optionalTimestamp())
        }
        return cursors
    }

    static func write(_ progress: SinkProgress, _ requests: [OperatorRequest], to database: Database) throws {
        for sink in progress.freed.sorted() { try free(sink, database) }
        for (sink, cursor) in progress.cursors.sorted(by: { $0.key < $1.key }) {
            try database.cachedStatement(sql: insertion)
                .execute(arguments: [StoredText(sink), cursor.event, cursor.born, cursor.removed?.nanoseconds])
        }
        for (old, new) in progress.renamed.sorted(by: { $0.key < $1.key }) {
            try database.cachedStatement(sql: "UPDATE dead_letters SET sink = ? WHERE sink = ?")
                .execute(arguments: [StoredText(new), StoredText(old)])
        }
        // Before the new ones: an event that is refused again is a new letter.
        for (sink, events) in progress.settled {
            for event in events {
                try database.cachedStatement(
                    sql: "DELETE FROM dead_letters WHERE sink = ? AND event = ? AND asked <> 0"
                ).execute(arguments: [StoredText(sink), event])
            }
        }
        for letter in progress.deadLetters {
            try database.cachedStatement(sql: DeadLetterRow.insertion)
                .execute(arguments: DeadLetterRow.arguments(letter))
        }
        if !progress.deadLetters.isEmpty { try database.execute(sql: DeadLetterRow.removal) }
        for request in requests { try write(request, to: database) }
    }

    private static func write(_ request: OperatorRequest, to database: Database) throws {
        switch request {
        case .resendLetters(let sink, let events):
            try database.execute(
                sql: "UPDATE dead_letters SET asked = 1 WHERE sink = ? AND event BETWEEN ? AND ?",
                arguments: [StoredText(sink), events.lowerBound, events.upperBound])
        case .forgetLetters(let sink, let events):
            try database.execute(
                sql: "DELETE FROM dead_letters WHERE sink = ? AND event BETWEEN ? AND ?",
                arguments: [StoredText(sink), events.lowerBound, events.upperBound])
        case .forgetSink(let sink):
            // One that is configured again keeps its cursor.
            try database.execute(
                sql: "DELETE FROM cursors WHERE sink = ? AND removed IS NOT NULL", arguments: [StoredText(sink)])
        }
    }

    private static func free(_ sink: String, _ database: Database) throws {
        try database.cachedStatement(sql: "DELETE FROM cursors WHERE sink = ?").execute(arguments: [StoredText(sink)])
    }
}
