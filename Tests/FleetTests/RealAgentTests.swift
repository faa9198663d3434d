import Foundation
import TestPeers
import Testing

/// net-snmp's agent and the whole program: whatever of the device's traps gets lost, the alarms that stand in the end
/// are those that stand on the device.
@Suite struct RealAgentTests {
    /// A device whose traps go by `snmptrap`, with its running numbers and what its tables show.
    private struct Gateway {
        let agent: SNMPAgent
        var lastNumber = 0
        var active: [SNMPAgent.Row] = []
        var history: [SNMPAgent.Row] = []

        /// Raises, changes or clears an alarm, as its severity says. What is lost takes its number all the same.
        mutating func tell(_ alarm: SNMPAgent.Alarm, to receiver: String, isLost: Bool = false) throws {
            lastNumber += 1
            let row = SNMPAgent.Row(number: lastNumber, alarm, uptime: try agent.uptime())
            active.removeAll { ($0.alarm.trap, $0.alarm.source) == (alarm.trap, alarm.source) }
            if alarm.severity > 0 { active.append(row) }
            history.append(row)
            try show()
            if !isLost { try agent.send(row, to: receiver) }
        }

        func show() throws { try agent.show(active: active, history: history) }

        /// As ``OperatorView/vendorAlarms()`` says it.
        var standing: Set<String> {
            let severities = ["cleared", "indeterminate", "warning", "minor", "major", "critical"]
            return Set(
                active.map {
                    "\($0.alarm.trap == 10 ? "acBoardEthernetLinkAlarm" : "acFanTrayAlarm") \($0.alarm.source) "
                        + severities[$0.alarm.severity]
                })
        }
    }

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

    private func link(_ number: Int, _ severity: Int = 4) -> SNMPAgent.Alarm {
        SNMPAgent.Alarm(source: "Board#1/EthernetLink#\(number)", severity: severity)
    }

    private func fan(_ severity: Int = 4) -> SNMPAgent.Alarm {
        SNMPAgent.Alarm(trap: 29, source: "Chassis#0/FanTray#0", severity: severity, text: "Fan-Tray Alarm")
    }

    /// The server comes to have what stands on the device.
    private func expectAgreement(
        with gateway: Gateway, within seconds: Double = 40, _ location: SourceLocation = #_sourceLocation
    ) throws {
        var alarms: Set<String> = []
        let agrees = try Poll.until(seconds: seconds, every: 0.5) {
            alarms = try view.vendorAlarms()
            return alarms == gateway.standing
        }
        let events = agrees ? [] : try view.events().map(\.line)
        try #require(
            agrees, "\(alarms.sorted()), not \(gateway.standing.sorted()); \(events.joined(separator: "\n"))",
            sourceLocation: location)
    }

    @Test func lostTrapsAreReadFromTheAgentsTables() throws {
        let server = try server()
        let receiver = try "\(server.endpoint(of: "traps"))"
        var gateway = Gateway(agent: try SNMPAgent(address: "127.31.0.1", folder: folder))

        // What was there before Trapline: the first contact shows it.
        try gateway.tell(fan(), to: receiver, isLost: true)
        try gateway.tell(link(1), to: receiver, isLost: true)
        try gateway.tell(link(2), to: receiver)
        try expectAgreement(with: gateway)

        // Raises, clears and changes of severity get lost between others that arrive.
        try gateway.tell(link(3), to: receiver)
        try gateway.tell(link(4, 5), to: receiver, isLost: true)
        try gateway.tell(link(1, 0), to: receiver, isLost: true)
        try gateway.tell(link(2, 5), to: receiver, isLost: true)
        try gateway.tell(link(5), to: receiver, isLost: true)
        try gateway.tell(link(5, 0), to: receiver, isLost: true)
        try gateway.tell(fan(0), to: receiver)
        try gateway.tell(link(6, 2), to: receiver)
        try expectAgreement(with: gateway)
        let lines = try view.events().filter { $0.reason == "resynchronised" }.map(\.line)
        // What came and went is in the history alone: no walk of what stands finds it.
        #expect(lines.contains("raised major acBoardEthernetLinkAlarm Board#1/EthernetLink#5"), "\(lines)")
        #expect(lines.contains("cleared cleared acBoardEthernetLinkAlarm Board#1/EthernetLink#5"), "\(lines)")

        // The history has forgotten what was read of it: what stands is read instead.
        try gateway.tell(link(7), to: receiver, isLost: true)
        try gateway.tell(link(3, 0), to: receiver, isLost: true)
        gateway.history = []
        try gateway.tell(link(8), to: receiver)
        try expectAgreement(with: gateway)

        // All is well again, and only the last of it is heard.
        for row in gateway.active.dropLast() {
            var alarm = row.alarm
            alarm.severity = 0
            try gateway.tell(alarm, to: receiver, isLost: true)
        }
        gateway.history = []
        try gateway.tell(link(8, 0), to: receiver)
        #expect(gateway.standing.isEmpty)
        try expectAgreement(with: gateway)
        let rest = try view.alarms()
        #expect(rest.isEmpty, "\(rest)")
        server.stop()
    }

    @Test func restartsAndALostLastTrapAreFoundOut() throws {
        var server = try server()
        var receiver = try "\(server.endpoint(of: "traps"))"
        var gateway = Gateway(agent: try SNMPAgent(address: "127.31.0.2", folder: folder))
        try gateway.tell(link(1), to: receiver, isLost: true)
        try gateway.tell(link(2), to: receiver)
        try expectAgreement(with: gateway)

        // While nobody listens.
        server.stop()
        try gateway.tell(link(1, 0), to: receiver, isLost: true)
        try gateway.tell(link(4), to: receiver, isLost: true)
        server = try self.server()
        receiver = try "\(server.endpoint(of: "traps"))"
        try expectAgreement(with: gateway)

        // The device starts anew, unnoticed: its numbers and its time begin again. Less than half a minute later than
        // before it would be a matter of the network.
        #expect(try Poll.until(seconds: 60) { try gateway.agent.uptime() > 35_00 })
        gateway.agent.stop()
        gateway = Gateway(agent: try SNMPAgent(address: "127.31.0.2", folder: folder))
        try gateway.tell(link(5), to: receiver, isLost: true)
        try gateway.tell(link(6), to: receiver)
        try expectAgreement(with: gateway)

        // It is up again: until it says so, or for five minutes, nothing that its tables lack is taken for over.
        try gateway.tell(SNMPAgent.Alarm(trap: 4, source: "Board#1", severity: 0), to: receiver)
        try expectAgreement(with: gateway)

        // No trap follows by which these could be missed: the poll finds them, once a minute here.
        try gateway.tell(link(6, 0), to: receiver, isLost: true)
        try gateway.tell(fan(), to: receiver, isLost: true)
        try expectAgreement(with: gateway, within: 120)
        server.stop()
    }
}
