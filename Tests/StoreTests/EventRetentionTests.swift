import Alarms
import Basics
import Store
import Testing

@Suite struct EventRetentionTests {
    private let store: EventStore

    init() throws {
        store = try EventStore.inMemory()
    }

    /// Rows at a second each, from second 1 on.
    private func fill(_ count: Int64) throws {
        let events = try (1...count).map { number in
            var stored = try Sample.stored(number)
            stored.event.time = Timestamp(seconds: number)
            return stored
        }
        try store.commit(BatchOutcome(events: events, settledEvent: count))
    }

    private func look(
        _ retention: EventRetention, now: Int64, cursor: Int64? = nil, isConfigured: Bool = true
    ) throws -> EventLogState {
        let slow = cursor.map { EventHolds.Hold(sink: "slow", event: $0, isConfigured: isConfigured) }
        let removal = EventRemoval(
            retention, now: Timestamp(seconds: now), holds: EventHolds([slow].compactMap(\.self)))
        return try #require(try store.commit(BatchOutcome(removal: removal)))
    }

    @Test func whatIsOlderThanItMayBeGoes() throws {
        try fill(100)
        var retention = EventRetention()
        retention.age = .seconds(60)
        #expect(try look(retention, now: 61).removed == 0)
        #expect(try look(retention, now: 101).removed == 40)
        #expect(try store.firstEventID() == 41)
        #expect(try look(retention, now: 10_000).removed == 60)
        #expect(try store.firstEventID() == nil)
        #expect(try store.lastEventID() == 100, "numbers are not given again")
    }

    @Test func aCursorHoldsRowsBelowTheLimit() throws {
        try fill(100)
        var retention = EventRetention()
        retention.age = .seconds(60)
        let state = try look(retention, now: 10_000, cursor: 30)
        #expect(state.removed == 30)
        #expect(state.holder == "slow" && !state.isAtLimit && !state.isFull && state.unread == 0)
        #expect(try store.firstEventID() == 31)
        #expect(try look(retention, now: 10_000, cursor: 100).holder == nil)
        #expect(try store.firstEventID() == nil)
    }

    @Test func noMoreGoesUnreadThanTheLimitAsksFor() throws {
        try fill(10_000)
        var retention = EventRetention()
        let size = Int(try look(retention, now: 10_000).size)
        retention.size = size / 4
        retention.limit = size - size / 20
        var unread: Int64 = 0
        var state: EventLogState
        repeat {
            state = try look(retention, now: 10_000, cursor: 100)
            unread += state.unread
            #expect(state.holder == "slow", "as long as it holds what should go")
        } while state.hasMore
        #expect(state.size <= retention.limit && !state.isAtLimit)
        #expect(unread > 100 && unread < 900, "a twentieth, less what was read: \(unread)")
        #expect(try store.firstEventID() == 101 + unread)
    }

    @Test func neverMoreThanThereIs() throws {
        try fill(10)
        var retention = EventRetention()
        retention.size = 1
        retention.limit = 1
        let state = try look(retention, now: 10, cursor: 4)
        #expect(state.removed == 10 && state.unread == 6 && state.isAtLimit)
    }

    @Test func whatEachSinkLosesIsItsOwn() throws {
        let events = try (1...Int64(10)).map { number in
            try Sample.stored(number, sinks: number.isMultiple(of: 2) ? ["noc", "old"] : ["noc"])
        }
        try store.commit(BatchOutcome(events: events, settledEvent: 10))
        var retention = EventRetention()
        retention.size = 1
        retention.limit = 1
        let removal = EventRemoval(
            retention, now: Timestamp(seconds: 1),
            holds: EventHolds([
                EventHolds.Hold(sink: "noc", event: 3), EventHolds.Hold(sink: "ops", event: 0),
                EventHolds.Hold(sink: "new", former: "old", event: 4, isConfigured: false),
                EventHolds.Hold(sink: "late", event: 1, born: 5), EventHolds.Hold(sink: "done", event: 10),
            ]))
        let state = try #require(try store.commit(BatchOutcome(removal: removal)))
        #expect(state.removed == 10 && state.unread == 10)
        // Of ops nothing was; of late all may have been that was there before it.
        #expect(state.lost == ["noc": 7, "new": 3, "late": 4])
    }

    @Test func theAlarmComesBeforeThePipelineWaits() throws {
        try fill(10_000)
        var retention = EventRetention()
        let size = Int(try look(retention, now: 10_000).size)
        retention.size = size / 4
        retention.whenFull = .refuseNew
        retention.limit = size + size / 12
        #expect(try !look(retention, now: 10_000, cursor: 3).isAtLimit)
        retention.limit = size + size / 64
        let near = try look(retention, now: 10_000, cursor: 3)
        #expect(near.isAtLimit && !near.isFull && near.holder == "slow")
        retention.limit = size - size / 64
        let full = try look(retention, now: 10_000, cursor: 3)
        #expect(full.isAtLimit && full.isFull && full.unread == 0)
        #expect(try store.firstEventID() == 4)
    }

    @Test func nobodyWaitsForASinkThatIsNotThere() throws {
        try fill(10_000)
        var retention = EventRetention()
        retention.size = 65_536
        retention.limit = 131_072
        retention.whenFull = .refuseNew
        let state = try look(retention, now: 10_000, cursor: 30, isConfigured: false)
        #expect(!state.isFull && state.isAtLimit && state.holder == "slow")
        #expect(state.removed == 2_048 && state.unread == 2_018)
    }

    @Test func sizeTakesSomeThousandRowsAtOnce() throws {
        try fill(10_000)
        var retention = EventRetention()
        retention.size = 1_024 * 1_024
        let first = try look(retention, now: 10_000)
        #expect(first.removed == 2_048 && first.hasMore)
        var state = first
        while state.hasMore { state = try look(retention, now: 10_000) }
        #expect(state.size < first.size && state.size <= retention.size)
        #expect(try store.firstEventID() ?? 0 > 2_049)
        #expect(try store.firstEventID() ?? .max < 10_000, "no more than needed")
    }

    @Test func atTheLimitTheOldestGoUnreadOrNothingNewComes() throws {
        try fill(10_000)
        var retention = EventRetention()
        retention.size = 65_536
        retention.limit = 131_072
        retention.whenFull = .refuseNew
        let refusing = try look(retention, now: 10_000, cursor: 30)
        #expect(refusing.removed == 30 && refusing.isFull && refusing.holder == "slow" && refusing.unread == 0)
        retention.whenFull = .dropOldest
        let dropping = try look(retention, now: 10_000, cursor: 30)
        #expect(dropping.removed == 2_048 && !dropping.isFull && dropping.holder == "slow")
        #expect(dropping.unread == 2_048 && dropping.isAtLimit)
        #expect(try store.firstEventID() == 2_079)
    }

    /// Rows that went unread make a little room; that is no end of the sink's trouble.
    @Test func belowTheLimitTheLogIsHeldUntilTheSinkHasReadIt() throws {
        try fill(10_000)
        var retention = EventRetention()
        retention.size = 65_536
        retention.limit = Int(try look(EventRetention(), now: 1).size) - 1
        var state = try look(retention, now: 10_000, cursor: 0)
        #expect(state.isAtLimit && state.holder == "slow")
        while state.hasMore { state = try look(retention, now: 10_000, cursor: 0) }
        let below = try look(retention, now: 10_000, cursor: 0)
        #expect(below.holder == "slow" && !below.isAtLimit && below.removed == 0)
        #expect(try look(retention, now: 10_000, cursor: 10_000).holder == nil)
    }

    @Test func whatAlarmsAreMadeUpFromStays() throws {
        try fill(100)
        try store.commit(BatchOutcome(settledEvent: 20))
        var retention = EventRetention()
        retention.age = .seconds(60)
        #expect(try look(retention, now: 10_000).removed == 20)
    }
}
