import Alarms
import Basics
import Devices
import SNMPWire
import Testing

/// How a request gets to a device, and what an answer proves.
@Suite struct DeviceWayTests {
    private func claim(_ key: String, _ kind: BindingClaim.Kind = .address) -> BindingClaim {
        BindingClaim(
            key: key, kind: kind, device: "serial:1", address: IPAddress(v4: 1), port: nil,
            reached: Endpoint(IPAddress(v4: 2), port: 162), first: 0, last: 0, count: 1)
    }

    @Test(
        arguments: [
            ("serial:5123456", "5123456", nil, true), ("serial:5123456", "5123457", nil, false),
            ("serial:5123456", nil, nil, nil), ("serial:5123456", "0", "80000a", nil),
            ("peer:5123456", "5123456", nil, true),
            ("engine:80000a", nil, "80000a", true), ("engine:80000a", "5123456", "80000b", false),
            ("engine:80000a", "5123456", nil, nil),
            // A MAC address whose lower half is the serial number, and one that tells nothing.
            ("serial:00908f4e2d40", "5123392", nil, true), ("serial:00908f4e2d40", "5123393", nil, nil),
        ] as [(String, String?, String?, Bool?)])
    func whoAnswersProvesOrRefutes(key: String, serial: String?, engineID: String?, isProven: Bool?) {
        #expect(claim(key).isProven(serial: serial, engineID: engineID) == isProven)
    }

    @Test func aPortIsNobody() {
        #expect(!claim("port:192.0.2.7", .port).isProvable)
        #expect(claim("port:192.0.2.7", .port).isProven(serial: "5", engineID: nil) == nil)
    }

    @Test func aDeviceWithoutKeepAlivesIsAskedAtItsAgent() throws {
        var scene = Scene()
        let device = scene.send(from: "10.1.1.1", port: 50_000, serial: "7")
        let way = try #require(scene.inventory.way(to: device.id))
        #expect(way.peer == Endpoint("10.1.1.1:161"))
        #expect(way.local == Endpoint("10.0.0.1:162"))
        #expect(way.closes == nil)
        #expect(scene.inventory.way(to: "serial:8") == nil)
    }

    @Test func aDeviceIsAskedThroughTheWayThatItsKeepAliveOpened() throws {
        var scene = Scene()
        let device = scene.keepAlive("7", from: "10.1.1.1", port: 40_161)
        let first = try #require(scene.inventory.way(to: device.id))
        #expect(first.peer == Endpoint("10.1.1.1:40161"))
        #expect(first.local == Endpoint("10.0.0.1:1161"))
        // As long as nobody knows better.
        #expect(first.closes == Timestamp(seconds: scene.now + 60))
        for port in UInt16(40_162)...40_163 {
            scene.wait(27)
            scene.keepAlive("7", from: "10.1.1.1", port: port)
        }
        let second = try #require(scene.inventory.way(to: device.id))
        #expect(second.peer == Endpoint("10.1.1.1:40163"))
        // Its keep-alives come after nine tenths of the binding's time.
        #expect(second.closes == Timestamp(seconds: scene.now + 30))
        // Traps come from elsewhere, and open nothing.
        scene.wait(5)
        scene.send(from: "10.1.1.1", port: 50_000, serial: "7")
        #expect(scene.inventory.way(to: device.id) == second)
    }

    @Test func aConfiguredPeriodSaysHowLongAWayIsOpen() throws {
        let network = try #require(Network("10.1.0.0/16"))
        var scene = Scene(DevicePolicy(rules: [.init(network: network, period: .seconds(90))]))
        let device = scene.keepAlive("7", from: "10.1.1.1")
        #expect(scene.inventory.way(to: device.id)?.lasts == 100_000_000_000)
    }
}
