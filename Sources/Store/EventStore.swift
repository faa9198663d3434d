public import Alarms
public import Basics
public import Devices
internal import Foundation
internal import GRDB
public import Journal

/// The event log, the alarms that stand, the devices and the sinks' cursors, in SQLite.
///
/// Only the pipeline writes, a batch in one transaction; anybody reads, in short transactions of their own (WAL). With
/// `synchronous=NORMAL` a power cut can take back the last transactions, never a part of one, and the pipeline makes
/// them again from the journal: the position went back with them.
///
/// Its methods block the calling thread for as long as the disk takes.
public final class EventStore: Sendable {
    /// The file within the data folder.
    public static let fileName = "trapline.sqlite"

    /// Sinks, the portal and the metrics read side by side; more than these wait.
    private static let readerLimit = 8
    /// How long a writer in another process (a shell on the file) is waited for.
    private static let busySeconds = 5.0
    /// A WAL file grown by a long backlog is cut back to this once it is checkpointed.
    private static let retainedLogBytes = 64 * 1_024 * 1_024

    private let database: any DatabaseWriter
    private let place: String

    private init(_ database: any DatabaseWriter, place: String) {
        self.database = database
        self.place = place
    }

    /// Opens the store in `folder`, making both where they are missing, and brings its tables up to date.
    public convenience init(folder: String) throws(StoreError) {
        let path = folder + "/" + EventStore.fileName
        let database = try StoreError.translating(at: path) {
            // 0700: the events of a network tell of its weak places.
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            let pool = try DatabasePool(path: path, configuration: EventStore.configuration())
            try EventStore.prepare(pool, place: path)
            return pool
        }
        self.init(database, place: path)
    }

    /// A store that ends with the process: for `explain` and for tests.
    public static func inMemory() throws(StoreError) -> EventStore {
        let database = try StoreError.translating(at: "memory") {
            let queue = try DatabaseQueue(configuration: configuration())
            try prepare(queue, place: "memory")
            return queue
        }
        return EventStore(database, place: "memory")
    }

    /// Opens the store of `folder` for reading alone, whether a server runs on it or not; nothing is made or altered.
    public static func readOnly(folder: String) throws(StoreError) -> EventStore {
        let path = folder + "/" + fileName
        guard FileManager.default.isExecutableFile(atPath: folder) || !FileManager.default.fileExists(atPath: folder)
        else { throw StoreError(.unavailable, place: folder, reason: "this user may not look into this folder") }
        guard FileManager.default.fileExists(atPath: path) else {
            throw StoreError(.unavailable, place: path, reason: "there is no store here; has the server run on it?")
        }
        let database = try StoreError.translating(at: path) {
            var configuration = configuration()
            configuration.readonly = true
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.read { database in
                try StoreSchema.refuseNewer(database, place: path)
                guard try StoreSchema.migrator.hasCompletedMigrations(database) else {
                    throw StoreError(
                        .unavailable, place: path, reason: "is of an earlier version; start the server on it once")
                }
            }
            return queue
        }
        return EventStore(database, place: path)
    }

    /// Ends all access; the log of changes is merged into the file.
    public func close() throws(StoreError) {
        try StoreError.translating(at: place) {
            if let pool = database as? DatabasePool {
                // GRDB closes its readers last, and a reader does not merge the log. A failure harms nothing: the
                // next start reads the log.
                _ = try? pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
            }
            try database.close()
        }
    }

    private static func configuration() -> Configuration {
        var configuration = Configuration()
        configuration.label = "trapline.store"
        configuration.maximumReaderCount = readerLimit
        configuration.busyMode = .timeout(busySeconds)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA journal_size_limit = \(retainedLogBytes)")
        }
        return configuration
    }

    private static func prepare(_ database: any DatabaseWriter, place: String) throws {
        try database.read { try StoreSchema.refuseNewer($0, place: place) }
        try StoreSchema.migrator.migrate(database)
    }
}

// MARK: - Writing

extension EventStore {
    /// Writes all of `outcome` in one transaction, or nothing of it.
    public func commit(_ outcome: BatchOutcome) throws(StoreError) {
        try StoreError.translating(at: place) {
            try database.write { database in
                try EventStore.write(outcome, to: database)
            }
        }
    }

    private static func write(_ outcome: BatchOutcome, to database: Database) throws {
        var coder = SinkListCoder()
        if !outcome.events.isEmpty {
            let insertion = try database.cachedStatement(sql: EventRow.insertion)
            for event in outcome.events { try insertion.execute(arguments: EventRow.arguments(event, &coder)) }
        }
        for key in outcome.endedAlarms {
            try database.cachedStatement(sql: AlarmRow.removal).execute(arguments: AlarmRow.arguments(key))
        }
        for alarm in outcome.standingAlarms {
            try database.cachedStatement(sql: AlarmRow.insertion).execute(arguments: AlarmRow.arguments(alarm, &coder))
        }
        for device in outcome.devices {
            try database.cachedStatement(sql: DeviceRow.insertion).execute(arguments: DeviceRow.arguments(device))
        }
        try SinkProgressRow.write(outcome.progress, outcome.requests, to: database)
        var progress: [(String, Int64)] = []
        if let position = outcome.position {
            progress.append((Progress.segment, Int64(bitPattern: position.segment)))
            progress.append((Progress.offset, Int64(bitPattern: position.offset)))
        }
        if let clock = outcome.clock { progress.append((Progress.clock, clock.nanoseconds)) }
        for (name, value) in progress {
            try database.cachedStatement(sql: "INSERT OR REPLACE INTO progress (name, value) VALUES (?, ?)")
                .execute(arguments: [name, value])
        }
    }

    private enum Progress {
        static let segment = "journal segment"
        static let offset = "journal offset"
        static let clock = "clock"
    }
}

// MARK: - Reading

extension EventStore {
    /// What a server needs to go on where it stopped.
    public struct Snapshot: Sendable {
        /// Where the pipeline reads on; `nil` for the journal's beginning.
        public var position: JournalPosition?
        /// The largest time that the pipeline had read.
        public var clock: Timestamp?
        public var lastEventID: Int64
        public var activeAlarms: [ActiveAlarm]
        public var devices: [Device]
        public var cursors: [String: SinkCursor]
    }

    /// All of it as it stood at one moment.
    public func load() throws(StoreError) -> Snapshot {
        try reading { database in
            let segment = try EventStore.progress(Progress.segment, database)
            let offset = try EventStore.progress(Progress.offset, database)
            var position: JournalPosition?
            if let segment, let offset {
                position = JournalPosition(segment: UInt64(bitPattern: segment), offset: UInt64(bitPattern: offset))
            }
            return Snapshot(
                position: position,
                clock: try EventStore.progress(Progress.clock, database).map { Timestamp(nanoseconds: $0) },
                lastEventID: try EventStore.lastEventID(database),
                activeAlarms: try EventStore.activeAlarms(database), devices: try EventStore.devices(database),
                cursors: try SinkProgressRow.cursors(database))
        }
    }

    /// The rows behind number `id`, in order, at most `limit`.
    ///
    /// A row that cannot be read ends the page before it; where it is the first, it is thrown with its `eventID`.
    public func events(after id: Int64, limit: Int) throws(StoreError) -> [StoredEvent] {
        try reading { database in
            var coder = SinkListCoder()
            var events: [StoredEvent] = []
            let rows = try Row.fetchCursor(
                try database.cachedStatement(sql: EventRow.page), arguments: [id, max(0, limit)])
            do {
                while let row = try rows.next() { events.append(try EventRow.read(row, &coder)) }
            } catch let error as StoreError {
                if events.isEmpty { throw error }
            }
            return events
        }
    }

    /// The number given last, whether its row is still there or not; 0 before the first.
    public func lastEventID() throws(StoreError) -> Int64 { try reading(EventStore.lastEventID) }

    /// In the order in which they were raised.
    public func activeAlarms() throws(StoreError) -> [ActiveAlarm] { try reading(EventStore.activeAlarms) }

    /// In the order of their identities.
    public func devices() throws(StoreError) -> [Device] { try reading(EventStore.devices) }

    /// How many dead letters are kept, the latest: a list for a person, who looks at it before it is that long.
    public static let deadLetterLimit = 10_000

    /// The oldest first.
    public func deadLetters() throws(StoreError) -> [DeadLetter] {
        try reading { database in
            var letters: [DeadLetter] = []
            let rows = try Row.fetchCursor(database, sql: DeadLetterRow.all)
            while let row = try rows.next() { letters.append(try DeadLetterRow.read(row)) }
            return letters
        }
    }

    /// The events, in their order, whose dead letters are to be sent again by `sink`.
    public func lettersAskedFor(of sink: String) throws(StoreError) -> [Int64] {
        try reading { database in
            try Int64.fetchAll(database, sql: DeadLetterRow.askedFor, arguments: [StoredText(sink)])
        }
    }

    public func cursors() throws(StoreError) -> [String: SinkCursor] { try reading(SinkProgressRow.cursors) }

    private static func lastEventID(_ database: Database) throws -> Int64 {
        // The sequence outlives the rows.
        try Int64.fetchOne(database, sql: "SELECT MAX(seq) FROM sqlite_sequence WHERE name = 'events'") ?? 0
    }

    private static func activeAlarms(_ database: Database) throws -> [ActiveAlarm] {
        var coder = SinkListCoder()
        var alarms: [ActiveAlarm] = []
        let rows = try Row.fetchCursor(database, sql: AlarmRow.all)
        while let row = try rows.next() { alarms.append(try AlarmRow.read(row, &coder)) }
        return alarms
    }

    private static func devices(_ database: Database) throws -> [Device] {
        var devices: [Device] = []
        let rows = try Row.fetchCursor(database, sql: DeviceRow.all)
        while let row = try rows.next() { devices.append(try DeviceRow.read(row)) }
        return devices
    }

    private static func progress(_ name: String, _ database: Database) throws -> Int64? {
        let rows = try Row.fetchCursor(
            database, sql: "SELECT name, value FROM progress WHERE name = ?", arguments: [name])
        guard let row = try rows.next() else { return nil }
        var reader = RowReader(row, table: "progress", columns: ["name", "value"])
        _ = try reader.text()
        return try reader.integer()
    }

    private func reading<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        try StoreError.translating(at: place) { try database.read(body) }
    }
}

// MARK: - Errors

extension StoreError {
    /// Runs `body` and gives its errors a code and a place.
    fileprivate static func translating<Value>(at place: String, _ body: () throws -> Value) throws(StoreError) -> Value
    {
        do {
            return try body()
        } catch let error as StoreError {
            throw error
        } catch let error as DatabaseError {
            throw StoreError(error, place: place)
        } catch {
            throw StoreError(.unavailable, place: place, reason: "\(error.localizedDescription)")
        }
    }

    private init(_ error: DatabaseError, place: String) {
        let code: Code =
            switch error.resultCode {
            case .SQLITE_CORRUPT, .SQLITE_NOTADB: .damaged
            case .SQLITE_FULL: .full
            case .SQLITE_BUSY, .SQLITE_LOCKED: .busy
            case .SQLITE_CANTOPEN, .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH: .unavailable
            default: .failed
            }
        self.init(code, place: place, reason: error.message ?? "SQLite error \(error.resultCode.rawValue)")
    }
}
