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
        _ retention: EventRetention, now: Int64, cursor: Int64? = nil
    ) throws -> EventLogState {
        let removal = EventRemoval(
            retention, now: Timestamp(seconds: now), cursor: cursor.map { (sink: "slow", event: $0) })
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
        #expect(state.holder == nil && state.isHeld && !state.isFull && state.unread == 0)
        #expect(try store.firstEventID() == 31)
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
        #expect(try store.firstEventID() ?? 0 > 4_096)
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
        #expect(dropping.unread == 2_048)
        #expect(try store.firstEventID() == 2_079)
    }

    /// Rows that went unread make a little room; that is no end of the sink's trouble.
    @Test func belowTheLimitTheLogIsHeldUntilTheSinkHasReadIt() throws {
        try fill(10_000)
        var retention = EventRetention()
        retention.size = 65_536
        retention.limit = Int(try look(EventRetention(), now: 1).size) - 1
        #expect(try look(retention, now: 10_000, cursor: 30).holder == "slow")
        let below = try look(retention, now: 10_000, cursor: 30)
        #expect(below.holder == nil && below.isHeld && below.removed == 0)
        #expect(try !look(retention, now: 10_000, cursor: 10_000).isHeld)
    }

    @Test func whatAlarmsAreMadeUpFromStays() throws {
        try fill(100)
        try store.commit(BatchOutcome(settledEvent: 20))
        var retention = EventRetention()
        retention.age = .seconds(60)
        #expect(try look(retention, now: 10_000).removed == 20)
    }
}
