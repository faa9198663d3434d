import Basics
import DeviceSimulation
import Foundation
import SNMPWire
import TestPeers
import Testing

/// The agent, asked by net-snmp's own clients over loopback.
@Suite struct AgentTests {
    private static let active = "1.3.6.1.4.1.5003.11.1.1.1"
    private static let history = "1.3.6.1.4.1.5003.11.1.2.1"
    private static let serialNumber = "1.3.6.1.4.1.5003.9.10.10.2.3.2.0"
    private static let coldStartIndication = "1.3.6.1.4.1.5003.9.10.10.1.3.9.2.0"

    /// A device at 127.9.8.7 with some alarms, on a thread of its own.
    private final class Agent {
        let runner: FleetRunner
        let address = "127.9.8.7"

        init(alarms: Int = 3, _ change: (inout DeviceOptions) -> Void = { _ in }) throws {
            var options = DeviceOptions()
            change(&options)
            var fleet = SimulatedFleet()
            let now = Timestamp.now
            var device = SimulatedDevice(
                serialNumber: 5_967_925, name: "gateway-7", options: options, bootedAt: now + .seconds(-3_600))
            for link in 0..<alarms { device.raise(.ethernetLink(link), at: now) }
            if alarms > 0 { device.clear(DeviceAlarm.ethernetLink(0).key, at: now) }
            fleet.add(device, at: try #require(IPAddress("127.9.8.7")))
            let nobody = Endpoint(IPAddress(v4: 0x7f00_0001), port: 9)
            runner = try FleetRunner(fleet, port: 0, traps: nobody)
            runner.start()
        }

        deinit { runner.stop() }

        func ask(_ tool: String, _ version: String, _ arguments: [String], community: String = "public") throws
            -> Command.Output
        {
            try Command.run(
                tool,
                ["-v", version, "-c", community, "-On", "-Oe", "-Ot", "-r", "0", "-t", "1", "-m", ""]
                    + arguments.filter { $0.hasPrefix("-C") } + ["\(address):\(runner.port)"]
                    + arguments.filter { !$0.hasPrefix("-C") })
        }

        func lines(_ tool: String, _ version: String, _ arguments: [String]) throws -> [String] {
            try ask(tool, version, arguments).text.split(separator: "\n").map(String.init)
        }
    }

    @Test(arguments: ["1", "2c"])
    func scalars(_ version: String) throws {
        let agent = try Agent()
        let lines = try agent.lines(
            "snmpget", version,
            ["1.3.6.1.2.1.1.2.0", "1.3.6.1.2.1.1.5.0", Self.serialNumber, "1.3.6.1.4.1.5003.9.10.10.2.5.4.0"])
        #expect(
            lines == [
                ".1.3.6.1.2.1.1.2.0 = OID: .1.3.6.1.4.1.5003.8.1.1.79",
                ".1.3.6.1.2.1.1.5.0 = STRING: \"gateway-7\"", ".\(Self.serialNumber) = Gauge32: 5967925",
                ".1.3.6.1.4.1.5003.9.10.10.2.5.4.0 = INTEGER: 4",
            ])
    }

    /// A walk of one request a row, and one of many rows a request, find the same: each instance once, in order.
    @Test func walksFindEveryInstance() throws {
        let agent = try Agent(alarms: 30) { $0.servesStandardTables = true }
        let byNext = try agent.lines("snmpwalk", "2c", ["1.3.6.1"])
        let byBulk = try agent.lines("snmpbulkwalk", "2c", ["-Cr25", "1.3.6.1"])
        let inV1 = try agent.lines("snmpwalk", "1", ["1.3.6.1"])
        // The time passes, and the line that ends a walk is none of the agent's in v1.
        let kept = { (lines: [String]) in
            lines.filter { !$0.hasPrefix(".1.3.6.1.2.1.1.3.0") && !$0.contains("No more variables") }
        }
        // 17 scalars less sysUpTime; 29 standing and 31 past alarms of 13 columns; 29 of 11 columns, with 7 variables
        // of 3 each; 2 scalars and 4 columns that count them.
        #expect(kept(byNext).count == 16 + 29 * 13 + 31 * 13 + 29 * 11 + 29 * 7 * 3 + 6)
        #expect(kept(byBulk) == kept(byNext))
        #expect(kept(inV1).filter { $0.hasPrefix(".") } == kept(byNext))
    }

    @Test func theTablesTellWhatStandsAndWhatWas() throws {
        let agent = try Agent(alarms: 3)
        let sources = try agent.lines("snmpwalk", "2c", ["\(Self.active).1.7"])
        #expect(
            sources == [
                ".\(Self.active).1.7.2 = STRING: \"Board#1/EthernetLink#1\"",
                ".\(Self.active).1.7.3 = STRING: \"Board#1/EthernetLink#2\"",
            ])
        let severities = try agent.lines("snmpbulkwalk", "2c", ["\(Self.history).1.8"])
        #expect(
            severities == [
                ".\(Self.history).1.8.1 = INTEGER: 4", ".\(Self.history).1.8.2 = INTEGER: 4",
                ".\(Self.history).1.8.3 = INTEGER: 4", ".\(Self.history).1.8.4 = INTEGER: 0",
            ])
        #expect(
            try agent.lines("snmpget", "2c", ["\(Self.active).1.3.2", "\(Self.active).1.5.2"]) == [
                ".\(Self.active).1.3.2 = OID: .1.3.6.1.4.1.5003.9.10.1.21.2.0.10",
                ".\(Self.active).1.5.2 = Gauge32: 9",
            ])
    }

    @Test func anEmptyTableIsSteppedOver() throws {
        let agent = try Agent(alarms: 0)
        let walk = try agent.lines("snmpwalk", "2c", [Self.active])
        #expect(walk.count == 1)
        #expect(walk.first?.contains("No more variables left in this MIB View") == true, "\(walk)")
    }

    @Test func aViewWithoutTheTables() throws {
        let agent = try Agent(alarms: 3) { $0.servesAlarmTables = false }
        let walk = try agent.lines("snmpbulkwalk", "2c", [Self.active])
        #expect(walk.first?.contains("No more variables left") == true, "\(walk)")
        let get = try agent.lines("snmpget", "2c", ["\(Self.active).1.7.2"])
        #expect(get.first?.contains("No Such Object") == true, "\(get)")
    }

    @Test func whatIsNotThere() throws {
        let agent = try Agent()
        let lines = try agent.lines(
            "snmpget", "2c", ["1.3.6.1.2.1.2.1.0", "1.3.6.1.2.1.1.1.7", "\(Self.active).1.7.99", "1.3.6.1.2.1.1.5.0"])
        #expect(lines.count == 4)
        #expect(lines[0].contains("No Such Object"), "\(lines)")
        #expect(lines[1].contains("No Such Instance"), "\(lines)")
        #expect(lines[2].contains("No Such Instance"), "\(lines)")
        #expect(lines[3].contains("gateway-7"), "\(lines)")
        let old = try agent.ask("snmpget", "1", ["-Cf", "1.3.6.1.2.1.1.5.0", "1.3.6.1.2.1.2.1.0"])
        #expect(old.status != 0)
        #expect(old.standardError.contains("(noSuchName)"), "\(old.standardError)")
        #expect(old.standardError.contains("Failed object: .1.3.6.1.2.1.2.1.0"), "\(old.standardError)")
    }

    @Test func anotherCommunityGetsNoAnswer() throws {
        let agent = try Agent()
        let output = try agent.ask("snmpget", "2c", ["1.3.6.1.2.1.1.5.0"], community: "stranger")
        #expect(output.status != 0)
        #expect(output.standardError.contains("Timeout"), "\(output.standardError)")
        agent.runner.change { fleet, now in
            fleet.change(0, at: now) {
                $0.isConnected = false; return []
            }
        }
        let cutOff = try agent.ask("snmpget", "2c", ["1.3.6.1.2.1.1.5.0"])
        #expect(cutOff.standardError.contains("Timeout"), "\(cutOff.standardError)")
    }

    @Test func bulkWithVariablesAskedOnce() throws {
        let agent = try Agent(alarms: 3)
        let lines = try agent.lines(
            "snmpbulkget", "2c", ["-Cn1", "-Cr2", "1.3.6.1.2.1.1.4", "\(Self.active).1.7", "\(Self.active).1.8"])
        #expect(
            lines.map { $0.split(separator: " ").first.map(String.init) ?? "" } == [
                ".1.3.6.1.2.1.1.4.0", ".\(Self.active).1.7.2", ".\(Self.active).1.8.2", ".\(Self.active).1.7.3",
                ".\(Self.active).1.8.3",
            ])
    }

    @Test func aResponseHasALimit() throws {
        let agent = try Agent(alarms: 100) { $0.responseOctets = 484 }
        // As much as fits, and the walk goes on from there.
        let some = try agent.lines("snmpbulkget", "2c", ["-Cr100", Self.active])
        #expect((5..<100).contains(some.count), "\(some.count)")
        #expect(try agent.lines("snmpbulkwalk", "2c", ["-Cr100", Self.active]).count == 99 * 13)
        let many = (1...30).map { "\(Self.history).1.6.\($0)" }
        let old = try agent.ask("snmpget", "1", many)
        #expect(old.standardError.contains("tooBig"), "\(old.standardError)")
    }

    @Test func theMarkOfAManagerIsKeptUntilARestart() throws {
        let agent = try Agent()
        let mark = [Self.coldStartIndication, "u", "77"]
        #expect(try agent.ask("snmpset", "2c", mark).standardError.contains("noAccess"))
        #expect(
            try agent.ask("snmpset", "2c", ["1.3.6.1.2.1.1.5.0", "s", "x"], community: "private").standardError
                .contains("notWritable"))
        #expect(
            try agent.ask("snmpset", "2c", [Self.coldStartIndication, "i", "7"], community: "private").standardError
                .contains("wrongType"))
        #expect(try agent.ask("snmpset", "1", mark, community: "private").status == 0)
        #expect(try agent.lines("snmpget", "2c", [Self.coldStartIndication]).first?.hasSuffix("Gauge32: 77") == true)
        agent.runner.change { fleet, now in
            fleet.change(0, at: now) { device in
                // It has come up some time ago.
                device.restart(at: now + .seconds(-30))
                return device.advance(to: now)
            }
        }
        #expect(try agent.lines("snmpget", "2c", [Self.coldStartIndication]).first?.hasSuffix("Gauge32: 0") == true)
    }
}
