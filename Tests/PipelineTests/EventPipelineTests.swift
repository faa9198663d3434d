import Alarms
import Basics
import Devices
import Journal
import Pipeline
import Routing
import SNMPWire
import Store
import TestPeers
import Testing
import TraplineMetrics

@Suite struct EventPipelineTests {
    private let store: EventStore
    private let metrics = MetricsRegistry()

    init() throws {
        store = try EventStore.inMemory()
    }

    private func pipeline(_ routes: [Route] = Sample.routes) throws -> EventPipeline {
        try EventPipeline(store: store, snapshot: Sample.snapshot(routes), metrics: metrics)
    }

    private func metric(_ line: String) -> String? {
        metrics.exposition().split(separator: "\n").first { $0.hasPrefix(line + " ") }
            .map { String($0.dropFirst(line.count + 1)) }
    }

    // MARK: - One record

    @Test func aTrapBecomesARowOfTheEventLog() throws {
        var pipeline = try pipeline()
        let records = Sample.records([Sample.entry(Sample.datagram(Sample.linkDown, interface: 7), at: 100)])
        let outcomes = try pipeline.process(records)

        #expect(outcomes.count == 1)
        let outcome = try #require(outcomes.first)
        #expect(outcome.event.id == 1)
        #expect(outcome.event.time == Timestamp(seconds: 100))
        #expect(outcome.event.transition == .raised)
        #expect(outcome.event.alarm == "linkDown")
        #expect(outcome.event.severity == .major)
        #expect(outcome.event.device.id == "192.0.2.7")
        #expect(outcome.event.alarmID == 1)
        #expect(outcome.received.listener == "traps")
        #expect(outcome.decision.matched == ["everything", "links"])

        let snapshot = try store.load()
        let stored = StoredEvent(event: outcome.event, position: records[0].position, sinks: ["all", "noc"])
        #expect(try store.events(after: 0, limit: 10) == [stored])
        #expect(snapshot.position == records[0].next)
        #expect(snapshot.clock == Timestamp(seconds: 100))
        let alarms = try store.activeAlarms()
        #expect(alarms.map(\.id) == [1])
        #expect(alarms.map(\.sinks) == [["all", "noc"]])
        #expect(snapshot.inventory.devices.map(\.id) == ["192.0.2.7"])
        #expect(pipeline.activeAlarms == alarms)
        #expect(pipeline.position == records[0].next)
    }

    @Test func aKeepAliveOnlyRefreshesItsDevice() throws {
        var pipeline = try pipeline()
        let outcomes = try pipeline.process(
            Sample.records([Sample.entry(Sample.datagram(Sample.keepAlive), at: 100, on: "keep-alives")]))
        #expect(outcomes.isEmpty)
        #expect(try store.lastEventID() == 0)
        #expect(try store.devices().first?.lastKeepAlive == Timestamp(seconds: 100))
        #expect(metric("trapline_datagrams_processed_total") == "1")
    }

    @Test func whatDoesNotDecodeIsCountedAndPassed() throws {
        var pipeline = try pipeline()
        let good = Sample.datagram(Sample.linkDown, interface: 7)
        let records = Sample.records([
            Sample.entry([], at: 100), Sample.entry(Array(good.dropLast(3)), at: 101), Sample.entry(good, at: 102),
            Sample.entry([0x30, 0x02, 0x05, 0x00], at: 103),
        ])
        let outcomes = try pipeline.process(records)
        #expect(outcomes.map(\.event.id) == [1])
        #expect(try store.load().position == records[3].next)
        #expect(try store.devices().count == 1)
        #expect(metric("trapline_datagrams_processed_total") == "4")
        let undecodable = metrics.exposition().split(separator: "\n")
            .filter { $0.hasPrefix("trapline_datagrams_undecodable_total{") }
            .compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
        #expect(undecodable.reduce(0, +) == 3)
    }

    @Test func aCommunityIsKnownByItsName() throws {
        let route = Route(name: "fleet", when: RouteConditions(communities: ["fleet"]), to: ["fleet"])
        var pipeline = try pipeline([route])
        let outcomes = try pipeline.process(
            Sample.records([
                Sample.entry(Sample.datagram(Sample.unknown, community: "fleet-secret"), at: 1),
                Sample.entry(Sample.datagram(Sample.unknown, community: "other"), at: 2),
            ]))
        #expect(outcomes.map(\.received.community) == ["fleet", nil])
        #expect(outcomes.map(\.decision.sinks) == [["fleet"], []])
        #expect(metric("trapline_events_unrouted_total") == "1")
    }

    // MARK: - Time and own facts

    @Test func theClockIsTheLargestTimeRead() throws {
        var pipeline = try pipeline()
        let trap = Sample.datagram(Sample.unknown)
        let outcomes = try pipeline.process(
            Sample.records([100, 300, 200].map { Sample.entry(trap, at: $0) }))
        #expect(pipeline.clock == Timestamp(seconds: 300))
        #expect(outcomes.map(\.event.time.seconds) == [100, 300, 200], "an event has the time of its datagram")
        #expect(try self.pipeline().clock == Timestamp(seconds: 300), "and the clock survives a restart")
    }

    @Test func aTickMovesTheClockAndMakesNothing() throws {
        var pipeline = try pipeline()
        let tick = Sample.datagram(OwnFacts.tick)
        let records = Sample.records([Sample.entry(tick, at: 100, from: 0x7f00_0001, on: OwnFacts.listener)])
        #expect(try pipeline.process(records).isEmpty)
        #expect(pipeline.clock == Timestamp(seconds: 100))
        #expect(try store.load().position == records[0].next)
        #expect(try store.devices().isEmpty)
    }

    @Test func anOwnFactIsAnEventOfTheServerItself() throws {
        var pipeline = try pipeline()
        let fact = Sample.datagram(OwnFacts.started)
        let outcomes = try pipeline.process(
            Sample.records([Sample.entry(fact, at: 100, from: 0x7f00_0001, on: OwnFacts.listener)]))
        #expect(outcomes.map(\.event.device.id) == ["trapline"])
        #expect(try store.devices().isEmpty, "it is no device of the inventory")
    }

    @Test func aDeviceCannotSpeakForTheServer() throws {
        var pipeline = try pipeline()
        let forged = Sample.datagram(OwnFacts.tick)
        let outcomes = try pipeline.process(Sample.records([Sample.entry(forged, at: 100)]))
        #expect(outcomes.map(\.event.device.id) == ["192.0.2.7"])
    }

    @Test func aSinksOwnTroubleIsNotSentThroughIt() throws {
        var pipeline = try pipeline([Route(name: "everything", to: ["all", "noc"])])
        let records = Sample.records(
            [OwnFacts.sinkFailed, OwnFacts.sinkRecovered].map { fact in
                Sample.entry(Sample.fact(fact, sink: "noc"), at: 1, from: 0x7f00_0001, on: OwnFacts.listener)
            } + [
                // A device that says so, and a fact that names no sink.
                Sample.entry(Sample.fact(OwnFacts.sinkFailed, sink: "noc"), at: 1),
                Sample.entry(Sample.datagram(OwnFacts.sinkFailed), at: 1, from: 0x7f00_0001, on: OwnFacts.listener),
            ])
        let outcomes = try pipeline.process(records)
        #expect(outcomes.map(\.decision.sinks) == [["all"], ["all"], ["all", "noc"], ["all", "noc"]])
        #expect(outcomes.map(\.decision.vetoed) == [["noc"], ["noc"], [], []])
    }

    // MARK: - Alarms and routes

    @Test func aClearFollowsItsRaiseWhateverTheTableSaysNow() throws {
        var pipeline = try pipeline()
        let (down, up) = (
            Sample.datagram(Sample.linkDown, interface: 7), Sample.datagram(Sample.linkUp, interface: 7)
        )
        let records = Sample.records([Sample.entry(down, at: 1), Sample.entry(down, at: 2), Sample.entry(up, at: 3)])
        _ = try pipeline.process([records[0]])
        pipeline.snapshot = try Sample.snapshot([])
        let outcomes = try pipeline.process(Array(records[1...]))
        #expect(outcomes.map(\.event.transition) == [.repeated, .cleared])
        #expect(outcomes.map(\.decision.sinks) == [[], ["all", "noc"]], "a repeat is no follow-up")
        #expect(outcomes.map(\.event.alarmID) == [1, 1])
        #expect(try store.activeAlarms().isEmpty)
    }

    @Test func aFollowUpFindsItsSinksAfterARestart() throws {
        let records = Sample.records([
            Sample.entry(Sample.datagram(Sample.linkDown, interface: 7), at: 1),
            Sample.entry(Sample.datagram(Sample.linkUp, interface: 7), at: 2),
        ])
        var first = try pipeline()
        _ = try first.process([records[0]])
        var second = try pipeline([])
        let outcomes = try second.process([records[1]])
        #expect(outcomes.first?.event.transition == .cleared)
        #expect(outcomes.first?.event.count == 1)
        #expect(outcomes.first?.decision.sinks == ["all", "noc"])
    }

    @Test func aRowCanOptOutOfFollowUps() throws {
        let routes = [
            Route(name: "pager", when: RouteConditions(transitions: [.raised]), to: ["pager"], follow: false),
            Route(name: "noc", when: RouteConditions(transitions: [.raised]), to: ["noc"]),
        ]
        var pipeline = try pipeline(routes)
        let outcomes = try pipeline.process(
            Sample.records([
                Sample.entry(Sample.datagram(Sample.linkDown, interface: 7), at: 1),
                Sample.entry(Sample.datagram(Sample.linkUp, interface: 7), at: 2),
            ]))
        #expect(outcomes.map(\.decision.sinks) == [["noc", "pager"], ["noc"]])
    }

    @Test func metricsSayWhatStands() throws {
        var pipeline = try pipeline()
        let entries =
            [1, 2, 3].map { Sample.entry(Sample.datagram(Sample.linkDown, interface: $0), at: 1) }
            + [
                Sample.entry(Sample.datagram(Sample.linkUp, interface: 2), at: 2),
                Sample.entry(Sample.datagram(Sample.linkUp, interface: 9), at: 2),
                Sample.entry(Sample.datagram(Sample.linkDown, interface: 3), at: 3),
            ]
        _ = try pipeline.process(Sample.records(entries))
        #expect(metric("trapline_events_total{transition=\"raised\"}") == "3")
        #expect(metric("trapline_events_total{transition=\"cleared\"}") == "1")
        #expect(metric("trapline_events_total{transition=\"logged\"}") == "1")
        #expect(metric("trapline_events_total{transition=\"repeated\"}") == "1")
        #expect(metric("trapline_events_total{transition=\"changed\"}") == "0")
        #expect(metric("trapline_active_alarms{severity=\"major\"}") == "2")
        #expect(metric("trapline_active_alarms{severity=\"critical\"}") == "0")
        #expect(metric("trapline_devices{state=\"known\"}") == "1")
        _ = try self.pipeline()
        #expect(metric("trapline_active_alarms{severity=\"major\"}") == "2", "a restart finds them standing")
    }

    // MARK: - Cursors

    @Test func cursorsRideInTheTransaction() throws {
        var pipeline = try pipeline()
        _ = try pipeline.process(
            Sample.records([Sample.entry(Sample.datagram(Sample.unknown), at: 1)]),
            progress: SinkProgress(cursors: ["noc": SinkCursor(3)]))
        #expect(try store.cursors() == ["noc": SinkCursor(3)])
        let position = try store.load().position
        _ = try pipeline.process([], progress: SinkProgress(cursors: ["noc": SinkCursor(4)]))
        #expect(try store.cursors() == ["noc": SinkCursor(4)], "without records too")
        let letter = DeadLetter(
            sink: "noc", event: 5, time: Timestamp(seconds: 1), reason: "rejected", detail: "550 no")
        _ = try pipeline.process(
            [], progress: SinkProgress(cursors: ["noc": SinkCursor(5)], deadLetters: [letter]))
        #expect(try store.deadLetters() == [letter])
        #expect(try store.load().position == position)
        #expect(try pipeline.process([]).isEmpty)
    }

    // MARK: - The real journal

    @Test func aJournalIsReadFromWhereTheStoreStands() throws {
        let folder = try TemporaryFolder()
        let journal = try JournalWriter(folder: folder.path, settings: JournalSettings(), interfaces: ["traps"])
        let entries = (1...20).map {
            Sample.entry(Sample.datagram(Sample.linkDown, interface: Int32($0)), at: Int64($0))
        }
        journal.append(entries)
        journal.close()

        for limit in [7, 100] {
            var pipeline = try pipeline()
            var reader = try JournalReader(folder: folder.path, from: pipeline.position)
            _ = try pipeline.process(try reader.read(upTo: journal.committed, limit: limit))
        }
        let events = try store.events(after: 0, limit: 100)
        #expect(events.map(\.event.source).count == 20)
        #expect(Set(events.map(\.event.source)).count == 20, "each once")
        let lookUp = try JournalReader(folder: folder.path, from: nil)
        for (event, entry) in zip(events, entries) {
            let position = try #require(event.position)
            #expect(try lookUp.record(at: position).entry.payload == entry.payload)
        }
    }

    /// One datagram from a time when the machine's clock was a year ahead leaves the pipeline's there for good.
    @Test func aClockThatWasAheadRemovesNoEvents() throws {
        let store = try EventStore.inMemory()
        var snapshot = try Sample.snapshot()
        snapshot.retention.age = .seconds(3_600)
        var pipeline = try EventPipeline(store: store, snapshot: snapshot, metrics: MetricsRegistry())
        let start: Int64 = 1_800_000_000
        let times = [0, 0, 0, 365 * 86_400, 20, 5_000].map { start + $0 }
        let records = Sample.records(times.map { Sample.entry(Sample.datagram(Sample.unknown), at: $0) })
        func numbers() throws -> [Int64] { try store.events(after: 0, limit: 100).map(\.event.id) }
        try pipeline.advance(over: Array(records[..<3]), now: Timestamp(seconds: start))
        try pipeline.advance(over: [records[3]], now: Timestamp(seconds: start + 10))
        #expect(try numbers() == [1, 2, 3, 4], "it is not believed")
        try pipeline.advance(over: [records[4]], now: Timestamp(seconds: start + 20))
        #expect(try numbers() == [1, 2, 3, 4, 5], "and they are as young as before")
        try pipeline.advance(over: [records[5]], now: Timestamp(seconds: start + 5_000))
        #expect(try numbers() == [4, 5, 6], "what is old goes all the same")
    }
}
