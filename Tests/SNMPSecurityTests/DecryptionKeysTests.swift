import Basics
import SNMPWire
import Testing

@testable import SNMPSecurity

@Suite struct DecryptionKeysTests {
    private let before = Samples.user()
    private let after = Samples.user(password: Secret("another password"))

    @Test func opensWithTheUsersInForce() throws {
        let keys = DecryptionKeys(users: UserTable([before]))
        let datagram = try Samples.message(before)
        #expect(throws: Never.self) { try keys.opener().open(datagram) }
        let old = keys.opener()
        keys.replaceUsers(UserTable([after]))
        #expect(try keys.opener().refusal(datagram)?.label == "v3-wrong-digest")
        let changed = try Samples.message(after)
        #expect(throws: Never.self) { try keys.opener().open(changed) }
        // Whoever has an opener keeps its users.
        #expect(throws: Never.self) { try old.open(datagram) }
    }

    @Test func opensWithWhatWasKeptOfAUserThatIsGone() throws {
        let security = Samples.security([before])
        let keys = DecryptionKeys(users: security.users, ring: security.ring)
        let datagram = try Samples.message(before)
        #expect(try security.refusal(datagram) == nil)
        keys.replaceUsers(UserTable())
        let opener = keys.opener()
        #expect(try opener.refusal(datagram) == .unknownUser)
        keys.keep(security.ring.takeNews().kept)
        // An opener that was taken before knows it too.
        #expect(throws: Never.self) { try opener.open(datagram) }
        #expect(keys.kept.entries.count == 1)
    }

    /// The authentication key of the user as it is fits what was received before, and its privacy key does not.
    @Test func opensWhatWasReceivedBeforePrivacyAloneWasChanged() throws {
        let changed = [
            Samples.user(privacyPassword: Secret("other words")), Samples.user("ops", .sha256, .aes256),
            Samples.user("ops", .sha256, .des), Samples.user("ops", .sha256, nil),
        ]
        let security = Samples.security([before])
        let keys = DecryptionKeys(users: security.users, ring: security.ring)
        var datagrams = [try Samples.message(before)]
        #expect(try security.refusal(datagrams[0]) == nil)
        keys.keep(security.ring.takeNews().kept)
        for (index, user) in changed.enumerated() {
            security.replaceUsers(UserTable([user]))
            keys.replaceUsers(security.users)
            if user.privacy != nil {
                let datagram = try Samples.message(user, time: 1_001 + Int32(index))
                #expect(try security.refusal(datagram) == nil)
                datagrams.append(datagram)
            }
            // Also where all keys of the same authentication are kept already.
            keys.keep(security.ring.takeNews().kept)
            let opener = keys.opener()
            for datagram in datagrams {
                #expect(throws: Never.self) { try opener.open(datagram) }
                #expect(throws: Never.self) { try opener.openMessage(datagram) }
                #expect(opener.unsealed(datagram) != nil)
            }
        }
        // What none of them fits says so.
        let stranger = try Samples.message(Samples.user(privacyPassword: Secret("nobody's words")))
        #expect(try keys.opener().refusal(stranger)?.label == "v3-unsupported-level")
        keys.replaceUsers(UserTable([before]))
        #expect(try keys.opener().refusal(stranger)?.label == "v3-decryption-failed")
    }
}
