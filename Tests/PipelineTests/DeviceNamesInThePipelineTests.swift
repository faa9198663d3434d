import Alarms
import Basics
import Devices
import Journal
import Pipeline
import SNMPWire
import Store
import Testing
import TraplineMetrics

/// What a name service found comes through the journal.
@Suite struct DeviceNamesInThePipelineTests {
    private let home = DeviceInventory.Nameless(id: "192.0.2.7", address: IPAddress(v4: 0xc000_0207))

    private func pipeline(_ store: EventStore) throws -> EventPipeline {
        var snapshot = try Sample.snapshot()
        snapshot.devices.names = .dns
        return try EventPipeline(store: store, snapshot: snapshot, metrics: MetricsRegistry())
    }

    private func found(_ name: String, _ device: DeviceInventory.Nameless, at time: Int64) -> JournalEntry {
        SyncScene.fact(
            OwnFacts.deviceNameFound, OwnFacts.nameFound(name, for: device), at: Timestamp(seconds: time))
    }

    private var records: [JournalRecord] {
        Sample.records([
            Sample.entry(Sample.datagram(Sample.linkDown, interface: 7), at: 100),
            found("gateway-1", home, at: 101),
            Sample.entry(Sample.datagram(Sample.linkUp, interface: 7), at: 102),
            // Of an address that it does not have, and of nobody.
            found("wrong", .init(id: home.id, address: IPAddress(v4: 1)), at: 103),
            found("wrong", .init(id: "nobody", address: IPAddress(v4: 1)), at: 104),
            Sample.entry(Sample.datagram(Sample.linkDown, interface: 8), at: 105),
        ])
    }

    @Test func theDeviceHasTheNameFromThenOn() throws {
        let store = try EventStore.inMemory()
        var pipeline = try pipeline(store)
        let outcomes = try pipeline.process(records)
        // A name that was found is no event.
        #expect(outcomes.map(\.event.device.name) == ["192.0.2.7", "gateway-1", "gateway-1"])
        #expect(try store.devices().map(\.name) == ["gateway-1"])
    }

    @Test func whatStandsBearsTheNameToo() throws {
        let store = try EventStore.inMemory()
        var pipeline = try pipeline(store)
        _ = try pipeline.process(Array(records.prefix(2)))
        #expect(pipeline.activeAlarms.map(\.device.name) == ["gateway-1"])
        #expect(try store.activeAlarms().map(\.device.name) == ["gateway-1"])
    }

    @Test func aReplayGivesTheSame() throws {
        let (whole, single) = (try EventStore.inMemory(), try EventStore.inMemory())
        var pipeline = try pipeline(whole)
        _ = try pipeline.process(records)
        for record in records {
            var pipeline = try self.pipeline(single)
            _ = try pipeline.process([record])
        }
        #expect(try whole.events(after: 0, limit: 10) == single.events(after: 0, limit: 10))
        #expect(try whole.devices() == single.devices())
    }

    @Test func whoHasNoNameIsGivenOut() throws {
        var pipeline = try pipeline(try EventStore.inMemory())
        _ = try pipeline.process(Array(records.prefix(1)))
        #expect(pipeline.takeNamelessDevices(10) == [home])
        #expect(pipeline.takeNamelessDevices(10) == [])
    }
}
