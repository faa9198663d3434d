import Sinks
import TestPeers
import Testing

/// The runner with a sink whose deliveries need confirmation.
@Suite struct SinkConfirmationTests {
    private let reset = DeliveryFailure(.unreachable, "connection reset")

    private func expect(
        _ what: Comment, sourceLocation: SourceLocation = #_sourceLocation, _ condition: () -> Bool
    ) async {
        let isTrue = await Poll.eventually(seconds: 20) { condition() }
        #expect(isTrue, what, sourceLocation: sourceLocation)
    }

    private func running(_ runner: SinkRunner, _ body: () async throws -> Void) async throws {
        let task = Task { await runner.run() }
        do {
            try await body()
        } catch {
            runner.stop()
            await task.value
            throw error
        }
        runner.stop()
        await task.value
    }

    @Test func theCursorWaitsForTheConfirmationThatQuietBrings() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink(needsConfirmation: true)
        try harness.append(1...3)
        try await running(try harness.runner(sink)) {
            await expect("sent") { harness.metric("trapline_sink_unconfirmed_events{sink=\"noc\"}") == "3" }
            #expect(harness.cursors.cursor(of: "noc") == 0)
            #expect(harness.metric("trapline_sink_delivered_total{sink=\"noc\"}") == "0")
            #expect(harness.metric("trapline_sink_lag_events{sink=\"noc\"}") == "3")
            #expect(harness.metric("trapline_sink_lag_seconds{sink=\"noc\"}") == "100")
            await expect("the wait") { harness.clock.sleeperCount == 1 }
            #expect(sink.confirmations == 0)
            harness.clock.advance(by: .seconds(1))
            await expect("confirmed") { harness.cursors.cursor(of: "noc") == 3 }
            #expect(sink.confirmations == 1)
            await expect("and counted") { harness.metric("trapline_sink_delivered_total{sink=\"noc\"}") == "3" }
            await expect("nothing more to wait for") {
                harness.metric("trapline_sink_unconfirmed_events{sink=\"noc\"}") == "0"
                    && harness.clock.sleeperCount == 0
            }
            try harness.append(4...9) { _ in ["other"] }
            await expect("what is not its own needs no confirmation") { harness.cursors.cursor(of: "noc") == 9 }
        }
        #expect(sink.confirmations == 1, "nothing to confirm, nothing asked")
    }

    @Test func aStandingLoadIsConfirmedEveryFewSeconds() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink(needsConfirmation: true)
        try await running(try harness.runner(sink)) {
            for id in Int64(1)...11 {
                try harness.append(id...id)
                await expect("sent at once") { sink.deliveries.count == id && harness.clock.sleeperCount == 1 }
                harness.clock.advance(by: .milliseconds(500))
            }
            await expect("confirmed though never quiet") { sink.confirmations == 1 }
            await expect("up to what was sent") { (harness.cursors.cursor(of: "noc") ?? 0) >= 10 }
        }
        #expect(sink.deliveries.flatMap(\.self) == Array(1...11), "nothing twice")
        #expect(harness.cursors.cursor(of: "noc") == 11)
    }

    @Test func aConfirmationThatFailsIsAskedAgainAndNothingOvertakesIt() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink(needsConfirmation: true)
        sink.failConfirmation([reset, reset])
        try harness.append(1...3)
        try await running(try harness.runner(sink)) {
            await expect("sent") { sink.deliveries.count == 1 && harness.clock.sleeperCount == 1 }
            harness.clock.advance(by: .seconds(1))
            for round in 1...2 {
                await expect("pause \(round)") {
                    sink.confirmations == round && harness.clock.sleeperCount == 1
                }
                if round == 1 { try harness.append(4...4) }
                #expect(harness.cursors.cursor(of: "noc") == 0)
                #expect(sink.deliveries.count == 1)
                harness.clock.advance(by: .seconds(60))
            }
            await expect("then the rest") { sink.deliveries == [[1, 2, 3], [4]] }
            #expect(harness.cursors.cursor(of: "noc") == 3)
        }
        #expect(harness.metric("trapline_sink_failures_total{sink=\"noc\",reason=\"unreachable\"}") == "2")
        #expect(
            harness.log.all == [
                "error noc: cannot deliver (unreachable): connection reset; trying again until it succeeds",
                "notice noc: delivers again, after 2 failures in 120 s",
            ])
    }

    @Test func aStopAsksForConfirmationOnce() async throws {
        for failures in [[], [reset]] {
            let harness = try RunnerHarness(cursors: ["noc": 0])
            let sink = ScriptedSink(needsConfirmation: true)
            sink.failConfirmation(failures)
            try harness.append(1...3)
            try await running(try harness.runner(sink)) {
                await expect("sent") { harness.metric("trapline_sink_unconfirmed_events{sink=\"noc\"}") == "3" }
            }
            #expect(sink.confirmations == 1 && sink.isClosed)
            #expect(harness.cursors.cursor(of: "noc") == (failures.isEmpty ? 3 : 0))
        }
    }

    @Test func aPeerInTroubleIsNotAskedAtTheStop() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink(.immediate(maximum: 1), needsConfirmation: true)
        try harness.append(1...1)
        try await running(try harness.runner(sink)) {
            await expect("sent") { harness.clock.sleeperCount == 1 }
            sink.fail([reset])
            try harness.append(2...2)
            await expect("a failure") { sink.attempts.count == 2 && harness.clock.sleeps.count == 2 }
        }
        #expect(sink.confirmations == 0)
        #expect(harness.cursors.cursor(of: "noc") == 0)
    }

    @Test func aSinkThatNeedsNoneIsNeverAsked() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink()
        try harness.append(1...3)
        try await running(try harness.runner(sink)) {
            await expect("at once") { harness.cursors.cursor(of: "noc") == 3 }
            #expect(harness.metric("trapline_sink_unconfirmed_events{sink=\"noc\"}") == "0")
        }
        #expect(sink.confirmations == 0)
    }
}
