import Alarms
import Basics
import DeviceSimulation
import Foundation
import Logging
import Manager
import Resynchronisation
import Store
import TestPeers
import Testing
import Trapline
import TraplineConfiguration

/// The whole server and simulated devices on the wire: what gets lost is asked for, through the port that keep-alives
/// come to, and comes back by way of the journal.
@Suite struct DeviceManagerTests {
    private static let community = "reader"

    private func server(_ folder: TemporaryFolder, _ community: String) throws -> TraplineServer {
        let file = try folder.write(
            """
            listen: {traps: ["127.0.0.1:0"], keep-alives: ["127.0.0.1:0"]}
            data: \(folder.file("data"))
            sinks: {archive: {file: {to: \(folder.file("events"))}}}
            """, to: "trapline.yaml")
        var loaded = LoadedConfiguration.load(file: file)
        loaded.configuration?.managed = ManagedNetworks([
            .init(
                network: try #require(Network("127.9.0.0/16")), credential: Credential(community: Secret(community)))
        ])
        var quiet = Logger(label: "test")
        quiet.logLevel = .critical
        return try TraplineServer(loaded, logger: quiet)
    }

    private func fleet(_ count: Int) -> SimulatedFleet {
        var fleet = SimulatedFleet()
        var options = DeviceOptions()
        options.readCommunity = Self.community
        options.keepAlivePeriod = .seconds(1)
        for number in 1...count {
            let device = SimulatedDevice(serialNumber: UInt32(1_000 + number), options: options, bootedAt: .now)
            _ = fleet.add(device, at: IPAddress(v4: 0x7f09_0000 + UInt32(number)))
        }
        return fleet
    }

    /// How many of the vendor's alarms stand in the store, by device address.
    private func standing(_ folder: TemporaryFolder) throws -> [String: Set<String>] {
        let store = try EventStore.readOnly(folder: folder.file("data"))
        defer { try? store.close() }
        return try store.activeAlarms().filter { $0.key.source.hasPrefix("Board#1") }.reduce(into: [:]) {
            $0["\($1.device.address)", default: []].insert($1.key.source)
        }
    }

    @Test func whatIsLostOnTheWayIsFetchedFromTheDevices() async throws {
        let folder = try TemporaryFolder()
        let server = try server(folder, Self.community)
        let run = Task { try await server.run() }
        #expect(await Poll.eventually(seconds: 20) { server.endpoints.count == 2 })
        let endpoints = Dictionary(uniqueKeysWithValues: server.endpoints.map { ($0.listener, $0.endpoint) })
        let runner = try FleetRunner(
            fleet(5), port: 0, traps: try #require(endpoints["traps"]), keepAlives: endpoints["keep-alives"])
        runner.start()
        // Each was asked once, at its first contact.
        #expect(await Poll.eventually(seconds: 60) { runner.counts.responses >= 20 })
        runner.change { fleet, now in
            for device in 0..<5 {
                fleet.change(device, at: now) { $0.raise(.ethernetLink(1), at: now) }
                fleet.change(device, at: now) {
                    $0.loseNext(1)
                    return $0.raise(.ethernetLink(2), at: now)
                }
                fleet.change(device, at: now) { $0.raise(.ethernetLink(3), at: now) }
            }
        }
        let all = Set((1...3).map { "Board#1/EthernetLink#\($0)" })
        #expect(
            await Poll.eventually(seconds: 60) {
                (try? standing(folder))?.values.filter { $0 == all }.count == 5
            })
        runner.stop()
        run.cancel()
        _ = await run.result
        let store = try EventStore.readOnly(folder: folder.file("data"))
        #expect(try store.requests(after: 0, limit: 100).isEmpty)
    }

    @Test func aDeviceThatDoesNotKnowTheCommunityIsAnAlarm() async throws {
        let folder = try TemporaryFolder()
        let server = try server(folder, "wrong")
        let run = Task { try await server.run() }
        #expect(await Poll.eventually(seconds: 20) { server.endpoints.count == 2 })
        let endpoints = Dictionary(uniqueKeysWithValues: server.endpoints.map { ($0.listener, $0.endpoint) })
        let runner = try FleetRunner(
            fleet(1), port: 0, traps: try #require(endpoints["traps"]), keepAlives: endpoints["keep-alives"])
        runner.start()
        let events = folder.file("events")
        #expect(
            await Poll.eventually(seconds: 90) {
                (try? String(contentsOfFile: events, encoding: .utf8))?.contains("traplineResyncFailed") ?? false
            })
        runner.stop()
        run.cancel()
        _ = await run.result
    }
}
