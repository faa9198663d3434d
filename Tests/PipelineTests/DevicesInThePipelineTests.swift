import Alarms
import Basics
import Devices
import Journal
import MIBCatalog
import Pipeline
import SNMPWire
import Store
import TestPeers
import Testing
import TraplineMetrics

/// What the inventory finds out becomes events and alarms that take the same way as any other.
@Suite struct DevicesInThePipelineTests {
    static let keepAlive = VendorProfile.ownTrapRoot.appending(2, 0, 16)

    static func policy() throws -> DevicePolicy {
        DevicePolicy(
            rules: [
                DevicePolicy.NetworkRule(
                    network: try #require(Network("198.51.100.0/24")), group: "branches", tenant: "acme",
                    site: "north", period: .seconds(10)),
                DevicePolicy.NetworkRule(network: try #require(Network("192.0.2.0/24")), period: .seconds(10)),
            ])
    }

    static func snapshot() throws -> PipelineSnapshot {
        var snapshot = try Sample.snapshot(alarms: AlarmSettings(flapping: nil))
        let raises: [(OID, Severity)] = [(OwnFacts.connectionLost, .major), (OwnFacts.siteLost, .critical)]
        let clears = [
            (OwnFacts.connectionRestored, OwnFacts.connectionLost),
            (OwnFacts.connectionCovered, OwnFacts.connectionLost),
            (OwnFacts.siteRestored, OwnFacts.siteLost),
        ]
        let events = [OwnFacts.bindingDisputed, OwnFacts.deviceMoved, OwnFacts.switchedOver]
        snapshot.interpreter = AlarmInterpreter(
            rules: Sample.rules + [
                AlarmRule(notification: keepAlive, kind: .keepAlive, severity: .fixed(.indeterminate))
            ]
                + raises.map { AlarmRule(notification: $0, kind: .alarm, severity: .fixed($1)) }
                + clears.map { AlarmRule(notification: $0, kind: .alarm, alarmOID: $1, severity: .fixed(.cleared)) }
                + events.map { AlarmRule(notification: $0, kind: .event, severity: .fixed(.indeterminate)) },
            catalog: .empty)
        snapshot.devices = try policy()
        return snapshot
    }

    /// A pipeline on a journal that grows.
    struct Fed {
        var entries: [JournalEntry] = []
        var pipeline: EventPipeline
        let store: EventStore
        private var fed = 0

        init() throws {
            store = try EventStore.inMemory()
            pipeline = try EventPipeline(
                store: store, snapshot: DevicesInThePipelineTests.snapshot(), metrics: MetricsRegistry())
        }

        mutating func feed(_ more: [JournalEntry]) throws -> [String] {
            entries += more
            let records = Sample.records(entries)
            defer { fed = records.count }
            return try pipeline.process(Array(records[fed...])).map(DevicesInThePipelineTests.words)
        }

        mutating func ticks(_ seconds: ClosedRange<Int64>) throws -> [String] {
            try feed(seconds.map { DevicesInThePipelineTests.tick(at: $0) })
        }
    }

    static func words(_ outcome: EventOutcome) -> String {
        let names: [OID: String] = [
            OwnFacts.connectionLost: "lost", OwnFacts.connectionRestored: "lost", OwnFacts.connectionCovered: "lost",
            OwnFacts.siteLost: "site", OwnFacts.siteRestored: "site", OwnFacts.bindingDisputed: "disputed",
            OwnFacts.deviceMoved: "moved", OwnFacts.switchedOver: "switched", Sample.linkDown: "link",
            Sample.linkUp: "link",
        ]
        let event = outcome.event
        let subject = "\(names[event.oid] ?? "?") \(event.device.id)"
        return "\(event.time.nanoseconds / 1_000_000_000) \(event.transition) \(subject)"
    }

    static func tick(at seconds: Int64) -> JournalEntry {
        Sample.entry(Sample.datagram(OwnFacts.tick), at: seconds, from: 0x7f00_0001, on: OwnFacts.listener)
    }

    static func keepAlive(
        at seconds: Int64, from sender: UInt32 = 0xc000_0207, port: UInt16 = 40_000, serial: String? = nil,
        peer: String? = nil, uptime: UInt32? = nil
    ) -> JournalEntry {
        var variables: [VariableBinding] = []
        for (number, text) in [(UInt32(10), peer), (16, serial)] {
            guard let text else { continue }
            variables.append(global(number, .octetString(ArraySlice(text.utf8))))
        }
        var entry = notification(keepAlive, variables, at: seconds, from: sender, uptime: uptime, on: "keep-alives")
        entry.sender.port = port
        entry.receiver.port = 1_161
        return entry
    }

    /// An alarm of the vendor's that no rule names, and that says nothing of the unit which sent it.
    static func vendorAlarm(
        _ severity: Severity, source: String, number: Int32, at seconds: Int64, uptime: UInt32
    ) -> JournalEntry {
        notification(
            VendorProfile.ownTrapRoot.appending(2, 0, 999),
            [
                global(3, .octetString(ArraySlice(source.utf8))), global(4, .integer(Int32(severity.rawValue))),
                global(5, .integer(number)),
            ], at: seconds, uptime: uptime, on: "traps")
    }

    private static func global(_ number: UInt32, _ value: Value) -> VariableBinding {
        VariableBinding(name: VendorProfile.ownTrapRoot.appending(1, number, 0), value: value)
    }

    private static func notification(
        _ oid: OID, _ variables: [VariableBinding], at seconds: Int64, from sender: UInt32 = 0xc000_0207,
        uptime: UInt32?, on listener: String
    ) -> JournalEntry {
        let notification = SNMPNotification(
            version: .v2c, community: ArraySlice("public".utf8), trapOID: oid,
            uptime: uptime ?? UInt32(clamping: seconds * 100), variables: VariableBindings(variables))
        let pdu = notification.v2PDU(kind: .trap, requestID: 1)
        return Sample.entry(
            CommunityMessage(version: .v2c, community: notification.community, pdu: .standard(pdu)).encode(),
            at: seconds, from: sender, on: listener)
    }

    @Test func aDeviceThatFallsSilentIsAnAlarmUntilItIsHeardAgain() throws {
        var fed = try Fed()
        #expect(try fed.feed([Self.keepAlive(at: 100), Self.keepAlive(at: 110)]).isEmpty, "keep-alives are no events")
        #expect(try fed.ticks(111...141).isEmpty, "three periods and what may be late")
        #expect(try fed.ticks(142...145) == ["143 raised lost 192.0.2.7"], "in the second in which it is due")
        #expect(fed.pipeline.activeAlarms.map(\.severity) == [.major])
        #expect(try fed.store.devices().map(\.state) == [.lost])
        #expect(
            try fed.feed([Sample.linkDown(at: 150)]) == ["150 cleared lost 192.0.2.7", "150 raised link 192.0.2.7"],
            "any datagram of it will do, and its return is told first")
        #expect(try fed.store.devices().map(\.state) == [.alive])
    }

    @Test func nobodyIsLostBecauseTheServerWasNotThere() throws {
        var fed = try Fed()
        _ = try fed.feed([Self.keepAlive(at: 100), Self.keepAlive(at: 110)])
        #expect(try fed.feed([Self.tick(at: 1_000)]).isEmpty)
        #expect(try fed.ticks(1_001...1_031).isEmpty, "each has the time that it had")
        #expect(try fed.ticks(1_032...1_035) == ["1033 raised lost 192.0.2.7"])
    }

    /// Commands beside a stopped server record facts, and nobody hears the devices between them.
    @Test func nobodyIsLostBecauseOperatorsWorkedMeanwhile() throws {
        var fed = try Fed()
        _ = try fed.feed([Self.keepAlive(at: 100), Self.keepAlive(at: 110)])
        let recorded = stride(from: Int64(114), through: 190, by: 4).map { time in
            var fact = Self.tick(at: time)
            fact.sender.port = OwnFacts.unheardPort
            return fact
        }
        #expect(try fed.feed(recorded).isEmpty)
        #expect(try fed.ticks(191...222).isEmpty)
        #expect(try fed.ticks(223...226) == ["223 raised lost 192.0.2.7"])
    }

    @Test func anAlarmIsOfTheSiteThatAnotherConfigurationSays() throws {
        var fed = try Fed()
        _ = try fed.feed([Sample.linkDown(at: 100)])
        var snapshot = fed.pipeline.snapshot
        snapshot.devices = DevicePolicy(rules: [
            DevicePolicy.NetworkRule(network: try #require(Network("192.0.2.0/24")), site: "mill")
        ])
        fed.pipeline.snapshot = snapshot
        _ = try fed.feed([Self.tick(at: 101)])
        #expect(try fed.store.activeAlarms().map(\.device.site) == ["mill"])

        // The same where it changed while the server was stopped.
        snapshot.devices = DevicePolicy(rules: [
            DevicePolicy.NetworkRule(network: try #require(Network("192.0.2.0/24")), site: "harbour")
        ])
        fed.pipeline = try EventPipeline(store: fed.store, snapshot: snapshot, metrics: MetricsRegistry())
        _ = try fed.feed([Self.tick(at: 102)])
        #expect(try fed.store.activeAlarms().map(\.device.site) == ["harbour"])
    }

    @Test func aSilentSiteIsOneAlarm() throws {
        var fed = try Fed()
        let site: [UInt32] = [0xc633_6401, 0xc633_6402, 0xc633_6403]
        _ = try fed.feed([100, 110].flatMap { time in site.map { Self.keepAlive(at: time, from: $0) } })
        let said = try fed.ticks(111...170)
        #expect(said.count == 1)
        #expect(said.first?.hasSuffix("raised site site:acme/north") == true, "\(said)")
        let alarm = try #require(fed.pipeline.activeAlarms.first)
        #expect((alarm.device.site, alarm.device.tenant) == ("north", "acme"))

        let back = try fed.feed([200, 205, 210, 215].map { Self.keepAlive(at: $0, from: site[0]) })
        #expect(
            back.map { $0.split(separator: " ", maxSplits: 1).last ?? "" } == [
                "cleared site site:acme/north", "raised lost 198.51.100.2", "raised lost 198.51.100.3",
            ], "\(back)")
    }

    @Test func alarmsFollowADeviceToItsSerialNumber() throws {
        var fed = try Fed()
        #expect(try fed.feed([Sample.linkDown(at: 100)]) == ["100 raised link 192.0.2.7"])
        let raised = try #require(fed.pipeline.activeAlarms.first)
        #expect(try fed.feed([Self.keepAlive(at: 101, serial: "5123456")]).isEmpty)
        #expect(fed.pipeline.activeAlarms.map(\.key.device) == ["serial:5123456"])
        #expect(fed.pipeline.activeAlarms.map(\.id) == [raised.id], "it is the alarm it was")
        #expect(try fed.store.devices().map(\.id) == ["serial:5123456"])
        #expect(try fed.store.activeAlarms().map(\.key.device) == ["serial:5123456"])
        #expect(try fed.feed([Sample.linkUp(at: 102)]) == ["102 cleared link serial:5123456"])
    }

    /// The other unit began later, and has numbers of its own: neither is a restart, and nothing of it is late.
    @Test func aSwitchOverIsNoRestartAndItsNumbersAreNoOldOnes() throws {
        var fed = try Fed()
        let day: UInt32 = 8_640_000
        _ = try fed.feed([
            Self.keepAlive(at: 100, serial: "5000001", peer: "5000002", uptime: day),
            Self.vendorAlarm(.major, source: "Board#1", number: 22, at: 101, uptime: day + 100),
            Self.vendorAlarm(.major, source: "Board#2", number: 23, at: 101, uptime: day + 100),
        ])
        #expect(fed.pipeline.activeAlarms.count == 2)
        let said = try fed.feed([
            // It has run for an hour less.
            Self.keepAlive(at: 120, serial: "5000002", peer: "5000001", uptime: day - 360_000),
            Self.vendorAlarm(.cleared, source: "Board#1", number: 3, at: 121, uptime: day - 359_900),
        ])
        #expect(said == ["120 logged switched serial:5000001", "121 cleared ? serial:5000001"])
        #expect(fed.pipeline.activeAlarms.map(\.key.source) == ["Board#2"], "and nothing ends by the way")
        #expect(try fed.store.devices().map(\.serial) == ["5000002"])
    }

    /// As an upgrade without interruption does: each unit starts anew while the other one is active.
    @Test func aUnitThatStartedAnewInItsStandbyTakesOverWithoutARestart() throws {
        var fed = try Fed()
        let day: UInt32 = 8_640_000
        _ = try fed.feed([
            Self.keepAlive(at: 100, serial: "5000001", peer: "5000002", uptime: day),
            Self.keepAlive(at: 120, serial: "5000002", peer: "5000001", uptime: day),
            Self.vendorAlarm(.major, source: "Board#1", number: 3, at: 200, uptime: day + 8_000),
        ])
        // The first one was started anew a hundred seconds after that.
        let back = Self.keepAlive(at: 500, serial: "5000001", peer: "5000002", uptime: 20_000)
        #expect(try fed.feed([back]) == ["500 logged switched serial:5000001"])
        #expect(fed.pipeline.activeAlarms.map(\.key.source) == ["Board#1"])
        // What it does from then on is the device's.
        let again = Self.keepAlive(at: 700, serial: "5000001", peer: "5000002", uptime: 1_000)
        #expect(try fed.feed([again]) == ["700 cleared ? serial:5000001"])
        #expect(fed.pipeline.activeAlarms.isEmpty)
    }

    @Test func whatAnOperatorSaysOfADeviceStandsInItsEvents() throws {
        var fed = try Fed()
        _ = try fed.feed([Self.keepAlive(at: 100)])
        _ = try fed.feed([
            Sample.entry(.nameDevice("192.0.2.7", name: "edge"), by: "anna", at: 101),
            Sample.entry(
                .placeDevice("192.0.2.7", DevicePlacement(group: "core", site: "south")), by: "anna", at: 101),
        ])
        let device = try #require(try fed.store.devices().first)
        #expect((device.name, device.group, device.site) == ("edge", "core", "south"))
        _ = try fed.feed([Sample.linkDown(at: 102)])
        let alarm = try #require(fed.pipeline.activeAlarms.first)
        #expect((alarm.device.name, alarm.device.group, alarm.device.site) == ("edge", "core", "south"))
        _ = try fed.feed([
            Sample.entry(.placeDevice("192.0.2.7", DevicePlacement(site: "")), by: "anna", at: 103)
        ])
        #expect(try fed.store.devices().first?.site == nil, "what is empty is its network's again")
        #expect(try fed.store.devices().first?.group == "core")
    }

    @Test func aForgottenDeviceLeavesWithItsAlarms() throws {
        var fed = try Fed()
        _ = try fed.feed([Self.keepAlive(at: 100), Sample.linkDown(at: 100)])
        let said = try fed.feed([Sample.entry(.forgetDevice("192.0.2.7"), by: "anna", at: 101)])
        #expect(said.contains("101 cleared link 192.0.2.7"), "\(said)")
        #expect(try fed.store.devices().isEmpty && fed.store.activeAlarms().isEmpty)
        #expect(try fed.ticks(102...200).isEmpty, "nobody waits for it")
        _ = try fed.feed([Self.keepAlive(at: 201)])
        #expect(try fed.store.devices().map(\.firstSeen) == [Timestamp(seconds: 201)], "it is new")
    }

    @Test func anotherConfigurationTakesEffectWithTheNextRecord() throws {
        var fed = try Fed()
        _ = try fed.feed([Self.keepAlive(at: 100), Self.keepAlive(at: 110)])
        _ = try fed.ticks(111...150)
        #expect(fed.pipeline.activeAlarms.count == 1)
        fed.pipeline.snapshot.devices = DevicePolicy(
            rules: [
                DevicePolicy.NetworkRule(
                    network: try #require(Network("192.0.2.0/24")), site: "east", isExpected: false)
            ])
        #expect(try fed.ticks(151...151) == ["150 cleared lost 192.0.2.7"], "nothing is expected of it any more")
        #expect(try fed.store.devices().map(\.site) == ["east"])
    }

    /// Devices behind a NAT and without one, with serial numbers and without, that fall silent, move, switch over and
    /// are claimed; operators name, place and forget them, and the server stops at times.
    private func journal(_ count: Int, _ numbers: inout SeededGenerator) -> [JournalEntry] {
        var entries: [JournalEntry] = []
        var now = Int64(1_000)
        var silent: Set<UInt32> = []
        for step in 0..<count {
            now += 1
            if Int.random(in: 0...199, using: &numbers) == 0 { now += Int64.random(in: 6...40, using: &numbers) }
            if Int.random(in: 0...29, using: &numbers) == 0 { silent = [] }
            // A whole site, for sure.
            if (300..<400).contains(step) { silent.formUnion(0..<4) }
            if Int.random(in: 0...29, using: &numbers) == 0 {
                silent = Set((0..<8).filter { _ in Bool.random(using: &numbers) })
            }
            entries.append(Self.tick(at: now))
            for number in UInt32(0)..<8 where !silent.contains(number) && Int.random(in: 0...6, using: &numbers) == 0 {
                let network: UInt32 = number < 4 ? 0xc633_6400 : 0xc000_0200
                // The last two share an address.
                let sender = network + min(number, 6) + (Int.random(in: 0...39, using: &numbers) == 0 ? 100 : 0)
                let port = UInt16(40_000 + number) + (Int.random(in: 0...39, using: &numbers) == 0 ? 100 : 0)
                let serial = number % 2 == 0 && Bool.random(using: &numbers) ? "77\(number)" : nil
                if Int.random(in: 0...3, using: &numbers) == 0 {
                    entries.append(Sample.linkDown(Int32(number), at: now, from: sender))
                } else {
                    entries.append(Self.keepAlive(at: now, from: sender, port: port, serial: serial))
                }
            }
            guard Int.random(in: 0...19, using: &numbers) == 0 else { continue }
            let device =
                Bool.random(using: &numbers) ? "serial:77\(2 * Int.random(in: 0...3, using: &numbers))" : "198.51.100.1"
            let actions: [OperatorAction] = [
                .nameDevice(device, name: "n\(now)"), .placeDevice(device, DevicePlacement(site: "north")),
                .placeDevice(device, DevicePlacement(tenant: "", site: "")), .forgetDevice(device),
                .beginMaintenance(device, until: Timestamp(seconds: now + 30), reason: ""),
            ]
            entries.append(
                Sample.entry(actions[Int.random(in: 0..<actions.count, using: &numbers)], by: "anna", at: now))
        }
        return entries
    }

    /// All that a store tells; the number that joins rows can differ once a device is gone.
    private func contents(_ store: EventStore) throws -> [String] {
        let saved = try store.load()
        let devices = saved.inventory.devices.map { device -> String in
            var device = device
            device.number = 0
            return "\(device)"
        }
        var contents = try store.events(after: 0, limit: 100_000).map { "\($0)" }
        contents += try store.activeAlarms().map { "\($0)" }
        contents += devices
        contents += saved.inventory.claims.map { "\($0)" }
        contents += saved.inventory.sites.map { "\($0)" }
        contents.append("\(saved.inventory.live) \(saved.operators)")
        return contents
    }

    @Test(arguments: [1] + (0..<5).map { _ in UInt64.random(in: 0...(.max)) })
    func batchSizesAndRestartsChangeNothing(_ seed: UInt64) throws {
        var numbers = SeededGenerator(seed: seed)
        let records = Sample.records(journal(500, &numbers))
        let whole = try EventStore.inMemory()
        var reference = try EventPipeline(store: whole, snapshot: Self.snapshot(), metrics: MetricsRegistry())
        _ = try reference.process(records)
        let expected = try contents(whole)
        // Few journals are without; this one has both.
        for fact in [OwnFacts.connectionLost, OwnFacts.siteLost] where seed == 1 {
            #expect(try whole.events(after: 0, limit: 100_000).contains { $0.event.oid == fact })
        }
        for largest in [1, 40] {
            let store = try EventStore.inMemory()
            var pipeline = try EventPipeline(store: store, snapshot: Self.snapshot(), metrics: MetricsRegistry())
            var next = 0
            while next < records.count {
                let end = min(records.count, next + Int.random(in: 1...largest, using: &numbers))
                _ = try pipeline.process(Array(records[next..<end]))
                next = end
                if Int.random(in: 0...9, using: &numbers) == 0 {
                    pipeline = try EventPipeline(store: store, snapshot: Self.snapshot(), metrics: MetricsRegistry())
                }
            }
            let found = try contents(store)
            let difference = zip(found, expected).first { $0 != $1 }
            #expect(
                found == expected,
                "seed \(seed), batches of up to \(largest): \(difference.map { "\($0)\ninstead of\n\($1)" } ?? "count")"
            )
        }
    }
}
