import SNMPWire
import Testing

@Suite struct NotificationViewTests {
    @Test func summarisesATrap() throws {
        let datagram = try Fixture.named("vendor-alarm").datagram
        let summary = try NotificationView.check(datagram)
        #expect(summary.version == .v2c)
        #expect(summary.kind == .trapV2)
        #expect(String(decoding: datagram[summary.community], as: UTF8.self) == "trapuser")
        #expect(datagram[summary.pdu].first == PDUKind.trapV2.rawValue)
        #expect(summary.pdu.upperBound == datagram.count)
        #expect(summary.level == nil)
        #expect(summary.engineID.isEmpty)
        #expect(summary.requestID == (try SNMPNotification.decode(datagram)).requestID)
    }

    @Test func summarisesV1() throws {
        let datagram = try Fixture.named("v1-enterprise-specific").datagram
        let summary = try NotificationView.check(datagram)
        #expect(summary.version == .v1)
        #expect(summary.kind == .trapV1)
        #expect(summary.requestID == 0)
        #expect(String(decoding: datagram[summary.community], as: UTF8.self) == "public")
    }

    @Test(arguments: [
        ("v3-trap-no-auth", SecurityLevel.noAuthNoPriv), ("v3-trap-auth", .authNoPriv),
        ("v3-trap-auth-priv", .authPriv),
    ])
    func summarisesV3(_ name: String, _ level: SecurityLevel) throws {
        let datagram = try Fixture.named(name).datagram
        let summary = try NotificationView.check(datagram)
        #expect(summary.version == .v3)
        #expect(summary.level == level)
        #expect(summary.kind == (level == .authPriv ? nil : .trapV2))
        #expect(hex(datagram[summary.engineID]) == "8000000001020304ab")
        #expect(String(decoding: datagram[summary.userName], as: UTF8.self) == "observer")
        #expect(summary.community.isEmpty)
        #expect(!summary.isReportable)
        #expect(!datagram[summary.pdu].isEmpty)
    }

    @Test func discoveryIsNoNotification() throws {
        let datagram = try Fixture.named("v3-discovery").datagram
        #expect(throws: WireError.self) { try NotificationView.check(datagram) }
        #expect(refusal(datagram) == .notANotification)
    }

    @Test func readsWhereItLies() throws {
        let datagram = try Fixture.named("v2c-inform").datagram
        let padded = [9, 9, 9] + datagram + [9]
        let span = padded.span.bytes.extracting(3..<(3 + datagram.count))
        let summary = try NotificationView.check(span)
        #expect(summary == (try NotificationView.check(datagram)))
        #expect(InformResponse.encode(to: span) == InformResponse.encode(to: datagram))
    }
}
