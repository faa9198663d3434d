internal import Alarms
internal import Basics
internal import GRDB
internal import SNMPWire

/// The rows of the alarms that stand.
///
/// They are in the order of their raises: new ones come behind each other, and are found by their numbers, which the
/// table of alarms knows for each key. What alters with every repeat has a short row of its own, so that a page holds a
/// hundred of them: a million alarms that are told again and again would else have a page written for each.
///
/// For the same reason an alarm that ends is only listed at first, and its rows go with those of many others, in their
/// order. Its number is no other alarm's ever again.
enum AlarmRow {
    static let columns = [
        "id", "device", "oid", "source", "alarm", "device_name", "address", "device_group", "tenant", "site",
        "severity", "highest_severity", "text",
        "event_type", "probable_cause", "raised", "last_time", "count", "sinks",
        "acknowledged_by", "acknowledged_time", "acknowledged_text", "note_by", "note_time", "note_text",
        "device_time", "expires", "clears_on_restart", "uptime", "running_number",
    ]
    private static let repeatColumns = ["last_time", "count", "uptime", "running_number"]
    private static let allColumns = columns + repeatColumns
    private static let summaryColumns = ["id", "device", "oid", "source", "severity", "expires"]

    static let migration = """
        ALTER TABLE alarms RENAME TO former_alarms;
        CREATE TABLE alarms (
            id INTEGER PRIMARY KEY,
            device TEXT NOT NULL,
            oid BLOB NOT NULL,
            source TEXT NOT NULL,
            alarm TEXT NOT NULL,
            device_name TEXT NOT NULL,
            address BLOB NOT NULL,
            device_group TEXT,
            tenant TEXT,
            site TEXT,
            severity INTEGER NOT NULL,
            highest_severity INTEGER NOT NULL,
            text TEXT NOT NULL,
            event_type TEXT,
            probable_cause TEXT,
            raised INTEGER NOT NULL,
            last_time INTEGER NOT NULL,
            count INTEGER NOT NULL,
            sinks TEXT NOT NULL,
            acknowledged_by TEXT,
            acknowledged_time INTEGER,
            acknowledged_text TEXT,
            note_by TEXT,
            note_time INTEGER,
            note_text TEXT,
            device_time INTEGER,
            expires INTEGER,
            clears_on_restart INTEGER NOT NULL,
            uptime INTEGER,
            running_number INTEGER
        );
        INSERT INTO alarms (\(formerColumns)) SELECT \(formerColumns) FROM former_alarms;
        DROP TABLE former_alarms;
        CREATE TABLE alarm_repeats (
            id INTEGER PRIMARY KEY,
            last_time INTEGER NOT NULL,
            count INTEGER NOT NULL,
            uptime INTEGER,
            running_number INTEGER
        );
        """

    /// In the order in which they ended.
    static let endedMigration = """
        CREATE TABLE ended_alarms (
            place INTEGER PRIMARY KEY,
            id INTEGER NOT NULL
        );
        """

    private static let formerColumns = """
        id, device, oid, source, alarm, device_name, address, severity, highest_severity, text, event_type,
        probable_cause, raised, last_time, count, sinks, acknowledged_by, acknowledged_time, acknowledged_text, note_by,
        note_time, note_text, device_time, expires, clears_on_restart, uptime, running_number
        """

    private static let insertion = """
        INSERT OR REPLACE INTO alarms (\(columns.joined(separator: ", ")))
        VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
        """

    private static let repeatInsertion = """
        INSERT OR REPLACE INTO alarm_repeats (id, last_time, count, uptime, running_number) VALUES (?, ?, ?, ?, ?)
        """

    private static let ending = "INSERT INTO ended_alarms (id) VALUES (?)"
    private static let ended = "SELECT id FROM ended_alarms"
    private static let removals = [
        "DELETE FROM alarms WHERE id IN (\(ended))", "DELETE FROM alarm_repeats WHERE id IN (\(ended))",
        "DELETE FROM ended_alarms",
    ]

    private static let rows = """
        SELECT \(columns.map { "a.\($0)" }.joined(separator: ", ")),
            \(repeatColumns.map { "r.\($0)" }.joined(separator: ", "))
        FROM alarms a LEFT JOIN alarm_repeats r ON r.id = a.id
        """
    private static let one = "\(rows) WHERE a.id = ?"
    private static let page = "\(rows) WHERE a.id > ? ORDER BY a.id LIMIT ?"
    private static let summaries = "SELECT \(summaryColumns.joined(separator: ", ")) FROM alarms"
    /// SQLite makes a number that is none any more of a sum that is too large.
    private static let postponement = """
        UPDATE alarms SET expires = CASE WHEN expires > ?1 - ?2 THEN ?1 ELSE expires + ?2 END
        WHERE expires IS NOT NULL
        """

    static func insert(_ alarms: [ActiveAlarm], into database: Database, _ coder: inout SinkListCoder) throws {
        guard !alarms.isEmpty else { return }
        var statement = try BoundStatement(database, insertion)
        let alarms = alarms.span
        for index in alarms.indices {
            statement.bind(alarms[index].id)
            bind(alarms[index].key, to: &statement)
            statement.bind(alarms[index].alarm)
            statement.bind(alarms[index].device.name)
            statement.bind(alarms[index].device.address)
            statement.bind(alarms[index].device.group)
            statement.bind(alarms[index].device.tenant)
            statement.bind(alarms[index].device.site)
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

    static func insert(_ repeats: [AlarmRepeat], into database: Database) throws {
        guard !repeats.isEmpty else { return }
        var statement = try BoundStatement(database, repeatInsertion)
        for told in repeats {
            statement.bind(told.number)
            statement.bind(told.lastTime.nanoseconds)
            statement.bind(Int64(told.count))
            statement.bind(told.uptime.map { Int64($0) })
            statement.bind(told.runningNumber.map { Int64($0) })
            try statement.run()
        }
    }

    /// These stand no more; their rows are there until `removeEnded`.
    static func end(_ numbers: [Int64], in database: Database) throws {
        guard !numbers.isEmpty else { return }
        var statement = try BoundStatement(database, ending)
        for number in numbers {
            statement.bind(number)
            try statement.run()
        }
    }

    /// The rows of what has ended go.
    static func removeEnded(from database: Database) throws {
        for sql in removals {
            var statement = try BoundStatement(database, sql)
            try statement.run()
        }
    }

    /// Alarms that have a row and stand no more.
    static func ended(_ database: Database) throws -> Set<Int64> {
        var rows = try BoundStatement(database, ended)
        defer { rows.reset() }
        var reader = RowReader(rows, table: "ended_alarms", columns: ["id"])
        var numbers: Set<Int64> = []
        while try rows.step() {
            reader.nextRow()
            numbers.insert(try reader.integer())
        }
        return numbers
    }

    /// Moves the times at which alarms end by themselves.
    static func postpone(by nanoseconds: Int64, in database: Database) throws {
        guard nanoseconds != 0 else { return }
        var statement = try BoundStatement(database, postponement)
        statement.bind(Int64.max)
        statement.bind(nanoseconds)
        try statement.run()
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

    /// Of every alarm what the table of alarms keeps of it.
    static func forEach(_ database: Database, _ body: (AlarmSummary) -> Void) throws {
        let ended = try ended(database)
        var rows = try BoundStatement(database, summaries)
        defer { rows.reset() }
        var reader = RowReader(rows, table: "alarms", columns: summaryColumns)
        while try rows.step() {
            reader.nextRow()
            let summary = AlarmSummary(
                number: try reader.integer(),
                key: AlarmKey(device: try reader.text(), oid: try reader.oid(), source: try reader.text()),
                severity: try reader.severity(), expires: try reader.optionalTimestamp())
            if !ended.contains(summary.number) { body(summary) }
        }
    }

    /// Those with these numbers, in the order given, whether they have ended or not; what is not there is left out.
    /// - Parameter memory: what is common to many rows.
    static func read(
        _ numbers: some Sequence<Int64>, memory: inout RowMemory, _ database: Database
    ) throws -> [ActiveAlarm] {
        var rows = try BoundStatement(database, one)
        defer { rows.reset() }
        var reader = RowReader(rows, table: "alarms", columns: allColumns, memory: memory.take())
        defer { memory = reader.memory }
        var alarms: [ActiveAlarm] = []
        for number in numbers {
            rows.bind(number)
            while try rows.step() {
                reader.nextRow()
                alarms.append(try read(&reader))
            }
        }
        return alarms
    }

    /// The same of those that stand.
    static func readStanding(_ numbers: some Sequence<Int64>, _ database: Database) throws -> [ActiveAlarm] {
        let ended = try ended(database)
        var memory = RowMemory()
        return try read(numbers.filter { !ended.contains($0) }, memory: &memory, database)
    }

    /// In the order of their raises, those behind number `id`, whether they have ended or not, at most `limit`.
    static func read(after id: Int64, limit: Int, _ database: Database) throws -> [ActiveAlarm] {
        var rows = try BoundStatement(database, page)
        defer { rows.reset() }
        rows.bind(id)
        rows.bind(Int64(limit))
        var reader = RowReader(rows, table: "alarms", columns: allColumns)
        var alarms: [ActiveAlarm] = []
        while try rows.step() {
            reader.nextRow()
            alarms.append(try read(&reader))
        }
        return alarms
    }

    private static func read(_ reader: inout RowReader) throws(StoreError) -> ActiveAlarm {
        let id = try reader.integer()
        let key = AlarmKey(device: try reader.text(), oid: try reader.oid(), source: try reader.text())
        var alarm = ActiveAlarm(
            id: id, key: key, alarm: try reader.text(),
            device: EventDevice(
                id: key.device, name: try reader.text(), address: try reader.address(),
                group: try reader.optionalText(), tenant: try reader.optionalText(), site: try reader.optionalText()),
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
        // An alarm's count only grows; the row of its repeats may be from before it was written whole.
        guard let lastTime = try reader.optionalTimestamp() else { return alarm }
        let count = try reader.count()
        let (uptime, runningNumber) = (try reader.uptime(), try reader.runningNumber())
        guard count > alarm.count else { return alarm }
        alarm.lastTime = lastTime
        alarm.count = count
        alarm.uptime = uptime
        alarm.runningNumber = runningNumber
        return alarm
    }
}
