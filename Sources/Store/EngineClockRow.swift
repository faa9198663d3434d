internal import Basics
internal import GRDB
internal import SNMPSecurity

/// The rows of engines' clocks. None has a floor: that is of what was received a moment ago, which a start reads in the
/// journal.
enum EngineClockRow {
    static let migration = """
        CREATE TABLE engine_clocks (
            engine TEXT NOT NULL PRIMARY KEY,
            device TEXT NOT NULL,
            boots INTEGER NOT NULL,
            time INTEGER NOT NULL,
            updated INTEGER NOT NULL
        ) WITHOUT ROWID;
        """

    /// A device's are asked for when an operator speaks of it.
    static let byDeviceMigration = "CREATE INDEX engine_clocks_of_device ON engine_clocks (device);"

    private static let columns = ["engine", "device", "boots", "time", "updated"]

    private static let insertion = """
        INSERT OR REPLACE INTO engine_clocks (\(columns.joined(separator: ", ")))
        VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
        """

    static func insert(_ rows: [EngineClockTable.Row], into database: Database) throws {
        guard !rows.isEmpty else { return }
        var statement = try BoundStatement(database, insertion)
        for row in rows {
            statement.bind(row.clock.engine.description)
            statement.bind(row.device)
            statement.bind(Int64(row.clock.latest.boots))
            statement.bind(Int64(row.clock.latest.time))
            statement.bind(row.clock.updated.nanoseconds)
            try statement.run()
        }
    }

    static func remove(_ engines: [EngineID], from database: Database) throws {
        guard !engines.isEmpty else { return }
        var statement = try BoundStatement(database, "DELETE FROM engine_clocks WHERE engine = ?")
        for engine in engines {
            statement.bind(engine.description)
            try statement.run()
        }
    }

    /// In the order of the engines' IDs.
    static func readAll(_ database: Database) throws -> [EngineClockTable.Row] { try read("", nil, database) }

    static func read(ofDevice device: String, _ database: Database) throws -> [EngineClockTable.Row] {
        try read("WHERE device = ?", device, database)
    }

    static func read(ofEngine engine: EngineID, _ database: Database) throws -> EngineClockTable.Row? {
        try read("WHERE engine = ?", engine.description, database).first
    }

    private static func read(
        _ condition: String, _ word: String?, _ database: Database
    ) throws -> [EngineClockTable.Row] {
        var rows = try BoundStatement(
            database, "SELECT \(columns.joined(separator: ", ")) FROM engine_clocks \(condition) ORDER BY engine")
        defer { rows.reset() }
        if let word { rows.bind(word) }
        var reader = RowReader(rows, table: "engine_clocks", columns: columns)
        var clocks: [EngineClockTable.Row] = []
        while try rows.step() {
            reader.nextRow()
            clocks.append(try read(&reader))
        }
        return clocks
    }

    private static func read(_ reader: inout RowReader) throws(StoreError) -> EngineClockTable.Row {
        let engine = try reader.engine()
        let device = try reader.text()
        let latest = EngineReading(boots: try reader.engineNumber(), time: try reader.engineNumber())
        let clock = EngineClock(engine: engine, latest: latest, updated: try reader.timestamp())
        return EngineClockTable.Row(clock: clock, device: device)
    }
}
