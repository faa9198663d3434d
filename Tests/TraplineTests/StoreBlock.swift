import GRDB
import Store

/// Keeps the store's only writer out, as another program on the file does: the pipeline stands still.
final class StoreBlock {
    private let database: DatabaseQueue

    init(_ folder: String) throws {
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        configuration.busyMode = .timeout(20)
        database = try DatabaseQueue(path: folder + "/" + EventStore.fileName, configuration: configuration)
        try database.unsafeReentrantWrite { try $0.execute(sql: "BEGIN IMMEDIATE") }
    }

    func end() throws { try database.unsafeReentrantWrite { try $0.execute(sql: "ROLLBACK") } }
}
