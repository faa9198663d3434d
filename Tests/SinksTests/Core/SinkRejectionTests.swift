import Sinks
import Store
import TestPeers
import Testing

/// The runner with a sink whose peer refuses for good.
@Suite struct SinkRejectionTests {
    private let rejected = DeliveryFailure(.rejected, "550 no such user\r\n")

    private func deliver(_ sink: ScriptedSink, _ harness: RunnerHarness) async throws {
        try harness.append(1...3)
        let runner = try harness.runner(sink)
        let task = Task { await runner.run() }
        let isFirstPassed = await Poll.eventually { harness.cursors.cursor(of: "noc") == 3 }
        #expect(isFirstPassed, "the cursor passes what is refused")
        try harness.append(4...4)
        let isLastPassed = await Poll.eventually { harness.cursors.cursor(of: "noc") == 4 }
        #expect(isLastPassed)
        runner.stop()
        await task.value
    }

    private func expectLetters(_ harness: RunnerHarness) {
        let letters = harness.cursors.pending().progress.deadLetters
        #expect(letters.map(\.event) == [1, 2, 3])
        #expect(letters.allSatisfy { $0.sink == "noc" && $0.reason == "rejected" && $0.detail == "550 no such user" })
        #expect(harness.metric("trapline_sink_dead_letters_total{sink=\"noc\"}") == "3")
        #expect(
            harness.log.all == [
                "error noc: 3 events refused for good: see `trapline dead-letters`, and, once the peer takes them, "
                    + "`trapline dead-letters resend --sink noc`; the last time: 550 no such user"
            ])
    }

    @Test func whatIsRefusedIsListedAndTheRestGoesOn() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink(onReject: .deadLetter)
        sink.fail([rejected])
        try await deliver(sink, harness)
        expectLetters(harness)
        #expect(sink.attempts == [[1, 2, 3], [4]], "not tried again")
        #expect(harness.metric("trapline_sink_delivered_total{sink=\"noc\"}") == "1")
    }

    @Test func whatIsRefusedInPartIsDeliveredAndListed() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink(onReject: .deadLetter)
        sink.rejectInPart(rejected)
        try await deliver(sink, harness)
        expectLetters(harness)
        #expect(harness.metric("trapline_sink_delivered_total{sink=\"noc\"}") == "4")
    }

    @Test func aPeerThatRefusesEverythingIsALineAMinute() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink(onReject: .deadLetter)
        sink.fail(Array(repeating: rejected, count: 5))
        let runner = try harness.runner(sink)
        let task = Task { await runner.run() }
        for number in 1...Int64(5) {
            if number == 4 { harness.clock.advance(by: .seconds(60)) }
            try harness.append(number...number)
            let isPassed = await Poll.eventually { harness.cursors.cursor(of: "noc") == number }
            #expect(isPassed)
        }
        #expect(
            harness.log.all.map { $0.prefix { $0 != ":" } + ":" + $0.dropFirst(10).prefix { $0 != ":" } } == [
                "error noc: 1 event refused for good", "error noc: 3 events refused for good",
            ])
        runner.stop()
        await task.value
        #expect(harness.log.all.last?.hasPrefix("error noc: 1 event refused for good") == true, "the rest at the end")
        #expect(harness.log.all.count == 3)
    }

    @Test func otherFailuresMakeNoLetters() async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink(onReject: .deadLetter)
        sink.fail([DeliveryFailure(.refused, "454 later"), DeliveryFailure(.authentication, "535 no")])
        try harness.append(1...1)
        let runner = try harness.runner(sink)
        let task = Task { await runner.run() }
        let isDelivered = await Poll.eventually {
            harness.clock.advance(by: .seconds(60))
            return harness.cursors.cursor(of: "noc") == 1
        }
        #expect(isDelivered)
        runner.stop()
        await task.value
        #expect(sink.attempts == [[1], [1], [1]])
        #expect(harness.cursors.pending().progress.deadLetters.isEmpty)
    }
}
