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
}
