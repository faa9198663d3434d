public import Alarms
public import Basics
internal import GRDB
internal import Journal

/// What operators have done and what comes of it, to be written with a batch.
public struct OperatorChanges: Sendable {
    public var silences: [Silence] = []
    public var endedSilences: [Int64] = []
    public var maintenances: [Maintenance] = []
    public var endedMaintenances: [String] = []
    /// All rows of these alarms anew.
    public var untold: [(alarm: Int64, entry: UntoldAlarms.Entry?)] = []
    public var clearedByHand: [(AlarmKey, Timestamp)] = []
    public var forgottenClears: [AlarmKey] = []
    public var audit: [AuditEntry] = []

    public init() {}
}

/// What the store kept of that.
public struct SavedOperatorState: Sendable {
    public var silences: [Silence] = []
    public var maintenances: [Maintenance] = []
    public var untold: [(AlarmKey, UntoldAlarm)] = []
    public var clearedByHand: [(AlarmKey, Timestamp)] = []
}

extension EventStore {
    /// How many entries of the audit log are kept, the latest: some hundreds a day for a year.
    public static let auditLimit: Int64 = 100_000

    /// In the order of their numbers.
    public func silences() throws(StoreError) -> [Silence] { try reading(OperatorRows.silences) }

    /// In the order of the devices.
    public func maintenances() throws(StoreError) -> [Maintenance] { try reading(OperatorRows.maintenances) }

    /// The last entries of the audit log, at most `limit`, the oldest first.
    public func audit(last limit: Int) throws(StoreError) -> [AuditEntry] {
        try reading { database in try OperatorRows.audit(last: limit, database) }
    }
}

/// The rows of what operators do.
enum OperatorRows {
    static let migration = """
        ALTER TABLE alarms ADD COLUMN acknowledged_by TEXT;
        ALTER TABLE alarms ADD COLUMN acknowledged_time INTEGER;
        ALTER TABLE alarms ADD COLUMN acknowledged_text TEXT;
        ALTER TABLE alarms ADD COLUMN note_by TEXT;
        ALTER TABLE alarms ADD COLUMN note_time INTEGER;
        ALTER TABLE alarms ADD COLUMN note_text TEXT;
        CREATE TABLE silences (
            id INTEGER PRIMARY KEY,
            matcher TEXT NOT NULL,
            begins INTEGER NOT NULL,
            ends INTEGER NOT NULL,
            reason TEXT NOT NULL,
            operator TEXT NOT NULL
        );
        CREATE TABLE maintenances (
            device TEXT PRIMARY KEY,
            since INTEGER NOT NULL,
            ends INTEGER,
            reason TEXT NOT NULL,
            operator TEXT NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE untold_alarms (
            alarm INTEGER NOT NULL,
            sink TEXT NOT NULL,
            device TEXT NOT NULL,
            oid BLOB NOT NULL,
            source TEXT NOT NULL,
            due INTEGER,
            follows INTEGER NOT NULL,
            known INTEGER,
            journal_segment INTEGER,
            journal_offset INTEGER,
            PRIMARY KEY (alarm, sink)
        ) WITHOUT ROWID;
        CREATE TABLE cleared_by_hand (
            device TEXT NOT NULL,
            oid BLOB NOT NULL,
            source TEXT NOT NULL,
            time INTEGER NOT NULL,
            PRIMARY KEY (device, oid, source)
        ) WITHOUT ROWID;
        CREATE TABLE audit (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            time INTEGER NOT NULL,
            operator TEXT NOT NULL,
            action TEXT NOT NULL,
            subject TEXT NOT NULL,
            note TEXT NOT NULL,
            outcome TEXT NOT NULL,
            event INTEGER NOT NULL
        );
        """

    // MARK: - Writing

    static func write(_ changes: OperatorChanges, to database: Database) throws {
        try write(changes.silences, ended: changes.endedSilences, to: database)
        try write(changes.maintenances, ended: changes.endedMaintenances, to: database)
        try write(changes.untold, to: database)
        try write(changes.clearedByHand, forgotten: changes.forgottenClears, to: database)
        try write(changes.audit, to: database)
    }

    private static func write(_ silences: [Silence], ended: [Int64], to database: Database) throws {
        if !ended.isEmpty {
            var removal = try BoundStatement(database, "DELETE FROM silences WHERE id = ?")
            for id in ended {
                removal.bind(id)
                try removal.run()
            }
        }
        guard !silences.isEmpty else { return }
        var insertion = try BoundStatement(database, insertion("silences", silenceColumns))
        for silence in silences {
            insertion.bind(silence.id)
            insertion.bind(silence.matcher.text)
            insertion.bind(silence.from.nanoseconds)
            insertion.bind(silence.until.nanoseconds)
            insertion.bind(silence.reason)
            insertion.bind(silence.by)
            try insertion.run()
        }
    }

    private static func write(_ maintenances: [Maintenance], ended: [String], to database: Database) throws {
        if !ended.isEmpty {
            var removal = try BoundStatement(database, "DELETE FROM maintenances WHERE device = ?")
            for device in ended {
                removal.bind(device)
                try removal.run()
            }
        }
        guard !maintenances.isEmpty else { return }
        var insertion = try BoundStatement(database, insertion("maintenances", maintenanceColumns))
        for maintenance in maintenances {
            insertion.bind(maintenance.device)
            insertion.bind(maintenance.since.nanoseconds)
            insertion.bind(maintenance.until?.nanoseconds)
            insertion.bind(maintenance.reason)
            insertion.bind(maintenance.by)
            try insertion.run()
        }
    }

    private static func write(_ untold: [(alarm: Int64, entry: UntoldAlarms.Entry?)], to database: Database) throws {
        guard !untold.isEmpty else { return }
        var removal = try BoundStatement(database, "DELETE FROM untold_alarms WHERE alarm = ?")
        var insertion = try BoundStatement(database, insertion("untold_alarms", untoldColumns))
        for (alarm, entry) in untold {
            removal.bind(alarm)
            try removal.run()
            guard let entry else { continue }
            for untold in entry.sinks {
                insertion.bind(alarm)
                insertion.bind(untold.sink)
                insertion.bind(entry.key.device)
                insertion.bind(entry.key.oid)
                insertion.bind(entry.key.source)
                insertion.bind(untold.due?.nanoseconds)
                insertion.bind(untold.follows ? Int64(1) : 0)
                insertion.bind(untold.known.map { Int64($0.rawValue) })
                insertion.bind(untold.datagram.map { Int64(bitPattern: $0.segment) })
                insertion.bind(untold.datagram.map { Int64(bitPattern: $0.offset) })
                try insertion.run()
            }
        }
    }

    private static func write(
        _ noted: [(AlarmKey, Timestamp)], forgotten: [AlarmKey], to database: Database
    ) throws {
        if !forgotten.isEmpty {
            var removal = try BoundStatement(
                database, "DELETE FROM cleared_by_hand WHERE device = ? AND oid = ? AND source = ?")
            for key in forgotten {
                bind(key, to: &removal)
                try removal.run()
            }
        }
        guard !noted.isEmpty else { return }
        var insertion = try BoundStatement(database, insertion("cleared_by_hand", clearColumns))
        for (key, time) in noted {
            bind(key, to: &insertion)
            insertion.bind(time.nanoseconds)
            try insertion.run()
        }
    }

    private static func bind(_ key: AlarmKey, to statement: inout BoundStatement) {
        statement.bind(key.device)
        statement.bind(key.oid)
        statement.bind(key.source)
    }

    private static func write(_ audit: [AuditEntry], to database: Database) throws {
        guard !audit.isEmpty else { return }
        var insertion = try BoundStatement(database, insertion("audit", auditColumns))
        for entry in audit {
            insertion.bind(entry.time.nanoseconds)
            insertion.bind(entry.by)
            insertion.bind(entry.action)
            insertion.bind(entry.subject)
            insertion.bind(entry.note)
            insertion.bind(entry.outcome)
            insertion.bind(entry.event)
            try insertion.run()
        }
        // The numbers are given without gaps, so that the bound is a difference.
        try database.execute(
            sql: "DELETE FROM audit WHERE id <= (SELECT MAX(id) FROM audit) - \(EventStore.auditLimit)")
    }

    private static func insertion(_ table: String, _ columns: [String]) -> String {
        """
        INSERT OR REPLACE INTO \(table) (\(columns.joined(separator: ", ")))
        VALUES (\(columns.map { _ in "?" }.joined(separator: ", ")))
        """
    }

    // MARK: - Reading

    private static let silenceColumns = ["id", "matcher", "begins", "ends", "reason", "operator"]
    private static let maintenanceColumns = ["device", "since", "ends", "reason", "operator"]
    private static let untoldColumns = [
        "alarm", "sink", "device", "oid", "source", "due", "follows", "known", "journal_segment", "journal_offset",
    ]
    private static let clearColumns = ["device", "oid", "source", "time"]
    private static let auditColumns = ["time", "operator", "action", "subject", "note", "outcome", "event"]

    static func load(_ database: Database) throws -> SavedOperatorState {
        SavedOperatorState(
            silences: try silences(database), maintenances: try maintenances(database), untold: try untold(database),
            clearedByHand: try clearedByHand(database))
    }

    /// A silence whose matcher a hand has spoilt is passed over: it would silence too much or nothing.
    static func silences(_ database: Database) throws -> [Silence] {
        try rows("silences", silenceColumns, ordered: "id", database) { reader throws(StoreError) -> Silence? in
            let id = try reader.integer()
            let matcher = try? AlarmMatcher(text: try reader.text())
            let (from, until) = (try reader.timestamp(), try reader.timestamp())
            let (reason, by) = (try reader.text(), try reader.text())
            return matcher.map { Silence(id: id, matcher: $0, from: from, until: until, reason: reason, by: by) }
        }
    }

    static func maintenances(_ database: Database) throws -> [Maintenance] {
        try rows("maintenances", maintenanceColumns, ordered: "device", database) { reader throws(StoreError) in
            Maintenance(
                device: try reader.text(), since: try reader.timestamp(), until: try reader.optionalTimestamp(),
                reason: try reader.text(), by: try reader.text())
        }
    }

    private static func untold(_ database: Database) throws -> [(AlarmKey, UntoldAlarm)] {
        try rows("untold_alarms", untoldColumns, ordered: "alarm, sink", database) { reader throws(StoreError) in
            let (alarm, sink) = (try reader.integer(), try reader.text())
            let key = AlarmKey(device: try reader.text(), oid: try reader.oid(), source: try reader.text())
            return (
                key,
                UntoldAlarm(
                    alarm: alarm, sink: sink, due: try reader.optionalTimestamp(),
                    follows: try reader.integer() != 0, known: try reader.optionalSeverity(),
                    datagram: try reader.position().map { DatagramPlace(segment: $0.segment, offset: $0.offset) })
            )
        }
    }

    private static func clearedByHand(_ database: Database) throws -> [(AlarmKey, Timestamp)] {
        try rows("cleared_by_hand", clearColumns, ordered: "device, oid, source", database) {
            reader throws(StoreError) in
            let key = AlarmKey(device: try reader.text(), oid: try reader.oid(), source: try reader.text())
            return (key, try reader.timestamp())
        }
    }

    static func audit(last limit: Int, _ database: Database) throws -> [AuditEntry] {
        let entries = try rows(
            "audit", auditColumns, ordered: "id DESC LIMIT \(max(0, limit))", database
        ) { reader throws(StoreError) in
            AuditEntry(
                time: try reader.timestamp(), by: try reader.text(), action: try reader.text(),
                subject: try reader.text(), note: try reader.text(), outcome: try reader.text(),
                event: try reader.integer())
        }
        return entries.reversed()
    }

    private static func rows<Value>(
        _ table: String, _ columns: [String], ordered order: String, _ database: Database,
        _ read: (inout RowReader) throws(StoreError) -> Value?
    ) throws -> [Value] {
        var rows = try BoundStatement(
            database, "SELECT \(columns.joined(separator: ", ")) FROM \(table) ORDER BY \(order)")
        defer { rows.reset() }
        var reader = RowReader(rows, table: table, columns: columns)
        var values: [Value] = []
        while try rows.step() {
            reader.nextRow()
            if let value = try read(&reader) { values.append(value) }
        }
        return values
    }
}
