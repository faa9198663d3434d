import Alarms
import Basics
import SNMPWire
import Testing

@Suite struct AlarmMatcherTests {
    private func event(
        _ severity: Severity = .major, highest: Severity? = nil, transition: Transition = .raised
    ) -> Event {
        Event(
            id: 1, time: Timestamp(seconds: 1), transition: transition, alarm: "linkDown", oid: .enterprises,
            severity: severity, highestSeverity: highest ?? severity,
            device: EventDevice(
                id: "S123", name: "edge-7", address: IPAddress(v4: 0x0a00_0007), group: "access", tenant: "acme",
                site: "north"),
            source: "ifIndex.7", text: "down")
    }

    @Test(arguments: [
        ("device=edge-*", true), ("device=S123", true), ("device=10.0.0.7", true), ("device=10.0.?.*", true),
        ("device=10.0.1.*", false), ("device=core-*", false),
        ("group=access", true), ("group=core", false), ("tenant=ac??", true), ("tenant=", false), ("tenant=*", true),
        ("site=north\nsite=south", true), ("site=west\nsite=south", false), ("alarm=link*", true),
        ("alarm=linkUp", false), ("source=ifIndex.*", true), ("source=", false), ("severity=major", true),
        ("severity=minor", false), ("severity=>=warning", true), ("severity=>=critical", false),
        ("severity=critical\nseverity=major", true), ("device=edge-7\nalarm=linkUp", false),
        ("device=edge-7\nalarm=linkDown\nseverity=>=minor", true), ("", true),
    ])
    func everyCriterionHasToHold(text: String, expected: Bool) throws {
        let matcher = try AlarmMatcher(text: text)
        #expect(matcher.matches(event()) == expected)
        #expect(matcher.text == text, "the journal's text is what was read")
    }

    @Test func whatNoDeviceMeetsIsNamed() throws {
        let matcher = try AlarmMatcher(
            text: "device=edge-*\ndevice=10.0.0.7\ndevice=core\ngroup=acess\ntenant=\nsite=north\nalarm=none")
        #expect(matcher.unmet(among: [event().device]) == ["device=core", "group=acess"])
    }

    @Test(arguments: [("tenant=", true), ("tenant=*", false), ("tenant=a\ntenant=", true), ("device=*", true)])
    func aDeviceThatIsPutNowhere(text: String, expected: Bool) throws {
        var event = event()
        event.device = EventDevice(id: "a", name: "a", address: IPAddress(v4: 1))
        #expect(try AlarmMatcher(text: text).matches(event) == expected)
    }

    @Test func aClearIsAskedByTheHighestSeveritySinceTheRaise() throws {
        let matcher = try AlarmMatcher([(.severity, ">=major")])
        #expect(matcher.matches(event(.cleared, highest: .critical, transition: .cleared)))
        #expect(matcher.matches(event(.minor, highest: .major, transition: .changed)))
        #expect(!matcher.matches(event(.minor, highest: .major, transition: .repeated)))
        #expect(!matcher.matches(event(.cleared, highest: .minor, transition: .cleared)))
    }

    @Test(arguments: [
        "colour=red", "device", "severity=bad", "severity=>=indeterminate", "device=", "alarm=",
        "device=" + String(repeating: "x", count: 256),
    ])
    func whatCannotBeMeantIsRefused(text: String) {
        #expect(throws: AlarmMatcher.Failure.self) { try AlarmMatcher(text: text) }
    }

    @Test func tooManyCriteriaAreRefused() {
        let many = (0...AlarmMatcher.limit).map { (AlarmMatcher.Field.device, "edge-\($0)") }
        #expect(throws: AlarmMatcher.Failure.self) { try AlarmMatcher(many) }
        #expect(throws: AlarmMatcher.Failure.self) { try AlarmMatcher([(.device, "two\nlines")]) }
    }
}
