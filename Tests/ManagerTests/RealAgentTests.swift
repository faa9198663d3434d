import Basics
import Foundation
import Intake
import Manager
import SNMPWire
import Synchronization
import TestPeers
import Testing

/// Requests against net-snmp's own agent.
@Suite(.serialized) struct RealAgentTests {
    private let folder: TemporaryFolder
    private let port: UInt16
    private let agent: ServerProcess

    init() throws {
        folder = try TemporaryFolder()
        port = try Ports.free()
        let configuration = folder.path + "/snmpd.conf"
        try """
        rocommunity secret 127.0.0.1
        rwcommunity writer 127.0.0.1
        sysName gateway
        sysServices 72
        """.write(toFile: configuration, atomically: true, encoding: .utf8)
        agent = try ServerProcess(
            "snmpd",
            ["-f", "-Le", "-C", "-c", configuration, "udp:127.0.0.1:\(port)"],
            folder: folder.path, environment: ["SNMP_PERSISTENT_DIR": folder.path],
            isReady: { [port] in
                let endpoint = Endpoint(IPAddress(v4: 0x7f00_0001), port: port)
                let probe = SNMPRequest.get([.sysUpTimeInstance]).encode(
                    requestID: 1, CommunityCredential(version: .v2c, community: Secret("secret")))
                return (try? UDPSender(to: endpoint).request(probe, timeout: .milliseconds(100))) ?? nil != nil
            })
    }

    private var path: RequestPath { RequestPath(peer: Endpoint(IPAddress(v4: 0x7f00_0001), port: port)) }

    private func order(
        _ request: SNMPRequest, community: String = "secret", version: SNMPVersion = .v2c
    ) -> RequestDispatcher.Order {
        RequestDispatcher.Order(
            device: "agent", request: request, credential: Credential(version: version, community: Secret(community)),
            path: path)
    }

    private func reply(_ outcome: RequestDispatcher.Outcome) throws -> SNMPReply {
        guard case .answered(let reply) = outcome else { throw Unanswered(outcome: outcome) }
        return reply
    }

    private struct Unanswered: Error { var outcome: RequestDispatcher.Outcome }

    private static let sysName = OID.mib2.appending(1, 5, 0)
    private static let sysORDescr = OID.mib2.appending(1, 9, 1, 3)
    private static let sysORID = OID.mib2.appending(1, 9, 1, 2)

    @Test(arguments: [SNMPVersion.v1, .v2c]) func aGetIsAnswered(version: SNMPVersion) async throws {
        let dispatcher = RequestDispatcher(sender: LoopbackSender())
        defer { dispatcher.stop() }
        let answer = try await reply(dispatcher.perform(order(.get([Self.sysName]), version: version)))
        #expect(answer.variables.value(of: Self.sysName) == .octetString(Array("gateway".utf8)[...]))
    }

    @Test(arguments: [SNMPVersion.v1, .v2c]) func aTableIsWalkedAsNetSNMPWalksIt(version: SNMPVersion) async throws {
        let dispatcher = RequestDispatcher(sender: LoopbackSender())
        defer { dispatcher.stop() }
        var walk = TableWalk(columns: [Self.sysORID, Self.sysORDescr], repetitions: 3)
        while let request = walk.request {
            walk.take(try await reply(dispatcher.perform(order(request, version: version))))
        }
        #expect(walk.end == .complete)
        let theirs = try Command.run(
            "snmpwalk", ["-v2c", "-c", "secret", "-On", "-Oq", "127.0.0.1:\(port)", Self.sysORDescr.description]
        ).text.split(separator: "\n")
        let rows = walk.rows
        #expect(rows.count == theirs.count)
        #expect(rows.count > 3)
        for (row, line) in zip(rows, theirs) {
            let name = Self.sysORDescr.appending(arcs: row.index)
            #expect(line.hasPrefix(".\(name) "))
            guard case .octetString(let text)? = row.values[1], case .objectIdentifier? = row.values[0] else {
                #expect(Bool(false), "row \(row)")
                continue
            }
            #expect(line.contains(String(decoding: text, as: UTF8.self)))
        }
    }

    @Test func whatGetsLostIsSentAgain() async throws {
        let sender = LoopbackSender { $0 <= 2 }
        var limits = RequestLimits()
        limits.firstTimeout = .milliseconds(50)
        let dispatcher = RequestDispatcher(sender: sender, limits: limits)
        defer { dispatcher.stop() }
        let answer = try await reply(dispatcher.perform(order(.get([Self.sysName]))))
        #expect(answer.variables.count == 1)
        #expect(sender.sent >= 3)
        #expect(sender.stillExpected == 0)
    }

    @Test func silenceEndsInATimeOut() async throws {
        let sender = LoopbackSender { _ in true }
        var limits = RequestLimits()
        limits.firstTimeout = .milliseconds(5)
        let dispatcher = RequestDispatcher(sender: sender, limits: limits)
        defer { dispatcher.stop() }
        guard case .timedOut = await dispatcher.perform(order(.get([Self.sysName]))) else {
            return #expect(Bool(false), "it should have timed out")
        }
        #expect(sender.sent == limits.tries)
        #expect(sender.stillExpected == 0)
    }

    @Test func aWriteTakesEffectAndOneWithoutTheRightDoesNot() async throws {
        let dispatcher = RequestDispatcher(sender: LoopbackSender())
        defer { dispatcher.stop() }
        // sysLocation is fixed by the agent's configuration only where that names it.
        let location = OID.mib2.appending(1, 6, 0)
        let write = SNMPRequest(
            .set, [VariableBinding(name: location, value: .octetString(Array("cellar".utf8)[...]))])
        #expect(try await reply(dispatcher.perform(order(write))).errorStatus != 0)
        #expect(try await reply(dispatcher.perform(order(write, community: "writer"))).errorStatus == 0)
        let answer = try await reply(dispatcher.perform(order(.get([location]))))
        #expect(answer.variables.value(of: location) == .octetString(Array("cellar".utf8)[...]))
    }

    @Test func aHundredRequestsGoOneByOneAndEachGetsItsOwnAnswer() async throws {
        let sender = LoopbackSender()
        let dispatcher = RequestDispatcher(sender: sender)
        defer { dispatcher.stop() }
        let names = (1...7).map { OID.mib2.appending(1, UInt32($0), 0) }
        let answers = await withTaskGroup(of: (OID, RequestDispatcher.Outcome).self) { group in
            for number in 0..<100 {
                let name = names[number % names.count]
                group.addTask { (name, await dispatcher.perform(order(.get([name])))) }
            }
            var answers: [(OID, RequestDispatcher.Outcome)] = []
            for await answer in group { answers.append(answer) }
            return answers
        }
        #expect(answers.count == 100)
        for (name, outcome) in answers { #expect(try reply(outcome).variables.first?.name == name) }
        #expect(sender.mostAtOnce == RequestLimits().perDevice)
    }

    @Test func stoppingAnswersWhoeverWaits() async throws {
        let dispatcher = RequestDispatcher(sender: LoopbackSender { _ in true })
        async let outcome = dispatcher.perform(order(.get([Self.sysName])))
        while dispatcher.inFlight == 0 { await Task.yield() }
        dispatcher.stop()
        guard case .stopped = await outcome else { return #expect(Bool(false), "it should have been stopped") }
        guard case .stopped = await dispatcher.perform(order(.get([Self.sysName]))) else {
            return #expect(Bool(false), "nothing is taken after the stop")
        }
    }
}
