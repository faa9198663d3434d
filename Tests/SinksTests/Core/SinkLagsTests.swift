import Synchronization
import TestPeers
import Testing

@testable import Sinks

@Suite struct SinkLagsTests {
    private final class Facts: Sendable {
        private let facts = Mutex<[SinkFact]>([])
        var all: [SinkFact] { facts.withLock { $0 } }
        func add(_ fact: SinkFact) { facts.withLock { $0.append(fact) } }
    }

    private let facts = Facts()
    private let log = LogCollector()
    private let limit = Duration.seconds(300)

    private func lags(standing: Set<String> = []) -> SinkLags {
        SinkLags(standing: standing, logger: log.logger) { [facts] in facts.add($0) }
    }

    private func look(_ lags: SinkLags, age seconds: Int, times: Int = 1, isFailing: Bool = false) {
        for _ in 0..<times {
            lags.look(
                at: "noc", SinkMetrics.Lag(events: 7, age: .seconds(seconds)), limit: limit, isFailing: isFailing)
        }
    }

    @Test func aLagThatLastsIsToldOnceAndSoIsItsEnd() {
        let lags = lags()
        look(lags, age: 300, times: 20)
        #expect(facts.all.isEmpty, "not above the limit")
        look(lags, age: 301, times: SinkLags.patience - 1)
        look(lags, age: 0)
        look(lags, age: 301, times: SinkLags.patience - 1)
        #expect(facts.all.isEmpty, "an interruption begins anew")
        look(lags, age: 302, times: 5)
        #expect(facts.all == [.lagging(sink: "noc", events: 7, age: .seconds(302))])
        #expect(
            log.all == ["warning noc: lags: its oldest waiting event is 302 s old, and the log is 7 events ahead of it"]
        )
        #expect(lags.sinks == ["noc"])
        look(lags, age: 299)
        look(lags, age: 151)
        look(lags, age: 400, times: 20)
        #expect(facts.all.count == 1, "still the same lag")
        look(lags, age: 149)
        look(lags, age: 0)
        #expect(facts.all.dropFirst() == [.caughtUp(sink: "noc", events: 7, age: .seconds(149))])
    }

    @Test func aSinkWhoseFailureIsToldIsNotToldOfTwice() {
        let lags = lags()
        look(lags, age: 400, times: 100, isFailing: true)
        #expect(facts.all.isEmpty)
        look(lags, age: 400, times: SinkLags.patience)
        #expect(facts.all.count == 1, "it delivers again, and is behind all the same")
    }

    @Test func whatStoodAtTheStopStandsAtTheStart() {
        let lags = lags(standing: ["noc", "gone"])
        look(lags, age: 400, times: 20)
        #expect(facts.all.isEmpty)
        lags.keep(["noc"])
        #expect(facts.all == [.caughtUp(sink: "gone", events: 0, age: .zero)])
        look(lags, age: 0)
        #expect(facts.all.count == 2)
    }

    @Test func aLagThatIsNoAlarmEndsOneThatWas() {
        let lags = lags(standing: ["noc"])
        lags.look(at: "noc", SinkMetrics.Lag(events: 7, age: .seconds(9_999)), limit: nil, isFailing: false)
        #expect(facts.all == [.caughtUp(sink: "noc", events: 7, age: .seconds(9_999))])
    }
}
