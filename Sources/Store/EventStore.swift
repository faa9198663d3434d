internal import Foundation
internal import GRDB
public import Journal
internal import Synchronization

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

    /// Of the connection that writes: what a batch asks for of a million alarms it alters soon after, and the upper
    /// levels of all tables are not to be read from the file with each batch. SQLite's own 2 MiB hold a tenth of these.
    private static let writerCacheKibibytes = 64 * 1_024

    let database: any DatabaseWriter
    let place: String
    /// `nil` in memory and for a reader.
    private let checkpointer: Checkpointer?
    /// Behind the last batch; for a store in memory, which has no file that it could be safe in.
    private let committed: Mutex<JournalPosition?>
    /// What the rows held that a batch looked up: many hold the same.
    let lookedUp = Mutex(RowMemory())

    private init(
        _ database: any DatabaseWriter, place: String, checkpointer: Checkpointer? = nil,
        committed: JournalPosition? = nil
    ) {
        self.database = database
        self.place = place
        self.checkpointer = checkpointer
        self.committed = Mutex(committed)
    }

    deinit { checkpointer?.stop() }

    /// Opens the store in `folder`, making both where they are missing, and brings its tables up to date.
    public convenience init(folder: String) throws(StoreError) {
        let path = folder + "/" + EventStore.fileName
        let (database, checkpointer) = try StoreError.translating(at: path) {
            // 0700: the events of a network tell of its weak places.
            try FileManager.default.createDirectory(
                atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
            EventStore.closeToOthers(path)
            let pool = try DatabasePool(path: path, configuration: EventStore.configuration())
            try EventStore.prepare(pool, place: path)
            let checkpointer = try Checkpointer(
                path: path, configuration: EventStore.configuration(), committed: try pool.read(ProgressRow.position))
            try pool.writeWithoutTransaction { database in
                checkpointer.watch(database)
                try database.execute(sql: "PRAGMA cache_size = -\(EventStore.writerCacheKibibytes)")
            }
            return (pool, checkpointer)
        }
        self.init(database, place: path, checkpointer: checkpointer)
    }

    /// The folder may be open to others where it was made by somebody else. SQLite gives the mode of its file to those
    /// beside it. What cannot be closed is no reason not to start; what cannot be made is SQLite's to tell.
    private static func closeToOthers(_ path: String) {
        let files = FileManager.default
        let mode: [FileAttributeKey: Any] = [.posixPermissions: 0o600]
        guard files.fileExists(atPath: path) else {
            _ = files.createFile(atPath: path, contents: nil, attributes: mode)
            return
        }
        for file in [path, path + "-wal", path + "-shm"] { try? files.setAttributes(mode, ofItemAtPath: file) }
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
            do {
                return try openForReading(path, place: path, configuration)
            } catch let error as DatabaseError where error.resultCode == .SQLITE_CANTOPEN {
                guard let immutable = immutable(path) else { throw error }
                return try openForReading(immutable, place: path, configuration)
            }
        }
        return EventStore(database, place: path)
    }

    private static func openForReading(
        _ path: String, place: String, _ configuration: Configuration
    ) throws -> DatabaseQueue {
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.read { database in
            try StoreSchema.refuseNewer(database, place: place)
            guard try StoreSchema.migrator.hasCompletedMigrations(database) else {
                throw StoreError(
                    .unavailable, place: place, reason: "is of an earlier version; start the server on it once")
            }
        }
        return queue
    }

    /// SQLite reads a store with a log of changes only beside an index of that log, which it cannot make in a folder
    /// that takes no files. A stopped server has left no log, and then the file alone can be read, as it stands: this
    /// is its address for that. `nil` where there is a log, or files could be made.
    private static func immutable(_ path: String) -> String? {
        let folder = URL(filePath: path).deletingLastPathComponent().path(percentEncoded: false)
        guard !FileManager.default.fileExists(atPath: path + "-wal"),
            !FileManager.default.isWritableFile(atPath: folder)
        else { return nil }
        return URL(filePath: path).absoluteString + "?immutable=1"
    }

    /// Ends all access; the log of changes is merged into the file.
    public func close() throws(StoreError) {
        try StoreError.translating(at: place) {
            checkpointer?.stop()
            if let pool = database as? DatabasePool {
                try endLookUps()
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
        // What a batch looks up is read in one transaction, over several accesses, which ends before the batch is
        // written.
        configuration.allowsUnsafeTransactions = true
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

// MARK: - What is safe

extension EventStore {
    /// The position behind the last batch whose effects no power cut can take back: they are in the store's file, and
    /// synced. A start reads the journal from nowhere before it. `nil` where nothing is known to be.
    public var checkpointedPosition: JournalPosition? {
        if let checkpointer { return checkpointer.position }
        return committed.withLock { $0 }
    }

    /// Runs a transaction of the only writer.
    func transaction(position: JournalPosition?, _ body: (Database) throws -> Void) throws {
        try endLookUps()
        if let checkpointer {
            try checkpointer.transaction(position: position) { try database.write(body) }
        } else {
            try database.write(body)
            if let position { committed.withLock { $0 = position } }
        }
    }

    /// Runs reads of the only writer, between two of its transactions: all of them see the same, and take the locks
    /// that a transaction takes but once.
    func lookingUp<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try database.writeWithoutTransaction { database in
            if checkpointer != nil, !database.isInsideTransaction { try database.beginTransaction(.deferred) }
            return try body(database)
        }
    }

    private func endLookUps() throws {
        guard checkpointer != nil else { return }
        try database.writeWithoutTransaction { database in
            if database.isInsideTransaction { try database.commit() }
        }
    }
}
