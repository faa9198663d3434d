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

/// A store that an earlier Trapline wrote, which knew of neither operators' actions nor an inventory, goes on.
@Suite struct FormerStoreTests {
    @Test func aStoreFromBeforeDevicesWereMoreThanAddressesGoesOn() throws {
        let folder = try TemporaryFolder()
        try folder.alter(Self.tables + Self.rows)
        let store = try EventStore(folder: folder.path)
        let snapshot = try store.load()
        #expect(snapshot.position == JournalPosition(segment: 3, offset: 4_096))
        #expect(snapshot.clock == Timestamp(nanoseconds: 1_700_000_001_000_000_000))
        #expect(snapshot.lastEventID == 2)
        let events = try store.events(after: 0, limit: 10)
        #expect(events.map(\.event.transition) == [.raised, .repeated])
        #expect(events.map(\.sinks) == [["noc"], ["noc"]])
        let edge = EventDevice(id: "192.0.2.7", name: "192.0.2.7", address: IPAddress(v4: 0xc000_0207))
        #expect(events.map(\.event.device) == [edge, edge], "of its place nothing is known")
        let alarm = try #require(try store.activeAlarms().first)
        #expect(alarm.id == 1 && alarm.count == 2 && alarm.sinks == ["noc"] && alarm.device == edge)
        #expect(alarm.acknowledged == nil && alarm.expires == nil && !alarm.clearsOnRestart)
        let device = try #require(snapshot.inventory.devices.first)
        #expect(device.id == "192.0.2.7" && device.state == .known && device.group == "default")
        #expect(device.firstSeen == Timestamp(seconds: 50) && device.lastSeen == Timestamp(seconds: 60))
        #expect(try store.cursors()["noc"]?.event == 1)
        #expect(snapshot.operators.silences.isEmpty && snapshot.memories.isEmpty)

        let next = try Sample.stored(3)
        try store.commit(BatchOutcome(events: [next], position: JournalPosition(segment: 3, offset: 5_000)))
        #expect(try store.events(after: 2, limit: 10) == [next])
    }

    /// As the first four migrations made them.
    private static let tables = """
        CREATE TABLE grdb_migrations (identifier TEXT NOT NULL PRIMARY KEY);
        INSERT INTO grdb_migrations VALUES
            ('1 events, alarms, devices, cursors'), ('2 dead letters'),
            ('4 cursors of removed sinks, dead letters asked for');
        CREATE TABLE events (
            id INTEGER PRIMARY KEY AUTOINCREMENT, time INTEGER NOT NULL, device_time INTEGER, transition TEXT NOT NULL,
            reason TEXT, alarm_id INTEGER, alarm TEXT NOT NULL, oid BLOB NOT NULL, severity INTEGER NOT NULL,
            previous_severity INTEGER, highest_severity INTEGER NOT NULL, device TEXT NOT NULL,
            device_name TEXT NOT NULL, address BLOB NOT NULL, source TEXT NOT NULL, text TEXT NOT NULL,
            event_type TEXT, probable_cause TEXT, count INTEGER NOT NULL, raised INTEGER, journal_segment INTEGER,
            journal_offset INTEGER, sinks TEXT NOT NULL
        );
        CREATE TABLE alarms (
            device TEXT NOT NULL, oid BLOB NOT NULL, source TEXT NOT NULL, id INTEGER NOT NULL, alarm TEXT NOT NULL,
            device_name TEXT NOT NULL, address BLOB NOT NULL, severity INTEGER NOT NULL,
            highest_severity INTEGER NOT NULL, text TEXT NOT NULL, event_type TEXT, probable_cause TEXT,
            raised INTEGER NOT NULL, last_time INTEGER NOT NULL, count INTEGER NOT NULL, sinks TEXT NOT NULL,
            PRIMARY KEY (device, oid, source)
        ) WITHOUT ROWID;
        CREATE TABLE devices (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, address BLOB NOT NULL, first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL, last_keep_alive INTEGER
        ) WITHOUT ROWID;
        CREATE TABLE cursors (
            sink TEXT PRIMARY KEY, event INTEGER NOT NULL, born INTEGER, removed INTEGER
        ) WITHOUT ROWID;
        CREATE TABLE dead_letters (
            id INTEGER PRIMARY KEY AUTOINCREMENT, sink TEXT NOT NULL, event INTEGER NOT NULL, time INTEGER NOT NULL,
            reason TEXT NOT NULL, detail TEXT NOT NULL, asked INTEGER NOT NULL DEFAULT 0
        );
        CREATE TABLE progress (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        """

    /// The repeat was not yet written into its alarm's row when the server stopped.
    private static let rows = """
        INSERT INTO events VALUES
            (1, 1700000000000000000, NULL, 'raised', NULL, 1, 'linkDown', x'2b06010603010105', 4, NULL, 4, '192.0.2.7',
             '192.0.2.7', x'c0000207', 'ifIndex.7', 'down', NULL, NULL, 1, 1700000000000000000, 3, 24, '["noc"]'),
            (2, 1700000001000000000, NULL, 'repeated', NULL, 1, 'linkDown', x'2b06010603010105', 4, NULL, 4,
             '192.0.2.7', '192.0.2.7', x'c0000207', 'ifIndex.7', 'down', NULL, NULL, 2, 1700000000000000000, 3, 512,
             '["noc"]');
        INSERT INTO alarms VALUES (
            '192.0.2.7', x'2b06010603010105', 'ifIndex.7', 1, 'linkDown', '192.0.2.7', x'c0000207', 4, 4, 'down', NULL,
            NULL, 1700000000000000000, 1700000000000000000, 1, '["noc"]');
        INSERT INTO devices VALUES ('192.0.2.7', '192.0.2.7', x'c0000207', 50000000000, 60000000000, NULL);
        INSERT INTO cursors VALUES ('noc', 1, NULL, NULL);
        INSERT INTO progress VALUES
            ('journal segment', 3), ('journal offset', 4096), ('clock', 1700000001000000000), ('settled event', 1);
        """
}
