import Alarms
import Basics
import Store
import TestPeers
import Testing

@testable import Sinks

/// What the options beside a sink's type do to its runner.
@Suite struct SinkOptionsTests {
    private let refused = DeliveryFailure(.refused, "busy")

    // MARK: expire-after. Events are 100 s old when they are appended.

    @Test func whatIsTooOldIsDroppedAndCounted() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink(.immediate(maximum: 2))
        try harness.append(1...5)
        try await running(try harness.runner(sink, options: SinkOptions(expireAfter: .seconds(99)))) {
            await expect("the cursor passes them") { harness.cursors.cursor(of: "noc") == 5 }
            #expect(sink.attempts.isEmpty, "the peer is not even asked")
            harness.wallClock.advance(bySeconds: -50)
            try harness.append(6...7)
            await expect("what is fresh") { sink.deliveries == [[6, 7]] }
        }
        #expect(harness.metric("trapline_sink_expired_total{sink=\"noc\"}") == "5")
        #expect(harness.metric("trapline_sink_delivered_total{sink=\"noc\"}") == "2")
        #expect(
            harness.log.all == [
                "warning noc: from event 1 on they are too old to be delivered (expire-after) and are dropped",
                "notice noc: events are delivered again; 5 were too old and were dropped",
            ])
    }

    @Test func whatBecomesTooOldWhileItIsTriedIsDroppedToo() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink()
        sink.fail([refused, refused])
        try harness.append(1...3)
        try await running(try harness.runner(sink, options: SinkOptions(expireAfter: .seconds(150)))) {
            await expect("a failure") { sink.attempts.count == 1 && harness.clock.sleeperCount == 1 }
            harness.wallClock.advance(bySeconds: 51)
            harness.clock.advance(by: .seconds(60))
            await expect("the cursor passes them") { harness.cursors.cursor(of: "noc") == 3 }
        }
        #expect(sink.attempts.count == 1)
        #expect(harness.metric("trapline_sink_expired_total{sink=\"noc\"}") == "3")
        #expect(harness.metric("trapline_sink_delivered_total{sink=\"noc\"}") == "0")
        #expect(!harness.log.all.contains { $0.contains("delivers again") }, "the peer was not asked")
    }

    // MARK: start

    @Test func aSinkThatBeginsAtTheBeginningGetsWhatTheTableInForceHasForIt() async throws {
        let harness = try RunnerHarness()
        let sink = ScriptedSink()
        try harness.append(1...6) { _ in ["other"] }
        let environment = harness.environment(routes: { $0.event.id % 2 == 0 ? ["archive"] : ["other"] })
        let runner = try SinkRunner(
            name: "archive", sink: sink, options: SinkOptions(start: .beginning), environment: environment)
        try harness.append(7...9) { $0 == 9 ? ["archive"] : [] }
        try await running(runner) {
            await expect("the past by the table, the rest as it was routed") {
                sink.deliveries.flatMap(\.self) == [2, 4, 6, 9]
            }
        }
        #expect(harness.cursors.place(of: "archive") == SinkCursor(9))
        #expect(harness.metric("trapline_sink_dropped_total{sink=\"archive\",reason=\"retention\"}") == "0")
    }

    @Test func aRestartInBetweenStillAsksTheTable() async throws {
        let harness = try RunnerHarness()
        try harness.append(1...6) { _ in ["other"] }
        let options = SinkOptions(start: .beginning)
        let environment = harness.environment(routes: { _ in ["archive"] })
        let (first, second) = (ScriptedSink(.immediate(maximum: 2)), ScriptedSink())
        first.hang()
        let runner = try SinkRunner(name: "archive", sink: first, options: options, environment: environment)
        try await running(runner) {
            await expect("the first two") { first.attempts == [[1, 2]] }
            runner.stop()
            first.release()
        }
        try await running(
            try SinkRunner(name: "archive", sink: second, options: options, environment: environment)
        ) {
            await expect("the rest") { second.deliveries.flatMap(\.self) == [3, 4, 5, 6] }
        }
    }

    // MARK: was

    @Test func aRenamedSinkGetsWhatWasMeantForIt() async throws {
        let harness = try RunnerHarness(cursors: ["old": 2])
        let sink = ScriptedSink()
        try harness.append(1...6) { $0 == 5 ? ["other"] : ["old"] }
        let runner = try harness.runner(sink, name: "new", options: SinkOptions(was: "old"))
        try harness.append(7...8) { $0 == 7 ? ["new", "old"] : ["new"] }
        try harness.append(9...9) { _ in ["older"] }
        try await running(runner) {
            await expect("behind the old cursor, by either name, once") {
                sink.deliveries.flatMap(\.self) == [3, 4, 6, 7, 8] && harness.cursors.cursor(of: "new") == 9
            }
        }
        #expect(harness.cursors.cursor(of: "old") == nil)
    }

    // MARK: lag

    @Test func aSinkThatIsBehindStaysSoBetweenItsDeliveries() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink(.immediate(maximum: 2))
        sink.fail([refused])
        try harness.append(1...10)
        let environment = harness.environment()
        try await running(try harness.runner(sink)) {
            await expect("a failure") { harness.clock.sleeperCount == 1 }
            #expect(environment.metrics.lags["noc"] == SinkMetrics.Lag(events: 10, age: .seconds(100)))
            harness.clock.advance(by: .seconds(60))
            await expect("caught up") {
                environment.metrics.lags["noc"] == SinkMetrics.Lag(events: 0, age: .zero)
            }
        }
    }
}
