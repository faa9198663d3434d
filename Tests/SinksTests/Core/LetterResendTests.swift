import Basics
import Store
import TestPeers
import Testing

@testable import Sinks

/// Dead letters that an operator wants sent again.
@Suite struct LetterResendTests {
    private let rejected = DeliveryFailure(.rejected, "550 no such user")

    private func letter(_ event: Int64) -> DeadLetter {
        DeadLetter(sink: "noc", event: event, time: Timestamp(seconds: 1), reason: "rejected", detail: "550")
    }

    /// Ten events of which the letters `events` are on the list, and the cursor behind all of them.
    private func harness(letters events: [Int64]) throws -> RunnerHarness {
        let harness = try RunnerHarness(cursors: ["noc": 10])
        try harness.append(1...10)
        try harness.store.commit(BatchOutcome(progress: SinkProgress(deadLetters: events.map(letter))))
        return harness
    }

    /// As the pipeline does with an operator's fact, which is an event too.
    private func ask(_ harness: RunnerHarness, _ events: ClosedRange<Int64>, event: Int64) throws {
        let request = OperatorRequest.resendLetters(sink: "noc", events: events)
        try harness.store.commit(
            BatchOutcome(
                events: [StoredEvent(event: try EventSample.event(event), position: nil, sinks: [])],
                requests: [request]))
        harness.cursors.saved([request])
        harness.signal.announce(event)
    }

    private func save(_ harness: RunnerHarness) throws {
        let pending = harness.cursors.pending()
        try harness.store.commit(BatchOutcome(progress: pending.progress))
        harness.cursors.saved(pending)
    }

    @Test func lettersGoBetweenTheOthersAndLeaveTheList() async throws {
        let harness = try harness(letters: [3, 5, 8])
        let sink = ScriptedSink(onReject: .deadLetter)
        try await running(try harness.runner(sink, options: SinkOptions(expireAfter: .seconds(10)))) {
            try ask(harness, 1...5, event: 11)
            await expect("the oldest first, however old") { sink.deliveries == [[3, 5]] }
            await expect("the cursor moves as ever") { harness.cursors.cursor(of: "noc") == 11 }
            try save(harness)
            #expect(try harness.store.deadLetters().map(\.event) == [8])
            harness.wallClock.advance(bySeconds: -95)
            try harness.append(12...13)
            await expect("what is new") { sink.deliveries == [[3, 5], [12, 13]] }
        }
        #expect(harness.metric("trapline_sink_delivered_total{sink=\"noc\"}") == "4")
    }

    @Test func whatWasAskedForBeforeACrashIsSentAtTheStart() async throws {
        let harness = try harness(letters: [3])
        try ask(harness, 3...3, event: 11)
        for round in 1...2 {
            let sink = ScriptedSink(onReject: .deadLetter)
            let environment = harness.environment()
            let runner = SinkRunner(
                name: "noc", sink: sink, options: SinkOptions(),
                environment: round == 1 ? environment : try crashed(environment, harness), start: SinkCursor(11))
            try await running(runner) {
                await expect("the letter, round \(round)") { sink.deliveries == [[3]] }
            }
        }
        try save(harness)
        let sink = ScriptedSink(onReject: .deadLetter)
        try await running(try harness.runner(sink)) {
            try harness.append(12...12)
            await expect("nothing but what is new") { sink.deliveries == [[12]] }
        }
    }

    /// With a board that has forgotten what was not saved.
    private func crashed(_ environment: SinkEnvironment, _ harness: RunnerHarness) throws -> SinkEnvironment {
        var environment = environment
        environment.cursors = CursorBoard(try harness.store.cursors())
        return environment
    }

    @Test func whatIsRefusedAgainIsANewLetter() async throws {
        let harness = try harness(letters: [3, 5])
        let sink = ScriptedSink(.immediate(maximum: 1), onReject: .deadLetter)
        sink.fail([rejected])
        try await running(try harness.runner(sink)) {
            try ask(harness, 1...9, event: 11)
            await expect("both tried, one taken") { sink.attempts == [[3], [5]] && sink.deliveries == [[5]] }
            await expect("all told") { harness.cursors.pending().progress.settled["noc"] == [3, 5] }
        }
        try save(harness)
        let letters = try harness.store.deadLetters()
        #expect(letters.map(\.event) == [3])
        #expect(letters.map(\.detail) == ["550 no such user"])
        #expect(letters.map(\.isAskedFor) == [false])
    }

    @Test func aPeerThatHasToConfirmIsAsked() async throws {
        let harness = try harness(letters: [3])
        let sink = ScriptedSink(needsConfirmation: true, onReject: .deadLetter)
        sink.failConfirmation([DeliveryFailure(.unreachable, "gone")])
        try await running(try harness.runner(sink)) {
            try ask(harness, 3...3, event: 11)
            await expect("no word yet") { sink.confirmations == 1 && harness.clock.sleeperCount >= 1 }
            #expect(harness.cursors.settled(of: "noc").isEmpty)
            harness.clock.advance(by: .seconds(60))
            await expect("confirmed") { harness.cursors.settled(of: "noc") == [3] }
        }
    }

    @Test func aLetterWhoseEventIsGoneIsSaidSo() async throws {
        let harness = try harness(letters: [3, 4_000])
        let sink = ScriptedSink(onReject: .deadLetter)
        try await running(try harness.runner(sink)) {
            try ask(harness, 1...5_000, event: 11)
            await expect("the one that is there") { sink.deliveries == [[3]] }
            await expect("both are off the list") { harness.cursors.settled(of: "noc") == [3, 4_000] }
        }
        #expect(harness.metric("trapline_sink_dropped_total{sink=\"noc\",reason=\"retention\"}") == "1")
        #expect(harness.log.all.contains { $0.hasPrefix("error noc: 1 dead letter cannot be sent again") })
    }

    @Test func aStopInBetweenKeepsThemAskedFor() async throws {
        let harness = try harness(letters: [3])
        let sink = ScriptedSink(onReject: .deadLetter)
        sink.fail([DeliveryFailure(.unreachable, "gone")])
        try await running(try harness.runner(sink)) {
            try ask(harness, 3...3, event: 11)
            await expect("a try") { sink.attempts == [[3]] && harness.clock.sleeperCount == 1 }
        }
        try save(harness)
        #expect(try harness.store.lettersAskedFor(of: "noc") == [3])
    }
}
