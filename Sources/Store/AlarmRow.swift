internal import Alarms
internal import Basics
internal import Foundation
internal import GRDB
internal import SNMPWire

/// The rows of the alarms that stand.
enum AlarmRow {
    static let columns = [
        "device", "oid", "source", "id", "alarm", "device_name", "address", "severity", "highest_severity", "text",
        "event_type", "probable_cause", "raised", "last_time", "count", "sinks",
    ]

    static let insertion = """
        INSERT OR REPLACE INTO alarms (\(columns.joined(separator: ", ")))
        VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
        """

    static let removal = "DELETE FROM alarms WHERE device = ? AND oid = ? AND source = ?"

    static let all = "SELECT \(columns.joined(separator: ", ")) FROM alarms ORDER BY id"

    static func arguments(_ alarm: ActiveAlarm, _ coder: inout SinkListCoder) throws -> StatementArguments {
        let values: [(any DatabaseValueConvertible)?] = [
            StoredText(alarm.key.device), Data(alarm.key.oid.encoded), StoredText(alarm.key.source), alarm.id,
            StoredText(alarm.alarm), StoredText(alarm.device.name), Data(alarm.device.address.octets),
            alarm.severity.rawValue, alarm.highestSeverity.rawValue, StoredText(alarm.text), alarm.eventType.stored,
            alarm.probableCause.stored, alarm.raised.nanoseconds, alarm.lastTime.nanoseconds, alarm.count,
            try coder.text(of: alarm.sinks),
        ]
        return StatementArguments(values)
    }

    static func arguments(_ key: AlarmKey) -> StatementArguments {
        [StoredText(key.device), Data(key.oid.encoded), StoredText(key.source)]
    }

    static func read(_ row: Row, _ coder: inout SinkListCoder) throws(StoreError) -> ActiveAlarm {
        var reader = RowReader(row, table: "alarms", columns: columns)
        let key = AlarmKey(device: try reader.text(), oid: try reader.oid(), source: try reader.text())
        return ActiveAlarm(
            id: try reader.integer(), key: key, alarm: try reader.text(),
            device: EventDevice(id: key.device, name: try reader.text(), address: try reader.address()),
            severity: try reader.severity(), highestSeverity: try reader.severity(), text: try reader.text(),
            eventType: try reader.optionalText(), probableCause: try reader.optionalText(),
            raised: try reader.timestamp(), lastTime: try reader.timestamp(), count: try reader.count(),
            sinks: try reader.sinks(&coder))
    }
}
