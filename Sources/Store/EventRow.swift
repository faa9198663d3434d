internal import Alarms
internal import Basics
internal import Foundation
internal import GRDB
internal import Journal
internal import SNMPWire

/// The event log's rows: statements and the mapping of columns, in one order.
enum EventRow {
    static let columns = [
        "id", "time", "device_time", "transition", "reason", "alarm_id", "alarm", "oid", "severity",
        "previous_severity", "highest_severity", "device", "device_name", "address", "source", "text", "event_type",
        "probable_cause", "count", "raised", "journal_segment", "journal_offset", "sinks",
    ]

    static let insertion = """
        INSERT INTO events (\(columns.joined(separator: ", ")))
        VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
        """

    static let page = "SELECT \(columns.joined(separator: ", ")) FROM events WHERE id > ? ORDER BY id LIMIT ?"

    static func arguments(_ stored: StoredEvent, _ coder: inout SinkListCoder) throws -> StatementArguments {
        let event = stored.event
        let values: [(any DatabaseValueConvertible)?] = [
            event.id, event.time.nanoseconds, event.deviceTime?.nanoseconds, event.transition.rawValue,
            event.reason.stored, event.alarmID, StoredText(event.alarm), Data(event.oid.encoded),
            event.severity.rawValue, event.previousSeverity?.rawValue, event.highestSeverity.rawValue,
            StoredText(event.device.id), StoredText(event.device.name), Data(event.device.address.octets),
            StoredText(event.source), StoredText(event.text), event.eventType.stored, event.probableCause.stored,
            event.count, event.raised?.nanoseconds, stored.position.map { Int64(bitPattern: $0.segment) },
            stored.position.map { Int64(bitPattern: $0.offset) }, try coder.text(of: stored.sinks),
        ]
        return StatementArguments(values)
    }

    static func read(_ row: Row, _ coder: inout SinkListCoder) throws(StoreError) -> StoredEvent {
        var reader = RowReader(row, table: "events", columns: columns)
        let id = try reader.integer()
        do {
            return StoredEvent(
                event: try event(id, &reader), position: try reader.position(), sinks: try reader.sinks(&coder))
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
}
