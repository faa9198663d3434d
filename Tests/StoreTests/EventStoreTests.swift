import Alarms
import Basics
import Devices
import Foundation
import GRDB
import Journal
import SNMPWire
import Store
import TestPeers
import Testing

@Suite struct EventStoreTests {
    @Test func othersMayNotReadItsFiles() throws {
        let folder = try TemporaryFolder()
        let data = folder.path + "/data"
        func modes() throws -> [Int] {
            try ["", "-wal", "-shm"].compactMap { suffix in
                let path = data + "/" + EventStore.fileName + suffix
                return try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            }
        }
        let store = try EventStore(folder: data)
        try store.commit(BatchOutcome(events: [try Sample.stored(1)]))
        #expect(try modes() == [0o600, 0o600, 0o600])
        try store.close()
        // As it was made before.
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644], ofItemAtPath: data + "/" + EventStore.fileName)
        let again = try EventStore(folder: data)
        try again.commit(BatchOutcome(events: [try Sample.stored(2)]))
        #expect(try modes() == [0o600, 0o600, 0o600])
        #expect(try again.lastEventID() == 2)
    }

    @Test func whatIsCommittedIsReadBack() throws {
        let folder = try TemporaryFolder()
        let store = try EventStore(folder: folder.path + "/made/here")
        let outcome = BatchOutcome(
            events: [try Sample.stored(1), try Sample.stored(2, sinks: [])],
            standingAlarms: [try Sample.alarm(1), try Sample.alarm(2, source: "a\0b")],
            devices: DeviceChanges(devices: [Sample.device()]),
            progress: SinkProgress(
                cursors: ["noc": SinkCursor(1, born: 9), "ops \0": SinkCursor(2, removed: Timestamp(seconds: 7))],
                deadLetters: [
                    DeadLetter(sink: "ops \0", event: 2, time: Timestamp(seconds: 5), reason: "rejected", detail: "5\0")
                ]), position: JournalPosition(segment: 3, offset: .max),
            clock: Timestamp(nanoseconds: 77))
        try store.commit(outcome)
        try store.close()

        let again = try EventStore(folder: folder.path + "/made/here")
        let snapshot = try again.load()
        #expect(snapshot.position == outcome.position)
        #expect(snapshot.clock == outcome.clock)
        #expect(snapshot.lastEventID == 2)
        #expect(try again.activeAlarms() == outcome.standingAlarms)
        #expect(snapshot.inventory.devices == outcome.devices.devices)
        #expect(snapshot.cursors == outcome.progress.cursors)
        #expect(try EventStore(folder: folder.path + "/made/here").deadLetters() == outcome.progress.deadLetters)
        #expect(try EventStore(folder: folder.path + "/made/here").events(after: 0, limit: 10) == outcome.events)
    }

    @Test func anEmptyStoreBeginsAtTheBeginning() throws {
        let store = try EventStore.inMemory()
        let snapshot = try store.load()
        #expect(snapshot.position == nil)
        #expect(snapshot.clock == nil)
        #expect(snapshot.lastEventID == 0)
        #expect(snapshot.inventory.devices.isEmpty && snapshot.cursors.isEmpty)
        #expect(try store.activeAlarms().isEmpty)
    }

    @Test func anyEventComesBackAsItWas() throws {
        let seed = UInt64.random(in: 0...(.max))
        var numbers = SeededGenerator(seed: seed)
        let events = try (1...500).map { try Sample.randomEvent($0, &numbers) }
        let store = try EventStore.inMemory()
        try store.commit(BatchOutcome(events: events))
        let read = try store.events(after: 0, limit: 500)
        for (written, read) in zip(events, read) { #expect(written == read, "seed \(seed)") }
        #expect(read.count == events.count, "seed \(seed)")
    }

    @Test func laterOutcomesReplaceAndRemove() throws {
        let store = try EventStore.inMemory()
        let (first, second) = (try Sample.alarm(1, source: "1"), try Sample.alarm(2, source: "2"))
        try store.commit(
            BatchOutcome(
                standingAlarms: [first, second], devices: DeviceChanges(devices: [Sample.device()]),
                progress: SinkProgress(cursors: ["noc": SinkCursor(1), "ops": SinkCursor(1)]),
                position: JournalPosition(segment: 1, offset: 1), clock: Timestamp(seconds: 1)))
        var changed = second
        changed.count = 9
        try store.commit(
            BatchOutcome(
                standingAlarms: [changed], endedAlarms: [first.id],
                devices: DeviceChanges(devices: [Sample.device(lastSeen: 70)]),
                progress: SinkProgress(cursors: ["noc": SinkCursor(5)])))
        let snapshot = try store.load()
        #expect(try store.activeAlarms() == [changed])
        #expect(snapshot.inventory.devices == [Sample.device(lastSeen: 70)])
        #expect(snapshot.cursors == ["noc": SinkCursor(5), "ops": SinkCursor(1)])
        #expect(snapshot.position == JournalPosition(segment: 1, offset: 1), "absent means unchanged")
        #expect(snapshot.clock == Timestamp(seconds: 1))
    }

    @Test func aBatchIsWrittenWhollyOrNotAtAll() throws {
        let store = try EventStore.inMemory()
        try store.commit(BatchOutcome(events: [try Sample.stored(1)], position: JournalPosition(segment: 1, offset: 1)))
        let clash = BatchOutcome(
            events: [try Sample.stored(2), try Sample.stored(1)], standingAlarms: [try Sample.alarm(2)],
            devices: DeviceChanges(devices: [Sample.device()]), progress: SinkProgress(cursors: ["noc": SinkCursor(2)]),
            position: JournalPosition(segment: 1, offset: 2))
        #expect(throws: StoreError.self) { try store.commit(clash) }
        let snapshot = try store.load()
        #expect(snapshot.lastEventID == 1)
        #expect(snapshot.position == JournalPosition(segment: 1, offset: 1))
        #expect(snapshot.inventory.devices.isEmpty && snapshot.cursors.isEmpty)
        #expect(try store.activeAlarms().isEmpty)
        #expect(try store.events(after: 0, limit: 10).count == 1)
    }

    @Test func pagesFollowOneAnother() throws {
        let store = try EventStore.inMemory()
        try store.commit(BatchOutcome(events: try (1...25).map { try Sample.stored($0) }))
        var ids: [Int64] = []
        while true {
            let page = try store.events(after: ids.last ?? 0, limit: 10)
            if page.isEmpty { break }
            ids += page.map(\.event.id)
        }
        #expect(ids == Array(1...25))
        #expect(try store.events(after: 0, limit: -3).isEmpty)
    }

    @Test func aNumberIsNeverGivenTwice() throws {
        let folder = try TemporaryFolder()
        let store = try EventStore(folder: folder.path)
        try store.commit(BatchOutcome(events: [try Sample.stored(41), try Sample.stored(42)]))
        try folder.alter("DELETE FROM events")
        #expect(try store.lastEventID() == 42)
    }

    @Test func itIsKeptInTheWriteAheadLog() throws {
        let folder = try TemporaryFolder()
        let store = try EventStore(folder: folder.path)
        try store.commit(BatchOutcome(events: [try Sample.stored(1)]))
        #expect(FileManager.default.fileExists(atPath: folder.path + "/trapline.sqlite-wal"))
        try store.close()
        let log = try? FileManager.default.attributesOfItem(atPath: folder.path + "/trapline.sqlite-wal")
        #expect(log?[.size] as? Int ?? 0 == 0, "merged at close")
    }

    @Test func theFolderIsForItsOwnerAlone() throws {
        let folder = try TemporaryFolder()
        try EventStore(folder: folder.path + "/data").close()
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.path + "/data")
        #expect(attributes[.posixPermissions] as? Int == 0o700)
    }
}

@Suite struct ReadOnlyStoreTests {
    @Test func itReadsBesideARunningServer() throws {
        let folder = try TemporaryFolder()
        let server = try EventStore(folder: folder.path)
        let reader = try EventStore.readOnly(folder: folder.path)
        #expect(try reader.events(after: 0, limit: 10).isEmpty)
        try server.commit(BatchOutcome(events: [try Sample.stored(1)]))
        #expect(try reader.events(after: 0, limit: 10) == [try Sample.stored(1)])
        #expect(try reader.lastEventID() == 1)
    }

    @Test func itReadsWhatAStoppedServerLeft() throws {
        let folder = try TemporaryFolder()
        let server = try EventStore(folder: folder.path)
        try server.commit(BatchOutcome(events: [try Sample.stored(1)], standingAlarms: [try Sample.alarm(1)]))
        try server.close()
        let reader = try EventStore.readOnly(folder: folder.path)
        #expect(try reader.activeAlarms() == [try Sample.alarm(1)])
    }

    @Test func itWritesNothing() throws {
        let folder = try TemporaryFolder()
        try EventStore(folder: folder.path).close()
        let reader = try EventStore.readOnly(folder: folder.path)
        let error = #expect(throws: StoreError.self) {
            try reader.commit(BatchOutcome(progress: SinkProgress(cursors: ["noc": SinkCursor(1)])))
        }
        #expect(error?.code == .unavailable)
        #expect(try reader.cursors().isEmpty)
    }

    @Test func aFolderWithoutAStoreIsSaidSo() throws {
        let folder = try TemporaryFolder()
        let error = #expect(throws: StoreError.self) { try EventStore.readOnly(folder: folder.path) }
        #expect(error?.code == .unavailable)
        #expect(error?.place == folder.path + "/trapline.sqlite")
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }
}

@Suite struct DamagedStoreTests {
    @Test(arguments: [
        ("severity = 9", "severity", "is no severity: 9"),
        ("severity = 'bad'", "severity", "is no whole number"),
        ("transition = 'exploded'", "transition", "is no transition: \"exploded\""),
        ("oid = x'ff'", "oid", "is no OID"),
        ("oid = 'text'", "oid", "holds no octets"),
        ("address = x'0102'", "address", "is no IP address"),
        ("sinks = '{'", "sinks", "is no list of sinks"),
        ("count = -1", "count", "is no count: -1"),
        ("time = 1.5", "time", "is no whole number"),
    ])
    func aRowThatCannotBeReadIsNamed(alteration: String, column: String, reason: String) throws {
        let folder = try TemporaryFolder()
        let store = try EventStore(folder: folder.path)
        try store.commit(BatchOutcome(events: try (1...3).map { try Sample.stored($0) }))
        try folder.alter("UPDATE events SET \(alteration) WHERE id = 2")
        #expect(try store.events(after: 0, limit: 10) == [try Sample.stored(1)], "the page ends before the damage")
        let error = #expect(throws: StoreError.self) { try store.events(after: 1, limit: 10) }
        #expect(error?.code == .damaged)
        #expect(error?.place == "table events, row 2, column \(column)")
        #expect(error?.reason.hasPrefix(reason) == true)
        #expect(error?.eventID == 2)
        #expect(try store.events(after: 2, limit: 10) == [try Sample.stored(3)], "and what is behind it is read")
    }

    @Test func aNumberInATextColumnIsText() throws {
        let folder = try TemporaryFolder()
        let store = try EventStore(folder: folder.path)
        try store.commit(BatchOutcome(events: [try Sample.stored(1)]))
        try folder.alter("UPDATE events SET text = 7")
        #expect(try store.events(after: 0, limit: 10).map(\.event.text) == ["7"])
    }

    @Test func aDamagedAlarmIsNamed() throws {
        let folder = try TemporaryFolder()
        let store = try EventStore(folder: folder.path)
        try store.commit(BatchOutcome(standingAlarms: [try Sample.alarm(1)]))
        try folder.alter("UPDATE alarms SET highest_severity = 77")
        for read in [{ _ = try store.activeAlarms() }, { _ = try store.alarmRows([1]) }] {
            let error = #expect(throws: StoreError.self) { try read() }
            #expect(error?.place == "table alarms, row 1, column highest_severity")
        }
        try folder.alter("UPDATE alarms SET severity = 77")
        let error = #expect(throws: StoreError.self) { try store.load { _ in } }
        #expect(error?.place == "table alarms, row 1, column severity")
    }

    @Test func aFileThatIsNoStoreIsDamaged() throws {
        let folder = try TemporaryFolder()
        let path = folder.path + "/trapline.sqlite"
        try Data(repeating: 0x58, count: 8_192).write(to: URL(filePath: path))
        let error = #expect(throws: StoreError.self) { try EventStore(folder: folder.path) }
        #expect(error?.code == .damaged)
        #expect(error?.place == path)
        #expect(throws: StoreError.self) { try EventStore.readOnly(folder: folder.path) }
        #expect(try Data(contentsOf: URL(filePath: path)) == Data(repeating: 0x58, count: 8_192))
    }

    @Test func aFolderThatIsAFileIsUnavailable() throws {
        let folder = try TemporaryFolder()
        try Data().write(to: URL(filePath: folder.path + "/file"))
        let error = #expect(throws: StoreError.self) { try EventStore(folder: folder.path + "/file") }
        #expect(error?.code == .unavailable)
    }

    @Test func aStoreOfALaterVersionIsRefused() throws {
        let folder = try TemporaryFolder()
        try EventStore(folder: folder.path).close()
        try folder.alter("INSERT INTO grdb_migrations (identifier) VALUES ('99 from the future')")
        let error = #expect(throws: StoreError.self) { try EventStore(folder: folder.path) }
        #expect(error?.code == .newerSchema)
        #expect(throws: StoreError.self) { try EventStore.readOnly(folder: folder.path) }
    }

    @Test func aStoreWithoutItsTablesIsNotReadAsEmpty() throws {
        let folder = try TemporaryFolder()
        try folder.alter("CREATE TABLE other (id INTEGER)")
        let error = #expect(throws: StoreError.self) { try EventStore.readOnly(folder: folder.path) }
        #expect(error?.code == .unavailable)
    }
}

extension TemporaryFolder {
    /// What an operator's shell, or a fault, does to the file behind the store's back.
    func alter(_ sql: String) throws {
        let queue = try DatabaseQueue(path: path + "/" + EventStore.fileName)
        try queue.write { try $0.execute(sql: sql) }
        try queue.close()
    }
}
