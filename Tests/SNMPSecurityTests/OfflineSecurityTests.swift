import Basics
import SNMPWire
import Testing

@testable import SNMPSecurity

struct OfflineSecurityTests {
    private func refusal(
        _ datagram: [UInt8], _ users: [User], from sender: IPAddress? = Samples.sender
    ) throws -> SecurityRefusal? {
        let summary = try #require(try V3View.check(datagram))
        do throws(SecurityRefusal) {
            try OfflineSecurity(users: UserTable(users)).judge(datagram.rawOctets, summary, from: sender)
            return nil
        } catch {
            return error
        }
    }

    /// Of the same users a running server says the same.
    @Test func saysWhatARunningServerSays() throws {
        let network = try #require(Network("192.0.2.0/24"))
        let ops = Samples.user()
        let bound = Samples.user("bound", minimumLevel: .noAuthNoPriv, engines: [Samples.other])
        var contexts = Samples.user("contexts", networks: [network])
        contexts.contexts = ["hall"]
        let users = [ops, bound, contexts, Samples.user("weak", .sha256, nil)]
        let security = Samples.security(users)
        var otherPrivacy = ops
        otherPrivacy.privacy?.password = Secret("other words")
        let datagrams: [(SecurityRefusal?, [UInt8])] = try [
            (nil, Samples.message(ops)),
            (nil, Samples.inform(ops)),
            (.unknownUser, Samples.message(Samples.user("nobody"))),
            (.wrongDigest(.sameLength(.sha256)), Samples.message(Samples.user(password: Secret("other words")))),
            (
                .wrongDigest(.otherProtocol(told: [.md5, .sha1], configured: .sha256)),
                Samples.inform(Samples.user("ops", .md5))
            ),
            (.levelTooLow(told: .authNoPriv, minimum: .authPriv), Samples.message(ops, .authNoPriv)),
            (.unsupportedLevel(.authPriv), Samples.message(Samples.user("weak"))),
            (.engineNotBound, Samples.message(bound)),
            (nil, Samples.message(bound, .noAuthNoPriv, engine: Samples.other)),
            (.informBoundToEnginesAlone, Samples.inform(bound, .noAuthNoPriv)),
            (.contextNotBound(context: "room"), Samples.message(contexts)),
            (.contextNotBound(context: "room"), Samples.inform(contexts)),
            // A trap is let in, and decrypted later.
            (nil, Samples.message(otherPrivacy)),
            (.notANotification, Samples.message(ops, .authNoPriv, pdu: Samples.pdu(.response))),
        ]
        for (number, (expected, datagram)) in datagrams.enumerated() {
            #expect(try refusal(datagram, users) == expected, "\(number)")
            #expect(try security.refusal(datagram) == expected, "\(number)")
        }
        #expect(try refusal(Samples.message(contexts), users, from: IPAddress("198.51.100.1")) == .networkNotBound)
        #expect(try refusal(Samples.message(contexts), users, from: nil) == .networkNotBound)
        let unreadable = try #require(try refusal(Samples.inform(otherPrivacy), users))
        #expect(unreadable.label == "v3-decryption-failed")
    }

    @Test func judgesNeitherTimeNorRepeats() throws {
        let ops = Samples.user()
        let trap = try Samples.message(ops, boots: 3, time: 1_000)
        #expect(try refusal(trap, [ops]) == nil)
        #expect(try refusal(trap, [ops]) == nil)
        #expect(try refusal(Samples.message(ops, boots: 1, time: 1), [ops]) == nil)
        // Of whichever server it was for.
        #expect(try refusal(Samples.inform(ops, boots: 9, time: 9, engine: Samples.other), [ops]) == nil)
    }

    /// It names what came, and nothing that a terminal would take for more.
    @Test func namesTheContextThatCame() {
        let octets: [UInt8] = [0x1b, 0x60, 0x61, 0xff]
        let name = SecurityRefusal.printable(octets.rawOctets)
        #expect(name == "??a?")
        let long = [UInt8](repeating: 0x61, count: 200)
        let cut = SecurityRefusal.printable(long.rawOctets)
        #expect(cut.count == 32)
        #expect(
            SecurityRefusal.contextNotBound(context: name).advice(user: "ops")
                == "user `ops` is bound to contexts, and `??a?` is none of them; add it under contexts if it may send")
    }
}
