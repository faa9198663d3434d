import Basics
import SNMPWire
import TestPeers
import Testing

@testable import SNMPSecurity

/// Random and changed messages: nothing crashes, nothing is believed, and before a message is authentic one key is
/// localised at most.
@Suite struct HostileMessageTests {
    /// Tries all that takes datagrams, and returns whether it was let in.
    private func take(
        _ datagram: [UInt8], _ security: IncomingSecurity, _ opener: NotificationOpener,
        _ session: inout RequestSession
    ) -> Bool {
        _ = try? opener.open(datagram)
        if case .response = try? session.take(datagram, at: Samples.moment()) {
            Issue.record("a response was believed")
        }
        guard let summary = (try? V3View.check(datagram)) ?? nil else { return false }
        let before = security.ring.localisations
        defer {
            let made = security.ring.localisations - before
            #expect(made <= 1)
        }
        do throws(SecurityRefusal) {
            let admitted = try security.admit(
                datagram.rawOctets, summary, from: Samples.sender, at: Samples.moment())
            if case .inform(let inform) = admitted {
                _ = security.isReplay(inform, at: Samples.moment())
                _ = security.response(to: inform, datagram.rawOctets, summary, at: Samples.moment())
            }
            return true
        } catch {
            let advice = error.advice(user: "ops")
            #expect(!advice.contains("words"))
            let report = security.report(on: error, datagram.rawOctets, summary, at: Samples.moment())
            #expect((report?.count ?? 0) <= 3 * datagram.count)
            return false
        }
    }

    /// With an engine that is discovered, as its clock stands in the samples.
    private static func session(
        _ users: UserTable, _ name: String = "ops", at engine: EngineID, boots: Int32 = 5
    ) throws -> RequestSession {
        let clock = EngineClock(
            engine: engine, latest: EngineReading(boots: boots, time: 1_000), updated: Samples.start)
        return try #require(RequestSession(users, user: name, clock: clock, salts: Salts(boots: 1)))
    }

    private static func chance(
        _ counts: ClosedRange<Int>, _ generator: inout SeededGenerator
    ) -> ArraySlice<UInt8> {
        let count = Int.random(in: counts, using: &generator)
        return (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &generator) }[...]
    }

    private func templates(_ users: [User]) throws -> [[UInt8]] {
        var templates: [[UInt8]] = []
        for user in users {
            for level in [SecurityLevel.authNoPriv, .authPriv] where level.rawValue <= user.maximumLevel.rawValue {
                for reportable in [false, true] {
                    templates.append(
                        try Samples.message(user, level, engine: Samples.device, isReportable: reportable))
                    templates.append(try Samples.inform(user, level))
                    templates.append(
                        try Samples.message(
                            user, level, engine: Samples.own, boots: 5, isReportable: reportable,
                            pdu: Samples.pdu(.response)))
                }
            }
        }
        return templates
    }

    @Test(arguments: [1, UInt64.random(in: .min ... .max)])
    func changedMessagesAreRefused(seed: UInt64) throws {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let users = [
            Samples.user("ops", .sha256, .aes128, minimumLevel: .authNoPriv), Samples.user("old", .md5, .des),
            Samples.user("cisco", .sha1, .aes256Reeder), Samples.user("plain", .sha512, nil),
        ]
        let security = Samples.security(users)
        let opener = NotificationOpener(users: security.users)
        var session = try Self.session(security.users, at: Samples.own)
        let templates = try templates(users)
        let names = users.map { Array($0.name.utf8) }
        var believed = 0
        for round in 0..<20_000 {
            var datagram = templates[round % templates.count]
            switch Int.random(in: 0..<6, using: &generator) {
            case 0:
                // A part that is not authenticated by anything that fits: another engine ID of the same length.
                if let summary = try V3View.check(datagram) {
                    for index in summary.engineID { datagram[index] = .random(in: .min ... .max, using: &generator) }
                }
            case 1:
                let first = Int.random(in: 0..<datagram.count, using: &generator)
                datagram.removeSubrange(first..<min(datagram.count, first + .random(in: 1...9, using: &generator)))
            case 2:
                let place = Int.random(in: 0..<datagram.count, using: &generator)
                datagram.insert(
                    contentsOf: names[round % names.count], at: place)
            default:
                for _ in 0..<Int.random(in: 1...6, using: &generator) {
                    let place = Int.random(in: 0..<datagram.count, using: &generator)
                    datagram[place] = .random(in: .min ... .max, using: &generator)
                }
            }
            // By chance it is what it was, with octets behind the message, which are none of its own.
            if datagram.starts(with: templates[round % templates.count]) { continue }
            if take(datagram, security, opener, &session) {
                believed += 1
            }
        }
        #expect(believed == 0)
        #expect(security.ring.count == 0)
    }

    private static func report(_ name: OID) -> PDU {
        .standard(
            StandardPDU(
                kind: .report, requestID: 4_711, variables: [VariableBinding(name: name, value: .counter32(1))]))
    }

    /// What an engine that was asked may send back, and what each is taken for.
    private func replies(to user: User) throws -> [(datagram: [UInt8], isBelieved: (RequestSession.Answer) -> Bool)] {
        let (level, missing) = (user.maximumLevel, OID.internet.appending(6, 3, 12, 1, 5, 0))
        let isResponse = { (answer: RequestSession.Answer) in
            guard case .response(99, _) = answer else { return false }
            return true
        }
        var replies = [(try Samples.message(user, level, pdu: Samples.pdu(.response)), isResponse)]
        replies += try [SecurityLevel.authNoPriv, level].map {
            (
                try Samples.message(user, $0, boots: 4, pdu: Self.report(ReportKind.notInTimeWindows.oid)),
                { $0 == .sendAgain }
            )
        }
        for kind in ReportKind.allCases {
            replies.append(
                (
                    try Samples.message(user, .noAuthNoPriv, pdu: Self.report(kind.oid)),
                    { $0 == .refused(messageID: 99, kind) }
                ))
        }
        replies.append(
            (
                try Samples.message(user, level, pdu: Self.report(missing)),
                { $0 == .unavailable(messageID: 99) }
            ))
        return replies
    }

    /// Of what comes back to whoever asks an engine that is known, only what is authentic is an answer or moves its clock.
    @Test(arguments: [1, UInt64.random(in: .min ... .max)])
    func aDiscoveredSessionBelievesNoChangedReply(seed: UInt64) throws {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        for user in [
            Samples.user("ops", .sha256, .aes128), Samples.user("old", .md5, .des),
            Samples.user("cisco", .sha1, .aes256Reeder), Samples.user("plain", .sha512, nil),
        ] {
            let known = try Self.session(UserTable([user]), user.name, at: Samples.device, boots: 3)
            let replies = try replies(to: user)
            for reply in replies {
                var session = known
                let answer = try session.take(reply.datagram, at: Samples.moment())
                #expect(reply.isBelieved(answer), "\(answer)")
            }
            for round in 0..<6_000 {
                let reply = replies[round % replies.count].datagram
                let datagram = Self.changed(reply, &generator)
                if datagram.starts(with: reply) { continue }
                var session = known
                switch try? session.take(datagram, at: Samples.moment()) {
                case .response, .sendAgain: Issue.record("believed: \(datagram)")
                case .refused, .unavailable, nil: break
                }
                #expect(session.clock == known.clock)
            }
        }
    }

    /// With octets changed, taken out, put in, or put in the place of others.
    private static func changed(_ datagram: [UInt8], _ generator: inout SeededGenerator) -> [UInt8] {
        var datagram = datagram
        let place = Int.random(in: 0..<datagram.count, using: &generator)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: datagram.removeSubrange(place..<min(datagram.count, place + .random(in: 1...9, using: &generator)))
        case 1: datagram.insert(contentsOf: chance(1...9, &generator), at: place)
        case 2: datagram.replaceSubrange(place..., with: chance(0...200, &generator))
        default:
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                let place = Int.random(in: 0..<datagram.count, using: &generator)
                datagram[place] = .random(in: .min ... .max, using: &generator)
            }
        }
        return datagram
    }

    /// Octets that look like a message on the outside and are chance within.
    @Test(arguments: [1, UInt64.random(in: .min ... .max)])
    func randomMessagesAreRefused(seed: UInt64) throws {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let security = Samples.security([Samples.user()])
        let opener = NotificationOpener(users: security.users)
        var session = try Self.session(security.users, at: Samples.own)
        for _ in 0..<20_000 {
            let levels: [UInt8] = [0, 1, 3, 4, 5, 7]
            let flags: UInt8 = levels.randomElement(using: &generator) ?? 0
            let isEncrypted = flags & 2 != 0
            let envelope = V3Envelope(
                messageID: .random(in: 0 ... .max, using: &generator), maxSize: 65_507, flags: flags,
                engineID: Bool.random(using: &generator) ? Self.chance(0...40, &generator) : Samples.own.octets[...],
                engineBoots: .random(in: 0 ... .max, using: &generator),
                engineTime: .random(in: 0 ... .max, using: &generator),
                userName: Bool.random(using: &generator) ? Self.chance(0...40, &generator) : Array("ops".utf8)[...],
                authenticationParameters: Bool.random(using: &generator)
                    ? Self.chance(24...24, &generator) : Self.chance(0...70, &generator),
                privacyParameters: Self.chance(0...20, &generator),
                scopedPDU: isEncrypted
                    ? .encrypted(Self.chance(0...300, &generator))
                    : .plaintext(
                        contextEngineID: Self.chance(0...40, &generator), contextName: Self.chance(0...40, &generator),
                        pdu: Samples.pdu()))
            #expect(!take(SNMPMessage.v3(envelope).encode(), security, opener, &session))
        }
        #expect(security.ring.count == 0)
    }

    /// Authentic, and yet nothing that a plaintext may be: what a broken or hostile device with the right keys sends.
    @Test(arguments: [1, UInt64.random(in: .min ... .max)])
    func authenticNonsenseIsAnError(seed: UInt64) throws {
        print("seed \(seed)")
        var generator = SeededGenerator(seed: seed)
        let user = Samples.user()
        let security = Samples.security([user])
        let opener = NotificationOpener(users: security.users)
        // With other privacy keys the plaintext is chance.
        for number in 0..<300 {
            var device = user
            device.privacy?.password = Secret("password \(UInt64.random(in: .min ... .max, using: &generator) % 7)")
            let trap = try Samples.message(device, messageID: Int32(number))
            #expect(throws: NotificationOpener.Failure.self) { try opener.open(trap) }
            guard case .decryptionFailed = try security.refusal(try Samples.inform(device, messageID: Int32(number)))
            else {
                Issue.record("not refused for its encryption")
                return
            }
        }
    }

    /// With every salt length but 8, and every length of ciphertext, which DES takes in whole blocks only.
    @Test func everyLengthIsAnAnswer() throws {
        for user in [Samples.user("ops", .sha256, .aes256), Samples.user("ops", .sha256, .des)] {
            let keys = try #require(MasterKeys(user)?.localised(at: Samples.device))
            for count in 0..<40 {
                for saltLength in 0..<12 {
                    let envelope = V3Envelope(
                        messageID: 1, maxSize: 65_507, flags: 3, engineID: Samples.device.octets[...], engineBoots: 1,
                        engineTime: 1, userName: [], privacyParameters: [UInt8](repeating: 1, count: saltLength)[...],
                        scopedPDU: .encrypted([UInt8](repeating: 7, count: count)[...]))
                    let datagram = SNMPMessage.v3(envelope).encode()
                    let summary = try #require(try V3View.check(datagram))
                    let message = try IncomingMessage(datagram.rawOctets, summary)
                    let plaintext = try? message.plaintext(keys)
                    let isWhole = count > 0 && (user.privacy?.protocol != .des || count.isMultiple(of: 8))
                    #expect(((plaintext ?? nil) != nil) == (isWhole && saltLength == 8))
                }
            }
        }
    }
}
