internal import Basics
internal import Devices
internal import GRDB

/// Signs of life since the devices' rows were written: a short row each, in the order in which they came, and all of
/// them gone once every device's own row was written again.
enum DeviceSignRow {
    private static let columns = [
        "device", "last_seen", "last_keep_alive", "stage", "refreshed", "period", "odd_period", "odd_count",
        "last_notification", "last_listener",
    ]

    private static let insertion = """
        INSERT INTO device_signs (\(columns.joined(separator: ", ")))
        VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
        """

    private static let all = "SELECT id, \(columns.joined(separator: ", ")) FROM device_signs ORDER BY id"

    static func insert(_ signs: [DeviceSign], into database: Database) throws {
        guard !signs.isEmpty else { return }
        var statement = try BoundStatement(database, insertion)
        for sign in signs {
            statement.bind(Int64(sign.number))
            statement.bind(sign.lastSeen.nanoseconds)
            statement.bind(sign.lastKeepAlive?.nanoseconds)
            statement.bind(sign.liveness)
            statement.bind(sign.lastNotification)
            statement.bind(sign.lastListener)
            try statement.run()
        }
    }

    /// All devices' rows are being written, with this batch and the next ones.
    static func mark(_ database: Database) throws {
        try ProgressRow.insert(ProgressRow.settledSign, last(database), into: database)
    }

    /// The number of the newest sign; 0 where there never was one.
    static func last(_ database: Database) throws -> Int64 {
        try Int64.fetchOne(database, sql: "SELECT MAX(id) FROM device_signs") ?? 0
    }

    /// They are written. The newest sign stays, so that no number is given twice.
    static func removeMarked(_ database: Database) throws {
        guard let mark = try ProgressRow.value(ProgressRow.settledSign, database) else { return }
        var removal = try BoundStatement(database, "DELETE FROM device_signs WHERE id <= ?")
        removal.bind(min(mark, try last(database) - 1))
        try removal.run()
    }

    /// How many there are, and the highest number of a device among them.
    static func count(_ database: Database) throws -> (count: Int, lastDevice: UInt32) {
        let row = try Row.fetchOne(database, sql: "SELECT COUNT(*), MAX(device) FROM device_signs")
        let last: Int64? = row?[1]
        return (row?[0] ?? 0, UInt32(clamping: last ?? 0))
    }

    /// - Parameter lastSigns: of each device, the last sign before its row was written.
    static func apply(to devices: inout [Device], behind lastSigns: [Int64], _ database: Database) throws {
        let places = Dictionary(devices.indices.map { (devices[$0].number, $0) }) { $1 }
        var rows = try BoundStatement(database, all)
        defer { rows.reset() }
        var reader = RowReader(rows, table: "device_signs", columns: ["id"] + columns)
        while try rows.step() {
            reader.nextRow()
            // A row that is damaged is passed over: the next sign makes up for it.
            guard let id = try? reader.integer(), let sign = try? read(&reader), sign.number != 0,
                let place = places[sign.number], id > lastSigns[place]
            else { continue }
            sign.apply(to: &devices[place])
        }
    }

    private static func read(_ reader: inout RowReader) throws(StoreError) -> DeviceSign {
        DeviceSign(
            number: try reader.number(), lastSeen: try reader.timestamp(),
            lastKeepAlive: try reader.optionalTimestamp(), liveness: try reader.liveness(),
            lastNotification: try reader.optionalText(), lastListener: try reader.optionalText())
    }
}
