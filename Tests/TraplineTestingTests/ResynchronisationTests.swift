import Alarms
import Basics
import DeviceSimulation
import Foundation
import Manager
import Resynchronisation
import SNMPWire
import Testing
import Trapline
import TraplineConfiguration
import TraplineTesting

/// Random lives of simulated devices, of which much gets lost on the way: when the network has been well for a while,
/// the server's active alarms are those that stand on the devices.
@Suite struct ResynchronisationTests {
    /// What firmware differs in, and documentation leaves open.
    private static let kinds: [DeviceOptions] = {
        var kinds: [DeviceOptions] = []
        for numbering in DeviceOptions.Numbering.allCases {
            for keepAlives in DeviceOptions.KeepAliveNumbering.allCases {
                var options = DeviceOptions()
                options.numbering = numbering
                options.keepAliveNumbering = keepAlives
                options.indexing = keepAlives == .own ? .row : .runningNumber
                options.severityChange = keepAlives == .zero ? .clearsFirst : .direct
                // Some wrap, and some forget their history soon.
                options.firstNumber = keepAlives == .asEvents ? 31_980 : 1
                options.historyLimit = numbering == .separately ? 12 : 500
                kinds.append(options)
            }
        }
        return kinds
    }()

    /// Half as many pairs beside them, and all on one path.
    private func fleet(seed: UInt64, at time: Timestamp) -> SimulatedFleet {
        var fleet = SimulatedFleet(
            path: UnreliablePath(seed: seed, loss: 0.2, duplication: 0.1, reordering: 0.2))
        for (number, options) in Self.kinds.enumerated() {
            let serialNumber = 5_000_000 + UInt32(number)
            fleet.add(
                SimulatedDevice(
                    serialNumber: serialNumber, options: options, bootedAt: time + .seconds(-1_000),
                    firstKeepAlive: time + .seconds(number)),
                at: IPAddress(v4: 0x0a01_0001 + UInt32(number)))
        }
        return fleet
    }

    private func server() throws -> TestServer {
        var loaded = LoadedConfiguration.load(file: nil)
        loaded.configuration?.managed = ManagedNetworks([
            .init(
                network: try #require(Network("10.1.0.0/16")), credential: Credential(community: Secret("public")),
                settings: SyncSettings(poll: 120_000_000_000))
        ])
        return try TestServer(loaded)
    }

    /// `ADDRESS OID SOURCE SEVERITY` of each alarm.
    private func truth(_ fleet: SimulatedFleet) -> Set<String> {
        Set(
            zip(fleet.devices, fleet.addresses).flatMap { device, address in
                device.standing.map { "\(address) \($0.key.trap) \($0.key.source) \($0.severity.name)" }
            })
    }

    private func belief(_ server: TestServer) throws -> Set<String> {
        let vendor = DeviceAlarm.trap(1).dropping(last: 1)
        return Set(
            try server.activeAlarms.filter { alarm in vendor.map { alarm.key.oid.hasPrefix($0) } ?? false }.map {
                "\($0.device.address) \($0.key.oid) \($0.key.source) \($0.severity.name)"
            })
    }

    /// `TRAPLINE_TEST_SEEDS=100-199` tries these instead.
    private static let seeds: [UInt64] = {
        let given = ProcessInfo.processInfo.environment["TRAPLINE_TEST_SEEDS"]?.split(separator: "-").compactMap {
            UInt64($0)
        }
        guard let given, let first = given.first, let last = given.last, first <= last else {
            return [1, 2, 3, 13, 27]
        }
        return Array(first...last)
    }()

    @Test(arguments: seeds) func lossesAreMadeUpFor(_ seed: UInt64) throws {
        let server = try server()
        var fleet = fleet(seed: seed, at: server.now)
        var random = SeededGenerator(seed: seed)
        for _ in 0..<150 {
            let place = Int.random(in: fleet.devices.indices, using: &random)
            let now = server.now
            switch Int.random(in: 0..<30, using: &random) {
            case 0:
                fleet.change(place, at: now) {
                    $0.restart(at: now)
                    return []
                }
            case 1, 2:
                fleet.change(place, at: now) {
                    $0.event(DeviceAlarm(28, source: "Board#1", severity: .indeterminate), at: now)
                }
            case 3:
                fleet.change(place, at: now) {
                    $0.loseNext(3)
                    return []
                }
            default: fleet.changeSomething(&random, at: now)
            }
            try server.run(&fleet, for: .milliseconds(Int.random(in: 0...4_000, using: &random)))
        }
        fleet.path = .perfect
        // A poll, what failures put off, and what a device may take to boot.
        try server.run(&fleet, for: .seconds(600))
        #expect(try belief(server) == truth(fleet), "seed \(seed)")
        #expect(truth(fleet).count > 5)
    }

    /// Without being asked, devices' lost alarms stay lost: what the test above would see of a server that asks nobody.
    @Test func withoutACredentialNobodyIsAsked() throws {
        let server = try TestServer(LoadedConfiguration.load(file: nil))
        var fleet = fleet(seed: 1, at: server.now)
        fleet.path = UnreliablePath(loss: 1)
        let now = server.now
        fleet.change(0, at: now) { $0.raise(.ethernetLink(1), at: now) }
        try server.run(&fleet, for: .seconds(1))
        fleet.path = .perfect
        try server.run(&fleet, for: .seconds(300))
        #expect(try belief(server).isEmpty)
        #expect(truth(fleet).count == 1)
    }
}
