import Foundation
import TestPeers
import Testing

/// The real agent that other tests try the manager with: whether it shows what it is told to.
@Suite struct SNMPAgentTests {
    private static let active = "1.3.6.1.4.1.5003.11.1.1.1.1"

    @Test func snmpdServesTheAlarmTables() throws {
        let folder = try TemporaryFolder()
        let agent = try SNMPAgent(address: "127.30.0.1", port: Ports.free(), folder: folder)
        func lines(_ tool: String, _ oid: String) throws -> [String] {
            try Command.run(
                tool, ["-v", "2c", "-c", "public", "-m", "", "-On", "-Oe", "\(agent.address):\(agent.port)", oid]
            ).text.split(separator: "\n").map(String.init)
        }
        let rows = (1...20).map {
            SNMPAgent.Row(
                number: $0, .init(source: "Board#1/EthernetLink#\($0)", severity: $0 % 2 == 0 ? 0 : 5), uptime: 100,
                time: Date(timeIntervalSince1970: 1_795_435_200.5))
        }
        try agent.show(active: rows.filter { $0.alarm.severity > 0 }, history: rows)
        #expect(try lines("snmpwalk", "1.3.6.1.4.1.5003.11").count == 30 * 13)
        #expect(try lines("snmpbulkwalk", "1.3.6.1.4.1.5003.11") == lines("snmpwalk", "1.3.6.1.4.1.5003.11"))
        #expect(
            try lines("snmpbulkwalk", "\(Self.active).7").prefix(2) == [
                ".\(Self.active).7.1 = STRING: \"Board#1/EthernetLink#1\"",
                ".\(Self.active).7.3 = STRING: \"Board#1/EthernetLink#3\"",
            ])
        #expect(
            try lines("snmpget", "\(Self.active).3.19") == [
                ".\(Self.active).3.19 = OID: .1.3.6.1.4.1.5003.9.10.1.21.2.0.10"
            ])
        #expect(
            try lines("snmpget", "\(Self.active).4.1").first?.contains("Hex-STRING: 07 EA 0B 17 0C 00 00 05 2B") == true
        )
        #expect(try lines("snmpget", "1.3.6.1.4.1.5003.9.10.10.2.5.4.0").first?.hasSuffix("INTEGER: 5") == true)
        #expect(try lines("snmpget", "\(Self.active).7.2").first?.contains("No Such Instance") == true)
        // What is shown next replaces all of it.
        try agent.show(active: [], history: rows)
        #expect(try lines("snmpwalk", "1.3.6.1.4.1.5003.11.1.1").first?.contains("No Such") == true)
        #expect(try lines("snmpget", "1.3.6.1.4.1.5003.9.10.10.2.5.4.0").first?.hasSuffix("INTEGER: 0") == true)
    }

    /// Its traps come from its own address, with the running numbers that it is told.
    @Test func snmptrapSendsItsAlarms() throws {
        let folder = try TemporaryFolder()
        let agent = try SNMPAgent(address: "127.30.0.2", port: Ports.free(), folder: folder)
        let trapline = try TraplineProcess(
            configuration: """
                listen: {traps: ["127.0.0.1:0"], keep-alives: ["127.0.0.1:0"]}
                data: \(folder.file("data"))
                """, folder: folder)
        let row = SNMPAgent.Row(number: 31_999, .init(source: "Board#1/EthernetLink#3"), uptime: try agent.uptime())
        try agent.send(row, to: "\(trapline.endpoint(of: "traps"))")
        try agent.sendKeepAlive(to: "\(trapline.endpoint(of: "keep-alives"))")
        let line = "acBoardEthernetLinkAlarm"
        #expect(Poll.until { trapline.output.contains(line) }, "\(trapline.output)")
        trapline.stop()
        let events = try TraplineProgram.run(["events", "--json", "--data", folder.file("data")]).text
        let event = try #require(events.split(separator: "\n").first { $0.contains(line) })
        #expect(event.contains(#""address":"127.30.0.2""#), "\(event)")
        #expect(event.contains("Board#1/EthernetLink#3"))
        #expect(event.contains("31999"))
    }
}
