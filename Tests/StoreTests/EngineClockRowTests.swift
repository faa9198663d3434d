import Basics
import Foundation
import GRDB
import SNMPSecurity
import Store
import Testing

@Suite struct EngineClockRowTests {
    private static func row(_ last: UInt8, boots: Int32, time: Int32, device: String) throws -> EngineClockTable.Row {
        let engine = try #require(EngineID([0x80, 0, 0x1f, 0x88, last]))
        let clock = EngineClock(
            engine: engine, latest: EngineReading(boots: boots, time: time), updated: Timestamp(seconds: 100))
        return EngineClockTable.Row(clock: clock, device: device)
    }

    @Test func clocksOutliveTheServerUntilTheyAreForgotten() throws {
        let folder = try TemporaryFolder()
        let first = try Self.row(1, boots: 3, time: 70, device: "engine:8000")
        let second = try Self.row(2, boots: .max, time: .max, device: "192.0.2.7")
        var batch = BatchOutcome()
        batch.engineClocks = [second, first]
        try EventStore(folder: folder.path).commit(batch)

        let store = try EventStore(folder: folder.path)
        #expect(try store.engineClocks() == [first.clock, second.clock])
        #expect(try store.load().engineClocks == [first, second])
        #expect(try store.engineClocks(of: "192.0.2.7") == [second.clock])
        #expect(try store.device(ofEngine: first.clock.engine) == "engine:8000")
        let later = try Self.row(1, boots: 4, time: 0, device: "serial:1")
        batch.engineClocks = [later]
        batch.forgottenEngines = [second.clock.engine]
        try store.commit(batch)
        #expect(try store.load().engineClocks == [later])
        #expect(try store.engineClocks(of: "engine:8000").isEmpty)
        #expect(try store.device(ofEngine: second.clock.engine) == nil)
    }

    @Test(arguments: ["engine = 'zz'", "boots = 4294967296", "time = 'noon'"])
    func aDamagedRowIsNamed(_ change: String) throws {
        let folder = try TemporaryFolder()
        var batch = BatchOutcome()
        batch.engineClocks = [try Self.row(1, boots: 3, time: 70, device: "192.0.2.7")]
        let store = try EventStore(folder: folder.path)
        try store.commit(batch)
        let database = try DatabaseQueue(path: folder.path + "/" + EventStore.fileName)
        try database.write { try $0.execute(sql: "UPDATE engine_clocks SET " + change) }
        let error = #expect(throws: StoreError.self) { try store.engineClocks() }
        #expect(error?.place.contains("engine_clocks") == true)
    }
}
