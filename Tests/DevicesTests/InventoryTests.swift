import Alarms
import Basics
import Devices
import SNMPWire
import Testing

@Suite struct InventoryTests {
    private let home = "192.0.2.7"

    @Test func theLongestPrefixSaysWhereADeviceBelongs() throws {
        let policy = DevicePolicy(rules: [
            .init(network: try #require(Network("192.0.0.0/8")), group: "west", tenant: "acme", site: "a"),
            .init(network: try #require(Network("192.0.2.0/24")), group: "core", tenant: "acme", region: "r1"),
        ])
        var scene = Scene(policy)
        let device = scene.send(from: home)
        #expect(device.group == "core")
        #expect(device.tenant == "acme")
        #expect(device.site == nil)
        #expect(scene.send(from: "192.9.0.1").site == "a")
        #expect(scene.send(from: "10.0.0.1").group == "default")
    }

    @Test func theOperatorsWordCountsMore() throws {
        var scene = Scene()
        scene.send(from: home)
        let isDone1 = scene.inventory.give(.init(name: "edge", group: "vip", site: "hq"), to: home)
        #expect(isDone1)
        let device = scene.send(from: home)
        #expect(device.name == "edge")
        #expect(device.group == "vip")
        #expect(device.site == "hq")
        let isDone2 = scene.inventory.give(.init(), to: home)
        #expect(isDone2)
        #expect(scene.send(from: home).name == home)
        let isNobodyKnown = scene.inventory.give(.init(), to: "nobody")
        #expect(!isNobodyKnown)
        // It stays when the device tells who it is.
        _ = scene.inventory.give(.init(name: "edge"), to: home)
        #expect(scene.keepAlive("5", from: home).name == "edge")
    }

    @Test func anotherConfigurationHoldsForDevicesThatAreKnown() throws {
        var scene = Scene()
        scene.run(3, [("1", home)])
        let network = try #require(Network("192.0.2.0/24"))
        #expect(scene.inventory.take(DevicePolicy(rules: [.init(network: network, group: "new", site: "s")])) == [])
        #expect(scene.inventory.eventDevice("serial:1")?.group == "new")
        scene.wait(200)
        #expect(scene.takeWords() == ["lost serial:1"])
        let unwatched = DevicePolicy(rules: [.init(network: network, isExpected: false)])
        #expect(scene.inventory.take(unwatched).map(Scene.words) == ["restored serial:1"])
        #expect(scene.inventory.count(of: .known) == 1)
        #expect(scene.inventory.count(of: .lost) == 0)
    }

    @Test func aForgottenDeviceIsNewWhenItSendsAgain() {
        var scene = Scene()
        scene.run(3, [("1", home)])
        #expect(scene.inventory.forget("serial:1")?.device.serial == "1")
        #expect(scene.inventory.forget("serial:1") == nil)
        #expect(scene.inventory.count == 0)
        #expect(scene.inventory.takeChanges().removals == ["serial:1"])
        scene.wait(200)
        #expect(scene.takeWords() == [])
        scene.keepAlive("1", from: home)
        #expect(scene.inventory.device("serial:1")?.firstSeen == Timestamp(seconds: scene.now))
        #expect(scene.inventory.takeChanges().removals == [])
    }

    @Test func whatTheDeviceToldOfItselfIsKept() {
        var scene = Scene()
        scene.send(from: home)
        let isDone3 = scene.inventory.learn(home, product: "Mediant 800", softwareVersion: "7.20A", foundName: "sbc-1")
        #expect(isDone3)
        let device = scene.inventory.device(home)
        #expect(device?.product == "Mediant 800")
        #expect(device?.name == "sbc-1")
        let isDone4 = scene.inventory.setMaintenance(true, of: home)
        #expect(isDone4)
        #expect(scene.inventory.device(home)?.isInMaintenance == true)
        let isNobodyKnown = scene.inventory.setMaintenance(true, of: "nobody")
        #expect(!isNobodyKnown)
    }

    @Test func changesAreTakenOnceAndSignsApart() {
        var scene = Scene()
        scene.keepAlive("1", from: home)
        var changes = scene.inventory.takeChanges()
        #expect(changes.devices.map(\.id) == ["serial:1"])
        #expect(changes.signs.isEmpty)
        #expect(scene.inventory.takeChanges().isEmpty)
        scene.wait(27)
        scene.keepAlive("1", from: home)
        changes = scene.inventory.takeChanges()
        #expect(changes.devices.isEmpty)
        #expect(changes.signs.map(\.number) == [1])
        #expect(changes.signs.first?.lastKeepAlive == Timestamp(seconds: 1_027))
        #expect(changes.signs.first?.liveness.period.odd == 27_000)
        #expect(changes.live == 27_000_000_000)
    }

    @Test func rowsAndSignsTogetherTellAll() throws {
        var scene = Scene()
        var rows: [UInt32: Device] = [:]
        for round in 0..<10 {
            for serial in 1...20 where (serial + round) % 3 != 0 {
                scene.keepAlive("\(serial)", from: "10.0.0.\(serial)")
            }
            scene.wait(27)
            let changes = scene.inventory.takeChanges()
            for device in changes.devices { rows[device.number] = device }
            for sign in changes.signs {
                var device = try #require(rows[sign.number])
                sign.apply(to: &device)
                rows[sign.number] = device
            }
        }
        for device in scene.inventory.all {
            #expect(rows[device.number]?.liveness == device.liveness)
            #expect(rows[device.number]?.lastSeen == device.lastSeen)
            #expect(rows[device.number]?.lastKeepAlive == device.lastKeepAlive)
        }
    }

    @Test func lastSeenNeverGoesBack() {
        var scene = Scene()
        scene.wait(10)
        scene.keepAlive("1", from: home)
        let received = ReceivedNotification(
            notification: .init(version: .v2c, trapOID: Scene.keepAlive, uptime: 0, variables: []),
            time: Timestamp(seconds: 1_005), sender: Endpoint(IPAddress(v4: 0xc000_0207), port: 161),
            receiver: Endpoint(IPAddress(v4: 0), port: 1161), listener: "keep-alives")
        let meaning = Interpretation(
            kind: .keepAlive, alarm: "k", alarmOID: Scene.keepAlive, trapOID: Scene.keepAlive, source: "",
            severity: .indeterminate, text: "")
        #expect(scene.inventory.advance(to: received.time) == [])
        _ = scene.inventory.identify(received, by: meaning)
        #expect(scene.inventory.device("serial:1")?.lastSeen == Timestamp(seconds: 1_010))
        #expect(scene.inventory.device("serial:1")?.lastKeepAlive == Timestamp(seconds: 1_010))
    }

    @Test func portsArePackedIntoANumber() {
        var scene = Scene()
        scene.keepAlive("1", from: home, port: 40_001)
        scene.send(Scene.trap(10), from: home, port: 40_002, serial: "1")
        let ports = scene.inventory.device("serial:1")?.ports
        #expect(ports?.port(on: 1_161) == 40_001)
        #expect(ports?.port(on: 162) == 40_002)
        #expect(ports?.port(on: 163) == nil)
        #expect(ports.map { BoundPorts(packed: $0.packed) } == ports)
    }

    @Test func anAddressThatIsExpectedIsNeverWithoutADevice() throws {
        let network = try #require(Network(home))
        var scene = Scene(DevicePolicy(rules: [.init(network: network, name: "edge", isExpected: true)]))
        scene.run(3, [("1", home)])
        _ = scene.takeNews()
        #expect(scene.inventory.forget("serial:1")?.device.name == "edge")
        #expect(scene.inventory.all.map(\.id) == [home])
        #expect(scene.inventory.device(home)?.firstSeen == Timestamp(seconds: scene.now))
        scene.wait(1_000)
        #expect(scene.takeWords() == ["lost 192.0.2.7"])
    }

    @Test func theRuleOfTheLongestPrefixIsFoundAmongMany() throws {
        var rules: [DevicePolicy.NetworkRule] = []
        for number in 0..<300 {
            let address = "10.0.\(number / 256).\(number % 256)"
            rules.append(.init(network: try #require(Network(address)), name: "host \(number)"))
        }
        rules.append(.init(network: try #require(Network("10.0.0.0/24")), name: "near"))
        rules.append(.init(network: try #require(Network("0.0.0.0/0")), name: "any"))
        rules.append(.init(network: try #require(Network("2001:db8::/32")), name: "six"))
        let policy = DevicePolicy(rules: rules)
        func name(_ address: String) -> String? { IPAddress(address).flatMap { policy.rule(for: $0)?.name } }
        #expect(name("10.0.0.77") == "host 77")
        #expect(name("10.0.1.43") == "host 299")
        #expect(name("10.0.1.44") == "any")
        #expect(name("2001:db8::1") == "six")
        #expect(name("2001:db9::1") == nil)
    }
}
