import Foundation
import TestPeers
import Testing

/// net-snmp's agent and the whole program: whatever of the device's traps gets lost, the alarms that stand in the end
/// are those that stand on the device.
@Suite struct RealAgentTests {
    private let folder: TemporaryFolder
    private let view: OperatorView
    private let configuration: String

    init() throws {
        folder = try TemporaryFolder()
        view = OperatorView(data: folder.file("data"))
        configuration = """
            listen: {traps: ["127.0.0.1:0"], keep-alives: ["127.0.0.1:0"]}
            data: \(folder.file("data"))
            access: {communities: [trapuser]}
            devices:
              networks:
                - {network: 127.31.0.0/16, manager: {community: public, poll: 60s}}
            """
    }

    private func server() throws -> TraplineProcess {
        try TraplineProcess(configuration: configuration, folder: folder)
    }

    /// The server comes to have what stands on the device.
    private func expectAgreement(
        with gateway: AgentGateway, within seconds: Double = 40, _ location: SourceLocation = #_sourceLocation
    ) throws {
        try gateway.expectAgreement(with: view, within: seconds, location)
    }

    @Test func lostTrapsAreReadFromTheAgentsTables() throws {
        let server = try server()
        let receiver = try "\(server.endpoint(of: "traps"))"
        var gateway = AgentGateway(agent: try SNMPAgent(address: "127.31.0.1", folder: folder))

        // What was there before Trapline: the first contact shows it.
        try gateway.tell(.fan(), to: receiver, isLost: true)
        try gateway.tell(.link(1), to: receiver, isLost: true)
        try gateway.tell(.link(2), to: receiver)
        try expectAgreement(with: gateway)

        // Raises, clears and changes of severity get lost between others that arrive.
        try gateway.tell(.link(3), to: receiver)
        try gateway.tell(.link(4, 5), to: receiver, isLost: true)
        try gateway.tell(.link(1, 0), to: receiver, isLost: true)
        try gateway.tell(.link(2, 5), to: receiver, isLost: true)
        try gateway.tell(.link(5), to: receiver, isLost: true)
        try gateway.tell(.link(5, 0), to: receiver, isLost: true)
        try gateway.tell(.fan(0), to: receiver)
        try gateway.tell(.link(6, 2), to: receiver)
        try expectAgreement(with: gateway)
        let lines = try view.events().filter { $0.reason == "resynchronised" }.map(\.line)
        // What came and went is in the history alone: no walk of what stands finds it.
        #expect(lines.contains("raised major acBoardEthernetLinkAlarm Board#1/EthernetLink#5"), "\(lines)")
        #expect(lines.contains("cleared cleared acBoardEthernetLinkAlarm Board#1/EthernetLink#5"), "\(lines)")

        // The history has forgotten what was read of it: what stands is read instead.
        try gateway.tell(.link(7), to: receiver, isLost: true)
        try gateway.tell(.link(3, 0), to: receiver, isLost: true)
        gateway.history = []
        try gateway.tell(.link(8), to: receiver)
        try expectAgreement(with: gateway)

        // All is well again, and only the last of it is heard.
        for row in gateway.active.dropLast() {
            var alarm = row.alarm
            alarm.severity = 0
            try gateway.tell(alarm, to: receiver, isLost: true)
        }
        gateway.history = []
        try gateway.tell(.link(8, 0), to: receiver)
        #expect(gateway.standing.isEmpty)
        try expectAgreement(with: gateway)
        let rest = try view.alarms()
        #expect(rest.isEmpty, "\(rest)")
        server.stop()
    }

    @Test func restartsAndALostLastTrapAreFoundOut() throws {
        var server = try server()
        var receiver = try "\(server.endpoint(of: "traps"))"
        var gateway = AgentGateway(agent: try SNMPAgent(address: "127.31.0.2", folder: folder))
        try gateway.tell(.link(1), to: receiver, isLost: true)
        try gateway.tell(.link(2), to: receiver)
        try expectAgreement(with: gateway)

        // While nobody listens.
        server.stop()
        try gateway.tell(.link(1, 0), to: receiver, isLost: true)
        try gateway.tell(.link(4), to: receiver, isLost: true)
        server = try self.server()
        receiver = try "\(server.endpoint(of: "traps"))"
        try expectAgreement(with: gateway)

        // The device starts anew, unnoticed: its numbers and its time begin again. Less than half a minute later than
        // before it would be a matter of the network.
        #expect(try Poll.until(seconds: 60) { try gateway.agent.uptime() > 35_00 })
        gateway.agent.stop()
        gateway = AgentGateway(agent: try SNMPAgent(address: "127.31.0.2", folder: folder))
        try gateway.tell(.link(5), to: receiver, isLost: true)
        try gateway.tell(.link(6), to: receiver)
        try expectAgreement(with: gateway)

        // It is up again: until it says so, or for five minutes, nothing that its tables lack is taken for over.
        try gateway.tell(SNMPAgent.Alarm(trap: 4, source: "Board#1", severity: 0), to: receiver)
        try expectAgreement(with: gateway)

        // No trap follows by which these could be missed: the poll finds them, once a minute here.
        try gateway.tell(.link(6, 0), to: receiver, isLost: true)
        try gateway.tell(.fan(), to: receiver, isLost: true)
        try expectAgreement(with: gateway, within: 120)
        server.stop()
    }
}
