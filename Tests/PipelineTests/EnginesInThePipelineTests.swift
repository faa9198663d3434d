import Alarms
import Basics
import Devices
import Journal
import MIBCatalog
import Manager
import Pipeline
import Resynchronisation
import Routing
import SNMPSecurity
import SNMPWire
import Store
import Testing
import TraplineMetrics

/// SNMPv3 in the pipeline: messages are opened, engines tell devices apart, and their clocks are kept.
@Suite struct EnginesInThePipelineTests {
    static let rules =
        Sample.rules + [
            AlarmRule(
                notification: OwnFacts.engineBootsWentBack, kind: .alarm, severity: .fixed(.major), key: source),
            AlarmRule(
                notification: OwnFacts.engineClockTrusted, kind: .alarm, alarmOID: OwnFacts.engineBootsWentBack,
                severity: .fixed(.cleared), key: source),
            AlarmRule(
                notification: VendorProfile.ownTrapRoot.appending(2, 0, 16), kind: .keepAlive,
                severity: .fixed(.indeterminate)),
        ]
    /// As the shipped rules and MIB name it, of the first engine: these tests have no MIB.
    private static let source = [AlarmRule.KeyPart.literal("traplineEngineID.80001f888000000001")]

    /// A pipeline with users that can be exchanged, and the keys that their messages came with.
    struct Scene {
        var fed: FedPipeline
        let keys = DecryptionKeys(users: UserTable([V3Sample.user()]))

        init(store: EventStore? = nil) throws {
            fed = try FedPipeline(store: store)
            let keys = keys
            fed.pipeline.snapshot.opener = { keys.opener() }
            fed.pipeline.snapshot.interpreter = AlarmInterpreter(rules: rules, catalog: .empty)
        }

        var clocks: [EngineClock] { get throws { try fed.store.engineClocks() } }

        /// As intake does with each message.
        func receive(_ datagram: [UInt8]) throws {
            _ = try keys.opener().open(datagram)
            keys.keep(keys.ring.takeNews().kept)
        }
    }

    private static func words(_ outcomes: [EventOutcome]) -> [String] {
        outcomes.map { "\($0.event.transition) \($0.event.source) \($0.event.device.id)" }
    }

    @Test(arguments: SecurityLevel.allCases)
    func anAlarmIsOfTheEngineThatSentIt(_ level: SecurityLevel) throws {
        var scene = try Scene()
        let (first, second) = (try V3Sample.engine(1), try V3Sample.engine(2))
        let outcomes = try scene.fed.feed(
            Sample.entry(try V3Sample.message(Sample.linkDown, level: level, engine: first), at: 100),
            Sample.entry(try V3Sample.message(Sample.linkDown, level: level, engine: second), at: 101),
            Sample.entry(try V3Sample.message(Sample.linkUp, level: level, engine: first), at: 102))
        #expect(outcomes.map(\.event.transition) == [.raised, .raised, .cleared])
        #expect(
            try outcomes.map(\.event.device.id) == [V3Sample.id(1), V3Sample.id(2), V3Sample.id(1)],
            "both are behind one address")
        #expect(outcomes[0].received.notification.variables.first?.value == .integer(1))
        #expect(try scene.fed.store.devices().map(\.engineID) == [first.description, second.description])
        #expect(try scene.clocks.isEmpty == (level == .noAuthNoPriv), "what is not proven tells nothing of a clock")
    }

    /// What a lenient user sends was let in whatever it tells: no start may judge others by it.
    @Test func aLenientUsersMessagesTellNothingOfAClock() throws {
        var scene = try Scene()
        let engine = try V3Sample.engine(1)
        var lax = V3Sample.user("lax")
        lax.clock = .lenient
        scene.keys.replaceUsers(UserTable([V3Sample.user(), lax]))
        _ = try scene.fed.feed(
            Sample.entry(try V3Sample.message(Sample.linkDown, user: lax, engine: engine, boots: 9), at: 100))
        #expect(try scene.clocks.isEmpty)
        _ = try scene.fed.feed(
            Sample.entry(try V3Sample.message(Sample.linkUp, engine: engine, boots: 3), at: 101),
            Sample.entry(try V3Sample.message(Sample.linkDown, user: lax, engine: engine, boots: 2), at: 102),
            Sample.entry(try V3Sample.message(Sample.linkUp, user: lax, engine: engine, boots: 4), at: 103))
        #expect(try scene.clocks.map(\.latest.boots) == [3])
    }

    @Test func anEngineThatMovesTakesItsAlarmsAlong() throws {
        var scene = try Scene()
        let engine = try V3Sample.engine(1)
        let outcomes = try scene.fed.feed(
            Sample.entry(try V3Sample.message(Sample.linkDown, engine: engine), at: 100),
            Sample.entry(try V3Sample.message(Sample.linkUp, engine: engine, time: 1_001), at: 101, from: 0xcb00_7105))
        #expect(outcomes.last?.event.transition == .cleared)
        #expect(try scene.fed.store.devices().map(\.address) == [IPAddress(v4: 0xcb00_7105)])
    }

    /// An inform names its receiver's engine, and its own at most as that of the context.
    @Test func anInformIsOfItsContextsEngineOrOfItsAddress() throws {
        var scene = try Scene()
        let (own, device) = (try V3Sample.engine(9), try V3Sample.engine(1))
        let outcomes = try scene.fed.feed(
            Sample.entry(try V3Sample.message(Sample.linkDown, engine: own, kind: .informRequest), at: 100),
            Sample.entry(
                try V3Sample.message(Sample.linkDown, engine: own, context: device, kind: .informRequest), at: 101,
                from: 0xc000_0208))
        #expect(try outcomes.map(\.event.device.id) == ["192.0.2.7", V3Sample.id(1)])
        #expect(try scene.clocks.isEmpty, "that is our own clock")
    }

    @Test func aUserThatWasChangedOrRemovedWithABacklogStandingCostsNothing() throws {
        let engine = try V3Sample.engine(1)
        let down = Sample.entry(try V3Sample.message(Sample.linkDown, engine: engine), at: 100)
        let up = Sample.entry(try V3Sample.message(Sample.linkUp, engine: engine, time: 1_001), at: 101)
        var expected = try Scene()
        let words = Self.words(try expected.fed.feed(down, up))
        for users in [
            [V3Sample.user(password: "other words")], [V3Sample.user(privacyPassword: "other words")],
            [V3Sample.user(privacy: .aes256)], [V3Sample.user("noc")], [],
        ] {
            var scene = try Scene()
            try scene.receive(down.payload)
            scene.keys.replaceUsers(UserTable(users))
            #expect(Self.words(try scene.fed.feed(down, up)) == words)
            #expect(try scene.clocks == expected.clocks)
            #expect(scene.fed.metric("trapline_datagrams_undecodable_total{reason=\"v3-unknown-user\"}") == nil)
        }
    }

    @Test func whatNobodyCanReadAnyMoreIsAnEvent() throws {
        var scene = try Scene()
        let engine = try V3Sample.engine(1)
        _ = try scene.fed.feed(Sample.entry(try V3Sample.message(Sample.linkDown, engine: engine), at: 100))
        scene.keys.replaceUsers(UserTable())
        let later = try V3Sample.message(Sample.linkUp, engine: engine, time: 1_001)
        let outcomes = try scene.fed.feed(
            Sample.entry(later, at: 101), Sample.entry(later, at: 102, from: 0xcb00_7105),
            Sample.entry(try V3Sample.message(Sample.linkUp, engine: V3Sample.engine(5)), at: 103, from: 0xcb00_7105))
        #expect(outcomes.map(\.event.transition) == [.logged, .logged, .logged])
        #expect(
            try outcomes.map(\.event.device.id) == [V3Sample.id(1), V3Sample.id(1), "203.0.113.5"],
            "as far as is known, and nothing is learned from it")
        let texts = outcomes[0].received.notification.variables.compactMap { variable -> String? in
            guard case .octetString(let octets) = variable.value else { return nil }
            return String(decoding: octets, as: UTF8.self)
        }
        #expect(texts.starts(with: ["ops", engine.description, "v3-unknown-user"]), "\(texts)")
        #expect(outcomes.allSatisfy { $0.position != nil && !$0.decision.sinks.isEmpty })
        #expect(try scene.fed.store.devices().map(\.address) == [IPAddress(v4: 0xc000_0207)])
        #expect(scene.fed.metric("trapline_datagrams_undecodable_total{reason=\"v3-unknown-user\"}") == "3")
        #expect(scene.fed.pipeline.activeAlarmCount == 1, "the link's")
    }

    /// An inform tells no engine of its sender, and an engine that the inventory does not know any more may have a clock.
    @Test func whatCannotBeReadIsOfTheDeviceThatItsEngineOrItsPortTells() throws {
        var scene = try Scene()
        let (first, second) = (try V3Sample.engine(1), try V3Sample.engine(2))
        let keepAlive = VendorProfile.ownTrapRoot.appending(2, 0, 16)
        _ = try scene.fed.feed(
            Sample.entry(try V3Sample.message(keepAlive, engine: first, serial: "4711"), at: 100),
            Sample.entry(try V3Sample.message(keepAlive, engine: second, serial: "4711"), at: 101))
        #expect(try scene.fed.store.devices().map(\.engineID) == [second.description])
        scene.keys.replaceUsers(UserTable())
        let other = try V3Sample.message(Sample.linkUp, engine: first, time: 1_001)
        let inform = try V3Sample.message(Sample.linkUp, engine: V3Sample.engine(9), kind: .informRequest)
        let outcomes = try scene.fed.feed(
            Sample.entry(other, at: 102, from: 0xcb00_7105), Sample.entry(inform, at: 103),
            Sample.entry(inform, at: 104, from: 0xcb00_7105))
        #expect(outcomes.map(\.event.device.id) == ["serial:4711", "serial:4711", "203.0.113.5"])
    }

    /// It was read: that is how it is known to be none.
    @Test func aRequestIsNotToldAsUnreadable() throws {
        var scene = try Scene()
        let request = try V3Sample.message(Sample.linkUp, engine: V3Sample.engine(1), kind: .getRequest)
        #expect(try scene.fed.feed(Sample.entry(request, at: 100)).isEmpty)
        #expect(scene.fed.metric("trapline_datagrams_undecodable_total{reason=\"v3-not-a-notification\"}") == "1")
    }

    @Test func clocksAreKeptAsLongAsTheirDevice() throws {
        var scene = try Scene()
        let (first, second) = (try V3Sample.engine(1), try V3Sample.engine(2))
        _ = try scene.fed.feed(
            Sample.entry(try V3Sample.message(Sample.linkDown, engine: first, boots: 3, time: 50), at: 100),
            Sample.entry(try V3Sample.message(Sample.linkDown, engine: second, boots: 7, time: 9), at: 100),
            Sample.entry(try V3Sample.message(Sample.linkUp, engine: first, boots: 4, time: 1), at: 200))
        let clock = EngineClock(
            engine: first, latest: EngineReading(boots: 4, time: 1), updated: Timestamp(seconds: 200))
        let other = EngineClock(
            engine: second, latest: EngineReading(boots: 7, time: 9), updated: Timestamp(seconds: 100))
        #expect(try scene.clocks == [clock, other])

        // It tells its serial number, and is known by that.
        let keepAlive = VendorProfile.ownTrapRoot.appending(2, 0, 16)
        _ = try scene.fed.feed(
            Sample.entry(
                try V3Sample.message(keepAlive, engine: first, boots: 4, time: 2, serial: "4711"), at: 201))
        #expect(try scene.fed.store.load().engineClocks.map(\.device) == ["serial:4711", V3Sample.id(2)])
        var again = try Scene(store: scene.fed.store)
        _ = try again.fed.act(.forgetDevice("serial:4711"), at: 202)
        #expect(try again.clocks == [other])
    }

    @Test func bootsThatWentBackAreTheDevicesAlarmUntilSomebodyTrustsThem() throws {
        var scene = try Scene()
        let engine = try V3Sample.engine(1)
        let sender = IPAddress(v4: 0xc000_0207)
        func wentBack(at seconds: Int64) -> JournalEntry {
            V3Sample.fact(
                OwnFacts.engineBootsWentBack,
                OwnFacts.bootsWentBack(
                    of: engine, user: "ops", known: EngineReading(boots: 3, time: 900),
                    told: EngineReading(boots: 1, time: 5), from: sender), at: seconds)
        }
        _ = try scene.fed.feed(Sample.entry(try V3Sample.message(Sample.linkUp, engine: engine), at: 100))
        let raised = try scene.fed.feed(wentBack(at: 101))
        #expect(raised.map(\.event.transition) == [.raised])
        #expect(raised.map(\.event.device.id) == [try V3Sample.id(1)])
        #expect(raised.map(\.event.device.address) == [sender])

        let trusted = try scene.fed.act(.trustClock(try V3Sample.id(1), engine: engine.description), at: 102)
        #expect(trusted.map(\.event.transition) == [.cleared])
        #expect(scene.fed.pipeline.activeAlarmCount == 0)
        #expect(try scene.clocks.isEmpty, "a start must not refuse it again")
        let audit = try #require(try scene.fed.store.audit(last: 1).first)
        #expect(audit.action == "devices trust-clock" && audit.by == "anna" && audit.outcome == AuditEntry.done)
        _ = try scene.fed.feed(Sample.entry(try V3Sample.message(Sample.linkUp, engine: engine, boots: 1), at: 103))
        #expect(try scene.clocks.map(\.latest.boots) == [1])

        // Once more, with nothing that it could end.
        let again = try scene.fed.act(.trustClock(try V3Sample.id(1), engine: engine.description), at: 103)
        #expect(again.map(\.event.oid) == [OwnFacts.engineClockTrusted])
        #expect(again.map(\.event.transition) == [.logged])
        #expect(again.map(\.event.severity) == [.indeterminate])
        #expect(try scene.clocks.isEmpty)
        _ = try scene.fed.feed(Sample.entry(try V3Sample.message(Sample.linkUp, engine: engine, boots: 1), at: 103))

        // Intake's own word ends it too, and leaves the clock as it is.
        _ = try scene.fed.feed(wentBack(at: 104))
        #expect(scene.fed.pipeline.activeAlarmCount == 1)
        let heard = try scene.fed.feed(
            V3Sample.fact(OwnFacts.engineClockTrusted, OwnFacts.clockTrusted(of: engine, from: sender), at: 105))
        #expect(heard.map(\.event.transition) == [.cleared])
        #expect(try scene.clocks.map(\.latest.boots) == [1])
        #expect(try scene.fed.store.audit(last: 10).count == 2, "nobody did that")
    }

    private static func wentBack(_ engine: EngineID, at seconds: Int64) -> JournalEntry {
        V3Sample.fact(
            OwnFacts.engineBootsWentBack,
            OwnFacts.bootsWentBack(
                of: engine, user: "ops", known: EngineReading(boots: 3, time: 900),
                told: EngineReading(boots: 1, time: 5), from: IPAddress(v4: 0xc000_0207)), at: seconds)
    }

    /// The inventory knows one engine of a device, and the device has another identity than what an operator called it by.
    @Test func anAlarmEndsWhereItStandsWhateverTheDeviceIsCalled() throws {
        let (first, second) = (try V3Sample.engine(1), try V3Sample.engine(2))
        let keepAlive = VendorProfile.ownTrapRoot.appending(2, 0, 16)
        var pair = try Scene()
        _ = try pair.fed.feed(
            Sample.entry(try V3Sample.message(keepAlive, engine: first, serial: "4711"), at: 100),
            Sample.entry(try V3Sample.message(keepAlive, engine: second, serial: "4711"), at: 101))
        for name in [try V3Sample.id(1), "192.0.2.7", "serial:4711"] {
            let raised = try pair.fed.feed(Self.wentBack(first, at: 102))
            #expect(raised.map(\.event.device.id) == ["serial:4711"])
            let trusted = try pair.fed.act(.trustClock(name, engine: first.description), at: 103)
            #expect(trusted.map(\.event.transition) == [.cleared], "\(name)")
            _ = try pair.fed.feed(
                Sample.entry(try V3Sample.message(keepAlive, engine: first, serial: "4711"), at: 104),
                Sample.entry(try V3Sample.message(keepAlive, engine: second, serial: "4711"), at: 105))
        }
        #expect(pair.fed.pipeline.activeAlarmCount == 0)

        // Raised before anything was known of the device but its engine, which tells its serial number since.
        var unknown = try Scene()
        let raised = try unknown.fed.feed(Self.wentBack(first, at: 100))
        #expect(raised.map(\.event.device.id) == [try V3Sample.id(1)])
        let heard = try unknown.fed.feed(
            Sample.entry(try V3Sample.message(keepAlive, engine: first, serial: "4711"), at: 101),
            V3Sample.fact(
                OwnFacts.engineClockTrusted,
                OwnFacts.clockTrusted(of: first, from: IPAddress(v4: 0xc000_0207)), at: 102))
        #expect(heard.last?.event.transition == .cleared)
        #expect(unknown.fed.pipeline.activeAlarmCount == 0)
    }

    /// A forged keep-alive with the number of a device that has proven how it wants to be asked.
    @Test func whoeverClaimsToBeADeviceIsAskedAsThatHasProven() throws {
        var scene = try Scene()
        scene.fed.pipeline.snapshot.managed = ManagedNetworks([
            .init(
                network: try #require(Network("192.0.2.0/24")),
                community: CommunityCredential(version: .v2c, community: Secret("r")),
                user: UserCredential(name: "ops"))
        ])
        let keepAlive = VendorProfile.ownTrapRoot.appending(2, 0, 16)
        let proven = try V3Sample.message(
            keepAlive, engine: V3Sample.engine(1), serial: "4711", wish: "SNMPVersion=SNMPv3")
        let claims = [nil, "4712"].map { serial in
            serial.map { Sample.vendorKeepAlive(serial: $0, wish: "SNMPVersion=SNMPv2c", peer: "4711") }
                ?? Sample.vendorKeepAlive(serial: "4711", wish: "SNMPVersion=SNMPv2c")
        }
        // The same claim from two places is told once; each is asked on first contact, as a device of its own.
        _ = try scene.fed.feed(
            Sample.entry(proven, at: 100), Sample.entry(claims[0], at: 101, from: 0xc000_0209),
            Sample.entry(claims[0], at: 102, from: 0xc000_020a), Sample.entry(claims[1], at: 102, from: 0xc000_020b))
        for second in stride(from: Int64(103), to: 400, by: 3) { _ = try scene.fed.feed(Sample.tick(at: second)) }
        let asked = try scene.fed.store.requests(after: 0, limit: 100).filter {
            $0.path.peer.address != IPAddress(v4: 0xc000_0207)
        }
        #expect(Set(asked.map(\.path.peer.address.description)) == ["192.0.2.9", "192.0.2.10", "192.0.2.11"])
        #expect(asked.allSatisfy { $0.version == .v3 }, "\(asked)")
    }

    /// It never says in which version it wants to be asked; a word that proves nothing does not say it for it.
    @Test func whoSendsAuthenticMessagesIsNotAskedAsAnyoneSays() throws {
        var scene = try Scene()
        scene.fed.pipeline.snapshot.managed = ManagedNetworks([
            .init(
                network: try #require(Network("192.0.2.0/24")),
                community: CommunityCredential(version: .v2c, community: Secret("r")),
                user: UserCredential(name: "ops"))
        ])
        let keepAlive = VendorProfile.ownTrapRoot.appending(2, 0, 16)
        let proven = try V3Sample.message(keepAlive, engine: V3Sample.engine(1), serial: "4711")
        let forged = Sample.vendorKeepAlive(serial: "4711", wish: "SNMPVersion=SNMPv2c")
        _ = try scene.fed.feed(
            Sample.entry(proven, at: 100), Sample.entry(forged, at: 101),
            Sample.entry(forged, at: 102, from: 0xc000_0209))
        for second in stride(from: Int64(103), to: 400, by: 3) { _ = try scene.fed.feed(Sample.tick(at: second)) }
        let asked = try scene.fed.store.requests(after: 0, limit: 100)
        #expect(Set(asked.map(\.path.peer.address.description)) == ["192.0.2.7", "192.0.2.9"])
        #expect(asked.allSatisfy { $0.version != .v2c }, "\(asked)")
    }

    /// Its network was not managed for a time in which its turn came.
    @Test func whatADeviceHasProvenOutlivesAnotherConfiguration() throws {
        var scene = try Scene()
        let managed = ManagedNetworks([
            .init(
                network: try #require(Network("192.0.2.0/24")),
                community: CommunityCredential(version: .v2c, community: Secret("r")),
                user: UserCredential(name: "ops"))
        ])
        scene.fed.pipeline.snapshot.managed = managed
        let keepAlive = VendorProfile.ownTrapRoot.appending(2, 0, 16)
        let proven = try V3Sample.message(
            keepAlive, engine: V3Sample.engine(1), serial: "4711", wish: "SNMPVersion=SNMPv3")
        _ = try scene.fed.feed(Sample.entry(proven, at: 100), Sample.tick(at: 101))
        scene.fed.pipeline.snapshot.managed = ManagedNetworks()
        _ = try scene.fed.feed(Sample.tick(at: 10_000))
        #expect(try scene.fed.store.requests(after: 0, limit: 10).isEmpty)
        scene.fed.pipeline.snapshot.managed = managed
        let forged = Sample.vendorKeepAlive(serial: "4711", wish: "SNMPVersion=SNMPv2c")
        _ = try scene.fed.feed(Sample.entry(forged, at: 10_001), Sample.tick(at: 10_100))
        let asked = try scene.fed.store.requests(after: 0, limit: 10)
        #expect(!asked.isEmpty && asked.allSatisfy { $0.version == .v3 }, "\(asked)")
    }

    /// Where the device is not in the inventory any more, its alarm stands under the name that it will have.
    @Test func anUnknownEnginesBootsAreAnAlarmToo() throws {
        var scene = try Scene()
        let engine = try V3Sample.engine(1)
        let fact = V3Sample.fact(
            OwnFacts.engineBootsWentBack,
            OwnFacts.bootsWentBack(
                of: engine, user: "ops", known: EngineReading(boots: 3, time: 900),
                told: EngineReading(boots: 1, time: 5), from: IPAddress(v4: 0xc000_0207)),
            at: 100)
        #expect(try scene.fed.feed(fact).map(\.event.device.id) == [try V3Sample.id(1)])
        let later = try scene.fed.feed(
            Sample.entry(try V3Sample.message(Sample.linkUp, engine: engine, boots: 3), at: 101),
            V3Sample.fact(
                OwnFacts.engineClockTrusted,
                OwnFacts.clockTrusted(of: engine, from: IPAddress(v4: 0xc000_0207)), at: 101))
        #expect(later.last?.event.transition == .cleared)
        #expect(scene.fed.pipeline.activeAlarmCount == 0)
    }
}
