import Basics
import Foundation
import Intake
import Manager
import SNMPSecurity
import SNMPWire
import Synchronization
import TestPeers
import Testing

/// Requests by v3 against net-snmp's own agent.
@Suite(.serialized) final class UserAgentTests {
    private static let users = [
        User(name: "plain", networks: [Network("127.0.0.0/8")].compactMap(\.self)),
        user("auth", .sha1, nil), user("priv", .sha256, .aes128), user("old", .md5, .des),
    ]

    private static func user(
        _ name: String, _ authentication: AuthenticationProtocol, _ privacy: PrivacyProtocol?,
        password: String = "a password"
    ) -> User {
        User(
            name: name, authentication: User.Authentication(authentication, password: Secret(password)),
            privacy: privacy.map { User.Privacy($0, password: Secret("another one")) })
    }

    private let folder: TemporaryFolder
    private let port: UInt16
    private let agent: Mutex<ServerProcess>
    private let table = UserTable(UserAgentTests.users)

    init() throws {
        folder = try TemporaryFolder()
        port = try Ports.free()
        agent = Mutex(try Self.start(folder, port, engine: "0x8000000001020304"))
    }

    private static func start(
        _ folder: TemporaryFolder, _ port: UInt16, engine: String, boots: Int = 1
    ) throws -> ServerProcess {
        var lines = [
            "sysName gateway", "rocommunity secret 127.0.0.1", "exactEngineID \(engine)", "oldEngineID \(engine)",
            "engineBoots \(boots)",
        ]
        for user in users {
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
        return try ServerProcess(
            "snmpd", ["-f", "-Le", "-C", "-c", configuration, "udp:127.0.0.1:\(port)"],
            folder: folder.path, environment: ["SNMP_PERSISTENT_DIR": folder.path],
            isReady: {
                let endpoint = Endpoint(IPAddress(v4: 0x7f00_0001), port: port)
                let probe = SNMPRequest.get([.sysUpTimeInstance]).encode(
                    requestID: 1, CommunityCredential(version: .v2c, community: Secret("secret")))
                return (try? UDPSender(to: endpoint).request(probe, timeout: .milliseconds(100))) ?? nil != nil
            })
    }

    private static let sysName = OID.mib2.appending(1, 5, 0)
    private static let gateway = Value.octetString(Array("gateway".utf8)[...])

    private func order(_ credential: Credential, _ request: SNMPRequest = .get([UserAgentTests.sysName]))
        -> RequestDispatcher.Order
    {
        RequestDispatcher.Order(
            device: "agent", request: request, credential: credential,
            path: RequestPath(peer: Endpoint(IPAddress(v4: 0x7f00_0001), port: port)))
    }

    private func dispatcher(
        _ sender: LoopbackSender, users: UserTable? = nil, ring: KeyRing? = nil, firstTimeout: Duration? = nil
    ) -> RequestDispatcher {
        var limits = RequestLimits()
        if let firstTimeout { limits.firstTimeout = firstTimeout }
        let table = users ?? table
        return RequestDispatcher(sender: sender, users: { table }, ring: ring, limits: limits)
    }

    private func value(_ outcome: RequestDispatcher.Outcome) -> Value? {
        guard case .answered(let reply) = outcome, reply.errorStatus == 0 else {
            Issue.record("\(outcome)")
            return nil
        }
        return reply.variables.first?.value
    }

    private func refusal(_ outcome: RequestDispatcher.Outcome) -> String? {
        guard case .refused(let why) = outcome else {
            Issue.record("\(outcome)")
            return nil
        }
        return why
    }

    @Test(arguments: [
        ("plain", nil), ("auth", nil), ("priv", nil), ("old", nil), ("priv", SecurityLevel.authPriv),
    ])
    func anAgentIsDiscoveredAndAsked(user: String, level: SecurityLevel?) async throws {
        let sender = LoopbackSender()
        let dispatcher = dispatcher(sender)
        defer { dispatcher.stop() }
        let credential = Credential(user: user, level: level)
        #expect(value(await dispatcher.perform(order(credential))) == Self.gateway)
        #expect(sender.verdicts == [.report, .response])
        // The second request needs no discovery any more.
        #expect(value(await dispatcher.perform(order(credential))) == Self.gateway)
        #expect(sender.verdicts == [.report, .response, .response])
        #expect(sender.stillExpected == 0)
    }

    @Test func aTableIsWalked() async throws {
        let dispatcher = dispatcher(LoopbackSender())
        defer { dispatcher.stop() }
        let columns = [OID.mib2.appending(1, 9, 1, 2), OID.mib2.appending(1, 9, 1, 3)]
        var walks: [[TableWalk.Row]] = []
        for credential in [Credential(user: "priv"), Credential(community: Secret("secret"))] {
            var walk = TableWalk(columns: columns, repetitions: 3)
            while let request = walk.request {
                guard case .answered(let reply) = await dispatcher.perform(order(credential, request)) else { break }
                walk.take(reply)
            }
            #expect(walk.end == .complete)
            walks.append(walk.rows)
        }
        #expect(walks[0].count > 3)
        #expect(walks[0] == walks[1])
    }

    @Test func aWriteTakesEffect() async throws {
        let dispatcher = dispatcher(LoopbackSender())
        defer { dispatcher.stop() }
        let location = OID.mib2.appending(1, 6, 0)
        let cellar = Value.octetString(Array("cellar".utf8)[...])
        let write = SNMPRequest(.set, [VariableBinding(name: location, value: cellar)])
        #expect(value(await dispatcher.perform(order(Credential(user: "priv"), write))) == cellar)
        #expect(value(await dispatcher.perform(order(Credential(user: "auth"), .get([location])))) == cellar)
    }

    @Test func whatGetsLostIsSentAgain() async throws {
        // Discovery, its repeat, and the first request.
        let sender = LoopbackSender { [1, 3].contains($0) }
        let dispatcher = dispatcher(sender, firstTimeout: .milliseconds(50))
        defer { dispatcher.stop() }
        #expect(value(await dispatcher.perform(order(Credential(user: "priv")))) == Self.gateway)
        #expect(sender.sent >= 4)
        #expect(sender.stillExpected == 0)
    }

    /// An agent that takes its time is asked several times who it is, and says it as often.
    @Test func aQuestionThatIsAnsweredTwiceBeginsNothingAnew() async throws {
        let sender = LoopbackSender(answersAfter: 3)
        let dispatcher = dispatcher(sender, firstTimeout: .milliseconds(50))
        defer { dispatcher.stop() }
        #expect(value(await dispatcher.perform(order(Credential(user: "priv")))) == Self.gateway)
        #expect(Poll.until { sender.verdicts.count { $0 == .report } == 3 || sender.stillExpected == 0 })
        #expect(!sender.verdicts.contains(.foreign))
        // No more than the three questions and the request, sent again at most.
        #expect(sender.sent <= 6)
        #expect(value(await dispatcher.perform(order(Credential(user: "priv")))) == Self.gateway)
        #expect(sender.verdicts.count { $0 == .report } <= 3)
    }

    /// Its clock tells one boot more, which is authentic, and so it is believed.
    @Test func anAgentThatStartedAnewIsAskedOn() async throws {
        let sender = LoopbackSender()
        let dispatcher = dispatcher(sender)
        defer { dispatcher.stop() }
        #expect(value(await dispatcher.perform(order(Credential(user: "priv")))) == Self.gateway)
        try restart(engine: "0x8000000001020304", boots: 7)
        #expect(value(await dispatcher.perform(order(Credential(user: "priv")))) == Self.gateway)
        #expect(sender.verdicts == [.report, .response, .report, .response])
    }

    /// Where a unit was replaced, there is another engine at the same address.
    @Test func anotherEngineAtTheAddressIsDiscovered() async throws {
        let sender = LoopbackSender()
        let dispatcher = dispatcher(sender)
        defer { dispatcher.stop() }
        #expect(value(await dispatcher.perform(order(Credential(user: "priv")))) == Self.gateway)
        try restart(engine: "0x800000000a0b0c0d")
        #expect(value(await dispatcher.perform(order(Credential(user: "priv")))) == Self.gateway)
        #expect(sender.verdicts == [.report, .response, .report, .report, .response])
    }

    private func restart(engine: String, boots: Int = 1) throws {
        try agent.withLock { agent in
            agent.stop()
            agent = try Self.start(folder, port, engine: engine, boots: boots)
        }
    }

    @Test func aRefusalIsToldAtOnceWithItsReason() async throws {
        let strangers = UserTable([
            Self.user("nobody", .sha256, .aes128), Self.user("priv", .sha256, .aes128, password: "wrong words"),
            Self.user("auth", .sha1, .aes128),
        ])
        let sender = LoopbackSender()
        let dispatcher = dispatcher(sender, users: strangers)
        defer { dispatcher.stop() }
        let reasons = [("nobody", "does not know the user"), ("priv", "password"), ("auth", "does not take level")]
        for (user, why) in reasons {
            #expect(refusal(await dispatcher.perform(order(Credential(user: user))))?.contains(why) == true)
        }
        #expect(sender.sent == 6)
        #expect(sender.stillExpected == 0)
    }

    @Test func aUserWhoIsNotThereAsksNobody() async throws {
        let sender = LoopbackSender()
        let dispatcher = dispatcher(sender)
        defer { dispatcher.stop() }
        for credential in [Credential(user: "gone"), Credential(user: "auth", level: .authPriv)] {
            guard case .notSent(let why) = await dispatcher.perform(order(credential)) else {
                Issue.record("it should not have been sent")
                continue
            }
            #expect(why.contains("no user"))
        }
        #expect(sender.sent == 0)
    }

    @Test func theKeysOfWhoAnsweredAreKeptForWhoeverReadsThem() async throws {
        let ring = KeyRing()
        let dispatcher = dispatcher(LoopbackSender(), ring: ring)
        defer { dispatcher.stop() }
        for _ in 1...2 { #expect(value(await dispatcher.perform(order(Credential(user: "priv")))) == Self.gateway) }
        let news = ring.takeNews().kept
        #expect(news.map(\.userName) == [Array("priv".utf8)])
        #expect(news.first?.engine == EngineID(hexadecimal: "8000000001020304"))
    }
}
