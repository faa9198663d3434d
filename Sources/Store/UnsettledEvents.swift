internal import Alarms
internal import Basics
internal import GRDB

/// What the event log tells beyond the rows of alarms.
///
/// A repeat changes nothing of its alarm but how often and when it was told last, and in which words; and all of it
/// stands in the repeat's own row. So alarms that were only heard of again are written now and then and not with every
/// batch, and whoever reads them takes the later events in. That gives exactly what was in memory: an alarm's count only
/// grows.
enum UnsettledEvents {
    private static let columns = [
        "id", "time", "transition", "alarm_id", "device", "device_name", "address", "text", "event_type",
        "probable_cause", "count", "uptime", "running_number",
        "device_group", "tenant", "site",
    ]

    private static let query = "SELECT \(columns.joined(separator: ", ")) FROM events WHERE id > ? ORDER BY id"

    /// The last of these repeats of each alarm, by the alarm's number.
    static func repeats(_ database: Database) throws -> [Int64: Repeat] {
        // A store of the time before this wrote all of them with every batch.
        guard let settled = try ProgressRow.value(ProgressRow.settledEvent, database) else { return [:] }
        var repeats: [Int64: Repeat] = [:]
        var rows = try BoundStatement(database, query)
        defer { rows.reset() }
        rows.bind(settled)
        var reader = RowReader(rows, table: "events", columns: columns)
        while try rows.step() {
            reader.nextRow()
            // A row that is damaged is passed over: the next one of its alarm makes up for it.
            guard let event = try? Repeat(&reader) else { continue }
            guard event.transition == .repeated, let alarm = event.alarmID else { continue }
            if let before = repeats[alarm], before.count >= event.count { continue }
            repeats[alarm] = event
        }
        return repeats
    }

    /// An alarm told again.
    struct Repeat {
        var time: Timestamp
        var transition: Transition
        var alarmID: Int64?
        var device: EventDevice
        var text: String
        var eventType: String?
        var probableCause: String?
        var count: Int
        var uptime: UInt32?
        var runningNumber: Int32?

        init(_ reader: inout RowReader) throws(StoreError) {
            _ = try reader.integer()
            time = try reader.timestamp()
            transition = try reader.transition()
            alarmID = try reader.optionalInteger()
            device = EventDevice(id: try reader.text(), name: try reader.text(), address: try reader.address())
            text = try reader.text()
            eventType = try reader.optionalText()
            probableCause = try reader.optionalText()
            count = try reader.count()
            uptime = try reader.uptime()
            runningNumber = try reader.runningNumber()
            try device.readPlacement(&reader)
        }

        /// Brings an alarm up to date; `false` where its row tells that much already.
        func bringUpToDate(_ alarm: inout ActiveAlarm) -> Bool {
            guard count > alarm.count else { return false }
            // What else is known of the device is written at once where it changes.
            alarm.device.name = device.name
            alarm.device.address = device.address
            alarm.text = text
            alarm.eventType = eventType
            alarm.probableCause = probableCause
            alarm.lastTime = time
            alarm.count = count
            alarm.uptime = uptime
            alarm.runningNumber = runningNumber
            return true
        }
    }
}
