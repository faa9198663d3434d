import Alarms
import Basics
import Devices
import SNMPWire
import Testing

@Suite struct DeviceIdentityTests {
    private let router = "192.0.2.7"

    @Test func aSenderIsKnownByItsAddress() {
        var scene = Scene()
        #expect(scene.send(from: router, port: 40_000).id == router)
        scene.wait(2)
        #expect(scene.send(from: router, port: 50_000).name == router)
        #expect(scene.send(from: "2001:db8::7").id == "2001:db8::7")
        #expect(scene.send(from: "::ffff:192.0.2.7").id == router)
        let device = scene.inventory.device(router)
        #expect(device?.firstSeen == Timestamp(seconds: 1_000))
        #expect(device?.lastSeen == Timestamp(seconds: 1_002))
        #expect(device?.state == .known)
        #expect(device?.lastNotification == "linkDown")
        #expect(device?.lastListener == "traps")
        #expect(device?.reached?.port == 162)
        #expect(scene.inventory.count == 2)
        #expect(scene.news.isEmpty)
    }

    @Test func aSerialNumberIsTheIdentityFromTheFirstDatagramOn() {
        var scene = Scene()
        let device = scene.keepAlive("5123456", from: router)
        #expect(device.id == "serial:5123456")
        #expect(device.name == router)
        #expect(scene.send(Scene.trap(10), from: router, serial: "5123456").id == "serial:5123456")
        #expect(scene.send(from: router).id == "serial:5123456")
        #expect(scene.inventory.count == 1)
        #expect(scene.inventory.device("serial:5123456")?.serial == "5123456")
        #expect(scene.news.isEmpty)
    }

    @Test func aDeviceKnownByItsAddressThatTellsItsSerialNumberIsTheSameDevice() {
        var scene = Scene()
        scene.send(from: router)
        scene.wait(1)
        #expect(scene.keepAlive("5123456", from: router).id == "serial:5123456")
        #expect(scene.takeWords() == ["192.0.2.7 is serial:5123456"])
        #expect(scene.inventory.count == 1)
        #expect(scene.inventory.device("serial:5123456")?.firstSeen == Timestamp(seconds: 1_000))
        #expect(scene.inventory.device(router) == nil)
        #expect(scene.inventory.takeChanges().removals == [router])
    }

    @Test(arguments: ["", "0", "000000", " ", "00:00:00:00:00:00", "\u{1}\u{2}", String(repeating: "7", count: 65)])
    func anEmptyOrZeroSerialNumberIsNoIdentity(_ serial: String) {
        var scene = Scene()
        #expect(scene.keepAlive(serial, from: router).id == router)
        #expect(scene.inventory.device(router)?.serial == nil)
    }

    @Test func aMACAddressServesAsASerialNumberHoweverItIsWritten() {
        #expect(SerialNumber.normalised("00:90:8F:12:AB:34") == "00908f12ab34")
        #expect(SerialNumber.normalised("00-90-8f-12-ab-34") == "00908f12ab34")
        #expect(SerialNumber.normalised("SN-55") == "SN-55")
        #expect(SerialNumber.normalised("5123456\0\0 ") == "5123456")
        var scene = Scene()
        let device = scene.send(Scene.keepAlive, from: router, on: "keep-alives", info1: "00:90:8f:12:ab:34")
        #expect(device.id == "serial:00908f12ab34")
    }

    @Test func theSerialNumberOfItsOwnVariableCountsBeforeTheAdditionalInfo() {
        var scene = Scene()
        let device = scene.send(
            Scene.keepAlive, from: router, on: "keep-alives", serial: "5123456", info1: "00:90:8f:12:ab:34")
        #expect(device.id == "serial:5123456")
    }

    @Test func theAdditionalInfoOfAnAlarmIsNoIdentity() {
        var scene = Scene()
        #expect(scene.send(Scene.trap(97), from: router, info1: "12", peer: "7654321").id == router)
    }

    @Test func anotherVendorsVariablesTellNoSerialNumber() {
        var scene = Scene()
        #expect(scene.send(OID.enterprises.appending(9, 1), from: router, serial: "5123456").id == router)
    }

    @Test func anEngineIDIsAnIdentity() {
        var scene = Scene()
        let engine: [UInt8] = [0x80, 0, 0x1f, 0x88, 4, 1, 2]
        scene.send(from: router)
        #expect(scene.send(from: router, engineID: engine).id == "engine:80001f88040102")
        #expect(scene.takeWords() == ["192.0.2.7 is engine:80001f88040102"])
        // With USM's proof an address change is believed at once.
        scene.wait(1)
        #expect(
            scene.send(from: "198.51.100.1", engineID: engine, isAuthenticated: true).id == "engine:80001f88040102")
        #expect(scene.takeWords() == ["moved engine:80001f88040102 from 192.0.2.7 to 198.51.100.1"])
        #expect(scene.inventory.count == 1)
    }

    @Test func aSerialNumberCountsMoreThanAnEngineID() {
        var scene = Scene()
        let engine: [UInt8] = [0x80, 0, 0x1f, 0x88, 4, 1, 2]
        scene.send(from: router, engineID: engine)
        #expect(scene.keepAlive("5123456", from: router).id == "serial:5123456")
        #expect(scene.send(from: router, engineID: engine).id == "serial:5123456")
        #expect(scene.inventory.device("serial:5123456")?.engineID == "80001f88040102")
    }

    @Test(arguments: [[UInt8](repeating: 0, count: 8), [UInt8](repeating: 0xff, count: 8), [1, 2]])
    func anEngineIDOfNothingIsNone(_ engine: [UInt8]) {
        var scene = Scene()
        #expect(scene.send(from: router, engineID: engine).id == router)
    }

    // MARK: - Relays

    @Test func aRelayIsBelievedOnlyWhereItIsListed() throws {
        var scene = Scene()
        #expect(scene.send(from: "10.0.0.5", agent: "192.0.2.7").id == "10.0.0.5")
        var policy = DevicePolicy()
        policy.relays = [try #require(Network("10.0.0.0/24"))]
        scene = Scene(policy)
        #expect(scene.send(from: "10.0.0.5", agent: "192.0.2.7").id == router)
        #expect(scene.send(from: "10.0.0.5", trapAddress: "192.0.2.8").id == "192.0.2.8")
        // RFC 3584 §3.1: snmpTrapAddress says who it was first.
        #expect(scene.send(from: "10.0.0.5", agent: "192.0.2.7", trapAddress: "192.0.2.8").id == "192.0.2.8")
        #expect(scene.send(from: "10.0.0.5", agent: "0.0.0.0").id == "10.0.0.5")
        #expect(scene.send(from: "10.9.0.5", agent: "192.0.2.7").id == "10.9.0.5")
        #expect(scene.inventory.device(router)?.port == nil)
    }

    // MARK: - Behind a NAT

    @Test func twoDevicesBehindOneAddressAreToldApartByTheirPorts() {
        var scene = Scene()
        scene.keepAlive("1111111", from: router, port: 40_001)
        scene.keepAlive("2222222", from: router, port: 40_002)
        // Standard traps tell no serial number.
        #expect(scene.send(from: router, port: 40_001).id == "serial:1111111")
        #expect(scene.send(from: router, port: 40_002).id == "serial:2222222")
        #expect(scene.send(from: router, port: 40_003).id == router)
        #expect(scene.inventory.device("serial:1111111")?.port == 40_001)
        #expect(scene.inventory.device("serial:1111111")?.reached?.port == 1_161)
        #expect(scene.inventory.count == 3)
    }

    @Test func aNewPortAtTheSameAddressIsTheSameDevice() {
        var scene = Scene()
        scene.keepAlive("1111111", from: router, port: 40_001)
        scene.keepAlive("2222222", from: router, port: 40_002)
        scene.wait(27)
        // The NAT began anew and gave the ports out the other way round.
        scene.keepAlive("1111111", from: router, port: 40_002)
        scene.keepAlive("2222222", from: router, port: 40_001)
        #expect(scene.send(from: router, port: 40_001).id == "serial:2222222")
        #expect(scene.send(from: router, port: 40_002).id == "serial:1111111")
        #expect(scene.takeWords() == [])
        #expect(scene.inventory.count == 2)
    }

    @Test func aNATThatGivesAPortForEachOfOursIsSeenThrough() {
        var scene = Scene()
        // Linux's masquerading keeps the port where it is free: the second device has port 161 towards our port 162.
        scene.keepAlive("1111111", from: router, port: 161)
        scene.keepAlive("2222222", from: router, port: 1_024)
        #expect(scene.send(Scene.trap(10), from: router, port: 161, serial: "2222222").id == "serial:2222222")
        #expect(scene.send(from: router, port: 161).id == "serial:2222222")
        #expect(scene.send(Scene.trap(10), from: router, port: 1_025, serial: "1111111").id == "serial:1111111")
        #expect(scene.send(from: router, port: 1_025).id == "serial:1111111")
        // And a port that only keep-alives are known from says nothing of traps any more.
        #expect(scene.send(from: router, port: 1_024).id == router)
        #expect(scene.inventory.device("serial:2222222")?.port == 1_024)
    }

    @Test func twoDevicesWithoutSerialNumbersAreToldApartOnceBothPortsLive() {
        var scene = Scene()
        for _ in 0..<3 {
            scene.keepAlive(from: router, port: 40_001)
            scene.wait(13)
            scene.keepAlive(from: router, port: 40_002)
            scene.wait(14)
        }
        #expect(scene.inventory.all.map(\.id) == [router, "192.0.2.7:40002"])
        #expect(scene.send(from: router, port: 40_002).id == "192.0.2.7:40002")
        #expect(scene.inventory.count(of: .alive) == 2)
    }

    @Test func aPortThatChangesWithEachKeepAliveIsOneDevice() {
        var scene = Scene()
        for port in 0..<20 {
            scene.keepAlive(from: router, port: 50_000 + UInt16(port))
            scene.wait(27)
        }
        #expect(scene.inventory.all.map(\.id) == [router])
        scene.keepAlive(from: router, port: 60_000)
        scene.wait(27)
        scene.keepAlive(from: router, port: 60_000)
        #expect(scene.inventory.all.map(\.id) == [router])
        #expect(scene.inventory.device(router)?.state == .alive)
    }

    // MARK: - Limits

    @Test func aFullInventoryStillTellsSendersApart() {
        var inventory = DeviceInventory(capacity: 2)
        for address in 1...4 {
            let received = ReceivedNotification(
                notification: SNMPNotification(version: .v2c, trapOID: .snmpTraps, uptime: 0, variables: []),
                time: Timestamp(seconds: 1), sender: Endpoint(IPAddress(v4: UInt32(address)), port: 161),
                receiver: Endpoint(IPAddress(v4: 0), port: 162), listener: "traps")
            let meaning = Interpretation(
                kind: .event, alarm: "x", alarmOID: .snmpTraps, trapOID: .snmpTraps, source: "",
                severity: .indeterminate, text: "")
            #expect(inventory.identify(received, by: meaning).device.id == "0.0.0.\(address)")
            // Whoever was first is vouched for by an operator.
            _ = inventory.give(.init(name: "named"), to: "0.0.0.\(min(address, 2))")
        }
        #expect(inventory.count == 2)
        #expect(inventory.unlisted == 2)
    }

    @Test func inventedSerialNumbersOfOneAddressEndSomewhere() {
        var scene = Scene()
        for serial in 1...5_000 { scene.send(Scene.trap(10), from: router, serial: "\(serial)") }
        #expect(scene.inventory.count == 4_096)
    }

    @Test func threeDevicesWithoutSerialNumbersAreToldApart() {
        var scene = Scene()
        for _ in 0..<6 {
            for port in 1...3 {
                scene.keepAlive(from: router, port: 40_000 + UInt16(port))
                scene.wait(9)
            }
        }
        #expect(scene.inventory.all.map(\.id) == [router, "192.0.2.7:40002", "192.0.2.7:40003"])
        // One of them falls silent, and it alone.
        for _ in 0..<5 {
            scene.keepAlive(from: router, port: 40_001)
            scene.keepAlive(from: router, port: 40_003)
            scene.wait(27)
        }
        #expect(scene.takeWords() == ["lost 192.0.2.7:40002"])
        // And is back with another port: it is the one that was missing.
        #expect(scene.keepAlive(from: router, port: 50_000).id == "192.0.2.7:40002")
        #expect(scene.takeWords() == ["restored 192.0.2.7:40002"])
        #expect(scene.inventory.count == 3)
    }

    @Test func oneWithoutASerialNumberBesideOneThatHasOne() {
        var scene = Scene()
        for _ in 0..<4 {
            scene.keepAlive("1111111", from: router, port: 161)
            scene.wait(13)
            scene.keepAlive(from: router, port: 40_002)
            scene.wait(14)
        }
        #expect(scene.inventory.all.map(\.id) == ["192.0.2.7:40002", "serial:1111111"])
        #expect(scene.inventory.device("serial:1111111")?.port == 161)
    }

    @Test func whoeverHadAPortBeforeKeepsTheIdentityThatIsNamedForIt() {
        var scene = Scene()
        func round(_ ports: [UInt16], _ count: Int) {
            for _ in 0..<count {
                for port in ports {
                    scene.keepAlive(from: router, port: port)
                    scene.wait(9)
                }
            }
        }
        round([40_001, 40_002], 5)
        // The second moves on to another port, and a third gets the port that it had.
        round([40_001], 6)
        round([40_001, 40_005], 3)
        round([40_001, 40_005, 40_002], 6)
        #expect(scene.inventory.all.map(\.id) == [router, "192.0.2.7:40002", "192.0.2.7:40002#2"])
        #expect(scene.inventory.device("192.0.2.7:40002")?.port == 40_005)
    }
}
