import Alarms
import Basics
import Journal
import Pipeline
import Routing
import SNMPWire
import Store
import Testing

/// Silences, maintenance and rows that wait: what nobody is told of now, and what is told when its time has come.
@Suite struct HeldBackTests {
    private func silence(_ text: String = "alarm=linkDown", until seconds: Int64) throws -> OperatorAction {
        .silence(
            try AlarmMatcher(text: text), from: Timestamp(seconds: 0), until: Timestamp(seconds: seconds),
            reason: "works")
    }

    private func told(_ outcomes: [EventOutcome]) -> [String] {
        outcomes.filter { !$0.decision.sinks.isEmpty && $0.event.alarm == "linkDown" }.map {
            "\($0.event.time.seconds) \($0.event.transition) \($0.event.severity) → \($0.decision.sinks.joined(separator: ","))"
        }
    }

    // MARK: - Silences

    @Test func whatStillStandsIsToldWhenTheSilenceEnds() throws {
        var fed = try FedPipeline()
        _ = try fed.act(try silence(until: 100), at: 1)
        let held = try fed.feed(Sample.linkDown(1, at: 10), Sample.linkDown(2, at: 11), Sample.linkUp(2, at: 12))
        #expect(held.map(\.event.transition) == [.raised, .raised, .cleared], "the event log is complete")
        #expect(told(held).isEmpty)
        #expect(held.map(\.decision.withheldBy) == Array(repeating: .silence(1), count: 3))
        #expect(held.first?.decision.withheld == ["all", "noc"])
        #expect(told(try fed.tick(at: 99)).isEmpty)
        let after = try fed.tick(at: 101)
        #expect(told(after) == ["100 raised major → all,noc"])
        let event = try #require(after.last?.event)
        #expect(event.reason == "silence 1 ended" && event.alarmID == 2 && event.raised == Timestamp(seconds: 10))
        #expect(after.last?.position == held.first?.position, "with the datagram that it was raised by")
        #expect(told(try fed.feed(Sample.linkUp(1, at: 120))) == ["120 cleared cleared → all,noc"])
        #expect(try fed.store.silences().isEmpty)
        #expect(try fed.store.audit(last: 9).map(\.by) == ["anna", "trapline"])
    }

    @Test func anEndBeforeItsTimeTellsAtOnce() throws {
        var fed = try FedPipeline()
        _ = try fed.act(try silence(until: 100), at: 1)
        _ = try fed.feed(Sample.linkDown(at: 10))
        #expect(told(try fed.act(.endSilence(1, note: ""), at: 20)) == ["20 raised major → all,noc"])
        #expect(told(try fed.tick(at: 200)).isEmpty)
        _ = try fed.act(.endSilence(1, note: ""), at: 201)
        #expect(try fed.store.audit(last: 1).map(\.outcome) == ["there is no such silence"])
    }

    @Test func aTicketOpenedIsClosedInSilenceToo() throws {
        var fed = try FedPipeline()
        _ = try fed.feed(Sample.linkDown(at: 1))
        _ = try fed.act(try silence(until: 100), at: 2)
        #expect(told(try fed.feed(Sample.linkDown(at: 3))).isEmpty)
        #expect(told(try fed.feed(Sample.linkUp(at: 4))) == ["4 cleared cleared → all,noc"])
        #expect(told(try fed.tick(at: 101)).isEmpty)
    }

    @Test func whoKnowsTheAlarmIsToldOfItsNetChange() throws {
        func graded(_ grade: Int32, at seconds: Int64) -> JournalEntry {
            Sample.entry(Sample.datagram(Sample.graded, interface: grade), at: seconds)
        }
        func told(_ outcomes: [EventOutcome]) -> [String] {
            outcomes.filter { !$0.decision.sinks.isEmpty && $0.event.alarm == "graded" }.map {
                "\($0.event.transition) \($0.event.previousSeverity.map { "from \($0) " } ?? "")to \($0.event.severity)"
            }
        }
        var fed = try FedPipeline()
        #expect(told(try fed.feed(graded(1, at: 1))) == ["raised to minor"])
        _ = try fed.act(try silence("alarm=graded", until: 100), at: 2)
        #expect(told(try fed.feed(graded(2, at: 3), graded(3, at: 4))).isEmpty)
        var again = try fed.restarted()
        #expect(told(try again.tick(at: 100)) == ["changed from minor to critical"])
        // And where it is at the end what it was at the beginning, there is nothing to tell.
        _ = try again.act(try silence("alarm=graded", until: 200), at: 101)
        #expect(told(try again.feed(graded(1, at: 102), graded(3, at: 103))).isEmpty)
        #expect(told(try again.tick(at: 200)).isEmpty)
        #expect(told(try again.feed(graded(0, at: 201))) == ["cleared from critical to cleared"])
    }

    @Test func anotherSilenceHoldsItLonger() throws {
        var fed = try FedPipeline()
        _ = try fed.act(try silence(until: 100), at: 1)
        _ = try fed.feed(Sample.linkDown(at: 10))
        _ = try fed.act(try silence("device=192.0.2.*", until: 150), at: 20)
        #expect(told(try fed.tick(at: 120)).isEmpty)
        #expect(told(try fed.tick(at: 151)) == ["150 raised major → all,noc"])
    }

    @Test func aStartInBetweenChangesNothing() throws {
        var fed = try FedPipeline()
        _ = try fed.act(try silence(until: 100), at: 1)
        _ = try fed.feed(Sample.linkDown(at: 10))
        var again = try fed.restarted()
        #expect(told(try again.feed(Sample.linkDown(2, at: 20))).isEmpty)
        var last = try again.restarted()
        #expect(told(try last.tick(at: 100)) == ["100 raised major → all,noc", "100 raised major → all,noc"])
        var past = try last.restarted()
        #expect(told(try past.tick(at: 300)).isEmpty, "told once")
    }

    @Test func whatDoesNotMatchIsTold() throws {
        var fed = try FedPipeline()
        _ = try fed.act(try silence("alarm=linkDown\nsource=*.8", until: 100), at: 1)
        #expect(told(try fed.feed(Sample.linkDown(7, at: 10))) == ["10 raised major → all,noc"])
        #expect(told(try fed.feed(Sample.linkDown(8, at: 10))).isEmpty)
    }

    @Test func aSilenceOfThePastIsRefused() throws {
        var fed = try FedPipeline()
        _ = try fed.tick(at: 200)
        _ = try fed.act(try silence(until: 100), at: 200)
        #expect(try fed.store.silences().isEmpty)
        #expect(try fed.store.audit(last: 1).map(\.outcome) == ["its end is past"])
    }

    // MARK: - Maintenance

    @Test func aDeviceInMaintenanceIsHeldBackUntilItEnds() throws {
        var fed = try FedPipeline()
        let (worked, other): (UInt32, UInt32) = (0xc000_0207, 0xc000_0208)
        _ = try fed.feed(Sample.linkDown(1, at: 1, from: worked), Sample.linkUp(1, at: 2, from: worked))
        _ = try fed.act(.beginMaintenance("192.0.2.7", until: Timestamp(seconds: 60), reason: "swap"), at: 3)
        #expect(told(try fed.feed(Sample.linkDown(1, at: 4, from: worked))).isEmpty)
        #expect(told(try fed.feed(Sample.linkDown(1, at: 5, from: other))) == ["5 raised major → all,noc"])
        #expect(try fed.store.maintenances().map(\.device) == ["192.0.2.7"])
        var again = try fed.restarted()
        let after = try again.tick(at: 61)
        #expect(told(after) == ["60 raised major → all,noc"])
        #expect(after.last?.event.reason == "maintenance ended")
        #expect(try again.store.maintenances().isEmpty)
    }

    @Test func maintenanceWithoutAnEndIsEndedByHand() throws {
        var fed = try FedPipeline()
        _ = try fed.feed(Sample.linkDown(1, at: 1))
        _ = try fed.act(.beginMaintenance("192.0.2.7", until: nil, reason: ""), at: 3)
        #expect(told(try fed.feed(Sample.linkDown(2, at: 4))).isEmpty)
        #expect(told(try fed.tick(at: 1_000_000)).isEmpty)
        #expect(
            told(try fed.act(.endMaintenance("192.0.2.7", note: ""), at: 1_000_001)) == [
                "1000001 raised major → all,noc"
            ])
        _ = try fed.act(.endMaintenance("192.0.2.7", note: ""), at: 1_000_002)
        _ = try fed.act(.beginMaintenance("nobody", until: nil, reason: ""), at: 1_000_003)
        #expect(
            try fed.store.audit(last: 2).map(\.outcome) == [
                "the device is not in maintenance", "the device is not known",
            ])
    }

    // MARK: - Rows that wait

    private let waiting = [
        Route(
            name: "later", when: RouteConditions(notifications: [.exact(Sample.linkDown)]), to: ["ops"],
            after: .seconds(60)),
        Route(name: "all", to: ["all"]),
    ]

    @Test func aRaiseThatLastsIsToldAfterItsTime() throws {
        var fed = try FedPipeline(waiting)
        #expect(told(try fed.feed(Sample.linkDown(at: 10))) == ["10 raised major → all"])
        #expect(told(try fed.tick(at: 69)).isEmpty)
        var again = try fed.restarted(waiting)
        let after = try again.tick(at: 75)
        #expect(told(after) == ["70 raised major → ops"])
        #expect(after.last?.event.reason == "still standing")
        #expect(told(try again.feed(Sample.linkUp(at: 80))) == ["80 cleared cleared → all,ops"])
    }

    @Test func aRaiseThatEndsBeforeIsNotTold() throws {
        var fed = try FedPipeline(waiting)
        _ = try fed.feed(Sample.linkDown(at: 10))
        #expect(told(try fed.feed(Sample.linkUp(at: 50))) == ["50 cleared cleared → all"])
        #expect(told(try fed.tick(at: 100)).isEmpty)
        #expect(told(try fed.feed(Sample.linkDown(at: 110))) == ["110 raised major → all"])
        #expect(told(try fed.tick(at: 171)) == ["170 raised major → ops"], "from its own raise on")
    }

    @Test func aSilenceHoldsBackWhatHasWaited() throws {
        var fed = try FedPipeline(waiting)
        _ = try fed.feed(Sample.linkDown(at: 10))
        _ = try fed.act(try silence(until: 100), at: 20)
        #expect(told(try fed.tick(at: 80)).isEmpty)
        #expect(told(try fed.tick(at: 101)) == ["100 raised major → ops"])
    }

    @Test func noAlarmIsCountedTwice() throws {
        var fed = try FedPipeline(waiting)
        _ = try fed.feed(Sample.linkDown(at: 10))
        _ = try fed.tick(at: 100)
        #expect(try fed.store.activeAlarms().count == 1)
        #expect(fed.metric("trapline_active_alarms{severity=\"major\"}") == "1")
        #expect(fed.metric("trapline_events_unrouted_total") == "0")
    }
}
