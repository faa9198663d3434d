import Basics
import SNMPWire
import Testing

@testable import SNMPSecurity

/// Reports and Responses, as the sender of a message sees them.
@Suite struct AnswersTests {
    private func report(
        _ security: IncomingSecurity, _ datagram: [UInt8], at moment: Moment = Samples.moment()
    ) throws -> (octets: [UInt8], kind: ReportKind, value: Value, V3Envelope)? {
        let summary = try #require(try V3View.check(datagram))
        let refusal = try #require(try security.refusal(datagram, at: moment))
        guard let octets = security.report(on: refusal, datagram.rawOctets, summary, at: moment) else { return nil }
        guard case .v3(let envelope) = try SNMPMessage.decode(octets),
            case .plaintext(_, _, .standard(let pdu)) = envelope.scopedPDU, pdu.kind == .report,
            let variable = pdu.variables.first, let kind = ReportKind(oid: variable.name)
        else { throw NoReport() }
        return (octets, kind, variable.value, envelope)
    }

    private struct NoReport: Error {}

    @Test func discoveryIsAnsweredAndAmplifiesLittle() throws {
        let security = Samples.security([Samples.user()])
        for number in 1...3 {
            let question = OutgoingMessage(
                messageID: Int32(number), isReportable: true, engineID: [], reading: EngineReading(boots: 0, time: 0),
                userName: [], level: .noAuthNoPriv,
                scoped: ScopedPDU(
                    contextEngineID: [],
                    pdu: .standard(StandardPDU(kind: .getRequest, requestID: 77, variables: []))))
            let datagram = try question.encode(keys: nil, salts: Salts(boots: 0))
            let report = try #require(try report(security, datagram))
            #expect(report.kind == .unknownEngineIDs)
            #expect(report.value == .counter32(UInt32(number)))
            #expect(report.3.messageID == Int32(number))
            #expect(report.3.engineID == Samples.own.octets[...])
            #expect(report.3.engineBoots == 5)
            #expect(report.3.engineTime == 1_000)
            // A Report is never answered by another one.
            #expect(report.3.flags == 0)
            #expect(report.octets.count < 2 * datagram.count)
        }
    }

    @Test func nobodyIsToldWhoDidNotAsk() throws {
        let security = Samples.security([Samples.user()])
        let trap = try Samples.message(Samples.user("nobody"))
        let summary = try #require(try V3View.check(trap))
        #expect(security.report(on: .unknownUser, trap.rawOctets, summary, at: Samples.moment()) == nil)
        // It is counted all the same.
        #expect(try security.refusal(trap) == .unknownUser)
        #expect(security.statistics[.unknownUserNames] == 1)
        #expect(security.statistics[.wrongDigests] == 0)
    }

    /// What is told is what is counted, and the value told is the one that was raised.
    @Test func whatIsToldIsCounted() throws {
        let security = Samples.security([Samples.user()])
        let stranger = Samples.user(password: Secret("wrong words"))
        for number in 1...2 as ClosedRange<UInt32> {
            let told = try #require(try report(security, try Samples.inform(stranger, engine: Samples.other)))
            #expect(told.kind == .unknownEngineIDs && told.value == .counter32(number))
        }
        #expect(security.statistics[.wrongDigests] == 0)
        // A trap's sender is told nothing, and what is wrong with it is counted as that.
        #expect(try security.refusal(try Samples.message(stranger))?.label == "v3-wrong-digest")
        #expect(security.statistics[.wrongDigests] == 1 && security.statistics[.unknownEngineIDs] == 2)
    }

    /// RFC 3412 §6.4: nobody waits for an answer to these, whatever their flag says.
    @Test func noReportGoesWhereNoAnswerIsWaitedFor() throws {
        let user = Samples.user("nobody", minimumLevel: .authNoPriv)
        let security = Samples.security([Samples.user()])
        for (kind, isTold): (PDUKind, Bool) in [
            (.trapV2, false), (.response, false), (.report, false), (.informRequest, true), (.getRequest, true),
        ] {
            for engine in [Samples.own, Samples.other] {
                let datagram = try Samples.message(
                    user, .authNoPriv, engine: engine, boots: 5, isReportable: true, pdu: Samples.pdu(kind))
                // What polls another engine has nothing to do with us.
                let isOurs = engine == Samples.own || kind != .getRequest
                #expect((try report(security, datagram) != nil) == (isTold && isOurs), "\(kind) to \(engine)")
            }
        }
    }

    @Test func aTrapInOurOwnNameIsRefused() throws {
        let user = Samples.user(minimumLevel: .authNoPriv)
        let security = Samples.security([user])
        for level in [SecurityLevel.authNoPriv, .authPriv] {
            // Also where the copy's boots are its own.
            for boots in [5, 40] as [Int32] {
                let trap = try Samples.message(user, level, engine: Samples.own, boots: boots)
                #expect(try security.refusal(trap) == .ownEngineTrap)
                #expect(try report(security, trap)?.kind == nil)
            }
        }
        let network = try #require(Network("192.0.2.0/24"))
        let open = User(name: "open", networks: [network])
        let plain = try Samples.message(open, .noAuthNoPriv, engine: Samples.own)
        #expect(try Samples.security([open]).refusal(plain) == .ownEngineTrap)
    }

    @Test func whoKnowsUsFromBeforeIsToldSo() throws {
        let user = Samples.user()
        let security = Samples.security([user])
        let refusal = try #require(try security.refusal(try Samples.inform(user, boots: 4, time: 999_000)))
        #expect(
            refusal
                == .ownClockMissed(
                    told: EngineReading(boots: 4, time: 999_000), own: EngineReading(boots: 5, time: 1_000)))
        #expect(refusal.label == "v3-not-in-time-window")
        #expect(refusal.advice(user: "ops").contains("boots 4 of this server, which counts 5"))
        let late = try #require(try security.refusal(try Samples.inform(user, time: 700)))
        #expect(late.advice(user: "ops").contains("300 s off this server's clock"))
    }

    /// RFC 3414 §3.2 step 7b: no Report of ours makes it take fewer boots.
    @Test func whoHasSeenMoreBootsIsNotSaidToResynchronise() throws {
        let user = Samples.user()
        let refusal = try #require(
            try Samples.security([user]).refusal(try Samples.inform(user, boots: 9, time: 1_000)))
        #expect(refusal == .ownBootsWentBack(told: 9, own: 5))
        #expect(refusal.label == "v3-own-boots-went-back" && refusal.report == .notInTimeWindows)
        let advice = refusal.advice(user: "ops")
        #expect(advice.contains("`boots`") && advice.contains("to 9 at least") && !advice.contains("resynchronises"))
    }

    @Test func anInformThatWasNotKeptMayComeAgain() throws {
        let user = Samples.user()
        let security = Samples.security([user])
        guard case .success(.inform(let inform)) = try security.outcome(try Samples.inform(user)) else {
            Issue.record("not taken for an inform")
            return
        }
        #expect(!security.isReplay(inform, at: Samples.moment()))
        security.forget(inform.replayNote)
        #expect(!security.isReplay(inform, at: Samples.moment()))
        #expect(security.isReplay(inform, at: Samples.moment()))
    }

    @Test func eachRefusalHasItsReport() throws {
        let user = Samples.user(minimumLevel: .authNoPriv)
        let security = Samples.security([user, Samples.user("plain", .sha256, nil)])
        func kind(_ datagram: [UInt8]) throws -> ReportKind? { try report(security, datagram)?.kind }
        #expect(try kind(try Samples.inform(Samples.user("nobody"))) == .unknownUserNames)
        #expect(try kind(try Samples.inform(Samples.user(password: Secret("wrong words")))) == .wrongDigests)
        #expect(try kind(try Samples.inform(Samples.user("plain"))) == .unsupportedSecLevels)
        #expect(try kind(try Samples.inform(user, .noAuthNoPriv)) == .unsupportedSecLevels)
        var other = user
        other.privacy?.password = Secret("other words")
        #expect(try kind(try Samples.inform(other)) == .decryptionErrors)
        // An inform for the engine that this server was once: encrypted or plain, it is told who this is now.
        #expect(try kind(try Samples.inform(user, engine: Samples.other)) == .unknownEngineIDs)
        #expect(try kind(try Samples.inform(user, .authNoPriv, engine: Samples.other)) == .unknownEngineIDs)
    }

    /// RFC 3414 §3.2 step 7a: authentic, so that the sender may set its clock by it.
    @Test func theClockIsToldAuthentically() throws {
        let user = Samples.user()
        let security = Samples.security([user])
        for (boots, time): (Int32, Int32) in [(0, 0), (5, 500), (4, 1_000), (6, 1)] {
            let report = try #require(try report(security, try Samples.inform(user, boots: boots, time: time)))
            #expect(report.kind == .notInTimeWindows)
            #expect(report.3.level == .authNoPriv)
            let summary = try #require(try V3View.check(report.octets))
            let keys = try #require(MasterKeys(user)?.localised(at: Samples.own))
            let isAuthentic = try IncomingMessage(report.octets.rawOctets, summary).isAuthentic(with: keys)
            #expect(isAuthentic)
        }
        #expect(try security.refusal(try Samples.inform(user)) == nil)
    }

    /// A user that was changed between the judgement and the Report has no keys here any more.
    @Test func noClockIsToldWithoutKeys() throws {
        let user = Samples.user()
        let datagram = try Samples.inform(user, boots: 4)
        let summary = try #require(try V3View.check(datagram))
        let refusal = try #require(try Samples.security([user]).refusal(datagram))
        let changed = Samples.security([user])
        #expect(changed.report(on: refusal, datagram.rawOctets, summary, at: Samples.moment()) == nil)
    }

    /// The shortest question that gets a Report, with an engine ID as servers make them, and numbers of full length.
    @Test func nobodyGetsMoreThanThreeTimesWhatItAsked() throws {
        let engine = OwnEngine(id: OwnEngineFile.newEngineID(), boots: .max - 1, started: 0)
        let security = IncomingSecurity(engine: engine, users: UserTable())
        let question = SNMPMessage.v3(
            V3Envelope(
                messageID: 0, maxSize: 484, flags: 7, engineID: [], engineBoots: 0, engineTime: 0, userName: [],
                authenticationParameters: [], privacyParameters: [], scopedPDU: .encrypted([]))
        ).encode()
        let late = Samples.moment(1 << 30)
        for _ in 0..<200 { _ = try security.outcome(question, at: late) }
        guard case .failure(let refusal) = try security.outcome(question, at: late),
            let summary = try V3View.check(question)
        else { throw NoReport() }
        let told = security.report(on: refusal, question.rawOctets, summary, at: late)
        let report = try #require(told)
        #expect(report.count <= 3 * question.count, "\(question.count) octets are answered with \(report.count)")
    }

    @Test(arguments: [SecurityLevel.authNoPriv, .authPriv])
    func informsAreAcknowledgedAsTheyCame(_ level: SecurityLevel) throws {
        let user = Samples.user(minimumLevel: .authNoPriv)
        let security = Samples.security([user])
        let datagram = try Samples.inform(user, level, messageID: 12)
        let summary = try #require(try V3View.check(datagram))
        guard case .success(.inform(let inform)) = try security.outcome(datagram) else {
            Issue.record("not taken for an inform")
            return
        }
        #expect(inform.scoped.requestID == 4_711)
        let contents = (inform.plaintext ?? datagram)[inform.scoped.pdu]
        #expect(contents.first == PDUKind.informRequest.rawValue)
        let sent = security.response(to: inform, datagram.rawOctets, summary, at: Samples.moment(3))
        let response = try #require(sent)
        let answer = try #require(try V3View.check(response))
        #expect(answer.messageID == 12)
        #expect(answer.level == level)
        #expect(!answer.isReportable)
        #expect(answer.engineTime == 1_003)
        let keys = try #require(MasterKeys(user)?.localised(at: Samples.own))
        let message = try IncomingMessage(response.rawOctets, answer)
        let isAuthentic = message.isAuthentic(with: keys)
        #expect(isAuthentic)
        let scoped: ScopedPDU
        if let plaintext = try message.plaintext(keys) {
            scoped = try ScopedPDU.decode(plaintext)
        } else if case .v3(let envelope) = try SNMPMessage.decode(response),
            case .plaintext(let engine, let name, let pdu) = envelope.scopedPDU
        {
            scoped = ScopedPDU(contextEngineID: engine, contextName: name, pdu: pdu)
        } else {
            throw NoReport()
        }
        guard case .standard(let told) = scoped.pdu else { throw NoReport() }
        #expect(told.kind == .response)
        #expect(told.requestID == 4_711)
        #expect(told.errorStatus == 0)
        #expect(told.variables == Samples.pdu().variables)
        #expect(String(decoding: scoped.contextName, as: UTF8.self) == "room")
        // Asked once it is known to be no repeat.
        #expect(!security.isReplay(inform, at: Samples.moment(3)))
        #expect(security.isReplay(inform, at: Samples.moment(4)))
    }

    @Test func requestsAreNoNotifications() throws {
        let user = Samples.user()
        let security = Samples.security([user])
        for engine in [Samples.own, Samples.device] {
            let boots: Int32 = engine == Samples.own ? 5 : 3
            let request = try Samples.message(
                user, engine: engine, boots: boots, pdu: Samples.pdu(.getRequest))
            // What is encrypted and of another engine is looked into only where it asks for a report.
            #expect(try security.refusal(request) == (engine == Samples.own ? .notANotification : nil))
        }
        let plain = Samples.user(minimumLevel: .authNoPriv)
        let other = Samples.security([plain])
        let request = try Samples.message(plain, .authNoPriv, pdu: Samples.pdu(.getRequest))
        #expect(try other.refusal(request) == .notANotification)
    }
}
