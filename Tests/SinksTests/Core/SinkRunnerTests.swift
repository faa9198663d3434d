import Alarms
import Basics
import Documents
import Journal
import Sinks
import Store
import Synchronization
import TestPeers
import TraplineMetrics
import Testing

@Suite struct SinkRunnerTests {
    private let refused = DeliveryFailure(.refused, "busy")

    // MARK: - What is delivered

    @Test func itDeliversWhatNamesItInOrder() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink()
        try harness.append(1...5) { $0 % 2 == 0 ? ["mail", "noc"] : ["mail"] }
        try await running(try harness.runner(sink)) {
            await expect("the backlog") { sink.deliveries.flatMap(\.self) == [2, 4] }
            try harness.append(6...7)
            await expect("and what comes") { sink.deliveries.flatMap(\.self) == [2, 4, 6, 7] }
            try harness.append(8...9) { _ in [] }
            await expect("the cursor passes what is not its own") { harness.cursors.cursor(of: "noc") == 9 }
        }
        #expect(sink.isClosed)
        #expect(harness.metric("trapline_sink_delivered_total{sink=\"noc\"}") == "4")
        #expect(harness.log.all.isEmpty)
    }

    @Test func aRunnerInAnothersPlaceGoesOnWhereThatCameTo() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let (first, second) = (ScriptedSink(), ScriptedSink())
        let runner = try harness.runner(first)
        try harness.append(1...3)
        try await running(runner) {
            await expect("the first") { first.deliveries.flatMap(\.self) == [1, 2, 3] }
        }
        try harness.append(4...5)
        try await running(try harness.runner(second)) {
            await expect("the rest, none twice") { second.deliveries.flatMap(\.self) == [4, 5] }
        }
        #expect(first.deliveries.flatMap(\.self) == [1, 2, 3])
        #expect(first.isClosed && second.isClosed)
    }

    /// The configuration lets no such name in; whoever runs sinks otherwise can break no line of the metrics either.
    @Test func aSinksNameCannotForgeAMetric() throws {
        let harness = try RunnerHarness()
        _ = try harness.runner(ScriptedSink(), name: "a\"} 1\nforged{x=\"\\")
        let lines = harness.registry.exposition().split(separator: "\n")
        #expect(!lines.contains { $0.hasPrefix("forged") })
        #expect(lines.contains { $0.hasPrefix(#"trapline_sink_lag_events{sink="a\"} 1\nforged{x=\"\\"}"#) })
    }

    @Test func aDeliveryHasItsLimit() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink(.immediate(maximum: 3))
        // More than a page of the log.
        try harness.append(1...1_000) { $0 % 100 == 0 ? ["noc"] : ["other"] }
        try await running(try harness.runner(sink)) {
            await expect("all of them") { harness.cursors.cursor(of: "noc") == 1_000 }
        }
        #expect(sink.deliveries == [[100, 200, 300], [400, 500, 600], [700, 800, 900], [1_000]])
    }

    @Test func aNewSinkBeginsNow() async throws {
        let harness = try RunnerHarness()
        let sink = ScriptedSink()
        try harness.append(1...5)
        let runner = try harness.runner(sink)
        #expect(harness.cursors.pending().progress.cursors == ["noc": SinkCursor(5)], "kept from the first moment")
        try harness.append(6...6)
        try await running(runner) {
            await expect("what came after it was made") { sink.deliveries == [[6]] }
        }
    }

    @Test func aKnownSinkGoesOnAtItsCursor() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 3])
        let sink = ScriptedSink()
        try harness.append(1...5)
        try await running(try harness.runner(sink)) {
            await expect("what it has not delivered") { sink.deliveries == [[4, 5]] }
        }
    }

    @Test func eventsComeWithTheirDatagrams() async throws {
        let folder = try TemporaryFolder()
        let settings = JournalSettings()
        let journal = try JournalWriter(folder: folder.file("journal"), settings: settings, interfaces: ["traps"])
        journal.append([try EventSample.entry()])
        journal.close()
        var reader = try JournalReader(folder: folder.file("journal"), from: nil)
        let record = try #require(try reader.read(upTo: journal.committed, limit: 10).first)
        let lookUp = reader

        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink()
        let runner = try harness.runner(sink, record: { position in try? lookUp.record(at: position) })
        try harness.store.commit(
            BatchOutcome(events: [
                StoredEvent(event: try EventSample.event(1), position: record.position, sinks: ["noc"]),
                StoredEvent(event: try EventSample.event(2), position: EventSample.position(99_999), sinks: ["noc"]),
                StoredEvent(event: try EventSample.event(3), position: nil, sinks: ["noc"]),
            ]))
        try await running(runner) {
            await expect("all three") { sink.delivered.count == 3 }
        }
        #expect(sink.delivered[0].record?.entry.payload == record.entry.payload)
        #expect(sink.delivered[0].datagram?.uptime == 4_711)
        #expect(sink.delivered[1].record == nil && sink.delivered[1].datagram == nil)
        #expect(
            harness.metric("trapline_sink_missing_records_total{sink=\"noc\"}") == "1",
            "an event without a position misses nothing")
    }

    @Test func aDeliveryPastTheSinksLimitLooksUpNoDatagrams() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink(datagramLimit: 2)
        let asked = Mutex<[JournalPosition]>([])
        let runner = try harness.runner(sink) { position in
            asked.withLock { $0.append(position) }
            return nil
        }
        try harness.append(1...3)
        try await running(runner) {
            await expect("a large delivery") { sink.deliveries == [[1, 2, 3]] }
            try harness.append(4...4)
            await expect("a small one") { sink.deliveries == [[1, 2, 3], [4]] }
        }
        #expect(asked.withLock { $0 } == [EventSample.position(4)])
        #expect(harness.metric("trapline_sink_missing_records_total{sink=\"noc\"}") == "1")
    }

    @Test func aRowThatCannotBeReadIsPassedOver() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink()
        try harness.append(1...2)
        var damaged = try EventSample.event(3)
        damaged.count = -1
        try harness.store.commit(BatchOutcome(events: [StoredEvent(event: damaged, position: nil, sinks: ["noc"])]))
        try harness.append(4...5)
        try await running(try harness.runner(sink)) {
            await expect("those around it") { sink.deliveries.flatMap(\.self) == [1, 2, 4, 5] }
        }
        #expect(harness.log.all.count == 1)
        #expect(harness.log.all.first?.contains("event 3 cannot be read") == true)
        #expect(harness.metric("trapline_sink_unreadable_events_total{sink=\"noc\"}") == "1")
    }

    @Test func rowsThatAreGoneArePassed() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink()
        harness.signal.announce(50)
        try await running(try harness.runner(sink)) {
            await expect("the cursor goes past what retention removed") { harness.cursors.cursor(of: "noc") == 50 }
            try harness.append(51...52)
            await expect("what follows") { sink.deliveries.flatMap(\.self) == [51, 52] }
            try harness.append(60...61)
            await expect("and behind a gap") { sink.deliveries.flatMap(\.self) == [51, 52, 60, 61] }
        }
        #expect(harness.metric("trapline_sink_dropped_total{sink=\"noc\",reason=\"retention\"}") == "57")
        #expect(
            harness.log.all.first
                == "error noc: retention removed 50 events of the log before this sink came to them")
    }

    // MARK: - Failure

    @Test func aFailedDeliveryIsMadeAgainAndNothingOvertakesIt() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink()
        sink.fail(Array(repeating: refused, count: 4))
        try harness.append(1...2)
        try await running(try harness.runner(sink)) {
            for round in 1...4 {
                await expect("pause \(round)") { harness.clock.sleeperCount == 1 && sink.attempts.count == round }
                #expect(harness.cursors.cursor(of: "noc") == 0, "the cursor waits for the delivery")
                if round == 2 { try harness.append(3...3) }
                harness.clock.advance(by: .seconds(60))
            }
            await expect("everything at last") { sink.deliveries == [[1, 2], [3]] }
        }
        #expect(
            sink.attempts == [[1, 2], [1, 2], [1, 2], [1, 2], [1, 2], [3]], "the same events, as often as needed")
        #expect(harness.clock.sleeps.prefix(4) == [.milliseconds(500), .seconds(1), .seconds(2), .seconds(4)])
        #expect(harness.metric("trapline_sink_failures_total{sink=\"noc\",reason=\"refused\"}") == "4")
        #expect(harness.metric("trapline_sink_delivered_total{sink=\"noc\"}") == "3")
    }

    @Test func failureAndRecoveryAreEachSaidOnce() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink()
        sink.fail([refused, refused, DeliveryFailure(.timeout, "no answer"), DeliveryFailure(.timeout, "no answer")])
        try harness.append(1...1)
        try await running(try harness.runner(sink)) {
            for _ in 1...4 {
                await expect("a pause") { harness.clock.sleeperCount == 1 }
                harness.clock.advance(by: .seconds(60))
            }
            await expect("delivery") { sink.deliveries == [[1]] && harness.log.all.count == 3 }
            try harness.append(2...9)
            await expect("the rest") { harness.cursors.cursor(of: "noc") == 9 }
        }
        #expect(
            harness.log.all == [
                "error noc: cannot deliver (refused): busy; trying again until it succeeds",
                "error noc: cannot deliver (timeout): no answer; trying again until it succeeds",
                "notice noc: delivers again, after 4 failures in 240 s",
            ])
    }

    @Test func aRejectionIsSaidClearly() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink()
        sink.fail([DeliveryFailure(.rejected, "550 no such user")])
        try harness.append(1...1)
        try await running(try harness.runner(sink)) {
            await expect("a pause") { harness.clock.sleeperCount == 1 }
        }
        #expect(harness.log.all.count == 1)
        #expect(harness.log.all.first?.contains("550 no such user") == true)
        #expect(harness.log.all.first?.contains("nothing behind it is delivered") == true)
    }

    @Test func theLagGrowsWhileTheSinkIsStuck() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink(.immediate(maximum: 2))
        sink.hang()
        try harness.append(1...10)
        try await running(try harness.runner(sink)) {
            await expect("a delivery in hand") { sink.attempts == [[1, 2]] }
            #expect(harness.metric("trapline_sink_lag_events{sink=\"noc\"}") == "10")
            #expect(harness.metric("trapline_sink_lag_seconds{sink=\"noc\"}") == "100")
            sink.release()
            await expect("all delivered") { harness.metric("trapline_sink_lag_events{sink=\"noc\"}") == "0" }
            #expect(harness.metric("trapline_sink_lag_seconds{sink=\"noc\"}") == "0")
        }
        #expect(harness.metric("trapline_sink_lag_events{sink=\"noc\"}") == nil, "an ended sink has no lag")
    }

    @Test func oneSinkInTroubleHoldsNobodyBack() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0, "ops": 0])
        let (stuck, sound) = (ScriptedSink(), ScriptedSink())
        stuck.hang()
        try harness.append(1...3) { _ in ["noc", "ops"] }
        try await running(try harness.runner(stuck)) {
            try await running(try harness.runner(sound, name: "ops")) {
                await expect("the other's delivery") { sound.deliveries == [[1, 2, 3]] }
                #expect(harness.cursors.cursor(of: "noc") == 0)
                stuck.release()
            }
        }
    }

    // MARK: - Windows

    @Test func theFirstAfterQuietGoesAloneAndTheRestOfTheWindowTogether() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink(.window(.seconds(30), maximum: 100))
        try harness.append(1...1)
        try await running(try harness.runner(sink)) {
            await expect("the first at once") { sink.deliveries == [[1]] }
            try harness.append(2...50)
            await expect("the window") { harness.clock.sleeperCount == 1 }
            harness.clock.advance(by: .seconds(29))
            try harness.append(51...60)
            #expect(sink.deliveries == [[1]])
            harness.clock.advance(by: .seconds(1))
            await expect("one digest") { sink.deliveries == [[1], Array(2...60)] }

            harness.clock.advance(by: .seconds(29))
            try harness.append(61...61)
            await expect("the digest opened a window too") { harness.clock.sleeperCount == 1 }
            #expect(harness.clock.sleeps.last == .seconds(1))
            harness.clock.advance(by: .seconds(1))
            await expect("its end") { sink.deliveries.count == 3 }

            harness.clock.advance(by: .seconds(30))
            try harness.append(62...63)
            await expect("quiet again: the first goes alone") { sink.deliveries.last == [62] }
        }
    }

    @Test func aDigestHasItsLimitAndTheRestWaitsForTheNext() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink(.window(.seconds(30), maximum: 10))
        try harness.append(1...25)
        try await running(try harness.runner(sink)) {
            for expected in [1, 2, 3] {
                await expect("a window") { sink.deliveries.count == expected && harness.clock.sleeperCount == 1 }
                harness.clock.advance(by: .seconds(30))
            }
            await expect("everything") { harness.cursors.cursor(of: "noc") == 25 }
        }
        #expect(sink.deliveries == [[1], Array(2...11), Array(12...21), Array(22...25)])
    }

    // MARK: - The end

    @Test func stopLetsTheDeliveryInHandFinish() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink(.immediate(maximum: 2))
        sink.hang()
        try harness.append(1...4)
        let runner = try harness.runner(sink)
        let task = Task { await runner.run() }
        await expect("a delivery in hand") { sink.attempts == [[1, 2]] }
        runner.stop()
        runner.stop()
        sink.release()
        await task.value
        #expect(sink.attempts == [[1, 2]], "no new delivery begins")
        #expect(harness.cursors.cursor(of: "noc") == 2)
        #expect(sink.isClosed)
    }

    @Test func aDeliveryThatHangsDoesNotHoldUpTheEnd() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink()
        sink.hang()
        try harness.append(1...4)
        let runner = try harness.runner(sink)
        let task = Task { await runner.run() }
        await expect("a delivery in hand") { sink.attempts.count == 1 }
        runner.stop()
        await expect("the deadline") { harness.clock.sleeperCount == 1 }
        harness.clock.advance(by: .seconds(5))
        await task.value
        #expect(harness.cursors.cursor(of: "noc") == 0, "it is made again at the next start")
        #expect(
            harness.log.all == [
                "warning noc: a delivery did not end in time; its events are delivered again at the next start"
            ])
        sink.release()
    }

    @Test func pausesAndWindowsEndAtOnce() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0, "ops": 0, "idle": 0])
        let (failing, gathering) = (ScriptedSink(), ScriptedSink(.window(.seconds(30), maximum: 10)))
        failing.fail([refused])
        try harness.append(1...3) { _ in ["noc", "ops"] }
        let runners = [
            try harness.runner(failing), try harness.runner(gathering, name: "ops"),
            try harness.runner(ScriptedSink(), name: "idle"),
        ]
        let tasks = runners.map { runner in Task { await runner.run() } }
        await expect("both wait") { harness.clock.sleeperCount == 2 && gathering.deliveries == [[1]] }
        for runner in runners { runner.stop() }
        for task in tasks { await task.value }
        #expect(harness.cursors.cursor(of: "noc") == 0)
        #expect(harness.cursors.cursor(of: "ops") == 1)
    }

    @Test func aCancelledTaskEndsToo() async throws {
        let harness = try RunnerHarness()
        let sink = ScriptedSink()
        let runner = try harness.runner(sink)
        let task = Task { await runner.run() }
        task.cancel()
        await task.value
        #expect(sink.isClosed)
    }

    @Test func aRunnerStoppedBeforeItRanEndsAtOnce() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink()
        try harness.append(1...3)
        let runner = try harness.runner(sink)
        runner.stop()
        await runner.run()
        #expect(sink.attempts.isEmpty && sink.isClosed)
    }

    @Test func reopenReachesTheSink() async throws {
        let harness = try RunnerHarness()
        let sink = ScriptedSink()
        await (try harness.runner(sink)).reopen()
        #expect(sink.reopenCount == 1)
    }

    // MARK: - All together

    @Test func whateverFailsAndStopsEverythingArrivesInOrder() async throws {
        let seed = UInt64.random(in: 0...(.max))
        var numbers = SeededGenerator(seed: seed)
        let harness = try RunnerHarness(cursors: ["noc": 0])
        var delivered: [Int64] = []
        var expected: [Int64] = []
        var last: Int64 = 0
        for _ in 0..<25 {
            let sink = ScriptedSink(.immediate(maximum: Int.random(in: 1...20, using: &numbers)))
            let failures = Int.random(in: 0...3, using: &numbers)
            sink.fail(Array(repeating: refused, count: failures))
            let count = Int64.random(in: 1...60, using: &numbers)
            let mine = Set((last + 1...last + count).filter { _ in Bool.random(using: &numbers) })
            expected += mine.sorted()
            try harness.append(last + 1...last + count) { mine.contains($0) ? ["noc"] : [] }
            last += count
            let runner = try harness.runner(sink)
            let task = Task { await runner.run() }
            let stopsEarly = Bool.random(using: &numbers)
            let done = await Poll.eventually(seconds: 20) {
                harness.clock.advance(by: .seconds(60))
                return stopsEarly ? !sink.attempts.isEmpty || mine.isEmpty : harness.cursors.cursor(of: "noc") == last
            }
            #expect(done, "seed \(seed)")
            runner.stop()
            await task.value
            delivered += sink.deliveries.flatMap(\.self)
        }
        let sink = ScriptedSink()
        try await running(try harness.runner(sink)) {
            await expect("the rest, seed \(seed)") { harness.cursors.cursor(of: "noc") == last }
        }
        #expect(delivered + sink.deliveries.flatMap(\.self) == expected, "seed \(seed)")
    }
}
