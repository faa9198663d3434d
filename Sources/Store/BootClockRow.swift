internal import Alarms
internal import Basics
internal import GRDB

/// The rows of boot clocks.
enum BootClockRow {
    private static let columns = [
        "device", "serial", "epoch", "since", "uptime", "heard", "other", "other_heard", "guessed",
    ]

    private static let insertion = """
        INSERT OR REPLACE INTO boot_clocks (\(columns.joined(separator: ", ")))
        VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
        """

    private static let removal = "DELETE FROM boot_clocks WHERE device = ? AND serial = ?"

    private static let all = "SELECT \(columns.joined(separator: ", ")) FROM boot_clocks"

    static func insert(_ clocks: [(BootUnit, BootClock)], into database: Database) throws {
        guard !clocks.isEmpty else { return }
        var statement = try BoundStatement(database, insertion)
        for (unit, clock) in clocks {
            statement.bind(unit.device)
            statement.bind(unit.serial)
            statement.bind(clock.epoch.nanoseconds)
            statement.bind(clock.since.nanoseconds)
            statement.bind(Int64(clock.uptime))
            statement.bind(clock.heard.nanoseconds)
            statement.bind(clock.other?.nanoseconds)
            statement.bind(clock.otherHeard?.nanoseconds)
            statement.bind(clock.guessed?.nanoseconds)
            try statement.run()
        }
    }

    static func remove(_ units: [BootUnit], from database: Database) throws {
        guard !units.isEmpty else { return }
        var statement = try BoundStatement(database, removal)
        for unit in units {
            statement.bind(unit.device)
            statement.bind(unit.serial)
            try statement.run()
        }
    }

    static func readAll(_ database: Database) throws -> [(BootUnit, BootClock)] {
        var rows = try BoundStatement(database, all)
        defer { rows.reset() }
        var reader = RowReader(rows, table: "boot_clocks", columns: columns)
        var clocks: [(BootUnit, BootClock)] = []
        while try rows.step() {
            reader.nextRow()
            clocks.append(try read(&reader))
        }
        return clocks
    }

    private static func read(_ reader: inout RowReader) throws(StoreError) -> (BootUnit, BootClock) {
        (
            BootUnit(device: try reader.text(), serial: try reader.text()),
            BootClock(
                epoch: try reader.timestamp(), since: try reader.timestamp(), uptime: try reader.uptime() ?? 0,
                heard: try reader.timestamp(),
                other: try reader.optionalTimestamp(), otherHeard: try reader.optionalTimestamp(),
                guessed: try reader.optionalTimestamp())
        )
    }
}
