internal import Alarms
internal import Basics
internal import GRDB
internal import SNMPWire

/// The rows of the alarms that stand.
enum AlarmRow {
    static let columns = [
        "device", "oid", "source", "id", "alarm", "device_name", "address", "severity", "highest_severity", "text",
        "event_type", "probable_cause", "raised", "last_time", "count", "sinks",
        "acknowledged_by", "acknowledged_time", "acknowledged_text", "note_by", "note_time", "note_text",
        "device_time", "expires", "clears_on_restart", "uptime", "running_number",
    ]

    private static let insertion = """
        INSERT OR REPLACE INTO alarms (\(columns.joined(separator: ", ")))
        VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
        """

    private static let removal = "DELETE FROM alarms WHERE device = ? AND oid = ? AND source = ?"

    private static let all = "SELECT \(columns.joined(separator: ", ")) FROM alarms ORDER BY id"

    static func insert(_ alarms: [ActiveAlarm], into database: Database, _ coder: inout SinkListCoder) throws {
        guard !alarms.isEmpty else { return }
        var statement = try BoundStatement(database, insertion)
        let alarms = alarms.span
        for index in alarms.indices {
            bind(alarms[index].key, to: &statement)
            statement.bind(alarms[index].id)
            statement.bind(alarms[index].alarm)
            statement.bind(alarms[index].device.name)
            statement.bind(alarms[index].device.address)
            statement.bind(Int64(alarms[index].severity.rawValue))
            statement.bind(Int64(alarms[index].highestSeverity.rawValue))
            statement.bind(alarms[index].text)
            statement.bind(alarms[index].eventType)
            statement.bind(alarms[index].probableCause)
            statement.bind(alarms[index].raised.nanoseconds)
            statement.bind(alarms[index].lastTime.nanoseconds)
            statement.bind(Int64(alarms[index].count))
            statement.bind(try coder.text(of: alarms[index].sinks))
            bind(alarms[index].acknowledged, to: &statement)
            bind(alarms[index].note, to: &statement)
            statement.bind(alarms[index].deviceTime?.nanoseconds)
            statement.bind(alarms[index].expires?.nanoseconds)
            statement.bind(alarms[index].clearsOnRestart ? 1 : 0)
            statement.bind(alarms[index].uptime.map { Int64($0) })
            statement.bind(alarms[index].runningNumber.map { Int64($0) })
            try statement.run()
        }
    }

    static func remove(_ keys: [AlarmKey], from database: Database) throws {
        guard !keys.isEmpty else { return }
        var statement = try BoundStatement(database, removal)
        for key in keys {
            bind(key, to: &statement)
            try statement.run()
        }
    }

    static func bind(_ key: borrowing AlarmKey, to statement: inout BoundStatement) {
        statement.bind(key.device)
        statement.bind(key.oid)
        statement.bind(key.source)
    }

    private static func bind(_ remark: AlarmRemark?, to statement: inout BoundStatement) {
        statement.bind(remark?.by)
        statement.bind(remark?.time.nanoseconds)
        statement.bind(remark?.text)
    }

    private static func remark(_ reader: inout RowReader) throws(StoreError) -> AlarmRemark? {
        let (by, time, text) = (
            try reader.optionalText(), try reader.optionalTimestamp(), try reader.optionalText()
        )
        guard let by, let time else { return nil }
        return AlarmRemark(by: by, time: time, text: text ?? "")
    }

    /// In the order of their raises.
    static func readAll(_ database: Database) throws -> [ActiveAlarm] {
        var rows = try BoundStatement(database, all)
        defer { rows.reset() }
        var reader = RowReader(rows, table: "alarms", columns: columns)
        var alarms: [ActiveAlarm] = []
        while try rows.step() {
            reader.nextRow()
            alarms.append(try read(&reader))
        }
        return alarms
    }

    private static func read(_ reader: inout RowReader) throws(StoreError) -> ActiveAlarm {
        let key = AlarmKey(device: try reader.text(), oid: try reader.oid(), source: try reader.text())
        var alarm = ActiveAlarm(
            id: try reader.integer(), key: key, alarm: try reader.text(),
            device: EventDevice(id: key.device, name: try reader.text(), address: try reader.address()),
            severity: try reader.severity(), highestSeverity: try reader.severity(), text: try reader.text(),
            eventType: try reader.optionalText(), probableCause: try reader.optionalText(),
            raised: try reader.timestamp(), lastTime: try reader.timestamp(), count: try reader.count(),
            sinks: try reader.sinks())
        alarm.acknowledged = try remark(&reader)
        alarm.note = try remark(&reader)
        alarm.deviceTime = try reader.optionalTimestamp()
        alarm.expires = try reader.optionalTimestamp()
        alarm.clearsOnRestart = try reader.integer() != 0
        alarm.uptime = try reader.uptime()
        alarm.runningNumber = try reader.runningNumber()
        return alarm
    }
}
