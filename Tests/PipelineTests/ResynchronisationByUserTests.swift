import Alarms
import Basics
import DeviceSimulation
import Journal
import Pipeline
import Resynchronisation
import SNMPSecurity
import SNMPWire
import Store
import Testing
import TraplineMetrics

/// Devices that want to be asked by v3 are, and what they answer is read with their keys.
@Suite struct ResynchronisationByUserTests {
    private func settled(
        _ wanted: String, _ level: SecurityLevel = .authPriv
    ) throws -> SyncScene {
        var options = DeviceOptions()
        options.wantedVersion = wanted
        var user = V3Sample.user()
        if level != .authPriv { user.privacy = nil }
        if level == .noAuthNoPriv {
            user.authentication = nil
            user.networks = [try #require(Network("192.0.2.0/24"))]
        }
        user.minimumLevel = level
        var scene = try SyncScene(options, poll: nil, user: user)
        try scene.pass(seconds: 60)
        return scene
    }

    @Test(arguments: SecurityLevel.allCases) func aLostRaiseIsFetched(level: SecurityLevel) throws {
        var scene = try settled("SNMPv3", level)
        #expect(!scene.versions.isEmpty)
        #expect(scene.versions.allSatisfy { $0 == .v3 })
        try scene.happen { $0.raise(.ethernetLink(1), at: $1) }
        try scene.pass(seconds: 10)
        scene.device.loseNext(1)
        try scene.happen { $0.raise(.ethernetLink(2, .critical), at: $1) }
        try scene.happen { $0.raise(.ethernetLink(3), at: $1) }
        try scene.pass(seconds: 20)
        #expect(scene.standing == scene.truth)
        #expect(scene.standing.count == 3)
        #expect(scene.versions.allSatisfy { $0 == .v3 })
        #expect(!scene.isFailing)
    }

    @Test func whoeverWantsV2cIsAskedSo() throws {
        let scene = try settled(" SNMPv2c")
        #expect(!scene.versions.isEmpty)
        #expect(scene.versions.allSatisfy { $0 == .v2c })
    }

    @Test func whoeverClaimsToHaveMovedIsAskedAsHeWants() throws {
        var scene = try settled("SNMPv3")
        scene.peer = Endpoint(IPAddress(v4: 0xc000_0209), port: 40_161)
        let before = scene.askedWho
        try scene.pass(seconds: 120)
        #expect(scene.askedWho > before)
        #expect(scene.versions.allSatisfy { $0 == .v3 })
        #expect(!scene.isFailing)
    }

    /// Questions and answers are in the journal: whoever reads it again, after the user is gone from the configuration,
    /// finds the same in it with the keys that were kept.
    @Test func aJournalReadAgainGivesTheSameEventsThoughTheUserIsGone() throws {
        var scene = try settled("SNMPv3")
        try scene.happen { $0.raise(.ethernetLink(1), at: $1) }
        try scene.pass(seconds: 10)
        scene.device.loseNext(1)
        try scene.happen { $0.raise(.ethernetLink(2, .critical), at: $1) }
        try scene.happen { $0.raise(.ethernetLink(3), at: $1) }
        try scene.pass(seconds: 20)
        #expect(scene.standing == scene.truth)
        let ring = KeyRing()
        let opener = NotificationOpener(users: UserTable([V3Sample.user()]), ring: ring)
        for record in scene.records { _ = try? opener.openMessage(record.entry.payload) }
        let kept = KeptKeys(ring.takeNews().kept)
        #expect(kept.entries.count == 1)
        let before = try scene.store.events(after: 0, limit: 1_000).map(\.event)
        #expect(before.contains { $0.reason == "resynchronised" })
        for (keys, isSame) in [(kept, true), (KeptKeys(), false)] {
            let store = try EventStore.inMemory()
            var snapshot = try SyncScene.snapshot(poll: nil, .audiocodes)
            snapshot.opener = { NotificationOpener(users: UserTable(), kept: keys) }
            var pipeline = try EventPipeline(store: store, snapshot: snapshot, metrics: MetricsRegistry())
            _ = try pipeline.process(scene.records)
            #expect(try (store.events(after: 0, limit: 1_000).map(\.event) == before) == isSame)
        }
    }
}
