internal import Basics
internal import GRDB

/// The rows of the dead letters.
enum DeadLetterRow {
    static let columns = ["sink", "event", "time", "reason", "detail", "asked"]

    static let insertion = """
        INSERT INTO dead_letters (\(columns.joined(separator: ", "))) VALUES (?, ?, ?, ?, ?, ?)
        """

    /// The numbers are given without gaps, so that the bound is a difference.
    static let removal = """
        DELETE FROM dead_letters WHERE id <= (SELECT MAX(id) FROM dead_letters) - \(EventStore.deadLetterLimit)
        """

    private static let all = "SELECT \(columns.joined(separator: ", ")) FROM dead_letters ORDER BY id"

    static let askedFor = "SELECT DISTINCT event FROM dead_letters WHERE sink = ? AND asked <> 0 ORDER BY event"

    static func arguments(_ letter: DeadLetter) -> StatementArguments {
        [
            StoredText(letter.sink), letter.event, letter.time.nanoseconds, StoredText(letter.reason),
            StoredText(letter.detail), letter.isAskedFor ? 1 : 0,
        ]
    }

    /// The oldest first.
    static func readAll(_ database: Database) throws -> [DeadLetter] {
        var rows = try BoundStatement(database, all)
        defer { rows.reset() }
        var reader = RowReader(rows, table: "dead_letters", columns: columns)
        var letters: [DeadLetter] = []
        while try rows.step() {
            reader.nextRow()
            letters.append(
                DeadLetter(
                    sink: try reader.text(), event: try reader.integer(), time: try reader.timestamp(),
                    reason: try reader.text(), detail: try reader.text(), isAskedFor: try reader.integer() != 0))
        }
        return letters
    }

    static func counts(_ database: Database) throws -> [String: Int] {
        let columns = ["sink", "COUNT(*)"]
        var rows = try BoundStatement(
            database, "SELECT \(columns.joined(separator: ", ")) FROM dead_letters GROUP BY sink")
        defer { rows.reset() }
        var reader = RowReader(rows, table: "dead_letters", columns: columns)
        var counts: [String: Int] = [:]
        while try rows.step() {
            reader.nextRow()
            let sink = try reader.text()
            counts[sink] = try reader.count()
        }
        return counts
    }
}
