import Alarms
import Basics
import Journal
import Pipeline
import Routing
import SNMPWire
import Store
import Testing
import TraplineMetrics

/// What time, restarts and floods do to alarms, from the journal's records to events and where they go.
@Suite struct AlarmsInThePipelineTests {
    private static let routes = [Route(name: "serious", when: RouteConditions(transitions: [.raised]), to: ["noc"])]

    /// A pipeline that is fed record by record.
    private struct Feed {
        let store: EventStore
        let metrics = MetricsRegistry()
        var pipeline: EventPipeline
        private var offset: UInt64 = 0

        init(_ alarms: AlarmSettings = AlarmSettings()) throws {
            store = try EventStore.inMemory()
            pipeline = try EventPipeline(
                store: store, snapshot: Sample.snapshot(routes, alarms: alarms), metrics: metrics)
        }

        mutating func take(_ entry: JournalEntry) throws -> [EventOutcome] {
            let records = Sample.records([entry], from: offset)
            offset += 1_000
            return try pipeline.process(records)
        }

        mutating func trap(
            _ oid: OID, _ interface: Int32? = nil, at time: Int64, uptime: UInt32? = nil
        ) throws -> [EventOutcome] {
            // Up for a day, unless it says otherwise.
            let uptime = uptime ?? UInt32(86_400 + time) * 100
            return try take(Sample.entry(Sample.datagram(oid, interface: interface, uptime: uptime), at: time))
        }

        /// Quiet seconds up to and with `time`.
        mutating func ticks(until time: Int64) throws -> [EventOutcome] {
            var outcomes: [EventOutcome] = []
            for second in (pipeline.clock?.seconds ?? time) + 1...time {
                outcomes += try take(
                    Sample.entry(Sample.datagram(OwnFacts.tick), at: second, from: 0x7f00_0001, on: OwnFacts.listener))
            }
            return outcomes
        }
    }

    @Test func anExpiryIsAnEventAtItsOwnTimeThatFollowsTheRaise() throws {
        var feed = try Feed()
        _ = try feed.trap(Sample.onBattery, 1, at: 100)
        let outcomes = try feed.ticks(until: 125)
        let outcome = try #require(outcomes.first)
        #expect(outcomes.count == 1)
        #expect(outcome.event.time == Timestamp(seconds: 120))
        #expect(outcome.event.transition == .cleared)
        #expect(outcome.event.reason == "expired")
        #expect(outcome.position == nil)
        #expect(outcome.decision.sinks == ["noc"], "who was told of the raise is told of its end")
        #expect(try feed.store.activeAlarms().isEmpty)
        #expect(try feed.store.events(after: 1, limit: 9).map(\.position) == [nil])
        #expect(feed.metrics.exposition().contains("trapline_active_alarms{severity=\"minor\"} 0"))
    }

    @Test func timersFireInTheirOrderAndBeforeTheRecordThatMovesTheClock() throws {
        var feed = try Feed()
        _ = try feed.trap(Sample.onBattery, 2, at: 101)
        _ = try feed.trap(Sample.onBattery, 1, at: 100)
        _ = try feed.ticks(until: 119)
        let outcomes = try feed.trap(Sample.onBattery, 1, at: 123)
        #expect(outcomes.map(\.event.transition) == [.cleared, .cleared, .raised])
        #expect(outcomes.map(\.event.time.seconds) == [120, 121, 123])
        #expect(outcomes.map(\.event.alarmID) == [2, 1, 5])
    }

    @Test func noAlarmExpiresWhileNobodyListens() throws {
        var feed = try Feed()
        _ = try feed.trap(Sample.onBattery, 1, at: 100)
        _ = try feed.ticks(until: 105)
        // Stopped for an hour.
        let back = try feed.trap(Sample.unknown, at: 3_705)
        #expect(back.map(\.event.transition) == [.logged])
        #expect(try feed.ticks(until: 3_719).isEmpty)
        #expect(try feed.ticks(until: 3_720).map(\.event.reason) == ["expired"])
    }

    @Test func aRestartEndsWhatItsRuleLetsEnd() throws {
        var feed = try Feed()
        let day: UInt32 = 8_640_000
        _ = try feed.trap(Sample.linkDown, 1, at: 1_000, uptime: day)
        _ = try feed.trap(Sample.onBattery, 1, at: 1_001, uptime: day + 100)
        let outcomes = try feed.trap(Sample.coldStart, at: 1_010, uptime: 20)
        #expect(outcomes.map(\.event.transition) == [.cleared, .logged])
        #expect(outcomes.first?.event.reason == "device restarted")
        #expect(outcomes.first?.event.alarmID == 2)
        #expect(outcomes.first?.decision.sinks == ["noc"])
        #expect(feed.pipeline.activeAlarms.map(\.id) == [1], "standard rules keep theirs")
    }

    @Test func aRestartWhoseColdStartGotLostIsNoticed() throws {
        var feed = try Feed()
        _ = try feed.trap(Sample.onBattery, 1, at: 1_000, uptime: 8_640_000)
        let outcomes = try feed.trap(Sample.onBattery, 2, at: 1_018, uptime: 1_000)
        #expect(outcomes.map(\.event.transition) == [.cleared, .raised])
        #expect(outcomes.map(\.event.source) == ["iso.3.6.1.2.1.2.2.1.1.1", "iso.3.6.1.2.1.2.2.1.1.2"])
    }

    @Test func anotherToleranceMovesTheBound() throws {
        var feed = try Feed(AlarmSettings(restartTolerance: .seconds(5)))
        _ = try feed.trap(Sample.onBattery, 1, at: 1_000, uptime: 1_000)
        #expect(try feed.trap(Sample.unknown, at: 1_007, uptime: 100).map(\.event.transition) == [.cleared, .logged])
    }

    @Test func aFlappingAlarmIsOneOfItsDevice() throws {
        let flapping = AlarmSettings.Flapping(changes: 4, within: .seconds(60), quiet: .seconds(30))
        var feed = try Feed(AlarmSettings(flapping: flapping))
        var outcomes: [EventOutcome] = []
        for second in 0..<20 {
            outcomes += try feed.trap(second % 2 == 0 ? Sample.linkDown : Sample.linkUp, 7, at: 100 + Int64(second))
        }
        #expect(
            outcomes.map(\.event.transition) == [.raised, .cleared, .raised, .cleared, .raised, .raised])
        let flap = try #require(outcomes.first { $0.event.oid == OwnFacts.flapping })
        #expect(flap.event.device.id == "192.0.2.7")
        #expect(flap.event.source.hasSuffix("iso.3.6.1.2.1.2.2.1.1.7"))
        #expect(flap.decision.sinks == ["noc"])
        #expect(feed.pipeline.activeAlarms.map(\.id) == [flap.event.id], "the link is up")
        let end = try feed.ticks(until: 149)
        #expect(end.map(\.event.transition) == [.cleared, .cleared])
        #expect(end.map(\.event.oid) == [OwnFacts.flappingEnded, Sample.linkDown])
        #expect(end.map(\.decision.sinks) == [["noc"], ["noc"]])
        #expect(end.last?.event.reason == "15 withheld")
        #expect(feed.pipeline.activeAlarms.isEmpty)
    }

    @Test func whatTheServerSaysOfItselfIsNeverTooMuch() throws {
        let settings = AlarmSettings(
            flapping: AlarmSettings.Flapping(changes: 3),
            suppression: AlarmSettings.Suppression(events: 2, interval: .seconds(60)))
        var feed = try Feed(settings)
        for second in 0..<20 {
            let fact = Sample.entry(
                Sample.fact(OwnFacts.sinkFailed, sink: "noc"), at: 100 + Int64(second), from: 0x7f00_0001,
                on: OwnFacts.listener)
            #expect(try feed.take(fact).count == 1)
        }
    }
}
