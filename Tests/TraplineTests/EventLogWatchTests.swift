import Logging
import Store
import Synchronization
import TestPeers
import Testing
import TraplineMetrics

@testable import Trapline

/// The event log's limit is told once, and so is its end.
@Suite struct EventLogWatchTests {
    private struct Told: Equatable {
        var isHeld: Bool
        var holder: String
    }

    private final class Facts: Sendable {
        let told = Mutex<[Told]>([])
        let canWrite = Mutex(true)
        var all: [Told] { told.withLock { $0 } }
    }

    private final class InstantClock: Sendable {
        private let now = Mutex(ContinuousClock.Instant.now)

        func withLock<Result>(_ body: (inout ContinuousClock.Instant) -> Result) -> Result {
            now.withLock { body(&$0) }
        }
    }

    private let facts = Facts()
    private let metrics = MetricsRegistry()
    private let log = LogCollector()
    private let clock = InstantClock()
    private let watch: EventLogWatch

    init() {
        watch = EventLogWatch(metrics, logger: log.logger, now: { [clock] in clock.withLock { $0 } }) {
            [facts] isHeld, holder, whenDone in
            let canWrite = facts.canWrite.withLock { $0 }
            if canWrite { facts.told.withLock { $0.append(Told(isHeld: isHeld, holder: holder)) } }
            whenDone(canWrite)
        }
    }

    private func note(
        holder: String?, isAtLimit: Bool = false, hasMore: Bool = false, lost: [String: Int64] = [:]
    ) {
        var state = EventLogState()
        state.lost = lost
        state.holder = holder
        state.isAtLimit = isAtLimit
        state.hasMore = hasMore
        watch.note(state)
    }

    private var isShown: Bool { metrics.exposition().contains("\ntrapline_event_log_at_limit 1\n") }

    @Test func theEndComesWhenNobodyHoldsAnything() {
        note(holder: "noc")
        #expect(facts.all.isEmpty && !isShown, "that is below the limit")
        note(holder: "noc", isAtLimit: true)
        note(holder: "noc", isAtLimit: true)
        #expect(facts.all == [Told(isHeld: true, holder: "noc")] && isShown)
        note(holder: "noc")
        note(holder: nil, hasMore: true)
        #expect(facts.all.count == 1 && isShown, "a row went, and the next one comes")
        note(holder: nil)
        note(holder: nil)
        #expect(facts.all.dropFirst() == [Told(isHeld: false, holder: "noc")] && !isShown)
    }

    @Test func anotherHolderIsTold() {
        note(holder: "noc", isAtLimit: true)
        note(holder: "ops", isAtLimit: true)
        note(holder: nil)
        #expect(
            facts.all == [
                Told(isHeld: true, holder: "noc"), Told(isHeld: true, holder: "ops"),
                Told(isHeld: false, holder: "ops"),
            ])
    }

    @Test func theEndOfWhatStoodAtTheStartIsTold() {
        watch.noteStandingAlarm()
        note(holder: "noc")
        #expect(facts.all.isEmpty)
        note(holder: nil)
        #expect(facts.all == [Told(isHeld: false, holder: "")])
    }

    @Test func whatCouldNotBeJournaledIsToldAgain() {
        facts.canWrite.withLock { $0 = false }
        note(holder: "noc", isAtLimit: true)
        facts.canWrite.withLock { $0 = true }
        note(holder: "noc", isAtLimit: true)
        facts.canWrite.withLock { $0 = false }
        note(holder: nil)
        facts.canWrite.withLock { $0 = true }
        note(holder: nil)
        #expect(facts.all == [Told(isHeld: true, holder: "noc"), Told(isHeld: false, holder: "noc")])
    }

    @Test func whatIsLostIsToldAtOnceAndThenOnceAMinuteInSum() {
        func lines() -> [String] { log.all.filter { $0.contains("lost") } }
        note(holder: "noc", isAtLimit: true, lost: ["noc": 40, "ops": 1])
        #expect(lines().count == 1 && lines()[0].hasSuffix("noc lost 40 events, ops lost 1 event"))
        clock.withLock { $0 += .seconds(59) }
        note(holder: "noc", isAtLimit: true, lost: ["noc": 2])
        note(holder: "noc", lost: ["noc": 3])
        #expect(lines().count == 1)
        clock.withLock { $0 += .seconds(1) }
        note(holder: "noc")
        #expect(lines().count == 2 && lines()[1].hasSuffix("noc lost 5 events"), "with no more to come")
        note(holder: "noc", isAtLimit: true, lost: ["noc": 1])
        note(holder: nil)
        #expect(lines().count == 3 && lines()[2].hasSuffix("noc lost 1 event"), "the end waits for nothing")
        note(holder: "noc", isAtLimit: true, lost: ["noc": 1])
        watch.finish()
        watch.finish()
        #expect(lines().count == 4)
    }
}
