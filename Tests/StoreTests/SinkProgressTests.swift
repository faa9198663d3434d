import Basics
import GRDB
import Store
import Testing

@Suite struct SinkProgressTests {
    @Test func aForgottenSinkLosesItsCursorUnlessItIsThereAgain() throws {
        let store = try EventStore.inMemory()
        let cursors = ["gone": SinkCursor(7, removed: Timestamp(seconds: 3)), "noc": SinkCursor(9)]
        try store.commit(BatchOutcome(progress: SinkProgress(cursors: cursors)))
        try store.commit(BatchOutcome(requests: [.forgetSink("gone"), .forgetSink("noc"), .forgetSink("never")]))
        #expect(try store.cursors() == ["noc": SinkCursor(9)])
        try store.commit(BatchOutcome(progress: SinkProgress(freed: ["noc"])))
        #expect(try store.cursors().isEmpty)
    }

    /// A store of the version before has cursors and letters that know nothing of removal and resending.
    @Test func anOlderStoreIsBroughtUpToDate() throws {
        let folder = try TemporaryFolder()
        do {
            let store = try EventStore(folder: folder.path)
            try store.commit(
                BatchOutcome(
                    progress: SinkProgress(
                        cursors: ["noc": SinkCursor(5)],
                        deadLetters: [
                            DeadLetter(
                                sink: "noc", event: 4, time: Timestamp(seconds: 1), reason: "rejected", detail: "550")
                        ])))
            try store.close()
        }
        let file = try DatabaseQueue(path: folder.path + "/" + EventStore.fileName)
        try file.write { database in
            try database.execute(
                sql: """
                    ALTER TABLE cursors DROP COLUMN born;
                    ALTER TABLE cursors DROP COLUMN removed;
                    ALTER TABLE dead_letters DROP COLUMN asked;
                    DELETE FROM grdb_migrations WHERE identifier LIKE '4 %';
                    """)
        }
        try file.close()
        let store = try EventStore(folder: folder.path)
        #expect(try store.cursors() == ["noc": SinkCursor(5)])
        #expect(try store.deadLetters().map(\.isAskedFor) == [false])
    }
}
