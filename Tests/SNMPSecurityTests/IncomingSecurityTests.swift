import Basics
import SNMPWire
import Testing

@testable import SNMPSecurity

@Suite struct IncomingSecurityTests {
    /// Every pair of protocols, at every level that it has, from several engines with one user.
    @Test(arguments: AuthenticationProtocol.allCases, [nil] + PrivacyProtocol.allCases.map { $0 })
    func takesWhatItsOwnUsersSend(
        _ authentication: AuthenticationProtocol, _ privacy: PrivacyProtocol?
    ) throws {
        let user = Samples.user("ops", authentication, privacy, minimumLevel: .authNoPriv)
        let security = Samples.security([user])
        let opener = NotificationOpener(users: security.users)
        for engine in [Samples.device, Samples.other] {
            for level in [SecurityLevel.authNoPriv, .authPriv] where level.rawValue <= user.maximumLevel.rawValue {
                let datagram = try Samples.message(user, level, engine: engine)
                guard case .success(.trap(level)) = try security.outcome(datagram) else {
                    Issue.record("refused: \(String(describing: try security.refusal(datagram)))")
                    continue
                }
                let notification = try opener.open(datagram)
                #expect(notification.v3?.user == "ops")
                #expect(notification.v3?.level == level)
                #expect(notification.v3?.context == "room")
                #expect(notification.v3?.engineID == engine.octets[...])
                #expect(notification.trapOID == OID.snmpTraps.appending(3))
                #expect(notification.uptime == 77)
                #expect(notification.variables.count == 1)
            }
        }
        // One for each engine, whatever the level.
        #expect(security.ring.localisations == 2)
        #expect(security.ring.takeNews().kept.count == 2)
        #expect(security.ring.takeNews().kept.isEmpty)
    }

    @Test(arguments: [SecurityLevel.authNoPriv, .authPriv])
    func refusesWhatWasChangedAnywhere(_ level: SecurityLevel) throws {
        let user = Samples.user(minimumLevel: .authNoPriv)
        let security = Samples.security([user])
        let opener = NotificationOpener(users: security.users)
        let datagram = try Samples.message(user, level)
        var believed = 0
        for index in datagram.indices {
            for bit in 0..<8 {
                var changed = datagram
                changed[index] ^= 1 << UInt8(bit)
                let summary: V3Summary?
                do { summary = try V3View.check(changed) } catch { continue }
                guard summary != nil else { continue }
                if try security.refusal(changed) == nil { believed += 1 }
                // A flag may make of it a message that claims nothing: it is read and says so.
                if let notification = try? opener.open(changed) {
                    #expect(notification.v3?.level == .noAuthNoPriv)
                }
            }
        }
        #expect(believed == 0)
        #expect(try security.refusal(datagram) == nil)
    }

    @Test func namesWhatIsWrong() throws {
        let user = Samples.user()
        let security = Samples.security([user])
        func refusal(_ device: User, _ level: SecurityLevel = .authPriv) throws -> SecurityRefusal? {
            try security.refusal(try Samples.message(device, level))
        }
        #expect(try refusal(Samples.user("nobody")) == .unknownUser)
        #expect(try refusal(Samples.user(password: Secret("wrong words"))) == .wrongDigest(.sameLength(.sha256)))
        #expect(
            try refusal(Samples.user("ops", .sha1))
                == .wrongDigest(.otherProtocol(told: [.md5, .sha1], configured: .sha256)))
        #expect(
            try refusal(Samples.user("ops", .sha1))?.advice(user: "ops").contains("MD5 or SHA-1 and not SHA-256")
                == true)
        #expect(
            try refusal(Samples.user("ops", .sha512))
                == .wrongDigest(.otherProtocol(told: [.sha512], configured: .sha256)))
        #expect(try refusal(user, .authNoPriv) == .levelTooLow(told: .authNoPriv, minimum: .authPriv))
        #expect(try refusal(user, .noAuthNoPriv) == .levelTooLow(told: .noAuthNoPriv, minimum: .authPriv))
        // Another privacy password: authentic, and then no scoped PDU.
        var device = user
        device.privacy?.password = Secret("other words")
        #expect(
            try NotificationOpener(users: security.users).refusal(try Samples.message(device))?.label
                == "v3-decryption-failed")
        // Nothing was authentic here, so that no key was kept.
        #expect(security.ring.count == 0)
    }

    @Test func aUserWithoutPrivacyHasNoSuchLevel() throws {
        let user = Samples.user("ops", .sha256, nil)
        let security = Samples.security([user])
        let device = Samples.user()
        #expect(try security.refusal(try Samples.message(device)) == .unsupportedLevel(.authPriv))
    }

    @Test func bindsUsers() throws {
        let network = try #require(Network("192.0.2.0/24"))
        let bound = Samples.user("bound", engines: [Samples.other], networks: [network])
        let security = Samples.security([bound])
        #expect(try security.refusal(try Samples.message(bound)) == .engineNotBound)
        let good = try Samples.message(bound, engine: Samples.other)
        #expect(try security.refusal(good, from: IPAddress("198.51.100.1")) == .networkNotBound)
        #expect(try security.refusal(good, from: nil) == .networkNotBound)
        #expect(try security.refusal(good) == nil)
        // An inform is bound by its network alone: it names our engine.
        let inform = try Samples.inform(bound)
        #expect(try security.refusal(inform, from: IPAddress("198.51.100.1")) == .networkNotBound)
        #expect(try security.refusal(inform) == nil)
    }

    @Test func bindsUsersToContexts() throws {
        for (contexts, refusal): ([String], SecurityRefusal?) in [
            ([], nil), (["room"], nil), (["", "other", "room"], nil), ([""], .contextNotBound(context: "room")),
            (["roo", "rooms"], .contextNotBound(context: "room")),
        ] {
            var user = Samples.user(minimumLevel: .authNoPriv)
            user.contexts = contexts
            let security = Samples.security([user])
            for level in [SecurityLevel.authNoPriv, .authPriv] {
                #expect(try security.refusal(try Samples.message(user, level)) == refusal)
                #expect(try security.refusal(try Samples.inform(user, level)) == refusal)
            }
        }
    }

    @Test func withoutAuthenticationOnlyWhereBound() throws {
        let unbound = User(name: "open")
        #expect(unbound.problems == [.unboundWithoutAuthentication])
        // A table leaves out what has problems.
        #expect(
            try Samples.security([unbound]).refusal(try Samples.message(unbound, .noAuthNoPriv)) == .unknownUser)
        let bound = User(name: "open", engines: [Samples.device])
        let security = Samples.security([bound])
        #expect(try security.refusal(try Samples.message(bound, .noAuthNoPriv)) == nil)
        #expect(
            try security.refusal(try Samples.message(bound, .noAuthNoPriv, engine: Samples.other)) == .engineNotBound)
        // To our engine anybody could send it.
        #expect(try security.refusal(try Samples.inform(bound, .noAuthNoPriv)) == .informBoundToEnginesAlone)
        #expect(bound.weaknesses == [.withoutAuthentication, .informsUnbound])
        #expect(SecurityRefusal.informBoundToEnginesAlone.advice(user: "open").contains("bind the user to networks"))
        #expect(SecurityRefusal.labels.contains(SecurityRefusal.informBoundToEnginesAlone.label))
    }

    @Test func takesNothingTwice() throws {
        let user = Samples.user()
        let security = Samples.security([user])
        let datagram = try Samples.message(user)
        #expect(try security.refusal(datagram) == nil)
        #expect(try security.refusal(datagram) == .replayed)
        // What follows the message is not authenticated, and makes no other message of it.
        #expect(try security.refusal(datagram + [0]) == .replayed)
        #expect(try security.refusal(datagram, at: Samples.moment(100_000)) == .replayed)
        #expect(try security.refusal(try Samples.message(user)) == nil)
        // The pipeline asks neither for time nor for that.
        #expect(throws: Never.self) { try NotificationOpener(users: security.users).open(datagram) }
    }

    @Test func holdsEnginesToTheirClock() throws {
        let user = Samples.user()
        let security = Samples.security([user])
        func refusal(_ boots: Int32, _ time: Int32, after seconds: Int64) throws -> SecurityRefusal? {
            try security.refusal(
                try Samples.message(user, boots: boots, time: time), at: Samples.moment(seconds))
        }
        #expect(try refusal(3, 1_000, after: 0) == nil)
        // Held up for 150 s, and for a second more.
        #expect(try refusal(3, 860, after: 10) == nil)
        #expect(try refusal(3, 859, after: 10) == .notInTimeWindow(secondsOff: 151))
        #expect(try refusal(3, 5_000, after: 20) == nil)
        #expect(try refusal(3, 4_000, after: 21)?.label == "v3-time-went-back")
        // What a network may have held up is no lost clock.
        #expect(try refusal(3, 4_701, after: 21) == .notInTimeWindow(secondsOff: 300))
        #expect(
            try refusal(3, 4_700, after: 21)
                == .timeWentBack(
                    known: EngineReading(boots: 3, time: 5_001), told: EngineReading(boots: 3, time: 4_700)))
        // It goes on from where it began anew, and is as far behind.
        #expect(try refusal(3, 30, after: 22)?.label == "v3-time-went-back")
        #expect(try refusal(3, 36, after: 28)?.label == "v3-time-went-back")
        #expect(try refusal(4, 1, after: 30) == nil)
        #expect(try refusal(3, 6_000, after: 31)?.label == "v3-boots-went-back")
        #expect(try refusal(Int32.max, 1, after: 32) == .bootsExhausted)
        #expect(try refusal(4, 4, after: 33) == nil)
    }

    /// A server's restart: the clocks were saved, and the journal tells the rest.
    @Test func takesNothingTwiceOverARestart() throws {
        let user = Samples.user()
        let before = Samples.security([user])
        let datagrams = try (0..<5).map { try Samples.message(user, time: 1_000 + Int32($0)) }
        for datagram in datagrams { #expect(try before.refusal(datagram) == nil) }
        let after = IncomingSecurity(
            engine: Samples.ownEngine, users: UserTable([user]),
            timeliness: Timeliness(before.withTimeliness { $0.all }))
        for datagram in datagrams[..<3] {
            let summary = try #require(try V3View.check(datagram))
            let past = after.pastMessage(datagram.rawOctets, summary, receivedAt: Samples.start)
            after.recall([past].compactMap(\.self), since: nil, isUpToDate: false)
        }
        #expect(try datagrams.map { try after.refusal($0) } == [.replayed, .replayed, .replayed, nil, nil])
        #expect(
            try after.refusal(try Samples.message(user, boots: 2))?.label == "v3-boots-went-back")
    }

    @Test func opensInformsAsTheyWereAdmitted() throws {
        let user = Samples.user(minimumLevel: .authNoPriv)
        let security = Samples.security([user])
        let opener = NotificationOpener(users: security.users)
        for level in [SecurityLevel.authNoPriv, .authPriv] {
            let datagram = try Samples.inform(user, level)
            guard case .success(.inform(let inform)) = try security.outcome(datagram) else {
                Issue.record("not taken for an inform")
                return
            }
            let opened = try #require(try opener.openMessage(datagram))
            #expect(opened.scoped.requestID == inform.scoped.requestID)
            #expect(opened.scoped == inform.scoped && opened.plaintext == inform.plaintext)
            #expect((opened.plaintext ?? datagram)[opened.scoped.pdu].first == PDUKind.informRequest.rawValue)
        }
        let trap = CommunityMessage(version: .v2c, community: [1], pdu: Samples.pdu()).encode()
        #expect(try opener.openMessage(trap) == nil)
        #expect(try opener.open(trap).version == .v2c)
    }

    /// What is decrypted already is not to be decrypted again by whoever waits for it.
    @Test(arguments: [PDUKind.response, .getRequest]) func anotherPDUIsGivenAsItWasRead(_ kind: PDUKind) throws {
        let user = Samples.user()
        let opener = NotificationOpener(users: UserTable([user]))
        let datagram = try Samples.message(user, pdu: Samples.pdu(kind))
        guard case .other(let message) = try opener.read(datagram) else {
            Issue.record("taken for a notification")
            return
        }
        #expect(try opener.openMessage(datagram) == message)
        guard case .standard(let pdu) = try message.scopedPDU(in: datagram).pdu else {
            Issue.record("another PDU")
            return
        }
        #expect(pdu.kind == kind)
        #expect(throws: NotificationOpener.Failure.refused(.notANotification)) { try opener.open(datagram) }
    }

    @Test func learnsAnEngineAnewWhereAnOperatorSaysSo() throws {
        let user = Samples.user()
        let security = Samples.security([user])
        #expect(try security.refusal(try Samples.message(user, boots: 9, time: 1)) == nil)
        let back = try Samples.message(user, boots: 1, time: 1)
        #expect(try security.refusal(back)?.label == "v3-boots-went-back")
        security.withTimeliness { $0.forget(Samples.device) }
        #expect(try security.refusal(back) == nil)
    }

    @Test func lenientClocksMayGoBackAndNothingIsTakenTwice() throws {
        let user = Samples.user("ops", clock: .lenient)
        let security = Samples.security([user])
        let first = try Samples.message(user, boots: 9, time: 500)
        #expect(try security.refusal(first) == nil)
        #expect(try security.refusal(try Samples.message(user, boots: 1, time: 1)) == nil)
        // It begins with the same number of boots, a day after.
        #expect(try security.refusal(try Samples.message(user, boots: 1, time: 86_000)) == nil)
        #expect(try security.refusal(try Samples.message(user, boots: 1, time: 30)) == nil)
        #expect(try security.refusal(try Samples.message(user, boots: 1, time: 1), at: Samples.moment(900)) == nil)
        #expect(try security.refusal(first, at: Samples.moment(901)) == .replayed)
    }

    @Test func keysOfAChangedUserAreNotUsed() throws {
        let user = Samples.user()
        let ring = KeyRing()
        let security = Samples.security([user], ring: ring)
        let datagram = try Samples.message(user)
        #expect(try security.refusal(datagram) == nil)
        let kept = KeptKeys(ring.takeNews().kept)
        let changed = Samples.user(password: Secret("changed words"))
        security.replaceUsers(UserTable([changed], reusing: security.users))
        #expect(try security.refusal(try Samples.message(user)) == .wrongDigest(.sameLength(.sha256)))
        #expect(try security.refusal(try Samples.message(changed)) == nil)
        // What was received before is still read, with what is kept: of a user that is changed, or gone.
        for users in [security.users, UserTable([])] {
            #expect(try NotificationOpener(users: users).refusal(datagram) != nil)
            let notification = try NotificationOpener(users: users, kept: kept).open(datagram)
            #expect(notification.uptime == 77)
        }
    }
}

extension NotificationOpener {
    func refusal(_ datagram: [UInt8]) throws -> SecurityRefusal? {
        do throws(Failure) {
            _ = try open(datagram)
            return nil
        } catch {
            guard case .refused(let refusal) = error else {
                Issue.record("not refused but malformed: \(error)")
                return nil
            }
            return refusal
        }
    }
}
