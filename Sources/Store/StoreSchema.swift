internal import Alarms
internal import GRDB

/// The tables, made and brought up to date by numbered migrations. A migration that has shipped is never altered.
///
/// Times are nanoseconds since 1970, OIDs their BER content octets, addresses 4 or 16 octets, lists of sinks JSON.
enum StoreSchema {
    static let migrator: DatabaseMigrator = {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1 events, alarms, devices, cursors") { database in
            try database.execute(sql: firstTables)
        }
        migrator.registerMigration("2 dead letters") { database in
            try database.execute(sql: deadLetters)
        }
        migrator.registerMigration("4 cursors of removed sinks, dead letters asked for") { database in
            try database.execute(sql: removedSinks)
        }
        migrator.registerMigration("5 memories of alarms, boot clocks") { database in
            try database.execute(sql: alarmMemories)
        }
        migrator.registerMigration("6 inventory, signs of life") { database in
            try database.execute(sql: DeviceRow.migration)
        }
        migrator.registerMigration("7 operators' actions") { database in
            try database.execute(sql: OperatorRows.migration)
            try database.execute(sql: EventDevice.placementMigration)
        }
        migrator.registerMigration("8 devices' tables, requests to devices") { database in
            try database.execute(sql: SyncRows.migration)
        }
        migrator.registerMigration("9 alarms by number, their repeats") { database in
            try database.execute(sql: AlarmRow.migration)
        }
        migrator.registerMigration("10 running numbers") { database in
            try database.execute(sql: SyncRows.numbersMigration)
        }
        migrator.registerMigration("11 memories of alarms by number") { database in
            try database.execute(sql: AlarmMemoryRow.migration)
        }
        migrator.registerMigration("12 what walks have read") { database in
            try database.execute(sql: SyncRows.walksMigration)
        }
        migrator.registerMigration("13 ended alarms") { database in
            try database.execute(sql: AlarmRow.endedMigration)
        }
        migrator.registerMigration("14 engines' clocks") { database in
            try database.execute(sql: EngineClockRow.migration)
        }
        migrator.registerMigration("15 versions of requests") { database in
            try database.execute(sql: SyncRows.versionsMigration)
        }
        migrator.registerMigration("16 engines' clocks by device") { database in
            try database.execute(sql: EngineClockRow.byDeviceMigration)
        }
        return migrator
    }()

    /// Throws where a later Trapline wrote the store: its rows may mean what this one does not know.
    static func refuseNewer(_ database: Database, place: String) throws {
        guard try migrator.hasBeenSuperseded(database) else { return }
        throw StoreError(
            .newerSchema, place: place, reason: "was written by a later version of Trapline; this one cannot read it")
    }

    private static let deadLetters = """
        CREATE TABLE dead_letters (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            sink TEXT NOT NULL,
            event INTEGER NOT NULL,
            time INTEGER NOT NULL,
            reason TEXT NOT NULL,
            detail TEXT NOT NULL
        );
        """

    private static let removedSinks = """
        ALTER TABLE cursors ADD COLUMN born INTEGER;
        ALTER TABLE cursors ADD COLUMN removed INTEGER;
        ALTER TABLE dead_letters ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
        """

    /// Rows of events and alarms from before have no device's time, and nothing is older than they are.
    private static let alarmMemories = """
        ALTER TABLE events ADD COLUMN uptime INTEGER;
        ALTER TABLE events ADD COLUMN running_number INTEGER;
        ALTER TABLE alarms ADD COLUMN device_time INTEGER;
        ALTER TABLE alarms ADD COLUMN expires INTEGER;
        ALTER TABLE alarms ADD COLUMN clears_on_restart INTEGER NOT NULL DEFAULT 0;
        ALTER TABLE alarms ADD COLUMN uptime INTEGER;
        ALTER TABLE alarms ADD COLUMN running_number INTEGER;
        CREATE TABLE alarm_memories (
            device TEXT NOT NULL,
            oid BLOB NOT NULL,
            source TEXT NOT NULL,
            alarm TEXT NOT NULL,
            received INTEGER,
            uptime INTEGER,
            running_number INTEGER,
            order_until INTEGER,
            changes TEXT NOT NULL,
            changes_until INTEGER,
            flapping_until INTEGER,
            interval_end INTEGER,
            interval_events INTEGER NOT NULL,
            is_suppressed INTEGER NOT NULL,
            withheld INTEGER NOT NULL,
            told_severity INTEGER,
            PRIMARY KEY (device, oid, source)
        ) WITHOUT ROWID;
        CREATE TABLE boot_clocks (
            device TEXT NOT NULL,
            serial TEXT NOT NULL,
            epoch INTEGER NOT NULL,
            since INTEGER NOT NULL,
            uptime INTEGER NOT NULL,
            heard INTEGER NOT NULL,
            other INTEGER,
            other_heard INTEGER,
            guessed INTEGER,
            PRIMARY KEY (device, serial)
        ) WITHOUT ROWID;
        """

    /// The event log has no index beside its number: one more would cost more than the row itself. AUTOINCREMENT keeps
    /// the numbers of rows that retention removed from being given again.
    private static let firstTables = """
        CREATE TABLE events (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            time INTEGER NOT NULL,
            device_time INTEGER,
            transition TEXT NOT NULL,
            reason TEXT,
            alarm_id INTEGER,
            alarm TEXT NOT NULL,
            oid BLOB NOT NULL,
            severity INTEGER NOT NULL,
            previous_severity INTEGER,
            highest_severity INTEGER NOT NULL,
            device TEXT NOT NULL,
            device_name TEXT NOT NULL,
            address BLOB NOT NULL,
            source TEXT NOT NULL,
            text TEXT NOT NULL,
            event_type TEXT,
            probable_cause TEXT,
            count INTEGER NOT NULL,
            raised INTEGER,
            journal_segment INTEGER,
            journal_offset INTEGER,
            sinks TEXT NOT NULL
        );
        CREATE TABLE alarms (
            device TEXT NOT NULL,
            oid BLOB NOT NULL,
            source TEXT NOT NULL,
            id INTEGER NOT NULL,
            alarm TEXT NOT NULL,
            device_name TEXT NOT NULL,
            address BLOB NOT NULL,
            severity INTEGER NOT NULL,
            highest_severity INTEGER NOT NULL,
            text TEXT NOT NULL,
            event_type TEXT,
            probable_cause TEXT,
            raised INTEGER NOT NULL,
            last_time INTEGER NOT NULL,
            count INTEGER NOT NULL,
            sinks TEXT NOT NULL,
            PRIMARY KEY (device, oid, source)
        ) WITHOUT ROWID;
        CREATE TABLE devices (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            address BLOB NOT NULL,
            first_seen INTEGER NOT NULL,
            last_seen INTEGER NOT NULL,
            last_keep_alive INTEGER
        ) WITHOUT ROWID;
        CREATE TABLE cursors (
            sink TEXT PRIMARY KEY,
            event INTEGER NOT NULL
        ) WITHOUT ROWID;
        CREATE TABLE progress (
            name TEXT PRIMARY KEY,
            value INTEGER NOT NULL
        ) WITHOUT ROWID;
        """
}
