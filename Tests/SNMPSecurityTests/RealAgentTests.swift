import Basics
import Foundation
import SNMPWire
import TestPeers
import Testing

@testable import SNMPSecurity

/// Requests to net-snmp's own agent, at every level and with every pair of protocols.
@Suite(.serialized) struct RealAgentTests {
    private static let users: [User] =
        [User(name: "none", networks: [Network("127.0.0.0/8")].compactMap(\.self))]
        + AuthenticationProtocol.allCases.flatMap { authentication in
            ([nil] + PrivacyProtocol.allCases.map { $0 }).map { privacy in
                Samples.user("\(authentication.rawValue)-\(privacy?.rawValue ?? "plain")", authentication, privacy)
            }
        }

    private let folder: TemporaryFolder
    private let port: UInt16
    private let agent: ServerProcess
    private let table = UserTable(Self.users)
    private let salts = Salts(boots: 1)

    init() throws {
        folder = try TemporaryFolder()
        port = try Ports.free()
        var lines = ["sysName gateway"]
        for user in Self.users {
            var line = "createUser \(user.name)"
            if let authentication = user.authentication {
                line += " \(authentication.protocol.rawValue) \"\(authentication.password.reveal())\""
            }
            if let privacy = user.privacy {
                line += " \(privacy.protocol.rawValue) \"\(privacy.password.reveal())\""
            }
            let level = [SecurityLevel.noAuthNoPriv: "noauth", .authNoPriv: "auth", .authPriv: "priv"]
            lines += [line, "rwuser \(user.name) \(level[user.maximumLevel] ?? "")"]
        }
        let configuration = try folder.write(lines.joined(separator: "\n") + "\n", to: "snmpd.conf")
        agent = try ServerProcess(
            "snmpd", ["-f", "-Le", "-C", "-c", configuration, "udp:127.0.0.1:\(port)"],
            folder: folder.path, environment: ["SNMP_PERSISTENT_DIR": folder.path],
            isReady: { [port, table, salts] in
                guard let session = RequestSession(table, user: "none", salts: salts),
                    let question = try? session.datagram(Self.get, messageID: 1, at: .now)
                else { return false }
                return (try? DatagramCatcher().ask(question, port: port, milliseconds: 100)) ?? nil != nil
            })
    }

    private static let sysName = OID.mib2.appending(1, 5, 0)
    private static let get = PDU.standard(
        StandardPDU(
            kind: .getRequest, requestID: 11, variables: [VariableBinding(name: sysName, value: .null)]))

    /// Asks until there is an answer, and says how often.
    private func ask(_ session: inout RequestSession, _ pdu: PDU) throws -> (RequestSession.Answer, asked: Int) {
        let catcher = try DatagramCatcher()
        var asked = 0
        while true {
            asked += 1
            let question = try session.datagram(pdu, messageID: Int32(100 + asked), at: .now)
            let reply = try #require(catcher.ask(question, port: port), "snmpd does not answer")
            let answer = try session.take(reply, at: .now)
            if answer != .sendAgain { return (answer, asked) }
            try #require(asked < 10)
        }
    }

    @Test func asksAtEveryLevel() throws {
        for user in Self.users {
            var session = try #require(RequestSession(table, user: user.name, salts: salts))
            let (answer, asked) = try ask(&session, Self.get)
            guard case .response(_, let scoped) = answer, case .standard(let pdu) = scoped.pdu else {
                Issue.record("\(user.name): \(answer)")
                continue
            }
            #expect(pdu.requestID == 11)
            #expect(pdu.variables.first?.value == .octetString(Array("gateway".utf8)[...]))
            // The question who it is, the request, and no third one: discovery told the clock.
            #expect(asked == 2)
            // From now on one is enough.
            #expect(try ask(&session, Self.get).asked == 1)
        }
    }

    @Test func setsItsClockAnew() throws {
        var first = try #require(RequestSession(table, user: "SHA-256-AES", salts: salts))
        _ = try ask(&first, Self.get)
        var clock = try #require(first.clock)
        // As one would remember it from before the agent's restart.
        clock.latest = EngineReading(boots: 0, time: 5)
        var second = try #require(RequestSession(table, user: "SHA-256-AES", clock: clock, salts: salts))
        let (answer, asked) = try ask(&second, Self.get)
        guard case .response = answer else {
            Issue.record("\(answer)")
            return
        }
        #expect(asked == 2)
    }

    @Test func isToldWhatIsWrong() throws {
        let strangers = UserTable([
            Samples.user("nobody"), Samples.user("SHA-256-AES", password: Secret("wrong words")),
            Samples.user("SHA-512-plain", .sha512, .aes128),
        ])
        for (name, kind) in [
            ("nobody", ReportKind.unknownUserNames), ("SHA-256-AES", .wrongDigests),
            ("SHA-512-plain", .unsupportedSecLevels),
        ] {
            var session = try #require(RequestSession(strangers, user: name, salts: salts))
            guard case .refused(_, kind) = try ask(&session, Self.get).0 else {
                Issue.record("\(name) was not told")
                continue
            }
        }
    }

    @Test func believesNothingThatIsForged() throws {
        var session = try #require(RequestSession(table, user: "SHA-256-AES", salts: salts))
        _ = try ask(&session, Self.get)
        let catcher = try DatagramCatcher()
        let question = try session.datagram(Self.get, messageID: 500, at: .now)
        let reply = try #require(catcher.ask(question, port: port))
        for index in reply.indices {
            var forged = reply
            forged[index] ^= 0x01
            if case .response = try? session.take(forged, at: .now) {
                Issue.record("octet \(index) may be anything")
            }
        }
        guard case .response(500, _) = try session.take(reply, at: .now) else {
            Issue.record("the true answer was not believed")
            return
        }
    }
}
