import Foundation
import Synchronization
import TestPeers
import Testing

/// net-snmp's agent asked by SNMPv3, by the whole program: what gets lost of its traps is read from its tables.
@Suite(.serialized) struct UserAgentTests {
    private static let authentication = SNMPUser.Secret("SHA-256", "authentic words")
    private static let privacy = SNMPUser.Secret("AES", "private words")
    private static let user = SNMPUser("ops", authentication: authentication, privacy: privacy)

    private let folder: TemporaryFolder
    private let view: OperatorView

    init() throws {
        folder = try TemporaryFolder()
        view = OperatorView(data: folder.file("data"))
    }

    /// - Parameters:
    ///   - password: that the server has for the user's authentication.
    ///   - community: to ask with beside the user.
    private func configuration(
        _ user: SNMPUser = user, network: String = "127.32.0.0/16", password: String? = nil, community: String? = nil,
        listeners: String = "listen: {traps: [\"127.0.0.1:0\"], keep-alives: [\"127.0.0.1:0\"]}"
    ) -> String {
        var words = ["name: \(user.name)", "networks: [\(network)]"]
        for (key, secret) in [("auth", user.authentication), ("priv", user.privacy)] {
            guard let secret else { continue }
            let password = key == "auth" ? password ?? secret.password : secret.password
            words.append("\(key): {protocol: \(secret.protocol), password: \(password)}")
        }
        let both = community.map { ", community: \($0)" } ?? ""
        return """
            \(listeners)
            data: \(folder.file("data"))
            access: {users: [{\(words.joined(separator: ", "))}]}
            devices:
              networks:
                - {network: \(network), period: 10s, manager: {user: \(user.name)\(both), poll: 60s}}
            """
    }

    private func server(_ configuration: String, in namespace: NetworkNamespace? = nil) throws -> TraplineProcess {
        try TraplineProcess(configuration: configuration, folder: folder, in: namespace)
    }

    /// What is lost and what comes again, with the agent's tables showing all of it.
    private func exercise(_ gateway: inout AgentGateway, _ receiver: String) throws {
        try gateway.tell(.fan(), to: receiver, isLost: true)
        try gateway.tell(.link(1), to: receiver)
        try gateway.expectAgreement(with: view)
        try gateway.tell(.link(2), to: receiver)
        try gateway.tell(.link(3, 5), to: receiver, isLost: true)
        try gateway.tell(.link(1, 0), to: receiver, isLost: true)
        try gateway.tell(.link(4, 2), to: receiver)
        try gateway.expectAgreement(with: view)
    }

    @Test(arguments: [
        SNMPUser("plain"), SNMPUser("ops", authentication: authentication), user,
    ])
    func lostTrapsAreReadAtEveryLevel(user: SNMPUser) throws {
        let server = try server(configuration(user))
        let agent = try SNMPAgent(address: "127.32.0.1", folder: folder, user: user)
        var gateway = AgentGateway(agent: agent)
        try exercise(&gateway, "\(server.endpoint(of: "traps"))")
        let device = try #require(try view.devices().first)
        #expect(device.id == "serial:\(agent.serialNumber)")
        // What only the agent itself tells.
        #expect(device.softwareVersion == "7.40A.500.357")
        server.stop()
    }

    /// Engine, clock and keys are agreed on anew, and what a server before has asked is asked again.
    @Test func aServerThatStartsAnewAsksOn() throws {
        var server = try server(configuration())
        var gateway = AgentGateway(
            agent: try SNMPAgent(address: "127.32.0.1", folder: folder, user: Self.user))
        try exercise(&gateway, "\(server.endpoint(of: "traps"))")
        server.kill()
        try gateway.tell(.link(2, 0), to: "127.0.0.1:9", isLost: true)
        try gateway.tell(.link(7), to: "127.0.0.1:9", isLost: true)
        server = try self.server(configuration())
        try gateway.expectAgreement(with: view)
        server.stop()
    }

    /// The alarm on the device says what to look at, and ends once that is right.
    @Test func aWrongPasswordIsNamedAndMended() throws {
        // The trap comes by another user.
        let other = SNMPUser("traps", authentication: Self.authentication)
        let first = configuration(password: "other words").replacing(
            "users: [", with: "users: [{name: traps, auth: {protocol: SHA-256, password: authentic words}}, ")
        let server = try server(first)
        let agent = try SNMPAgent(address: "127.32.0.1", folder: folder, user: Self.user, trapUser: other)
        var gateway = AgentGateway(agent: agent)
        try gateway.tell(.fan(), to: "", isLost: true)
        try gateway.tell(.link(1), to: "\(server.endpoint(of: "traps"))")
        var events: [OperatorView.Event] = []
        let isTold = try Poll.until(seconds: 30, every: 0.5) {
            events = try view.events().filter { $0.alarm == "traplineResyncFailed" }
            return !events.isEmpty
        }
        #expect(isTold)
        #expect(events.allSatisfy { $0.text.contains("authentication password") }, "\(events)")
        _ = try folder.write(
            first.replacing("password: other words", with: "password: authentic words"), to: "trapline.yaml")
        server.signal(SIGHUP)
        // It is asked again at once.
        try gateway.expectAgreement(with: view, within: 120)
        let mended = try Poll.until(seconds: 10, every: 0.5) {
            try !view.alarms().contains { $0.alarm == "traplineResyncFailed" }
        }
        #expect(mended)
        server.stop()
    }

    /// The agent wants privacy of its user; without it, it says no more than that it is not allowed.
    @Test func aLevelThatIsNotTakenIsNamed() throws {
        let server = try server(configuration().replacing("user: ops", with: "user: ops, level: authNoPriv"))
        let agent = try SNMPAgent(address: "127.32.0.1", folder: folder, user: Self.user)
        var gateway = AgentGateway(agent: agent)
        try gateway.tell(.link(1), to: "\(server.endpoint(of: "traps"))")
        var texts: [String] = []
        let isTold = try Poll.until(seconds: 60, every: 0.5) {
            texts = try view.events().filter { $0.alarm == "traplineResyncFailed" }.map(\.text)
            return !texts.isEmpty
        }
        #expect(isTold)
        #expect(texts.allSatisfy { $0.contains("authorizationError; on the device, look at which level") }, "\(texts)")
        server.stop()
    }

    /// Asked for the tables of another profile than the agent has.
    @Test func anAgentWithoutTheTableIsNamed() throws {
        let server = try server(configuration().replacing("user: ops", with: "user: ops, profile: rfc3877"))
        let agent = try SNMPAgent(address: "127.32.0.1", folder: folder, user: Self.user)
        var gateway = AgentGateway(agent: agent)
        try gateway.tell(.link(1), to: "\(server.endpoint(of: "traps"))")
        let isTold = try Poll.until(seconds: 60, every: 0.5) {
            try view.events().contains {
                $0.alarm == "traplineResyncHasNoTable" && $0.text.contains("offers no table of alarms")
            }
        }
        #expect(isTold)
        #expect(try !view.events().contains { $0.alarm == "traplineResyncDone" })
        server.stop()
    }

    /// Two agents behind one address, each an engine of its own, asked through what their keep-alives keep open. There is a
    /// community too, which they do not have: their keep-alives say by which of the two they are to be asked.
    @Test func twoBehindOneAddressAreAskedByV3() throws {
        let nat = try NATSite(devices: 2)
        try nat.sendFromAgentPort()
        let agents = try [("192.168.77.2", 7_000_001), ("192.168.77.3", 7_000_002)].map { address, serial in
            try SNMPAgent(
                address: address, serialNumber: serial, folder: folder, in: nat.site, user: Self.user)
        }
        let listeners =
            "listen: {traps: [\"\(NATSite.centreAddress):162\"], keep-alives: [\"\(NATSite.centreAddress):1161\"]}"
        let server = try server(
            configuration(network: "10.77.0.0/24", community: "public", listeners: listeners), in: nat.centre)
        let keepAlives = KeepAlives(of: agents, to: "\(NATSite.centreAddress):1161")
        defer { keepAlives.stop() }
        #expect(try Poll.until(seconds: 30, every: 0.5) { try view.devices().count == 2 })
        let receiver = "\(NATSite.centreAddress):162"
        var gateways = agents.map { AgentGateway(agent: $0) }
        for (index, severity) in [(0, 4), (1, 5)] {
            try gateways[index].tell(.link(1, severity), to: receiver)
            try gateways[index].tell(.link(2, severity), to: receiver, isLost: true)
            try gateways[index].tell(.link(3 + index, severity), to: receiver)
        }
        for gateway in gateways {
            let id = "serial:\(gateway.agent.serialNumber)"
            try gateway.expectAgreement(with: view, of: id, within: 60)
        }
        let devices = try view.devices()
        #expect(Set(devices.map(\.id)) == ["serial:7000001", "serial:7000002"])
        #expect(devices.allSatisfy { $0.address == NATSite.publicAddress }, "\(devices)")
        #expect(devices.allSatisfy { $0.softwareVersion == "7.40A.500.357" }, "\(devices)")
        server.stop()
    }
}

/// Sends agents' keep-alives each second, on a thread of its own.
private final class KeepAlives: Sendable {
    private struct State {
        var isEnding = false
        var hasEnded = false
    }

    private let state = Mutex(State())

    init(of agents: [SNMPAgent], to receiver: String) {
        let thread = Thread { [self] in
            while !state.withLock({ $0.isEnding }) {
                for agent in agents { try? agent.sendKeepAlive(to: receiver) }
                Thread.sleep(forTimeInterval: 1)
            }
            state.withLock { $0.hasEnded = true }
        }
        thread.name = "keep-alives"
        thread.start()
    }

    func stop() {
        state.withLock { $0.isEnding = true }
        _ = Poll.until { state.withLock { $0.hasEnded } }
    }
}
