public import Alarms
internal import GRDB
internal import Synchronization

extension EventStore {
    /// How many alarms are read in one short transaction.
    private static let alarmPage = 1_024

    /// All that stand, in the order in which they were raised: a GiB where there are a million.
    public func activeAlarms() throws(StoreError) -> [ActiveAlarm] {
        var alarms: [ActiveAlarm] = []
        try forEachActiveAlarm { alarms.append($0) }
        return alarms
    }

    /// Each alarm that stands, in the order in which they were raised; few of them are in memory at a time. One that is
    /// raised, cleared or told again meanwhile may be seen as it was before.
    public func forEachActiveAlarm(_ body: (ActiveAlarm) throws -> Void) throws(StoreError) {
        var (last, page): (Int64, [ActiveAlarm]) = (0, [])
        var (repeats, ended): ([Int64: UnsettledEvents.Repeat]?, Set<Int64>?)
        repeat {
            (page, repeats, ended) = try reading { database in
                (
                    try AlarmRow.read(after: last, limit: EventStore.alarmPage, database),
                    try repeats ?? UnsettledEvents.repeats(database), try ended ?? AlarmRow.ended(database)
                )
            }
            try StoreError.translating(at: place) {
                for var alarm in page where ended?.contains(alarm.id) != true {
                    _ = repeats?[alarm.id]?.bringUpToDate(&alarm)
                    if alarm.severity != .cleared { try body(alarm) }
                }
            }
            last = page.last?.id ?? last
        } while page.count == EventStore.alarmPage
    }

    /// Those of these numbers that stand, in the order in which they were raised.
    public func activeAlarms(_ numbers: some Collection<Int64>) throws(StoreError) -> [ActiveAlarm] {
        let sorted = Set(numbers).sorted()
        return try reading { database in
            let repeats = try UnsettledEvents.repeats(database)
            var alarms: [ActiveAlarm] = []
            for var alarm in try AlarmRow.readStanding(sorted, database) where alarm.severity != .cleared {
                _ = repeats[alarm.id]?.bringUpToDate(&alarm)
                alarms.append(alarm)
            }
            return alarms
        }
    }

    /// The rows of alarms, as the last batch left them, in the order of these numbers; for the pipeline, which knows
    /// what they do not tell.
    ///
    /// They are read by the connection that writes: what the pipeline asks for it is about to change, so that the pages
    /// are in that connection's cache when they are written.
    public func alarmRows(_ numbers: [Int64]) throws(StoreError) -> [ActiveAlarm] {
        try StoreError.translating(at: place) {
            try lookingUp { database in
                try lookedUp.withLock { try AlarmRow.read(numbers, memory: &$0, database) }
            }
        }
    }
}
