internal import Devices
internal import Basics
internal import Foundation
internal import GRDB

/// The rows of the devices.
enum DeviceRow {
    static let columns = ["id", "name", "address", "first_seen", "last_seen", "last_keep_alive"]

    static let insertion = """
        INSERT OR REPLACE INTO devices (\(columns.joined(separator: ", "))) VALUES (?, ?, ?, ?, ?, ?)
        """

    static let all = "SELECT \(columns.joined(separator: ", ")) FROM devices ORDER BY id"

    static func arguments(_ device: Device) -> StatementArguments {
        [
            StoredText(device.id), StoredText(device.name), Data(device.address.octets),
            device.firstSeen.nanoseconds, device.lastSeen.nanoseconds, device.lastKeepAlive?.nanoseconds,
        ]
    }

    static func read(_ row: Row) throws(StoreError) -> Device {
        var reader = RowReader(row, table: "devices", columns: columns)
        return Device(
            id: try reader.text(), name: try reader.text(), address: try reader.address(),
            firstSeen: try reader.timestamp(), lastSeen: try reader.timestamp(),
            lastKeepAlive: try reader.optionalTimestamp())
    }
}
