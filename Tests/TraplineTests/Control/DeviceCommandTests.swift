import Basics
import Foundation
import TestPeers
import Testing

/// What operators see of devices and do to them, with the real program.
@Suite(.serialized) struct DeviceCommandTests {
    /// A keep-alive of the vendor's, which tells the device's serial number and its other unit's.
    private func keepAlive(_ server: OperatedServer, serial: String, peer: String) throws {
        let root = "1.3.6.1.4.1.5003.9.10.1.21"
        let output = try TraplineProgram.run([
            "send", "--to", "\(try server.process.endpoint(of: "traps"))", "--inform", "\(root).2.0.16",
            "\(root).1.10.0=\(peer)", "\(root).1.16.0=\(serial)",
        ])
        #expect(output.status == 0, "\(output)")
    }

    private func devices(_ folder: TemporaryFolder, _ filter: String...) throws -> [[String: Any]] {
        try OperatedServer.list(["devices", "list", "--json"] + filter, folder)
    }

    private func ids(_ devices: [[String: Any]]) -> [String] { devices.compactMap { $0["id"] as? String } }

    @Test func aDeviceIsNamedPlacedAndForgotten() async throws {
        let folder = try TemporaryFolder()
        var server = try OperatedServer(folder)
        try server.link("down", 7)
        let isUp = try await server.eventually(["raised ifIndex.7"])
        #expect(isUp, "\(server.got)")
        #expect(try server.text("devices", "name", "127.0.0.1", "edge-1") == "127.0.0.1 is called edge-1\n")
        let placed = try server.text(
            "devices", "group", "edge-1", "core", "--tenant", "tenant-a", "--site", "rotterdam")
        #expect(placed == "edge-1 is put there\n")
        try server.link("down", 8)
        let isTold = try await server.eventually(["raised ifIndex.7", "raised ifIndex.8"])
        #expect(isTold, "\(server.got)")

        // The alarm that stood before belongs there too; the event log tells how it was.
        #expect(try server.active("--group", "core", "--site", "rotterdam").count == 2)
        #expect(try server.active("--group", "default").isEmpty)
        let events = try OperatedServer.list(["events", "--json", "--group", "core"], folder)
        #expect(events.map { $0["source"] as? String } == ["ifIndex.8"])
        #expect((events.first?["device"] as? [String: Any])?["name"] as? String == "edge-1")
        let table = try server.text("devices").split(separator: "\n")
        #expect(table.count == 2 && table[0].hasPrefix("DEVICE     NAME    ADDRESS    STATE  LAST SEEN"), "\(table)")
        #expect(table[1].hasPrefix("127.0.0.1  edge-1  127.0.0.1  known  2"), "\(table)")
        #expect(table[1].hasSuffix("core/rotterdam  -"), "\(table)")
        #expect(try devices(folder, "--state", "known", "--tenant", "tenant-*").count == 1)
        #expect(try devices(folder, "--state", "lost").isEmpty && devices(folder, "--site", "").isEmpty)

        #expect(try server.text("devices", "group", "edge-1", "", "--site", "") == "edge-1 is put there\n")
        #expect(try devices(folder, "--group", "default", "--site", "", "--tenant", "tenant-a").count == 1)
        _ = try server.text("devices", "name", "edge-1", "")
        let named = try server.text("events", "--alarm", "traplineDeviceNamed")
        #expect(named.contains(" calls device 127.0.0.1 edge-1\n"), "\(named)")
        #expect(named.hasSuffix(" gives device 127.0.0.1 its own name back\n"), "\(named)")
        #expect(try devices(folder).map { $0["name"] as? String } == ["127.0.0.1"])

        #expect(try server.text("devices", "forget", "127.0.0.1", "--as", "anna") == "127.0.0.1 is forgotten\n")
        let isForgotten = try await server.eventually([
            "raised ifIndex.7", "raised ifIndex.8", "cleared ifIndex.7 device forgotten",
            "cleared ifIndex.8 device forgotten",
        ])
        #expect(isForgotten, "\(server.got)")
        #expect(try server.text("devices").isEmpty)
        #expect(try server.active().isEmpty)
        #expect(try server.text("audit").contains("devices forget  device 127.0.0.1"))
        let unknown = try server.run("devices", "show", "127.0.0.1")
        #expect(unknown.status == 1 && unknown.standardError.contains("no device 127.0.0.1 is known"), "\(unknown)")
        server.process.kill()
        server = try OperatedServer(folder)
        #expect(try server.text("devices").isEmpty, "a restart does not bring it back")
        try server.link("down", 7)
        let isBack = try await Poll.eventually { try devices(folder).count == 1 }
        #expect(isBack, "but it does itself")
        server.process.stop()
    }

    @Test func aDeviceThatTellsWhoItIsIsTheSameDevice() async throws {
        let folder = try TemporaryFolder()
        let server = try OperatedServer(folder)
        try server.link("down", 7)
        let isUp = try await server.eventually(["raised ifIndex.7"])
        #expect(isUp, "\(server.got)")
        _ = try server.text("devices", "name", "127.0.0.1", "gateway")
        let raised = try #require(server.active().first?["id"] as? Int)
        _ = try server.text("alarms", "ack", "\(raised)")
        _ = try server.text("devices", "maintenance", "gateway", "--for", "1h", "--reason", "swap", "--as", "anna")
        try server.link("down", 8)
        try keepAlive(server, serial: "7000001", peer: "7000002")
        let isIdentified = try await Poll.eventually { try ids(devices(folder)) == ["serial:7000001"] }
        #expect(isIdentified)

        let alarms = try server.active()
        #expect(
            alarms.map { ($0["device"] as? [String: Any])?["id"] as? String } == ["serial:7000001", "serial:7000001"])
        #expect(alarms.map { $0["acknowledged"] != nil } == [true, false])
        #expect(ids(try devices(folder, "--maintenance")) == ["serial:7000001"])
        let shown = try #require(OperatedServer.list(["devices", "show", "gateway", "--json"], folder).first)
        #expect(shown["address"] as? String == "127.0.0.1" && shown["state"] as? String == "alive")
        #expect(shown["openAlarms"] as? [String: Int] == ["major": 2])
        #expect((shown["units"] as? [[String: Any]])?.map { $0["serial"] as? String } == ["7000001", "7000002"])
        #expect((shown["maintenance"] as? [String: Any])?["reason"] as? String == "swap")
        #expect(shown["lastListener"] as? String == "traps")
        let text = try server.text("devices", "show", "127.0.0.1")
        for line in [
            "device             serial:7000001\n", "name               gateway\n",
            "state              alive, in maintenance\n", "units              7000001 (active), 7000002 (standby)\n",
            "open alarms        2 (2 major)\n", "by anna", ": swap\n", "last notification  linkDown, on traps\n",
        ] { #expect(text.contains(line), "\(line) in \(text)") }

        // What was held back of its former identity is told when the maintenance of the new one ends; a clear under the
        // new one ends what was raised under the former.
        try server.link("up", 7)
        _ = try server.text("devices", "maintenance", "serial:7000001", "--off")
        let isTold = try await server.eventually(
            ["raised ifIndex.7", "cleared ifIndex.7", "raised ifIndex.8 maintenance ended"])
        #expect(isTold, "\(server.got)")
        #expect(try server.active().count == 1)
        server.process.stop()
    }

    @Test func aNameThatAnotherHasIsWarnedOf() async throws {
        let folder = try TemporaryFolder()
        let server = try OperatedServer(folder)
        try keepAlive(server, serial: "7000001", peer: "0")
        try keepAlive(server, serial: "7000003", peer: "0")
        let areThere = try await Poll.eventually { try devices(folder).count == 2 }
        #expect(areThere, "\(server.process.output)")
        #expect(try server.text("devices", "name", "serial:7000001", "edge") == "serial:7000001 is called edge\n")
        #expect(
            try server.text("devices", "name", "serial:7000003", "edge")
                == "serial:7000003 is called edge; warning: so is serial:7000001, and commands need their ids\n")
        server.process.stop()
    }

    @Test func againstAStoppedServersFolderItIsDoneAtTheNextStart() async throws {
        let folder = try TemporaryFolder()
        var server = try OperatedServer(folder)
        try server.link("down", 7)
        let isUp = try await Poll.eventually { try server.active().count == 1 }
        #expect(isUp)
        server.process.stop()
        let said = try server.text("devices", "name", "127.0.0.1", "edge-1")
        #expect(said == "127.0.0.1 is called edge-1; no server runs: at its next start\n")
        _ = try server.text("devices", "group", "127.0.0.1", "core")
        server = try OperatedServer(folder)
        let isNamed = try await Poll.eventually {
            try devices(folder, "--group", "core").first?["name"] as? String == "edge-1"
        }
        #expect(isNamed)
        server.process.stop()
        #expect(try server.text("devices", "show", "edge-1").contains("open alarms        1 (1 major)\n"))
        _ = try server.text("devices", "forget", "edge-1")
        server = try OperatedServer(folder)
        let isForgotten = try await Poll.eventually { try server.active().isEmpty && devices(folder).isEmpty }
        #expect(isForgotten)
        server.process.stop()
    }
}
