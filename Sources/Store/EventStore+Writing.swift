internal import Alarms
internal import Basics
internal import Devices
internal import GRDB
internal import Journal

extension EventStore {
    /// Writes all of `outcome` in one transaction, or nothing of it. Gives what its `removal` found.
    @discardableResult
    public func commit(_ outcome: BatchOutcome) throws(StoreError) -> EventLogState? {
        try StoreError.translating(at: place) {
            var state: EventLogState?
            try transaction(position: outcome.position) { database in
                state = try EventStore.write(outcome, to: database)
            }
            return state
        }
    }

    private static func write(_ outcome: BatchOutcome, to database: Database) throws -> EventLogState? {
        var coder = SinkListCoder()
        try EventRow.insert(outcome.events, into: database, &coder)
        try AlarmRow.postpone(by: outcome.postponedAlarms, in: database)
        try AlarmRow.insert(outcome.standingAlarms, into: database, &coder)
        try AlarmRow.insert(outcome.repeatedAlarms, into: database)
        try AlarmRow.end(outcome.endedAlarms, in: database)
        if outcome.settledEvent != nil { try AlarmRow.removeEnded(from: database) }
        try AlarmMemoryRow.remove(outcome.forgottenMemories, from: database)
        try AlarmMemoryRow.insert(outcome.memories, into: database)
        try BootClockRow.remove(outcome.forgottenBoots, from: database)
        try BootClockRow.insert(outcome.boots, into: database)
        try EngineClockRow.remove(outcome.forgottenEngines, from: database)
        try EngineClockRow.insert(outcome.engineClocks, into: database)
        try DeviceRow.write(outcome.devices, to: database)
        try SinkProgressRow.write(outcome.progress, outcome.requests, to: database)
        try OperatorRows.write(outcome.operators, to: database)
        try SyncRows.write(outcome.resynchronisation, to: database)
        let settled = try outcome.settledEvent ?? ProgressRow.value(ProgressRow.settledEvent, database)
        let state = try outcome.removal?.run(settled: settled, written: outcome.events.count, in: database)
        try ProgressRow.insert(outcome, into: database)
        return state
    }
}

/// The rows of what the next start goes on from.
enum ProgressRow {
    static let segment = "journal segment"
    static let offset = "journal offset"
    static let clock = "clock"
    /// The time that passed while somebody listened, in nanoseconds.
    static let liveClock = "live clock"
    /// Up to this event the rows of alarms tell all; later repeats are told by the event log alone.
    static let settledEvent = "settled event"
    /// Up to this sign of life the rows of devices will tell all once they are all written.
    static let settledSign = "settled sign"

    /// The last thing that a batch writes.
    static func insert(_ outcome: BatchOutcome, into database: Database) throws {
        var progress: [(String, Int64)] = []
        if let position = outcome.position {
            progress.append((segment, Int64(bitPattern: position.segment)))
            progress.append((offset, Int64(bitPattern: position.offset)))
        }
        if let clock = outcome.clock { progress.append((Self.clock, clock.nanoseconds)) }
        if outcome.clock != nil { progress.append((liveClock, outcome.devices.live)) }
        if let event = outcome.settledEvent { progress.append((settledEvent, event)) }
        guard !progress.isEmpty else { return }
        var insertion = try BoundStatement(database, "INSERT OR REPLACE INTO progress (name, value) VALUES (?, ?)")
        for (name, value) in progress {
            insertion.bind(name)
            insertion.bind(value)
            try insertion.run()
        }
    }

    static func insert(_ name: String, _ value: Int64, into database: Database) throws {
        var insertion = try BoundStatement(database, "INSERT OR REPLACE INTO progress (name, value) VALUES (?, ?)")
        insertion.bind(name)
        insertion.bind(value)
        try insertion.run()
    }

    /// `nil` where nothing was written yet.
    static func value(_ name: String, _ database: Database) throws -> Int64? {
        var rows = try BoundStatement(database, "SELECT name, value FROM progress WHERE name = ?")
        defer { rows.reset() }
        rows.bind(name)
        guard try rows.step() else { return nil }
        var reader = RowReader(rows, table: "progress", columns: ["name", "value"])
        _ = try reader.text()
        return try reader.integer()
    }

    static func position(_ database: Database) throws -> JournalPosition? {
        guard let segment = try value(segment, database), let offset = try value(offset, database) else { return nil }
        return JournalPosition(segment: UInt64(bitPattern: segment), offset: UInt64(bitPattern: offset))
    }
}
