import Alarms
import Basics
import GRDB
import SNMPWire
import Store
import Testing

/// The rows of alarms: by number, page by page, and what their repeats add.
@Suite struct AlarmRowTests {
    private let store: EventStore

    init() throws {
        store = try EventStore.inMemory()
    }

    private func alarm(_ id: Int64, _ severity: Severity = .minor, expires: Timestamp? = nil) throws -> ActiveAlarm {
        var alarm = try Sample.alarm(id, source: "ifIndex.\(id)")
        alarm.severity = severity
        alarm.expires = expires
        return alarm
    }

    private func told(_ id: Int64, count: Int) -> AlarmRepeat {
        AlarmRepeat(
            number: id, lastTime: Timestamp(seconds: 1_000 + Int64(count)), count: count, uptime: 77, runningNumber: 5)
    }

    private func commit(
        _ alarms: [ActiveAlarm] = [], repeats: [AlarmRepeat] = [], ended: [Int64] = [], postponed: Int64 = 0,
        settled: Int64? = nil
    ) throws {
        var batch = BatchOutcome(standingAlarms: alarms, endedAlarms: ended, settledEvent: settled)
        batch.repeatedAlarms = repeats
        batch.postponedAlarms = postponed
        try store.commit(batch)
    }

    @Test func manyAreReadPageByPage() throws {
        // A clear that is withheld leaves the row.
        let alarms = try (1...2_500).map { try alarm(Int64($0), $0 % 100 == 0 ? .cleared : .minor) }
        try commit(alarms)
        var numbers: [Int64] = []
        try store.forEachActiveAlarm { numbers.append($0.id) }
        #expect(numbers == alarms.filter { $0.severity != .cleared }.map(\.id))
        var summaries: [AlarmSummary] = []
        _ = try store.load { summaries.append($0) }
        #expect(Set(summaries) == Set(alarms.map { AlarmSummary($0) }), "the withheld among them")
    }

    @Test func whatStopsAReaderIsTold() throws {
        struct Enough: Error {}
        try commit([try alarm(1), try alarm(2)])
        var count = 0
        #expect(throws: StoreError.self) {
            try store.forEachActiveAlarm { _ in
                count += 1
                throw Enough()
            }
        }
        #expect(count == 1)
    }

    @Test func alarmsAreFoundByTheirNumbers() throws {
        try commit([try alarm(3), try alarm(5, .cleared), try alarm(7)])
        #expect(try store.activeAlarms([7, 3, 5, 9, 3]).map(\.id) == [3, 7])
        #expect(try store.alarmRows([7, 9, 5]).map(\.id) == [7, 5], "as asked for, the withheld too")
    }

    @Test func aRepeatAltersWhatItTells() throws {
        try commit([try alarm(1)])
        try commit(repeats: [told(1, count: 9)])
        let read = try #require(try store.activeAlarms().first)
        #expect(read.count == 9)
        #expect(read.lastTime == Timestamp(seconds: 1_009))
        #expect(read.uptime == 77)
        #expect(read.runningNumber == 5)
        #expect(try store.alarmRows([1]) == [read])
    }

    @Test func aRepeatOlderThanTheRowIsNone() throws {
        try commit([try alarm(1)])
        try commit(repeats: [told(1, count: 9)])
        var whole = try alarm(1)
        whole.count = 9
        whole.lastTime = Timestamp(seconds: 2_000)
        try commit([whole])
        #expect(try store.activeAlarms() == [whole])
    }

    @Test func whatEndsLeavesNothing() throws {
        try commit([try alarm(1)])
        try commit(repeats: [told(1, count: 9)])
        try commit(ended: [1], settled: 1)
        #expect(try store.alarmRows([1]).isEmpty)
        try commit([try alarm(1)])
        #expect(try store.activeAlarms() == [try alarm(1)], "not even its repeats")
    }

    /// A batch that settles nothing leaves the rows of what ended, and nobody sees them.
    @Test func whatHasEndedStandsNoMoreWhileItsRowIsThere() throws {
        try commit([try alarm(1), try alarm(2), try alarm(3)])
        try commit(ended: [3, 1])
        #expect(try store.alarmRows([1]).map(\.id) == [1])
        #expect(try store.activeAlarms() == [try alarm(2)])
        #expect(try store.activeAlarms([1, 2, 3]) == [try alarm(2)])
        var numbers: [Int64] = []
        _ = try store.load { numbers.append($0.number) }
        #expect(numbers == [2])
        try commit(ended: [2], settled: 5)
        #expect(try store.alarmRows([1, 2, 3]).isEmpty, "those of earlier batches too")
        #expect(try store.activeAlarms().isEmpty)
    }

    @Test func expiriesMoveTogether() throws {
        try commit([
            try alarm(1, expires: Timestamp(seconds: 100)), try alarm(2),
            try alarm(3, expires: Timestamp(nanoseconds: .max - 5)),
        ])
        try commit([try alarm(4, expires: Timestamp(seconds: 7))], postponed: 3_000_000_000)
        let expiries = try store.activeAlarms().map(\.expires)
        #expect(
            expiries == [Timestamp(seconds: 103), nil, Timestamp(nanoseconds: .max), Timestamp(seconds: 7)],
            "what is written with it has its own")
    }

    @Test func whereItsDeviceBelongsIsKept() throws {
        var placed = try alarm(1)
        placed.device.group = "north"
        placed.device.tenant = "a"
        placed.device.site = "mill"
        try commit([placed])
        #expect(try store.activeAlarms() == [placed])
    }

    /// Rows were found by device, OID and source once.
    @Test func alarmsOfAnEarlierStoreAreTakenOver() throws {
        let folder = try TemporaryFolder()
        try EventStore(folder: folder.path).close()
        let database = try DatabaseQueue(path: folder.path + "/" + EventStore.fileName)
        try database.write { database in
            try database.execute(
                sql: """
                    DROP TABLE alarms;
                    DROP TABLE alarm_repeats;
                    CREATE TABLE alarms (
                        device TEXT NOT NULL, oid BLOB NOT NULL, source TEXT NOT NULL, id INTEGER NOT NULL,
                        alarm TEXT NOT NULL, device_name TEXT NOT NULL, address BLOB NOT NULL, severity INTEGER NOT NULL,
                        highest_severity INTEGER NOT NULL, text TEXT NOT NULL, event_type TEXT, probable_cause TEXT,
                        raised INTEGER NOT NULL, last_time INTEGER NOT NULL, count INTEGER NOT NULL, sinks TEXT NOT NULL,
                        device_time INTEGER, expires INTEGER, clears_on_restart INTEGER NOT NULL DEFAULT 0,
                        uptime INTEGER, running_number INTEGER, acknowledged_by TEXT, acknowledged_time INTEGER,
                        acknowledged_text TEXT, note_by TEXT, note_time INTEGER, note_text TEXT,
                        PRIMARY KEY (device, oid, source)
                    ) WITHOUT ROWID;
                    INSERT INTO alarms VALUES (
                        '192.0.2.7', x'2b060106030101', 'ifIndex.7', 12, 'linkDown', 'edge', x'c0000207', 4, 5, 'down',
                        NULL, 'loss', 10, 20, 3, '["noc"]', NULL, 90, 1, 5, 6, 'anna', 30, 'mine', NULL, NULL, NULL);
                    DELETE FROM grdb_migrations WHERE identifier LIKE '9 %';
                    """)
        }
        try database.close()
        let alarm = try #require(try EventStore(folder: folder.path).activeAlarms().first)
        #expect(alarm.id == 12)
        #expect(alarm.key.device == "192.0.2.7")
        #expect(alarm.key.source == "ifIndex.7")
        #expect(alarm.count == 3)
        #expect(alarm.expires == Timestamp(nanoseconds: 90))
        #expect(alarm.clearsOnRestart)
        #expect(alarm.uptime == 5)
        #expect(alarm.runningNumber == 6)
        #expect(alarm.acknowledged == AlarmRemark(by: "anna", time: Timestamp(nanoseconds: 30), text: "mine"))
        #expect(alarm.sinks == ["noc"])
    }

    /// Memories were found by device, OID and source once.
    @Test func memoriesOfAnEarlierStoreAreTakenOver() throws {
        let folder = try TemporaryFolder()
        try EventStore(folder: folder.path).close()
        let database = try DatabaseQueue(path: folder.path + "/" + EventStore.fileName)
        try database.write { database in
            try database.execute(
                sql: """
                    DROP TABLE alarm_memories;
                    CREATE TABLE alarm_memories (
                        device TEXT NOT NULL, oid BLOB NOT NULL, source TEXT NOT NULL, alarm TEXT NOT NULL,
                        received INTEGER, uptime INTEGER, running_number INTEGER, order_until INTEGER,
                        changes TEXT NOT NULL, changes_until INTEGER, flapping_until INTEGER, interval_end INTEGER,
                        interval_events INTEGER NOT NULL, is_suppressed INTEGER NOT NULL, withheld INTEGER NOT NULL,
                        told_severity INTEGER, PRIMARY KEY (device, oid, source)
                    ) WITHOUT ROWID;
                    INSERT INTO alarm_memories VALUES
                        ('a', x'2b060106030101', '1', 'linkDown', 5, 6, 7, 8, '9 10', 11, 12, 13, 14, 1, 15, 4),
                        ('a', x'2b060106030101', '2', 'linkDown', 5, 6, 7, 8, '', NULL, NULL, NULL, 0, 0, 0, NULL);
                    DELETE FROM grdb_migrations WHERE identifier LIKE '11 %';
                    """)
        }
        try database.close()
        let store = try EventStore(folder: folder.path)
        let memories = try store.load().memories
        #expect(memories.map(\.key.source) == ["1", "2"])
        #expect(memories.map(\.number) == [1, 2])
        #expect(memories.first?.withheld == 15)
        #expect(memories.first?.changes.count == 2)
        try store.commit(BatchOutcome(forgottenMemories: [1]))
        #expect(try store.load().memories.map(\.key.source) == ["2"])
    }
}
