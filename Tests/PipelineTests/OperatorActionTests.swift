import Alarms
import Basics
import Journal
import Routing
import SNMPWire
import Store
import Testing

@testable import Pipeline

/// What operators do to alarms, from the journal to the store.
@Suite struct OperatorActionTests {
    @Test func anAcknowledgementStaysWithTheAlarmThroughAStart() throws {
        var fed = try FedPipeline()
        _ = try fed.feed(Sample.linkDown(at: 10))
        let alarm = try fed.alarm(1)
        let outcomes = try fed.act(.acknowledge(alarm, note: "on my way"), at: 11)
        #expect(outcomes.map(\.event.transition) == [.logged], "what was done is an event of the server's own")
        let remark = AlarmRemark(by: "anna", time: Timestamp(seconds: 11), text: "on my way")
        #expect(try fed.store.activeAlarms().first?.acknowledged == remark)
        var again = try fed.restarted()
        _ = try again.feed(Sample.linkDown(at: 12))
        #expect(again.pipeline.activeAlarms.first?.acknowledged == remark, "a repeat does not take it away")
        _ = try again.act(.unacknowledge(alarm, note: ""), at: 13)
        #expect(try again.store.activeAlarms().first?.acknowledged == nil)
    }

    @Test func aNoteIsKept() throws {
        var fed = try FedPipeline()
        _ = try fed.feed(Sample.linkDown(at: 10))
        _ = try fed.act(.note(try fed.alarm(1), text: "cable 4 is broken"), by: "bert", at: 11)
        let note = AlarmRemark(by: "bert", time: Timestamp(seconds: 11), text: "cable 4 is broken")
        #expect(try fed.store.activeAlarms().first?.note == note)
    }

    @Test func aClearByHandGoesToThoseWhoGotTheRaise() throws {
        var fed = try FedPipeline()
        _ = try fed.feed(Sample.linkDown(at: 10))
        let outcomes = try fed.act(.clear(try fed.alarm(1), note: "replaced"), at: 20)
        #expect(outcomes.map(\.event.transition) == [.logged, .cleared])
        let cleared = try #require(outcomes.last)
        #expect(cleared.event.alarmID == 1 && cleared.event.reason == "cleared by hand")
        #expect(cleared.event.severity == .cleared && cleared.event.previousSeverity == .major)
        #expect(cleared.event.text.hasSuffix("(cleared by anna: replaced)"))
        #expect(cleared.decision.sinks == ["all", "noc"])
        #expect(try fed.store.activeAlarms().isEmpty)
    }

    @Test func theDeviceRaisesItAnew() throws {
        var fed = try FedPipeline()
        _ = try fed.feed(Sample.linkDown(at: 10))
        let alarm = try fed.alarm(1)
        _ = try fed.act(.clear(alarm, note: ""), at: 20)
        #expect(fed.pipeline.clearedByHand(alarm.key) == Timestamp(seconds: 20))
        #expect(try fed.restarted().pipeline.clearedByHand(alarm.key) == Timestamp(seconds: 20), "a start keeps it")
        let raised = try fed.feed(Sample.linkDown(at: 30))
        #expect(raised.map(\.event.transition) == [.raised])
        #expect(fed.pipeline.clearedByHand(alarm.key) == nil)
        #expect(try fed.restarted().pipeline.clearedByHand(alarm.key) == nil)
    }

    @Test func theDevicesOwnClearEndsIt() throws {
        var fed = try FedPipeline()
        _ = try fed.feed(Sample.linkDown(at: 10))
        let alarm = try fed.alarm(1)
        _ = try fed.act(.clear(alarm, note: ""), at: 20)
        #expect(try fed.feed(Sample.linkUp(at: 21)).map(\.event.transition) == [.logged])
        #expect(fed.pipeline.clearedByHand(alarm.key) == nil)
    }

    @Test func anAlarmThatWasRaisedAnewIsNotTheOneThatWasMeant() throws {
        var fed = try FedPipeline()
        _ = try fed.feed(Sample.linkDown(at: 10))
        let old = try fed.alarm(1)
        _ = try fed.feed(Sample.linkUp(at: 11), Sample.linkDown(at: 12))
        for action in [
            OperatorAction.clear(old, note: ""), .acknowledge(old, note: ""), .unacknowledge(old, note: ""),
            .note(old, text: "x"),
        ] {
            #expect(try fed.act(action, at: 13).map(\.event.transition) == [.logged])
        }
        let standing = try #require(try fed.store.activeAlarms().first)
        #expect(standing.acknowledged == nil && standing.note == nil)
        #expect(Set(try fed.store.audit(last: 10).map(\.outcome)) == ["the alarm does not stand any more"])
    }

    @Test func whoDidWhatWhenStandsInTheAuditLog() throws {
        var fed = try FedPipeline()
        _ = try fed.feed(Sample.linkDown(at: 10))
        let alarm = try fed.alarm(1)
        _ = try fed.act(.acknowledge(alarm, note: "mine"), at: 11)
        _ = try fed.act(.clear(alarm, note: ""), by: "bert", at: 12)
        let log = try fed.store.audit(last: 10)
        #expect(log.map(\.action) == ["alarms ack", "alarms clear"])
        #expect(log.map(\.by) == ["anna", "bert"])
        #expect(log.map(\.time.seconds) == [11, 12])
        #expect(log.map(\.note) == ["mine", ""] && log.map(\.outcome) == ["done", "done"])
        #expect(
            log.map(\.subject) == Array(repeating: "alarm 1: linkDown iso.3.6.1.2.1.2.2.1.1.7 of 192.0.2.7", count: 2))
        #expect(log.map(\.event) == [2, 3], "the event that tells of it")
        #expect(try fed.store.audit(last: 1).map(\.action) == ["alarms clear"])
    }

    private static let matcher = (try? AlarmMatcher(text: "device=a\nseverity=>=major")) ?? AlarmMatcher()

    @Test(arguments: [
        OperatorAction.silence(
            OperatorActionTests.matcher, from: Timestamp(seconds: 1),
            until: Timestamp(nanoseconds: 2_500_000_000), reason: "ü"),
        .endSilence(7, note: "x"), .nameDevice("a", name: ""), .nameDevice("a", name: "edge"),
        .placeDevice("a", DevicePlacement(group: "g", site: "")),
        .placeDevice("a", DevicePlacement(tenant: "t", region: "r")),
        .beginMaintenance("a", until: nil, reason: "r"),
        .beginMaintenance("a", until: Timestamp(seconds: 5), reason: ""),
        .endMaintenance("a", note: "n"), .forgetDevice("a"),
        .forgetDevice("a", engines: ["80001f8880000001", "80001f8880000002"]), .resyncDevice("a"), .resyncDevice(nil),
        .acknowledge(AlarmReference(number: 3, key: AlarmKey(device: "a", oid: .enterprises, source: "s")), note: "n"),
        .unacknowledge(AlarmReference(number: 3, key: AlarmKey(device: "a", oid: .enterprises, source: "")), note: ""),
        .clear(AlarmReference(number: .max, key: AlarmKey(device: "a", oid: .enterprises, source: "s")), note: "n"),
        .note(AlarmReference(number: 3, key: AlarmKey(device: "a", oid: .enterprises, source: "s")), text: "n"),
    ])
    func whatIsWrittenIsRead(action: OperatorAction) throws {
        let entry = Sample.entry(action, by: "anna", at: 1)
        let notification = try SNMPNotification.decode(entry.payload)
        #expect(OwnFacts.action(in: notification) == action)
        #expect(OwnFacts.operatorName(in: notification) == "anna")
    }
}
