import Basics
import DeviceSimulation
import Pipeline
import Resynchronisation
import SNMPSecurity
import SNMPWire
import Testing

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
}
