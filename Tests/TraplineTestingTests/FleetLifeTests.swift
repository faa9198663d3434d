import Alarms
import Basics
import DeviceSimulation
import Devices
import Documents
import TestPeers
import Testing
import TraplineTesting

/// Fleets that live, fall silent and come back, in front of a server in a test: hours of it in seconds.
@Suite struct FleetLifeTests {
    private static let configuration = """
        devices:
          networks:
            - {network: 10.1.0.0/16, site: North}
            - {network: 10.2.0.0/16, site: South}
        sinks: {noc: {syslog: {to: "udp://192.0.2.1"}}}
        routes: [{name: all, when: {severity: ">=minor"}, to: noc}]
        """

    /// As many at each of two sites.
    private func fleet(_ count: Int, at time: Timestamp) -> SimulatedFleet {
        var fleet = SimulatedFleet()
        for number in 0..<(2 * count) {
            let (site, host) = (UInt32(number / count), UInt32(number % count))
            fleet.add(
                SimulatedDevice(
                    serialNumber: 5_000_000 + UInt32(number), bootedAt: time + .seconds(-3_600),
                    firstKeepAlive: time + .milliseconds(27_000 * number / (2 * count))),
                at: IPAddress(v4: 0x0a01_0001 + site << 16 + host))
        }
        return fleet
    }

    private func standing(_ server: TestServer) throws -> Set<String> {
        Set(try server.activeAlarms.map { "\($0.alarm) \($0.device.name)" })
    }

    private func lost(_ fleet: SimulatedFleet, _ places: Range<Int>) -> Set<String> {
        Set(places.map { "traplineConnectionLost \(fleet.addresses[$0])" })
    }

    /// Powers devices off, in the order of their places.
    private func kill(_ places: Range<Int>, of fleet: inout SimulatedFleet, at time: Timestamp) {
        for place in places {
            fleet.change(place, at: time) {
                $0.powerOff()
                return []
            }
        }
    }

    @Test func whoIsKilledIsLostAndNobodyElse() throws {
        let server = try TestServer(Self.configuration)
        var fleet = fleet(500, at: server.now)
        try server.run(&fleet, for: .seconds(120))
        #expect(try server.devices.count == 1_000)
        #expect(try server.devices.allSatisfy { $0.state == .alive && $0.id.hasPrefix("serial:") })
        kill(100..<200, of: &fleet, at: server.now)
        // Three periods of 27 s, and what is allowed for besides.
        try server.run(&fleet, for: .seconds(60))
        #expect(try server.activeAlarms.isEmpty)
        try server.run(&fleet, for: .seconds(60))
        #expect(try standing(server) == lost(fleet, 100..<200))
        #expect(try server.devices.filter { $0.state == .lost }.count == 100)

        // Ten minutes away: nobody is late because of that.
        try server.restart(after: .seconds(600))
        try server.run(&fleet, for: .seconds(300))
        #expect(try standing(server) == lost(fleet, 100..<200))

        for place in 100..<200 {
            fleet.change(place, at: server.now) {
                $0.restart(at: server.now)
                return []
            }
        }
        try server.run(&fleet, for: .seconds(120))
        #expect(try server.activeAlarms.isEmpty)
        let told = server.deliveries(to: "noc").map(\.event).filter { $0.alarm == "traplineConnectionLost" }
        #expect(
            told.map(\.transition) == Array(repeating: .raised, count: 100) + Array(repeating: .cleared, count: 100))
    }

    @Test func aSilentSiteIsOneAlarm() throws {
        let server = try TestServer(Self.configuration)
        var fleet = fleet(200, at: server.now)
        try server.run(&fleet, for: .seconds(120))
        for place in 200..<400 {
            fleet.change(place, at: server.now) {
                $0.isConnected = false
                return []
            }
        }
        try server.run(&fleet, for: .seconds(240))
        #expect(server.deliveries(to: "noc").map(\.event.line) == ["raised critical traplineSiteLost South"])
        #expect(try server.devices.filter { $0.state == .lost }.count == 200)

        // All but three are back.
        for place in 203..<400 {
            fleet.change(place, at: server.now) {
                $0.isConnected = true
                return []
            }
        }
        try server.run(&fleet, for: .seconds(240))
        #expect(try standing(server) == lost(fleet, 200..<203))
        #expect(
            server.deliveries(to: "noc").map(\.event.line) == [
                "raised critical traplineSiteLost South", "cleared cleared traplineSiteLost South",
            ] + fleet.addresses[200..<203].map { "raised major traplineConnectionLost \($0)" })
    }

    /// The worked example of the documentation, as it stands there.
    @Test func aGatewayThatFallsSilentIsKnownToBe() throws {
        let server = try TestServer("devices: {networks: [{network: 10.1.0.0/16, site: Hamburg}]}")
        var fleet = SimulatedFleet()
        for number in 1...3 {
            fleet.add(
                SimulatedDevice(serialNumber: 5_967_924 + UInt32(number), bootedAt: server.now),
                at: try #require(IPAddress("10.1.2.\(number)")))
        }
        try server.run(&fleet, for: .seconds(120))
        #expect(try server.devices.allSatisfy { $0.state == .alive })

        fleet.change(0, at: server.now) {
            $0.powerOff()
            return []
        }
        try server.run(&fleet, for: .seconds(120))
        let alarm = try #require(try server.activeAlarms.first)
        #expect(alarm.alarm == "traplineConnectionLost")
        #expect(try server.device("10.1.2.1").state == .lost)

        try server.acknowledge(alarm, note: "the power is off until noon", by: "ann")
        fleet.change(0, at: server.now) {
            $0.restart(at: server.now)
            return []
        }
        try server.run(&fleet, for: .seconds(120))
        #expect(try server.activeAlarms.isEmpty)
        #expect(try server.device("serial:5967925").state == .alive)
    }

    @Test func aPairIsOneDeviceWithTwoUnits() throws {
        let server = try TestServer("")
        var fleet = SimulatedFleet()
        let pair = fleet.add(
            SimulatedDevice(serialNumber: 5_000_001, peerSerialNumber: 5_000_002, bootedAt: server.now),
            at: try #require(IPAddress("10.1.2.1")))
        try server.run(&fleet, for: .seconds(120))
        #expect(try server.devices.map(\.serial) == ["5000001"])
        #expect(try server.devices.map(\.peerSerial) == ["5000002"])
        fleet.change(pair, at: server.now) { $0.switchOver(at: server.now) }
        try server.run(&fleet, for: .seconds(120))
        #expect(try server.devices.map(\.serial) == ["5000002"])
        #expect(try server.devices.map(\.peerSerial) == ["5000001"])
        #expect(!server.events.contains { $0.alarm == "traplineConnectionLost" })
    }
}
