import Sinks
import Synchronization
import TestPeers
import Testing

@Suite struct SinkFailuresTests {
    /// What was told.
    private final class Told: Sendable {
        private let facts = Mutex<[SinkFact]>([])
        var all: [SinkFact] { facts.withLock { $0 } }
        func add(_ fact: SinkFact) { facts.withLock { $0.append(fact) } }
    }

    private let told = Told()
    private let refused = DeliveryFailure(.refused, "busy")

    private func failures(standing: Set<String> = []) -> SinkFailures {
        SinkFailures(standing: standing) { [told] in told.add($0) }
    }

    /// Runs a sink that fails as often as `failures` says, `pause` after each, until it has delivered.
    private func deliver(
        _ failures: [DeliveryFailure], pause: Duration, standing: Set<String> = []
    ) async throws {
        let harness = try RunnerHarness(cursors: ["noc": 0])
        let sink = ScriptedSink()
        sink.fail(failures)
        try harness.append(1...1)
        var environment = harness.environment()
        environment.failures = self.failures(standing: standing)
        let runner = try SinkRunner(name: "noc", sink: sink, environment: environment)
        let task = Task { await runner.run() }
        for round in failures.indices {
            let isWaiting = await Poll.eventually {
                harness.clock.sleeperCount == 1 && sink.attempts.count == round + 1
            }
            #expect(isWaiting)
            harness.clock.advance(by: pause)
        }
        let isDelivered = await Poll.eventually { harness.cursors.cursor(of: "noc") == 1 }
        #expect(isDelivered)
        runner.stop()
        await task.value
    }

    @Test func aHiccupIsNotTold() async throws {
        try await deliver([refused, refused, refused], pause: .milliseconds(2_100))
        #expect(told.all.isEmpty)
    }

    @Test func lastingTroubleIsToldOnceAndSoIsItsEnd() async throws {
        try await deliver([refused, refused, refused, DeliveryFailure(.timeout, "none")], pause: .seconds(6))
        #expect(told.all == [.failed(sink: "noc", reason: .refused, detail: "busy"), .recovered(sink: "noc")])
    }

    @Test func whatStoodAtTheStopEndsWithTheFirstDelivery() async throws {
        try await deliver([], pause: .zero, standing: ["noc", "other"])
        #expect(told.all == [.recovered(sink: "noc")])
    }

    @Test func whatStoodAtTheStopIsNotToldAgain() async throws {
        try await deliver([refused, refused, refused], pause: .seconds(60), standing: ["noc"])
        #expect(told.all == [.recovered(sink: "noc")])
    }

    @Test func aSinkThatIsTakenOutFailsNoMore() {
        let failures = failures(standing: ["noc", "ops", "old"])
        failures.keep(["noc", "mail"])
        #expect(told.all == [.recovered(sink: "old"), .recovered(sink: "ops")])
        failures.keep(["noc"])
        #expect(told.all.count == 2)
    }

    @Test func aDetailIsOneBoundedLine() async throws {
        let long = DeliveryFailure(.rejected, "first\nsecond " + String(repeating: "ä", count: 2_000))
        try await deliver([long, long], pause: .seconds(20))
        guard case .failed(_, .rejected, let detail)? = told.all.first else {
            Issue.record("nothing was told: \(told.all)")
            return
        }
        #expect(detail.hasPrefix("first second ä"))
        #expect(detail.utf8.count <= 1_024)
    }
}
