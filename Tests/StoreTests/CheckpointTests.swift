import Alarms
import Basics
import Foundation
import GRDB
import Journal
import Store
import Testing

@Suite struct CheckpointTests {
    private static func position(_ number: Int64) -> JournalPosition {
        JournalPosition(segment: 1, offset: UInt64(number))
    }

    private static func batch(_ from: Int64, count: Int64 = 1_000) throws -> BatchOutcome {
        BatchOutcome(
            events: try (from..<from + count).map { try Sample.stored($0) }, position: position(from + count - 1))
    }

    private func logSize(_ folder: TemporaryFolder) -> Int {
        let attributes = try? FileManager.default.attributesOfItem(atPath: folder.path + "/trapline.sqlite-wal")
        return attributes?[.size] as? Int ?? 0
    }

    /// Looks until it holds, for a minute at most.
    private func eventually(_ holds: () throws -> Bool) throws -> Bool {
        let deadline = Date(timeIntervalSinceNow: 60)
        while try !holds() {
            guard Date() < deadline else { return false }
            Thread.sleep(forTimeInterval: 0.01)
        }
        return true
    }

    @Test func whatIsOnlyInTheLogIsNotCalledSafe() throws {
        let folder = try TemporaryFolder()
        let store = try EventStore(folder: folder.path)
        #expect(store.checkpointedPosition == nil)
        try store.commit(BatchOutcome(events: [try Sample.stored(1)], position: Self.position(1)))
        #expect(store.checkpointedPosition == nil, "a page or two wait for more")
        #expect(try eventually { store.checkpointedPosition == Self.position(1) }, "but not for long")
        try store.close()
        let next = try EventStore(folder: folder.path)
        #expect(next.checkpointedPosition == Self.position(1), "a start merges what it finds")
    }

    @Test func theLogBeginsAnewAndAgain() throws {
        let folder = try TemporaryFolder()
        let store = try EventStore(folder: folder.path)
        var largest = 0
        // 160,000 rows of about 250 octets: 40 MB, in pages of which each is written more than once.
        for batch in 0..<160 {
            try store.commit(try Self.batch(Int64(batch) * 1_000 + 1))
            largest = max(largest, logSize(folder))
        }
        // The file of the log is as long as it ever was since it began.
        #expect(largest < 72 << 20)
        #expect(try eventually { store.checkpointedPosition == Self.position(160_000) })
        #expect(try store.lastEventID() == 160_000)
    }

    @Test func aReaderWithAnOldStateOnlyMakesTheLogLonger() throws {
        let folder = try TemporaryFolder()
        let store = try EventStore(folder: folder.path)
        try store.commit(try Self.batch(1))
        let other = try DatabaseQueue(path: folder.path + "/" + EventStore.fileName)
        try other.inDatabase { database in
            try database.beginTransaction(.deferred)
            #expect(try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM events") == 1_000)
            for batch in 1..<420 { try store.commit(try Self.batch(Int64(batch) * 1_000 + 1)) }
            #expect(logSize(folder) > 64 << 20, "it holds all that came since")
            #expect(store.checkpointedPosition != Self.position(420_000))
            #expect(try Int.fetchOne(database, sql: "SELECT COUNT(*) FROM events") == 1_000)
            try database.commit()
        }
        try store.commit(try Self.batch(420_001))
        #expect(try eventually { store.checkpointedPosition == Self.position(421_000) })
    }

    @Test func inMemoryAllIsAsSafeAsItGets() throws {
        let store = try EventStore.inMemory()
        #expect(store.checkpointedPosition == nil)
        try store.commit(BatchOutcome(position: Self.position(7)))
        try store.commit(BatchOutcome(progress: SinkProgress(cursors: ["noc": SinkCursor(1)])))
        #expect(store.checkpointedPosition == Self.position(7))
    }
}

@Suite struct EventPositionTests {
    @Test func whatACursorStillNeedsBeginsBehindIt() throws {
        let store = try EventStore.inMemory()
        #expect(try store.firstEventID() == nil)
        #expect(try store.position(ofEventAfter: 0) == nil)
        var withoutDatagram = try Sample.stored(4)
        withoutDatagram.position = nil
        try store.commit(BatchOutcome(events: [try Sample.stored(3), withoutDatagram, try Sample.stored(5)]))
        #expect(try store.firstEventID() == 3)
        #expect(try store.position(ofEventAfter: 0) == JournalPosition(segment: 3, offset: 3 * 512))
        #expect(try store.position(ofEventAfter: 3) == JournalPosition(segment: 3, offset: 5 * 512))
        #expect(try store.position(ofEventAfter: 5) == nil)
    }
}
