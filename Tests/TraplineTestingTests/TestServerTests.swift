import Alarms
import Basics
import DeviceSimulation
import Devices
import Documents
import SNMPWire
import TestPeers
import Testing
import Trapline
import TraplineTesting

/// A server in a test, and what can be asked of it.
@Suite struct TestServerTests {
    /// The worked example of the documentation, as it stands there.
    @Test func anAlarmReachesTheOperationsCentreAndItsClearFollows() throws {
        let server = try TestServer(
            """
            access: {communities: [{name: fleet, value: trapuser}]}
            sinks:
              noc: {syslog: {to: "udp://192.0.2.1", format: rfc3164}}
              archive: {file: {to: /var/log/trapline/events.jsonl}}
            routes:
              - {name: serious, when: {severity: ">=major"}, to: noc}
              - {name: all, to: archive}
            """)
        var fleet = SimulatedFleet()
        let gateway = fleet.add(
            SimulatedDevice(serialNumber: 5_967_925, bootedAt: server.now), at: try #require(IPAddress("10.1.2.3")))

        fleet.change(gateway, at: server.now) { $0.raise(.ethernetLink(1), at: server.now) }
        try server.run(&fleet, for: .seconds(60))
        #expect(try server.activeAlarms.map(\.key.source) == ["Board#1/EthernetLink#1"])

        fleet.change(gateway, at: server.now) { $0.clear(DeviceAlarm.ethernetLink(1).key, at: server.now) }
        try server.run(&fleet, for: .seconds(60))
        #expect(try server.activeAlarms.isEmpty)

        #expect(
            server.deliveries(to: "noc").map(\.event.line) == [
                "raised major acBoardEthernetLinkAlarm Board#1/EthernetLink#1 10.1.2.3",
                "cleared cleared acBoardEthernetLinkAlarm Board#1/EthernetLink#1 10.1.2.3",
            ])
        #expect(server.deliveries(to: "noc").first?.text.contains("LAN port number 1 is down") == true)
    }

    @Test func trapsByNameWithTheirTimes() throws {
        let server = try TestServer(
            """
            sinks: {screen: {console: {}}}
            routes: [{name: ours, when: {sender: 10.0.0.0/8}, to: screen}]
            """)
        let start = server.now
        try server.trap("linkDown", ["ifIndex.7=7"], from: "10.1.2.3")
        try server.advance(by: .seconds(90))
        try server.trap("IF-MIB::linkUp", ["ifIndex.7=7"], from: "10.1.2.3:1161", version: .v1)
        try server.trap("1.3.6.1.4.1.99.0.5", ["1.3.6.1.4.1.99.1=s:hello"], from: "192.0.2.9")
        #expect(server.now == start + .seconds(90))
        #expect(
            server.events.map(\.line) == [
                "raised major linkDown ifIndex.7 10.1.2.3", "cleared cleared linkDown ifIndex.7 10.1.2.3",
                "logged indeterminate enterprises.99.0.5 192.0.2.9",
            ])
        #expect(server.events.map(\.time) == [start, server.now, server.now].map(\.description))
        #expect(server.events.last?.notification?.variables?.first?.text == "hello")
        #expect(server.deliveries(to: "screen").count == 2)
        #expect(server.deliveries(to: "nobody") == [])
        #expect(try server.devices.map(\.address.description).sorted() == ["10.1.2.3", "192.0.2.9"])
    }

    @Test func whoIsNotLetInIsCounted() throws {
        let server = try TestServer("access: {communities: [trapuser], sources: [10.0.0.0/8]}")
        try server.trap("coldStart", from: "10.0.0.1", community: "trapuser")
        try server.trap("coldStart", from: "10.0.0.1", community: "stranger")
        try server.trap("coldStart", from: "192.0.2.1", community: "trapuser")
        try server.receive([0x30, 0x00], from: "10.0.0.1")
        #expect(server.events.count == 1)
        #expect(server.refused == 3)
    }

    @Test func aCaptureComesWithItsOwnClock() throws {
        let folder = try TemporaryFolder()
        let time = Timestamp(seconds: 1_700_000_000)
        var device = SimulatedDevice(serialNumber: 1, bootedAt: time + .seconds(-100))
        var sent = device.raise(.ethernetLink(1), at: time)
        sent += device.raise(.ethernetLink(2), at: time + .seconds(5))
        sent += device.clear(DeviceAlarm.ethernetLink(1).key, at: time + .seconds(65))
        let file = try folder.write(CaptureFile.pcap(sent, from: "10.9.9.9"), to: "traps.pcap")
        let server = try TestServer()
        #expect(try server.replay(file) == 3)
        #expect(server.now == time + .seconds(65))
        #expect(server.events.map(\.time) == [time, time + .seconds(5), time + .seconds(65)].map(\.description))
        #expect(try server.activeAlarms.map(\.key.source) == ["Board#1/EthernetLink#2"])
        #expect(server.events.first?.device.address == "10.9.9.9")
        // Once more: it follows on.
        try server.replay(file)
        #expect(server.now == time + .seconds(131))
        #expect(throws: (any Error).self) { try server.replay(folder.file("missing.pcap")) }
    }

    @Test func whatStandsOutlivesARestart() throws {
        let server = try TestServer()
        try server.trap("linkDown", ["ifIndex.7=7"], from: "10.1.2.3")
        let before = server.now
        try server.restart(after: .seconds(30))
        #expect(server.now == before + .seconds(30))
        try server.trap("linkDown", ["ifIndex.7=7"], from: "10.1.2.3")
        try server.trap("linkUp", ["ifIndex.7=7"], from: "10.1.2.3")
        #expect(
            server.events.filter { $0.device.id != "trapline" }.map(\.transition) == [.raised, .repeated, .cleared])
        #expect(server.events.map(\.id) == Array(1...Int64(server.events.count)))
    }

    @Test func problemsAreTold() throws {
        let error = #expect(throws: TestServerError.self) {
            try TestServer("sinks: {noc: {pigeon: {}}}\nrouts: []")
        }
        #expect(error?.description.contains("configuration:1:") == true, "\(String(describing: error))")
        #expect(error?.description.contains("pigeon") == true, "\(String(describing: error))")
        #expect(error?.description.contains("routs") == true)
        let server = try TestServer()
        #expect(throws: (any Error).self) { try server.trap("noSuchTrap", from: "10.0.0.1") }
        #expect(throws: TestServerError.self) { try server.trap("coldStart", from: "nowhere") }
        #expect(throws: TestServerError.self) { try server.trap("coldStart", from: "10.0.0.1", version: .v3) }
    }

    /// What a thousand devices send in five minutes is there, and nothing is made of it but their presence.
    @Test func aFleetIsHeard() throws {
        let server = try TestServer()
        var fleet = SimulatedFleet()
        for number in 0..<UInt32(1_000) {
            fleet.add(
                SimulatedDevice(
                    serialNumber: 1_000 + number, bootedAt: server.now,
                    firstKeepAlive: server.now + .milliseconds(Int(number) * 27)),
                at: IPAddress(v4: 0x0a01_0000 + number))
        }
        try server.run(&fleet, for: .seconds(300))
        #expect(try server.devices.count == 1_000)
        #expect(try server.activeAlarms.isEmpty)
        #expect(server.events.filter { $0.transition == .raised } == [])
    }
}
