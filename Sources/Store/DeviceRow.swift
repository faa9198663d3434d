internal import Devices
internal import Basics
internal import GRDB

/// The rows of the devices.
enum DeviceRow {
    static let columns = ["id", "name", "address", "first_seen", "last_seen", "last_keep_alive"]

    private static let insertion = """
        INSERT OR REPLACE INTO devices (\(columns.joined(separator: ", "))) VALUES (?, ?, ?, ?, ?, ?)
        """

    private static let all = "SELECT \(columns.joined(separator: ", ")) FROM devices ORDER BY id"

    static func insert(_ devices: [Device], into database: Database) throws {
        guard !devices.isEmpty else { return }
        var statement = try BoundStatement(database, insertion)
        let devices = devices.span
        for index in devices.indices {
            statement.bind(devices[index].id)
            statement.bind(devices[index].name)
            statement.bind(devices[index].address)
            statement.bind(devices[index].firstSeen.nanoseconds)
            statement.bind(devices[index].lastSeen.nanoseconds)
            statement.bind(devices[index].lastKeepAlive?.nanoseconds)
            try statement.run()
        }
    }

    /// In the order of their identities.
    static func readAll(_ database: Database) throws -> [Device] {
        var rows = try BoundStatement(database, all)
        defer { rows.reset() }
        var reader = RowReader(rows, table: "devices", columns: columns)
        var devices: [Device] = []
        while try rows.step() {
            reader.nextRow()
            devices.append(
                Device(
                    id: try reader.text(), name: try reader.text(), address: try reader.address(),
                    firstSeen: try reader.timestamp(), lastSeen: try reader.timestamp(),
                    lastKeepAlive: try reader.optionalTimestamp()))
        }
        return devices
    }
}
