import SNMPWire
import Testing

@testable import SNMPSecurity

/// Messages in the open, for whoever knows no keys.
@Suite struct CleartextTests {
    private let opener = NotificationOpener(users: UserTable([Samples.user()]))

    @Test(arguments: PrivacyProtocol.allCases)
    func anEncryptedMessageSaysTheSame(_ privacy: PrivacyProtocol) throws {
        let user = Samples.user("ops", .sha256, privacy)
        let opener = NotificationOpener(users: UserTable([user]))
        let datagram = try Samples.message(user)
        let cleartext = try opener.cleartext(datagram)
        var expected = try opener.open(datagram)
        expected.v3?.level = .noAuthNoPriv
        #expect(try SNMPNotification.decode(cleartext) == expected)
        #expect(expected.v3?.context == "room")
        let (before, after) = (try #require(try V3View.check(datagram)), try #require(try V3View.check(cleartext)))
        #expect(after.messageID == before.messageID && after.engineTime == before.engineTime)
        #expect(after.authenticationParameters.isEmpty && after.privacyParameters.isEmpty)
    }

    @Test func whatIsPlainStaysAsItIs() throws {
        let authenticated = try Samples.message(Samples.user(), .authNoPriv)
        #expect(try opener.cleartext(authenticated) == authenticated)
        let plain = CommunityMessage(version: .v2c, community: [1], pdu: Samples.pdu()).encode()
        #expect(try opener.cleartext(plain) == plain)
    }

    @Test func whatIsNotBelievedIsNotShown() throws {
        var forged = try Samples.message(Samples.user(), .authNoPriv)
        forged[forged.count - 1] ^= 1
        #expect(throws: NotificationOpener.Failure.refused(.wrongDigest(.sameLength(.sha256)))) {
            try opener.cleartext(forged)
        }
        #expect(throws: NotificationOpener.Failure.refused(.unknownUser)) {
            try opener.cleartext(try Samples.message(Samples.user("nobody")))
        }
        #expect(throws: NotificationOpener.Failure.self) { try opener.cleartext([0x30, 1]) }
    }
}
