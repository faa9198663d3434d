public import Alarms
public import Basics
public import Devices
internal import GRDB
public import Journal
public import Resynchronisation
public import SNMPSecurity

extension EventStore {
    /// What a server needs to go on where it stopped.
    public struct Snapshot: Sendable {
        /// Where the pipeline reads on; `nil` for the journal's beginning.
        public var position: JournalPosition?
        /// The largest time that the pipeline had read.
        public var clock: Timestamp?
        public var lastEventID: Int64
        public var memories: [AlarmMemory]
        public var boots: [(BootUnit, BootClock)]
        public var engineClocks: [EngineClockTable.Row]
        /// Those that stand and whose rows are behind the event log, as they are by that; in the order of their raises.
        public var unsettledAlarms: [ActiveAlarm]
        public var inventory: SavedInventory
        public var cursors: [String: SinkCursor]
        public var operators: SavedOperatorState
        public var resynchronisation: [(device: String, state: SyncTable.State)]
        /// The number of the request given last.
        public var lastRequest: Int64
    }

    /// All of it as it stood at one moment.
    ///
    /// - Parameter alarm: gets every alarm that stands, also one whose clear is withheld, before this returns; `nil`
    ///   where nobody wants them.
    public func load(eachAlarm alarm: ((AlarmSummary) -> Void)? = nil) throws(StoreError) -> Snapshot {
        try reading { database in
            if let alarm { try AlarmRow.forEach(database, alarm) }
            let repeats = try UnsettledEvents.repeats(database)
            var unsettled: [ActiveAlarm] = []
            for var alarm in try AlarmRow.readStanding(repeats.keys.sorted(), database)
            where repeats[alarm.id]?.bringUpToDate(&alarm) ?? false {
                unsettled.append(alarm)
            }
            let clock = try ProgressRow.value(ProgressRow.clock, database).map { Timestamp(nanoseconds: $0) }
            let syncs = try SyncRows.load(database)
            return Snapshot(
                position: try ProgressRow.position(database),
                clock: clock, lastEventID: try EventStore.lastEventID(database),
                memories: try AlarmMemoryRow.readAll(database), boots: try BootClockRow.readAll(database),
                engineClocks: try EngineClockRow.readAll(database), unsettledAlarms: unsettled,
                inventory: try DeviceRow.load(clock: clock, database),
                cursors: try SinkProgressRow.cursors(database), operators: try OperatorRows.load(database),
                resynchronisation: syncs.states, lastRequest: syncs.last)
        }
    }

    /// The rows behind number `id`, in order, at most `limit`.
    ///
    /// A row that cannot be read ends the page before it; where it is the first, it is thrown with its `eventID`.
    public func events(after id: Int64, limit: Int) throws(StoreError) -> [StoredEvent] {
        try reading { database in try EventRow.read(after: id, limit: limit, from: database) }
    }

    /// The number given last, whether its row is still there or not; 0 before the first.
    public func lastEventID() throws(StoreError) -> Int64 { try reading(EventStore.lastEventID) }

    /// The number of the oldest row that is still there; `nil` where there is none.
    public func firstEventID() throws(StoreError) -> Int64? { try reading(EventRow.first) }

    /// Where the datagram of the first event behind number `id` stands in the journal, of those that have one: what a
    /// sink with that cursor still needs. `nil` where there is none.
    public func position(ofEventAfter id: Int64) throws(StoreError) -> JournalPosition? {
        try reading { database in try EventRow.position(after: id, from: database) }
    }

    /// In the order of their identities.
    public func devices() throws(StoreError) -> [Device] {
        try reading(DeviceRow.readAll)
    }

    /// The clocks of the engines that authentic messages came from, in the order of their IDs.
    public func engineClocks() throws(StoreError) -> [EngineClock] {
        try reading { database in try EngineClockRow.readAll(database).map(\.clock) }
    }

    /// Those of a device's engines.
    public func engineClocks(of device: String) throws(StoreError) -> [EngineClock] {
        try reading { database in try EngineClockRow.read(ofDevice: device, database).map(\.clock) }
    }

    /// The device that an engine's authentic messages came from.
    public func device(ofEngine engine: EngineID) throws(StoreError) -> String? {
        try reading { database in try EngineClockRow.read(ofEngine: engine, database)?.device }
    }

    /// How many dead letters are kept, the latest: a list for a person, who looks at it before it is that long.
    public static let deadLetterLimit = 10_000

    /// The oldest first.
    public func deadLetters() throws(StoreError) -> [DeadLetter] { try reading(DeadLetterRow.readAll) }

    /// How many dead letters each sink has that has any.
    public func deadLetterCounts() throws(StoreError) -> [String: Int] { try reading(DeadLetterRow.counts) }

    /// The events, in their order, whose dead letters are to be sent again by `sink`.
    public func lettersAskedFor(of sink: String) throws(StoreError) -> [Int64] {
        try reading { database in
            try Int64.fetchAll(database, sql: DeadLetterRow.askedFor, arguments: [StoredText(sink)])
        }
    }

    public func cursors() throws(StoreError) -> [String: SinkCursor] { try reading(SinkProgressRow.cursors) }

    private static func lastEventID(_ database: Database) throws -> Int64 {
        // The sequence outlives the rows.
        try Int64.fetchOne(database, sql: "SELECT MAX(seq) FROM sqlite_sequence WHERE name = 'events'") ?? 0
    }

    func reading<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        try StoreError.translating(at: place) { try database.read(body) }
    }
}
