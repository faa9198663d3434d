import Alarms
import Basics
import SNMPWire
import Testing

/// The transitions of semantics "Events": raised, changed, cleared, repeated, logged.
@Suite struct AlarmTableTests {
    private let ethernet = OID.enterprises.appending(5003, 9, 10, 1, 21, 2, 0, 10)

    private func told(
        _ severity: Severity, source: String = "Board#1", oid: OID? = nil, kind: AlarmRule.Kind = .alarm,
        text: String = "text"
    ) -> Interpretation {
        let oid = oid ?? ethernet
        return Interpretation(
            kind: kind, alarm: "acBoardEthernetLinkAlarm", alarmOID: oid, trapOID: oid, source: source,
            severity: severity, text: text)
    }

    private func apply(
        _ interpretation: Interpretation, to table: inout AlarmTable, id: Int64, device: EventDevice = device
    ) throws -> Event {
        let event = table.apply(interpretation, device: device, time: Timestamp(seconds: id), eventID: id)
        return try #require(event)
    }

    @Test func aRaiseStands() throws {
        var table = AlarmTable()
        let event = try apply(told(.major), to: &table, id: 7)
        #expect(event.transition == .raised)
        #expect(event.alarmID == 7)
        #expect(event.severity == .major)
        #expect(event.highestSeverity == .major)
        #expect(event.previousSeverity == nil)
        #expect(event.count == 1)
        #expect(event.raised == Timestamp(seconds: 7))
        #expect(event.reason == nil)
        let alarm = try #require(table.alarm(for: AlarmTable.key(for: told(.major), device: device)))
        #expect(alarm.id == 7)
        #expect(alarm.count == 1)
        #expect(alarm.severity == .major)
        #expect(table.count == 1)
    }

    @Test func theSameAgainIsRepeated() throws {
        var table = AlarmTable()
        _ = try apply(told(.major), to: &table, id: 1)
        let event = try apply(told(.major, text: "again"), to: &table, id: 2)
        #expect(event.transition == .repeated)
        #expect(event.alarmID == 1)
        #expect(event.count == 2)
        #expect(event.previousSeverity == nil)
        #expect(event.raised == Timestamp(seconds: 1))
        #expect(event.time == Timestamp(seconds: 2))
        #expect(event.text == "again")
        #expect(table.alarms.map(\.lastTime) == [Timestamp(seconds: 2)])
        #expect(table.alarms.map(\.text) == ["again"])
    }

    @Test func anotherSeverityIsAChange() throws {
        var table = AlarmTable()
        _ = try apply(told(.minor), to: &table, id: 1)
        let up = try apply(told(.critical), to: &table, id: 2)
        #expect(up.transition == .changed)
        #expect(up.previousSeverity == .minor)
        #expect(up.severity == .critical)
        #expect(up.highestSeverity == .critical)
        let down = try apply(told(.warning), to: &table, id: 3)
        #expect(down.transition == .changed)
        #expect(down.previousSeverity == .critical)
        #expect(down.severity == .warning)
        #expect(down.highestSeverity == .critical)
        #expect(down.count == 3)
    }

    @Test func indeterminateIsLowerThanAnythingElse() throws {
        var table = AlarmTable()
        _ = try apply(told(.indeterminate), to: &table, id: 1)
        let event = try apply(told(.warning), to: &table, id: 2)
        #expect(event.highestSeverity == .warning)
    }

    @Test func aClearEndsTheAlarm() throws {
        var table = AlarmTable()
        _ = try apply(told(.minor), to: &table, id: 1)
        _ = try apply(told(.major), to: &table, id: 2)
        let event = try apply(told(.cleared, text: "over"), to: &table, id: 3)
        #expect(event.transition == .cleared)
        #expect(event.alarmID == 1)
        #expect(event.severity == .cleared)
        #expect(event.previousSeverity == .major)
        #expect(event.highestSeverity == .major)
        #expect(event.count == 2)
        #expect(event.raised == Timestamp(seconds: 1))
        #expect(event.text == "over")
        #expect(table.count == 0)
    }

    @Test func aClearWithNothingStandingIsLogged() throws {
        var table = AlarmTable()
        let event = try apply(told(.cleared), to: &table, id: 1)
        #expect(event.transition == .logged)
        #expect(event.reason == "nothing standing")
        #expect(event.alarmID == nil)
        #expect(event.raised == nil)
        #expect(event.severity == .cleared)
        #expect(table.takeChanges().upserts.isEmpty)
        // And the raise that was overtaken by it stands.
        #expect(try apply(told(.major), to: &table, id: 2).transition == .raised)
    }

    @Test func aSecondClearIsLogged() throws {
        var table = AlarmTable()
        _ = try apply(told(.major), to: &table, id: 1)
        _ = try apply(told(.cleared), to: &table, id: 2)
        #expect(try apply(told(.cleared), to: &table, id: 3).transition == .logged)
    }

    @Test func aRaiseAfterItsClearIsANewAlarm() throws {
        var table = AlarmTable()
        _ = try apply(told(.major), to: &table, id: 1)
        _ = try apply(told(.cleared), to: &table, id: 2)
        let event = try apply(told(.minor), to: &table, id: 3)
        #expect(event.transition == .raised)
        #expect(event.alarmID == 3)
        #expect(event.highestSeverity == .minor)
        #expect(event.count == 1)
    }

    @Test func interleavedAlarmsDoNotTouchEachOther() throws {
        var table = AlarmTable()
        let other = EventDevice(id: "10.1.1.2", name: "other", address: IPAddress(v4: 0x0a01_0102))
        let temperature = OID.enterprises.appending(5003, 9, 10, 1, 21, 2, 0, 3)
        #expect(try apply(told(.major, source: "A"), to: &table, id: 1).transition == .raised)
        #expect(try apply(told(.major, source: "B"), to: &table, id: 2).transition == .raised)
        #expect(try apply(told(.major, source: "A", oid: temperature), to: &table, id: 3).transition == .raised)
        #expect(try apply(told(.major, source: "A"), to: &table, id: 4, device: other).transition == .raised)
        #expect(try apply(told(.cleared, source: "A"), to: &table, id: 5).alarmID == 1)
        #expect(try apply(told(.major, source: "B"), to: &table, id: 6).transition == .repeated)
        #expect(try apply(told(.cleared, source: "A"), to: &table, id: 7, device: other).alarmID == 4)
        #expect(table.alarms.map(\.id) == [2, 3])
    }

    @Test func alternatesOfOneAlarmShareItsKey() throws {
        var table = AlarmTable()
        let older = OID.mib2.appending(15, 7, 2)
        let newer = OID.mib2.appending(15, 0, 2)
        var first = told(.major, source: "bgpPeerRemoteAddr.192.0.2.1", oid: newer)
        first.trapOID = older
        #expect(try apply(first, to: &table, id: 1).transition == .raised)
        let second = told(.major, source: "bgpPeerRemoteAddr.192.0.2.1", oid: newer)
        let event = try apply(second, to: &table, id: 2)
        #expect(event.transition == .repeated)
        #expect(event.oid == newer)
    }

    @Test(arguments: [AlarmRule.Kind.event, .restart], Severity.allCases)
    func anEventIsLoggedWhateverItsSeverity(kind: AlarmRule.Kind, severity: Severity) throws {
        var table = AlarmTable()
        _ = try apply(told(.major), to: &table, id: 1)
        let event = try apply(told(severity, kind: kind), to: &table, id: 2)
        #expect(event.transition == .logged)
        #expect(event.severity == severity)
        #expect(event.reason == nil)
        #expect(table.count == 1)
    }

    @Test func aKeepAliveMakesNoEvent() {
        var table = AlarmTable()
        let event = table.apply(told(.major, kind: .keepAlive), device: device, time: Timestamp(seconds: 1), eventID: 1)
        #expect(event == nil)
        #expect(table.count == 0)
    }

    @Test func aChangeKeepsTheNameOfTheRaise() throws {
        var table = AlarmTable()
        _ = try apply(told(.major), to: &table, id: 1)
        var renamed = told(.cleared)
        renamed.alarm = "somethingElse"
        #expect(try apply(renamed, to: &table, id: 2).alarm == "acBoardEthernetLinkAlarm")
    }

    @Test func pastItsLimitARaiseIsLogged() throws {
        var table = AlarmTable([], limit: 2)
        _ = try apply(told(.major, source: "A"), to: &table, id: 1)
        _ = try apply(told(.major, source: "B"), to: &table, id: 2)
        let event = try apply(told(.major, source: "C"), to: &table, id: 3)
        #expect(event.transition == .logged)
        #expect(event.reason == "alarm table full")
        #expect(try apply(told(.critical, source: "A"), to: &table, id: 4).transition == .changed)
        _ = try apply(told(.cleared, source: "B"), to: &table, id: 5)
        #expect(try apply(told(.major, source: "C"), to: &table, id: 6).transition == .raised)
    }

    // MARK: - Sinks and changes

    @Test func sinksAreGatheredAndSorted() throws {
        var table = AlarmTable()
        let key = AlarmTable.key(for: told(.major), device: device)
        table.note(sinks: ["too early"], for: key)
        _ = try apply(told(.major), to: &table, id: 1)
        table.note(sinks: ["ops", "noc"], for: key)
        table.note(sinks: ["archive", "ops"], for: key)
        #expect(table.alarm(for: key)?.sinks == ["archive", "noc", "ops"])
        _ = try apply(told(.critical), to: &table, id: 2)
        #expect(table.alarm(for: key)?.sinks == ["archive", "noc", "ops"])
    }

    @Test func changesAreTakenOnce() throws {
        var table = AlarmTable()
        _ = try apply(told(.major, source: "A"), to: &table, id: 1)
        _ = try apply(told(.major, source: "B"), to: &table, id: 2)
        _ = try apply(told(.cleared, source: "B"), to: &table, id: 3)
        let changes = table.takeChanges()
        #expect(changes.upserts.map(\.id) == [1])
        #expect(changes.removals.isEmpty, "it never had a row")
        #expect(table.takeChanges().upserts.isEmpty)
        #expect(table.takeChanges().removals.isEmpty)
        table.note(sinks: ["noc"], for: AlarmTable.key(for: told(.major, source: "A"), device: device))
        #expect(table.takeChanges().upserts.map(\.sinks) == [["noc"]])
        _ = try apply(told(.cleared, source: "A"), to: &table, id: 4)
        #expect(table.takeChanges().removals == [1])
        #expect(table.takeChanges().removals.isEmpty)
    }

    @Test func aRepeatInTheSameWordsIsLittleToWrite() throws {
        var table = AlarmTable()
        _ = try apply(told(.major), to: &table, id: 1)
        _ = table.takeChanges()
        _ = try apply(told(.major), to: &table, id: 2)
        let waiting = table.takeChanges(settling: false)
        #expect(waiting.upserts.isEmpty && waiting.repeats.isEmpty, "and can wait")
        let changes = table.takeChanges()
        #expect(changes.upserts.isEmpty)
        #expect(changes.repeats.map(\.number) == [1])
        #expect(changes.repeats.map(\.count) == [2])
        var other = told(.major)
        other.text += "!"
        _ = try apply(other, to: &table, id: 3)
        let reworded = table.takeChanges()
        #expect(reworded.upserts.map(\.count) == [3], "other words are written with all of it")
        #expect(reworded.repeats.isEmpty)
    }

    @Test func whatTheStoreHeldStandsAgain() throws {
        var before = AlarmTable()
        _ = try apply(told(.major), to: &before, id: 1)
        var after = AlarmTable(before.alarms)
        #expect(after.takeChanges().upserts.isEmpty)
        let event = try apply(told(.cleared), to: &after, id: 9)
        #expect(event.transition == .cleared)
        #expect(event.alarmID == 1)
    }
}
