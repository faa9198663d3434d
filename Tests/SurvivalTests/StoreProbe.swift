import Foundation
import GRDB
import TestPeers

/// Looks into the store's file from outside, as a person with a shell would.
struct StoreProbe {
    private let path: String

    init(data: String) {
        path = data + "/trapline.sqlite"
    }

    /// The event number that each sink's saved cursor stands at, and the last number of the log. Reads only: not even
    /// its closing changes the file.
    func progress() throws -> (cursors: [String: Int64], lastEvent: Int64) {
        var configuration = Configuration()
        configuration.readonly = true
        configuration.busyMode = .timeout(10)
        return try DatabaseQueue(path: path, configuration: configuration).read { database in
            let rows = try Row.fetchAll(database, sql: "SELECT sink, event FROM cursors")
            let last = try Int64.fetchOne(database, sql: "SELECT seq FROM sqlite_sequence WHERE name = 'events'")
            return (Dictionary(uniqueKeysWithValues: rows.map { ($0[0], $0[1]) }), last ?? 0)
        }
    }

    /// What SQLite finds wrong with the store as it lies there; empty if it is sound. It looks at a copy, since opening
    /// the store after a crash mends it.
    func complaints() throws -> [String] {
        let folder = try TemporaryFolder()
        for suffix in ["", "-wal"] where FileManager.default.fileExists(atPath: path + suffix) {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: folder.file("copy" + suffix))
        }
        return try DatabaseQueue(path: folder.file("copy")).read { database in
            try String.fetchAll(database, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
        }
    }

    /// Keeps the store's only writer waiting, as a slow disk does, until the value is released: what the journal takes in
    /// meanwhile is not processed.
    final class Blockade {
        private let queue: DatabaseQueue

        init(_ probe: StoreProbe) throws {
            var configuration = Configuration()
            configuration.busyMode = .timeout(10)
            // The transaction stays open between two calls.
            configuration.allowsUnsafeTransactions = true
            queue = try DatabaseQueue(path: probe.path, configuration: configuration)
            try queue.writeWithoutTransaction { try $0.beginTransaction(.immediate) }
        }

        /// Gives the store free; the file stays as it is until the value goes.
        func end() throws {
            try queue.writeWithoutTransaction { try $0.rollback() }
        }
    }
}
